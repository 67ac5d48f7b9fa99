"""When a department is open."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo

import holidays

# A department that does not open within a year never opens.
LOOK_AHEAD_DAYS = 370


@dataclass(frozen=True)
class Span:
    """From `opens` until just before `closes`; `closes` 00:00 is midnight."""

    opens: time
    closes: time


@dataclass(frozen=True)
class OpeningHours:
    """`days`: Monday first, None for closed. Public holidays of `country` and `closed_on` are closed all day.

    Asked with aware times only, and answers in UTC.
    """

    zone: str
    days: tuple[Span | None, ...]
    country: str | None = "KR"
    closed_on: frozenset[date] = frozenset()
    open_on: tuple[tuple[date, Span], ...] = ()
    """Days with hours of their own: they win over everything else."""

    def is_open(self, at: datetime) -> bool:
        day = self._day(at)
        span = self._span(day)
        return span is not None and _starts(day, span, self.zone) <= at < _ends(day, span, self.zone)

    def next_opening(self, after: datetime) -> datetime | None:
        """The first moment from `after` on at which the department is open; None if it never is."""
        if self.is_open(after):
            return after.astimezone(UTC)
        openings = (_starts(day, span, self.zone) for day, span in self._open_days(after))
        return next((opening for opening in openings if opening >= after), None)

    def next_closing(self, after: datetime) -> datetime | None:
        """The end of the open time that `after` falls in, or of the next one; None if it never opens again."""
        opening = self.next_opening(after)
        day = None if opening is None else self._day(opening)
        span = None if day is None else self._span(day)
        return None if day is None or span is None else _ends(day, span, self.zone)

    def _open_days(self, after: datetime) -> Iterator[tuple[date, Span]]:
        first = self._day(after)
        for ahead in range(LOOK_AHEAD_DAYS):
            day = first + timedelta(days=ahead)
            span = self._span(day)
            if span is not None:
                yield day, span

    def _day(self, at: datetime) -> date:
        if at.tzinfo is None:
            raise ValueError("a time without its zone says nothing about opening hours")
        return at.astimezone(ZoneInfo(self.zone)).date()

    def _span(self, day: date) -> Span | None:
        own = next((span for one, span in self.open_on if one == day), None)
        if own is not None:
            return own
        if day in self.closed_on or _is_public_holiday(self.country, day):
            return None
        return self.days[day.weekday()]


WHOLE_DAY = Span(time(0), time(0))
ALWAYS = (WHOLE_DAY,) * 7

Days = Literal["daily", "weekdays", "weekend", "mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAY_NAMES: tuple[Days, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def day_groups(days: tuple[Span | None, ...]) -> list[tuple[Days, Span]]:
    """Equal days taken together, as they are said on the phone; closed ones are left out."""
    return [(name, span) for name, span in _groups(days) if span is not None]


def _groups(days: tuple[Span | None, ...]) -> list[tuple[Days, Span | None]]:
    if len(set(days)) == 1:
        return [("daily", days[0])]
    weekdays, weekend = days[:5], days[5:]
    if len(set(weekdays)) > 1:
        return list(zip(DAY_NAMES, days, strict=True))
    if weekend[0] == weekend[1]:
        return [("weekdays", weekdays[0]), ("weekend", weekend[0])]
    return [("weekdays", weekdays[0]), *zip(DAY_NAMES[5:], weekend, strict=True)]


def _starts(day: date, span: Span, zone: str) -> datetime:
    return datetime.combine(day, span.opens, ZoneInfo(zone)).astimezone(UTC)


def _ends(day: date, span: Span, zone: str) -> datetime:
    last = day + timedelta(days=1) if span.closes == time(0) else day
    return datetime.combine(last, span.closes, ZoneInfo(zone)).astimezone(UTC)


@cache
def _holidays_of(country: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, years=year))


def _is_public_holiday(country: str | None, day: date) -> bool:
    return country is not None and day in _holidays_of(country, day.year)
