"""The wait ledger in figures: how often what was told came true."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from callqueue.ledger import KNOWN, Truth
from callqueue.spoken import Spoken, holds, is_late
from store.tables import announcements

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Judged:
    """One forecast, and what became of it."""

    department: str
    estimator: str
    at: datetime
    low_seconds: float
    mid_seconds: float
    high_seconds: float
    spoken: Spoken
    told: Spoken | None
    """None: kept back."""
    truth: Truth | None
    """None: not known yet."""
    waited_seconds: float | None


@dataclass(frozen=True)
class Account:
    """Shares are of the forecasts whose truth is known, answered or ghost; None where there are none."""

    forecasts: int
    told: int
    known: int
    """Of them, ghosts included: `ghosts`."""
    ghosts: int
    censored: int
    coverage: float | None
    """Of the 80 % interval."""
    spoken_coverage: float | None
    """Of the estimator's spoken range: meant to be 0.85 or more."""
    late_share: float | None
    """Of those who were told an end: they waited longer."""
    width_seconds: float | None
    spoken_width_minutes: float | None
    """Without “more than …”."""
    bias_seconds: float | None
    """The median less the truth: below 0, callers wait longer than they are told."""
    error_seconds: float | None
    """Mean distance of the median from the truth."""


def judged(tx: Connection, since: datetime) -> tuple[Judged, ...]:
    """Every forecast of a wait since then."""
    rows = tx.execute(
        select(announcements)
        .where(announcements.c.at >= since, announcements.c.estimator.is_not(None))
        .where(announcements.c.spoken_low_minutes.is_not(None), announcements.c.high_seconds > 0)
        .order_by(announcements.c.id)
    )
    return tuple(
        Judged(
            row.department,
            row.estimator,
            row.at,
            row.low_seconds,
            row.mid_seconds,
            row.high_seconds,
            (row.spoken_low_minutes, row.spoken_high_minutes),
            None if row.told_low_minutes is None else (row.told_low_minutes, row.told_high_minutes),
            None if row.truth is None else Truth(row.truth),
            row.waited_seconds,
        )
        for row in rows
    )


def by_department(forecasts: Iterable[Judged]) -> dict[tuple[str, str], Account]:
    """Under (department, estimator)."""
    return _accounts(forecasts, lambda one: (one.department, one.estimator))


def by_hour(forecasts: Iterable[Judged], zone: ZoneInfo) -> dict[tuple[str, int], Account]:
    """Under (department, hour of the day there)."""
    return _accounts(forecasts, lambda one: (one.department, one.at.astimezone(zone).hour))


def account(forecasts: Iterable[Judged]) -> Account:
    everything = list(forecasts)
    known = [(one, one.waited_seconds) for one in everything if one.truth in KNOWN and one.waited_seconds is not None]
    return Account(
        forecasts=len(everything),
        told=sum(one.told is not None for one in everything),
        known=len(known),
        ghosts=sum(one.truth == Truth.GHOST for one in everything),
        censored=sum(one.truth == Truth.CENSORED for one in everything),
        coverage=_mean(one.low_seconds <= waited <= one.high_seconds for one, waited in known),
        spoken_coverage=_mean(holds(one.spoken, waited) for one, waited in known),
        late_share=_mean(
            is_late(one.told, waited) for one, waited in known if one.told is not None and one.told[1] is not None
        ),
        width_seconds=_mean(one.high_seconds - one.low_seconds for one in everything),
        spoken_width_minutes=_mean(high - low for low, high in (one.spoken for one in everything) if high is not None),
        bias_seconds=_mean(one.mid_seconds - waited for one, waited in known),
        error_seconds=_mean(abs(one.mid_seconds - waited) for one, waited in known),
    )


def _accounts(forecasts: Iterable[Judged], key: Callable[[Judged], Key]) -> dict[Key, Account]:
    groups: dict[Key, list[Judged]] = defaultdict(list)
    for one in forecasts:
        groups[key(one)].append(one)
    return {name: account(group) for name, group in sorted(groups.items())}


def _mean(figures: Iterable[float]) -> float | None:
    listed = list(figures)
    return fmean(listed) if listed else None
