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
    """How often callers of one class come: as of late, rising or falling as on the last days at this time."""

    WINDOW = 1800.0
    AHEAD = 1200.0
    SLOT = 900.0
    DAY = 86400.0
    DAYS = 5
    LEANING = 12.0
    """So many arrivals of the last days say half of what there is to say."""

    times: deque[float] = field(default_factory=deque)
    first: float | None = None
    days: deque[dict[int, int]] = field(default_factory=lambda: deque(maxlen=Arrivals.DAYS + 1))
    """Arrivals in each quarter of an hour of the last days; the last one is today."""
    day: float = -1.0

    def joined(self, t: float) -> None:
        self.first = t if self.first is None else self.first
        self.times.append(t)
        self._forget(t)
        if t // self.DAY != self.day:
            self.day = t // self.DAY
            self.days.append({})
        slot = int(t % self.DAY // self.SLOT)
        self.days[-1][slot] = self.days[-1].get(slot, 0) + 1

    def per_second(self, t: float) -> float:
        """In the next minutes."""
        self._forget(t)
        if self.first is None:
            return 0.0
        seen = min(self.WINDOW, max(t - self.first, 300.0))
        return len(self.times) / seen * self._rise(t)

    def _rise(self, t: float) -> float:
        """How many more came in the minutes from now on than in those before, on the last days."""
        before, after = self._usual(t - self.WINDOW, t), self._usual(t, t + self.AHEAD)
        usual = (before + after) / (self.WINDOW + self.AHEAD)
        leaning = self.LEANING / usual if usual > 0 else 1.0
        rate_before = (before + self.LEANING) / (self.WINDOW + leaning)
        rate_after = (after + self.LEANING) / (self.AHEAD + leaning)
        return min(max(rate_after / rate_before, 0.5), 2.0)

    def _usual(self, start: float, end: float) -> float:
        """Arrivals between two moments on all the last days together."""
        past = list(self.days)[:-1] if self.day == start // self.DAY else list(self.days)
        first, last = int(start // self.SLOT), int(end // self.SLOT)
        total = 0.0
        for slot in range(first, last + 1):
            share = (min(end, (slot + 1) * self.SLOT) - max(start, slot * self.SLOT)) / self.SLOT
            total += share * sum(day.get(slot % int(self.DAY // self.SLOT), 0) for day in past)
        return total

    def _forget(self, t: float) -> None:
        while self.times and self.times[0] < t - self.WINDOW:
            self.times.popleft()

    def dump(self) -> dict[str, Any]:
        days = [sorted(day.items()) for day in self.days]
        return {"times": list(self.times), "first": self.first, "days": days, "day": self.day}

    def load(self, data: dict[str, Any]) -> None:
        self.times, self.first, self.day = deque(data["times"]), data["first"], data["day"]
        self.days.extend({int(slot): count for slot, count in day} for day in data["days"])
