"""What the line teaches: how long calls, wrap-up, patience, ringing, dialling and absences last.

Each part keeps sums or a bounded sample, forgets slowly, leans on a prior while little was seen, and can be written
down as plain data (`dump`, `load`).
"""

import math
from bisect import bisect_right
from collections import deque
from statistics import NormalDist
from typing import Any

import numpy as np

from callqueue.forecast.habits import Habits
from callqueue.forecast.replay import EDGES, Floats
from callqueue.forecast.sums import Arrivals, Mean, Share

_EDGES = [float(edge) for edge in EDGES]

USUAL_SPREAD = 0.85
"""Standard deviation of the logarithm of handle times before any were seen: log-normal fits calls well (Brown et al.
2005)."""
SAMPLE = 2000
"""Handle times kept for their shape."""
REMEMBERED = 5000.0
"""Calls that the mean remembers. The mean of 2,000 is off by 2.3 %, now and then by 5 %, and a busy line's wait is off
by as much; that of 5,000 by 1.5 %."""
PRIOR_CALLS = 12.0
PRIOR_SHAPE = 30
"""Quantiles of the prior's shape, fewer with every call, none after FULLY_KNOWN."""
FULLY_KNOWN = 150
TABLE_AGAIN = 20
"""The sample is sorted anew after so many calls: sorting costs a tenth of a forecast, twenty of 2,000 change little."""
SPEED_CALLS = 25.0
"""An agent's own speed counts as much as everybody's after so many calls."""
ABSENCES_KEPT = 200
USUAL_RETRY_SECONDS = 600.0
LONGEST_CALL_SECONDS = 4 * 3600.0


class Lifetimes:
    """Ending rates by age: a life table. What ends at age a, among those who reached it.

    With `prior_seconds`, an exponential of this mean counts as `prior_events` ends. Each age leans on the one before
    it, the first on the overall rate: beyond what was seen the tail is exponential.
    """

    LEANING = 4.0

    def __init__(self, prior_seconds: float, prior_events: float = 3.0, half_life: float = 3000.0) -> None:
        self.prior_seconds, self.prior_events = prior_seconds, prior_events
        self.keep = 0.5 ** (1 / half_life)
        self.exposure = [0.0] * len(_EDGES)
        self.events = [0.0] * len(_EDGES)
        self._rates: Floats | None = None

    def lived(self, start: float, end: float, *, ended: bool) -> None:
        """Somebody was seen from age `start` to age `end`, and ended there or was seen no longer."""
        if end < start:
            return
        self._rates = None
        self.exposure = [value * self.keep for value in self.exposure]
        self.events = [value * self.keep for value in self.events]
        first, last = bisect_right(_EDGES, start) - 1, bisect_right(_EDGES, end) - 1
        for b in range(first, last + 1):
            upper = _EDGES[b + 1] if b + 1 < len(_EDGES) else math.inf
            self.exposure[b] += min(end, upper) - max(start, _EDGES[b])
        if ended:
            self.events[last] += 1.0

    @property
    def overall(self) -> float:
        """Ends per second."""
        return (sum(self.events) + self.prior_events) / (sum(self.exposure) + self.prior_events * self.prior_seconds)

    def rates(self) -> Floats:
        if self._rates is None:
            rates, rate = np.empty(len(_EDGES)), self.overall
            for b in range(len(_EDGES)):
                rate = (self.events[b] + self.LEANING) / (self.exposure[b] + self.LEANING / rate)
                rates[b] = rate
            self._rates = rates
        return self._rates

    def dump(self) -> dict[str, Any]:
        return {"exposure": self.exposure, "events": self.events}

    def load(self, data: dict[str, Any]) -> None:
        self.exposure, self.events, self._rates = list(data["exposure"]), list(data["events"]), None


class Speeds:
    """Each agent's factor on handle times, shrunk: half their own after SPEED_CALLS calls."""

    def __init__(self) -> None:
        self._sums: dict[str, tuple[float, float]] = {}

    def handled(self, agent: str, log_ratio: float) -> None:
        """A call took exp(log_ratio) times the usual."""
        count, total = self._sums.get(agent, (0.0, 0.0))
        self._sums[agent] = (count * 0.999 + 1.0, total * 0.999 + log_ratio)

    def slowness(self, agent: str) -> float:
        count, total = self._sums.get(agent, (0.0, 0.0))
        return math.exp(total / (count + SPEED_CALLS))

    def dump(self) -> dict[str, Any]:
        return {agent: list(sums) for agent, sums in self._sums.items()}

    def load(self, data: dict[str, Any]) -> None:
        self._sums = {agent: (float(count), float(total)) for agent, (count, total) in data.items()}


class HandleTimes:
    """Talk times of one department at usual speed: a sample, standing on a log-normal prior while it is small."""

    def __init__(self, expected_seconds: float | None) -> None:
        self.expected_seconds = expected_seconds
        self.sample: deque[float] = deque(maxlen=SAMPLE)
        self.total = self.of = self.log_sum = 0.0
        self.seen = 0
        self._table: Floats | None = None

    @property
    def known(self) -> bool:
        return self.expected_seconds is not None or len(self.sample) > 0

    def expect(self, seconds: float) -> None:
        # Told again after a restart it must change nothing: all processes sort their samples after the same calls.
        if seconds != self.expected_seconds:
            self.expected_seconds, self._table = seconds, None

    def add(self, seconds: float, slowness: float) -> float:
        """A call of an agent of this slowness. Returns how far its logarithm lies from the usual."""
        ratio = math.log(max(seconds, 1.0)) - self.log_mean
        seconds = max(seconds, 1.0) / slowness
        if len(self.sample) == SAMPLE:
            self.log_sum -= math.log(self.sample[0])
        self.sample.append(seconds)
        keep = 1 - 1 / REMEMBERED
        self.total, self.of = self.total * keep + seconds, self.of * keep + 1.0
        self.log_sum += math.log(seconds)
        self.seen += 1
        if self.seen < FULLY_KNOWN or self.seen % TABLE_AGAIN == 0:
            self._table = self._sorted()
        return ratio

    @property
    def log_mean(self) -> float:
        prior = math.log(self.expected_seconds or 240.0) - USUAL_SPREAD**2 / 2
        return (self.log_sum + PRIOR_CALLS * prior) / (len(self.sample) + PRIOR_CALLS)

    @property
    def mean_seconds(self) -> float:
        prior = self.expected_seconds or 240.0
        return (self.total + PRIOR_CALLS * prior) / (self.of + PRIOR_CALLS)

    def table(self) -> Floats:
        """Sorted durations, each as likely as the next."""
        if self._table is None:
            self._table = self._sorted()
        return self._table

    def _sorted(self) -> Floats:
        known = np.array(self.sample, dtype=np.float64)
        missing = math.ceil(PRIOR_SHAPE * max(0.0, 1 - len(known) / FULLY_KNOWN))
        if missing == 0:
            return np.sort(known) * (self.mean_seconds / float(known.mean()))
        return np.sort(np.concatenate([known, usual_durations(self.mean_seconds, missing)]))

    def tail_seconds(self) -> float:
        """Mean excess over the fifth longest: how much longer than everything known a call may go on."""
        table = self.table()
        count = min(5, len(table) - 1)
        if count < 1:
            return self.mean_seconds
        return float(np.mean(table[-count:]) - table[-count - 1]) + 0.3 * self.mean_seconds

    def doubt(self) -> float:
        """Standard deviation of the logarithm of the mean."""
        return USUAL_SPREAD / math.sqrt(self.of + PRIOR_CALLS)

    def dump(self) -> dict[str, Any]:
        return {
            "expected_seconds": self.expected_seconds,
            "sample": list(self.sample),
            "total": self.total,
            "of": self.of,
            "log_sum": self.log_sum,
            "table": self.table().tolist(),
            "seen": self.seen,
        }

    def load(self, data: dict[str, Any]) -> None:
        self.expected_seconds, self._table = data["expected_seconds"], None
        self.sample = deque(data["sample"], maxlen=SAMPLE)
        self.total, self.of = data["total"], data["of"]
        self.log_sum, self.seen = data["log_sum"], data["seen"]
        self._table = np.array(data["table"])


def usual_durations(mean_seconds: float, count: int) -> Floats:
    """Quantiles of the log-normal of this mean and the usual spread, their mean being that mean."""
    if count == 0:
        return np.empty(0)
    logs = [USUAL_SPREAD * NormalDist().inv_cdf((k + 0.5) / count) for k in range(count)]
    shape = np.exp(logs)
    return np.asarray(mean_seconds * shape / shape.mean())


class DepartmentLaws:
    """All that is learned of one department."""

    def __init__(self, expected_seconds: float | None = None) -> None:
        self.talk = HandleTimes(expected_seconds)
        # Before it was seen: twice the handle time. Whoever calls is as patient as the matter is long.
        self.patience = Lifetimes(2 * (expected_seconds or 240.0))
        self.after = Lifetimes(20.0)
        self.after_none = Share(prior=0.8, weight=2.0)
        self.away = Share(prior=0.003, weight=100.0, keep=0.9998)

    def expect(self, seconds: float) -> None:
        self.talk.expect(seconds)
        self.patience.prior_seconds = 2 * seconds

    def dump(self) -> dict[str, Any]:
        return {name: part.dump() for name, part in vars(self).items()}

    def load(self, data: dict[str, Any]) -> None:
        for name, part in vars(self).items():
            part.load(data[name])
        if self.talk.expected_seconds is not None:
            self.patience.prior_seconds = 2 * self.talk.expected_seconds


class HouseLaws:
    """All that is learned."""

    def __init__(self) -> None:
        self.departments: dict[str, DepartmentLaws] = {}
        self.speeds = Speeds()
        self.pause = Lifetimes(1200.0)
        self.pauses: deque[float] = deque(maxlen=ABSENCES_KEPT)
        self.outs: deque[float] = deque(maxlen=ABSENCES_KEPT)
        """Signed off and back on the same day."""
        self.ring: deque[float] = deque(maxlen=200)
        self.unanswered = Share(prior=0.0, weight=20.0)
        self.ring_limit = Mean(prior=20.0)
        self.answered = Share(prior=0.8)
        self.dial = Mean(prior=12.0)
        self.dial_failed = Mean(prior=25.0)
        self.retries: deque[float] = deque(maxlen=50)
        self.again = [Share(prior=0.8), Share(prior=0.3), Share(prior=0.1)]
        self.long_breaks = Mean(prior=60.0, weight=1.0)
        """How much farther, in seconds, breaks that begin late end from their planned end than from their length."""
        self.arrivals: dict[tuple[str, float, float], Arrivals] = {}
        self.habits = Habits()

    def department(self, name: str) -> DepartmentLaws:
        if name not in self.departments:
            self.departments[name] = DepartmentLaws()
        return self.departments[name]

    @property
    def retry_seconds(self) -> float:
        """From a failed dialling to the next. The shortest of late: the others also waited for an agent."""
        if len(self.retries) < 5:
            return USUAL_RETRY_SECONDS
        return float(np.quantile(self.retries, 0.1))

    @property
    def full_breaks(self) -> bool:
        """Breaks that begin late keep their length."""
        return self.long_breaks.value > 0

    def arrivals_of(self, kind: tuple[str, float, float]) -> Arrivals:
        """`kind`: department, priority, credit."""
        return self.arrivals.setdefault(kind, Arrivals())

    def again_after(self, failures: int) -> Share:
        """How often a callback is dialled again after so many failures."""
        return self.again[min(failures, len(self.again)) - 1]

    _SAMPLES = ("ring", "pauses", "outs", "retries")
    _PARTS = (
        "speeds",
        "pause",
        "unanswered",
        "ring_limit",
        "answered",
        "dial",
        "dial_failed",
        "long_breaks",
        "habits",
    )

    def dump(self) -> dict[str, Any]:
        return {
            "departments": {name: laws.dump() for name, laws in self.departments.items()},
            "samples": {name: list(getattr(self, name)) for name in self._SAMPLES},
            "again": [share.dump() for share in self.again],
            "arrivals": [[*kind, arrivals.dump()] for kind, arrivals in self.arrivals.items()],
            **{name: getattr(self, name).dump() for name in self._PARTS},
        }

    def load(self, data: dict[str, Any]) -> None:
        for name, laws in data["departments"].items():
            self.department(name).load(laws)
        for name in self._SAMPLES:
            getattr(self, name).extend(data["samples"][name])
        for share, sums in zip(self.again, data["again"], strict=True):
            share.load(sums)
        for department, priority, credit, arrivals in data["arrivals"]:
            self.arrivals[department, priority, credit] = Arrivals()
            self.arrivals[department, priority, credit].load(arrivals)
        for name in self._PARTS:
            getattr(self, name).load(data[name])
