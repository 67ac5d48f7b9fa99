"""REST parameters, read and checked. What is wrong is refused with Twilio's code, what is not spoken by its name."""

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import SplitResult, urlsplit

import phonenumbers
from flask import request
from werkzeug.datastructures import MultiDict

Form = MultiDict[str, str]

# Confirmed by Twilio's list of errors.
BAD_URL = 21205
BAD_METHOD = 21209
# Unconfirmed: which code a parameter gets that has none of its own.
BAD_PARAMETER = 20001
METHODS = ("GET", "POST")
PAGING = ("Page", "PageSize", "PageToken")


class Refused(Exception):
    """The request is not carried out."""

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


def only(form: Iterable[str], known: Iterable[str]) -> None:
    unknown = sorted(set(form) - set(known))
    if unknown:
        raise Refused(BAD_PARAMETER, f"{unknown[0]} is not spoken here")


def filters(*names: str, days: Iterable[str] = ()) -> frozenset[str]:
    """What a listing may be asked for: these, a page, and these days with `<` and `>`."""
    return frozenset({*names, *PAGING, *(f"{day}{sign}" for day in days for sign in ("", "<", ">"))})


def split_url(text: str) -> SplitResult | None:
    """None for what is no address at all, such as `http://[`."""
    try:
        return urlsplit(text)
    except ValueError:
        return None


def url_of(form: Form, name: str, code: int = BAD_URL) -> str | None:
    text = form.get(name)
    if not text:
        return None
    parts = split_url(text)
    if parts is None or parts.scheme not in ("http", "https") or not parts.netloc:
        raise Refused(code, f"{name} is not a valid URL: {text}")
    return text


def method_of(form: Form, name: str) -> str:
    method = form.get(name, "POST")
    if method not in METHODS:
        raise Refused(BAD_METHOD, f"{name} is not valid: {method}")
    return method


def flag_of(form: Form, name: str) -> bool | None:
    """None where it is not given."""
    text = form.get(name)
    if text is None:
        return None
    if text.lower() not in ("true", "false"):
        raise Refused(BAD_PARAMETER, f"{name}: true or false is expected, not {text}")
    return text.lower() == "true"


def whole_of(form: Form, name: str, default: int, least: int, most: int, code: int = BAD_PARAMETER) -> int:
    text = form.get(name, str(default))
    if not text.isdecimal() or not least <= int(text) <= most:
        raise Refused(code, f"{name}: {least} to {most} is expected, not {text}")
    return int(text)


def one_of(form: Form, name: str, known: Iterable[str]) -> str | None:
    text = form.get(name)
    if text is not None and text not in known:
        raise Refused(BAD_PARAMETER, f"{name}: one of {', '.join(known)} is expected, not {text}")
    return text


def words_of(form: Form, name: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """One field for each, or several words in one."""
    wanted = tuple(event for text in form.getlist(name) for event in text.split())
    for event in wanted:
        if event not in known:
            raise Refused(BAD_PARAMETER, f"{name}: {event} is none of {', '.join(known)}")
    return wanted


def is_dialable(number: str) -> bool:
    """A telephone number in E.164, or a client of the application's."""
    if number.startswith("client:"):
        return True
    try:
        return number.startswith("+") and phonenumbers.is_possible_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False


def on_day(at: datetime | None, name: str) -> bool:
    """`Name`, `Name<` and `Name>` in the query are whole UTC dates, bounds included; what has no date meets none.

    Unconfirmed: that it has none.
    """
    asked = {sign: date[:10] for sign in ("", "<", ">") if (date := request.args.get(f"{name}{sign}"))}
    if not asked or at is None:
        return not asked
    day = at.date().isoformat()
    return day == asked.get("", day) and asked.get(">", day) <= day <= asked.get("<", day)
