"""The menu language as tables: which keys stand where, who reads each, which must be there.

A key that has no line here is unknown; a key gets its line together with its behaviour, never before.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from callqueue.department import Announcements
from ivr.menu import values
from ivr.menu.hours import ALWAYS, DAY_NAMES, Span
from ivr.menu.languages import by_language, languages
from ivr.menu.overflow import department_names
from ivr.menu.source import Key, Problems, Value
from ivr.menu.values import Read, did_you_mean, nearest

MINUTE_SECONDS = 60.0
HOLD_MUSIC = "/static/hold.wav"
OFFER_CALLBACK_ABOVE_SECONDS = 180.0

_DEPARTMENT_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True)
class Field:
    read: Read
    required: bool = False
    default: Any = None


def read_fields(value: Value, known: Mapping[str, Field], where: str, problems: Problems) -> dict[str, Any] | None:
    """Read a mapping by its table: unknown keys, missing keys and wrong values are all reported."""
    if not isinstance(value.data, dict):
        problems.add(value.place, f"{where}: keys with values are expected here, like `name: …`{_full_width(value)}")
        return None
    read: dict[str, Any] = {name: field.default for name, field in known.items()}
    for key, inner in value.data.items():
        field = known.get(key.text)
        if field is None:
            hint = did_you_mean(key.text, known) or f" Known are: {', '.join(known)}."
            problems.add(key.place, f'{where}: no key "{key.text}" is known here.{hint}')
        elif inner is not None:
            read[key.text] = field.read(inner, problems)
    _report_missing(value, known, where, problems)
    return read


def _report_missing(value: Value, known: Mapping[str, Field], where: str, problems: Problems) -> None:
    given = {key.text for key in value.data}
    strangers = given - known.keys()
    for name, field in known.items():
        # A key that stands there misspelt has been reported as unknown: once is enough.
        if field.required and name not in given and nearest(name, strangers) is None:
            problems.add(value.place, f'{where}: "{name}" is missing')


def _full_width(value: Value) -> str:
    return '; "：" is not YAML\'s ":"' if "：" in value.written else ""


def _group(name: str) -> Read:
    return lambda value, problems: read_fields(value, FIELDS[name], name, problems)


def _departments(value: Value, problems: Problems) -> dict[Key, dict[str, Any]] | None:
    if not isinstance(value.data, dict) or not value.data:
        problems.add(value.place, "departments: each has a name of its own, and its keys below it")
        return None
    return {key: found for key, inner in value.data.items() if (found := _department(key, inner, problems)) is not None}


def _department(key: Key, value: Value | None, problems: Problems) -> dict[str, Any] | None:
    if not _DEPARTMENT_ID.fullmatch(key.text):
        problems.add(key.place, f'"{key.text}": a department is named in small letters here, like billing')
    return None if value is None else read_fields(value, FIELDS["department"], f'department "{key.text}"', problems)


def _callback(value: Value, problems: Problems) -> float | None:
    """The wait above which a callback is offered, in seconds; None for never."""
    if value.data == "never":
        return None
    if not isinstance(value.data, dict):
        problems.add(value.place, 'callback is "never", or has a limit: `above_minutes: 3`')
        return None
    read = read_fields(value, FIELDS["callback"], "callback", problems)
    minutes = None if read is None else read["above_minutes"]
    return None if minutes is None else minutes * MINUTE_SECONDS


def _announcements(value: Value, problems: Problems) -> Announcements | None:
    """How those who wait are told again where they stand."""
    if value.data == "never":
        return Announcements(every_seconds=None)
    if not isinstance(value.data, dict):
        problems.add(value.place, 'announcements are "never", or have their own keys: `every_seconds: 90`')
        return None
    read = read_fields(value, FIELDS["announcements"], "announcements", problems)
    if read is None or None in read.values():
        return None
    return Announcements(read["every_seconds"], read["position_up_to"])


def _hours(value: Value, problems: Problems) -> tuple[Span | None, ...] | None:
    """Monday first; None for a day on which it is closed."""
    if value.data == "always":
        return ALWAYS
    if not isinstance(value.data, dict):
        problems.add(value.place, 'hours are "always", or given by days: `weekdays: "09:00-18:00"`')
        return None
    mistakes = len(problems.found)
    read = read_fields(value, FIELDS["hours"], "hours", problems)
    if read is None or len(problems.found) > mistakes:
        return None
    days = _each_day(read)
    if not any(days):
        problems.add(value.place, "with these hours the department never opens")
    return days


def _each_day(read: Mapping[str, Any]) -> tuple[Span | None, ...]:
    """A day named by itself wins over `weekdays`, `saturday` and `sunday`."""
    common = [read["weekdays"]] * 5 + [read["saturday"], read["sunday"]]
    days = [read[name] or shared for name, shared in zip(DAY_NAMES, common, strict=True)]
    return tuple(None if day == "closed" else day for day in days)


FIELDS: dict[str, dict[str, Field]] = {
    "menu file": {
        "site": Field(_group("site"), required=True),
        "notices": Field(_group("notices"), default={}),
        "menu": Field(_group("menu"), required=True),
        "departments": Field(_departments, required=True),
    },
    "site": {
        "name": Field(by_language(values.name), required=True),
        "languages": Field(languages, default=("ko",)),
        "numbers": Field(values.numbers, default={}),
        "time_zone": Field(values.time_zone, default="Asia/Seoul"),
        "voice": Field(by_language(values.text)),
        "holidays": Field(values.country, default="KR"),
        "closed_on": Field(values.dates, default=()),
    },
    "notices": {
        "charge": Field(by_language(values.prompt)),
        "recording": Field(by_language(values.prompt)),
        "abuse": Field(by_language(values.prompt)),
    },
    "menu": {
        "question": Field(by_language(values.prompt), required=True),
        "examples": Field(by_language(values.prompt), required=True),
    },
    "department": {
        "name": Field(by_language(values.name), required=True),
        "key": Field(values.key, required=True),
        "phrases": Field(by_language(values.phrases), required=True),
        "skills": Field(values.skills, default=()),
        "hours": Field(_hours, required=True),
        "person": Field(values.boolean, default=False),
        "confirm": Field(values.one_of("always", "unsure"), default="unsure"),
        "callback": Field(_callback, default=OFFER_CALLBACK_ABOVE_SECONDS),
        "handle_minutes": Field(values.number(0.1, 240), default=4.0),
        "patience_minutes": Field(values.number(0.1, 240), default=7.0),
        "priority": Field(values.priority, default=0),
        "overflow": Field(_group("overflow")),
        "wrap_minutes": Field(values.number(0.1, 240)),
        "prompt": Field(by_language(values.prompt)),
        "music": Field(values.music, default=HOLD_MUSIC),
        "announcements": Field(_announcements, default=Announcements()),
    },
    "announcements": {
        "every_seconds": Field(values.number(30, 600), default=Announcements().every_seconds),
        "position_up_to": Field(values.whole(0, 99), default=Announcements().position_up_to),
    },
    "overflow": {
        "after_minutes": Field(values.number(0, 240), required=True),
        "to": Field(department_names),
        "skills": Field(values.skills),
    },
    "callback": {"above_minutes": Field(values.number(0, 240), required=True)},
    "hours": {
        "weekdays": Field(values.span),
        "saturday": Field(values.span),
        "sunday": Field(values.span),
        **{name: Field(values.span) for name in DAY_NAMES},
    },
}
