"""Agents: who is signed in, what they do at the moment, what they can serve."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    bindparam,
    delete,
    exists,
    func,
    insert,
    not_,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from callqueue.department import Department
from callqueue.events import CLOCKS_APART, Kind, record
from callqueue.oddities import ignored
from store.database import insert_row, object_of, one_of
from store.tables import ORDINARY_LEVEL, agent_skills, agents, line_entries


class AgentState(StrEnum):
    READY = "ready"
    """Free for the next caller."""
    RINGING = "ringing"
    """A caller is offered; the phone rings or whispers."""
    TALK = "talk"
    """In conversation."""
    HOLD = "hold"
    """In conversation, the caller on hold."""
    WRAP = "wrap"
    """Writing up the last call."""
    PAUSE = "pause"
    """Signed in, but not to be rung: a break, or set aside after not answering."""
    OFF = "off"
    """Not at work."""


_S = AgentState
MOVES: dict[AgentState, frozenset[AgentState]] = {
    _S.OFF: frozenset({_S.READY, _S.PAUSE}),
    _S.PAUSE: frozenset({_S.READY, _S.OFF}),
    _S.READY: frozenset({_S.RINGING, _S.PAUSE, _S.OFF}),
    _S.RINGING: frozenset({_S.TALK, _S.READY, _S.PAUSE}),
    _S.TALK: frozenset({_S.HOLD, _S.WRAP, _S.READY}),
    _S.HOLD: frozenset({_S.TALK, _S.WRAP}),
    _S.WRAP: frozenset({_S.READY, _S.PAUSE, _S.OFF}),
}

# Who rang is ready for the next; who talked has something to write up.
_AFTER = {_S.RINGING.value: _S.READY, _S.TALK.value: _S.WRAP, _S.HOLD.value: _S.WRAP}
_WITH_CALLER = (_S.RINGING, _S.TALK, _S.HOLD)

AT_WORK = (_S.READY, _S.RINGING, _S.TALK, _S.HOLD, _S.WRAP)
"""They will take a caller sooner or later; somebody who pauses may not come back today."""


Skills = Mapping[str, int] | Iterable[str]
BEST_LEVEL = 9


class PauseReason(StrEnum):
    """Why an agent pauses, as agents say it; one who did not answer is set aside with the reason of that."""

    BREAK = "break"
    LUNCH = "lunch"
    MEETING = "meeting"
    TRAINING = "training"
    PAPERWORK = "paperwork"
    TECHNICAL = "technical"


class IllegalMove(Exception):
    """An agent can't go from the one state to the other (see callqueue.agents.MOVES), or not while a caller is
    theirs."""


class UnknownAgent(Exception):
    """No agent has this id. `barocall agents list` shows them."""


@dataclass(frozen=True)
class Agent:
    id: int
    name: str
    phone: str
    state: AgentState
    state_since: datetime
    state_reason: str
    skills: Mapping[str, int]
    """Skill → level, larger is better."""


def add_agent(tx: Connection, *, name: str, phone: str, skills: Skills, now: datetime) -> int:
    """A new agent, off duty. The phone number is who they are: adding it again changes name and skills."""
    known = tx.execute(select(agents.c.id).where(agents.c.phone == phone)).scalar()
    if known is None:
        agent_id = insert_row(tx, agents, name=name, phone=phone, state=_S.OFF.value, state_since=now)
    else:
        agent_id = int(known)
        tx.execute(update(agents).where(agents.c.id == agent_id).values(name=name))
    tx.execute(delete(agent_skills).where(agent_skills.c.agent_id == agent_id))
    for skill, level in sorted(levels(skills).items()):
        tx.execute(insert(agent_skills).values(agent_id=agent_id, skill=skill, level=level))
    state, known = _look_at(tx, agent_id)
    record(tx, Kind.AGENT, now, agent=agent_id, state=state.value, skills=known, reason="added")
    return agent_id


def levels(skills: Skills) -> dict[str, int]:
    """Skills that come without levels are known ordinarily well."""
    return dict(skills) if isinstance(skills, Mapping) else dict.fromkeys(skills, ORDINARY_LEVEL)


def all_agents(tx: Connection) -> tuple[Agent, ...]:
    """Everybody, by name."""
    skills: dict[int, dict[str, int]] = {}
    for agent_id, skill, level in tx.execute(select(agent_skills).order_by(agent_skills.c.skill)):
        skills.setdefault(agent_id, {})[skill] = level
    rows = tx.execute(select(agents).order_by(agents.c.name, agents.c.id))
    return tuple(
        Agent(r.id, r.name, r.phone, AgentState(r.state), r.state_since, r.state_reason, skills.get(r.id, {}))
        for r in rows
    )


def state_of(tx: Connection, agent_id: int) -> AgentState:
    """Raises UnknownAgent."""
    return _look_at(tx, agent_id)[0]


def move_agent(
    tx: Connection,
    agent_id: int,
    to: AgentState,
    *,
    now: datetime,
    reason: str,
    expected: Sequence[AgentState] | None = None,
    after_caller_of: str | None = None,
) -> bool:
    """Change an agent's state and remember why.

    With `expected`, an agent in another state is left alone and the answer is False: somebody was faster, which is
    normal. Without it somebody wishes it by hand: while a caller is offered to or talks with the agent, that raises
    IllegalMove, as every move does that MOVES does not know. `after_caller_of`: the department whose caller they had.
    """
    values = {"state_since": now, "state_reason": reason, "last_department": after_caller_of}
    skills = tx.execute(_moving(to, expected and tuple(expected)), {"agent_id": agent_id, **values}).scalar()
    if skills is None:
        return _stays(tx, agent_id, to, expected)
    record(tx, Kind.AGENT, now, agent=agent_id, state=to.value, skills=skills, reason=reason)
    return True


def _stays(tx: Connection, agent_id: int, to: AgentState, expected: Sequence[AgentState] | None) -> bool:
    """Whether an agent who was not moved is where they should be. Raises IllegalMove, UnknownAgent."""
    current = _look_at(tx, agent_id)[0]
    if expected is not None and current not in expected:
        return False
    if to != current:
        raise IllegalMove(f"agent {agent_id}: {current} → {to}")
    return True


@dataclass(frozen=True)
class Workforce:
    """Agents who could serve a department."""

    at_work: int
    ready: int
    """Of them, free at this moment."""


def anybody_at_work(tx: Connection, department: Department) -> bool:
    """Whether somebody will take its callers sooner or later, helpers of others included."""
    return any(AgentState(state) in AT_WORK for state, _count in tx.execute(_by_state(department.all_skills)))


def workforce(tx: Connection, department: Department) -> Workforce:
    counts = {AgentState(state): count for state, count in tx.execute(_by_state(department.skills))}
    at_work = sum(count for state, count in counts.items() if state in AT_WORK)
    return Workforce(at_work, counts.get(_S.READY, 0))


def end_long_wraps(
    tx: Connection, *, limit: timedelta, now: datetime, departments: Mapping[str, Department] | None = None
) -> int:
    """Whoever has been writing up for longer than their last caller's department allows, or `limit` where it says
    nothing, is ready again; returns how many."""
    allowed = {
        name: timedelta(seconds=department.wrap_seconds)
        for name, department in (departments or {}).items()
        if department.wrap_seconds is not None
    }
    writing = select(agents.c.id, agents.c.state_since, agents.c.last_department).where(
        one_of(agents.c.state, (_S.WRAP,))
    )
    over = [
        r.id for r in tx.execute(writing) if _is_over(r.id, r.state_since, allowed.get(r.last_department, limit), now)
    ]
    return sum(
        move_agent(tx, agent_id, _S.READY, now=now, reason="wrap-up time is over", expected=(_S.WRAP,))
        for agent_id in over
    )


def _is_over(agent_id: int, since: datetime, limit: timedelta, now: datetime) -> bool:
    """A state that begins in the future comes of a clock that was set back: nobody waits for that moment."""
    if since > now + CLOCKS_APART:
        ignored("a state that begins in the future", agent=agent_id)
        return True
    return now - since >= limit


def free_adrift(tx: Connection, *, since: datetime, now: datetime) -> int:
    """Whoever rings or talks without a caller, in that state since `since` or longer, is freed; returns how many.

    No event leaves anybody so. It is what remains where rows were changed by hand, or a program stood still between
    two versions.
    """
    busy = one_of(agents.c.state, [state.value for state in _WITH_CALLER])
    adrift = select(agents.c.id, agents.c.state).where(
        busy, agents.c.state_since <= since, not_(has_caller(agents.c.id))
    )
    return sum(
        move_agent(tx, row.id, _AFTER[row.state], now=now, reason="has no caller", expected=(AgentState(row.state),))
        for row in tx.execute(adrift).all()
    )


def has_caller(agent_id: ColumnElement[int]) -> ColumnElement[bool]:
    """SQL: a caller is offered to them, or talks with them."""
    # callqueue.line.EntryState; that module imports this one.
    standing = one_of(line_entries.c.state, ("offered", "connected"))
    return exists().where(line_entries.c.agent_id == agent_id, standing)


def _look_at(tx: Connection, agent_id: int) -> tuple[AgentState, dict[str, int]]:
    """State and skills. Raises UnknownAgent."""
    rows = tx.execute(_STATE_AND_SKILLS, {"agent_id": agent_id}).all()
    if not rows:
        raise UnknownAgent(str(agent_id))
    return AgentState(rows[0].state), {row.skill: row.level for row in rows if row.skill is not None}


@cache
def _by_state(skills: tuple[str, ...]) -> Select[Any]:
    skilled = select(agent_skills.c.agent_id).where(agent_skills.c.skill.in_(skills))
    return select(agents.c.state, func.count()).where(agents.c.id.in_(skilled)).group_by(agents.c.state)


# Built once: every caller moves an agent four times, and each statement is a way to the server.
@cache
def _moving(to: AgentState, expected: tuple[AgentState, ...] | None) -> ReturningUpdate[tuple[Any]]:
    """Into the one state from those that lead to it; returns the agent's skills."""
    origins = [state for state in expected or AgentState if to in MOVES[state]]
    moving = update(agents).where(agents.c.id == bindparam("agent_id"), one_of(agents.c.state, origins))
    if expected is None:
        # Ready with a caller of their own, an agent would be matched again: the database refuses that, and with it
        # every other match of the house.
        moving = moving.where(not_(has_caller(agents.c.id)))
    kept = func.coalesce(bindparam("last_department", type_=String), agents.c.last_department)
    known = select(object_of(agent_skills.c.skill, agent_skills.c.level)).where(agent_skills.c.agent_id == agents.c.id)
    known = known.correlate(agents)
    return moving.values(
        state=to.value,
        state_since=bindparam("state_since"),
        state_reason=bindparam("state_reason"),
        last_department=kept,
    ).returning(known.scalar_subquery())


_STATE_AND_SKILLS = (
    select(agents.c.state, agent_skills.c.skill, agent_skills.c.level)
    .select_from(agents.outerjoin(agent_skills, agent_skills.c.agent_id == agents.c.id))
    .where(agents.c.id == bindparam("agent_id"))
    .order_by(agent_skills.c.skill)
)
