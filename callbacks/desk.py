"""Promises in the hands of people: what agents and supervisors see of them and can do. The console and the command line
call these; every one is safe to call twice."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select, update

from callbacks import changes, reach, texts
from callbacks.changes import CalledOff, Change
from callbacks.lifecycle import OPEN, CallbackState, record, state_of
from callbacks.promises import AlreadyPromised, Origin, PromiseMade, Refused, SlotFull, Terms, promise
from callbacks.retries import CallbackRules
from callbacks.slots import Slot
from callbacks.texts import NOT_TOLD, Text, TextKind
from callqueue import line
from callqueue.department import Department
from store.database import insert_row
from store.tables import attempts, callback_moves, callbacks, cases
from store.tables import texts as texts_table

LATE = timedelta(minutes=2)
"""So long after its time a promise that nobody works on is overdue."""
RECEIPT_OVERDUE = timedelta(hours=1)
"""A text whose receipt has not come by then may never have arrived."""
MOST = 500


class Outcome(StrEnum):
    """How an agent closes a matter."""

    RESOLVED = "resolved"
    REACHED_OTHERWISE = "reached_otherwise"
    """By another phone, by mail."""
    NO_LONGER_NEEDED = "no_longer_needed"
    UNREACHABLE = "unreachable"
    """Tried and given up; the caller could not be told."""


@dataclass(frozen=True)
class PromiseView:
    id: int
    case_id: int
    number: str
    department: str
    language: str
    state: CallbackState
    origin: Origin
    words: str
    promised_at: datetime
    due_at: datetime
    at_a_time: bool
    told_until: datetime | None
    attempts_made: int
    ended_at: datetime | None
    overdue: bool
    to_close: bool
    """It has ended, and nothing tells that the caller knows: an agent has to see to them."""


@dataclass(frozen=True)
class Move:
    at: datetime
    from_state: str | None
    to_state: str
    who: str
    why: str


@dataclass(frozen=True)
class Try:
    ordinal: int
    agent_id: int
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None


@dataclass(frozen=True)
class PromiseStory:
    promise: PromiseView
    moves: tuple[Move, ...]
    attempts: tuple[Try, ...]
    texts: tuple[Text, ...]


# Looking


def promises(
    tx: Connection,
    now: datetime,
    *,
    states: tuple[CallbackState, ...] = OPEN,
    department: str | None = None,
    to_close: bool = False,
) -> tuple[PromiseView, ...]:
    """Overdue ones first, then by their time. `to_close`: those instead that have ended and that an agent has to see
    to."""
    which: list[ColumnElement[bool]] = [callbacks.c.state.in_([state.value for state in states])]
    if to_close:
        which = [_ended_badly(), cases.c.closed_at.is_(None), _untold(now)]
    if department is not None:
        which.append(callbacks.c.department == department)
    rows = tx.execute(_views().where(*which).order_by(callbacks.c.due_at, callbacks.c.id).limit(MOST)).all()
    views = [_view(row, now, to_close=to_close) for row in rows]
    return tuple(sorted(views, key=lambda view: (not view.overdue, view.due_at, view.id)))


def story(tx: Connection, callback_id: int, now: datetime) -> PromiseStory | None:
    """All that happened to a promise; None for an id that is none."""
    row = tx.execute(_views().where(callbacks.c.id == callback_id)).first()
    if row is None:
        return None
    open_end = select(callbacks.c.id).join(cases, cases.c.id == callbacks.c.case_id)
    wanting = (callbacks.c.id == callback_id, _ended_badly(), cases.c.closed_at.is_(None))
    to_close = tx.execute(open_end.where(*wanting, _untold(now))).first() is not None
    moved = select(callback_moves).where(callback_moves.c.callback_id == callback_id).order_by(callback_moves.c.id)
    tried = select(attempts).where(attempts.c.callback_id == callback_id).order_by(attempts.c.ordinal)
    return PromiseStory(
        _view(row, now, to_close=to_close),
        tuple(Move(r.at, r.from_state, r.to_state, r.who, r.why) for r in tx.execute(moved)),
        tuple(Try(r.ordinal, r.agent_id, r.started_at, r.ended_at, r.outcome) for r in tx.execute(tried)),
        texts.texts_of(tx, callback_id),
    )


# Doing


def take(
    tx: Connection,
    callback_id: int,
    agent_id: int,
    departments: Mapping[str, Department],
    phone_number: str,
    rules: CallbackRules,
    now: datetime,
) -> int | Change:
    """An agent takes a promise out of its turn: their own phone is rung first, then the caller's. Returns the planned
    leg, to be ordered once this is committed; or why not (BUSY: the agent or the promise is)."""
    place = line.entry_of_callback(tx, callback_id)
    state = state_of(tx, callback_id)
    if state is None or state not in OPEN:
        return Change.OVER
    if state not in changes.WAITING or place is None:
        return Change.BUSY
    leg_id = reach.ring_this_agent(tx, place.id, agent_id, departments, phone_number, rules, now)
    return Change.BUSY if leg_id is None else leg_id


def dial(tx: Connection, callback_id: int, *, who: str, now: datetime) -> Change:
    """As soon as an agent is free, before all others; dispatch afterwards."""
    changed = changes.move_to(tx, callback_id, now, None, who=who, now=now)
    if changed in (Change.DONE, Change.SAME):
        place = line.entry_of_callback(tx, callback_id)
        if place is not None:
            line.to_front(tx, place.id, now)
        return Change.DONE
    return changed


def move(tx: Connection, callback_id: int, due_at: datetime, slot: Slot | None, *, who: str, now: datetime) -> Change:
    """Another time, which the caller is told. Agents postpone by this."""
    changed = changes.move_to(tx, callback_id, due_at, slot, who=who, now=now)
    if changed == Change.DONE:
        generation = tx.execute(select(callbacks.c.generation).where(callbacks.c.id == callback_id)).scalar_one()
        texts.plan(tx, callback_id, TextKind.MOVED, now, occasion=generation)
    return changed


def cancel(tx: Connection, callback_id: int, *, who: str, why: str, now: datetime) -> CalledOff:
    """Nobody calls; the caller is told."""
    return changes.cancel(tx, callback_id, who=who, why=why, now=now)


def finish(tx: Connection, callback_id: int, outcome: Outcome, *, who: str, now: datetime) -> CalledOff:
    """Close a promise's matter with an outcome: one that still waits is called off without a text (the agent has
    settled it with the caller), one that has ended is seen to."""
    off = changes.cancel(tx, callback_id, who=who, why=outcome.value, now=now)
    if off.change == Change.BUSY:
        return off
    if off.change == Change.DONE:
        texts.withdraw(tx, callback_id, TextKind.CANCELLED, now)
    case_id = tx.execute(select(callbacks.c.case_id).where(callbacks.c.id == callback_id)).scalar()
    closing = update(cases).where(cases.c.id == case_id, cases.c.closed_at.is_(None))
    closed = tx.execute(closing.values(closed_at=now, outcome=outcome.value)).rowcount == 1
    if closed and off.change == Change.OVER:
        _note(tx, callback_id, who, outcome, now)
    return CalledOff(Change.DONE if closed else Change.SAME, off.in_vain)


@dataclass(frozen=True, kw_only=True)
class FollowUp:
    """What an agent promises a caller: that somebody of `department` will call."""

    number: str
    department: Department
    reason: str
    due_at: datetime
    slot: Slot | None
    language: str
    agent: str
    case_id: int | None = None
    """The matter it belongs to; None: a new one."""


def follow_up(
    tx: Connection, wish: FollowUp, rules: CallbackRules, now: datetime
) -> PromiseMade | AlreadyPromised | Refused | SlotFull:
    """An agent promises a call. It is dialled, told and counted like every other."""
    case_id = wish.case_id
    if case_id is None:
        case_id = insert_row(tx, cases, number=wish.number, language=wish.language, opened_at=now)
    else:
        tx.execute(update(cases).where(cases.c.id == case_id).values(closed_at=None, outcome=None))
    terms = Terms(
        case_id=case_id,
        department=wish.department,
        number=wish.number,
        language=wish.language,
        words=wish.reason,
        due_at=wish.due_at,
        slot=wish.slot,
        told_until=None if wish.slot is None else wish.slot.ends_at,
        origin=Origin.AGENT,
        who=wish.agent,
    )
    made = promise(tx, terms, numbers=rules.numbers, now=now)
    if not isinstance(made, PromiseMade):
        closing = update(cases).where(cases.c.id == case_id, cases.c.closed_at.is_(None))
        tx.execute(closing.values(closed_at=now, outcome="not promised"))
    return made


def _note(tx: Connection, callback_id: int, who: str, outcome: Outcome, now: datetime) -> None:
    state = state_of(tx, callback_id)
    if state is not None:
        record(tx, callback_id, state, state, who=who, why=outcome.value, now=now)


def _views() -> Any:
    return select(callbacks).join(cases, cases.c.id == callbacks.c.case_id)


def _ended_badly() -> ColumnElement[bool]:
    return callbacks.c.state.in_((CallbackState.CANCELLED.value, CallbackState.EXPIRED.value))


def _untold(now: datetime) -> ColumnElement[bool]:
    """Nothing tells that the caller knows how it ended: the text can't reach them, or no receipt has come."""
    about = texts_table.c.callback_id == callbacks.c.id
    ending = texts_table.c.kind.in_([kind.value for kind in texts.ENDINGS])
    unreached = texts_table.c.state.in_([state.value for state in NOT_TOLD])
    unheard_of = texts_table.c.created_at <= now - RECEIPT_OVERDUE
    sent = select(texts_table.c.id).where(about, ending)
    return or_(~sent.exists(), sent.where(or_(unreached, unheard_of)).exists())


def _view(row: Any, now: datetime, *, to_close: bool) -> PromiseView:
    state = CallbackState(row.state)
    expected_by = row.told_until or (row.due_at + LATE if row.due_at > row.promised_at else None)
    return PromiseView(
        id=row.id,
        case_id=row.case_id,
        number=row.number,
        department=row.department,
        language=row.language,
        state=state,
        origin=Origin(row.origin),
        words=row.words,
        promised_at=row.promised_at,
        due_at=row.due_at,
        at_a_time=row.slot_at is not None,
        told_until=row.told_until,
        attempts_made=row.attempts_made,
        ended_at=row.ended_at,
        overdue=state in changes.WAITING and expected_by is not None and expected_by < now,
        to_close=to_close,
    )
