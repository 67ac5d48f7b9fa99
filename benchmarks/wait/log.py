"""What telephony would tell, as the lines that `barocall wait replay` reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.wait.centres import OPENS, Centre

if TYPE_CHECKING:
    from benchmarks.wait.draws import Agent, Day
    from benchmarks.wait.people import Caller

Event = dict[str, Any]
ROSTER_BEFORE_SECONDS = 1800


@dataclass
class Log:
    """Each event goes to `write`, in time order; without it, nowhere."""

    write: Callable[[Event], None] | None = None

    def departments(self, centre: Centre) -> None:
        for each in centre.departments:
            # What a supervisor would enter: a round figure
            typed = round((each.handle_seconds + each.wrap_seconds) / 30) * 30
            self._tell(0.0, "department", department=each.name, handle_time=typed)

    def roster(self, day: Day, people: tuple[Agent, ...]) -> None:
        at = day.start + OPENS - ROSTER_BEFORE_SECONDS
        for agent, shift in zip(people, day.shifts, strict=True):
            breaks = [[round(start, 3), round(end, 3)] for start, end in shift.breaks]
            self._tell(at, "roster", agent=agent.name, on=shift.on, off=shift.off, breaks=breaks)

    def agent(self, at: float, agent: Agent, state: str) -> None:
        self._tell(at, "agent", agent=agent.name, state=state, departments=list(agent.departments))

    def join(self, at: float, caller: Caller) -> None:
        draw = caller.draw
        self._tell(at, "join", caller=caller.name, department=draw.department, priority=draw.priority, credit=0)

    def connect(self, at: float, caller: Caller, agent: Agent) -> None:
        self._tell(at, "connect", caller=caller.name, agent=agent.name)

    def leave(self, at: float, caller: Caller, reason: str) -> None:
        self._tell(at, "leave", caller=caller.name, reason=reason)

    def promise(self, at: float, caller: Caller) -> None:
        self._tell(at, "promise", caller=caller.name)

    def dial(self, at: float, caller: Caller, agent: Agent) -> None:
        self._tell(at, "dial", caller=caller.name, agent=agent.name)

    def dial_failed(self, at: float, caller: Caller) -> None:
        self._tell(at, "dial_failed", caller=caller.name)

    def end(self, at: float, caller: Caller, agent: Agent) -> None:
        self._tell(at, "end", caller=caller.name, agent=agent.name)

    def _tell(self, at: float, kind: str, **more: object) -> None:
        if self.write is not None:
            self.write({"t": round(at, 3), "type": kind, **more})
