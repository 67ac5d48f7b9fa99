"""A key of the menu language: who reads it, what it looks like, what it is for. Everything that is said about keys
comes from here: the reference in docs/menus.md, the JSON Schema for editors, and "did you mean"."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ivr.menu.both import Both
from ivr.menu.source import Key, Place, Problems, Value
from ivr.menu.values import Read, did_you_mean, nearest

Help = Both
"""What a key is for."""


@dataclass(frozen=True)
class Form:
    """What a value looks like, for people and as JSON Schema for editors."""

    schema: Mapping[str, Any]
    help: Both


@dataclass(frozen=True)
class Field:
    """A key without `form` and `help` is read, but a test refuses it: nobody could look it up."""

    read: Read
    form: Form | None = None
    help: Both | None = None
    required: bool = False
    default: Any = None
    example: str = ""
    """The value as it stands in a file."""
    default_written: str = ""
    """The default as one would write it; empty where leaving the key out says enough."""


class Fields(dict[str, Any]):
    """A mapping as it was read; remembers where it and its keys stand."""

    def __init__(self, values: Mapping[str, Any], place: Place, places: Mapping[str, Place]) -> None:
        super().__init__(values)
        self.place = place
        self.places = places

    def place_of(self, name: str) -> Place:
        """Of the key; where it was left out, of the mapping that it would stand in."""
        return self.places.get(name, self.place)


NOT_YET = {
    "after_hours": "`closed_prompt` says what callers hear then; they are offered a callback",
    "voicemail": "callers are offered a callback instead",
    "survey": "",
    "sms": "",
    "faq": "",
    "answers": "",
}
"""Planned, with what is there instead. A key leaves this list on the day when it does something."""

ELSEWHERE = {"audio": "a recorded sentence stands in `recordings`, beside `menu` and `departments`"}
"""What people look for under another name."""


def read_fields(value: Value, known: Mapping[str, Field], where: str, problems: Problems) -> Fields | None:
    """Read a mapping by its table: unknown keys, missing keys and wrong values are all reported."""
    if not isinstance(value.data, dict):
        problems.add(value.place, f"{where}: keys with values are expected here, like `name: …`{_full_width(value)}")
        return None
    read: dict[str, Any] = {name: field.default for name, field in known.items()}
    for key, inner in value.data.items():
        field = known.get(key.text)
        if field is None:
            problems.add(key.place, f"{where}: {_unknown(key.text, known)}")
        elif inner is not None:
            read[key.text] = field.read(inner, problems)
    _report_missing(value, known, where, problems)
    return Fields(read, value.place, {key.text: key.place for key in value.data})


def _unknown(key: str, known: Mapping[str, Field]) -> str:
    if key in NOT_YET:
        instead = f": {NOT_YET[key]}" if NOT_YET[key] else ""
        return f'"{key}" is not yet part of this language{instead}'
    if key in ELSEWHERE and key not in known:
        return f'no key "{key}" is known here: {ELSEWHERE[key]}'
    hint = did_you_mean(key, known) or f" Known are: {', '.join(known)}."
    return f'no key "{key}" is known here.{hint}'


def _report_missing(value: Value, known: Mapping[str, Field], where: str, problems: Problems) -> None:
    given: set[str] = {key.text for key in value.data}
    strangers = given - known.keys()
    for name, field in known.items():
        # A key that stands there misspelt has been reported as unknown: once is enough.
        if field.required and name not in given and nearest(name, strangers) is None:
            problems.add(value.place, f'{where}: "{name}" is missing')


def _full_width(value: Value) -> str:
    return '; "：" is not YAML\'s ":"' if "：" in value.written else ""


def named(value: Value, problems: Problems, what: str) -> dict[Key, Value | None] | None:
    """A mapping of names to anything; None when it is none, which `problems` then says."""
    if isinstance(value.data, dict) and value.data:
        return value.data
    problems.add(value.place, f"{what}: each has a name of its own, and its keys below it")
    return None
