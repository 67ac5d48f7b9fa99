"""What others announce, on the same events. Sources of the formulas: docs/wait.md.

Each is a point, but for QL_m. Where a product keeps its constants to itself, the choice made here is in its docstring.
"""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks.wait.board import Board, Class, Waiter
from benchmarks.wait.guess import Guess
from benchmarks.wait.log import Event

HOUR = 3600.0
Z90 = 1.2815515655446004


@dataclass
class Peers:
    """All at once, since they look at the same board: `apply` gives a guess of each at every join."""

    board: Board = field(default_factory=Board)
    asterisk: dict[str, int] = field(default_factory=dict)
    last_to_enter: dict[Class, float] = field(default_factory=dict)
    answer_times: dict[str, deque[tuple[float, float]]] = field(default_factory=dict)
    by_length: dict[Class, dict[int, tuple[float, int]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.board.answered, self.board.labelled = self._answered, self._labelled

    def apply(self, event: Event) -> dict[str, Guess] | None:
        guesses = None
        if event["type"] == "join":
            self.board.now = event["t"]
            waiter = self.board.place(event)
            guesses = {name: formula(self, waiter) for name, formula in FORMULAS.items()}
        self.board.apply(event)
        return guesses

    def _answered(self, waiter: Waiter, waited: float, now: float) -> None:
        whole, before = int(waited), self.asterisk.get(waiter.department)
        self.asterisk[waiter.department] = whole if before is None else (3 * before + whole) >> 2
        self.last_to_enter[waiter.kind] = waited
        self.answer_times.setdefault(waiter.department, deque()).append((now, waited))

    def _labelled(self, waiter: Waiter, waited: float, _now: float) -> None:
        known = self.by_length.setdefault(waiter.kind, {})
        mean, count = known.get(waiter.found, (0.0, 0))
        known[waiter.found] = (mean + (waited - mean) * max(1 / (count + 1), SMOOTHING), count + 1)


SMOOTHING = 0.05
"""Of AvgC-LES, once there are twenty."""


def twilio(peers: Peers, me: Waiter) -> Guess:
    """`average_wait_time`: of those in the queue now."""
    ages = [me.joined - each.joined for each in peers.board.waiting.values() if each.department == me.department]
    return Guess(sum(ages) / len(ages) if ages else 0.0)


def amazon(peers: Peers, me: Waiter) -> Guess:
    """Mean queue answer time, here of the last hour."""
    times = peers.answer_times.get(me.department, deque())
    while times and times[0][0] < me.joined - HOUR:
        times.popleft()
    return Guess(sum(seconds for _, seconds in times) / len(times) if times else 0.0)


def google(peers: Peers, me: Waiter) -> Guess:
    """An agent of k queues counts 1/k."""
    staff = list(peers.board.staff(me.department))
    agents = sum(1 / max(len(agent.departments), 1) for agent in staff)
    available = sum(agent.caller is None and agent.state == "ready" for agent in staff)
    mean = peers.board.learnt(me.department).handle_seconds_since(me.joined - HOUR)
    return Guess(mean / max(agents, 1) * max(me.found + 1 - available, 0) + 10)


def asterisk(peers: Peers, me: Waiter) -> Guess:
    return Guess(float(peers.asterisk.get(me.department, 0)))


def genesys_stat_server(peers: Peers, me: Waiter) -> Guess:
    """All signed in count, on a break or not; an agent of k queues gives 1/k of the time to each; no priorities."""
    staff = list(peers.board.staff(me.department, paused=True))
    share = sum(1 / max(len(agent.departments), 1) for agent in staff)
    ready = sum(agent.caller is None and agent.state == "ready" for agent in staff)
    queued = 1 + sum(each.department == me.department for each in peers.board.waiting.values())
    mean = peers.board.learnt(me.department).handle_seconds(default=90.0)
    return Guess(mean * max(0, queued - ready) / max(share, 0.0001))


def genesys_cloud(peers: Peers, me: Waiter) -> Guess:
    lessons = peers.board.learnt(me.department)
    staff = sum(1 for _ in peers.board.staff(me.department))
    if not staff:
        ages = [me.joined - each.joined for each in peers.board.waiting.values() if each.department == me.department]
        return Guess(max(ages, default=0.0))
    return Guess(lessons.handle_seconds() * (me.found + 1) / staff * (1 - lessons.abandoned_share()))


def last_to_enter(peers: Peers, me: Waiter) -> Guess:
    return Guess(peers.last_to_enter.get(me.kind, 0.0))


def head_of_line(peers: Peers, me: Waiter) -> Guess:
    ages = (me.joined - each.joined for each in peers.board.waiting.values() if each.kind == me.kind)
    return Guess(max(ages, default=0.0))


def queue_length(peers: Peers, me: Waiter) -> Guess:
    staff = sum(1 for _ in peers.board.staff(me.department))
    return Guess(peers.board.learnt(me.department).handle_seconds() * (me.found + 1) / max(staff, 1))


def erlang_a(peers: Peers, me: Waiter) -> Guess:
    """QL_m: a sum of exponentials, its quantiles those of the gamma with its moments."""
    lessons = peers.board.learnt(me.department)
    staff = max(sum(1 for _ in peers.board.staff(me.department)), 1)
    alpha = lessons.giving_up_per_second()
    rates = [staff / lessons.handle_seconds() + i * alpha for i in range(me.found + 1)]
    mean, variance = sum(1 / rate for rate in rates), sum(1 / rate**2 for rate in rates)
    low, mid, high = (_gamma_quantile(mean, variance, z) for z in (-Z90, 0.0, Z90))
    return Guess(mid, low, high)


def same_length(peers: Peers, me: Waiter) -> Guess:
    """AvgC-LES. A length never met: from the nearest that was, in proportion."""
    known = peers.by_length.get(me.kind)
    if not known:
        return queue_length(peers, me)
    near = sorted(known, key=lambda length: (abs(length - me.found), length))[:3]
    weights = [min(known[n][1], 20) / (1 + 4 * (n - me.found) ** 2) for n in near]
    scaled = [known[n][0] * (me.found + 1) / (n + 1) for n in near]
    return Guess(sum(w * s for w, s in zip(weights, scaled, strict=True)) / sum(weights))


def _gamma_quantile(mean: float, variance: float, z: float) -> float:
    """Wilson and Hilferty 1931."""
    shape = mean * mean / variance
    return float(mean * max(1 - 1 / (9 * shape) + z / (3 * math.sqrt(shape)), 0.0) ** 3)


FORMULAS: dict[str, Callable[[Peers, Waiter], Guess]] = {
    "twilio": twilio,
    "amazon": amazon,
    "google": google,
    "asterisk": asterisk,
    "genesys-stat-server": genesys_stat_server,
    "genesys-cloud": genesys_cloud,
    "les": last_to_enter,
    "hol": head_of_line,
    "ql": queue_length,
    "qlm": erlang_a,
    "avgc-les": same_length,
}
VENDORS = ("twilio", "amazon", "google", "asterisk", "genesys-stat-server", "genesys-cloud")
