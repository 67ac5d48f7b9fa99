"""An agent passes the caller on: why, to which department, and what the next agent has to know."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Select, select

from callqueue import line
from callqueue.department import Department
from callqueue.line import Entry, EntryState
from store.database import insert_row
from store.masking import mask_words
from store.tables import line_entries, transfers

LONGEST_NOTE_LETTERS = 300
"""It is read to the next agent before they say hello."""
ASKED_TWICE = timedelta(minutes=1)
"""So long the same wish is the same transfer: a button that was pressed twice, a request that was sent again."""


class Reason(StrEnum):
    """Why: a closed list, so that it can be counted."""

    WRONG_DEPARTMENT = "wrong_department"
    """The menu put the caller through to the wrong one."""
    NEEDS_SPECIALIST = "needs_specialist"
    SECOND_MATTER = "second_matter"
    """Served, and now something else: the only transfer for which the menu is not to blame."""
    CALLER_ASKED = "caller_asked"
    OTHER = "other"
    """In the agent's own words."""


@dataclass(frozen=True)
class Transfer:
    id: int
    case_id: int
    from_entry_id: int
    to_entry_id: int
    agent_id: int
    from_department: str
    to_department: str
    reason: Reason
    note: str
    at: datetime


class TransferRefused(Exception):
    """The caller stays with the agent. The message says why, and what to do."""


def checked_note(reason: Reason, note: str) -> str:
    """The agent's own words as they may be kept. Raises TransferRefused where some are needed, or are too many."""
    note = " ".join(note.split())
    if reason == Reason.OTHER and not note:
        raise TransferRefused("reason `other` says nothing by itself: add a note")
    if len(note) > LONGEST_NOTE_LETTERS:
        raise TransferRefused(f"the note is read aloud: {LONGEST_NOTE_LETTERS} letters at most, please")
    return mask_words(note)


def served_by(tx: Connection, agent_id: int) -> Entry | None:
    """Whom the agent talks with."""
    talking = select(line_entries.c.id).where(
        line_entries.c.agent_id == agent_id, line_entries.c.state == EntryState.CONNECTED.value
    )
    entry_id = tx.execute(talking).scalar()
    return None if entry_id is None else line.entry(tx, entry_id)


def hand_on(
    tx: Connection, served: Entry, call_id: int, to: Department, reason: Reason, note: str, now: datetime
) -> Transfer:
    """The conversation ends, the agent writes up, and the caller stands in the other line at the time of their first
    joining. Raises TransferRefused when the conversation has ended meanwhile."""
    if served.agent_id is None or not line.finished(tx, served.id, now, reason="transferred"):
        raise TransferRefused("the caller is gone")
    to_entry_id = line.join(
        tx, case_id=served.case_id, call_id=call_id, department=to, now=now, joined_at=served.joined_at
    )
    made = Transfer(
        id=0,
        case_id=served.case_id,
        from_entry_id=served.id,
        to_entry_id=to_entry_id,
        agent_id=served.agent_id,
        from_department=served.department,
        to_department=to.id,
        reason=reason,
        note=note,
        at=now,
    )
    fields = {**asdict(made), "reason": reason.value}
    del fields["id"]
    return replace(made, id=insert_row(tx, transfers, **fields))


def just_made(tx: Connection, agent_id: int, to_department: str, now: datetime) -> Transfer | None:
    """The agent's latest transfer, if it is this one and a moment old."""
    latest = select(transfers).where(transfers.c.agent_id == agent_id).order_by(transfers.c.id.desc()).limit(1)
    found = _one(tx, latest)
    if found is None or found.to_department != to_department or now - found.at > ASKED_TWICE:
        return None
    return found


def transfer_to(tx: Connection, entry_id: int) -> Transfer | None:
    """How a caller came to this place, if an agent passed them on."""
    return _one(tx, select(transfers).where(transfers.c.to_entry_id == entry_id))


def transfers_of(tx: Connection, case_id: int) -> tuple[Transfer, ...]:
    """All of a case, oldest first."""
    rows = tx.execute(select(transfers).where(transfers.c.case_id == case_id).order_by(transfers.c.id))
    return tuple(map(_transfer, rows))


def _one(tx: Connection, query: Select[Any]) -> Transfer | None:
    row = tx.execute(query).first()
    return None if row is None else _transfer(row)


def _transfer(row: Any) -> Transfer:
    return Transfer(**{**row._mapping, "reason": Reason(row.reason)})
