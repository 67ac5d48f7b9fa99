"""What anyone who reads the events knows at each moment: who waits, who works, and what the last calls teach."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import takewhile

from benchmarks.wait.log import Event

RECENT_CALLS = 400
RECENT_WAITS = 1000
LONGEST_LABEL_SECONDS = 3600
INVISIBLE_SECONDS = 300
"""An agent whose states nobody tells is taken to be at work for this long after a call."""
Class = tuple[str, int]
"""Department and priority."""


@dataclass(eq=False)
class Waiter:
    caller: str
    department: str
    priority: int
    rank: tuple[float, float]
    joined: float
    found: int
    """Callers ahead on joining."""
    promised: bool = False

    @property
    def kind(self) -> Class:
        return self.department, self.priority


@dataclass(eq=False)
class Seen:
    """An agent."""

    departments: tuple[str, ...] = ()
    state: str | None = None
    """The last that was told; None when it never was."""
    caller: Waiter | None = None
    began: float = 0.0
    ended: float = float("-inf")
    uncounted: str | None = None
    """Department of a call that is over, while wrap-up may follow."""


@dataclass
class Lessons:
    """Of one department. Sums are kept up to date: a month has a million looks at them."""

    handle_prior: float | None = None
    handled: deque[tuple[float, float]] = field(default_factory=deque)
    """(when, seconds) of the last calls"""
    waited: deque[tuple[float, bool]] = field(default_factory=deque)
    """(seconds in line, gave up) of the last who are no longer in line."""
    handled_sum: float = 0.0
    waited_sum: float = 0.0
    gave_up: int = 0

    def add_handled(self, at: float, seconds: float) -> None:
        self.handled.append((at, seconds))
        self.handled_sum += seconds
        if len(self.handled) > RECENT_CALLS:
            self.handled_sum -= self.handled.popleft()[1]

    def add_waited(self, seconds: float, gave_up: bool) -> None:
        self.waited.append((seconds, gave_up))
        self.waited_sum += seconds
        self.gave_up += gave_up
        if len(self.waited) > RECENT_WAITS:
            old, left = self.waited.popleft()
            self.waited_sum -= old
            self.gave_up -= left

    def handle_seconds(self, default: float = 240.0) -> float:
        return self.handled_sum / len(self.handled) if self.handled else self.handle_prior or default

    def handle_seconds_since(self, when: float) -> float:
        recent = [seconds for _, seconds in takewhile(lambda each: each[0] >= when, reversed(self.handled))]
        return sum(recent) / len(recent) if recent else self.handle_seconds()

    def giving_up_per_second(self) -> float:
        return self.gave_up / self.waited_sum if self.waited_sum > 0 else 0.0

    def abandoned_share(self) -> float:
        return self.gave_up / len(self.waited) if self.waited else 0.0


@dataclass
class Board:
    """`answered` is told of everyone whose turn has come; `labelled` of the same and, when a later caller of their
    class has had a turn, of those who left: (who, seconds, now)."""

    answered: Callable[[Waiter, float, float], None] = lambda *_: None
    labelled: Callable[[Waiter, float, float], None] = lambda *_: None
    now: float = 0.0
    agents: dict[str, Seen] = field(default_factory=dict)
    waiting: dict[str, Waiter] = field(default_factory=dict)
    ghosts: dict[Class, list[Waiter]] = field(default_factory=dict)
    lessons: dict[str, Lessons] = field(default_factory=dict)
    unreached: dict[str, Waiter] = field(default_factory=dict)
    """Callbacks that failed and will be tried again: not in line meanwhile, and no wait to learn from when dialled."""
    _dialled: dict[str, tuple[Waiter, Seen]] = field(default_factory=dict)

    def apply(self, event: Event) -> None:
        self.now = event["t"]
        getattr(self, "_" + event["type"], lambda _event: None)(event)

    def learnt(self, department: str) -> Lessons:
        return self.lessons.setdefault(department, Lessons())

    def place(self, event: Event) -> Waiter:
        """Where a join stands."""
        rank = (-event.get("priority", 0), event["t"] - event.get("credit", 0))
        department = event["department"]
        found = sum(w.department == department and w.rank <= rank for w in self.waiting.values())
        return Waiter(event["caller"], department, event.get("priority", 0), rank, event["t"], found)

    def staff(self, department: str, *, paused: bool = False) -> Iterable[Seen]:
        """Signed-in agents who serve it; those on a break only with `paused`."""
        for agent in self.agents.values():
            if (not agent.departments or department in agent.departments) and self._at_work(agent, paused):
                yield agent

    def _at_work(self, agent: Seen, paused: bool) -> bool:
        if agent.caller is not None:
            return True
        if agent.state is None:
            return self.now - agent.ended < INVISIBLE_SECONDS
        return agent.state != "off" and (paused or agent.state != "pause")

    def _department(self, event: Event) -> None:
        self.learnt(event["department"]).handle_prior = event["handle_time"]

    def _agent(self, event: Event) -> None:
        agent = self.agents.setdefault(event["agent"], Seen())
        agent.departments = tuple(event.get("departments", agent.departments))
        if event["state"] != "wrap":
            self._count(agent)
        agent.state = event["state"]

    def _count(self, agent: Seen) -> None:
        """The call is over once wrap-up is, if there is any."""
        if agent.uncounted is not None:
            until = self.now if agent.state == "wrap" else agent.ended
            self.learnt(agent.uncounted).add_handled(self.now, until - agent.began)
            agent.uncounted = None

    def _join(self, event: Event) -> None:
        self.waiting[event["caller"]] = self.place(event)

    def _promise(self, event: Event) -> None:
        if event["caller"] in self.waiting:
            self.waiting[event["caller"]].promised = True

    def _leave(self, event: Event) -> None:
        self._dialled.pop(event["caller"], None)
        self.unreached.pop(event["caller"], None)
        waiter = self.waiting.pop(event["caller"], None)
        if waiter is None or waiter.promised:
            return
        self.learnt(waiter.department).add_waited(self.now - waiter.joined, gave_up=True)
        self.ghosts.setdefault(waiter.kind, []).append(waiter)

    def _dial(self, event: Event) -> None:
        again = self.unreached.pop(event["caller"], None)
        waiter = again or self.waiting.get(event["caller"])
        if waiter is not None:
            agent = self.agents.setdefault(event["agent"], Seen())
            self._count(agent)
            if again is None:
                self._turn(waiter)
            agent.caller, agent.began = waiter, self.now
            self._dialled[waiter.caller] = (waiter, agent)

    def _dial_failed(self, event: Event) -> None:
        waiter, agent = self._dialled.pop(event["caller"], (None, None))
        if waiter is not None and agent is not None:
            agent.caller = None
            self.unreached[waiter.caller] = waiter

    def _connect(self, event: Event) -> None:
        dialled, _ = self._dialled.pop(event["caller"], (None, None))
        waiter = dialled or self.waiting.get(event["caller"])
        if waiter is None:
            return
        if dialled is None:
            self._turn(waiter)
        agent = self.agents.setdefault(event["agent"], Seen())
        self._count(agent)
        agent.caller, agent.began = waiter, self.now
        if agent.state is not None:
            agent.state = "talk"

    def _turn(self, waiter: Waiter) -> None:
        self.waiting.pop(waiter.caller, None)
        waited = self.now - waiter.joined
        self.learnt(waiter.department).add_waited(waited, gave_up=False)
        self.answered(waiter, waited, self.now)
        ghosts = self.ghosts.get(waiter.kind, [])
        self.ghosts[waiter.kind] = [ghost for ghost in ghosts if ghost.rank > waiter.rank]
        for who in [ghost for ghost in ghosts if ghost.rank <= waiter.rank] + [waiter]:
            if self.now - who.joined <= LONGEST_LABEL_SECONDS:
                self.labelled(who, self.now - who.joined, self.now)

    def _end(self, event: Event) -> None:
        agent = self.agents.get(event["agent"])
        if agent is None or agent.caller is None:
            return
        agent.uncounted, agent.caller, agent.ended = agent.caller.department, None, self.now
        if agent.state is not None:
            agent.state = "ready"
