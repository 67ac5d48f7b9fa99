"""How many promises were kept, and why the others were not."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from callbacks.lifecycle import CallbackState
from store.tables import attempts, callback_moves, callbacks

ON_TIME = timedelta(minutes=10)
"""The first ring came no later than this after the time that was told."""


@dataclass(frozen=True)
class Kept:
    """Promises of one department that ended in the time asked about."""

    department: str
    kept: int = 0
    replaced: int = 0
    """The caller phoned again and was served: kept, too."""
    cancelled: int = 0
    """Called off by the caller, an agent or a supervisor: neither kept nor broken."""
    expired: int = 0
    late: int = 0
    """Of the kept ones: first rung later than told."""
    why_not: dict[str, int] = field(default_factory=dict)
    """Of the expired and cancelled ones: reason → how many."""

    @property
    def kept_rate(self) -> float | None:
        """Of those that were to be kept; None when there was none."""
        due = self.kept + self.replaced + self.expired
        return None if due == 0 else (self.kept + self.replaced) / due


def kept(tx: Connection, since: datetime, until: datetime) -> tuple[Kept, ...]:
    """By department."""
    rows = tx.execute(_ended(since, until)).all()
    departments = sorted({row.department for row in rows})
    return tuple(_counted(name, [row for row in rows if row.department == name]) for name in departments)


def _counted(department: str, rows: Iterable[Any]) -> Kept:
    rows = list(rows)
    states = Counter(CallbackState(row.state) for row in rows)
    broken = (CallbackState.EXPIRED, CallbackState.CANCELLED)
    return Kept(
        department,
        kept=states[CallbackState.KEPT],
        replaced=states[CallbackState.REPLACED],
        cancelled=states[CallbackState.CANCELLED],
        expired=states[CallbackState.EXPIRED],
        late=sum(_is_late(row) for row in rows if row.state == CallbackState.KEPT),
        why_not=dict(sorted(Counter(f"{row.who}: {row.why}" for row in rows if row.state in broken).items())),
    )


def _is_late(row: Any) -> bool:
    told = row.told_until or (row.due_first if row.due_first > row.promised_at else None)
    return told is not None and row.first_rung is not None and row.first_rung > told + ON_TIME


def _ended(since: datetime, until: datetime) -> Any:
    moves = callback_moves.alias()
    last = (
        select(func.max(moves.c.id))
        .where(moves.c.callback_id == callbacks.c.id, moves.c.to_state == callbacks.c.state)
        .where(moves.c.from_state != moves.c.to_state)
        .correlate(callbacks)
        .scalar_subquery()
    )
    rung = (
        select(func.min(attempts.c.started_at))
        .where(attempts.c.callback_id == callbacks.c.id)
        .correlate(callbacks)
        .scalar_subquery()
    )
    return (
        select(
            callbacks.c.department,
            callbacks.c.state,
            callbacks.c.promised_at,
            callbacks.c.told_until,
            callbacks.c.due_at.label("due_first"),
            rung.label("first_rung"),
            callback_moves.c.who,
            callback_moves.c.why,
        )
        .select_from(callbacks)
        .join(callback_moves, callback_moves.c.id == last)
        .where(callbacks.c.ended_at >= since, callbacks.c.ended_at < until)
        .where(callbacks.c.state != CallbackState.DECLINED.value)
        .order_by(callbacks.c.id)
    )
