"""A promise is not open for ever: until when it has to be kept, and what becomes of it then."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, bindparam, exists, not_, select, update

from callbacks.lifecycle import CallbackState, move
from callbacks.retries import WINDOW_WITHOUT_HOURS, window_end
from callqueue import line
from callqueue.department import Department
from store.tables import callbacks, calls

_WAITING = (CallbackState.PROMISED, CallbackState.WAITING_RETRY)
_SET_WINDOW = update(callbacks).where(callbacks.c.id == bindparam("due")).values(expires_at=bindparam("ends"))
_IS_WAITING = callbacks.c.state.in_([state.value for state in _WAITING])


def set_windows(tx: Connection, departments: Mapping[str, Department], now: datetime, *, limit: int) -> None:
    """Promises that have fallen due get the end of their window, by the hours of their department. Retries later on
    do not move it."""
    fresh = (_IS_WAITING, callbacks.c.due_at <= now, callbacks.c.expires_at.is_(None))
    wanted = select(callbacks.c.id, callbacks.c.department, callbacks.c.due_at).where(*fresh)
    rows = tx.execute(wanted.order_by(callbacks.c.due_at).limit(limit)).all()
    if rows:
        ends = [_window_end(row.due_at, departments.get(row.department)) for row in rows]
        tx.execute(_SET_WINDOW, [{"due": row.id, "ends": end} for row, end in zip(rows, ends, strict=True)])


def _window_end(due_at: datetime, department: Department | None) -> datetime:
    # Taken out of the menu since: its supervisors have as long to say what becomes of it.
    return due_at + WINDOW_WITHOUT_HOURS if department is None else window_end(due_at, department)


def expire(tx: Connection, now: datetime, *, limit: int) -> int:
    """Close promises whose window is over; returns how many. Their cases stay open: nobody has told the callers."""
    # One that is put off is due only after its window: it is found all the same. One whose caller has phoned and
    # waits at its place is not over: they are served, or the place is the promise's again.
    waits_on_the_phone = exists().where(calls.c.id == callbacks.c.taken_by_call_id, calls.c.ended_at.is_(None))
    over = (_IS_WAITING, callbacks.c.expires_at <= now, not_(waits_on_the_phone))
    found = tx.execute(select(callbacks.c.id).where(*over).limit(limit)).scalars().all()
    return sum(_expire(tx, callback_id, now) for callback_id in found)


def _expire(tx: Connection, callback_id: int, now: datetime) -> bool:
    why = "the time in which it was to be kept is over"
    if not move(tx, callback_id, _WAITING, CallbackState.EXPIRED, who="clock", why=why, now=now):
        return False
    place = line.entry_of_callback(tx, callback_id)
    if place is not None:
        line.leave(tx, place.id, "expired", now)
    return True
