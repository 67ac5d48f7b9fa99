"""How long? A range from the state of the line, or nothing when nothing is known.

First form: the Erlang-A formula "QL_m" (Whitt 1999; Ibrahim & Whitt 2009). A caller with n others ahead waits for n+1
departures; with s agents at work of mean handle time 1/mu, and each of those ahead giving up at rate alpha, the
departures come at rates r_i = s mu + i alpha, i = 0..n. So the wait has mean sum(1/r_i) and variance sum(1/r_i^2).
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from callqueue import agents
from callqueue.department import Department
from callqueue.line import EntryState
from callqueue.spoken import Spoken, whole_minutes
from store.tables import line_entries

ESTIMATOR = "erlang-a"
RECENT_CALLS = 200
LEARN_AGAIN = timedelta(seconds=15)
# The configured handle time and patience count as so many calls, until there are real ones.
PRIOR_CALLS = 20
PRIOR_WAITS = 10
# Standard normal quantile of 90 %: the range holds the middle 80 %.
Z90 = 1.2815515655446004


@dataclass(frozen=True)
class WaitRange:
    """10 %, 50 % and 90 % quantiles of the wait."""

    low_seconds: float
    mid_seconds: float
    high_seconds: float
    estimator: str = ESTIMATOR
    said: Spoken | None = None
    """The whole minutes where they were calibrated themselves; None: those around the range."""

    @property
    def spoken(self) -> Spoken | None:
        """As callers hear it, in whole minutes; None: nothing to say."""
        return self.said or whole_minutes(self.low_seconds, self.high_seconds)


def erlang_a(*, ahead: int, agents_at_work: int, handle_seconds: float, giving_up_per_second: float) -> WaitRange:
    """The wait of a caller with `ahead` others before them while all agents are busy.

    Raises ValueError without agents: then there is no honest figure.
    """
    if agents_at_work < 1:
        raise ValueError("nobody is at work: say no figure")
    rates = [agents_at_work / handle_seconds + i * giving_up_per_second for i in range(ahead + 1)]
    mean = sum(1 / rate for rate in rates)
    variance = sum(1 / rate**2 for rate in rates)
    low, mid, high = (_gamma_quantile(mean, variance, z) for z in (-Z90, 0.0, Z90))
    return WaitRange(low, mid, high)


@dataclass(frozen=True)
class Pace:
    """What the last calls of a department teach."""

    handle_seconds: float
    giving_up_per_second: float
    learnt_at: datetime


class WaitEstimator:
    """Estimates for one process. What the last calls teach is looked up again every quarter of a minute only: it
    changes slowly, and a waiting caller's webhook has no time to read two hundred calls."""

    def __init__(self) -> None:
        self._paces: dict[str, Pace] = {}

    def estimate(
        self, tx: Connection, department: Department, position: int, now: datetime, entry_id: int | None = None
    ) -> WaitRange | None:
        """The wait of whoever stands at `position` (1 is next); None when nobody is signed in who could serve them."""
        staff = agents.workforce(tx, department)
        if staff.at_work == 0:
            return None
        if staff.ready >= position:
            return WaitRange(0.0, 0.0, 0.0)
        pace = self._pace(tx, department, now)
        return erlang_a(
            ahead=position - 1,
            agents_at_work=staff.at_work,
            handle_seconds=pace.handle_seconds,
            giving_up_per_second=pace.giving_up_per_second,
        )

    def _pace(self, tx: Connection, department: Department, now: datetime) -> Pace:
        known = self._paces.get(department.id)
        if known is not None and timedelta(0) <= now - known.learnt_at < LEARN_AGAIN:
            return known
        pace = Pace(handle_seconds(tx, department), giving_up_per_second(tx, department), now)
        self._paces[department.id] = pace
        return pace


def handle_seconds(tx: Connection, department: Department) -> float:
    """Mean handle time of the last calls, leaning on the configured one while they are few."""
    recent = (
        select(line_entries.c.connected_at, line_entries.c.left_at)
        .where(line_entries.c.department == department.id, line_entries.c.left_reason == "served")
        .order_by(line_entries.c.left_at.desc())
        .limit(RECENT_CALLS)
    )
    handled = [(left - connected).total_seconds() for connected, left in tx.execute(recent)]
    total = float(sum(handled)) + PRIOR_CALLS * department.handle_seconds
    return total / (len(handled) + PRIOR_CALLS)


def giving_up_per_second(tx: Connection, department: Department) -> float:
    """Callers who gave up, per second that callers waited (maximum likelihood for exponential patience)."""
    recent = (
        select(
            line_entries.c.joined_at, line_entries.c.connected_at, line_entries.c.left_at, line_entries.c.left_reason
        )
        .where(line_entries.c.department == department.id, line_entries.c.state == EntryState.LEFT.value)
        .where(line_entries.c.callback_id.is_(None))
        .order_by(line_entries.c.left_at.desc())
        .limit(RECENT_CALLS)
    )
    waited: float = PRIOR_WAITS * department.patience_seconds
    gave_up = float(PRIOR_WAITS)
    for joined, connected, left, reason in tx.execute(recent):
        waited += ((connected or left) - joined).total_seconds()
        gave_up += reason == "abandoned"
    return gave_up / waited


def _gamma_quantile(mean: float, variance: float, z: float) -> float:
    """Quantile of the gamma with these moments, where `z` is the standard normal quantile of the same share.

    Wilson and Hilferty 1931: the cube root of a gamma is nearly normal. Off by less than 2.5 % of the mean for the
    shapes met here (shape >= 1); the tests hold it against simulated waits and, where it is worst, the exact ones.
    """
    shape = mean * mean / variance
    cube = 1 - 1 / (9 * shape) + z / (3 * math.sqrt(shape))
    return float(mean * max(cube, 0.0) ** 3)
