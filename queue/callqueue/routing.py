"""Whose turn it is, and who takes them: without I/O or clock.

Callers: by priority, then by original time of joining. Nobody starves: who has been overtaken OVERTAKEN_AT_MOST times
goes before all others. Agents: the department's own before helpers of others, the higher level first, then who has
been free longest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from callqueue.department import Department

OVERTAKEN_AT_MOST = 10
"""So many who joined later are served before a caller, by agents whom the caller could have had; not one more."""
FRONT = 1_000_000
"""Before every priority that a menu can give."""


@dataclass(frozen=True)
class Waiting:
    entry_id: int
    department: str
    priority: int
    joined_at: datetime
    overtaken: int = 0


@dataclass(frozen=True)
class FreeAgent:
    agent_id: int
    ready_since: datetime
    skills: Mapping[str, int]
    """Skill → level, larger is better."""


@dataclass(frozen=True)
class Match:
    entry_id: int
    agent_id: int
    overtaken: tuple[int, ...] = ()
    """Entries that joined earlier and could have had the agent."""


def choose(
    waiting: Sequence[Waiting], free: Sequence[FreeAgent], departments: Mapping[str, Department], now: datetime
) -> tuple[Match, ...]:
    """As many matches as there can be, in turn."""
    matches: list[Match] = []
    while match := next_match(waiting, free, departments, now):
        waiting, free = after(match, waiting, free)
        matches.append(match)
    return tuple(matches)


def next_match(
    waiting: Sequence[Waiting], free: Sequence[FreeAgent], departments: Mapping[str, Department], now: datetime
) -> Match | None:
    """The first caller in turn for whom an agent is free, and the best agent for them."""
    # Whose department was taken out of the menu waits for the supervisor.
    line = sorted((caller for caller in waiting if caller.department in departments), key=turn)
    for place, caller in enumerate(line):
        agent = _best_agent(caller, free, departments[caller.department], now)
        if agent is not None:
            behind = (c for c in line[place + 1 :] if _later(caller, c))
            overtaken = tuple(c.entry_id for c in behind if _suits(agent, c, departments, now))
            return Match(caller.entry_id, agent.agent_id, overtaken)
    return None


def after(match: Match, waiting: Sequence[Waiting], free: Sequence[FreeAgent]) -> tuple[list[Waiting], list[FreeAgent]]:
    """Who waits and who is free when this match is made."""
    left = (caller for caller in waiting if caller.entry_id != match.entry_id)
    waits = [replace(c, overtaken=c.overtaken + 1) if c.entry_id in match.overtaken else c for c in left]
    return waits, without_agent(free, match.agent_id)


def without_agent(free: Sequence[FreeAgent], agent_id: int) -> list[FreeAgent]:
    return [agent for agent in free if agent.agent_id != agent_id]


def turn(caller: Waiting) -> tuple[int, datetime, int]:
    """Sorts callers into the order in which they are served."""
    priority = FRONT if caller.overtaken >= OVERTAKEN_AT_MOST else caller.priority
    return -priority, caller.joined_at, caller.entry_id


def _later(caller: Waiting, than: Waiting) -> bool:
    return (caller.joined_at, caller.entry_id) > (than.joined_at, than.entry_id)


def _suits(agent: FreeAgent, caller: Waiting, departments: Mapping[str, Department], now: datetime) -> bool:
    return _rank_for(agent, caller, departments[caller.department], now) is not None


def _best_agent(caller: Waiting, free: Sequence[FreeAgent], department: Department, now: datetime) -> FreeAgent | None:
    ranks = {agent.agent_id: _rank_for(agent, caller, department, now) for agent in free}
    able = [agent for agent in free if ranks[agent.agent_id] is not None]
    return min(able, key=lambda agent: ranks[agent.agent_id] or (), default=None)


def _rank_for(
    agent: FreeAgent, caller: Waiting, department: Department, now: datetime
) -> tuple[bool, int, datetime, int] | None:
    """Smaller is better; None: not for them."""
    level = department.level_of(agent.skills)
    if level is not None:
        return False, -level, agent.ready_since, agent.agent_id
    helping = department.level_of_helper(agent.skills, (now - caller.joined_at).total_seconds())
    return None if helping is None else (True, -helping, agent.ready_since, agent.agent_id)
