"""Offers of a callback: every one is on record, also those that were turned down."""

from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from callbacks.lifecycle import CallbackState, move, record
from store.database import insert_row
from store.tables import callback_moves, callbacks

_OFFERED = CallbackState.OFFERED


# Nobody has promised to phone it yet; whose offer it is says the case.
NO_NUMBER = ""


def offered(tx: Connection, *, case_id: int, department: str, language: str, why: str, now: datetime) -> int:
    """The caller is being asked. Asked again in the same matter, the offer is the same."""
    known = _open_offer(tx, case_id)
    if known is not None:
        return known
    offer_id = insert_row(
        tx,
        callbacks,
        case_id=case_id,
        department=department,
        number=NO_NUMBER,
        language=language,
        state=_OFFERED.value,
        promised_at=now,
        due_at=now,
    )
    record(tx, offer_id, None, _OFFERED, who="line", why=why, now=now)
    return offer_id


def declined(tx: Connection, case_id: int, *, why: str, now: datetime) -> bool:
    """The caller does not want it, or is gone. False when nothing was offered, or it was answered before."""
    offer_id = _open_offer(tx, case_id)
    if offer_id is None:
        return False
    return move(tx, offer_id, (_OFFERED,), CallbackState.DECLINED, who="caller", why=why, now=now)


def accepted(tx: Connection, case_id: int, callback_id: int) -> None:
    """What was offered became this promise, whose record then begins with the offer."""
    offer_id = _open_offer(tx, case_id)
    if offer_id is None:
        return
    tx.execute(update(callback_moves).where(callback_moves.c.callback_id == offer_id).values(callback_id=callback_id))
    tx.execute(delete(callbacks).where(callbacks.c.id == offer_id))


def _open_offer(tx: Connection, case_id: int) -> int | None:
    mine = select(callbacks.c.id).where(callbacks.c.case_id == case_id, callbacks.c.state == _OFFERED.value)
    found: int | None = tx.execute(mine.order_by(callbacks.c.id).limit(1)).scalar()
    return found
