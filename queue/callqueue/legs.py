"""Calls that we place: planned in SQL first, then ordered, never twice."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from carrier.port import PlacedCall
from store.database import hold_row, insert_row, one_of
from store.tables import calls, cases, stray_legs

# Orders of the last minutes, at one a second.
LATEST_ORDERS = 200


class Purpose(StrEnum):
    """What a call is for."""

    CALLER = "caller"
    """A caller phoned us."""
    AGENT = "agent"
    """We ring an agent."""
    CALLBACK = "callback"
    """We ring a caller back."""


class DialState(StrEnum):
    PLANNED = "planned"
    """Committed, not ordered yet."""
    ASKING = "asking"
    """A worker has claimed it and asks the carrier."""
    PLACED = "placed"
    """The carrier has it; the CallSid is known."""
    DOUBTFUL = "doubtful"
    """The answer was lost: it may be ringing. Not ordered again before the carrier says that it is not."""
    REFUSED = "refused"
    """The carrier does not take it."""
    CANCELLED = "cancelled"
    """Nobody needs it any more."""


FINAL_STATUSES = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})


@dataclass(frozen=True)
class Leg:
    id: int
    sid: str | None
    purpose: Purpose
    case_id: int
    from_number: str
    to_number: str
    dial_state: DialState | None
    dial_claimed_at: datetime | None
    generation: int
    agent_id: int | None
    entry_id: int | None
    attempt_id: int | None
    department: str | None
    status: str
    created_at: datetime

    @property
    def rung_first(self) -> bool:
        """A caller who is rung before any agent has taken them."""
        return self.purpose == Purpose.CALLBACK and self.agent_id is None


_COLUMNS = tuple(calls.c[name] for name in Leg.__dataclass_fields__)


def path(leg_id: int) -> str:
    """Fetched when the leg is answered."""
    return f"/voice/leg/{leg_id}"


def status_path(leg_id: int) -> str:
    return f"{path(leg_id)}/status"


def machine_path(leg_id: int) -> str:
    """Told who picked up."""
    return f"{path(leg_id)}/machine"


def plan_leg(
    tx: Connection,
    *,
    purpose: Purpose,
    state: str,
    case_id: int,
    from_number: str,
    to_number: str,
    language: str,
    menu_version_id: int | None,
    department: str,
    words: str,
    agent_id: int | None,
    entry_id: int,
    attempt_id: int | None,
    now: datetime,
) -> int:
    """A leg to be ordered once the transaction is committed; returns its id. `agent_id`: null for a caller who is rung
    before any agent is."""
    return insert_row(
        tx,
        calls,
        purpose=purpose.value,
        state=state,
        state_data={},
        case_id=case_id,
        from_number=from_number,
        to_number=to_number,
        language=language,
        menu_version_id=menu_version_id,
        stream_token=secrets.token_urlsafe(32),
        department=department,
        words=words,
        agent_id=agent_id,
        entry_id=entry_id,
        attempt_id=attempt_id,
        dial_state=DialState.PLANNED.value,
        status="queued",
        created_at=now,
    )


def leg(tx: Connection, leg_id: int) -> Leg | None:
    row = tx.execute(select(*_COLUMNS).where(calls.c.id == leg_id)).first()
    return None if row is None else _leg(row)


def hold_matter(tx: Connection, leg: Leg) -> None:
    """Before anything of a matter is changed: its other legs' events wait (docs/decisions/0011)."""
    hold_row(tx, cases, leg.case_id)


def legs_in(tx: Connection, *states: DialState) -> tuple[Leg, ...]:
    """Legs in one of these dial states that have not ended, oldest first."""
    wanted = calls.c.dial_state.in_([state.value for state in states])
    rows = tx.execute(select(*_COLUMNS).where(wanted, _not_ended()).order_by(calls.c.id))
    return tuple(_leg(row) for row in rows)


def claim(tx: Connection, leg_id: int, now: datetime) -> bool:
    """planned → asking, for one worker only."""
    return _move(tx, leg_id, (DialState.PLANNED,), DialState.ASKING, dial_claimed_at=now)


def placed(tx: Connection, leg_id: int, answer: PlacedCall) -> bool:
    """The carrier's answer. The leg may have told its CallSid by itself before."""
    tx.execute(update(calls).where(calls.c.id == leg_id).values(queue_seconds=answer.queue_seconds))
    return learn_sid(tx, leg_id, answer.sid)


def longest_queue(tx: Connection) -> timedelta:
    """How long the carrier lets orders stand in its own queue, by its latest answers: one whose answer was lost may
    stand there as long."""
    latest = select(calls.c.queue_seconds).order_by(calls.c.id.desc()).limit(LATEST_ORDERS).subquery()
    return timedelta(seconds=tx.execute(select(func.max(latest.c.queue_seconds))).scalar() or 0.0)


def learn_sid(tx: Connection, leg_id: int, sid: str) -> bool:
    """A leg shows its CallSid. False when another CallSid is known: that one is a second leg for the same order and
    must be hung up before it speaks."""
    learnt = update(calls).where(calls.c.id == leg_id, calls.c.sid.is_(None))
    if tx.execute(learnt.values(sid=sid, dial_state=DialState.PLACED.value)).rowcount == 1:
        return True
    # Known before, or told by the carrier's answer and by a webhook at the same moment.
    known = tx.execute(select(calls.c.sid).where(calls.c.id == leg_id)).scalar()
    return bool(known == sid)


def stray(tx: Connection, leg_id: int, sid: str, now: datetime) -> bool:
    """Count a second call for one order; False when it was counted before."""
    try:
        with tx.begin_nested():
            tx.execute(insert(stray_legs).values(leg_id=leg_id, sid=sid, seen_at=now))
    except IntegrityError:
        return False
    return True


def strays(tx: Connection) -> int:
    """How many second calls there ever were."""
    return int(tx.execute(select(func.count()).select_from(stray_legs)).scalar_one())


def is_newest(tx: Connection, leg: Leg) -> bool:
    """Whether no later order was made for the same place in the line."""
    same = (calls.c.entry_id == leg.entry_id, calls.c.purpose == leg.purpose.value)
    return tx.execute(select(calls.c.id).where(*same, calls.c.id > leg.id).limit(1)).first() is None


def doubt(tx: Connection, leg_id: int) -> bool:
    """The answer was lost, or whoever asked is dead."""
    return _move(tx, leg_id, (DialState.ASKING,), DialState.DOUBTFUL)


def plan_again(tx: Connection, leg_id: int, now: datetime) -> bool:
    """Nothing was placed: the next job has the next generation, so that a failed one does not block it. It counts as
    lost again from here."""
    pending = (DialState.PLANNED, DialState.ASKING, DialState.DOUBTFUL)
    later = {"generation": calls.c.generation + 1, "dial_claimed_at": now}
    return _move(tx, leg_id, pending, DialState.PLANNED, **later)


def refuse(tx: Connection, leg_id: int, now: datetime) -> bool:
    """The carrier does not take it: the leg is over."""
    return _move(tx, leg_id, (DialState.ASKING,), DialState.REFUSED, status="failed", ended_at=now)


def cancel(tx: Connection, leg_id: int, now: datetime) -> bool:
    """Nobody needs it any more, and it was not ordered yet."""
    return _move(tx, leg_id, (DialState.PLANNED,), DialState.CANCELLED, status="canceled", ended_at=now)


def live(tx: Connection, *, after: int, since: datetime, limit: int) -> tuple[Leg, ...]:
    """Calls of any purpose, with an id above `after`, which the carrier has had since then or longer."""
    begun = func.coalesce(calls.c.dial_claimed_at, calls.c.created_at) <= since
    going_on = (calls.c.id > after, calls.c.ended_at.is_(None), calls.c.sid.is_not(None), _not_ended(), begun)
    rows = tx.execute(select(*_COLUMNS).where(*going_on).order_by(calls.c.id).limit(limit))
    return tuple(_leg(row) for row in rows)


def other_side(tx: Connection, call_id: int) -> str | None:
    """The CallSid of the leg that a promise's leg is to be joined with: the agent's, or that of a caller whom we have
    phoned. None: nobody is there yet, or the caller has phoned us."""
    own = calls.alias("own")
    beside = and_(calls.c.entry_id == own.c.entry_id, calls.c.id != own.c.id)
    ours = one_of(calls.c.purpose, (Purpose.AGENT, Purpose.CALLBACK))
    sids = select(calls.c.sid).select_from(own.join(calls, beside)).where(own.c.id == call_id, ours, _not_ended())
    found: str | None = tx.execute(sids.order_by(calls.c.id.desc()).limit(1)).scalar()
    return found


def is_on_the_phone(agent_id: ColumnElement[int]) -> ColumnElement[bool]:
    """SQL: a leg to this agent is ordered, rings or goes on."""
    theirs = (calls.c.agent_id == agent_id, one_of(calls.c.purpose, (Purpose.AGENT,)), calls.c.ended_at.is_(None))
    return exists().where(*theirs)


def end(tx: Connection, call_id: int, status: str, now: datetime) -> bool:
    """A call is over, by other news than its own webhook. False when that has come."""
    ending = update(calls).where(calls.c.id == call_id, _not_ended())
    return tx.execute(ending.values(status=status, ended_at=now)).rowcount == 1


def _move(tx: Connection, leg_id: int, expected: tuple[DialState, ...], to: DialState, **values: Any) -> bool:
    moving = update(calls).where(
        calls.c.id == leg_id,
        calls.c.sid.is_(None),
        calls.c.dial_state.in_([state.value for state in expected]),
        _not_ended(),
    )
    return tx.execute(moving.values(dial_state=to.value, **values)).rowcount == 1


def _not_ended() -> ColumnElement[bool]:
    return calls.c.status.not_in(FINAL_STATUSES)


def _leg(row: Any) -> Leg:
    fields = dict(row._mapping)
    fields["purpose"] = Purpose(fields["purpose"])
    fields["dial_state"] = None if fields["dial_state"] is None else DialState(fields["dial_state"])
    return Leg(**fields)
