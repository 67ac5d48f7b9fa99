"""The roster: when agents mean to work. It decides nothing; estimates are better for it, and supervisors see it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from callqueue.events import Kind, record
from store.tables import roster

LONGEST_SHIFT = timedelta(hours=24)

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Shift:
    agent_id: int
    on: datetime
    off: datetime
    breaks: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Planned:
    """A shift as a file has it."""

    line: int
    agent: str
    """A name or a telephone number."""
    on: datetime
    off: datetime
    breaks: tuple[Span, ...] = ()


@dataclass(frozen=True, order=True)
class Problem:
    line: int
    message: str


@dataclass(frozen=True)
class Read:
    """What a file says, and what in it can't be read."""

    planned: tuple[Planned, ...] = ()
    problems: tuple[Problem, ...] = ()


class RosterErrors(Exception):
    """A roster file has mistakes; nothing of it was taken over, and the roster before it stays."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__(f"{len(self.problems)} mistakes in the roster")


def shifts_of(read: Read, people: Mapping[str, Sequence[int]]) -> tuple[Shift, ...]:
    """The shifts of a file; `people`: who has a name or telephone number. Raises RosterErrors with every mistake."""
    problems = [*read.problems, *(problem for shift in read.planned for problem in _mistakes(shift, people))]
    known = (planned for planned in read.planned if len(people.get(planned.agent, ())) == 1)
    found = [(p, Shift(people[p.agent][0], p.on, p.off, p.breaks)) for p in known]
    problems += _overlaps(found)
    if problems:
        raise RosterErrors(problems)
    return tuple(shift for _, shift in found)


def replace_roster(tx: Connection, shifts: Sequence[Shift], now: datetime) -> None:
    """The shifts take the place of all that begin between the first one's begin and the last one's end; what lies
    before and after stays. Recorded are the shifts that are new, and those that are gone: with no time between on and
    off."""
    if not shifts:
        return
    first, last = min(shift.on for shift in shifts), max(shift.off for shift in shifts)
    before = [shift for shift in shifts_between(tx, first, last) if shift.on >= first]
    tx.execute(delete(roster).where(roster.c.on_at >= first, roster.c.on_at < last))
    for shift in shifts:
        tx.execute(insert(roster).values(_row(shift)))
    kept = {(shift.agent_id, shift.on) for shift in shifts}
    gone = [Shift(s.agent_id, s.on, s.on) for s in before if (s.agent_id, s.on) not in kept]
    for shift in (*gone, *(s for s in shifts if s not in set(before))):
        record(tx, Kind.ROSTER, now, agent=shift.agent_id, **_seconds(shift))


def shifts_between(tx: Connection, first: datetime, last: datetime) -> tuple[Shift, ...]:
    """Who works in this time, in order."""
    within = select(roster).where(roster.c.off_at > first, roster.c.on_at < last)
    rows = tx.execute(within.order_by(roster.c.on_at, roster.c.agent_id))
    return tuple(Shift(r.agent_id, r.on_at, r.off_at, tuple(map(_span, r.breaks))) for r in rows)


def _mistakes(shift: Planned, people: Mapping[str, Sequence[int]]) -> Iterator[Problem]:
    known = people.get(shift.agent, ())
    if not known:
        near = get_close_matches(shift.agent, people, 1, 0.6)
        hint = f' Did you mean "{near[0]}"?' if near else " `barocall agents list` shows them."
        yield Problem(shift.line, f'no agent is called "{shift.agent}".{hint}')
    elif len(known) > 1:
        yield Problem(shift.line, f'{len(known)} agents are called "{shift.agent}": write the phone number instead')
    if not timedelta(0) < shift.off - shift.on <= LONGEST_SHIFT:
        yield Problem(shift.line, "a shift ends after it begins, and within a day")
        return
    if any(not shift.on <= begin < end <= shift.off for begin, end in shift.breaks):
        yield Problem(shift.line, "a break lies within its shift, and ends after it begins")
    if any(later[0] < earlier[1] for earlier, later in pairwise(sorted(shift.breaks))):
        yield Problem(shift.line, "two breaks of this shift overlap")


def _overlaps(found: Sequence[tuple[Planned, Shift]]) -> Iterator[Problem]:
    in_order = sorted(found, key=lambda both: (both[1].agent_id, both[1].on, both[0].line))
    for (before, first), (planned, second) in pairwise(in_order):
        if first.agent_id == second.agent_id and second.on < first.off:
            yield Problem(planned.line, f"{planned.agent} has another shift at that time, in line {before.line}")


def _row(shift: Shift) -> dict[str, Any]:
    seconds = _seconds(shift)
    return {"agent_id": shift.agent_id, "on_at": shift.on, "off_at": shift.off, "breaks": seconds["breaks"]}


def _seconds(shift: Shift) -> dict[str, Any]:
    breaks = [[begin.timestamp(), end.timestamp()] for begin, end in shift.breaks]
    return {"on": shift.on.timestamp(), "off": shift.off.timestamp(), "breaks": breaks}


def _span(seconds: Sequence[float]) -> Span:
    begin, end = (datetime.fromtimestamp(moment, UTC) for moment in seconds)
    return begin, end
