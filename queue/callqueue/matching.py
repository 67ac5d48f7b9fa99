"""Who is served by whom: one caller, one agent, once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, Connection, bindparam, select, update

from callqueue.agents import AgentState, move_agent
from callqueue.department import Department
from callqueue.line import EntryState, due
from store.tables import UtcTime, agent_skills, agents, line_entries


@dataclass(frozen=True)
class Waiting:
    entry_id: int
    department: str
    priority: int
    joined_at: datetime


@dataclass(frozen=True)
class FreeAgent:
    agent_id: int
    ready_since: datetime
    skills: frozenset[str]


@dataclass(frozen=True)
class Match:
    entry_id: int
    agent_id: int


@dataclass(frozen=True)
class Assignment:
    """A match that holds in SQL: the entry is offered, the agent's phone is to be rung."""

    entry_id: int
    agent_id: int
    case_id: int
    call_id: int | None
    callback_id: int | None
    department: str


def choose(
    waiting: Sequence[Waiting], free: Sequence[FreeAgent], departments: Mapping[str, Department]
) -> tuple[Match, ...]:
    """Callers by priority, then by original time of joining; each gets the eligible agent who has been free longest."""
    idle = sorted(free, key=lambda agent: (agent.ready_since, agent.agent_id))
    matches = []
    for caller in sorted(waiting, key=lambda w: (-w.priority, w.joined_at, w.entry_id)):
        department = departments.get(caller.department)
        if department is None:  # Taken out of the menu since: its callers wait for the supervisor.
            continue
        agent = next((a for a in idle if a.skills.intersection(department.skills)), None)
        if agent is not None:
            idle.remove(agent)
            matches.append(Match(caller.entry_id, agent.agent_id))
    return tuple(matches)


def match(tx: Connection, departments: Mapping[str, Department], now: datetime) -> tuple[Assignment, ...]:
    """Offer waiting callers to free agents, as many as there are. Safe with any number of processes."""
    free = _free_agents(tx)
    if not free:
        return ()
    offered = (_offer(tx, found, now) for found in choose(_waiting(tx, now), free, departments))
    return tuple(assignment for assignment in offered if assignment is not None)


def _offer(tx: Connection, found: Match, now: datetime) -> Assignment | None:
    """None: another process took the agent or the caller between our look and our claim."""
    ready, ringing = (AgentState.READY,), (AgentState.RINGING,)
    if not move_agent(tx, found.agent_id, AgentState.RINGING, now=now, reason="offered a caller", expected=ready):
        return None
    claimed = tx.execute(
        update(line_entries)
        .where(line_entries.c.id == found.entry_id, line_entries.c.state == EntryState.WAITING.value)
        .values(state=EntryState.OFFERED.value, agent_id=found.agent_id, offered_at=now)
    )
    if claimed.rowcount == 0:
        move_agent(tx, found.agent_id, AgentState.READY, now=now, reason="the caller had left", expected=ringing)
        return None
    row = tx.execute(
        select(
            line_entries.c.case_id, line_entries.c.call_id, line_entries.c.callback_id, line_entries.c.department
        ).where(line_entries.c.id == found.entry_id)
    ).one()
    return Assignment(found.entry_id, found.agent_id, *row)


def _waiting(tx: Connection, now: datetime) -> list[Waiting]:
    return [Waiting(*row) for row in tx.execute(_WAITING, {"now": now})]


def _free_agents(tx: Connection) -> list[FreeAgent]:
    free: dict[int, FreeAgent] = {}
    for agent_id, since, skill in tx.execute(_FREE_AGENTS):
        known = free.get(agent_id, FreeAgent(agent_id, since, frozenset()))
        free[agent_id] = FreeAgent(agent_id, since, known.skills | {skill})
    return list(free.values())


# Built once: every webhook that frees somebody, or brings somebody, looks for matches.
_NOW: BindParameter[datetime] = bindparam("now", type_=UtcTime)
_WAITING = select(
    line_entries.c.id, line_entries.c.department, line_entries.c.priority, line_entries.c.joined_at
).where(line_entries.c.state == EntryState.WAITING.value, due(_NOW))
_FREE_AGENTS = (
    select(agents.c.id, agents.c.state_since, agent_skills.c.skill)
    .join(agent_skills, agent_skills.c.agent_id == agents.c.id)
    .where(agents.c.state == AgentState.READY.value)
)
