"""The present state of the line in the arrays that are played forward (callqueue.forecast.replay)."""

import math
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from callqueue.forecast import replay
from callqueue.forecast.floor import AT_WORK, DIALLING, Agent, Caller, Floor
from callqueue.forecast.laws import HouseLaws, usual_durations
from callqueue.forecast.presence import OUT, Presence, is_kept_waiting, presence
from callqueue.forecast.replay import Laws, Line, Newcomers, Staff

PRIORITY_STEP = 1e8
"""Seconds by which a priority class stands before the next."""
MOST_DEPARTMENTS = 62
AWAY_ROWS = {replay.PAUSED: 0, OUT: 1}
"""Absences are played as calls of two departments more, whose handle times are the lengths of absences."""


@dataclass(frozen=True)
class Picture:
    staff: Staff
    line: Line
    newcomers: Newcomers
    laws: Laws
    own: int
    """The department's bit."""
    at_work: int
    """Agents who serve it and are at work now."""
    shared_agents: float
    """The same, each counted by the share of its calls that are this department's."""
    ahead: int
    """Callers who stand before, for the same agents."""


def taken(floor: Floor, caller: Caller, t: float, pace_seconds: float) -> Picture:
    """The picture of all that can delay `caller`, who waits (or has just joined) at `t`."""
    departments = related(floor, caller.department)
    index = {name: number for number, name in enumerate(departments)}
    ahead = [each for each in floor.waiting.values() if each.department in index and each.rank < caller.rank]
    ahead.sort(key=lambda each: each.rank)
    staff, working = _staff(floor, index, caller, ahead, t)
    return Picture(
        staff,
        _line(floor, index, ahead, t),
        _newcomers(floor.laws, index, caller, t),
        _laws(floor.laws, departments, pace_seconds),
        index[caller.department],
        len(working),
        sum(_share(agent, caller.department) for agent in working),
        len(ahead),
    )


def related(floor: Floor, department: str) -> list[str]:
    """Departments that share agents, or agents' agents, with this one; itself first."""
    found, reached = [department], 0
    while reached < len(found) < MOST_DEPARTMENTS:
        name = found[reached]
        reached += 1
        for agent in floor.agents.values():
            if agent.serves(name):
                found.extend(other for other in agent.departments if other not in found)
    return found[:MOST_DEPARTMENTS]


def _staff(
    floor: Floor, index: dict[str, int], caller: Caller, ahead: Sequence[Caller], t: float
) -> tuple[Staff, list[Agent]]:
    waiting = list(floor.waiting.values())
    present: list[tuple[Agent, Presence]] = []
    for agent in floor.agents.values():
        if any(name in index for name in agent.departments):
            others = [each for each in waiting if each is not caller]
            found = presence(agent, is_kept_waiting(agent, others, t), floor.laws, t)
            if found is not None:
                present.append((agent, found))
    present.sort(key=lambda each: (len(each[0].departments), each[0].since, each[0].name))
    working = [agent for agent, _ in present if agent.state in AT_WORK and agent.serves(caller.department)]
    return _staff_arrays(floor.laws, index, present, [each.name for each in ahead]), working


def _staff_arrays(
    laws: HouseLaws, index: dict[str, int], present: Sequence[tuple[Agent, Presence]], ahead: Sequence[str]
) -> Staff:
    absences_from, leaves, returns, likely = [0], [], [], []
    last = last_ends(present)
    for _, found in present:
        for absence in found.absences:
            # Whoever leaves last stays until nobody waits.
            if absence.returns < math.inf or absence.leaves < last - 60:
                leaves.append(absence.leaves)
                returns.append(absence.returns)
                likely.append(absence.likely)
        absences_from.append(len(leaves))
    dialling = [_dialled(agent, ahead) for agent, _ in present]
    phases = [
        replay.TALKING if found.phase in AWAY_ROWS or (agent.state == DIALLING and place < 0) else found.phase
        for (agent, found), place in zip(present, dialling, strict=True)
    ]
    return Staff(
        _integers([sum(1 << index[name] for name in agent.departments if name in index) for agent, _ in present]),
        _integers(phases),
        np.array([found.age for _, found in present], dtype=np.float64),
        _integers([_row(agent, found, index) for agent, found in present]),
        np.array([_slowness(laws, agent, found) for agent, found in present], dtype=np.float64),
        _integers(dialling),
        _integers(absences_from),
        np.array(leaves, dtype=np.float64),
        np.array(returns, dtype=np.float64),
        np.array(likely, dtype=np.float64),
    )


def _row(agent: Agent, found: Presence, index: dict[str, int]) -> int:
    """The row of Laws that says how long the agent is taken."""
    if found.phase in AWAY_ROWS:
        return len(index) + AWAY_ROWS[found.phase]
    return index.get(agent.department or "", 0)


def _slowness(laws: HouseLaws, agent: Agent, found: Presence) -> float:
    return 1.0 if found.phase in AWAY_ROWS else laws.speeds.slowness(agent.name)


def _share(agent: Agent, department: str) -> float:
    total = sum(agent.served.get(name, 0.0) for name in agent.departments) + 2.0
    return (agent.served.get(department, 0.0) + 2.0 / len(agent.departments)) / total


def last_ends(present: Sequence[tuple[Agent, Presence]]) -> float:
    """When the last shift ends, in seconds from now; minus infinity where no end is known of somebody."""
    ends = [max((a.leaves for a in found.absences if a.returns == math.inf), default=math.inf) for _, found in present]
    return max(ends, default=math.inf)


def _dialled(agent: Agent, ahead: Sequence[str]) -> int:
    if agent.state != DIALLING or agent.caller not in ahead:
        return -1
    return ahead.index(agent.caller)


def _line(floor: Floor, index: dict[str, int], ahead: Sequence[Caller], t: float) -> Line:
    retry = floor.laws.retry_seconds
    return Line(
        _integers([index[each.department] for each in ahead]),
        _integers([zlib.crc32(each.name.encode()) for each in ahead]),
        np.array([rank_value(each, t) for each in ahead], dtype=np.float64),
        np.array([t - each.joined for each in ahead], dtype=np.float64),
        _integers([int(each.promised) for each in ahead]),
        _integers([each.failures for each in ahead]),
        np.array([_release(each, retry, t) for each in ahead], dtype=np.float64),
    )


def _release(caller: Caller, retry_seconds: float, t: float) -> float:
    if caller.agent is not None:
        return math.inf
    if caller.due is not None:
        return max(caller.due - t, 0.0)
    return 0.0 if caller.failed_at is None else max(caller.failed_at + retry_seconds - t, 0.0)


def rank_value(caller: Caller, t: float) -> float:
    return -caller.priority * PRIORITY_STEP + caller.joined - caller.credit - t


def _newcomers(laws: HouseLaws, index: dict[str, int], caller: Caller, t: float) -> Newcomers:
    rows = []
    for (department, priority, credit), arrivals in sorted(laws.arrivals.items()):
        if department not in index or priority < caller.priority:
            continue
        until = math.inf
        if priority == caller.priority:
            until = caller.joined - caller.credit - t + credit
        rate = arrivals.per_second(t)
        if until > 0 and rate > 0:
            rows.append((index[department], rate, until, -priority * PRIORITY_STEP - credit))
    return Newcomers(
        _integers([row[0] for row in rows]),
        *(np.array([row[k] for row in rows], dtype=np.float64) for k in (1, 2, 3)),
    )


def _laws(laws: HouseLaws, departments: Sequence[str], pace_seconds: float) -> Laws:
    each = [laws.department(name) for name in departments]
    absences = [absence_table(laws.pauses, 1200.0), absence_table(laws.outs, 3600.0)]
    tables = [one.talk.table() for one in each] + absences
    rows = np.zeros((len(absences), len(replay.EDGES)))
    return Laws(
        np.concatenate(tables),
        _integers([0, *np.cumsum([len(table) for table in tables])]),
        np.array([one.talk.tail_seconds() for one in each] + [600.0] * len(absences)),
        np.array([one.talk.doubt() for one in each] + [0.0] * len(absences)),
        np.array([one.after_none.value for one in each] + [1.0] * len(absences)),
        np.array([*(one.after.rates() for one in each), *rows]),
        np.array([*(one.patience.rates() for one in each), *rows]),
        np.array([one.away.value for one in each] + [0.0] * len(absences)),
        laws.pause.rates().reshape(1, -1),
        np.array(laws.ring, dtype=np.float64),
        laws.unanswered.value,
        laws.ring_limit.value,
        laws.answered.value,
        laws.dial.value,
        laws.dial_failed.value,
        laws.retry_seconds,
        np.array([share.value for share in laws.again]),
        pace_seconds,
        int(laws.full_breaks),
    )


def absence_table(known: Iterable[float], usual_seconds: float) -> replay.Floats:
    """Lengths of absences, sorted; a few usual ones stand in while few are known."""
    lengths = np.array([*known], dtype=np.float64)
    few = max(0, 8 - len(lengths))
    return np.sort(np.concatenate([lengths, usual_durations(usual_seconds, few)]))


def _integers(values: Sequence[int]) -> replay.Integers:
    return np.array(values, dtype=np.int64)
