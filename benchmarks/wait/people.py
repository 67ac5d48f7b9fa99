"""Who is in a simulated world, and what they do just now."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from benchmarks.wait.draws import Agent, CallerDraw, Shift

Rank = tuple[int, float, int]
"""Smaller is served first: (-priority, joined, number)."""


class Work(Enum):
    OFF = "off"
    PAUSE = "pause"
    READY = "ready"
    DIALLING = "ringing"
    TALK = "talk"
    WRAP = "wrap"


BUSY = (Work.DIALLING, Work.TALK, Work.WRAP)


@dataclass(eq=False)
class Caller:
    number: int
    draw: CallerDraw
    waits: bool = False
    """Is in line now."""
    promised: bool = False
    attempts: int = 0
    offered_wait: float | None = None
    outcome: str = ""
    waited: float | None = None

    @property
    def name(self) -> str:
        return f"c{self.number:06}"

    @property
    def rank(self) -> Rank:
        return (-self.draw.priority, self.draw.joined, self.number)


@dataclass(eq=False)
class AgentNow:
    agent: Agent
    index: int
    shift: Shift
    work: Work = Work.OFF
    since: float = 0.0
    back_at: float = 0.0
    """When an absence ends; only while PAUSE or OFF."""
    breaks_taken: int = 0
    vanished_until: float = 0.0
    caller: Caller | None = None


@dataclass
class Waiting:
    """The line of one department; whoever has left is dropped when met."""

    heap: list[tuple[Rank, Caller]] = field(default_factory=list)

    def push(self, caller: Caller) -> None:
        heapq.heappush(self.heap, (caller.rank, caller))

    def head(self, counts: Callable[[Caller], bool]) -> Caller | None:
        while self.heap and not counts(self.heap[0][1]):
            heapq.heappop(self.heap)
        return self.heap[0][1] if self.heap else None
