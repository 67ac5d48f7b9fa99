"""What callbacks do to a line, by policy: the same callers, agents and chances under each (common random numbers).

The forecast here is Erlang-A's, so that twenty seeds are lived in minutes: the policies are compared, not estimators.
"""

import heapq
import math
from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import numpy as np

from benchmarks.wait.centres import CENTRES, Callbacks, Centre
from benchmarks.wait.people import BUSY, AgentNow, Caller, Work
from benchmarks.wait.score import Mean, mean_over
from benchmarks.wait.world import Offer, World

PATIENCE_LINE_SECONDS = 180.0
"""Above this median forecast a callback is offered."""
DIAL_AT = 0.5
"""Dial when the turn comes within the ring time with this probability: a second of a callee on hold is as dear as one
of an idle agent (newsvendor)."""
HELD_SECONDS = 5.0
POLICIES = ("no callbacks", "by position", "by forecast", "by forecast, dialled ahead")


class Study(World):
    """Dials when an agent is free, and counts what that costs the agent."""

    def __init__(self, centre: Centre, seed: int, *, offer: Offer) -> None:
        super().__init__(centre, seed, offer=offer)
        self.idle_seconds = 0.0
        self.held: list[float] = []
        """Seconds that each callee who answered was on hold."""

    def _serve(self, agent: AgentNow, caller: Caller) -> None:
        super()._serve(agent, caller)
        if agent.work is Work.DIALLING:
            answered = caller.draw.answers[caller.attempts - 1] < self._callbacks.answered_share
            self.idle_seconds += self._callbacks.answer_seconds if answered else self._callbacks.no_answer_seconds
            if answered:
                self.held.append(0.0)


class DialAhead(Study):
    """Dials when the turn is near, at the latest with the agent whose turn it is; whoever answers stands in line at the
    kept place, on hold."""

    def __init__(self, centre: Centre, seed: int, *, offer: Offer) -> None:
        super().__init__(centre, seed, offer=offer)
        self._promised: list[tuple[object, Caller]] = []
        self._answered_at: dict[int, float] = {}

    def _stand(self, caller: Caller) -> None:
        super()._stand(caller)
        if caller.promised and caller.number not in self._answered_at:
            heapq.heappush(self._promised, (caller.rank, caller))

    def _settled(self) -> None:
        while self._promised and (not self._promised[0][1].waits or self._is_near(self._promised[0][1])):
            caller = heapq.heappop(self._promised)[1]
            if caller.waits:
                self._dial_ahead(caller)

    def _dial_ahead(self, caller: Caller) -> None:
        # Keeps the place, but no agent may take them until they answer.
        self._know_wait(caller)
        caller.waits = False
        reached = caller.draw.answers[caller.attempts] < self._callbacks.answered_share
        caller.attempts += 1
        if reached:
            self._at(self.now + self._callbacks.answer_seconds, self._answer, caller)
        else:
            self._at(self.now + self._callbacks.no_answer_seconds, self._not_reached, caller)

    def _is_near(self, caller: Caller) -> bool:
        line = self.waiting[caller.draw.department].values()
        ahead = sum(each.rank < caller.rank for each in line)
        rate = _at_work(self) / self.centre.departments[0].handle_seconds
        return erlang_below(ahead + 1, rate, self._callbacks.answer_seconds) >= DIAL_AT

    def _answer(self, caller: Caller) -> None:
        self._answered_at[caller.number] = self.now
        idle = self._idle_for(caller.draw.department)
        if idle is not None:
            self._serve(idle, caller)
        else:
            self.waiting[caller.draw.department].pop(caller.number, None)
            self._stand(caller)

    def _not_reached(self, caller: Caller) -> None:
        self.waiting[caller.draw.department].pop(caller.number, None)
        self._retry(caller)

    def _serve(self, agent: AgentNow, caller: Caller) -> None:
        if caller.number not in self._answered_at:
            super()._serve(agent, caller)
            return
        self.waiting[caller.draw.department].pop(caller.number, None)
        caller.waits, agent.caller = False, caller
        self.held.append(self.now - self._answered_at[caller.number])
        self._connect(agent)


def erlang_below(stages: int, rate: float, seconds: float) -> float:
    """P(the sum of `stages` exponential times of this rate ≤ seconds)."""
    x, term, total = rate * seconds, 1.0, 0.0
    for k in range(stages):
        total += term
        term *= x / (k + 1)
    return 1 - math.exp(-x) * total


def _at_work(world: World) -> int:
    return max(sum(agent.work in BUSY or agent.work is Work.READY for agent in world.agents), 1)


def forecast_median(world: World) -> float:
    """Of one who joins now, by Erlang-A with the true means; a gamma's median lies about a third of its scale below its
    mean."""
    each = world.centre.departments[0]
    ahead = sum(len(line) for line in world.waiting.values())
    leaving = sum(not c.promised for line in world.waiting.values() for c in line.values()) / max(ahead, 1)
    rates = [_at_work(world) / each.handle_seconds + i * leaving / each.patience_seconds for i in range(ahead + 1)]
    mean, variance = sum(1 / rate for rate in rates), sum(1 / rate**2 for rate in rates)
    return mean - variance / mean / 3


def never(_world: World, _caller: Caller) -> bool:
    return False


def by_position(world: World, _caller: Caller) -> bool:
    """A fixed place in line: the one that means three minutes when everybody is at work."""
    limit = PATIENCE_LINE_SECONDS * world.centre.agents / world.centre.departments[0].handle_seconds
    return sum(len(line) for line in world.waiting.values()) >= limit


def by_forecast(world: World, _caller: Caller) -> bool:
    return forecast_median(world) > PATIENCE_LINE_SECONDS


@dataclass(frozen=True)
class Outcome:
    """Of one policy in one (centre, seed), over all callers."""

    on_phone: float
    """Mean seconds that a caller spends waiting with the telephone at the ear, callees on hold included."""
    until_served: float
    """Mean seconds from joining until served, of those who were."""
    abandoned: float
    unreached: float
    callbacks: float
    """Share of callers who took one."""
    idle: float
    """Agent seconds spent on dialling, for each callback taken."""
    held: float
    """Share of callees who answered and were then on hold for more than five seconds."""


def outcome(policy: str, centre: Centre, seed: int) -> Outcome:
    offers: dict[str, Offer] = dict(zip(POLICIES, (never, by_position, by_forecast, by_forecast), strict=True))
    kind: Callable[..., Study] = DialAhead if policy == POLICIES[3] else Study
    world = kind(replace(centre, callbacks=centre.callbacks or Callbacks()), seed, offer=offers[policy])
    callers = world.run()
    promised = [caller for caller in callers if caller.promised]
    on_phone = sum(c.waited or 0 for c in callers if not c.promised) + sum(world.held)
    connected = [c.waited or 0 for c in callers if c.outcome == "connected"]
    return Outcome(
        on_phone=on_phone / len(callers),
        until_served=float(np.mean(connected)),
        abandoned=sum(c.outcome == "abandoned" for c in callers) / len(callers),
        unreached=sum(c.outcome == "unreached" for c in callers) / len(callers),
        callbacks=len(promised) / len(callers),
        idle=world.idle_seconds / len(promised) if promised else math.nan,
        held=float(np.mean(np.array(world.held) > HELD_SECONDS)) if world.held else math.nan,
    )


def study(name: str, seeds: range) -> dict[str, dict[str, tuple[Mean, Mean]]]:
    """policy → figure → (mean, mean difference from no callbacks in the same worlds)."""
    lived = {policy: [outcome(policy, CENTRES[name], seed) for seed in seeds] for policy in POLICIES}
    return {
        policy: {
            field.name: (
                mean_over([getattr(each, field.name) for each in found]),
                mean_over(
                    [
                        getattr(each, field.name) - getattr(none, field.name)
                        for each, none in zip(found, lived[POLICIES[0]], strict=True)
                    ]
                ),
            )
            for field in fields(Outcome)
        }
        for policy, found in lived.items()
    }
