"""Where an agent is, and when they will be away: from what they do now, and from the roster where there is one."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from callqueue.forecast import replay
from callqueue.forecast.floor import AFTER, AT_ONCE_SECONDS, AWAY, DIALLING, FORGOTTEN_SECONDS, Agent, Caller
from callqueue.forecast.habits import Habits
from callqueue.forecast.laws import HouseLaws

LONG_PAUSE_SECONDS = 2 * 3600.0
"""Who has been away so long, unplanned, is not counted on."""
SURELY_AT_ONCE = 0.9
BREAK_SLACK_SECONDS = 900.0
LATE_SECONDS = 300.0
OUT = -1
"""A phase beside replay's: signed off for a while. Played like a call whose length is that of such absences."""
IN_CALL = ("talk", "hold", "wrap", DIALLING)


@dataclass(frozen=True)
class Absence:
    """Seconds from now; an absence without end is the end of the shift."""

    leaves: float
    returns: float
    likely: float = 1.0


@dataclass(frozen=True)
class Presence:
    phase: int
    age: float
    absences: tuple[Absence, ...] = ()


def presence(agent: Agent, kept_waiting: bool, laws: HouseLaws, t: float) -> Presence | None:
    """None for who is not counted on. `kept_waiting`: somebody waits whom this agent, if free, would have taken."""
    age = t - agent.since
    planned = upcoming(agent, laws, t)
    match agent.state:
        case "ready" | "ringing":
            return Presence(replay.FREE, 0.0, planned)
        case "talk" | "hold":
            return Presence(replay.TALKING, age, planned)
        case "wrap":
            return Presence(replay.AFTER, age, planned)
        case state if state == DIALLING:
            return Presence(replay.DIALLING, age, planned)
        case state if state == AFTER:
            return _after(agent, age, kept_waiting, laws, planned)
    return _away(agent, laws, planned, t)


def _after(
    agent: Agent, age: float, kept_waiting: bool, laws: HouseLaws, planned: tuple[Absence, ...]
) -> Presence | None:
    if age > FORGOTTEN_SECONDS:
        return None
    at_once = laws.department(agent.department or "").after_none.value > SURELY_AT_ONCE
    if at_once and not kept_waiting:
        return Presence(replay.FREE, 0.0, planned)
    return Presence(replay.AFTER, max(age, AT_ONCE_SECONDS), planned)


def _away(agent: Agent, laws: HouseLaws, planned: tuple[Absence, ...], t: float) -> Presence | None:
    age, full = t - agent.since, laws.full_breaks
    back = _planned_return(agent, t, full=full) if agent.roster is not None else _usual_return(agent, laws.habits, t)
    if back is not None:
        return Presence(replay.FREE, max(back - t, 1.0), tuple(a for a in planned if a.leaves > back - t))
    if agent.state == "pause" and age < LONG_PAUSE_SECONDS:
        return Presence(replay.PAUSED, age, planned)
    if agent.out_since is not None and _out_early(agent, laws, t):
        return Presence(OUT, t - agent.out_since, planned)
    return None


def _out_early(agent: Agent, laws: HouseLaws, t: float) -> bool:
    """Signed off, but neither at the end of a shift nor for longer than anybody who came back the same day."""
    if (
        agent.state != "off"
        or agent.left_at is None
        or not laws.outs
        or t - agent.left_at > max(laws.outs) + LATE_SECONDS
    ):
        return False
    if agent.roster is not None:
        return agent.left_at < agent.roster.off - LATE_SECONDS
    ends = [each.start for each in laws.habits.expected.get(agent.name, ()) if each.end is None]
    return bool(ends) and agent.left_at < min(ends) - BREAK_SLACK_SECONDS


def _planned_return(agent: Agent, t: float, *, full: bool) -> float | None:
    """When the roster has an agent who is away come back: from the break they are on, or to the shift's begin."""
    roster = agent.roster
    if roster is None or not agent.departments:
        return None
    if t < roster.on:
        return roster.on
    left = agent.left_at
    if left is None or agent.state not in AWAY:
        return None
    for start, end in roster.breaks:
        if -LATE_SECONDS < left - start < BREAK_SLACK_SECONDS and start <= t:
            back = max(end, left + end - start) if full else end
            return back if back > t - LATE_SECONDS else None
    return None


def upcoming(agent: Agent, laws: HouseLaws, t: float) -> tuple[Absence, ...]:
    """Absences to come, as the roster says or else habit: breaks not yet taken, and the end of the shift."""
    if agent.roster is None:
        return tuple(_habitual(agent, laws.habits, t))
    roster = agent.roster
    if not roster.on - 3600 <= t <= roster.off + 3600:
        return ()
    breaks = [Absence(start - t, end - t) for start, end in roster.breaks if end > t and not _taken(agent, start)]
    return (*breaks, Absence(roster.off - t, math.inf))


def _habitual(agent: Agent, habits: Habits, t: float) -> Iterator[Absence]:
    for each in habits.expected.get(agent.name, ()):
        overdue = agent.state in IN_CALL and agent.since <= each.start and t - each.start < BREAK_SLACK_SECONDS
        if (each.start >= t or overdue) and not _taken(agent, each.start):
            yield Absence(each.start - t, (each.end or math.inf) - t, habits.likely(each.habit))


def _usual_return(agent: Agent, habits: Habits, t: float) -> float | None:
    """When an agent who is on a usual break, or has not come yet, is back or comes on most days."""
    if agent.left_at is None or not agent.departments:
        return None
    for each in habits.expected.get(agent.name, ()):
        if each.end is not None and abs(agent.left_at - each.start) < BREAK_SLACK_SECONDS and each.habit != "some":
            back = agent.left_at + each.end - each.start
            return back if back > t - LATE_SECONDS else None
    return habits.usual_begin(agent.name, t) if t - agent.left_at > LONG_PAUSE_SECONDS else None


def _taken(agent: Agent, start: float) -> bool:
    return agent.left_at is not None and -LATE_SECONDS < agent.left_at - start < BREAK_SLACK_SECONDS


def is_kept_waiting(agent: Agent, waiting: Iterable[Caller], t: float) -> bool:
    return any(
        caller.agent is None and not caller.promised and caller.joined < t - AT_ONCE_SECONDS
        for caller in waiting
        if agent.serves(caller.department)
    )
