"""`menus`: keys in groups, for callers who press them. Who speaks reaches every department at the first question."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ivr.menu.source import Key, Problems, Value
from ivr.menu.values import did_you_mean

PERSON_KEY = "0"
DEEPEST, DEEP = 5, 3
"""Levels: more than the first are a mistake, more than the second a warning (ARS guideline)."""


@dataclass(frozen=True)
class SubMenu:
    """A group of keys."""

    id: str
    name: str
    key: str
    within: str | None
    """The menu whose key leads here; None: the first question's."""
    question: str | None
    """Said before the keys are read."""


Entries = Mapping[Key, Mapping[str, Any]]


def check_levels(menus: Entries, departments: Entries, problems: Problems) -> None:
    """Every menu is reached from the first question, leads somewhere, and is not too deep."""
    by_name = {key.text: found for key, found in menus.items()}
    for key, found in menus.items():
        twin = next((other for other in departments if other.text == key.text), None)
        if twin is not None:
            told = f'"{key.text}" is the name of a department too, in line {twin.place.line}: give one of them another'
            problems.add(key.place, told, twin.place)
        if found["key"] is not None and found["key"].data == PERSON_KEY:
            problems.add(found["key"].place, f'key "{PERSON_KEY}" leads to a person in every menu: give another one')
        _check_way(key, by_name, problems)
    for found in _all(menus, departments):
        _check_within(found["in"], by_name, problems)
    for found in departments.values():
        if found["in"] is not None and found["person"]:
            problems.add(found["in"].place, "the way to a person is in every menu: leave `in` out")
    for key in menus:
        if not any(found["in"] is not None and found["in"].data == key.text for found in _all(menus, departments)):
            problems.add(key.place, f'menu "{key.text}" leads nowhere: no department says `in: {key.text}`')


def _all(menus: Entries, departments: Entries) -> Iterator[Mapping[str, Any]]:
    yield from menus.values()
    yield from departments.values()


def _check_within(within: Value | None, by_name: Mapping[str, Any], problems: Problems) -> None:
    if within is not None and within.data not in by_name:
        known = did_you_mean(within.written, by_name)
        problems.add(within.place, f'no menu is called "{within.data}".{known}')


def _check_way(key: Key, by_name: Mapping[str, Any], problems: Problems) -> None:
    way = list(_way(key.text, by_name))
    if way[-1] in way[:-1]:
        problems.add(key.place, f'menu "{key.text}" lies within itself ({" → ".join(way)}): nobody ever reaches it')
    elif len(way) >= DEEPEST:
        problems.add(key.place, f'menu "{key.text}" is on level {len(way) + 1}: {DEEPEST} are the most')


def _way(name: str, by_name: Mapping[str, Any]) -> Iterator[str]:
    """From a menu up; ends behind the first that is met twice."""
    seen: set[str] = set()
    while True:
        yield name
        within = by_name[name]["in"] if name in by_name else None
        if name in seen or within is None or within.data not in by_name:
            return
        seen.add(name)
        name = str(within.data)


def level(menus: tuple[SubMenu, ...], within: str | None) -> int:
    """1 for the first question."""
    by_id = {menu.id: menu for menu in menus}
    found = 1
    while within is not None:
        found, within = found + 1, by_id[within].within
    return found
