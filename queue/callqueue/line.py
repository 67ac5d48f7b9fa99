"""The line: who waits for whom, in which order. Every change is a conditional UPDATE; losing a race is normal."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from callqueue.agents import AgentState, move_agent
from callqueue.department import Department
from callqueue.events import Kind, record
from callqueue.legs import FINAL_STATUSES, Purpose
from callqueue.oddities import ignored
from callqueue.routing import FRONT, OVERTAKEN_AT_MOST
from store.database import insert_row, one_of
from store.tables import UtcTime, calls, line_entries


class EntryState(StrEnum):
    WAITING = "waiting"
    """Standing in the line, on the phone or with a kept place."""
    OFFERED = "offered"
    """An agent's phone rings for this entry."""
    CONNECTED = "connected"
    """The agent has accepted."""
    LEFT = "left"
    """Out of the line; `left_reason` says how."""


BEFORE_ALL = 100
"""Menus know priorities to 9."""
STANDING = (EntryState.WAITING, EntryState.OFFERED, EntryState.CONNECTED)


@dataclass(frozen=True)
class Entry:
    id: int
    case_id: int
    call_id: int | None
    callback_id: int | None
    department: str
    priority: int
    joined_at: datetime
    not_before: datetime | None
    state: EntryState
    agent_id: int | None


_COLUMNS = tuple(line_entries.c[name] for name in Entry.__dataclass_fields__)


def join(
    tx: Connection,
    *,
    case_id: int,
    department: Department,
    now: datetime,
    call_id: int | None = None,
    callback_id: int | None = None,
    not_before: datetime | None = None,
    joined_at: datetime | None = None,
) -> int:
    """A place in the department's line, by the time of joining: now, or earlier (`joined_at`) for who has waited
    elsewhere; returns the entry. Who stands there already keeps their place."""
    standing = _standing(tx, call_id, callback_id)
    if standing is not None:
        return standing
    joined_at = joined_at or now
    entry_id = insert_row(
        tx,
        line_entries,
        case_id=case_id,
        call_id=call_id,
        callback_id=callback_id,
        department=department.id,
        priority=department.priority,
        joined_at=joined_at,
        not_before=not_before,
        state=EntryState.WAITING.value,
    )
    credit = (now - joined_at).total_seconds()
    record(tx, Kind.JOIN, now, caller=entry_id, department=department.id, priority=department.priority, credit=credit)
    if callback_id is not None:
        record(tx, Kind.PROMISE, now, caller=entry_id, **_due(not_before, now))
    return entry_id


def entry(tx: Connection, entry_id: int) -> Entry | None:
    return _one(tx, _BY_ID, id=entry_id)


def entry_of_call(tx: Connection, call_id: int) -> Entry | None:
    """The place that a caller on the phone holds now."""
    return _one(tx, _OF_CALL, call_id=call_id)


def entry_of_callback(tx: Connection, callback_id: int) -> Entry | None:
    """The place kept for a promise."""
    return _one(tx, _OF_CALLBACK, callback_id=callback_id)


def leave(tx: Connection, entry_id: int, reason: str, now: datetime) -> bool:
    """Out of the line. False when the entry had left before."""
    before = entry(tx, entry_id)
    left = _change(tx, entry_id, STANDING, state=EntryState.LEFT.value, left_at=now, left_reason=reason)
    if before is None:
        ignored("a caller left who never came", entry=entry_id)
    if left:
        if before is not None and _is_dialled(before):
            record(tx, Kind.DIAL_FAILED, now, caller=entry_id)
        record(tx, Kind.LEAVE, now, caller=entry_id, reason=reason)
    return left


def keep_place(
    tx: Connection, entry_id: int, callback_id: int, now: datetime, *, not_before: datetime | None = None
) -> bool:
    """A waiting caller becomes a promise at the same place, even while an agent's phone rings for it: who accepts is
    then joined by phoning back. False when the two are connected already."""
    unjoined = (EntryState.WAITING, EntryState.OFFERED)
    kept = _change(tx, entry_id, unjoined, call_id=None, callback_id=callback_id, not_before=not_before)
    if kept:
        record(tx, Kind.PROMISE, now, caller=entry_id, **_due(not_before, now))
    return kept


def caller_is_there(tx: Connection, entry_id: int, call_id: int) -> bool:
    """A caller who was rung before any agent has picked up, and waits on the phone at the kept place."""
    return _change(tx, entry_id, (EntryState.WAITING,), call_id=call_id, not_before=None)


def put_off(tx: Connection, entry_id: int, until: datetime) -> bool:
    """A waiting place is not to be served before."""
    return _change(tx, entry_id, (EntryState.WAITING,), not_before=until)


def take_place(
    tx: Connection, entry_id: int, call_id: int, now: datetime, *, joined_at: datetime | None = None
) -> bool:
    """The caller of a promise stands at its place by phone, even while an agent's phone rings for it; from `joined_at`,
    where the promise was for a later time. False when the two are connected already."""
    earlier: dict[str, Any] = {} if joined_at is None else {"joined_at": joined_at}
    unjoined = (EntryState.WAITING, EntryState.OFFERED)
    taken = _changed(tx, entry_id, unjoined, call_id=call_id, callback_id=None, not_before=None, **earlier)
    if taken is not None:
        standing = {"priority": taken.priority, "credit": (now - taken.joined_at).total_seconds()}
        record(tx, Kind.JOIN, now, caller=entry_id, agent=None, department=taken.department, **standing)
    return taken is not None


def move_place(tx: Connection, entry_id: int, due_at: datetime, now: datetime, *, joins_now: bool) -> bool:
    """A promise gets another time. `joins_now`: its place is from now on, for it was kept for a later time."""
    joined = {"joined_at": now} if joins_now else {}
    moved = _change(tx, entry_id, (EntryState.WAITING,), not_before=due_at if due_at > now else None, **joined)
    if moved:
        record(tx, Kind.PROMISE, now, caller=entry_id, **_due(due_at, now))
    return moved


def to_front(tx: Connection, entry_id: int, now: datetime) -> bool:
    """A supervisor wants this one served before all others."""
    moved = _change(tx, entry_id, (EntryState.WAITING,), priority=BEFORE_ALL, not_before=None)
    if moved:
        record(tx, Kind.PROMISE, now, caller=entry_id)
    return moved


def position(tx: Connection, entry_id: int, now: datetime) -> int | None:
    """1 is next. None for who no longer waits. Kept places that are due count like everybody else's."""
    ahead = tx.execute(_AHEAD, {"entry_id": entry_id, "now": now}).scalar()
    return None if ahead is None else int(ahead) + 1


def due(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """SQL: the entry may be served at `now`."""
    return or_(line_entries.c.not_before.is_(None), line_entries.c.not_before <= now)


def accepted(tx: Connection, entry_id: int, agent_id: int, now: datetime) -> bool:
    """The agent takes the offered caller: the two talk, or a promised call is now dialled (see `reached`). False when
    the caller is no longer offered to this agent."""
    values = {"state": EntryState.CONNECTED.value, "connected_at": now}
    taken = _changed(tx, entry_id, (EntryState.OFFERED,), offered_to=agent_id, **values)
    if taken is not None:
        kind = Kind.DIAL if _is_dialled(taken) else Kind.CONNECT
        record(tx, kind, now, caller=entry_id, agent=agent_id)
        move_agent(tx, agent_id, AgentState.TALK, now=now, reason="accepted", expected=(AgentState.RINGING,))
    else:
        _not_taken(tx, entry_id, agent_id)
    return taken is not None


def reached(tx: Connection, entry_id: int, now: datetime) -> None:
    """The caller of a promise has picked up and talks with the agent who had accepted."""
    served = entry(tx, entry_id)
    if served is not None and _is_dialled(served):
        record(tx, Kind.CONNECT, now, caller=entry_id, agent=served.agent_id)


def not_accepted(
    tx: Connection, entry_id: int, agent_id: int, now: datetime, *, agent_to: AgentState, reason: str
) -> bool:
    """The offer came to nothing: the caller keeps the place, the agent goes to `agent_to`."""
    values = {"state": EntryState.WAITING.value, "agent_id": None, "offered_at": None}
    kept = _change(tx, entry_id, (EntryState.OFFERED,), offered_to=agent_id, **values)
    if kept:
        move_agent(tx, agent_id, agent_to, now=now, reason=reason, expected=(AgentState.RINGING,))
    return kept


def back_in_line(tx: Connection, entry_id: int, now: datetime, *, not_before: datetime) -> bool:
    """A promise whose caller could not be reached goes back to its place, not to be served before `not_before`.
    The agent who waited for them is ready for the next."""
    served = entry(tx, entry_id)
    back = _change(
        tx,
        entry_id,
        STANDING,
        state=EntryState.WAITING.value,
        call_id=None,
        agent_id=None,
        offered_at=None,
        connected_at=None,
        not_before=not_before,
    )
    if back and served is not None and served.agent_id is not None:
        _record_back(tx, served, not_before, now)
        free_agent(tx, served.agent_id, now, "the caller could not be reached")
    return back


def finished(tx: Connection, entry_id: int, now: datetime, *, reason: str = "served") -> bool:
    """The conversation is over; the agent writes up."""
    values: dict[str, Any] = {"state": EntryState.LEFT.value, "left_at": now, "left_reason": reason}
    over = _changed(tx, entry_id, (EntryState.CONNECTED,), **values)
    if over is None or over.agent_id is None:
        _not_over(tx, entry_id)
        return False
    record(tx, Kind.END, now, caller=entry_id, agent=over.agent_id)
    why, talking, whose = "conversation over", (AgentState.TALK, AgentState.HOLD), over.department
    move_agent(tx, over.agent_id, AgentState.WRAP, now=now, reason=why, expected=talking, after_caller_of=whose)
    return True


def free_agent(tx: Connection, agent_id: int, now: datetime, reason: str) -> None:
    """Back to ready through no fault of their own."""
    busy = (AgentState.RINGING, AgentState.TALK)
    move_agent(tx, agent_id, AgentState.READY, now=now, reason=reason, expected=busy)


def _not_taken(tx: Connection, entry_id: int, agent_id: int) -> None:
    """A caller who has just left is no news; an agent who takes one of whom nobody knows, or twice, is."""
    wanted = entry(tx, entry_id)
    if wanted is None:
        ignored("a caller was accepted who never came", entry=entry_id, agent=agent_id)
    elif wanted.state == EntryState.CONNECTED:
        twice = wanted.agent_id == agent_id
        ignored(
            "a caller was accepted twice" if twice else "another's caller was accepted", entry=entry_id, agent=agent_id
        )


def _not_over(tx: Connection, entry_id: int) -> None:
    """A conversation that ended before is no news; one that nobody had is."""
    told = entry(tx, entry_id)
    if told is None or told.agent_id is None:
        ignored("the end of a conversation that nobody had", entry=entry_id)


def _is_dialled(served: Entry) -> bool:
    """An agent has accepted it, and the caller is phoned."""
    return served.state == EntryState.CONNECTED and served.callback_id is not None and served.call_id is None


def _record_back(tx: Connection, served: Entry, not_before: datetime, now: datetime) -> None:
    kind = Kind.DIAL_FAILED if _is_dialled(served) else Kind.PROMISE
    record(tx, kind, now, caller=served.id, **_due(not_before, now))


def _due(not_before: datetime | None, now: datetime) -> dict[str, Any]:
    return {} if not_before is None or not_before <= now else {"due": not_before.timestamp()}


def stranded(tx: Connection, since: datetime) -> list[Entry]:
    """Offered or connected since `since` or longer, and no agent's leg is left on the phone that could tell how it went
    on."""
    longest = func.coalesce(line_entries.c.connected_at, line_entries.c.offered_at) <= since
    on_the_phone = exists().where(
        calls.c.entry_id == line_entries.c.id,
        calls.c.purpose == Purpose.AGENT.value,
        not_(one_of(calls.c.status, FINAL_STATUSES)),
    )
    held = _in(EntryState.OFFERED, EntryState.CONNECTED)
    rows = tx.execute(select(*_COLUMNS).where(held, longest, not_(on_the_phone)).order_by(line_entries.c.id))
    return [_entry(row) for row in rows]


def _standing(tx: Connection, call_id: int | None, callback_id: int | None) -> int | None:
    standing = None
    if call_id is not None:
        standing = entry_of_call(tx, call_id)
    elif callback_id is not None:
        standing = entry_of_callback(tx, callback_id)
    return None if standing is None else standing.id


def _in(*states: EntryState) -> ColumnElement[bool]:
    return one_of(line_entries.c.state, states)


def _change(tx: Connection, entry_id: int, expected: tuple[EntryState, ...], **values: Any) -> bool:
    return _changed(tx, entry_id, expected, **values) is not None


def _changed(
    tx: Connection,
    entry_id: int,
    expected: tuple[EntryState, ...],
    *,
    offered_to: int | None = None,
    **values: Any,
) -> Entry | None:
    """The entry as it is after the change; None where it was not as expected."""
    which = {"entry_id": entry_id} if offered_to is None else {"entry_id": entry_id, "offered_to": offered_to}
    row = tx.execute(_changing(expected, offered_to is not None), {**which, **values}).first()
    return None if row is None else _entry(row)


@cache
def _changing(expected: tuple[EntryState, ...], offered: bool) -> ReturningUpdate[Any]:
    changing = update(line_entries).where(line_entries.c.id == bindparam("entry_id"), _in(*expected))
    if offered:
        changing = changing.where(line_entries.c.agent_id == bindparam("offered_to"))
    return changing.returning(*_COLUMNS)


def _one(tx: Connection, query: Select[Any], **values: int) -> Entry | None:
    row = tx.execute(query, values).first()
    return None if row is None else _entry(row)


def _entry(row: Row[Any]) -> Entry:
    return Entry(**{**row._mapping, "state": EntryState(row.state)})


def _priority(of: FromClause) -> ColumnElement[int]:
    """As in callqueue.routing.turn."""
    return case((of.c.overtaken >= OVERTAKEN_AT_MOST, FRONT), else_=of.c.priority)


def _ahead() -> Select[Any]:
    """How many stand before an entry, in their order: priority, then time of joining. No row for who does not wait."""
    own, other = line_entries.alias("own"), line_entries.alias("other")
    now: BindParameter[datetime] = bindparam("now", type_=UtcTime)
    same_priority, same_moment = _priority(other) == _priority(own), other.c.joined_at == own.c.joined_at
    before = or_(
        _priority(other) > _priority(own),
        and_(same_priority, other.c.joined_at < own.c.joined_at),
        and_(same_priority, same_moment, other.c.id < own.c.id),
    )
    waits = one_of(other.c.state, (EntryState.WAITING,))
    is_due = or_(other.c.not_before.is_(None), other.c.not_before <= now)
    ahead = and_(other.c.department == own.c.department, waits, is_due, before)
    return (
        select(func.count(other.c.id))
        .select_from(own.outerjoin(other, ahead))
        .where(own.c.id == bindparam("entry_id"), one_of(own.c.state, (EntryState.WAITING,)))
        .group_by(own.c.id)
    )


# Statements are built once: building one costs several times what running it does, and every waiting caller's
# webhooks run these.
_BY_ID = select(*_COLUMNS).where(line_entries.c.id == bindparam("id"))
_OF_CALL = select(*_COLUMNS).where(line_entries.c.call_id == bindparam("call_id"), _in(*STANDING))
_OF_CALLBACK = select(*_COLUMNS).where(line_entries.c.callback_id == bindparam("callback_id"), _in(*STANDING))
_AHEAD = _ahead()
