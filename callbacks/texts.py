"""Texts to callers: planned in SQL in the transaction that gives them a reason, then sent, each once.

What a text says is written when it is sent (callbacks/telling.py); here is which ones there are, and how they fare.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select, update
from sqlalchemy.exc import IntegrityError

from callbacks.diallable import can_be_texted
from store.database import insert_row
from store.tables import callbacks, cases, texts


class TextKind(StrEnum):
    PROMISE = "promise"
    """What was promised, with PIN and link."""
    MOVED = "moved"
    """It has another time."""
    SLIP = "slip"
    """The time that was told has passed without a call."""
    MISSED = "missed"
    """We rang for the last time, in vain."""
    CANCELLED = "cancelled"
    """Nobody will call."""
    CODE = "code"
    """Shows that who wants this number called can read what is sent to it."""


class TextState(StrEnum):
    PLANNED = "planned"
    """Committed, not sent yet."""
    ASKING = "asking"
    """A worker has claimed it and asks the carrier."""
    DOUBTFUL = "doubtful"
    """The answer was lost. Not sent again before the carrier's list says that it was not."""
    SENT = "sent"
    """The carrier has it."""
    DELIVERED = "delivered"
    """The phone has it."""
    FAILED = "failed"
    """The carrier refused it or could not deliver it."""
    IMPOSSIBLE = "impossible"
    """A landline, or no texts are sent here: never asked for."""


_S, _K = TextState, TextKind
UNSENT = (_S.PLANNED, _S.ASKING, _S.DOUBTFUL)
NOT_TOLD = (_S.FAILED, _S.IMPOSSIBLE)
ENDINGS = (_K.MISSED, _K.CANCELLED)
"""The last that a caller hears of a promise: where it does not arrive, an agent has to see to it."""
_RECEIPTS = {"delivered": _S.DELIVERED, "read": _S.DELIVERED, "failed": _S.FAILED, "undelivered": _S.FAILED}


@dataclass(frozen=True)
class Text:
    id: int
    callback_id: int | None
    case_id: int
    number: str
    language: str
    kind: TextKind
    occasion: int
    state: TextState
    sid: str | None
    error_code: int | None
    generation: int
    created_at: datetime
    claimed_at: datetime | None
    ended_at: datetime | None


_COLUMNS = tuple(texts.c[name] for name in Text.__dataclass_fields__)


def status_path(text_id: int) -> str:
    return f"/voice/text/{text_id}/status"


def after_move(tx: Connection, callback_id: int, from_state: str, to_state: str, now: datetime) -> None:
    """What a move of the lifecycle has to be told of: called with every move, in its transaction."""
    match from_state, to_state:
        case "offered", "promised":
            plan(tx, callback_id, TextKind.PROMISE, now)
        case _, "expired":
            plan(tx, callback_id, TextKind.MISSED, now)
        case _, "cancelled":
            plan(tx, callback_id, TextKind.CANCELLED, now)


def plan(tx: Connection, callback_id: int, kind: TextKind, now: datetime, *, occasion: int = 0) -> int | None:
    """A text about a promise; None when it was planned for this occasion before."""
    about = tx.execute(select(callbacks).where(callbacks.c.id == callback_id)).one()
    try:
        with tx.begin_nested():
            return _insert(tx, about.case_id, about.number, about.language, kind, now, callback_id, occasion)
    except IntegrityError:
        return None


def plan_code(tx: Connection, case_id: int, number: str, language: str, now: datetime) -> int:
    """A code to a number that somebody else wants called."""
    return _insert(tx, case_id, number, language, TextKind.CODE, now)


def text(tx: Connection, text_id: int) -> Text | None:
    row = tx.execute(select(*_COLUMNS).where(texts.c.id == text_id)).first()
    return None if row is None else _text(row)


def texts_in(tx: Connection, *states: TextState, limit: int = 500) -> tuple[Text, ...]:
    """Oldest first."""
    wanted = texts.c.state.in_([state.value for state in states])
    return tuple(map(_text, tx.execute(select(*_COLUMNS).where(wanted).order_by(texts.c.id).limit(limit))))


def texts_of(tx: Connection, callback_id: int) -> tuple[Text, ...]:
    rows = tx.execute(select(*_COLUMNS).where(texts.c.callback_id == callback_id).order_by(texts.c.id))
    return tuple(map(_text, rows))


def planned_for(tx: Connection, callback_id: int) -> tuple[int, ...]:
    """Texts about a promise that wait for a job."""
    waiting = (texts.c.callback_id == callback_id, texts.c.state == _S.PLANNED.value, texts.c.job_put_at.is_(None))
    return tuple(tx.execute(select(texts.c.id).where(*waiting)).scalars())


def codes_sent(tx: Connection, number: str, since: datetime) -> int:
    """So many codes went to a number: each is a text that somebody else asked for."""
    codes = (texts.c.number == number, texts.c.kind == _K.CODE.value, texts.c.created_at >= since)
    return int(tx.execute(select(func.count()).select_from(texts).where(*codes)).scalar_one())


def claim(tx: Connection, text_id: int, now: datetime) -> bool:
    """planned → asking, for one worker only."""
    return _move(tx, text_id, (_S.PLANNED,), _S.ASKING, claimed_at=now)


def doubt(tx: Connection, text_id: int) -> bool:
    return _move(tx, text_id, (_S.ASKING,), _S.DOUBTFUL)


def plan_again(tx: Connection, text_id: int) -> bool:
    """Nothing was sent: the next job has the next generation."""
    generation = texts.c.generation + 1
    return _move(tx, text_id, (_S.ASKING, _S.DOUBTFUL), _S.PLANNED, generation=generation, job_put_at=None)


def fail(tx: Connection, text_id: int, code: int | None, now: datetime) -> bool:
    return _move(tx, text_id, UNSENT, _S.FAILED, error_code=code, ended_at=now)


def impossible(tx: Connection, text_id: int, now: datetime) -> bool:
    return _move(tx, text_id, (_S.PLANNED,), _S.IMPOSSIBLE, ended_at=now)


def withdraw(tx: Connection, callback_id: int, kind: TextKind, now: datetime) -> bool:
    """A text that was planned is not needed. False when it is on its way already."""
    withdrawn = update(texts).where(
        texts.c.callback_id == callback_id, texts.c.kind == kind.value, texts.c.state == _S.PLANNED.value
    )
    return tx.execute(withdrawn.values(state=_S.IMPOSSIBLE.value, ended_at=now)).rowcount > 0


def learn_sid(tx: Connection, text_id: int, sid: str) -> bool:
    """The carrier's answer, or its first event. False when another message is known as this text: it was sent
    twice."""
    learnt = update(texts).where(texts.c.id == text_id, texts.c.sid.is_(None))
    if tx.execute(learnt.values(sid=sid)).rowcount == 0:
        return bool(tx.execute(select(texts.c.sid).where(texts.c.id == text_id)).scalar() == sid)
    _move(tx, text_id, UNSENT, _S.SENT)
    return True


def receipt(tx: Connection, text_id: int, sid: str, status: str, code: int | None, now: datetime) -> bool:
    """What the carrier tells of a text. Late and repeated news change nothing; False for a text that is not ours."""
    if not learn_sid(tx, text_id, sid):
        return False
    state = _RECEIPTS.get(status)
    if state is None:
        return True
    told = _move(tx, text_id, (*UNSENT, _S.SENT), state, error_code=code, ended_at=now)
    if told and state == _S.DELIVERED:
        _close_case(tx, text_id, now)
    return True


def _close_case(tx: Connection, text_id: int, now: datetime) -> None:
    """The caller knows how it ended: nobody has to see to it."""
    sent = text(tx, text_id)
    if sent is None or sent.kind not in ENDINGS:
        return
    still_open = select(callbacks.c.id).where(callbacks.c.case_id == sent.case_id, callbacks.c.ended_at.is_(None))
    if tx.execute(still_open.limit(1)).first() is None:
        closing = update(cases).where(cases.c.id == sent.case_id, cases.c.closed_at.is_(None))
        tx.execute(closing.values(closed_at=now, outcome=f"{sent.kind}, told"))


def _insert(
    tx: Connection,
    case_id: int,
    number: str,
    language: str,
    kind: TextKind,
    now: datetime,
    callback_id: int | None = None,
    occasion: int = 0,
) -> int:
    possible = can_be_texted(number)
    return insert_row(
        tx,
        texts,
        callback_id=callback_id,
        case_id=case_id,
        number=number,
        language=language,
        kind=kind.value,
        occasion=occasion,
        state=(_S.PLANNED if possible else _S.IMPOSSIBLE).value,
        created_at=now,
        ended_at=None if possible else now,
    )


def _move(tx: Connection, text_id: int, expected: tuple[TextState, ...], to: TextState, **values: Any) -> bool:
    moving = update(texts).where(texts.c.id == text_id, _in(expected))
    return tx.execute(moving.values(state=to.value, **values)).rowcount == 1


def _in(states: tuple[TextState, ...]) -> ColumnElement[bool]:
    return texts.c.state.in_([state.value for state in states])


def _text(row: Any) -> Text:
    fields = dict(row._mapping)
    return Text(**{**fields, "kind": TextKind(fields["kind"]), "state": TextState(fields["state"])})
