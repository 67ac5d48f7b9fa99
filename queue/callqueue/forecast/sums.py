"""Shares, means and rates that lean on a prior and forget slowly."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Share:
    """How often something happens, leaning on a prior, forgetting slowly."""

    prior: float
    weight: float = 5.0
    keep: float = 0.999
    times: float = 0.0
    of: float = 0.0

    def add(self, happened: bool) -> None:
        self.times = self.times * self.keep + happened
        self.of = self.of * self.keep + 1.0

    @property
    def value(self) -> float:
        return (self.times + self.prior * self.weight) / (self.of + self.weight)

    def dump(self) -> list[float]:
        return [self.times, self.of]

    def load(self, data: Iterable[float]) -> None:
        self.times, self.of = data


@dataclass
class Mean:
    """A mean that leans on a prior and forgets slowly."""

    prior: float
    weight: float = 5.0
    keep: float = 0.99
    total: float = 0.0
    of: float = 0.0

    def add(self, value: float) -> None:
        self.total = self.total * self.keep + value
        self.of = self.of * self.keep + 1.0

    @property
    def value(self) -> float:
        return (self.total + self.prior * self.weight) / (self.of + self.weight)

    def dump(self) -> list[float]:
        return [self.total, self.of]

    def load(self, data: Iterable[float]) -> None:
        self.total, self.of = data


@dataclass
class Arrivals:
    """How often callers of one class come, of late."""

    WINDOW = 1800.0
    times: deque[float] = field(default_factory=deque)
    first: float | None = None

    def joined(self, t: float) -> None:
        self.first = t if self.first is None else self.first
        self.times.append(t)
        self._forget(t)

    def per_second(self, t: float) -> float:
        self._forget(t)
        if self.first is None:
            return 0.0
        seen = min(self.WINDOW, max(t - self.first, 300.0))
        return len(self.times) / seen

    def _forget(self, t: float) -> None:
        while self.times and self.times[0] < t - self.WINDOW:
            self.times.popleft()

    def dump(self) -> dict[str, Any]:
        return {"times": list(self.times), "first": self.first}

    def load(self, data: dict[str, Any]) -> None:
        self.times, self.first = deque(data["times"]), data["first"]
