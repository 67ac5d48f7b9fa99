"""Bringing caller and agent together: who is rung, and what follows from how it went.

All functions run inside the caller's transaction, look at SQL alone, and change nothing when asked twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, bindparam, func, not_, select, update

from callbacks import returning
from callbacks.lifecycle import AGENT_OUTCOMES, CALLEE_OUTCOMES, AttemptOutcome, CallbackState, move
from callbacks.retries import AGENTS_SIDE, RANG, CallbackRules, GiveUp, after, may_ring_from
from callqueue import legs, line
from callqueue.agents import AgentState
from callqueue.department import Department
from callqueue.legs import FINAL_STATUSES, Leg, Purpose
from callqueue.line import Entry, EntryState
from callqueue.matching import Assignment, match, offer_to
from store.database import insert_row, one_of
from store.tables import agents, attempts, callbacks, calls, cases, menu_publications

_S = CallbackState


@dataclass(frozen=True)
class Accepted:
    """The agent has the caller: one of the two is set."""

    live_call_id: int | None = None
    """The waiting call, to be moved into the conference."""
    caller_leg_id: int | None = None
    """The planned leg to the caller, to be ordered."""


class Welcome(StrEnum):
    """What becomes of a caller who has pressed 1."""

    JOIN = "join"
    """Their agent is on the line."""
    WAIT = "wait"
    """They were rung first: an agent will be there in a moment."""


@dataclass(frozen=True)
class Ended:
    """What a conversation's end leaves to do."""

    loose_leg_id: int | None = None
    """A caller who is still being rung for an agent who has left."""
    callback_id: int | None = None
    """A promise that needs its next job."""


def dispatch(
    tx: Connection, departments: Mapping[str, Department], phone_number: str, rules: CallbackRules, now: datetime
) -> tuple[int, ...]:
    """Match callers and agents; returns the planned legs to be ordered once this is committed."""
    matches = match(tx, departments, now)
    planned = (_ring_agent(tx, found, departments[found.department], phone_number, rules, now) for found in matches)
    return tuple(leg_id for leg_id in planned if leg_id is not None)


def ring_this_agent(
    tx: Connection,
    entry_id: int,
    agent_id: int,
    departments: Mapping[str, Department],
    phone_number: str,
    rules: CallbackRules,
    now: datetime,
) -> int | None:
    """An agent takes a promise out of its turn; returns the planned leg, to be ordered once this is committed. None:
    somebody was faster, the agent is not free, or it is a time at which nobody is called."""
    found = offer_to(tx, entry_id, agent_id, now)
    if found is None or found.department not in departments:
        return None
    return _ring_agent(tx, found, departments[found.department], phone_number, rules, now)


def agent_accepted(tx: Connection, leg_id: int, now: datetime) -> Accepted | None:
    """The agent presses 1. None: the caller is no longer theirs, or wants no call any more."""
    leg = legs.leg(tx, leg_id)
    if leg is None or leg.entry_id is None or leg.agent_id is None:
        return None
    if not line.accepted(tx, leg.entry_id, leg.agent_id, now):
        return None
    entry = line.entry(tx, leg.entry_id)
    if entry is None or entry.callback_id is None:
        return Accepted(live_call_id=None if entry is None else entry.call_id)
    if entry.call_id is not None and _meets_caller(tx, entry.callback_id, leg.agent_id, now):
        return Accepted(live_call_id=entry.call_id)
    caller_leg_id = _ring_caller(tx, leg, entry, now)
    if caller_leg_id is None:
        _called_off(tx, entry.id, leg.agent_id, now)
        return None
    return Accepted(caller_leg_id=caller_leg_id)


def agent_leg_failed(tx: Connection, leg_id: int, outcome: AttemptOutcome, rules: CallbackRules, now: datetime) -> None:
    """The agent did not take the caller, who keeps the place; the agent is set aside so that the next one is rung.
    An agent whose phone never rang stays ready. A promise that one agent after the other declines comes to its end."""
    leg = legs.leg(tx, leg_id)
    if leg is None or leg.entry_id is None or leg.agent_id is None:
        return
    aside = AgentState.READY if outcome == AttemptOutcome.REFUSED else AgentState.PAUSE
    if not line.not_accepted(tx, leg.entry_id, leg.agent_id, now, agent_to=aside, reason=outcome.value):
        return
    entry = line.entry(tx, leg.entry_id)
    if entry is not None and entry.callback_id is not None and leg.attempt_id is not None:
        # Whatever is wrong with an agent's phone, the caller's did not ring.
        ours = (*AGENTS_SIDE, AttemptOutcome.REFUSED)
        judged = outcome if outcome in ours else AttemptOutcome.AGENT_NO_ANSWER
        _attempt_failed(tx, entry.callback_id, leg, entry.id, judged, rules, now)


def caller_leg_accepted(tx: Connection, leg_id: int, now: datetime) -> Welcome | None:
    """The caller presses 1. None when there is no agent for them any more, or the promise was called off."""
    leg = legs.leg(tx, leg_id)
    callback_id = None if leg is None else _callback_of(tx, leg)
    if leg is None or callback_id is None or leg.entry_id is None:
        return None
    why = "the caller accepted"
    if leg.rung_first:
        first, second = (_S.DIALLING_FIRST,), _S.DIALLING_SECOND
        if not move(tx, callback_id, first, second, who="caller", why=why, now=now):
            return None
        return Welcome.WAIT if line.caller_is_there(tx, leg.entry_id, leg.id) else None
    counted = {"attempts_made": callbacks.c.attempts_made + 1}
    if not move(tx, callback_id, (_S.DIALLING_SECOND,), _S.CONNECTED, who="caller", why=why, now=now, **counted):
        return None
    _end_attempt(tx, leg.attempt_id, AttemptOutcome.CONNECTED, now)
    line.reached(tx, leg.entry_id, now)
    return Welcome.JOIN


def caller_leg_failed(
    tx: Connection, leg_id: int, outcome: AttemptOutcome, rules: CallbackRules, now: datetime
) -> int | None:
    """The caller could not be joined: another attempt later, or an honest end. The agent is free either way.

    Returns the callback whose next job has to be put.
    """
    leg = legs.leg(tx, leg_id)
    callback_id = None if leg is None else _callback_of(tx, leg)
    if leg is None or callback_id is None or leg.entry_id is None:
        return None
    return _attempt_failed(tx, callback_id, leg, leg.entry_id, outcome, rules, now)


def leg_lost(tx: Connection, leg: Leg, outcome: AttemptOutcome, rules: CallbackRules, now: datetime) -> tuple[str, ...]:
    """A leg came to nothing, and no webhook will say so. Returns the CallSids to hang up after the commit: of a leg
    that may still ring, and of the agent who waits for this caller in vain."""
    own = () if leg.sid is None else (leg.sid,)
    if leg.purpose == Purpose.AGENT:
        agent_leg_failed(tx, leg.id, outcome, rules, now)
        return own
    callback_id = _callback_of(tx, leg)
    if callback_id is None or leg.entry_id is None or _state(tx, callback_id) not in _rings_caller(leg):
        return own
    agent_leg_id = _open_leg(tx, leg.entry_id, Purpose.AGENT)
    _attempt_failed(tx, callback_id, leg, leg.entry_id, outcome, rules, now)
    return (*own, *_sid_of(tx, agent_leg_id))


def conversation_ended(tx: Connection, entry_id: int, rules: CallbackRules, now: datetime) -> Ended:
    """The two have talked; or the agent left before a caller who is being called back was there."""
    entry = line.entry(tx, entry_id)
    if entry is None or entry.state != EntryState.CONNECTED:
        return Ended()
    if entry.callback_id is not None and _is_dialling_second(tx, entry):
        return _agent_left_early(tx, entry, entry.callback_id, rules, now)
    if line.finished(tx, entry_id, now):
        if entry.callback_id is not None:
            move(tx, entry.callback_id, (_S.CONNECTED,), _S.KEPT, who="both", why="they talked", now=now)
        else:
            returning.served(tx, entry.call_id, now)
        _close_case(tx, entry.case_id, "served", now)
    return Ended()


def handed_on(tx: Connection, served: Entry, now: datetime) -> None:
    """The agent has passed the caller on. A promise to phone them is kept: they talk; the case goes on."""
    if served.callback_id is not None:
        move(tx, served.callback_id, (_S.CONNECTED,), _S.KEPT, who="both", why="they talked", now=now)


def caller_gone(tx: Connection, call_id: int, rules: CallbackRules, now: datetime) -> int | None:
    """A caller who had phoned us hung up. Returns the agent's leg that has to be released, if one rings or waits."""
    entry = line.entry_of_call(tx, call_id)
    if entry is None:
        _close_unpromised_case(tx, call_id, now)
        return None
    if entry.state == EntryState.CONNECTED:
        conversation_ended(tx, entry.id, rules, now)
    elif (back := returning.give_back(tx, call_id, now)) is not None:
        return back.agent_leg_id
    else:
        line.leave(tx, entry.id, "abandoned", now)
        _close_case(tx, entry.case_id, "abandoned", now)
        if entry.agent_id is None:
            return None
        line.free_agent(tx, entry.agent_id, now, "the caller hung up")
    return _open_leg(tx, entry.id, Purpose.AGENT)


def ended_unheard(tx: Connection, leg: Leg, status: str, rules: CallbackRules, now: datetime) -> tuple[str, ...]:
    """A call is over, as the carrier's `status` says, and its last webhook was lost. Returns the CallSids to hang up
    after the commit."""
    entry = None if leg.entry_id is None else line.entry(tx, leg.entry_id)
    if leg.rung_first and entry is not None and (outcome := _outcome_of_first(tx, entry, status)) is not None:
        return leg_lost(tx, leg, outcome, rules, now) if legs.is_newest(tx, leg) else ()
    # Whoever was phoned back and then passed on stands in the line like a caller.
    if leg.purpose == Purpose.CALLER or line.entry_of_call(tx, leg.id) is not None:
        return _sid_of(tx, caller_gone(tx, leg.id, rules, now))
    if entry is None or entry.agent_id != leg.agent_id or not legs.is_newest(tx, leg):
        return ()
    if leg.purpose == Purpose.AGENT and entry.state == EntryState.OFFERED:
        return leg_lost(tx, leg, AGENT_OUTCOMES[status], rules, now)
    if leg.purpose == Purpose.CALLBACK and _is_dialling_second(tx, entry):
        return leg_lost(tx, leg, CALLEE_OUTCOMES[status], rules, now)
    return _sid_of(tx, conversation_ended(tx, entry.id, rules, now).loose_leg_id)


def agent_vanished(tx: Connection, entry: Entry, rules: CallbackRules, now: datetime) -> tuple[str, ...]:
    """No leg of the agent is left that could tell how it went on: the caller keeps the place, or the conversation is
    over, and the agent is free for others. Returns the CallSids to hang up after the commit."""
    if entry.agent_id is None:
        return ()
    if entry.state == EntryState.CONNECTED:
        return _sid_of(tx, conversation_ended(tx, entry.id, rules, now).loose_leg_id)
    leg_id = tx.execute(_LAST_AGENT_LEG, {"entry_id": entry.id, "agent_id": entry.agent_id}).scalar()
    if leg_id is not None:
        agent_leg_failed(tx, leg_id, AttemptOutcome.AGENT_NO_ANSWER, rules, now)
    else:
        line.not_accepted(tx, entry.id, entry.agent_id, now, agent_to=AgentState.PAUSE, reason="vanished")
    return ()


def still_wanted(tx: Connection, leg: Leg) -> bool:
    """Whether a planned leg has to be ordered at all. An old order never rings beside the one that followed it."""
    entry = None if leg.entry_id is None else line.entry(tx, leg.entry_id)
    if entry is None or entry.agent_id != leg.agent_id:
        return False
    if leg.status in FINAL_STATUSES or not legs.is_newest(tx, leg):
        return False
    if leg.purpose == Purpose.AGENT:
        return entry.state == EntryState.OFFERED
    if leg.rung_first:
        return entry.state == EntryState.WAITING and entry.call_id is None and _is_in(tx, entry, _S.DIALLING_FIRST)
    return _is_dialling_second(tx, entry)


def _outcome_of_first(tx: Connection, entry: Entry, status: str) -> AttemptOutcome | None:
    """How the attempt went whose caller was rung before any agent, when their leg ends; None once they talk."""
    if _is_in(tx, entry, _S.DIALLING_FIRST):
        return CALLEE_OUTCOMES[status]
    return AttemptOutcome.CALLER_LEFT if _is_in(tx, entry, _S.DIALLING_SECOND) else None


def _meets_caller(tx: Connection, callback_id: int, agent_id: int, now: datetime) -> bool:
    """The agent takes a caller who was rung first and is on the line. False when that is not how it stands."""
    counted = {"attempts_made": callbacks.c.attempts_made + 1}
    second, why = (_S.DIALLING_SECOND,), "the agent accepted"
    if not move(tx, callback_id, second, _S.CONNECTED, who="agent", why=why, now=now, **counted):
        return False
    open_one = update(attempts).where(attempts.c.callback_id == callback_id, attempts.c.ended_at.is_(None))
    tx.execute(open_one.values(ended_at=now, outcome=AttemptOutcome.CONNECTED.value, agent_id=agent_id))
    return True


def _ring_agent(
    tx: Connection, found: Assignment, department: Department, phone_number: str, rules: CallbackRules, now: datetime
) -> int | None:
    attempt_id = None
    if found.callback_id is not None and found.call_id is None:
        allowed_from = may_ring_from(now, department, rules)
        if allowed_from > now:
            _put_off(tx, found.entry_id, found.callback_id, allowed_from, now)
            return None
        attempt_id = begin_attempt(tx, found.callback_id, found.agent_id, now, why="an agent is free")
        if attempt_id is None:
            _called_off(tx, found.entry_id, found.agent_id, now)
            return None
    case = _case(tx, found.case_id)
    return legs.plan_leg(
        tx,
        purpose=Purpose.AGENT,
        state="whispering",
        case_id=found.case_id,
        from_number=phone_number,
        to_number=_phone_of(tx, found.agent_id),
        language=case.language,
        menu_version_id=case.menu_version_id,
        department=found.department,
        words=case.words,
        agent_id=found.agent_id,
        entry_id=found.entry_id,
        attempt_id=attempt_id,
        now=now,
    )


def plan_first_leg(tx: Connection, entry_id: int, attempt_id: int, phone_number: str, now: datetime) -> int:
    """The leg to a caller who is rung before any agent; returns it."""
    entry = line.entry(tx, entry_id)
    assert entry is not None  # noqa: S101 -- it was just matched in this transaction
    return _plan_caller_leg(tx, entry, attempt_id=attempt_id, from_number=phone_number, agent_id=None, now=now)


def _ring_caller(tx: Connection, agent_leg: Leg, entry: Entry, now: datetime) -> int | None:
    assert entry.callback_id is not None and agent_leg.agent_id is not None  # noqa: S101 -- checked by callers
    # The caller took the callback while the agent's phone was already ringing for the live call.
    taken = "taken while the agent's phone rang"
    attempt_id = agent_leg.attempt_id or begin_attempt(tx, entry.callback_id, agent_leg.agent_id, now, why=taken)
    why = "the agent accepted"
    first, second = (_S.DIALLING_FIRST,), _S.DIALLING_SECOND
    if not move(tx, entry.callback_id, first, second, who="agent", why=why, now=now):
        return None
    return _plan_caller_leg(
        tx,
        entry,
        attempt_id=attempt_id,
        from_number=agent_leg.from_number,
        agent_id=agent_leg.agent_id,
        now=now,
    )


def _plan_caller_leg(
    tx: Connection, entry: Entry, *, attempt_id: int | None, from_number: str, agent_id: int | None, now: datetime
) -> int:
    callback = tx.execute(select(callbacks).where(callbacks.c.id == entry.callback_id)).one()
    return legs.plan_leg(
        tx,
        purpose=Purpose.CALLBACK,
        state="greeting",
        case_id=entry.case_id,
        from_number=from_number,
        to_number=callback.number,
        language=callback.language,
        menu_version_id=_case(tx, entry.case_id).menu_version_id,
        department=entry.department,
        words=callback.words,
        agent_id=agent_id,
        entry_id=entry.id,
        attempt_id=attempt_id,
        now=now,
    )


def _put_off(tx: Connection, entry_id: int, callback_id: int, until: datetime, now: datetime) -> None:
    """Quiet hours: the place is kept, nobody is rung."""
    tx.execute(update(callbacks).where(callbacks.c.id == callback_id).values(due_at=until))
    line.back_in_line(tx, entry_id, now, not_before=until)


def _called_off(tx: Connection, entry_id: int, agent_id: int, now: datetime) -> None:
    """The place was kept for nobody."""
    line.leave(tx, entry_id, "called off", now)
    line.free_agent(tx, agent_id, now, "the callback was called off")


def begin_attempt(tx: Connection, callback_id: int, agent_id: int | None, now: datetime, *, why: str) -> int | None:
    """`agent_id`: null where the caller is rung before any agent. None when the promise is not waiting any more."""
    waiting = (_S.PROMISED, _S.WAITING_RETRY)
    if not move(tx, callback_id, waiting, _S.DIALLING_FIRST, who="line", why=why, now=now):
        return None
    made = select(func.count()).select_from(attempts).where(attempts.c.callback_id == callback_id)
    ordinal = int(tx.execute(made).scalar_one()) + 1
    return insert_row(tx, attempts, callback_id=callback_id, ordinal=ordinal, agent_id=agent_id, started_at=now)


def _attempt_failed(
    tx: Connection,
    callback_id: int,
    leg: Leg,
    entry_id: int,
    outcome: AttemptOutcome,
    rules: CallbackRules,
    now: datetime,
) -> int | None:
    before = tx.execute(select(callbacks.c.attempts_made).where(callbacks.c.id == callback_id)).scalar_one()
    made = before + (1 if outcome in RANG else 0)
    dialling = (_S.DIALLING_FIRST,) if leg.purpose == Purpose.AGENT else _rings_caller(leg)
    who = "agent" if outcome in AGENTS_SIDE else "caller"
    match after(outcome, made, now, rules, agents_failed=_agents_failed(tx, callback_id, outcome)):
        case GiveUp(why=why):
            if move(tx, callback_id, dialling, _S.EXPIRED, who=who, why=why, now=now, attempts_made=made):
                _end_attempt(tx, leg.attempt_id, outcome, now)
                _expire_entry(tx, entry_id, now)
            return None
        case retry:
            later = {"due_at": retry.at, "generation": callbacks.c.generation + 1, "attempts_made": made}
            why = outcome.value
            if not move(tx, callback_id, dialling, _S.WAITING_RETRY, who=who, why=why, now=now, **later):
                return None
            _end_attempt(tx, leg.attempt_id, outcome, now)
            line.back_in_line(tx, entry_id, now, not_before=retry.at)
            return callback_id


def _agents_failed(tx: Connection, callback_id: int, outcome: AttemptOutcome) -> int:
    """How many attempts ended on the agents' side, one that ends so now included."""
    theirs = (attempts.c.callback_id == callback_id, one_of(attempts.c.outcome, AGENTS_SIDE))
    before = tx.execute(select(func.count()).select_from(attempts).where(*theirs)).scalar_one()
    return int(before) + (outcome in AGENTS_SIDE)


def _expire_entry(tx: Connection, entry_id: int, now: datetime) -> None:
    """The case stays open: an agent has to close it, since nobody has told the caller."""
    entry = line.entry(tx, entry_id)
    if entry is not None and entry.agent_id is not None:
        line.free_agent(tx, entry.agent_id, now, "the callback expired")
    line.leave(tx, entry_id, "expired", now)


def _agent_left_early(tx: Connection, entry: Entry, callback_id: int, rules: CallbackRules, now: datetime) -> Ended:
    loose = _open_leg(tx, entry.id, Purpose.CALLBACK)
    leg = None if loose is None else legs.leg(tx, loose)
    if leg is None:
        return Ended()
    retried = _attempt_failed(tx, callback_id, leg, entry.id, AttemptOutcome.AGENT_LEFT, rules, now)
    return Ended(loose_leg_id=loose, callback_id=retried)


def _open_leg(tx: Connection, entry_id: int, purpose: Purpose) -> int | None:
    found: int | None = tx.execute(_OPEN_LEG, {"entry_id": entry_id, "purpose": purpose.value}).scalar()
    return found


def _sid_of(tx: Connection, leg_id: int | None) -> tuple[str, ...]:
    """Empty for no leg, or one that the carrier does not have yet: `still_wanted` keeps that from being ordered."""
    leg = None if leg_id is None else legs.leg(tx, leg_id)
    return () if leg is None or leg.sid is None else (leg.sid,)


def _callback_of(tx: Connection, leg: Leg) -> int | None:
    found: int | None = tx.execute(select(attempts.c.callback_id).where(attempts.c.id == leg.attempt_id)).scalar()
    return found


def _state(tx: Connection, callback_id: int) -> CallbackState:
    return CallbackState(tx.execute(select(callbacks.c.state).where(callbacks.c.id == callback_id)).scalar_one())


def _is_in(tx: Connection, entry: Entry, state: CallbackState) -> bool:
    return entry.callback_id is not None and _state(tx, entry.callback_id) == state


def _is_dialling_second(tx: Connection, entry: Entry) -> bool:
    return _is_in(tx, entry, _S.DIALLING_SECOND)


def _rings_caller(leg: Leg) -> tuple[CallbackState, ...]:
    """In which states the leg to a caller may still come to nothing."""
    return (_S.DIALLING_FIRST, _S.DIALLING_SECOND) if leg.rung_first else (_S.DIALLING_SECOND,)


def _end_attempt(tx: Connection, attempt_id: int | None, outcome: AttemptOutcome, now: datetime) -> None:
    ending = update(attempts).where(attempts.c.id == attempt_id, attempts.c.ended_at.is_(None))
    tx.execute(ending.values(ended_at=now, outcome=outcome.value))


def _close_case(tx: Connection, case_id: int, outcome: str, now: datetime) -> None:
    tx.execute(_CLOSE_CASE, {"case_id": case_id, "closed_at": now, "outcome": outcome})


def _close_unpromised_case(tx: Connection, call_id: int, now: datetime) -> None:
    case_id = tx.execute(select(calls.c.case_id).where(calls.c.id == call_id)).scalar_one()
    promised = select(callbacks.c.id).where(callbacks.c.case_id == case_id)
    if tx.execute(promised).first() is None:
        _close_case(tx, case_id, "left", now)


def _case(tx: Connection, case_id: int) -> Any:
    """Language, menu version and words of the call that the case began with. A follow-up that an agent promised may
    have begun without a call: it speaks the menu in force."""
    first = select(calls.c.language, calls.c.menu_version_id, calls.c.words).where(calls.c.case_id == case_id)
    row = tx.execute(first.order_by(calls.c.id).limit(1)).first()
    if row is not None:
        return row
    in_force = select(menu_publications.c.menu_version_id).order_by(menu_publications.c.id.desc()).limit(1)
    promised = select(callbacks.c.language, in_force.scalar_subquery().label("menu_version_id"), callbacks.c.words)
    return tx.execute(promised.where(callbacks.c.case_id == case_id).order_by(callbacks.c.id).limit(1)).one()


def _phone_of(tx: Connection, agent_id: int) -> str:
    return str(tx.execute(select(agents.c.phone).where(agents.c.id == agent_id)).scalar_one())


# Built once: every hang-up runs these.
_OPEN_LEG = (
    select(calls.c.id)
    .where(calls.c.entry_id == bindparam("entry_id"), calls.c.purpose == bindparam("purpose"))
    .where(not_(one_of(calls.c.status, FINAL_STATUSES)))
    .order_by(calls.c.id.desc())
    .limit(1)
)
_LAST_AGENT_LEG = (
    select(calls.c.id)
    .where(calls.c.entry_id == bindparam("entry_id"), calls.c.agent_id == bindparam("agent_id"))
    .where(calls.c.purpose == Purpose.AGENT.value)
    .order_by(calls.c.id.desc())
    .limit(1)
)
_CLOSE_CASE = update(cases).where(cases.c.id == bindparam("case_id"), cases.c.closed_at.is_(None))
