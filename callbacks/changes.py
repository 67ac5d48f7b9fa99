"""A promise is called off or gets another time: by its caller, an agent or a supervisor."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, select, update

from callbacks import slots
from callbacks.lifecycle import AttemptOutcome, CallbackState, move, record, state_of
from callbacks.slots import Slot
from callqueue import line
from callqueue.legs import FINAL_STATUSES, Purpose
from callqueue.line import Entry, EntryState
from store.database import hold_row
from store.tables import attempts, callbacks, calls, cases

_S = CallbackState
WAITING = (_S.PROMISED, _S.WAITING_RETRY)
"""Nobody is being rung for it."""


class Change(StrEnum):
    DONE = "done"
    SAME = "same"
    """It is so already."""
    BUSY = "busy"
    """It is being dialled just now, or the caller is on the line."""
    OVER = "over"
    """The promise has ended."""
    FULL = "full"
    """The slot has no room."""


@dataclass(frozen=True)
class CalledOff:
    change: Change
    in_vain: tuple[str, ...] = ()
    """CallSids to hang up after the commit: an agent's phone that rings for nobody."""


def cancel(tx: Connection, callback_id: int, *, who: str, why: str, now: datetime) -> CalledOff:
    """Call a promise off. Asked twice, it is done once."""
    _hold_matter(tx, callback_id)
    state = state_of(tx, callback_id)
    if state == _S.CANCELLED:
        return CalledOff(Change.SAME)
    if state in (_S.DIALLING_SECOND, _S.CONNECTED):
        return CalledOff(Change.BUSY)
    place = line.entry_of_callback(tx, callback_id)
    if not move(tx, callback_id, (*WAITING, _S.DIALLING_FIRST), _S.CANCELLED, who=who, why=why, now=now):
        return CalledOff(Change.OVER)
    if place is None:
        return CalledOff(Change.DONE)  # Its caller stands there, on the phone.
    line.leave(tx, place.id, "called off", now)
    if place.state != EntryState.OFFERED or place.agent_id is None:
        return CalledOff(Change.DONE)
    line.free_agent(tx, place.agent_id, now, "the callback was called off")
    _end_attempts(tx, callback_id, now)
    return CalledOff(Change.DONE, _ringing(tx, place.id))


def move_to(
    tx: Connection, callback_id: int, due_at: datetime, slot: Slot | None, *, who: str, now: datetime
) -> Change:
    """Another time: `slot` is that of `due_at` where the caller was promised it; None: as soon as the turn comes from
    then on."""
    _hold_matter(tx, callback_id)
    row = tx.execute(select(callbacks).where(callbacks.c.id == callback_id)).first()
    if row is None or row.ended_at is not None:
        return Change.OVER
    place = line.entry_of_callback(tx, callback_id)
    if row.state not in WAITING or place is None:
        return Change.BUSY
    starts_at = None if slot is None else slot.starts_at
    if (row.due_at, row.slot_at) == (due_at, starts_at):
        return Change.SAME
    if slot is not None and starts_at != row.slot_at and not slots.claim(tx, slot):
        return Change.FULL
    was_early = row.slot_at is not None and row.due_at > now
    _set_due(tx, place, due_at, slot, now, joins_now=was_early and due_at <= now)
    state = CallbackState(row.state)
    record(tx, callback_id, state, state, who=who, why=f"moved to {due_at.isoformat(timespec='minutes')}", now=now)
    return Change.DONE


def _hold_matter(tx: Connection, callback_id: int) -> None:
    """What its legs do at this moment waits until the change is made (docs/decisions/0011)."""
    case_id = tx.execute(select(callbacks.c.case_id).where(callbacks.c.id == callback_id)).scalar()
    if case_id is not None:
        hold_row(tx, cases, case_id)


def _set_due(
    tx: Connection, place: Entry, due_at: datetime, slot: Slot | None, now: datetime, *, joins_now: bool
) -> None:
    moved = update(callbacks).where(callbacks.c.id == place.callback_id)
    # The job of the old time may still lie in Redis: the new one has a number of its own.
    generation = callbacks.c.generation + 1
    slot_at, told_until = (None, None) if slot is None else (slot.starts_at, slot.ends_at)
    tx.execute(
        moved.values(due_at=due_at, slot_at=slot_at, told_until=told_until, generation=generation, job_put_at=None)
    )
    # Who asked for a later time, and now wants to be called at once, has not waited since they asked.
    line.move_place(tx, place.id, due_at, now, joins_now=joins_now)


def _end_attempts(tx: Connection, callback_id: int, now: datetime) -> None:
    running = update(attempts).where(attempts.c.callback_id == callback_id, attempts.c.ended_at.is_(None))
    tx.execute(running.values(ended_at=now, outcome=AttemptOutcome.CALLED_OFF.value))


def _ringing(tx: Connection, entry_id: int) -> tuple[str, ...]:
    agents_leg = (calls.c.entry_id == entry_id, calls.c.purpose == Purpose.AGENT.value, calls.c.sid.is_not(None))
    rows = tx.execute(select(calls.c.sid).where(*agents_leg, calls.c.status.not_in(FINAL_STATUSES)))
    return tuple(rows.scalars())
