"""Where the caller is rung before the agent: when, so that neither waits long for the other.

The newsvendor's rule. Ringing takes T; an agent is free for this caller after R. Rung too early, the caller stands in
line once more; rung too late, an agent sits idle. The right moment is the first with
P(R <= T) >= c_caller / (c_caller + c_agent), the c being what a second of either costs.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from callbacks import reach
from callbacks.lifecycle import CallbackState
from callbacks.retries import CallbackRules, may_ring_from
from callqueue import agents, line
from callqueue.department import Department
from callqueue.legs import Purpose
from callqueue.line import EntryState, due
from callqueue.wait import Z90, WaitRange
from store.tables import callbacks, calls, line_entries

# We promised to spare them the wait: a second of it costs twice as much as an agent's.
CALLER_SECOND_COST = 2.0
AGENT_SECOND_COST = 1.0
SURE_ENOUGH = CALLER_SECOND_COST / (CALLER_SECOND_COST + AGENT_SECOND_COST)

# How long people let it ring, until there are calls to learn it from.
PRIOR_RING_SECONDS = 12.0
PRIOR_CALLS = 10
RECENT_CALLS = 50

Estimate = Callable[[Connection, Department, int, datetime, int], WaitRange | None]
"""The wait of the entry that stands at a position in a department's line."""


def chance_within(wait: WaitRange, seconds: float) -> float:
    """P(R <= seconds), for a log-normal wait through the forecast's median and its middle 80 %."""
    if wait.mid_seconds <= 0:
        return 1.0
    if seconds <= 0 or wait.low_seconds <= 0:
        return float(seconds >= wait.mid_seconds)
    spread = math.log(wait.high_seconds / wait.low_seconds) / (2 * Z90)
    distance = math.log(seconds / wait.mid_seconds)
    return float(distance >= 0) if spread <= 0 else 0.5 * (1 + math.erf(distance / (spread * math.sqrt(2))))


def is_time(wait: WaitRange, ring_seconds: float) -> bool:
    """Whether to ring a caller now who has this wait ahead."""
    return chance_within(wait, ring_seconds) >= SURE_ENOUGH


def ring_callers(
    tx: Connection,
    departments: Mapping[str, Department],
    estimate: Estimate,
    phone_number: str,
    rules: CallbackRules,
    now: datetime,
) -> tuple[int, ...]:
    """Plan the legs of callers whose agents will be free in a moment; returns them, to be ordered after the commit."""
    first = [department for department in departments.values() if department.callback_first == "caller"]
    return tuple(leg_id for department in first for leg_id in _ring(tx, department, estimate, phone_number, rules, now))


def _ring(
    tx: Connection, department: Department, estimate: Estimate, phone_number: str, rules: CallbackRules, now: datetime
) -> Iterator[int]:
    at_work = agents.workforce(tx, department).at_work
    if at_work == 0 or may_ring_from(now, department, rules) > now:
        return
    ring_seconds = usual_ring_seconds(tx)
    for kept in _due(tx, department, now, at_work):
        position = line.position(tx, kept.id, now)
        # Those before them who are being rung stand in the line as well: never more callers than agents can take.
        if position is None or position > at_work:
            return
        wait = estimate(tx, department, position, now, kept.id)
        if wait is None or not is_time(wait, ring_seconds):
            return
        attempt_id = reach.begin_attempt(tx, kept.callback_id, None, now, why="an agent will be free")
        if attempt_id is not None:
            yield reach.plan_first_leg(tx, kept.id, attempt_id, phone_number, now)


def usual_ring_seconds(tx: Connection) -> float:
    """From our order until they pick up, on average of the last callbacks that were answered."""
    answered = (calls.c.purpose == Purpose.CALLBACK.value, calls.c.answered_at.is_not(None))
    latest = select(calls.c.dial_claimed_at, calls.c.answered_at).where(*answered)
    rows = tx.execute(latest.order_by(calls.c.id.desc()).limit(RECENT_CALLS)).all()
    rang = [(row.answered_at - row.dial_claimed_at).total_seconds() for row in rows if row.dial_claimed_at is not None]
    return float(sum(rang) + PRIOR_RING_SECONDS * PRIOR_CALLS) / (len(rang) + PRIOR_CALLS)


def _due(tx: Connection, department: Department, now: datetime, limit: int) -> list[Any]:
    """Places kept for promises that may be dialled, in their order."""
    waits = (line_entries.c.state == EntryState.WAITING.value, due(now), line_entries.c.department == department.id)
    kept = (line_entries.c.call_id.is_(None), callbacks.c.state.in_(_WAITING))
    found = select(line_entries.c.id, line_entries.c.callback_id).join(callbacks).where(*waits, *kept)
    ordered = found.order_by(line_entries.c.priority.desc(), line_entries.c.joined_at, line_entries.c.id)
    return list(tx.execute(ordered.limit(limit)))


_WAITING = (CallbackState.PROMISED.value, CallbackState.WAITING_RETRY.value)
