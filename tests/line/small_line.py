"""A line of a few agents as a log of events, for trying forecasts: Poisson arrivals, exponential calls and patience."""

import heapq
import random
from collections.abc import Iterator
from typing import Any

Log = list[dict[str, Any]]


class SmallLine:
    """`hours` of one department. Agents say when they are ready and pause after every twentieth call or so."""

    def __init__(self, seed: int = 1, *, agents: int = 3, a_minute: float = 1.1, handle: float = 150.0) -> None:
        self.dice = random.Random(seed)
        self.agents, self.a_minute, self.handle = agents, a_minute, handle
        self.log: Log = [{"t": 0, "type": "department", "department": "billing", "handle_time": handle}]
        self.line: list[str] = []
        self.idle: list[str] = []
        self.plan: list[tuple[float, int, str, str]] = []
        self.callers = self.planned = 0

    def live(self, hours: float) -> Log:
        for number in range(self.agents):
            self._at(1000.0, "ready", f"a{number}")
        self._at(1001.0, "join", "")
        while self.plan and self.plan[0][0] < 1000 + 3600 * hours:
            t, _, what, who = heapq.heappop(self.plan)
            getattr(self, "_" + what)(t, who)
        return self.log

    def _at(self, t: float, what: str, who: str) -> None:
        self.planned += 1
        heapq.heappush(self.plan, (t, self.planned, what, who))

    def _tell(self, t: float, kind: str, **more: Any) -> None:
        self.log.append({"t": round(t, 3), "type": kind, **more})

    def _join(self, t: float, _: str) -> None:
        self._at(t + self.dice.expovariate(self.a_minute / 60), "join", "")
        self.callers += 1
        name = f"c{self.callers}"
        self._tell(t, "join", caller=name, department="billing", priority=0, credit=0)
        if self.idle:
            self._connect(t, self.idle.pop(0), name)
            return
        self.line.append(name)
        self._at(t + self.dice.expovariate(1 / 400), "leave", name)

    def _leave(self, t: float, caller: str) -> None:
        if caller in self.line:
            self.line.remove(caller)
            self._tell(t, "leave", caller=caller, reason="abandoned")

    def _connect(self, t: float, agent: str, caller: str) -> None:
        self._tell(t, "connect", caller=caller, agent=agent)
        self._at(t + self.dice.expovariate(1 / self.handle), "end", f"{agent} {caller}")

    def _end(self, t: float, who: str) -> None:
        agent, caller = who.split()
        self._tell(t, "end", caller=caller, agent=agent)
        if self.dice.random() < 0.05:
            self._tell(t, "agent", agent=agent, state="pause")
            self._at(t + self.dice.uniform(120, 900), "ready", agent)
        elif self.line:
            self._connect(t, agent, self.line.pop(0))
        else:
            self._ready(t, agent)

    def _ready(self, t: float, agent: str) -> None:
        self._tell(t, "agent", agent=agent, state="ready", departments=["billing"])
        if self.line:
            self._connect(t, agent, self.line.pop(0))
        else:
            self.idle.append(agent)


def events(hours: float = 6, seed: int = 1) -> Log:
    return SmallLine(seed).live(hours)


def joins(log: Log) -> Iterator[str]:
    return (event["caller"] for event in log if event["type"] == "join")
