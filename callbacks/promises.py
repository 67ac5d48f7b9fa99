"""Making a promise: from here on somebody owes the caller a call."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from callbacks.lifecycle import OPEN, CallbackState, record
from callqueue import line
from callqueue.department import Department
from store.database import insert_row
from store.tables import callbacks


@dataclass(frozen=True)
class PromiseMade:
    callback_id: int


@dataclass(frozen=True)
class AlreadyPromised:
    """The number has an open promise by this department: it stands, no second one is made."""

    callback_id: int


@dataclass(frozen=True)
class JobDue:
    """The RQ job that an open promise needs."""

    generation: int
    due_at: datetime


def promise(
    tx: Connection,
    *,
    case_id: int,
    entry_id: int | None,
    department: Department,
    number: str,
    language: str,
    words: str,
    due_at: datetime,
    now: datetime,
) -> PromiseMade | AlreadyPromised:
    """Promise to phone `number` from `due_at` on. The caller's place in the line, if they have one, is kept."""
    open_one = _open_promise(tx, number, department.id)
    if open_one is not None:
        return AlreadyPromised(open_one)
    try:
        with tx.begin_nested():
            callback_id = insert_row(
                tx,
                callbacks,
                case_id=case_id,
                department=department.id,
                number=number,
                language=language,
                state=CallbackState.PROMISED.value,
                words=words,
                promised_at=now,
                due_at=due_at,
            )
    except IntegrityError:
        # The same number was promised a call in another transaction since we looked.
        open_one = _open_promise(tx, number, department.id)
        if open_one is None:
            raise
        return AlreadyPromised(open_one)
    offered, promised = CallbackState.OFFERED, CallbackState.PROMISED
    record(tx, callback_id, offered, promised, who="caller", why="accepted", now=now)
    not_before = due_at if due_at > now else None
    if entry_id is None or not line.keep_place(tx, entry_id, callback_id, now, not_before=not_before):
        line.join(tx, case_id=case_id, department=department, now=now, callback_id=callback_id, not_before=not_before)
    return PromiseMade(callback_id)


def job_due(tx: Connection, callback_id: int) -> JobDue | None:
    """None when nothing is left to do."""
    waiting = (CallbackState.PROMISED.value, CallbackState.WAITING_RETRY.value)
    row = tx.execute(
        select(callbacks.c.generation, callbacks.c.due_at).where(
            callbacks.c.id == callback_id, callbacks.c.state.in_(waiting)
        )
    ).first()
    return None if row is None else JobDue(row.generation, row.due_at)


def _open_promise(tx: Connection, number: str, department: str) -> int | None:
    found: int | None = tx.execute(
        select(callbacks.c.id).where(
            callbacks.c.number == number,
            callbacks.c.department == department,
            callbacks.c.state.in_([state.value for state in OPEN]),
        )
    ).scalar()
    return found
