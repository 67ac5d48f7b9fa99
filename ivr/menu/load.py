"""menus.yaml → Menu, or every mistake in it at once."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from ivr.menu.checks import check_menu
from ivr.menu.field import Fields, read_fields
from ivr.menu.hours import ALWAYS, OpeningHours
from ivr.menu.languages import Spoken
from ivr.menu.levels import SubMenu
from ivr.menu.model import Department, Menu, Notices, Site
from ivr.menu.overflow import overflow
from ivr.menu.recordings import Recorded
from ivr.menu.schema import FIELDS, MINUTE_SECONDS
from ivr.menu.source import MenuErrors, Problems, decode_menu, read_yaml
from ivr.menu.trials import trials
from speech.values import Language

__all__ = ["MenuErrors", "decode_menu", "load_menu", "menu_digest"]

VOICES = {"ko": "Polly.Seoyeon", "en": "Polly.Joanna"}


def load_menu(text: str, file_name: str) -> Menu:
    """Raises MenuErrors with all mistakes, each with its place and the user's own line."""
    problems = Problems(file_name, text)
    read = read_menu(text, problems)
    if problems.found or read is None:
        raise MenuErrors(problems.found)
    return build_menu(read)


def read_menu(text: str, problems: Problems) -> Fields | None:
    """The file by the tables of the language; None where it is no mapping."""
    root = read_yaml(text, problems)
    read = None if root is None else read_fields(root, FIELDS["menu file"], "the file", problems)
    if read is not None:
        check_menu(read, problems)
    return read


def menu_digest(text: str, sounds: Mapping[str, str] | None = None) -> str:
    """Names a version of the menu: its text, and the SHA-256 of each recording by its path."""
    digest = hashlib.sha256(text.encode())
    for path, sha256 in sorted((sounds or {}).items()):
        digest.update(f"\0{path}\0{sha256}".encode())
    return digest.hexdigest()


def build_menu(read: Mapping[str, Any]) -> Menu:
    """Of what was read without a mistake."""
    first, *others = read["site"]["languages"]
    translations = {language: _in_language(read, language) for language in others}
    recordings = {said: Recorded(path.text) for path, said in read["recordings"].items()}
    return replace(_in_language(read, first), translations=translations, trials=trials(read), recordings=recordings)


def _in_language(read: Mapping[str, Any], language: str) -> Menu:
    site = read["site"]
    say = _Sayer(language, site["languages"][0])
    return Menu(
        site=Site(say(site["name"]), site["time_zone"], say(site["voice"]) or VOICES[language]),
        notices=Notices(**{name: say(notice) for name, notice in read["notices"].items()}),
        question=say(read["menu"]["question"]),
        examples=say(read["menu"]["examples"]),
        departments=tuple(_department(key.text, found, read, say) for key, found in read["departments"].items()),
        language=cast(Language, language),
        languages=site["languages"],
        numbers={number.text: answers.data for number, answers in site["numbers"].items()},
        callers=site["callers"],
        menus=tuple(_submenu(key.text, found, say) for key, found in read["menus"].items()),
    )


@dataclass(frozen=True)
class _Sayer:
    """Picks each text in one language."""

    language: str
    first_language: str

    def __call__(self, spoken: Spoken | None) -> Any:
        return None if spoken is None else spoken.in_language(self.language, self.first_language)


def _department(department_id: str, found: Mapping[str, Any], read: Mapping[str, Any], say: _Sayer) -> Department:
    return Department(
        id=department_id,
        name=say(found["name"]),
        key=found["key"].data,
        phrases=tuple(str(phrase.data).strip() for phrase in say(found["phrases"])),
        skills=found["skills"] or (department_id,),
        hours=_hours(found, read["site"]),
        person=found["person"],
        always_confirm=found["confirm"] == "always",
        callback_above_seconds=found["callback"].above_seconds,
        callback_first=found["callback"].first,
        slot_minutes=found["callback"].slot_minutes,
        per_slot=found["callback"].per_slot,
        handle_seconds=found["handle_minutes"] * MINUTE_SECONDS,
        patience_seconds=found["patience_minutes"] * MINUTE_SECONDS,
        priority=found["priority"],
        service_level=found["service_level"],
        overflow=overflow(found, read["departments"]),
        wrap_seconds=None if found["wrap_minutes"] is None else found["wrap_minutes"] * MINUTE_SECONDS,
        prompt=say(found["prompt"]),
        closed_prompt=say(found["closed_prompt"]),
        within=None if found["in"] is None else str(found["in"].data),
        music=found["music"],
        announcements=found["announcements"],
    )


def _submenu(menu_id: str, found: Mapping[str, Any], say: _Sayer) -> SubMenu:
    within = None if found["in"] is None else str(found["in"].data)
    return SubMenu(menu_id, say(found["name"]), found["key"].data, within, say(found["question"]))


def _hours(found: Mapping[str, Any], site: Mapping[str, Any]) -> OpeningHours:
    if found["hours"] == ALWAYS:
        # `always` means it: on holidays too.
        return OpeningHours(site["time_zone"], ALWAYS, country=None)
    country = None if site["holidays"] == "none" else site["holidays"]
    return OpeningHours(site["time_zone"], found["hours"], country, frozenset(site["closed_on"]), site["open_on"])
