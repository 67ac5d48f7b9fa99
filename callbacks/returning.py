"""A caller with a promise phones again: they take the held place, and who is served has no call outstanding.

Meanwhile the promise rests: `taken_by_call_id` says by which call its place is taken. If they hang up before they are
served, the place is kept for the promise again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from callbacks.lifecycle import AttemptOutcome, CallbackState, move
from callbacks.safety import Refusal, refuse, refused_lately
from callbacks.seals import Seals, same_digits
from callqueue import line
from callqueue.agents import AgentState
from callqueue.department import Department
from callqueue.legs import FINAL_STATUSES, Purpose
from callqueue.line import Entry, EntryState
from store.database import one_of
from store.tables import attempts, callbacks, calls, cases

_S = CallbackState
TAKEABLE = (_S.PROMISED, _S.WAITING_RETRY, _S.DIALLING_FIRST)
"""The caller's own phone is not being rung yet."""
WRONG_PINS_AN_HOUR = 5
"""Then no PIN is right for a while: a caller's number can be forged, and six digits can be tried."""


@dataclass(frozen=True)
class Held:
    """A promise whose caller may take its place."""

    id: int
    department: str
    language: str
    due_at: datetime
    slot_at: datetime | None
    state: CallbackState


def held_for(tx: Connection, number: str) -> tuple[Held, ...]:
    """The promises for a number that nobody has taken, the oldest first."""
    rows = tx.execute(_HELD_FOR, {"number": number}).all()
    return tuple(_held(row) for row in rows if not _is_taken(tx, row.taken_by_call_id))


def held(tx: Connection, callback_id: int) -> Held | None:
    """None when it is over, being dialled, or taken."""
    row = tx.execute(select(callbacks).where(callbacks.c.id == callback_id)).first()
    if row is None or row.state not in TAKEABLE or _is_taken(tx, row.taken_by_call_id):
        return None
    return _held(row)


def held_with_pin(tx: Connection, number: str, pin: str, seals: Seals, now: datetime) -> Held | None:
    """Of a number's promises the one with this PIN. A wrong one is counted; after several none is right for an
    hour."""
    if refused_lately(tx, number, Refusal.WRONG_PIN, now, timedelta(hours=1)) >= WRONG_PINS_AN_HOUR:
        return None
    found = [promise for promise in held_for(tx, number) if same_digits(pin, seals.pin(promise.id))]
    if not found:
        refuse(tx, number, Refusal.WRONG_PIN, now)
        return None
    return found[0]


def take_place(tx: Connection, callback_id: int, call_id: int, department: Department, now: datetime) -> int | None:
    """The caller waits at the place of their promise, on the phone; returns the entry. None: it can't be taken."""
    promise = held(tx, callback_id)
    place = None if promise is None else line.entry_of_callback(tx, callback_id)
    if promise is None or place is None or place.state == EntryState.CONNECTED:
        return None
    if promise.state == _S.DIALLING_FIRST:
        _stop_dialling(tx, callback_id, now)
    # Who asked for a later time, and phones before it, has not waited since they asked.
    early = promise.slot_at is not None and promise.due_at > now
    line.take_place(tx, place.id, call_id, now, joined_at=now if early else None)
    tx.execute(update(callbacks).where(callbacks.c.id == callback_id).values(taken_by_call_id=call_id))
    _same_matter(tx, call_id, place.case_id, now)
    return place.id


@dataclass(frozen=True)
class GivenBack:
    """The promise has its place again."""

    callback_id: int
    agent_leg_id: int | None = None
    """Rings for a caller who is not to be called yet."""


def give_back(tx: Connection, call_id: int, now: datetime) -> GivenBack | None:
    """The caller leaves the place before they were served: it is the promise's again. An agent whose phone rings for it
    calls back at once, unless the promise is for a later time. None: no promise of theirs rests."""
    callback_id = _taken_by(tx, call_id)
    if callback_id is None:
        return None
    place = line.entry_of_call(tx, call_id)
    due_at = tx.execute(select(callbacks.c.due_at).where(callbacks.c.id == callback_id)).scalar_one()
    if place is None or place.state == EntryState.CONNECTED:
        return None
    tx.execute(update(callbacks).where(callbacks.c.id == callback_id).values(taken_by_call_id=None))
    leg_id = _un_offer(tx, place, now) if due_at > now else None
    line.keep_place(tx, place.id, callback_id, now, not_before=due_at if due_at > now else None)
    return GivenBack(callback_id, leg_id)


def _un_offer(tx: Connection, place: Entry, now: datetime) -> int | None:
    if place.agent_id is None:
        return None
    why = "the caller left"
    if not line.not_accepted(tx, place.id, place.agent_id, now, agent_to=AgentState.READY, reason=why):
        return None
    rings = select(calls.c.id).where(calls.c.entry_id == place.id, calls.c.purpose == Purpose.AGENT.value)
    leg_id: int | None = tx.execute(rings.order_by(calls.c.id.desc()).limit(1)).scalar()
    return leg_id


def served(tx: Connection, call_id: int | None, now: datetime) -> bool:
    """The caller was talked to at the place of their promise: nobody has to call them any more."""
    callback_id = None if call_id is None else _taken_by(tx, call_id)
    if callback_id is None:
        return False
    waiting, why = (_S.PROMISED, _S.WAITING_RETRY), "phoned again and was served"
    return move(tx, callback_id, waiting, _S.REPLACED, who="caller", why=why, now=now)


def _stop_dialling(tx: Connection, callback_id: int, now: datetime) -> None:
    """An agent's phone rings for the promise: whoever accepts gets the caller who is on the line already."""
    why = AttemptOutcome.CALLER_PHONED.value
    move(tx, callback_id, (_S.DIALLING_FIRST,), _S.WAITING_RETRY, who="caller", why=why, now=now, due_at=now)
    running = update(attempts).where(attempts.c.callback_id == callback_id, attempts.c.ended_at.is_(None))
    tx.execute(running.values(ended_at=now, outcome=why))


def _same_matter(tx: Connection, call_id: int, case_id: int, now: datetime) -> None:
    """The call goes on with the case of the promise: the agent hears what was said then."""
    opened = tx.execute(select(calls.c.case_id).where(calls.c.id == call_id)).scalar_one()
    if opened != case_id:
        tx.execute(update(calls).where(calls.c.id == call_id).values(case_id=case_id))
        tx.execute(update(cases).where(cases.c.id == opened).values(closed_at=now, outcome="joined"))


def _taken_by(tx: Connection, call_id: int) -> int | None:
    found: int | None = tx.execute(_TAKEN_BY, {"call_id": call_id}).scalar()
    return found


def _is_taken(tx: Connection, call_id: int | None) -> bool:
    """A call that has ended takes nothing, whatever was lost with its end."""
    if call_id is None:
        return False
    status = tx.execute(select(calls.c.status).where(calls.c.id == call_id)).scalar()
    return status is not None and status not in FINAL_STATUSES


def _held(row: Any) -> Held:
    return Held(row.id, row.department, row.language, row.due_at, row.slot_at, CallbackState(row.state))


# Built once: every call that comes in asks for its number's promises, and every hang-up …
_HELD_FOR = (
    select(callbacks)
    .where(callbacks.c.number == bindparam("number"), one_of(callbacks.c.state, TAKEABLE))
    .order_by(callbacks.c.id)
)
# … whether it had taken one's place.
_TAKEN_BY = select(callbacks.c.id).where(
    callbacks.c.taken_by_call_id == bindparam("call_id"), callbacks.c.ended_at.is_(None)
)
