"""What the attributes of TwiML may be. A kind of attribute reads its text and says what was expected instead."""

import re
from collections.abc import Callable
from dataclasses import dataclass

Value = str | int | bool | tuple[str, ...] | None

# Confirmed: schema validation. Twilio only warns and goes on without the attribute; this network refuses.
SCHEMA = 12200
FOR_EVER_TIMES = 1000  # Confirmed: loop="0" means so often.


class NotExpected(Exception):
    """A text that the attribute can't have. The message says what is expected."""


@dataclass(frozen=True)
class Attribute:
    """`code`: Twilio's number for a value that can't be."""

    read: Callable[[str], Value]
    default: Value = None
    code: int = SCHEMA


def text(default: str | None = None) -> Attribute:
    return Attribute(str, default)


def url() -> Attribute:
    """A relative one starts at the document that it stands in."""
    return text()


def number(default: int | None = None, *, low: int = 0, high: int | None = None, code: int = SCHEMA) -> Attribute:
    def read(given: str) -> int:
        if not re.fullmatch(r"\d{1,9}", given) or not low <= int(given) <= (high or int(given)):
            raise NotExpected(f"a whole number from {low}{'' if high is None else f' to {high}'}")
        return int(given)

    return Attribute(read, default, code)


def flag(default: bool = False, *, code: int = SCHEMA) -> Attribute:
    return one_of("true", "false", default=default, code=code, read=lambda given: given == "true")


def one_of(*choices: str, default: Value = None, code: int = SCHEMA, read: Callable[[str], Value] = str) -> Attribute:
    def chosen(given: str) -> Value:
        if given not in choices:
            raise NotExpected(_either(choices))
        return read(given)

    return Attribute(chosen, default, code)


def some_of(*choices: str, default: str) -> Attribute:
    def chosen(given: str) -> tuple[str, ...]:
        names = tuple(given.split())
        if not names or not set(names) <= set(choices):
            raise NotExpected(f"{_either(choices)}, or several of them with spaces between")
        return names

    return Attribute(chosen, tuple(default.split()))


def method() -> Attribute:
    return one_of("GET", "POST", default="POST")


def keys(default: str | None = None, *, code: int = SCHEMA) -> Attribute:
    return matching("[0-9*#]*", "keys (0 to 9, * and #)", default, code=code)


def matching(pattern: str, expected: str, default: Value = None, *, code: int = SCHEMA) -> Attribute:
    def read(given: str) -> str:
        if not re.fullmatch(pattern, given):
            raise NotExpected(expected)
        return given

    return Attribute(read, default, code)


def refused(instead: str, *, code: int) -> Attribute:
    """Twilio has it; here it is refused under a number of its own."""

    def read(given: str) -> Value:
        raise NotExpected(instead)

    return Attribute(read, None, code)


def speech_timeout() -> Attribute:
    """Seconds; 0 stands for "auto"."""

    def read(given: str) -> int:
        if given == "auto":
            return 0
        if not given.isdigit() or int(given) == 0:
            raise NotExpected('"auto" or a positive whole number')
        return int(given)

    return Attribute(read, None, 13327)  # Confirmed: Gather, invalid speechTimeout.


def hints(*, most: int, letters: int) -> Attribute:
    def read(given: str) -> tuple[str, ...]:
        phrases = tuple(phrase.strip() for phrase in given.split(","))
        if len(phrases) > most or any(len(phrase) > letters for phrase in phrases):
            raise NotExpected(f"at most {most} of {letters} characters each")
        return phrases

    return Attribute(read, (), 13330)  # Confirmed: Gather, invalid hints.


def _either(choices: tuple[str, ...]) -> str:
    return choices[0] if len(choices) == 1 else f"{', '.join(choices[:-1])} or {choices[-1]}"
