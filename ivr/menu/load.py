"""menus.yaml → Menu, or every mistake in it at once.

The language is a table of fields (FIELDS below): a key that has no line there is unknown, and one that has is read by
the function that stands beside it. A key is added together with its behaviour, never before.
"""

import difflib
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any
from zoneinfo import available_timezones

import holidays

from ivr.menu.hours import ALWAYS, OpeningHours, Span
from ivr.menu.model import Department, Menu, Notices, Site
from ivr.menu.source import Key, MenuErrors, Place, Problems, Value, read_yaml

LONGEST_PROMPT_SYLLABLES = 200  # Half a minute of speech: nobody remembers its beginning.
KEYS = frozenset("0123456789")
PERSON_KEY = "0"
MINUTE_SECONDS = 60.0

_DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"(\d{2}):(\d{2})-(\d{2}):(\d{2})")
_BOOLEAN_WORDS = "YAML reads yes, no, on and off as true or false"

Read = Callable[["_Loader", Value], Any]
"""Reads one value; None when it is wrong, which has been reported then."""


@dataclass(frozen=True)
class Field:
    read: Read
    required: bool = False
    default: Any = None


def load_menu(text: str, file_name: str) -> Menu:
    """Raises MenuErrors with all mistakes, each with its place and the user's own line."""
    problems = Problems(file_name, text)
    root = read_yaml(text, problems)
    menu = None if root is None else _Loader(problems).menu(root)
    if problems.found or menu is None:
        raise MenuErrors(problems.found)
    return menu


def menu_digest(text: str) -> str:
    """Names a version of the menu."""
    return hashlib.sha256(text.encode()).hexdigest()


def comparable(phrase: str) -> str:
    """Two phrases that sound alike are the same: spaces and punctuation are not heard."""
    return "".join(letter for letter in phrase.lower() if letter.isalnum())


class _Loader:
    def __init__(self, problems: Problems) -> None:
        self.problems = problems

    def menu(self, root: Value) -> Menu | None:
        top = self.fields(root, FIELDS["menu file"], "the file")
        if top is None:
            return None
        site = top["site"] or {}
        self._check_departments(top["departments"] or {})
        if self.problems.found:
            return None
        return Menu(
            site=Site(site["name"], site["time_zone"], site["voice"]),
            notices=Notices(**(top["notices"] or {})),
            question=top["menu"]["question"],
            examples=top["menu"]["examples"],
            departments=tuple(self._department(key.text, found, site) for key, found in top["departments"].items()),
        )

    def fields(self, value: Value, known: Mapping[str, Field], where: str) -> dict[str, Any] | None:
        """Read a mapping by its table: unknown keys, missing keys and wrong values are all reported."""
        if not isinstance(value.data, dict):
            self.wrong(value, f"{where}: keys with values are expected here, like `name: …`")
            return None
        read: dict[str, Any] = {name: field.default for name, field in known.items()}
        given = {key.text for key in value.data}
        for key, inner in value.data.items():
            field = known.get(key.text)
            if field is None:
                self._unknown(key, known, where)
            else:
                read[key.text] = field.read(self, inner)
        for name, field in known.items():
            if field.required and name not in given and not self._misspelt(name, given, known):
                self.wrong(value, f'{where}: "{name}" is missing')
        return read

    def wrong(self, value: Value, message: str) -> None:
        self.problems.add(value.place, message)

    # Meaning across the file

    def _check_departments(self, departments: Mapping[Key, dict[str, Any]]) -> None:
        self._check_unique("key", {k: d["key"] for k, d in departments.items() if d.get("key")})
        self._check_phrases(departments)
        persons = [key for key, found in departments.items() if found.get("person")]
        if departments and not persons:
            first = min(key.place for key in departments)
            self.problems.add(first, "no department is marked `person: true`: callers need a way to a person")
        for key in persons[1:]:
            self.problems.add(key.place, f'only one department may be `person: true`; "{persons[0].text}" is already')
        for key, found in departments.items():
            self._check_person_key(key, found)

    def _check_person_key(self, key: Key, found: dict[str, Any]) -> None:
        given: Value | None = found.get("key")
        if given is None or (given.data == PERSON_KEY) == bool(found.get("person")):
            return
        if found.get("person"):
            self.problems.add(given.place, f'department "{key.text}" is the way to a person: its key is "{PERSON_KEY}"')
        else:
            self.problems.add(given.place, f'key "{PERSON_KEY}" belongs to the department marked `person: true`')

    def _check_unique(self, what: str, values: Mapping[Key, Value]) -> None:
        first: dict[str, tuple[Key, Value]] = {}
        for key, value in values.items():
            before = first.setdefault(value.data, (key, value))
            if before[0] is not key:
                owner, place = before[0].text, before[1].place
                self.wrong(value, f'{what} "{value.data}" is taken by department "{owner}" in line {place.line}')

    def _check_phrases(self, departments: Mapping[Key, dict[str, Any]]) -> None:
        first: dict[str, tuple[Key, Value]] = {}
        for key, found in departments.items():
            for phrase in found.get("phrases") or ():
                owner, before = first.setdefault(comparable(phrase.data), (key, phrase))
                if before is not phrase:
                    said = f'"{phrase.data}" is said for "{owner.text}" too, in line {before.place.line}'
                    self.wrong(
                        phrase, f"{said}: which one is meant?" if owner is not key else f"{said}: once is enough"
                    )

    def _department(self, department_id: str, found: dict[str, Any], site: dict[str, Any]) -> Department:
        country = None if site["holidays"] == "none" else site["holidays"]
        closed_on = frozenset(site["closed_on"])
        return Department(
            id=department_id,
            name=found["name"],
            key=found["key"].data,
            phrases=tuple(phrase.data for phrase in found["phrases"]),
            skills=found["skills"] or (department_id,),
            hours=OpeningHours(site["time_zone"], *_country_applies(found["hours"], country, closed_on)),
            person=found["person"],
            always_confirm=found["confirm"] == "always",
            callback_above_seconds=found["callback"]["above_seconds"],
            handle_seconds=found["handle_minutes"] * MINUTE_SECONDS,
            patience_seconds=found["patience_minutes"] * MINUTE_SECONDS,
            priority=found["priority"],
            music=found["music"],
        )

    # Names

    def _unknown(self, key: Key, known: Mapping[str, Field], where: str) -> None:
        near = difflib.get_close_matches(key.text, known, 1, 0.6)
        hint = f' Did you mean "{near[0]}"?' if near else f" Known are: {', '.join(known)}."
        self.problems.add(key.place, f'{where}: no key "{key.text}" is known here.{hint}')

    def _misspelt(self, name: str, given: set[str], known: Mapping[str, Field]) -> bool:
        """The missing key stands there under a wrong name, and that has been said."""
        strangers = [key for key in given if key not in known]
        return bool(difflib.get_close_matches(name, strangers, 1, 0.6))


# Values


def _text(loader: _Loader, value: Value) -> str | None:
    if isinstance(value.data, bool):
        loader.wrong(value, f'text is expected; {_BOOLEAN_WORDS}: write it in quotes, "{value.written}"')
        return None
    if not isinstance(value.data, str) or not value.data.strip():
        loader.wrong(value, "text is expected here")
        return None
    return value.data.strip()


def _prompt(loader: _Loader, value: Value) -> str | None:
    text = _text(loader, value)
    if text is not None and sum(letter.isalnum() for letter in text) > LONGEST_PROMPT_SYLLABLES:
        loader.wrong(value, f"a caller can't remember so much: {LONGEST_PROMPT_SYLLABLES} syllables at most")
    return text


def _key(loader: _Loader, value: Value) -> Value | None:
    if not value.quoted:
        loader.wrong(value, f'a key is written in quotes: "{value.written}"')
        return None
    if value.data not in KEYS:
        loader.wrong(value, 'a key is one digit, "0" to "9"; * repeats and # goes back everywhere')
        return None
    return value


def _phrases(loader: _Loader, value: Value) -> tuple[Value, ...] | None:
    if not isinstance(value.data, list) or not value.data:
        loader.wrong(value, "a list of things callers say is expected, one a line with a dash")
        return None
    texts = [(phrase, _text(loader, phrase)) for phrase in value.data]
    empty = [phrase for phrase, text in texts if text is not None and not comparable(text)]
    for phrase in empty:
        loader.wrong(phrase, "there is nothing to hear in this phrase")
    return tuple(phrase for phrase, text in texts if text is not None)


def _skills(loader: _Loader, value: Value) -> tuple[str, ...] | None:
    if not isinstance(value.data, list) or not value.data:
        loader.wrong(value, "a list of skills is expected, like [billing]")
        return None
    skills = [_text(loader, skill) for skill in value.data]
    return tuple(skill for skill in skills if skill is not None)


def _boolean(loader: _Loader, value: Value) -> bool:
    if not isinstance(value.data, bool):
        loader.wrong(value, "true or false is expected here")
        return False
    return value.data


def _number(low: float, high: float) -> Read:
    def read(loader: _Loader, value: Value) -> float | None:
        number = value.data
        if isinstance(number, bool) or not isinstance(number, int | float) or not low <= number <= high:
            loader.wrong(value, f"a number from {low:g} to {high:g} is expected here")
            return None
        return float(number)

    return read


def _priority(loader: _Loader, value: Value) -> int | None:
    if isinstance(value.data, bool) or not isinstance(value.data, int) or not 0 <= value.data <= 9:
        loader.wrong(value, "a whole number from 0 to 9 is expected; larger is served first")
        return None
    return value.data


def _one_of(*choices: str) -> Read:
    def read(loader: _Loader, value: Value) -> str | None:
        if value.data in choices:
            return str(value.data)
        near = difflib.get_close_matches(str(value.data), choices, 1, 0.6)
        hint = f' Did you mean "{near[0]}"?' if near else ""
        loader.wrong(value, f"one of {', '.join(choices)} is expected here.{hint}")
        return None

    return read


def _time_zone(loader: _Loader, value: Value) -> str | None:
    if value.data in available_timezones():
        return str(value.data)
    near = difflib.get_close_matches(str(value.data), available_timezones(), 1, 0.6)
    loader.wrong(value, f'no time zone "{value.data}" is known.' + (f' Did you mean "{near[0]}"?' if near else ""))
    return None


def _country(loader: _Loader, value: Value) -> str | None:
    if value.data == "none" or value.data in holidays.list_supported_countries():
        return str(value.data)
    loader.wrong(value, 'a country code with known holidays is expected, like KR, or "none"')
    return None


def _dates(loader: _Loader, value: Value) -> tuple[date, ...] | None:
    if not isinstance(value.data, list):
        loader.wrong(value, "a list of dates is expected, like [2026-12-31]")
        return None
    for day in value.data:
        if type(day.data) is not date:
            loader.wrong(day, f'"{day.written}" is no date; write 2026-12-31')
    return tuple(day.data for day in value.data if type(day.data) is date)


def _music(loader: _Loader, value: Value) -> str | None:
    text = _text(loader, value)
    if text is not None and not text.startswith(("https://", "/")):
        loader.wrong(value, "music is an https:// address, or a path of this server such as /static/hold.wav")
    return text


def _callback(loader: _Loader, value: Value) -> dict[str, Any]:
    if value.data == "never":
        return {"above_seconds": None}
    read = loader.fields(value, FIELDS["callback"], "callback") if isinstance(value.data, dict) else None
    if read is None:
        loader.wrong(value, 'callback is "never", or has a limit: `above_minutes: 3`')
        return {"above_seconds": None}
    minutes = read["above_minutes"]
    return {"above_seconds": None if minutes is None else minutes * MINUTE_SECONDS}


def _hours(loader: _Loader, value: Value) -> tuple[Span | None, ...] | None:
    if value.data == "always":
        return ALWAYS
    if not isinstance(value.data, dict):
        loader.wrong(value, 'hours are "always", or given by days: `weekdays: "09:00-18:00"`')
        return None
    mistakes = len(loader.problems.found)
    read = loader.fields(value, FIELDS["hours"], "hours")
    if read is None or len(loader.problems.found) > mistakes:
        return None
    days = [read["weekdays"]] * 5 + [read["saturday"], read["sunday"]]
    own = [read[name] or common for name, common in zip(_DAY_NAMES, days, strict=True)]
    spans = tuple(None if day in (None, "closed") else day for day in own)
    if not any(spans):
        loader.wrong(value, "with these hours the department never opens")
    return spans


def _span(loader: _Loader, value: Value) -> Span | str | None:
    if value.data == "closed":
        return "closed"
    found = _SPAN.fullmatch(str(value.written))
    if found is None:
        loader.wrong(value, f'"{value.written}" is no span of time; write "09:00-18:00" or closed')
        return None
    opens_hour, opens_minute, closes_hour, closes_minute = (int(part) for part in found.groups())
    midnight = (closes_hour, closes_minute) == (24, 0)
    if max(opens_hour, 0 if midnight else closes_hour) > 23 or max(opens_minute, closes_minute) > 59:
        loader.wrong(value, f'"{value.written}": there is no such time of day')
        return None
    span = Span(time(opens_hour, opens_minute), time(0) if midnight else time(closes_hour, closes_minute))
    if span.closes != time(0) and span.closes <= span.opens:
        loader.wrong(value, f'"{value.written}" ends before it begins')
        return None
    return span


def _country_applies(
    days: tuple[Span | None, ...], country: str | None, closed_on: frozenset[date]
) -> tuple[tuple[Span | None, ...], str | None, frozenset[date]]:
    """`always` means it: holidays too."""
    return (days, None, frozenset()) if days == ALWAYS else (days, country, closed_on)


def _group(name: str) -> Read:
    return lambda loader, value: loader.fields(value, FIELDS[name], name)


def _departments(loader: _Loader, value: Value) -> dict[Key, dict[str, Any]] | None:
    if not isinstance(value.data, dict) or not value.data:
        loader.wrong(value, "departments: each is a name of its own with its keys below it")
        return None
    read = {
        key: loader.fields(inner, FIELDS["department"], f'department "{key.text}"') for key, inner in value.data.items()
    }
    for key in read:
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", key.text):
            loader.problems.add(key.place, f'"{key.text}": a department is named in small letters, like billing')
    return {key: found for key, found in read.items() if found is not None}


FIELDS: dict[str, dict[str, Field]] = {
    "menu file": {
        "site": Field(_group("site"), required=True),
        "notices": Field(_group("notices"), default={}),
        "menu": Field(_group("menu"), required=True),
        "departments": Field(_departments, required=True),
    },
    "site": {
        "name": Field(_text, required=True),
        "time_zone": Field(_time_zone, default="Asia/Seoul"),
        "voice": Field(_text, default="Polly.Seoyeon"),
        "holidays": Field(_country, default="KR"),
        "closed_on": Field(_dates, default=()),
    },
    "notices": {"charge": Field(_prompt), "recording": Field(_prompt), "abuse": Field(_prompt)},
    "menu": {"question": Field(_prompt, required=True), "examples": Field(_prompt, required=True)},
    "department": {
        "name": Field(_text, required=True),
        "key": Field(_key, required=True),
        "phrases": Field(_phrases, required=True),
        "skills": Field(_skills, default=()),
        "hours": Field(_hours, required=True),
        "person": Field(_boolean, default=False),
        "confirm": Field(_one_of("always", "unsure"), default="unsure"),
        "callback": Field(_callback, default={"above_seconds": 180.0}),
        "handle_minutes": Field(_number(0.1, 240), default=4.0),
        "patience_minutes": Field(_number(0.1, 240), default=7.0),
        "priority": Field(_priority, default=0),
        "music": Field(_music),
    },
    "callback": {"above_minutes": Field(_number(0, 240), required=True)},
    "hours": {
        "weekdays": Field(_span),
        "saturday": Field(_span),
        "sunday": Field(_span),
        **{name: Field(_span) for name in _DAY_NAMES},
    },
}

__all__ = ["FIELDS", "MenuErrors", "Place", "comparable", "load_menu", "menu_digest"]
