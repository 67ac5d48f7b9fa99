"""When a department is open."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
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
    """`days`: Monday first, None for closed. Public holidays of `country` and `closed_on` are closed all day."""

    zone: str
    days: tuple[Span | None, ...]
    country: str | None = "KR"
    closed_on: frozenset[date] = frozenset()

    def is_open(self, at: datetime) -> bool:
        local = at.astimezone(ZoneInfo(self.zone))
        span = self._span(local.date())
        return span is not None and _starts(local.date(), span, self.zone) <= at < _ends(local.date(), span, self.zone)

    def next_opening(self, after: datetime) -> datetime | None:
        """The first moment from `after` on at which the department is open; None if it never is."""
        if self.is_open(after):
            return after
        openings = (_starts(day, span, self.zone) for day, span in self._open_days(after))
        return next((opening for opening in openings if opening >= after), None)

    def _open_days(self, after: datetime) -> Iterator[tuple[date, Span]]:
        first = after.astimezone(ZoneInfo(self.zone)).date()
        for ahead in range(LOOK_AHEAD_DAYS):
            day = first + timedelta(days=ahead)
            span = self._span(day)
            if span is not None:
                yield day, span

    def _span(self, day: date) -> Span | None:
        if day in self.closed_on or _is_public_holiday(self.country, day):
            return None
        return self.days[day.weekday()]


ALWAYS = (Span(time(0), time(0)),) * 7


def describe_hours(hours: OpeningHours) -> str:
    """ "평일 오전 9시부터 오후 6시까지" – as said on the phone, in groups of equal days."""
    if hours.days == ALWAYS:
        return "연중무휴 24시간"
    parts = []
    weekdays = hours.days[:5]
    if weekdays[0] is not None and all(span == weekdays[0] for span in weekdays):
        parts.append(f"평일 {_said_span(weekdays[0])}")
    else:
        parts += [f"{_DAYS[i]} {_said_span(span)}" for i, span in enumerate(weekdays) if span is not None]
    parts += [f"{_DAYS[i]} {_said_span(span)}" for i in (5, 6) if (span := hours.days[i]) is not None]
    return ", ".join(parts)


_DAYS = ("월요일", "화요일", "수요일", "목요일", "금요일", "토요일", "일요일")


def said_time(at: time) -> str:
    """ "오전 9시", "오후 6시 30분", "밤 12시"."""
    if at == time(0):
        return "밤 12시"
    half = "오전" if at.hour < 12 else "오후"
    hour = at.hour if at.hour <= 12 else at.hour - 12
    return f"{half} {hour}시" + (f" {at.minute}분" if at.minute else "")


def _said_span(span: Span) -> str:
    return f"{said_time(span.opens)}부터 {said_time(span.closes)}까지"


def _starts(day: date, span: Span, zone: str) -> datetime:
    return datetime.combine(day, span.opens, ZoneInfo(zone))


def _ends(day: date, span: Span, zone: str) -> datetime:
    last = day + timedelta(days=1) if span.closes == time(0) else day
    return datetime.combine(last, span.closes, ZoneInfo(zone))


@cache
def _holidays_of(country: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, years=year))


def _is_public_holiday(country: str | None, day: date) -> bool:
    return country is not None and day in _holidays_of(country, day.year)
