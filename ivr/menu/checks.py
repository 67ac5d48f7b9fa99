"""What no single value can tell: whether the departments of a menu fit together."""

from collections.abc import Mapping
from typing import Any

from ivr.menu.languages import LANGUAGE_KEY, check_languages
from ivr.menu.levels import check_levels
from ivr.menu.overflow import check_overflow
from ivr.menu.source import Key, Problems, Value
from ivr.menu.trials import check_trials
from ivr.menu.values import comparable

PERSON_KEY = "0"

Departments = Mapping[Key, Mapping[str, Any]]


def check_menu(read: Mapping[str, Any], problems: Problems) -> None:
    """`read`: the whole file, by the tables of the language; None stands for what could not be read."""
    site = read["site"] or {}
    languages: tuple[str, ...] | None = site.get("languages")
    departments: Departments = read["departments"] or {}
    check_trials(read, problems)
    menus: Departments = read["menus"] or {}
    check_levels(menus, departments, problems)
    _check_keys(departments, menus, problems)
    _check_person(departments, problems)
    check_overflow(departments, problems)
    if languages is None:
        return
    check_languages(read, languages, problems)
    _check_numbers(site["numbers"] or {}, languages, problems)
    for language in languages:
        _check_phrases(departments, language, languages[0], problems)
    if len(languages) > 1:
        _check_language_key(departments, menus, problems)


def _check_numbers(numbers: Mapping[Key, Value], languages: tuple[str, ...], problems: Problems) -> None:
    for number, language in numbers.items():
        if language.data not in languages:
            known = ", ".join(languages)
            problems.add(language.place, f"{number.text}: one of the site's languages ({known}) is expected here")


def _check_language_key(departments: Departments, menus: Departments, problems: Problems) -> None:
    for what, entries in (("department", departments), ("menu", menus)):
        for name, found in entries.items():
            if found["key"] is not None and found["key"].data == LANGUAGE_KEY:
                told = f'key "{LANGUAGE_KEY}" changes the language: give {what} "{name.text}" another one'
                problems.add(found["key"].place, told)


def _check_keys(departments: Departments, menus: Departments, problems: Problems) -> None:
    """Within each menu, and with the way to a person in all of them."""
    first: dict[tuple[str | None, str], tuple[str, Value]] = {}
    for what, entries in (("department", departments), ("menu", menus)):
        for name, found in entries.items():
            key: Value | None = found["key"]
            if key is None:
                continue
            if what == "department":
                _check_person_key(name, key, found["person"], problems)
            within = None if found["in"] is None else str(found["in"].data)
            owner, before = first.setdefault((within, key.data), (f'{what} "{name.text}"', key))
            if before is not key:
                taken = f'key "{key.data}" is taken by {owner} in line {before.place.line}'
                problems.add(key.place, taken, before.place)


def _check_person_key(department: Key, key: Value, person: bool | None, problems: Problems) -> None:
    """`person` is None where it could not be read."""
    if person and key.data != PERSON_KEY:
        problems.add(key.place, f'department "{department.text}" is the way to a person: its key is "{PERSON_KEY}"')
    if person is False and key.data == PERSON_KEY:
        problems.add(key.place, f'key "{PERSON_KEY}" belongs to the department marked `person: true`')


def _check_phrases(departments: Departments, language: str, first_language: str, problems: Problems) -> None:
    first: dict[str, tuple[Key, Value]] = {}
    for department, found in departments.items():
        phrases = found["phrases"].in_language(language, first_language) if found["phrases"] else None
        for phrase in phrases or ():
            said = comparable(str(phrase.data))
            owner, before = first.setdefault(said, (department, phrase))
            if said and before is not phrase:
                problems.add(phrase.place, _said_twice(phrase, owner, before, department), before.place)


def _said_twice(phrase: Value, owner: Key, before: Value, department: Key) -> str:
    where = f"in line {before.place.line}"
    if owner == department:
        return f'"{phrase.data}" stands {where} already: once is enough'
    return f'"{phrase.data}" is said for department "{owner.text}" too, {where}: which one is meant?'


def _check_person(departments: Departments, problems: Problems) -> None:
    persons = [department for department, found in departments.items() if found["person"]]
    unread = any(found["person"] is None for found in departments.values())
    if departments and not persons and not unread:
        first = min(department.place for department in departments)
        problems.add(first, "no department is marked `person: true`: callers need a way to a person")
    for second in persons[1:]:
        problems.add(
            second.place,
            f'department "{second.text}": only one may be `person: true`, and "{persons[0].text}" is, '
            f"in line {persons[0].place.line}",
            persons[0].place,
        )
