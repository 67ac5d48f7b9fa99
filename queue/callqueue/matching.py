"""Who is served by whom: one caller, one agent, once; with any number of processes, and nobody waits for another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, Connection, and_, bindparam, exists, not_, or_, select, update

from callqueue.agents import AgentState, has_caller, move_agent
from callqueue.department import Department
from callqueue.legs import is_on_the_phone
from callqueue.line import EntryState
from callqueue.routing import FreeAgent, Match, Waiting, after, next_match, without_agent
from store.database import one_of
from store.tables import UtcTime, agent_skills, agents, cases, line_entries


@dataclass(frozen=True)
class Assignment:
    """A match that holds in SQL: the entry is offered, the agent's phone is to be rung."""

    entry_id: int
    agent_id: int
    case_id: int
    call_id: int | None
    callback_id: int | None
    department: str


def match(tx: Connection, departments: Mapping[str, Department], now: datetime) -> tuple[Assignment, ...]:
    """Offer waiting callers to free agents, as many as there are.

    On PostgreSQL callers and agents whom another transaction holds are passed over, not waited for; and where one
    transaction brings the caller and another the agent, neither sees the other: look again after the commit.
    """
    # In a long line nobody is free, and in a short one nobody waits: either is known at little cost.
    waiting = _waiting(tx, departments, now) if tx.execute(_IS_THERE_A_MATCH, {"now": now}).scalar() else []
    free = _free_agents(tx, waiting, departments) if waiting else []
    offered: list[Assignment] = []
    while found := next_match(waiting, free, departments, now):
        wanted = tx.execute(_CALLER, {"entry_id": found.entry_id}).first()
        if wanted is None:
            waiting = [caller for caller in waiting if caller.entry_id != found.entry_id]
        elif not _hold_agent(tx, found.agent_id):
            free = without_agent(free, found.agent_id)
        else:
            _offer(tx, found, now)
            offered.append(Assignment(found.entry_id, found.agent_id, *wanted))
            waiting, free = after(found, waiting, free)
    return tuple(offered)


def offer_to(tx: Connection, entry_id: int, agent_id: int, now: datetime) -> Assignment | None:
    """An agent takes this caller out of turn. None: the caller waits no more, or the agent is not free."""
    wanted = tx.execute(_CALLER, {"entry_id": entry_id}).first()
    if wanted is None or tx.execute(_AGENT, {"agent_id": agent_id}).first() is None:
        return None
    _offer(tx, Match(entry_id, agent_id), now)
    return Assignment(entry_id, agent_id, *wanted)


def _offer(tx: Connection, found: Match, now: datetime) -> None:
    """Both are held."""
    ready = (AgentState.READY,)
    move_agent(tx, found.agent_id, AgentState.RINGING, now=now, reason="offered a caller", expected=ready)
    tx.execute(_OFFER, {"offered_entry": found.entry_id, "agent_id": found.agent_id, "offered_at": now})
    if found.overtaken:
        tx.execute(_OVERTAKE, {"overtaken_entries": found.overtaken})


def _hold_agent(tx: Connection, agent_id: int) -> bool:
    """Whether they are still free; if so, nobody else gets them before this transaction ends."""
    # SQLite has one writer at a time: what was read in this transaction holds.
    return tx.dialect.name == "sqlite" or tx.execute(_AGENT, {"agent_id": agent_id}).first() is not None


def _waiting(tx: Connection, departments: Mapping[str, Department], now: datetime) -> list[Waiting]:
    """Where callers of promises are rung first, no agent is before they have picked up."""
    rows = tx.execute(_WAITING, {"now": now})
    return [Waiting(*row) for *row, kept in rows if not (kept and _rings_first(departments, row[1]))]


def _rings_first(departments: Mapping[str, Department], department_id: str) -> bool:
    department = departments.get(department_id)
    return department is not None and department.callback_first == "caller"


def _free_agents(tx: Connection, waiting: Sequence[Waiting], departments: Mapping[str, Department]) -> list[FreeAgent]:
    """Those who may serve any of the waiting, with the skills that count for them."""
    lines = {departments[caller.department] for caller in waiting if caller.department in departments}
    wanted = {skill for department in lines for skill in department.all_skills}
    skills: dict[int, dict[str, int]] = {}
    since: dict[int, datetime] = {}
    for agent_id, ready_since, skill, level in tx.execute(_FREE_AGENTS, {"skills": sorted(wanted)}):
        skills.setdefault(agent_id, {})[skill] = level
        since[agent_id] = ready_since
    return [FreeAgent(agent_id, since[agent_id], known) for agent_id, known in skills.items()]


# Built once: every webhook that frees somebody, or brings somebody, looks for matches.
_NOW: BindParameter[datetime] = bindparam("now", type_=UtcTime)
_WAITS = one_of(line_entries.c.state, (EntryState.WAITING,))
# Spelt out twice, so that the index is searched for either: what is promised for later is not read at all.
_IS_DUE = or_(
    and_(_WAITS, line_entries.c.not_before.is_(None)),
    and_(_WAITS, line_entries.c.not_before <= _NOW),
)
_WAITING = select(
    line_entries.c.id,
    line_entries.c.department,
    line_entries.c.priority,
    line_entries.c.joined_at,
    line_entries.c.overtaken,
    line_entries.c.call_id.is_(None),
).where(_IS_DUE)
# Somebody with a caller of their own is not free, whatever their state says: the database would refuse the second, and
# with it the whole transaction.
# Nor are they while their phone is in a call of ours: it still says that the last caller could not be reached, and
# would be busy for the next.
_IS_FREE = and_(
    one_of(agents.c.state, (AgentState.READY,)), not_(has_caller(agents.c.id)), not_(is_on_the_phone(agents.c.id))
)
_IS_THERE_A_MATCH = select(
    and_(exists().select_from(agents).where(_IS_FREE), exists().select_from(line_entries).where(_IS_DUE))
)
_FREE_AGENTS = (
    select(agents.c.id, agents.c.state_since, agent_skills.c.skill, agent_skills.c.level)
    .join(agent_skills, agent_skills.c.agent_id == agents.c.id)
    .where(_IS_FREE, agent_skills.c.skill.in_(bindparam("skills", expanding=True)))
)
# Events of a matter hold its case (store.database.hold_row): what they do to promises and legs is not seen half.
_CALLER = (
    select(line_entries.c.case_id, line_entries.c.call_id, line_entries.c.callback_id, line_entries.c.department)
    .join(cases, cases.c.id == line_entries.c.case_id)
    .where(line_entries.c.id == bindparam("entry_id"), _WAITS)
    .with_for_update(skip_locked=True, key_share=True)
)
_AGENT = (
    select(agents.c.id)
    .where(agents.c.id == bindparam("agent_id"), _IS_FREE)
    .with_for_update(skip_locked=True, key_share=True)
)
_OFFER = (
    update(line_entries)
    .where(line_entries.c.id == bindparam("offered_entry"))
    .values(state=EntryState.OFFERED.value, agent_id=bindparam("agent_id"), offered_at=bindparam("offered_at"))
)
# Who is held by another transaction is being served, or counted, by it.
_OVERTAKE = (
    update(line_entries)
    .where(
        line_entries.c.id.in_(
            select(line_entries.c.id)
            .where(line_entries.c.id.in_(bindparam("overtaken_entries", expanding=True)), _WAITS)
            .with_for_update(skip_locked=True, key_share=True)
        )
    )
    .values(overtaken=line_entries.c.overtaken + 1)
)
