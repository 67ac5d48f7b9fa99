"""When agents come, pause and go where no roster says so: as on their last days, as far as days have been alike.

Absences of one agent's last days that lie close together by the time of day are one habit. How often a habit is kept
is counted, apart for those seen every day, on the only day known, and on some days: shifts and lunches come out near 1,
an outage near 0.
"""

from dataclasses import asdict, dataclass, field
from typing import Any

from callqueue.forecast.sums import Share

DAY_SECONDS = 86400.0
DAYS_KEPT = 5
NIGHT_SECONDS = 3 * 3600.0
"""An absence as long as that ends the agent's day."""
ALIKE_SECONDS = 900.0
"""Absences that begin within so much of each other are the same habit: a break waits for the call in hand."""
SHORTEST_SECONDS = 120.0


@dataclass
class Day:
    """One agent's day at work."""

    on: float
    off: float | None = None
    absences: list[tuple[float, float]] = field(default_factory=list)


@dataclass(frozen=True)
class Expected:
    """An absence to come; `end` is None for the end of the shift."""

    start: float
    end: float | None
    habit: str
    """How often it was seen: every, only, some."""


@dataclass
class Habits:
    days: dict[str, list[Day]] = field(default_factory=dict)
    gone_at: dict[str, float] = field(default_factory=dict)
    expected: dict[str, list[Expected]] = field(default_factory=dict)
    """For each agent's present day, or the next one."""
    kept: dict[str, Share] = field(
        default_factory=lambda: {
            "every": Share(prior=0.8, weight=10.0),
            "only": Share(prior=0.4, weight=10.0),
            "some": Share(prior=0.2, weight=10.0),
        }
    )

    def came(self, agent: str, t: float) -> None:
        """Back at work, from an absence or for a new day."""
        days, gone = self.days.setdefault(agent, []), self.gone_at.pop(agent, None)
        if days and gone is not None and t - gone < NIGHT_SECONDS:
            if t - gone > SHORTEST_SECONDS:
                days[-1].absences.append((gone, t))
            return
        if days and gone is None and t - _last_known(days[-1]) < NIGHT_SECONDS:
            return
        if days:
            days[-1].off = gone
            self._count_kept(agent, days[-1])
        self.expected[agent] = expectations(days[-DAYS_KEPT:], t)
        self.days[agent] = [*days[-DAYS_KEPT:], Day(t)]

    def went(self, agent: str, t: float) -> None:
        self.gone_at.setdefault(agent, t)

    def _count_kept(self, agent: str, day: Day) -> None:
        began = [start for start, _ in day.absences] + ([] if day.off is None else [day.off])
        for each in self.expected.get(agent, ()):
            kept = any(abs(start - each.start) < ALIKE_SECONDS for start in began)
            self.kept[each.habit].add(kept)
            if each.habit == "only":
                # What is seen every day is kept at least as often as what was seen once.
                self.kept["every"].add(kept)

    def likely(self, habit: str) -> float:
        return self.kept[habit].value

    def is_habit(self, agent: str, t: float) -> bool:
        """Whether an absence that begins now was to be expected."""
        return any(abs(t - each.start) < ALIKE_SECONDS for each in self.expected.get(agent, ()))

    def usual_begin(self, agent: str, t: float) -> float | None:
        """When the agent, gone for the night, comes, if that is soon and the last two days agree."""
        days = self.days.get(agent, [])[-2:]
        if len(days) < 2:
            return None
        first, last = (t + (day.on - t + DAY_SECONDS / 2) % DAY_SECONDS - DAY_SECONDS / 2 for day in days)
        soon = t - ALIKE_SECONDS / 3 < last < t + NIGHT_SECONDS
        return last if soon and abs(first - last) < ALIKE_SECONDS else None

    def dump(self) -> dict[str, Any]:
        return {
            "days": {agent: [asdict(day) for day in days] for agent, days in self.days.items()},
            "gone_at": self.gone_at,
            "expected": {agent: [asdict(each) for each in list_] for agent, list_ in self.expected.items()},
            "kept": {name: share.dump() for name, share in self.kept.items()},
        }

    def load(self, data: dict[str, Any]) -> None:
        self.days = {agent: [_day(day) for day in days] for agent, days in data["days"].items()}
        self.gone_at = dict(data["gone_at"])
        self.expected = {agent: [Expected(**each) for each in list_] for agent, list_ in data["expected"].items()}
        for name, sums in data["kept"].items():
            self.kept[name].load(sums)


def _last_known(day: Day) -> float:
    return day.absences[-1][1] if day.absences else day.on


def _day(data: dict[str, Any]) -> Day:
    return Day(data["on"], data["off"], [(start, end) for start, end in data["absences"]])


def expectations(days: list[Day], on: float) -> list[Expected]:
    """What the last days say of one that begins at `on`."""
    absences: list[tuple[float, float | None]] = []
    for day in days:
        shift = DAY_SECONDS * round((on - day.on) / DAY_SECONDS)
        absences.extend((start + shift, end + shift) for start, end in day.absences)
        if day.off is not None:
            absences.append((day.off + shift, None))
    found = []
    for group in _alike(sorted(absences, key=lambda each: each[0])):
        start = sum(each[0] for each in group) / len(group)
        lasted = [end - begin for begin, end in group if end is not None]
        end = start + sum(lasted) / len(lasted) if lasted else None
        found.append(Expected(start, end, _habit(len(group), len(days))))
    return found


def _habit(seen: int, days: int) -> str:
    if days == 1:
        return "only"
    return "every" if seen >= days else "some"


def _alike(absences: list[tuple[float, float | None]]) -> list[list[tuple[float, float | None]]]:
    groups: list[list[tuple[float, float | None]]] = []
    for each in absences:
        if groups and each[0] - groups[-1][0][0] < ALIKE_SECONDS and (each[1] is None) == (groups[-1][0][1] is None):
            groups[-1].append(each)
        else:
            groups.append([each])
    return groups
