"""A menu that has passed every check."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from callqueue.department import Announcements, Overflow, ServiceLevel
from callqueue.department import Department as LineDepartment
from ivr.menu.hours import OpeningHours
from ivr.menu.levels import SubMenu
from ivr.menu.recordings import Recordings
from ivr.menu.trials import Trial
from speech.values import Language


@dataclass(frozen=True)
class Site:
    name: str
    time_zone: str
    voice: str


@dataclass(frozen=True)
class Notices:
    """Spoken before the question, in this order."""

    charge: str | None = None
    recording: str | None = None
    abuse: str | None = None


@dataclass(frozen=True)
class Department:
    id: str
    name: str
    key: str
    phrases: tuple[str, ...]
    skills: tuple[str, ...]
    hours: OpeningHours
    person: bool
    """Where 0 and "상담원" lead, and whoever was not understood twice."""
    always_confirm: bool
    callback_above_seconds: float | None
    handle_seconds: float
    patience_seconds: float
    priority: int
    prompt: str | None
    """Said on arrival, in place of "an agent will be with you"."""
    music: str | None
    """Played while callers wait; None: silence."""
    announcements: Announcements
    """When they are told again where they stand."""
    service_level: ServiceLevel
    """The goal that the board and the report hold the department to."""
    overflow: Overflow | None = None
    wrap_seconds: float | None = None
    within: str | None = None
    """The menu whose key leads here; None: the first question's."""
    closed_prompt: str | None = None
    """Said out of hours, in place of "we are closed"."""
    callback_first: Literal["agent", "caller"] = "agent"
    """Whose phone rings first when a callback is kept."""
    slot_minutes: int = 30
    per_slot: int = 3
    """So many callbacks are promised for each slot of a time that callers choose."""

    def for_line(self) -> LineDepartment:
        return LineDepartment(
            id=self.id,
            name=self.name,
            skills=self.skills,
            handle_seconds=self.handle_seconds,
            patience_seconds=self.patience_seconds,
            priority=self.priority,
            callback_above_seconds=self.callback_above_seconds,
            announcements=self.announcements,
            service_level=self.service_level,
            overflow=self.overflow,
            wrap_seconds=self.wrap_seconds,
            callback_first=self.callback_first,
            hours=self.hours,
            slot_minutes=self.slot_minutes,
            per_slot=self.per_slot,
        )


@dataclass(frozen=True)
class Menu:
    """The menu in one language, the site's first; `translations` say the same in the others."""

    site: Site
    notices: Notices
    question: str
    examples: str
    departments: tuple[Department, ...]
    language: Language = "ko"
    languages: tuple[str, ...] = ("ko",)
    """All of them, the site's first one first."""
    numbers: Mapping[str, str] = field(default_factory=dict)
    """Numbers of ours that answer in a language of their own."""
    translations: Mapping[str, "Menu"] = field(default_factory=dict)
    callers: Mapping[str, int] = field(default_factory=dict)
    """Numbers of callers who are served before others: their priority."""
    menus: tuple[SubMenu, ...] = ()
    """Groups of keys below the first question."""
    trials: tuple[Trial, ...] = ()
    """In the site's first language only."""
    recordings: Recordings = field(default_factory=dict)
    """Of sentences in any language; in the site's first language only."""

    def spoken_in(self, language: str) -> "Menu":
        """The same menu in another language; itself where it is not spoken in that one."""
        return self.translations.get(language, self)

    def language_for(self, dialled: str) -> str:
        """In which language a call to one of our numbers begins."""
        return self.numbers.get(dialled, self.languages[0])

    @property
    def other_language(self) -> str | None:
        """What callers may change to."""
        return next((language for language in self.languages if language != self.language), None)

    @property
    def person(self) -> Department:
        return next(department for department in self.departments if department.person)

    def department(self, department_id: str) -> Department:
        """Raises KeyError for an id that the menu does not have."""
        for department in self.departments:
            if department.id == department_id:
                return department
        raise KeyError(department_id)

    def submenu(self, menu_id: str | None) -> SubMenu | None:
        return next((menu for menu in self.menus if menu.id == menu_id), None)

    def options(self, within: str | None) -> "tuple[Department | SubMenu, ...]":
        """What the keys of a menu lead to, as they are read out; the way to a person is among them everywhere."""
        if not self.menus:
            return self.departments
        everything: tuple[Department | SubMenu, ...] = (*self.departments, *self.menus)
        here = [one for one in everything if one.within == within]
        others = sorted((one for one in here if one != self.person), key=lambda one: one.key)
        return (*others, self.person)
