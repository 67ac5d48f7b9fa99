"""`tests:` of a menu: a caller says or presses something, and should end somewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from ivr.menu.source import Key, Problems, Value
from ivr.menu.values import did_you_mean, text

KEYS = frozenset("0123456789*#")
MOST_WAITING = 50


@dataclass(frozen=True)
class Trial:
    """One test of the menu. `line`: where it stands in the file."""

    line: int
    ends: str
    """The department."""
    said: tuple[str, ...] = ()
    pressed: str = ""
    """After what was said."""
    language: str | None = None
    at: datetime | None = None
    """None: when the department is open."""
    waiting: int = 0
    """So many callers stand in its line already, and all agents are busy."""
    questions: int | None = None
    """So many are asked at most."""
    callback: bool | None = None
    """Whether a callback is offered on arrival."""
    hears: str | None = None

    @property
    def told(self) -> str:
        """What the caller does, in words."""
        parts = [f"says “{words}”" for words in self.said] + [f"presses {self.pressed}"] * bool(self.pressed)
        when = f" at {self.at:%Y-%m-%d %H:%M}" if self.at else ""
        waiting = f" with {self.waiting} waiting" if self.waiting else ""
        return ", ".join(parts) + when + waiting


def one_or_more(value: Value, problems: Problems) -> tuple[str, ...] | None:
    """A text, or a list of texts."""
    given = value.data if isinstance(value.data, list) else [value]
    read = [text(one, problems) for one in given]
    return tuple(one for one in read if one is not None)


def keys(value: Value, problems: Problems) -> str | None:
    if not isinstance(value.data, str) or not value.quoted or not value.data or not KEYS.issuperset(value.data):
        problems.add(value.place, 'keys are written in quotes, in the order in which they are pressed: "2" or "02"')
        return None
    return value.data


def moment(value: Value, problems: Problems) -> datetime | None:
    """In the site's zone, which is put to it later."""
    day, _, hour = value.written.partition(" ")
    try:
        return datetime.combine(date.fromisoformat(day), time.fromisoformat(hour), ZoneInfo("UTC"))
    except ValueError:
        problems.add(value.place, f'"{value.written}" is no moment; write 2026-12-24 14:00')
        return None


def how_many(value: Value, problems: Problems) -> int | None:
    given = value.data
    if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given <= MOST_WAITING:
        problems.add(value.place, f"a whole number from 0 to {MOST_WAITING} is expected here")
        return None
    return given


def check_trials(read: Mapping[str, Any], problems: Problems) -> None:
    departments: Mapping[Key, Any] = read["departments"] or {}
    known = [department.text for department in departments]
    for trial in read["tests"] or ():
        if not trial["said"] and not trial["pressed"] and trial.places.keys().isdisjoint({"said", "pressed"}):
            problems.add(trial.place, 'a test needs what the caller does: `said: 배송 조회` or `pressed: "2"`')
        ends = trial["ends"]
        if ends is not None and ends.data not in known:
            problems.add(ends.place, f'no department is called "{ends.data}".{did_you_mean(ends.written, known)}')


def trials(read: Mapping[str, Any]) -> tuple[Trial, ...]:
    """Of a file that has passed every check."""
    zone = ZoneInfo(read["site"]["time_zone"])
    return tuple(_trial(one, zone) for one in read["tests"])


def _trial(one: Any, zone: ZoneInfo) -> Trial:
    at = one["at"]
    return Trial(
        line=one.place.line,
        ends=str(one["ends"].data),
        said=one["said"] or (),
        pressed=one["pressed"] or "",
        language=one["language"],
        at=None if at is None else at.replace(tzinfo=zone),
        waiting=one["waiting"],
        questions=one["questions"],
        callback=one["callback"],
        hears=one["hears"],
    )
