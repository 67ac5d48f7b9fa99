"""One value of the menu file each: read it, or say what is wrong with it and give None."""

import difflib
import re
from collections.abc import Callable, Iterable
from datetime import date, time
from typing import Any
from zoneinfo import available_timezones

import holidays

from ivr.menu.hours import Span
from ivr.menu.listening import syllables
from ivr.menu.source import Key, Problems, Value

LONGEST_PROMPT_SYLLABLES = 200  # Half a minute of speech: nobody remembers its beginning.
LONGEST_NAME_SYLLABLES = 40  # It is spoken inside other sentences.
KEYS = frozenset("0123456789")
LARGEST_PRIORITY = 9

_NUMBER = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
_SPAN = re.compile(r"(\d{2}):(\d{2})-(\d{2}):(\d{2})", re.ASCII)
_LOOSE_SPAN = re.compile(r"(\d{1,2})(?::(\d{2}))?\s*[-~–]\s*(\d{1,2})(?::(\d{2}))?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

Read = Callable[[Value, Problems], Any]


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant."""
    near = difflib.get_close_matches(word, known, 1, 0.6)
    return near[0] if near else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    near = nearest(word, known)
    return "" if near is None else f' Did you mean "{near}"?'


def comparable(phrase: str) -> str:
    """Two phrases that sound alike are the same: spaces and punctuation are not heard."""
    return "".join(letter for letter in phrase.lower() if letter.isalnum())


def text(value: Value, problems: Problems) -> str | None:
    if isinstance(value.data, bool):
        problems.add(value.place, f'YAML reads {value.written} as true or false: write it in quotes, "{value.written}"')
        return None
    if isinstance(value.data, int | float):
        problems.add(value.place, f'YAML reads {value.written} as a number: write it in quotes, "{value.written}"')
        return None
    if not isinstance(value.data, str) or not value.data.strip():
        problems.add(value.place, "text is expected here")
        return None
    return value.data.strip()


def prompt(value: Value, problems: Problems) -> str | None:
    return _no_longer_than(LONGEST_PROMPT_SYLLABLES, value, problems)


def name(value: Value, problems: Problems) -> str | None:
    return _no_longer_than(LONGEST_NAME_SYLLABLES, value, problems)


def named_in_text(value: Value, problems: Problems) -> Value | None:
    """A name, with its place: whether it exists is seen when the whole file is read."""
    return None if text(value, problems) is None else value


def _no_longer_than(most_syllables: int, value: Value, problems: Problems) -> str | None:
    said = text(value, problems)
    if said is None:
        return None
    count = syllables(said)
    if count == 0:
        problems.add(value.place, "there is nothing to say in this text")
    if count > most_syllables:
        problems.add(value.place, f"{count} syllables are more than callers remember: {most_syllables} at most, please")
    return said


def key(value: Value, problems: Problems) -> Value | None:
    digits = "".join(letter for letter in value.written if letter in KEYS)
    if not value.quoted and digits:
        problems.add(value.place, f'a key is written in quotes: "{digits}"')
        return None
    if not isinstance(value.data, str) or value.data not in KEYS:
        problems.add(value.place, 'a key is one digit in quotes, "0" to "9"; * and # repeat the question')
        return None
    return value


def phrases(value: Value, problems: Problems) -> tuple[Value, ...] | None:
    if not isinstance(value.data, list) or not value.data:
        problems.add(value.place, "a list of things that callers say is expected, one a line with a dash")
        return None
    return tuple(phrase for phrase in value.data if _is_phrase(phrase, problems))


def _is_phrase(value: Value, problems: Problems) -> bool:
    said = text(value, problems)
    if said is not None and not comparable(said):
        problems.add(value.place, "there is nothing to hear in this phrase")
    return said is not None


def skills(value: Value, problems: Problems) -> tuple[str, ...] | None:
    if not isinstance(value.data, list) or not value.data:
        problems.add(value.place, "a list of skills is expected, like [billing]")
        return None
    read = [text(skill, problems) for skill in value.data]
    return tuple(skill for skill in read if skill is not None)


def numbers(value: Value, problems: Problems) -> dict[Key, Value] | None:
    """Numbers of ours that are dialled → the language in which they answer."""
    if not isinstance(value.data, dict):
        problems.add(value.place, 'numbers have a language each: {"+82255501990": en}')
        return None
    for number in value.data:
        if not _NUMBER.fullmatch(number.text):
            problems.add(number.place, f'"{number.text}": a number is written like "+82255501990", in quotes')
    return {number: language for number, language in value.data.items() if language is not None}


def reasons(value: Value, problems: Problems) -> dict[Key, str] | None:
    """Names with a reason each."""
    if not isinstance(value.data, dict):
        problems.add(value.place, "names of warnings are expected here, each with a reason: `ars_charge: 080 번호`")
        return None
    given = {name: reason for name, reason in value.data.items() if reason is not None}
    read = {name: text(reason, problems) for name, reason in given.items()}
    return {name: reason for name, reason in read.items() if reason is not None}


def callers(value: Value, problems: Problems) -> dict[str, int] | None:
    """Numbers of callers → their priority."""
    if not isinstance(value.data, dict):
        problems.add(value.place, 'numbers have a priority each: {"+821012345678": 5}')
        return None
    read = {}
    for number, given in value.data.items():
        if not _NUMBER.fullmatch(number.text):
            problems.add(number.place, f'"{number.text}": a number is written like "+82255501990", in quotes')
        found = None if given is None else priority(given, problems)
        if found is not None:
            read[number.text] = found
    return read


def open_on(value: Value, problems: Problems) -> tuple[tuple[date, Span], ...] | None:
    """Days with hours of their own."""
    if not isinstance(value.data, dict):
        problems.add(value.place, 'days have hours each: {2026-12-31: "09:00-12:00"}')
        return None
    read = []
    for day, given in value.data.items():
        when = _date(Value(day.place, day.text, False, day.text), problems)
        hours = None if given is None else span(given, problems)
        if isinstance(hours, str):
            problems.add(day.place, "a closed day stands in `closed_on`")
        elif when is not None and hours is not None:
            read.append((when, hours))
    return tuple(read)


def boolean(value: Value, problems: Problems) -> bool | None:
    if not isinstance(value.data, bool):
        problems.add(value.place, "true or false is expected here, without quotes")
        return None
    return value.data


def number(low: float, high: float) -> Read:
    def read(value: Value, problems: Problems) -> float | None:
        given = value.data
        if isinstance(given, bool) or not isinstance(given, int | float) or not low <= given <= high:
            problems.add(value.place, f"a number from {low:g} to {high:g} is expected here, without quotes")
            return None
        return float(given)

    return read


def whole(low: int, high: int) -> Read:
    def read(value: Value, problems: Problems) -> int | None:
        given = value.data
        if isinstance(given, bool) or not isinstance(given, int) or not low <= given <= high:
            problems.add(value.place, f"a whole number from {low} to {high} is expected here, without quotes")
            return None
        return given

    return read


def whole_of(*choices: int) -> Read:
    def read(value: Value, problems: Problems) -> int | None:
        if isinstance(value.data, bool) or value.data not in choices:
            listed = ", ".join(map(str, choices))
            problems.add(value.place, f"one of {listed} is expected here, without quotes")
            return None
        return int(value.data)

    return read


def priority(value: Value, problems: Problems) -> int | None:
    given = value.data
    if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given <= LARGEST_PRIORITY:
        problems.add(value.place, f"a whole number from 0 to {LARGEST_PRIORITY} is expected; larger is served first")
        return None
    return given


def one_of(*choices: str) -> Read:
    def read(value: Value, problems: Problems) -> str | None:
        if value.data in choices:
            return str(value.data)
        hint = did_you_mean(value.written, choices)
        problems.add(value.place, f"one of {', '.join(choices)} is expected here.{hint}")
        return None

    return read


def time_zone(value: Value, problems: Problems) -> str | None:
    known = available_timezones()
    if isinstance(value.data, str) and value.data in known:
        return value.data
    hint = did_you_mean(value.written, known)
    problems.add(value.place, f'no time zone "{value.written}" is known.{hint}')
    return None


def country(value: Value, problems: Problems) -> str | None:
    if isinstance(value.data, str) and (value.data == "none" or value.data in holidays.list_supported_countries()):
        return value.data
    problems.add(value.place, 'a country whose holidays are known is expected, like KR, or "none"')
    return None


def dates(value: Value, problems: Problems) -> tuple[date, ...] | None:
    if not isinstance(value.data, list):
        problems.add(value.place, "a list of dates is expected, like [2026-12-31]")
        return None
    read = [_date(day, problems) for day in value.data]
    return tuple(day for day in read if day is not None)


def one_date(value: Value, problems: Problems) -> date | None:
    return _date(value, problems)


def _date(value: Value, problems: Problems) -> date | None:
    try:
        if _DATE.fullmatch(value.written):
            return date.fromisoformat(value.written)
    except ValueError:
        problems.add(value.place, f'"{value.written}": the calendar has no such day')
        return None
    problems.add(value.place, f'"{value.written}" is no date; write 2026-12-31')
    return None


def music(value: Value, problems: Problems) -> str | None:
    """None for "none": silence."""
    address = text(value, problems)
    if address == "none":
        return None
    if address is not None and not address.startswith(("https://", "/")):
        problems.add(value.place, 'music is "none", an https:// address, or a path of this server: /static/hold.wav')
    return address


def span(value: Value, problems: Problems) -> Span | str | None:
    """A Span, or "closed"."""
    if value.data == "closed":
        return "closed"
    found = _SPAN.fullmatch(value.written)
    if found is None:
        written = _as_it_should_be_written(value.written)
        problems.add(value.place, f'"{value.written}" is no span of time; write "{written}" or closed')
        return None
    return _span_of([int(part) for part in found.groups()], value, problems)


def _span_of(parts: list[int], value: Value, problems: Problems) -> Span | None:
    opens_hour, opens_minute, closes_hour, closes_minute = parts
    if (closes_hour, closes_minute) == (24, 0):
        closes_hour = 0
    try:
        read = Span(time(opens_hour, opens_minute), time(closes_hour, closes_minute))
    except ValueError:
        problems.add(value.place, f'"{value.written}": there is no such time of day')
        return None
    if read.closes != time(0) and read.closes <= read.opens:
        problems.add(value.place, f'"{value.written}" ends before it begins')
        return None
    return read


def _as_it_should_be_written(written: str) -> str:
    """ "9-18" → "09:00-18:00"."""
    found = _LOOSE_SPAN.search(written)
    if found is None:
        return "09:00-18:00"
    opens_hour, opens_minute, closes_hour, closes_minute = found.groups()
    return f"{int(opens_hour):02d}:{opens_minute or '00'}-{int(closes_hour):02d}:{closes_minute or '00'}"
