"""A roster as a calendar: each event is a shift, called as the agent is; "휴식: 이름" or "break: name" is a break."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar

from callqueue.roster import Planned, Problem, Read, Span

_LINE = "X-BAROCALL-LINE"
_BREAK = re.compile(r"\s*(?:휴식|break)\s*[:：-]\s*(.*)", re.IGNORECASE)


def read_ical(text: str, zone: ZoneInfo, first: datetime, last: datetime) -> Read:
    """The shifts between `first` and `last`, repeated ones included, and what can't be read. Times without a zone are
    the site's (`zone`)."""
    try:
        calendar = Calendar.from_ical(text)
    except (ValueError, IndexError, KeyError) as error:
        return Read(problems=(Problem(_line_within(text, str(error)), f"this is no calendar: {error}"),))
    events = calendar.walk("VEVENT")
    if not events:
        return Read(problems=(Problem(1, "there is no event in this calendar"),))
    _number(events, text)
    wrong = tuple(problem for event in events for problem in _mistakes(event, zone))
    calendar.subcomponents = [part for part in calendar.subcomponents if not any(_mistakes(part, zone))]
    try:
        found = [_planned(event, zone) for event in recurring_ical_events.of(calendar).between(first, last)]
    except Exception as error:
        return Read(problems=(*wrong, Problem(1, f"a rule of repetition can't be followed: {error}")))
    shifts, homeless = _shifts(found)
    return Read(shifts, (*wrong, *homeless))


def _number(events: Sequence[Any], text: str) -> None:
    """Every event learns its line, and every repetition of it knows the same."""
    begins = [number for number, line in enumerate(text.splitlines(), 1) if line.strip().upper() == "BEGIN:VEVENT"]
    for event, line in zip(events, begins, strict=False):
        event.add(_LINE, str(line))


def _line_within(text: str, message: str) -> int:
    """Which line a message quotes; the first where it quotes none."""
    lines = enumerate(text.splitlines(), 1)
    return next((number for number, line in lines if line.strip() and line.strip() in message), 1)


def _mistakes(event: Any, zone: ZoneInfo) -> Iterator[Problem]:
    if event.name != "VEVENT":
        return
    line = _line_of(event)
    for name, told in event.errors:
        yield Problem(line, f"{name} can't be read: {told}")
    if not str(event.get("SUMMARY", "")).strip():
        yield Problem(line, "whose shift is it? The event's title (SUMMARY) is the agent's name")
    start, end = event.get("DTSTART"), event.get("DTEND") or event.get("DURATION")
    if start is None or end is None:
        yield Problem(line, "a shift has a begin and an end (DTSTART, DTEND)")
    elif not isinstance(start.dt, datetime):
        yield Problem(line, "a shift needs times of day: this event lasts whole days")
    elif "DTEND" in event and _in_zone(event["DTEND"].dt, zone) <= _in_zone(start.dt, zone):
        yield Problem(line, "a shift ends after it begins, and within a day")


def _planned(event: Any, zone: ZoneInfo) -> Planned:
    on, off = (_in_zone(event[name].dt, zone) for name in ("DTSTART", "DTEND"))
    return Planned(_line_of(event), str(event["SUMMARY"]).strip(), on, off)


def _shifts(events: Sequence[Planned]) -> tuple[tuple[Planned, ...], list[Problem]]:
    """Breaks go into the shift that they lie in; whoever rests without a shift is told of."""
    breaks = [(event, found.group(1).strip()) for event in events if (found := _BREAK.fullmatch(event.agent))]
    shifts = [event for event in events if not _BREAK.fullmatch(event.agent)]
    homeless = [
        Problem(event.line, f"{whose} has no shift at the time of this break")
        for event, whose in breaks
        if not any(_holds(shift, event, whose) for shift in shifts)
    ]
    return tuple(replace(shift, breaks=_breaks_of(shift, breaks)) for shift in shifts), homeless


def _breaks_of(shift: Planned, breaks: Sequence[tuple[Planned, str]]) -> tuple[Span, ...]:
    return tuple((event.on, event.off) for event, whose in breaks if _holds(shift, event, whose))


def _holds(shift: Planned, pause: Planned, whose: str) -> bool:
    return shift.agent == whose and shift.on <= pause.on and pause.off <= shift.off


def _in_zone(moment: date, zone: ZoneInfo) -> datetime:
    """A day begins at midnight."""
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time(), zone)
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment


def _line_of(event: Any) -> int:
    return int(str(event.get(_LINE, "1")))
