"""The wait ledger: what waiting callers were told, and what came true.

Every forecast is kept, also one that is held back because its estimator is muted: it goes on being judged in silence,
so that it can come back. The truth comes from the line itself:

- answered: from the announcement until an agent accepted;
- ghost: whoever gave up would have waited until a later caller of the same department and priority was served. Without
  them only the short waits would count, since long ones are given up;
- censored: neither is known, or it says nothing: ghosts of more than an hour (the line was closed meanwhile), places
  kept for a time of the caller's choice.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from callqueue.announcing import Kind, News, Promise
from callqueue.line import EntryState
from callqueue.spoken import Spoken, holds, whole_minutes
from callqueue.wait import WaitRange
from store.database import insert_row
from store.tables import announcements, line_entries, muted_estimators

LONGEST_GHOST = timedelta(hours=1)
# An estimator is judged by its last so many forecasts of a department, and not before there are so few of them.
JUDGED_BY = 200
FEWEST_JUDGED = 60
# Spoken ranges are meant to be right for 85 of 100. Below the floor it is muted; it comes back well above it, so that
# it does not come and go.
MUTED_BELOW = 0.70
HEARD_AGAIN_FROM = 0.80


class Truth(StrEnum):
    """What is known of a forecast's outcome."""

    NOTHING = "nothing"
    """There was no forecast of a wait to judge."""
    ANSWERED = "answered"
    GHOST = "ghost"
    CENSORED = "censored"


KNOWN = (Truth.ANSWERED, Truth.GHOST)


@dataclass(frozen=True)
class Told:
    """What a caller has been told at their place so far."""

    times: int = 0
    last_at: datetime | None = None
    last_kind: Kind | None = None
    promise: Promise | None = None


@dataclass(frozen=True)
class Muted:
    """An estimator that is not repeated to a department's callers."""

    department: str
    estimator: str
    since: datetime
    coverage: float
    """Of its spoken ranges when it was muted."""


def record(
    tx: Connection, entry_id: int, department: str, news: News, forecast: WaitRange | None, now: datetime
) -> None:
    """Keep what a caller is told, and the forecast behind it, told or not."""
    promise = news.promise
    insert_row(
        tx,
        announcements,
        entry_id=entry_id,
        department=department,
        at=now,
        kind=news.kind.value,
        **_columns("told", news.spoken),
        told_position=news.position,
        reason=None if news.reason is None else news.reason.value,
        promised_by=None if promise is None else promise.by,
        promised_position=None if promise is None else promise.position,
        promised_agents=None if promise is None else promise.agents_at_work,
        **_forecast(forecast),
    )


def told(tx: Connection, entry_id: int) -> Told:
    rows = tx.execute(_TOLD, {"entry_id": entry_id}).all()
    if not rows:
        return Told()
    last = rows[-1]
    promise = None
    if last.promised_by is not None:
        promise = Promise(last.promised_by, last.promised_position, last.promised_agents)
    return Told(len(rows), last.at, Kind(last.kind), promise)


def is_muted(tx: Connection, department: str, estimator: str) -> bool:
    found = tx.execute(_MUTED, {"of_department": department, "of_estimator": estimator}).scalar()
    return found is not None


def muted(tx: Connection) -> tuple[Muted, ...]:
    """All that are muted now."""
    rows = tx.execute(select(muted_estimators).order_by(muted_estimators.c.department, muted_estimators.c.estimator))
    return tuple(Muted(**row._mapping) for row in rows)


def judge(tx: Connection, now: datetime) -> int:
    """Hold open forecasts against what has come true since, and mute or unmute their estimators; returns how many were
    judged. Asked at any moment, by any process: a forecast is judged once."""
    touched: set[tuple[str, str]] = set()
    judged = 0
    for row in tx.execute(_OPEN).all():
        found = _truth(tx, row, now)
        if found is not None and _write_truth(tx, row.id, *found):
            judged += 1
            touched.add((row.department, row.estimator))
    for department, estimator in sorted(touched):
        _mute_or_not(tx, department, estimator, now)
    return judged


def coverage(tx: Connection, department: str, estimator: str) -> tuple[float, int]:
    """(share of spoken ranges that were right, how many): of the last forecasts whose truth is known."""
    rows = tx.execute(_LATEST, {"of_department": department, "of_estimator": estimator}).all()
    right = [holds((row.spoken_low_minutes, row.spoken_high_minutes), row.waited_seconds) for row in rows]
    return (sum(right) / len(right) if right else 0.0), len(right)


def _forecast(forecast: WaitRange | None) -> dict[str, Any]:
    """Where somebody is free there is no wait to judge."""
    if forecast is None:
        return {"truth": Truth.NOTHING.value}
    # One that says nothing, since it is muted, is judged by what its range would say: or it could never come back.
    spoken = forecast.spoken or whole_minutes(forecast.low_seconds, forecast.high_seconds)
    return {
        "low_seconds": forecast.low_seconds,
        "mid_seconds": forecast.mid_seconds,
        "high_seconds": forecast.high_seconds,
        "estimator": forecast.estimator,
        **_columns("spoken", spoken),
        "truth": None if forecast.high_seconds > 0 else Truth.NOTHING.value,
    }


def _columns(name: str, spoken: Spoken | None) -> dict[str, int | None]:
    low, high = (None, None) if spoken is None else spoken
    return {f"{name}_low_minutes": low, f"{name}_high_minutes": high}


def _truth(tx: Connection, row: Any, now: datetime) -> tuple[Truth, float | None] | None:
    """None: not known yet."""
    kept = row.callback_id is not None
    if row.connected_at is not None:
        waited = row.connected_at - row.at
        # A place that was kept overnight tells of the night.
        return (Truth.CENSORED, None) if kept and waited > LONGEST_GHOST else (Truth.ANSWERED, waited.total_seconds())
    if kept and row.not_before is not None:
        return Truth.CENSORED, None
    return None if row.state != EntryState.LEFT else _ghost(tx, row, now)


def _ghost(tx: Connection, row: Any, now: datetime) -> tuple[Truth, float | None] | None:
    would_be: datetime | None = tx.execute(
        _SERVED_LATER,
        {
            "own_id": row.entry_id,
            "of_department": row.department,
            "of_priority": row.priority,
            "own_joined": row.joined_at,
            "own_left": row.left_at,
        },
    ).scalar()
    if would_be is not None:
        waited = would_be - row.at
        return (Truth.GHOST, waited.total_seconds()) if waited <= LONGEST_GHOST else (Truth.CENSORED, None)
    return (Truth.CENSORED, None) if now - row.at > LONGEST_GHOST else None


def _write_truth(tx: Connection, announcement_id: int, truth: Truth, waited_seconds: float | None) -> bool:
    judging = update(announcements).where(announcements.c.id == announcement_id, announcements.c.truth.is_(None))
    return tx.execute(judging.values(truth=truth.value, waited_seconds=waited_seconds)).rowcount == 1


def _mute_or_not(tx: Connection, department: str, estimator: str, now: datetime) -> None:
    share, count = coverage(tx, department, estimator)
    silent = is_muted(tx, department, estimator)
    if silent and share >= HEARD_AGAIN_FROM:
        tx.execute(
            delete(muted_estimators).where(
                muted_estimators.c.department == department, muted_estimators.c.estimator == estimator
            )
        )
    elif not silent and count >= FEWEST_JUDGED and share < MUTED_BELOW:
        _mute(tx, Muted(department, estimator, now, share))


def _mute(tx: Connection, silenced: Muted) -> None:
    try:
        with tx.begin_nested():
            tx.execute(insert(muted_estimators).values(**asdict(silenced)))
    except IntegrityError:
        return  # Another sweep has seen it at the same moment.


def _values(truths: Iterable[Truth]) -> list[str]:
    return [truth.value for truth in truths]


# Built once: told and is_muted run for waiting callers' webhooks, the others every two seconds.
_TOLD = select(announcements).where(announcements.c.entry_id == bindparam("entry_id")).order_by(announcements.c.id)
_MUTED = select(muted_estimators.c.since).where(
    muted_estimators.c.department == bindparam("of_department"),
    muted_estimators.c.estimator == bindparam("of_estimator"),
)
_OPEN = (
    select(
        announcements.c.id,
        announcements.c.entry_id,
        announcements.c.department,
        announcements.c.estimator,
        announcements.c.at,
        *(
            line_entries.c[name]
            for name in ("priority", "joined_at", "not_before", "state", "connected_at", "left_at", "callback_id")
        ),
    )
    .join(line_entries, line_entries.c.id == announcements.c.entry_id)
    .where(announcements.c.truth.is_(None))
    .order_by(announcements.c.id)
)
_SERVED_LATER = select(func.min(line_entries.c.connected_at)).where(
    line_entries.c.department == bindparam("of_department"),
    line_entries.c.priority == bindparam("of_priority"),
    line_entries.c.joined_at >= bindparam("own_joined"),
    line_entries.c.id != bindparam("own_id"),
    line_entries.c.connected_at > bindparam("own_left"),
)
_LATEST = (
    select(announcements.c.spoken_low_minutes, announcements.c.spoken_high_minutes, announcements.c.waited_seconds)
    .where(
        announcements.c.department == bindparam("of_department"),
        announcements.c.estimator == bindparam("of_estimator"),
        announcements.c.truth.in_(_values(KNOWN)),
    )
    .order_by(announcements.c.id.desc())
    .limit(JUDGED_BY)
)
