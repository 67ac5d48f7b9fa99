"""All settings, from environment variables. docs/settings.md is made from this table."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import time
from typing import Any

E164 = re.compile(r"\+[1-9]\d{6,14}")
PREFIX = re.compile(r"\+[1-9]\d{0,13}", re.ASCII)
NO_TEXTS = "none"
ACCOUNT_SID = re.compile(r"AC[0-9a-fA-F]{32}")
DATABASE = re.compile(r"(sqlite|postgresql)(\+\w+)?://.*")


class SettingsErrors(Exception):
    """Settings are missing or wrong; all of them are named."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))


class Wrong(ValueError):
    """What a value should look like."""


def _text(value: str) -> str:
    return value


def _url(*schemes: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if not value.startswith(tuple(f"{scheme}://" for scheme in schemes)):
            raise Wrong(f"an address that begins with {' or '.join(schemes)}:// is expected")
        if not value.partition("://")[2].strip("/"):
            raise Wrong("the address names no server")
        return value.rstrip("/")

    return read


def _site(*schemes: str) -> Callable[[str], str]:
    """An address that paths are put behind."""
    url = _url(*schemes)

    def read(value: str) -> str:
        address = url(value)
        if "?" in address or "#" in address:
            raise Wrong("an address without ? and # is expected: paths are put behind it")
        return address

    return read


def _database(value: str) -> str:
    if not DATABASE.fullmatch(value):
        raise Wrong("an address like sqlite:///var/barocall.sqlite3 or postgresql+psycopg://… is expected")
    return value


def _number(value: str) -> str:
    if not E164.fullmatch(value):
        raise Wrong("a phone number like +82215550100 is expected")
    return value


def _number_or_none(value: str) -> str:
    return value if value == NO_TEXTS else _number(value)


def _account(value: str) -> str:
    if not ACCOUNT_SID.fullmatch(value):
        raise Wrong("an account SID is expected: AC and 32 hexadecimal digits")
    return value


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        if not value.isdecimal() or not low <= int(value) <= high:
            raise Wrong(f"a whole number from {low} to {high} is expected")
        return int(value)

    return read


def _decimal(value: str) -> float:
    try:
        number = float(value)
    except ValueError as error:
        raise Wrong("a number is expected") from error
    if not 0 < number <= 1000:
        raise Wrong("a number above 0 is expected")
    return number


def _one_of(*choices: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value not in choices:
            raise Wrong(f"one of {', '.join(choices)} is expected")
        return value

    return read


def _prefixes(value: str) -> tuple[str, ...]:
    prefixes = tuple(prefix.strip() for prefix in value.split(","))
    if not all(PREFIX.fullmatch(prefix) for prefix in prefixes):
        raise Wrong("beginnings of numbers with + and the country are expected, like +82 or +8210,+822")
    return prefixes


QuietHours = tuple[time, time] | None


def _quiet(value: str) -> QuietHours:
    if value == "none":
        return None
    try:
        begin, end = (time.fromisoformat(part) for part in value.split("-"))
    except ValueError as error:
        raise Wrong('a span like 21:00-08:00 is expected, or "none"') from error
    return begin, end


# Not a call with side effects: each field's reader, help and default.
def _setting(
    read: Callable[[str], Any], help_: str, default: str | None = None, *, optional: bool = False, secret: bool = False
) -> Any:
    metadata = {"read": read, "help": help_, "default": default, "optional": optional}
    return field(metadata=metadata, repr=not secret)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One field per variable; the variable's name is the field's in capitals."""

    public_url: str = _setting(
        _site("https", "http"), "Where the carrier reaches us; signatures are checked against it."
    )
    media_url: str = _setting(
        _url("wss", "ws"),
        "Where media streams connect to. By default PUBLIC_URL with wss:// and /media.",
        "",
        optional=True,
    )
    twilio_account_sid: str = _setting(_account, "The carrier account.")
    twilio_auth_token: str = _setting(_text, "The account's secret: signs webhooks, and our requests.", secret=True)
    twilio_auth_token_next: str = _setting(
        _text, "A second secret that webhooks may be signed with, while you change it.", "", optional=True, secret=True
    )
    twilio_api_url: str = _setting(_site("https", "http"), "Twilio's REST API.", "https://api.twilio.com")
    phone_number: str = _setting(_number, "Our number, as callers see it when we phone them.")
    text_number: str | None = _setting(
        _number_or_none, "Our number for texts, if it is another one; none: no texts are sent.", "", optional=True
    )
    link_secret: str | None = _setting(
        _text,
        "Seals links and PINs in texts; by default made from TWILIO_AUTH_TOKEN. When it changes, those sent are void.",
        "",
        optional=True,
        secret=True,
    )
    fallback_number: str | None = _setting(
        _number, "A telephone that a person answers when barocall itself cannot help.", "", optional=True
    )
    # Both may hold a password.
    database_url: str = _setting(
        _database, "Where everything is remembered (SQLAlchemy URL).", "sqlite:///var/barocall.sqlite3", secret=True
    )
    redis_url: str = _setting(
        _url("redis", "rediss", "unix"), "Redis: work to do, nothing else.", "redis://127.0.0.1:6379/0", secret=True
    )
    menu_file: str = _setting(_text, "The menu that is put in force at the start.", "menus.yaml")
    recogniser: str = _setting(
        _one_of("vosk", "twilio", "none"),
        "Who hears callers: Vosk on this machine (Korean), the carrier itself (all languages, billed), or nobody.",
        "vosk",
    )
    english_recogniser: str = _setting(
        _one_of("none", "twilio"),
        "Who hears callers in English where RECOGNISER does not; none: they use keys.",
        "none",
    )
    second_opinion: str = _setting(
        _one_of("auto", "whisper", "none"),
        "Whisper for what the first recogniser is not sure of: where it is installed (auto), or never (none).",
        "auto",
    )
    whisper_model: str | None = _setting(
        _text, "A Whisper model in CTranslate2's format, in place of the installed packages.", "", optional=True
    )
    second_opinion_seconds: float = _setting(_decimal, "After so many seconds the first opinion stands.", "1.2")
    vosk_model: str | None = _setting(
        _text, "An unpacked Vosk model, in place of the installed package.", "", optional=True
    )
    hearing_workers: int = _setting(_whole(1, 64), "Threads that recognise speech: one for each core.", "2")
    hearing_at_once: int = _setting(
        _whole(1, 1000), "Callers heard while they speak; more of them get keys at once.", "16"
    )
    calls_per_second: float = _setting(_decimal, "How fast the carrier lets us place calls.", "1")
    agent_ring_seconds: int = _setting(_whole(5, 60), "How long a phone rings.", "18")
    no_input_seconds: int = _setting(_whole(1, 30), "How long a caller may be silent after a question.", "6")
    hold_seconds: int = _setting(
        _whole(1, 120),
        "Where no music is played: so often we look whether a waiting caller is to be told something.",
        "20",
    )
    wrap_limit_seconds: int = _setting(_whole(1, 3600), "After so long an agent who writes up is ready again.", "60")
    quiet_hours: QuietHours = _setting(
        _quiet, "Nobody is called back between these times (site's zone).", "21:00-08:00"
    )
    callback_attempts: int = _setting(_whole(1, 10), "How often a caller is rung before we give up.", "3")
    machine_detection: str = _setting(
        _one_of("on", "off"), "Ask the carrier who picked up a callback, a person or a machine (billed); a hint.", "on"
    )
    retry_busy_minutes: float = _setting(
        _decimal, "After so long a caller whose line was busy is rung again; twice as long the next time.", "5"
    )
    retry_unanswered_minutes: float = _setting(
        _decimal, "After so long a caller who did not answer is rung again; twice as long the next time.", "30"
    )
    callback_prefixes: tuple[str, ...] = _setting(
        _prefixes,
        "Mobile and fixed numbers that begin so may be called back; premium numbers and short codes never.",
        "+82",
    )
    callbacks_open_per_number: int = _setting(
        _whole(1, 100), "So many callbacks may be open for one number: people share phones.", "3"
    )
    callbacks_per_number_hour: int = _setting(
        _whole(1, 1000), "So many callbacks are promised to one number within an hour.", "3"
    )
    callbacks_per_number_day: int = _setting(_whole(1, 1000), "The same within 24 hours.", "6")
    callbacks_per_hour: int = _setting(
        _whole(1, 1_000_000), "So many callbacks are promised to all numbers together within an hour.", "600"
    )
    retention_days: int = _setting(_whole(1, 3650), "After so long what callers said is deleted.", "30")
    voice_port: int = _setting(_whole(1, 65535), "Voice webhooks listen here (127.0.0.1).", "8000")
    media_port: int = _setting(_whole(1, 65535), "Media sockets listen here (127.0.0.1).", "8001")
    console_port: int = _setting(_whole(1, 65535), "The live page listens here (127.0.0.1).", "8002")
    console_token: str | None = _setting(
        _text,
        "Opens the live page, once. By default a fresh one is printed at the start.",
        "",
        optional=True,
        secret=True,
    )

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Raises SettingsErrors that names everything which is missing or wrong."""
        problems: list[str] = []
        values = {setting.name: _read(setting, environ, problems) for setting in fields(cls)}
        problems += _shared_ports(values)
        if problems:
            raise SettingsErrors(problems)
        if not values["media_url"]:
            values["media_url"] = values["public_url"].replace("http", "ws", 1) + "/media"
        return cls(**values)


@dataclass(frozen=True)
class SettingRow:
    variable: str
    help: str
    default: str | None
    """None: it has to be given."""


def settings_table() -> tuple[SettingRow, ...]:
    """For the documents."""
    rows = ((setting.name.upper(), setting.metadata) for setting in fields(Settings))
    return tuple(SettingRow(name, about["help"], about["default"]) for name, about in rows)


def _shared_ports(values: Mapping[str, Any]) -> list[str]:
    """Two servers on one port: the second would die at the start, with its reason in a log."""
    owners: dict[int, str] = {}
    problems = []
    for name in ("voice_port", "media_port", "console_port"):
        port = values[name]
        if port is not None and port in owners:
            problems.append(
                f"{name.upper()} {port} is wrong: {owners[port].upper()} has the same port, give another one"
            )
        owners.setdefault(port, name)
    return problems


def _read(setting: Any, environ: Mapping[str, str], problems: list[str]) -> Any:
    variable, about = setting.name.upper(), setting.metadata
    given = environ.get(variable, "").strip() or about["default"]
    if given is None:
        problems.append(f"{variable} is missing: {about['help']}")
        return None
    if not given and about["optional"]:
        return None
    try:
        return about["read"](given)
    except Wrong as error:
        # A secret's value is never shown.
        shown = f' "{given}"' if setting.repr else ""
        problems.append(f"{variable}{shown} is wrong: {error}")
        return None
