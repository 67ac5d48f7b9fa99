"""A call as SQL holds it: loaded, and moved on by compare-and-swap."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select, update

from callqueue.legs import Purpose
from ivr.menu.model import Menu
from ivr.states import State, is_heard, pack, unpack
from store.database import insert_row
from store.tables import calls, cases

FINAL_STATUSES = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})

_COLUMNS = (
    calls.c.id,
    calls.c.sid,
    calls.c.purpose,
    calls.c.case_id,
    calls.c.step,
    calls.c.state,
    calls.c.state_data,
    calls.c.from_number,
    calls.c.to_number,
    calls.c.language,
    calls.c.menu_version_id,
    calls.c.stream_token,
    calls.c.ear_step,
    calls.c.ear_losses,
    calls.c.department,
    calls.c.words,
    calls.c.agent_id,
    calls.c.entry_id,
    calls.c.status,
    calls.c.answered_by,
)


@dataclass(frozen=True)
class Call:
    """One leg: a caller's, or one that we dialled."""

    id: int
    sid: str | None
    purpose: Purpose
    case_id: int
    step: int
    state: State
    from_number: str
    to_number: str
    language: str
    """The caller's, on agents' legs too."""
    menu_version_id: int
    stream_token: str
    ear_step: int | None
    ear_losses: int
    department: str | None
    words: str
    agent_id: int | None
    entry_id: int | None
    status: str
    answered_by: str | None = None
    """As far as the carrier can tell; of legs that we dialled."""

    @property
    def ended(self) -> bool:
        return self.status in FINAL_STATUSES

    @property
    def by_machine(self) -> bool:
        """A machine or a fax picked up, says the carrier. It may be wrong."""
        return (self.answered_by or "").startswith(("machine", "fax"))

    @property
    def answered(self) -> bool:
        return self.status == "in-progress"

    def own(self, menu: Menu) -> Menu:
        """The menu as this leg hears it: agents are spoken to in the site's first language, callers in theirs."""
        return menu if self.purpose == Purpose.AGENT else menu.spoken_in(self.language)


# Statements are built once: building one costs several times what running it does, and every webhook runs these.
_BY_SID = select(*_COLUMNS).where(calls.c.sid == bindparam("sid"))
_BY_ID = select(*_COLUMNS).where(calls.c.id == bindparam("id"))
_STEP_ON = update(calls).where(calls.c.id == bindparam("call_id"), calls.c.step == bindparam("seen_step"))


class LostRace(Exception):
    """Somebody else moved the call on between our look and our step: roll back and look again."""


def by_sid(tx: Connection, sid: str) -> Call | None:
    return _one(tx, _BY_SID, sid=sid)


def by_id(tx: Connection, call_id: int) -> Call | None:
    return _one(tx, _BY_ID, id=call_id)


def receive(
    tx: Connection,
    *,
    sid: str,
    params: dict[str, str],
    number: str | None,
    state: State,
    listen: bool,
    language: str,
    menu_version_id: int,
    now: datetime,
) -> Call:
    """A caller phones: a new case and a call in `state`. `number`: theirs as E.164, None when withheld."""
    case_id = insert_row(tx, cases, number=number, language=language, opened_at=now)
    name, data = pack(state)
    token = secrets.token_urlsafe(32)
    call_id = insert_row(
        tx,
        calls,
        sid=sid,
        purpose=Purpose.CALLER.value,
        case_id=case_id,
        from_number=params.get("From", ""),
        to_number=params.get("To", ""),
        language=language,
        menu_version_id=menu_version_id,
        step=0,
        state=name,
        state_data=data,
        stream_token=token,
        ear_step=0 if listen else None,
        status="in-progress",
        created_at=now,
        answered_at=now,
    )
    return Call(
        id=call_id,
        sid=sid,
        purpose=Purpose.CALLER,
        case_id=case_id,
        step=0,
        state=state,
        from_number=params.get("From", ""),
        to_number=params.get("To", ""),
        language=language,
        menu_version_id=menu_version_id,
        stream_token=token,
        ear_step=0 if listen else None,
        ear_losses=0,
        department=None,
        words="",
        agent_id=None,
        entry_id=None,
        status="in-progress",
    )


def advance(
    tx: Connection, call: Call, state: State, *, listen: bool = False, new_ear: bool = False, **columns: Any
) -> Call:
    """Step on to `state`; `listen`: a media stream of ours hears the caller in it, if it is one to be heard.

    Raises LostRace when the call is no longer at the step we saw.
    """
    name, data = pack(state)
    step = call.step + 1
    ear = _ear(call, state, step, new_ear) if listen else {"ear_step": None}
    values = {"step": step, "state": name, "state_data": data, **ear, **columns}
    changed = tx.execute(_STEP_ON, {"call_id": call.id, "seen_step": call.step, **values})
    if changed.rowcount == 0:
        raise LostRace
    known = {name: value for name, value in {**ear, **columns}.items() if name in Call.__dataclass_fields__}
    return replace(call, step=step, state=state, **known)


def picked_up_by(tx: Connection, call_id: int, answered_by: str) -> None:
    tx.execute(update(calls).where(calls.c.id == call_id).values(answered_by=answered_by))


def case_speaks(tx: Connection, case_id: int, language: str) -> None:
    """The caller has changed the language; the call itself learns it with its step."""
    tx.execute(update(cases).where(cases.c.id == case_id).values(language=language))


def _ear(call: Call, state: State, step: int, new_ear: bool) -> dict[str, int | None]:
    """At which step the media stream starts that hears this state; None when nobody needs to listen."""
    if not is_heard(state):
        return {"ear_step": None}
    if new_ear:
        return {"ear_step": step, "ear_losses": call.ear_losses + 1}
    return {"ear_step": step if call.ear_step is None else call.ear_step}


def _one(tx: Connection, query: Select[Any], **values: Any) -> Call | None:
    row = tx.execute(query, values).first()
    return None if row is None else _call(row)


def _call(row: Any) -> Call:
    fields = dict(row._mapping)
    fields["purpose"] = Purpose(fields["purpose"])
    fields["state"] = unpack(fields.pop("state"), fields.pop("state_data"))
    return Call(**fields)
