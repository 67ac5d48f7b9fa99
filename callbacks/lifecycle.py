"""The states of a promise, and the only moves between them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, insert, select, update

from callbacks import texts
from store.tables import callback_moves, callbacks


class CallbackState(StrEnum):
    OFFERED = "offered"
    """The caller is being asked."""
    DECLINED = "declined"
    """The caller said no, or hung up before the number was confirmed."""
    PROMISED = "promised"
    """Accepted: as soon as the turn comes, or at a time."""
    DIALLING_FIRST = "dialling_first"
    """The first phone is being rung: the agent's, or the caller's where the department says so."""
    DIALLING_SECOND = "dialling_second"
    """The first of the two has accepted; the other one is being rung, or waited for."""
    CONNECTED = "connected"
    """Both are talking."""
    WAITING_RETRY = "waiting_retry"
    """An attempt failed; the next one has a time."""
    KEPT = "kept"
    """They talked."""
    REPLACED = "replaced"
    """The caller phoned again and took the held place."""
    CANCELLED = "cancelled"
    """Called off by the caller, an agent or a supervisor."""
    EXPIRED = "expired"
    """All attempts used, or the window gone."""


_S = CallbackState
_CALLED_OFF = {_S.CANCELLED, _S.REPLACED, _S.EXPIRED}
MOVES: dict[CallbackState, frozenset[CallbackState]] = {
    _S.OFFERED: frozenset({_S.PROMISED, _S.DECLINED}),
    _S.PROMISED: frozenset({_S.DIALLING_FIRST, *_CALLED_OFF}),
    _S.DIALLING_FIRST: frozenset({_S.DIALLING_SECOND, _S.WAITING_RETRY, *_CALLED_OFF}),
    _S.DIALLING_SECOND: frozenset({_S.CONNECTED, _S.WAITING_RETRY, _S.EXPIRED}),
    _S.CONNECTED: frozenset({_S.KEPT}),
    _S.WAITING_RETRY: frozenset({_S.DIALLING_FIRST, *_CALLED_OFF}),
    _S.DECLINED: frozenset(),
    _S.KEPT: frozenset(),
    _S.REPLACED: frozenset(),
    _S.CANCELLED: frozenset(),
    _S.EXPIRED: frozenset(),
}

OPEN = (_S.PROMISED, _S.DIALLING_FIRST, _S.DIALLING_SECOND, _S.CONNECTED, _S.WAITING_RETRY)
"""The promise still has to be kept."""


class AttemptOutcome(StrEnum):
    CONNECTED = "connected"
    AGENT_NO_ANSWER = "agent_no_answer"
    AGENT_DECLINED = "agent_declined"
    AGENT_LEFT = "agent_left"
    """The agent hung up before the caller was there."""
    CALLER_BUSY = "caller_busy"
    CALLER_NO_ANSWER = "caller_no_answer"
    CALLER_DECLINED = "caller_declined"
    """The caller did not press 1."""
    CALLER_LEFT = "caller_left"
    """The caller had pressed 1 and hung up before an agent was there."""
    MACHINE = "machine"
    """An answering machine, as far as the carrier can tell; it has our message."""
    FAILED = "failed"
    """The carrier tried and could not reach the phone."""
    REFUSED = "refused"
    """The carrier did not take the order: no phone rang."""
    UNREACHABLE = "unreachable"
    """The carrier says that this number can't be called at all."""
    POSTPONED = "postponed"
    """The quiet hours had begun: no phone rang."""
    CALLER_PHONED = "caller_phoned"
    """The caller phoned us meanwhile and took the held place."""
    CALLED_OFF = "called_off"
    """The promise was cancelled while the agent's phone rang."""
    WRONG_CODE = "wrong_code"
    """Whoever picked up did not know the code: somebody else's number was given to us."""


# How a leg ended, in the carrier's words, while nobody on it had accepted yet.
AGENT_OUTCOMES = {
    "busy": AttemptOutcome.AGENT_DECLINED,
    "failed": AttemptOutcome.FAILED,
    "no-answer": AttemptOutcome.AGENT_NO_ANSWER,
    "canceled": AttemptOutcome.AGENT_NO_ANSWER,
    "completed": AttemptOutcome.AGENT_DECLINED,  # They hung up during the whisper.
}
CALLEE_OUTCOMES = {
    "busy": AttemptOutcome.CALLER_BUSY,
    "failed": AttemptOutcome.FAILED,
    "no-answer": AttemptOutcome.CALLER_NO_ANSWER,
    "canceled": AttemptOutcome.CALLER_NO_ANSWER,
    "completed": AttemptOutcome.CALLER_DECLINED,
}


class IllegalMove(Exception):
    """A promise can't go from the one state to the other. See callbacks.lifecycle.MOVES."""


def move(
    tx: Connection,
    callback_id: int,
    expected: tuple[CallbackState, ...],
    to: CallbackState,
    *,
    who: str,
    why: str,
    now: datetime,
    **columns: Any,
) -> bool:
    """Move a promise on and record who did it and why.

    False when it is in none of the `expected` states: somebody was faster. Raises IllegalMove for a move from an
    expected state that MOVES does not know.
    """
    for state in expected:
        if to not in MOVES[state]:
            raise IllegalMove(f"callback {callback_id}: {state} → {to}")
    current = state_of(tx, callback_id)
    if current not in expected:
        return False
    ended = {} if to in OPEN else {"ended_at": now}
    moving = update(callbacks).where(callbacks.c.id == callback_id, callbacks.c.state == current.value)
    if tx.execute(moving.values(state=to.value, **ended, **columns)).rowcount == 0:
        return False
    record(tx, callback_id, current, to, who=who, why=why, now=now)
    return True


def is_waiting(state: CallbackState | None) -> bool:
    """Open, and nobody is being rung for it."""
    return state in (CallbackState.PROMISED, CallbackState.WAITING_RETRY)


def state_of(tx: Connection, callback_id: int) -> CallbackState | None:
    state = tx.execute(select(callbacks.c.state).where(callbacks.c.id == callback_id)).scalar()
    return None if state is None else CallbackState(state)


def record(
    tx: Connection,
    callback_id: int,
    from_state: CallbackState | None,
    to: CallbackState,
    *,
    who: str,
    why: str,
    now: datetime,
) -> None:
    """`from_state`: None for the first."""
    tx.execute(
        insert(callback_moves).values(
            callback_id=callback_id,
            at=now,
            from_state=None if from_state is None else from_state.value,
            to_state=to.value,
            who=who,
            why=why,
        )
    )
    if from_state is not None:
        texts.after_move(tx, callback_id, from_state.value, to.value, now)
