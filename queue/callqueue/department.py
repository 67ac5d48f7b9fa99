"""A department, as the line knows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol


class Hours(Protocol):
    """When a department is open."""

    def is_open(self, at: datetime, /) -> bool: ...

    def next_opening(self, after: datetime, /) -> datetime | None:
        """`after` itself while it is open; None if it never opens again."""

    def next_closing(self, after: datetime, /) -> datetime | None:
        """The end of the time in which it is open, or will be open next; None if it never opens again."""


@dataclass(frozen=True)
class Overflow:
    """Whoever has waited so long may be served by agents with any of these skills too."""

    after_seconds: float
    skills: tuple[str, ...]


@dataclass(frozen=True)
class Announcements:
    """How those who wait are told where they stand: `announcements:` of the menu."""

    every_seconds: float | None = 90.0
    """The first time again after so long; None: never again after the arrival."""
    position_up_to: int = 5
    """Further back the place is left out: it helps nobody to be the twentieth."""


@dataclass(frozen=True)
class ServiceLevel:
    """So many of a hundred callers are to be answered within so many seconds: `service_level:` of the menu."""

    percent: float = 80.0
    within_seconds: float = 20.0


@dataclass(frozen=True)
class Department:
    """Who may serve it (an agent with any of its skills) and what to expect before anything was measured."""

    id: str
    name: str
    skills: tuple[str, ...]
    handle_seconds: float = 240.0
    patience_seconds: float = 420.0
    priority: int = 0
    """Larger is served first."""
    callback_above_seconds: float | None = 180.0
    """A callback is offered when the median wait is longer; None: never because of a long line."""
    announcements: Announcements = Announcements()
    service_level: ServiceLevel = ServiceLevel()
    overflow: Overflow | None = None
    wrap_seconds: float | None = None
    """How long agents may write up; None: as long as the site's setting says."""
    callback_first: Literal["agent", "caller"] = "agent"
    """Whose phone rings first when a promise is kept."""
    hours: Hours | None = None
    """Nobody is called back outside of them; None: open at any hour."""
    slot_minutes: int = 30
    """So long is a slot for callbacks at a time of the caller's choice …"""
    per_slot: int = 3
    """… and so many are promised in each."""

    @property
    def all_skills(self) -> tuple[str, ...]:
        """Of everybody who may serve it sooner or later."""
        return self.skills if self.overflow is None else (*self.skills, *self.overflow.skills)

    def level_of(self, skills: Mapping[str, int]) -> int | None:
        """How well an agent with these skills serves it; None: not at all."""
        return _best(self.skills, skills)

    def level_of_helper(self, skills: Mapping[str, int], waited_seconds: float) -> int | None:
        """The same for an agent of others, who helps callers that have waited long."""
        rule = self.overflow
        return None if rule is None or waited_seconds < rule.after_seconds else _best(rule.skills, skills)


def _best(wanted: tuple[str, ...], skills: Mapping[str, int]) -> int | None:
    return max((skills[skill] for skill in wanted if skill in skills), default=None)
