"""The classical figures: formulas and averages that others announce, and that the forecast also leans on.

QL and QL_m: Whitt 1999, Ibrahim & Whitt 2009. LES, HOL: Ibrahim & Whitt 2009. AvgC-LES: Thiongane, Chan, L'Ecuyer.
"asterisk" is app_queue's own: a quarter of each answered wait, less what the caller has waited.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from callqueue.forecast.floor import Caller, Floor
from callqueue.forecast.laws import HouseLaws

RECENT_KEEP = 0.9
FORGETS_LONGEST = 0.999


@dataclass
class WaitsSoFar:
    """What past callers of one class (department, priority) waited."""

    last: float | None = None
    asterisk: float | None = None
    longest: float = 0.0
    total: float = 0.0
    count: float = 0.0
    by_length: dict[int, tuple[float, float]] = field(default_factory=dict)
    """Callers found ahead → smoothed wait, weight."""

    def answered(self, wait_seconds: float) -> None:
        self.last = wait_seconds
        self.asterisk = wait_seconds if self.asterisk is None else (3 * self.asterisk + wait_seconds) / 4

    def true(self, ahead: int, wait_seconds: float) -> None:
        """The wait, or the one it would have been, of who found `ahead` others."""
        mean, weight = self.by_length.get(ahead, (wait_seconds, 0.0))
        weight = weight * RECENT_KEEP + 1.0
        self.by_length[ahead] = (mean + (wait_seconds - mean) / weight, weight)
        self.longest = max(self.longest * FORGETS_LONGEST, wait_seconds)
        self.total, self.count = 0.995 * self.total + wait_seconds, 0.995 * self.count + 1.0

    def found_as_many(self, ahead: int) -> float | None:
        """AvgC-LES, smoothed over lengths near by; lengths never met are extrapolated in proportion."""
        spread = 0.4 + 0.06 * ahead
        total = weights = 0.0
        for length, (mean, weight) in self.by_length.items():
            share = weight * math.exp(-(((length - ahead) / spread) ** 2) / 2)
            total += share * mean * (ahead + 1) / (length + 1)
            weights += share
        if weights < 1e-3:
            return None
        return total / weights

    def dump(self) -> dict[str, Any]:
        lengths = [[length, *cell] for length, cell in self.by_length.items()]
        return {**vars(self), "by_length": lengths}

    @classmethod
    def load(cls, data: dict[str, Any]) -> "WaitsSoFar":
        lengths = {int(length): (mean, weight) for length, mean, weight in data["by_length"]}
        return cls(**{**data, "by_length": lengths})


def erlang_a_moments(ahead: int, agents: float, handle_seconds: float, giving_up: float) -> tuple[float, float]:
    """QL_m: mean and variance of the wait behind `ahead` others who give up at a rate each. QL with rate 0."""
    rates = [agents / handle_seconds + i * giving_up for i in range(ahead + 1)]
    return sum(1 / rate for rate in rates), sum(1 / rate**2 for rate in rates)


class Classical:
    """What each of them says of one caller."""

    NAMES = ("ql", "ql-m", "les", "hol", "avgc-les", "asterisk", "mean")

    def __init__(
        self, floor: Floor, laws: HouseLaws, caller: Caller, agents: float, waits: WaitsSoFar, t: float
    ) -> None:
        """`agents`: at work for the department, shared ones in proportion."""
        self.waits, self.age, self.t = waits, t - caller.joined, t
        own = laws.department(caller.department)
        self.before = [w for w in floor.waiting.values() if w.department == caller.department and w.rank < caller.rank]
        # Whoever could not be reached has been in line for long for another reason.
        heads = (w for w in self.before if w.priority == caller.priority and not w.failures)
        self.head = min(heads, key=lambda w: w.rank, default=None)
        self._queue = (max(agents, 0.5), own.talk.mean_seconds)
        self._giving_up = own.patience.overall

    def known(self, names: Sequence[str]) -> list[float]:
        """Seconds from now; where one knows nothing yet it says what QL_m says."""
        fallback = self._moments(self._giving_up)[0]
        figures = (getattr(self, "_" + name.replace("-", "_"))() for name in names)
        return [fallback if figure is None else max(figure, 0.0) for figure in figures]

    def spread(self, name: str) -> float:
        """In the logarithm of (wait + 10 s)."""
        if name not in ("ql", "ql-m"):
            return 0.7
        mean, variance = self._moments(self._giving_up if name == "ql-m" else 0.0)
        return max(math.sqrt(variance) / (mean + 10.0), 0.05)

    def _moments(self, giving_up: float) -> tuple[float, float]:
        return erlang_a_moments(len(self.before), *self._queue, giving_up)

    def _ql(self) -> float:
        return self._moments(0.0)[0]

    def _ql_m(self) -> float:
        return self._moments(self._giving_up)[0]

    def _les(self) -> float | None:
        return None if self.waits.last is None else self.waits.last - self.age

    def _hol(self) -> float | None:
        return None if self.head is None else self.t - self.head.joined - self.age

    def _avgc_les(self) -> float | None:
        return self.waits.found_as_many(len(self.before))

    def _asterisk(self) -> float | None:
        return None if self.waits.asterisk is None else abs(self.waits.asterisk - self.age)

    def _mean(self) -> float | None:
        return self.waits.total / self.waits.count if self.waits.count else None
