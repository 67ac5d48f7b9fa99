"""Passing a caller on while both talk: the one moment at which a connected call is moved on purpose."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from callbacks import reach
from callqueue import agents, transfer
from callqueue.legs import Purpose
from callqueue.line import Entry
from callqueue.transfer import Reason, Transfer, TransferRefused
from ivr import call as call_rows
from ivr.call import FINAL_STATUSES, Call
from ivr.listeners import Listener, listener_for
from ivr.menu.model import Department, Menu
from ivr.menu.values import did_you_mean
from ivr.settle import Settlement
from ivr.states import Joining, Released
from store.database import hold_row
from store.tables import calls, cases

MenuOf = Callable[[Call], Menu]
"""The menu that a call began with, in its caller's language."""


@dataclass(frozen=True)
class Wish:
    """What an agent wants. `entry_id`: the caller they mean; a click that comes late must not move the next one."""

    agent_id: int
    to: str
    reason: Reason
    note: str = ""
    entry_id: int | None = None


def hand_over(settlement: Settlement, wish: Wish, menu_of: MenuOf) -> Transfer:
    """Both legs leave the conference: the caller hears why and how long, the agent that it is done.

    Each leg is moved by itself, and when one leaves, the conference ends for the other: so neither is left alone when
    one of the two orders is lost. Raises TransferRefused, and LostRace.
    """
    tx, now = settlement.tx, settlement.now
    note = transfer.checked_note(wish.reason, wish.note)
    before = transfer.just_made(tx, wish.agent_id, wish.to, now)
    if before is not None and wish.entry_id in (None, before.from_entry_id):
        return before
    served = _held(tx, wish.agent_id)
    if served is None or wish.entry_id not in (None, served.id):
        raise TransferRefused("this agent does not talk with a caller who could be passed on")
    call = _callers_call(tx, served)
    department = _open_department(settlement, menu_of(call), served, wish.to)
    made = transfer.hand_on(tx, served, call.id, department.for_line(), wish.reason, note, now)
    reach.handed_on(tx, served, now)
    settlement.dispatch()
    _move_both(settlement, call, made, department)
    return made


def _move_both(settlement: Settlement, call: Call, made: Transfer, department: Department) -> None:
    told = settlement.tell(made.to_entry_id, department.for_line())
    listen = listener_for(settlement.listeners, call.language) == Listener.OURS
    waiting = told.holding("transfer", transfer_reason=made.reason.value)
    call_rows.advance(settlement.tx, call, waiting, listen=listen, department=department.id)
    if call.sid is not None:
        settlement.after.moves.append(call.sid)
    agent_leg = settlement.agent_leg(made.from_entry_id)
    if agent_leg is not None:
        settlement.release(agent_leg, Released(why="transferred"))


def _held(tx: Connection, agent_id: int) -> Entry | None:
    """Whom the agent talks with; their legs may end at this moment, and the matter is ours until we are done."""
    served = transfer.served_by(tx, agent_id)
    if served is None:
        return None
    hold_row(tx, cases, served.case_id)
    return transfer.served_by(tx, agent_id)


def _callers_call(tx: Connection, served: Entry) -> Call:
    """The caller's side of the conversation, phoned in or phoned back."""
    call_id = served.call_id
    if call_id is None:
        back = select(calls.c.id).where(calls.c.entry_id == served.id, calls.c.purpose == Purpose.CALLBACK.value)
        live = back.where(calls.c.status.not_in(FINAL_STATUSES)).order_by(calls.c.id.desc())
        call_id = tx.execute(live.limit(1)).scalar()
    call = None if call_id is None else call_rows.by_id(tx, call_id)
    if call is None or call.ended or not isinstance(call.state, Joining):
        raise TransferRefused("the caller is not on the line: nobody can be passed on")
    return call


def _open_department(settlement: Settlement, menu: Menu, served: Entry, to: str) -> Department:
    known = {department.id: department for department in menu.departments}
    if to not in known:
        hint = did_you_mean(to, known) or f" Known are: {', '.join(known)}."
        raise TransferRefused(f'no department is called "{to}".{hint}')
    department = known[to]
    if to == served.department:
        raise TransferRefused(f"the caller is with {department.name} already")
    if not department.hours.is_open(settlement.now):
        raise TransferRefused(f"{department.name} is closed now: promise the caller a call instead")
    if not agents.anybody_at_work(settlement.tx, department.for_line()):
        raise TransferRefused(f"nobody is at work for {department.name}: promise the caller a call instead")
    return department
