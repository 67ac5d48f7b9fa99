"""Making a promise: from here on somebody owes the caller a call."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import count

from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from callbacks import slots
from callbacks.diallable import NumberRules
from callbacks.lifecycle import OPEN, CallbackState, record
from callbacks.safety import Refusal, refusal, refuse
from callbacks.slots import Slot
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
class Refused:
    """The number may have no promise now; the attempt is counted."""

    why: Refusal


@dataclass(frozen=True)
class SlotFull:
    """The last place in the slot was taken."""


@dataclass(frozen=True)
class JobDue:
    """The RQ job that an open promise needs."""

    generation: int
    due_at: datetime


class Origin(StrEnum):
    """Who asked for a promise."""

    CALLER = "caller"
    """They accepted our offer."""
    AGENT = "agent"
    """An agent promised a follow-up."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What is promised, and to whom."""

    case_id: int
    department: Department
    number: str
    """E.164."""
    language: str
    words: str
    """Why, in the caller's own words, or the agent's."""
    due_at: datetime
    slot: Slot | None = None
    """The slot of `due_at`, where that is a time which was agreed on."""
    told_until: datetime | None = None
    """Until when they were told to expect the call."""
    another_person: bool = False
    """The number is shared: this is not the one who has a promise by the department already."""
    pickup_code: str | None = None
    """Whoever picks up has to key it."""
    origin: Origin = Origin.CALLER
    who: str = "caller"


def promise(
    tx: Connection,
    terms: Terms,
    *,
    entry_id: int | None = None,
    numbers: NumberRules = NumberRules(),  # noqa: B008 -- a frozen value
    now: datetime,
) -> PromiseMade | AlreadyPromised | Refused | SlotFull:
    """Promise a call. The caller's place in the line, if they have one, is kept; a time that was agreed on has a place
    of its own."""
    open_ones = _open_promises(tx, terms.number, terms.department.id)
    if open_ones and not terms.another_person:
        return AlreadyPromised(next(iter(open_ones.values())))
    why = refusal(tx, terms.number, numbers, now)
    if why is not None:
        refuse(tx, terms.number, why, now)
        return Refused(why)
    if terms.slot is not None and not slots.claim(tx, terms.slot):
        return SlotFull()
    holder = next(number for number in count() if number not in open_ones)
    try:
        with tx.begin_nested():
            callback_id = _write(tx, terms, holder, now)
    except IntegrityError:
        # The same number was promised a call in another transaction since we looked.
        found = _open_promises(tx, terms.number, terms.department.id)
        if holder not in found:
            raise
        return AlreadyPromised(found[holder])
    _record(tx, callback_id, terms, now)
    _give_place(tx, callback_id, terms, entry_id, now)
    return PromiseMade(callback_id)


def _write(tx: Connection, terms: Terms, holder: int, now: datetime) -> int:
    return insert_row(
        tx,
        callbacks,
        case_id=terms.case_id,
        department=terms.department.id,
        number=terms.number,
        holder=holder,
        origin=terms.origin.value,
        language=terms.language,
        state=CallbackState.PROMISED.value,
        words=terms.words,
        promised_at=now,
        due_at=terms.due_at,
        slot_at=None if terms.slot is None else terms.slot.starts_at,
        told_until=terms.told_until,
        pickup_code=terms.pickup_code,
    )


def _record(tx: Connection, callback_id: int, terms: Terms, now: datetime) -> None:
    why = "accepted" if terms.origin == Origin.CALLER else "promised a follow-up"
    record(tx, callback_id, CallbackState.OFFERED, CallbackState.PROMISED, who=terms.who, why=why, now=now)


def _give_place(tx: Connection, callback_id: int, terms: Terms, entry_id: int | None, now: datetime) -> None:
    not_before = terms.due_at if terms.due_at > now else None
    if entry_id is not None and line.keep_place(tx, entry_id, callback_id, now, not_before=not_before):
        return
    department = terms.department
    line.join(tx, case_id=terms.case_id, department=department, now=now, callback_id=callback_id, not_before=not_before)


def job_due(tx: Connection, callback_id: int) -> JobDue | None:
    """None when nothing is left to do."""
    waiting = (CallbackState.PROMISED.value, CallbackState.WAITING_RETRY.value)
    row = tx.execute(
        select(callbacks.c.generation, callbacks.c.due_at).where(
            callbacks.c.id == callback_id, callbacks.c.state.in_(waiting)
        )
    ).first()
    return None if row is None else JobDue(row.generation, row.due_at)


def _open_promises(tx: Connection, number: str, department: str) -> dict[int, int]:
    """Of the people who share the number: holder → callback."""
    rows = tx.execute(
        select(callbacks.c.holder, callbacks.c.id)
        .where(
            callbacks.c.number == number,
            callbacks.c.department == department,
            callbacks.c.state.in_([state.value for state in OPEN]),
        )
        .order_by(callbacks.c.holder)
    )
    return {row.holder: row.id for row in rows}
