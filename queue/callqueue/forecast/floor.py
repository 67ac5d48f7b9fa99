"""The floor: who waits and who is at work, event by event, and what each event teaches.

An event that cannot be (a caller nobody knows, a second connect) changes nothing and is counted in `warnings`.
"""

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from callqueue.forecast.events import (
    AgentMoved,
    Connected,
    DialFailed,
    Dialled,
    Ended,
    Event,
    Joined,
    Left,
    Promised,
    Roster,
)
from callqueue.forecast.laws import LONGEST_CALL_SECONDS, HouseLaws

AFTER, DIALLING = "after", "dialling"
"""Two states of ours beside the log's: the call is over and nothing was heard since; a callback's phone rings."""
AT_WORK = ("ready", "ringing", "talk", "hold", "wrap", AFTER, DIALLING)
AWAY = ("pause", "off")
AT_ONCE_SECONDS = 0.5
TOGETHER_SECONDS = 900.0
FORGOTTEN_SECONDS = 3 * 3600.0
"""An agent seen through calls only, and not for so long, has gone home; a caller of whom nothing was heard for twice
as long has hung up unheard."""


@dataclass
class Agent:
    name: str
    departments: list[str] = field(default_factory=list)
    told: bool = False
    """Its departments were told, not guessed from its calls."""
    seen: bool = False
    """It sends states of its own."""
    state: str = "off"
    since: float = 0.0
    caller: str | None = None
    department: str | None = None
    """Of the caller in hand, or of the last one."""
    watched_until: float = 0.0
    """Until when its being free has been told to the laws."""
    owed: bool = False
    """Somebody waited for it when its last call ended."""
    served: dict[str, float] = field(default_factory=dict)
    left_at: float | None = None
    """Begin of the last absence."""
    out_since: float | None = None
    """When the first of those signed off who left together with this one did: what takes many at once, a meeting or an
    outage, gives them back at once."""
    roster: Roster | None = None

    def serves(self, department: str) -> bool:
        return department in self.departments


@dataclass
class Caller:
    name: str
    department: str
    priority: float
    joined: float
    credit: float
    order: int
    promised: bool = False
    failures: int = 0
    failed_at: float | None = None
    due: float | None = None
    """Not dialled before."""
    agent: str | None = None
    dialled_at: float | None = None
    connected_at: float | None = None

    @property
    def rank(self) -> tuple[float, float, int]:
        """Smaller is served first."""
        return (-self.priority, self.joined - self.credit, self.order)


@dataclass(frozen=True)
class Served:
    """A caller's wait is over: an agent is theirs."""

    caller: Caller
    at: float


@dataclass(frozen=True)
class GaveUp:
    caller: Caller
    at: float


@dataclass(frozen=True)
class Idle:
    """An agent found nobody to serve: of these departments nobody waits any longer."""

    departments: tuple[str, ...]
    at: float


News = Served | GaveUp | Idle


class Floor:
    def __init__(self, laws: HouseLaws) -> None:
        self.laws = laws
        self.agents: dict[str, Agent] = {}
        self.waiting: dict[str, Caller] = {}
        self.talking: dict[str, Caller] = {}
        self.warnings: Counter[str] = Counter()
        self.orders = 0
        self.tidied = 0.0

    def apply(self, event: Event, t: float) -> News | None:
        """`t`: when it is taken to happen."""
        self._tidy(t)
        match event:
            case Joined():
                return self._joined(event, t)
            case Connected():
                return self._connected(event, t)
            case Ended():
                return self._ended(event.caller, event.agent, t)
            case AgentMoved():
                return self._moved(event, t)
            case Left():
                return self._left(event, t)
            case Promised():
                return self._promised(event, t)
            case Dialled():
                return self._dialled(event, t)
            case DialFailed():
                return self._dial_failed(event, t)
            case Roster():
                self._agent(event.agent).roster = event
        return None

    def knows(self, caller: str) -> bool:
        return caller in self.waiting or caller in self.talking

    # ── callers ──

    def _joined(self, event: Joined, t: float) -> News | None:
        if self.knows(event.caller):
            return self._warn("joined twice")
        self.orders += 1
        self.waiting[event.caller] = Caller(
            event.caller, event.department, event.priority, t, event.credit, self.orders
        )
        kind = (event.department, event.priority, event.credit)
        self.laws.arrivals_of(kind).joined(t)
        self.laws.department(event.department)
        return None

    def _connected(self, event: Connected, t: float) -> News | None:
        caller = self.waiting.get(event.caller)
        if caller is None:
            return self._warn("connected twice" if event.caller in self.talking else "connect of an unknown caller")
        agent = self._agent(event.agent)
        if agent.caller is not None and agent.caller != caller.name:
            self._lost(agent, t)
        self._watch_idle(caller, agent, t)
        self._learn_from_connect(caller, agent, t)
        del self.waiting[caller.name]
        self.talking[caller.name] = caller
        first = caller.dialled_at is None
        caller.agent, caller.connected_at = agent.name, t
        self._takes(agent, caller, "talk", t)
        return Served(caller, t) if first else None

    def _learn_from_connect(self, caller: Caller, agent: Agent, t: float) -> None:
        laws = self.laws
        if caller.dialled_at is not None:
            laws.dial.add(t - caller.dialled_at)
            laws.answered.add(True)
        elif not caller.promised:
            laws.department(caller.department).patience.lived(0.0, t - caller.joined, ended=False)

    def _left(self, event: Left, t: float) -> News | None:
        if event.caller in self.talking:
            return self._ended(event.caller, self.talking[event.caller].agent or "", t)
        caller = self.waiting.pop(event.caller, None)
        if caller is None:
            return self._warn("leave of an unknown caller")
        self._watch_idle(caller, None, t)
        self._unassign(caller, t)
        if caller.promised:
            if caller.failures and caller.failed_at is not None and t - caller.failed_at < 1.0:
                self.laws.again_after(caller.failures).add(False)
            return None
        self.laws.department(caller.department).patience.lived(0.0, t - caller.joined, ended=True)
        return GaveUp(caller, t)

    def _promised(self, event: Promised, t: float) -> News | None:
        caller = self.waiting.get(event.caller)
        if caller is None:
            return self._warn("promise of an unknown caller")
        if caller.promised:
            return self._warn("promised twice")
        caller.promised, caller.due = True, event.due
        self.laws.department(caller.department).patience.lived(0.0, t - caller.joined, ended=False)
        return None

    def _dialled(self, event: Dialled, t: float) -> News | None:
        caller = self.waiting.get(event.caller)
        if caller is None:
            return self._warn("dial of an unknown caller")
        if caller.agent is not None:
            return self._warn("dialled twice")
        agent = self._agent(event.agent)
        if agent.caller is not None:
            self._lost(agent, t)
        if caller.failed_at is not None:
            self.laws.retries.append(t - caller.failed_at)
            self.laws.again_after(caller.failures).add(True)
        self._watch_idle(caller, agent, t)
        first = caller.dialled_at is None
        caller.promised, caller.agent, caller.dialled_at = True, agent.name, t
        self._takes(agent, caller, DIALLING, t)
        return Served(caller, t) if first else None

    def _dial_failed(self, event: DialFailed, t: float) -> News | None:
        caller = self.waiting.get(event.caller)
        if caller is None or caller.dialled_at is None:
            return self._warn("failed dialling of an unknown caller")
        if caller.agent is None:
            return self._warn("dialling failed twice")
        self.laws.dial_failed.add(t - caller.dialled_at)
        self.laws.answered.add(False)
        self._unassign(caller, t)
        caller.failures += 1
        caller.failed_at, caller.due = t, event.due
        return None

    def _ended(self, name: str, agent_name: str, t: float) -> News | None:
        caller = self.talking.pop(name, None)
        if caller is None:
            return self._warn("end of an unknown call")
        agent = self._agent(caller.agent or agent_name)
        self._learn_handle_time(caller, agent, t)
        if agent.caller != name:
            return None
        agent.caller = None
        if agent.state in ("talk", "hold", DIALLING, "ringing"):
            agent.state, agent.since, agent.watched_until = AFTER, t, t
            agent.owed = any(agent.serves(each.department) for each in self.waiting.values())
            if not agent.owed and self.laws.department(caller.department).after_none.value > 0.9:
                return Idle(tuple(agent.departments), t)
        return None

    def _learn_handle_time(self, caller: Caller, agent: Agent, t: float) -> None:
        seconds = t - (caller.connected_at or t)
        if seconds > LONGEST_CALL_SECONDS:
            self.warnings["call without end"] += 1
            return
        laws = self.laws.department(caller.department)
        laws.away.add(False)
        self.laws.speeds.handled(agent.name, laws.talk.add(seconds, self.laws.speeds.slowness(agent.name)))

    # ── agents ──

    def _moved(self, event: AgentMoved, t: float) -> News | None:
        agent = self._agent(event.agent)
        agent.seen = True
        if event.departments is not None:
            agent.departments, agent.told = list(event.departments), True
        was = agent.state
        if was == event.state:
            return None
        if was in (AFTER, "wrap"):
            self._learn_after(agent, event.state, t)
        elif was in AWAY and event.state not in AWAY:
            self._returned(agent, t)
        elif was == "ringing" and event.state in AWAY:
            self.laws.unanswered.add(True)
            self.laws.ring_limit.add(t - agent.since)
        if event.state in AWAY and was not in AWAY:
            self._goes_away(agent, event.state, t)
        if not (was == AFTER and event.state == "wrap"):
            agent.since = t
        agent.state = event.state
        if event.state in (*AWAY, "ready") and agent.caller is not None and agent.caller in self.waiting:
            self.waiting[agent.caller].agent = None
            agent.caller = None
        if event.state == "ready" and not self._wanted(agent):
            return Idle(tuple(agent.departments), t)
        return None

    def _wanted(self, agent: Agent) -> bool:
        return any(each.agent is None and agent.serves(each.department) for each in self.waiting.values())

    def _learn_after(self, agent: Agent, state: str, t: float) -> None:
        """How long after a call the agent was free again."""
        if agent.department is None:
            return
        laws, age = self.laws.department(agent.department), t - agent.since
        if agent.state == AFTER and state == "wrap":
            laws.after_none.add(False)
        elif agent.state == AFTER and state in ("ready", "ringing") and age < AT_ONCE_SECONDS:
            laws.after_none.add(True)
        elif agent.state == "wrap" and (state == "ready" or age > AT_ONCE_SECONDS):
            laws.after.lived(0.0, age, ended=True)

    def _goes_away(self, agent: Agent, state: str, t: float) -> None:
        agent.left_at = t
        agent.out_since = self._left_together(t) if state == "off" else None
        self.laws.habits.went(agent.name, t)
        planned = self._planned(agent, t) or self.laws.habits.is_habit(agent.name, t)
        if not planned and agent.state != "ringing" and agent.department is not None:
            self.laws.department(agent.department).away.add(True)

    def _left_together(self, t: float) -> float:
        others = (agent.out_since for agent in self.agents.values() if agent.state == "off")
        return min((since for since in others if since is not None and t - since < TOGETHER_SECONDS), default=t)

    def _planned(self, agent: Agent, t: float) -> bool:
        """Whether the roster says to go now, give or take a call."""
        roster = agent.roster
        if roster is None:
            return False
        starts = [start for start, _ in roster.breaks] + [roster.off]
        return any(-300 <= t - start <= 1800 for start in starts)

    def _returned(self, agent: Agent, t: float) -> None:
        """Back from an absence, told by a state or straight by the next caller."""
        self.laws.habits.came(agent.name, t)
        away = t - agent.since
        if agent.state == "pause":
            self.laws.pause.lived(0.0, away, ended=True)
            self.laws.pauses.append(away)
        elif agent.out_since is not None and t - agent.out_since < FORGOTTEN_SECONDS:
            self.laws.outs.append(t - agent.out_since)
        agent.out_since = None
        self._learn_break(agent, t)

    def _learn_break(self, agent: Agent, t: float) -> None:
        """Whether a break that began late was kept at its length or cut at its planned end."""
        if agent.roster is None or agent.left_at is None:
            return
        for start, end in agent.roster.breaks:
            if 20 < agent.left_at - start < 1800:
                self.laws.long_breaks.add(abs(t - end) - abs(t - agent.left_at - (end - start)))
                return

    def _takes(self, agent: Agent, caller: Caller, state: str, t: float) -> None:
        if agent.state == "ringing":
            self.laws.ring.append(t - agent.since)
            self.laws.unanswered.add(False)
        elif agent.state in AWAY and agent.seen:
            self._returned(agent, t)
        self._count_served(agent, caller.department)
        agent.state, agent.since, agent.caller, agent.department = state, t, caller.name, caller.department

    def _count_served(self, agent: Agent, department: str) -> None:
        """Departments that were not told are guessed: those that make up more than one in fifty of the last calls."""
        agent.served = {name: count * 0.99 for name, count in agent.served.items()}
        agent.served[department] = agent.served.get(department, 0.0) + 1.0
        if not agent.told:
            floor = 0.02 * sum(agent.served.values())
            agent.departments = sorted(name for name, count in agent.served.items() if count > floor)

    def _watch_idle(self, caller: Caller, came: Agent | None, t: float) -> None:
        """A caller who had to wait says of each agent who seemed to be free that they were not yet; and of the one
        who came, after how long they were."""
        if t - caller.joined < AT_ONCE_SECONDS:
            return
        for agent in self.agents.values():
            if agent.state == AFTER and t - agent.since < FORGOTTEN_SECONDS and agent.serves(caller.department):
                self._learn_idle(agent, max(caller.joined, agent.watched_until), t, came=agent is came)

    def _learn_idle(self, agent: Agent, start: float, t: float, *, came: bool) -> None:
        laws = self.laws.department(agent.department or "")
        at_once = came and t - agent.since < AT_ONCE_SECONDS
        if agent.owed:
            laws.after_none.add(at_once)
            agent.owed = False
        if not at_once:
            laws.after.lived(start - agent.since, t - agent.since, ended=came)
        agent.watched_until = max(agent.watched_until, t)

    def _unassign(self, caller: Caller, t: float) -> None:
        agent = self.agents.get(caller.agent) if caller.agent is not None else None
        caller.agent = None
        if agent is not None and agent.caller == caller.name:
            agent.caller = None
            if agent.state in (DIALLING, "talk"):
                agent.state, agent.since, agent.watched_until, agent.owed = AFTER, t, t, False

    def _lost(self, agent: Agent, t: float) -> None:
        """The agent has another caller: the end of the last one was never told."""
        self.warnings["call without end"] += 1
        if agent.caller is not None:
            self.talking.pop(agent.caller, None)
            if agent.caller in self.waiting:
                self.waiting[agent.caller].agent = None
        agent.caller = None

    def _agent(self, name: str) -> Agent:
        return self.agents.setdefault(name, Agent(name))

    def _warn(self, what: str) -> News | None:
        """Counts an event that changes nothing."""
        self.warnings[what] += 1
        return None

    def _tidy(self, t: float) -> None:
        """Drop what nothing was heard of for too long: its end was never told."""
        if t - self.tidied < 900:
            return
        self.tidied = t
        for caller in list(self.waiting.values()):
            if not caller.promised and t - caller.joined > 2 * FORGOTTEN_SECONDS:
                del self.waiting[caller.name]
                self.warnings["caller without end"] += 1
        for caller in list(self.talking.values()):
            if t - (caller.connected_at or t) > LONGEST_CALL_SECONDS:
                agent = self.agents.get(caller.agent or "")
                del self.talking[caller.name]
                self.warnings["call without end"] += 1
                if agent is not None and agent.caller == caller.name:
                    agent.caller, agent.state, agent.since = None, AFTER, t

    def dump(self) -> dict[str, Any]:
        return {
            "agents": [asdict(agent) for agent in self.agents.values()],
            "waiting": [asdict(caller) for caller in self.waiting.values()],
            "talking": [asdict(caller) for caller in self.talking.values()],
            "warnings": dict(self.warnings),
            "orders": self.orders,
            "tidied": self.tidied,
        }

    def load(self, data: dict[str, Any]) -> None:
        self.agents = {agent["name"]: _agent(agent) for agent in data["agents"]}
        self.waiting = {caller["name"]: Caller(**caller) for caller in data["waiting"]}
        self.talking = {caller["name"]: Caller(**caller) for caller in data["talking"]}
        self.warnings = Counter(data["warnings"])
        self.orders, self.tidied = data["orders"], data["tidied"]


def _agent(data: dict[str, Any]) -> Agent:
    roster = data["roster"]
    if roster is not None:
        breaks = tuple((float(start), float(end)) for start, end in roster["breaks"])
        roster = Roster(**{**roster, "breaks": breaks})
    return Agent(**{**data, "roster": roster})
