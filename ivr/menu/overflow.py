"""`overflow`: whoever has waited long is served by agents of others too."""

from collections.abc import Iterator, Mapping
from typing import Any

from callqueue.department import Overflow
from ivr.menu.source import Key, Problems, Value
from ivr.menu.values import did_you_mean, text

MINUTE_SECONDS = 60.0

WHO_HELPS = "say who helps, by `to: [delivery]` or `skills: [general]`"

Departments = Mapping[Key, Mapping[str, Any]]


def department_names(value: Value, problems: Problems) -> tuple[Value, ...] | None:
    """A list of departments, each with its place; whether they exist is seen when the whole file is read."""
    if not isinstance(value.data, list) or not value.data:
        problems.add(value.place, "a list of departments is expected, like [delivery]")
        return None
    readable = [text(name, problems) is not None for name in value.data]
    return tuple(value.data) if all(readable) else None


def check_overflow(departments: Departments, problems: Problems) -> None:
    """Departments that exist, others than their own, and anybody at all."""
    known = [department.text for department in departments]
    for department, found in departments.items():
        rule = found["overflow"]
        if rule is None:
            continue
        for name in rule["to"] or ():
            if name.data not in known:
                problems.add(name.place, f'no department is called "{name.data}".{did_you_mean(name.data, known)}')
            elif name.data == department.text:
                problems.add(name.place, f'department "{name.data}" serves its own callers anyway: name another one')
        if rule.places.keys().isdisjoint({"to", "skills"}):
            problems.add(rule.place, f"overflow: {WHO_HELPS}")


def overflow(found: Mapping[str, Any], departments: Departments) -> Overflow | None:
    """The rule of a department that has passed every check."""
    rule = found["overflow"]
    if rule is None:
        return None
    helpers = [*_skills_of(rule["to"] or (), departments), *(rule["skills"] or ())]
    return Overflow(rule["after_minutes"] * MINUTE_SECONDS, tuple(dict.fromkeys(helpers)))


def _skills_of(names: tuple[Value, ...], departments: Departments) -> Iterator[str]:
    by_name = {department.text: found for department, found in departments.items()}
    for name in names:
        yield from by_name[name.data]["skills"] or (name.data,)
