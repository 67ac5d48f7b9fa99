"""The forecast: every event of the line goes in; for each caller who joins, and for each who waits, a range comes out.

Pure: no clock, no database; the same events give the same forecasts in every process.
"""

import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from callqueue.forecast import picture
from callqueue.forecast.calibration import SMALLEST_SPREAD, SOFT_SECONDS, Calibration, Prediction, Range
from callqueue.forecast.classical import Classical, WaitsSoFar
from callqueue.forecast.clock import LogClock
from callqueue.forecast.events import DepartmentKnown, Event, Joined
from callqueue.forecast.floor import AT_ONCE_SECONDS, Caller, Floor
from callqueue.forecast.labels import Label, Labels, Pending
from callqueue.forecast.laws import HouseLaws
from callqueue.forecast.replay import Floats, futures
from callqueue.forecast.stack import Stack
from callqueue.spoken import Spoken

VERSION = 1
RUNS = 200
STACKED, REPLAY = "replay-stack", "replay"
DEFAULT = (STACKED, "ql-m")
"""The first that is not muted speaks; the others are judged in silence."""
ESTIMATORS = (STACKED, REPLAY, *Classical.NAMES)
STACKED_ON = ("ql-m", "avgc-les", "les", "hol")
CLASSICAL_SPREAD = 0.7
"""Of a figure that tells none of its own; its errors soon do."""
SHORTEST_CAP, LONGEST_CAP = 1200.0, 4 * 3600.0
BEYOND_LONGEST = 1.5
"""No future is played further than so many times the longest wait of late."""


@dataclass(frozen=True)
class Forecast:
    """10 %, 50 % and 90 % quantiles of the wait from now, and how it is said (None: nothing to say)."""

    low_seconds: float
    mid_seconds: float
    high_seconds: float
    spoken: Spoken | None
    estimator: str


@dataclass(frozen=True)
class _Outlook:
    """All that is predicted of one caller."""

    ahead: int
    replayed: float
    others: list[float]
    predictions: dict[str, Prediction]


def nobody_muted(department: str, estimator: str) -> bool:
    return False


class WaitModel:
    def __init__(
        self,
        estimators: Sequence[str] = DEFAULT,
        *,
        muted: Callable[[str, str], bool] = nobody_muted,
        pace_seconds: float = 0.0,
        runs: int = RUNS,
    ) -> None:
        """`muted(department, estimator)`: that estimator is not to be believed there now. `pace_seconds`: between two
        diallings of the house, where a pacer spaces them. Raises ValueError for an estimator that is none."""
        unknown = set(estimators) - set(ESTIMATORS)
        if unknown or not estimators:
            raise ValueError(f"no such estimator: {', '.join(sorted(unknown))}. Use some of {', '.join(ESTIMATORS)}")
        self.estimators, self.muted, self.pace_seconds, self.runs = tuple(estimators), muted, pace_seconds, runs
        self.laws = HouseLaws()
        self.floor = Floor(self.laws)
        self.clock = LogClock()
        self.labels = Labels()
        self.waits: dict[tuple[str, float], WaitsSoFar] = {}
        self.stacks: dict[tuple[str, float], Stack] = {}
        self.calibrations: dict[tuple[str, str], Calibration] = {}

    @property
    def warnings(self) -> Counter[str]:
        """Events that were left out, and why."""
        return self.floor.warnings

    def apply(self, event: Event) -> Forecast | None:
        """What happened. A forecast for a caller who joins; None for all other events, and when there is none."""
        if isinstance(event, DepartmentKnown):
            # The configuration, not a move: its time sets no clock.
            self.laws.department(event.department).expect(event.handle_seconds)
            return None
        t, warning = self.clock.read(event.t)
        if warning is not None:
            self.warnings[warning] += 1
        if t is None:
            return None
        joined = event.caller if isinstance(event, Joined) and not self.floor.knows(event.caller) else None
        news = self.floor.apply(event, t)
        for label in self.labels.hear(news) if news is not None else ():
            self._learn(label)
        return None if joined is None else self._of_joined(self.floor.waiting[joined], t)

    def forecast(self, caller: str, at: float) -> Forecast | None:
        """Anew for one who waits: how much longer from `at`. None for who does not wait, and when there is none."""
        waiting = self.floor.waiting.get(caller)
        if waiting is None:
            return None
        return self._told_of(waiting, at)

    def forecast_newcomer(self, department: str, priority: float, at: float) -> Forecast | None:
        """For one who would join now; nothing is learned from it."""
        return self._told_of(Caller("", department, priority, at, 0.0, self.floor.orders + 1), at)

    def _told_of(self, caller: Caller, at: float) -> Forecast | None:
        # A log whose last event is a little ahead of our clock: then it is that late already.
        outlook = self._outlook(caller, max(at, self.clock.now or at))
        return self._tell(caller, outlook)[0] if isinstance(outlook, _Outlook) else outlook

    def _of_joined(self, caller: Caller, t: float) -> Forecast | None:
        outlook = self._outlook(caller, t)
        if outlook is None or isinstance(outlook, Forecast):
            return outlook
        forecast, told = self._tell(caller, outlook)
        self.labels.awaits(Pending(caller, outlook.ahead, outlook.replayed, outlook.others, outlook.predictions, told))
        return forecast

    # ── predicting ──

    def _outlook(self, caller: Caller, t: float) -> _Outlook | Forecast | None:
        if not self.laws.department(caller.department).talk.known:
            return None
        seen = picture.taken(self.floor, caller, t, self.pace_seconds)
        waits = self._waits(caller)
        if seen.at_work == 0:
            return self._without_agents(caller, waits)
        figures = Classical(self.floor, self.laws, caller, seen.shared_agents, waits, t)
        others = figures.known(STACKED_ON)
        if not self._needs_replay():
            return _Outlook(seen.ahead, others[0], others, self._predictions(caller, figures, None, others))
        played = self._played(seen, caller, waits)
        if played.max() <= 0.0:
            return Forecast(0.0, 0.0, 0.0, (0, 1), self.estimators[0])
        return _Outlook(seen.ahead, float(played.mean()), others, self._predictions(caller, figures, played, others))

    def _needs_replay(self) -> bool:
        return STACKED in self.estimators or REPLAY in self.estimators

    def _played(self, seen: picture.Picture, caller: Caller, waits: WaitsSoFar) -> Floats:
        cap = min(max(BEYOND_LONGEST * waits.longest, SHORTEST_CAP), LONGEST_CAP)
        if waits.count < 20:
            cap = LONGEST_CAP
        seed = zlib.crc32(caller.name.encode())
        return np.asarray(futures(seen.staff, seen.line, seen.newcomers, seen.laws, seen.own, seed, self.runs, cap))

    def _predictions(
        self, caller: Caller, figures: Classical, played: Floats | None, others: list[float]
    ) -> dict[str, Prediction]:
        return {name: self._prediction(name, caller, figures, played, others) for name in self.estimators}

    def _prediction(
        self, name: str, caller: Caller, figures: Classical, played: Floats | None, others: list[float]
    ) -> Prediction:
        if played is not None and name in (STACKED, REPLAY):
            mean = float(played.mean())
            down, up = spreads(played, mean)
            seconds = mean if name == REPLAY else self._stack(caller).predict(mean, others)
            return Prediction(seconds, down, up, middle(seconds, played, mean))
        spread = figures.spread(name)
        return Prediction(figures.known([name])[0], spread, spread)

    def _without_agents(self, caller: Caller, waits: WaitsSoFar) -> Forecast | None:
        """Nobody is at work as far as is seen. Where agents are seen by their calls only, the past still says
        something, but not to the caller."""
        if waits.last is None or any(agent.seen for agent in self.floor.agents.values()):
            return None
        prediction = Prediction(waits.last, CLASSICAL_SPREAD, CLASSICAL_SPREAD)
        found = self._calibration(self.estimators[0], caller).range(prediction)
        return Forecast(found.low, found.mid, found.high, None, "les")

    def _tell(self, caller: Caller, outlook: _Outlook) -> tuple[Forecast, dict[str, Range]]:
        told = {
            name: self._calibration(name, caller).range(prediction) for name, prediction in outlook.predictions.items()
        }
        speaks = [name for name in self.estimators if not self.muted(caller.department, name)]
        name = speaks[0] if speaks else self.estimators[0]
        found = told[name]
        return Forecast(found.low, found.mid, found.high, found.spoken if speaks else None, name), told

    # ── learning ──

    def _learn(self, label: Label) -> None:
        pending, wait = label.pending, label.wait_seconds
        if wait < AT_ONCE_SECONDS:
            return
        waits = self._waits(pending.caller)
        if label.answered:
            waits.answered(wait)
        waits.true(pending.ahead, wait)
        if self._needs_replay():
            self._stack(pending.caller).learn(pending.replayed, pending.others, wait)
        for name, prediction in pending.predictions.items():
            self._calibration(name, pending.caller).learn(prediction, pending.told[name], wait)

    def _waits(self, caller: Caller) -> WaitsSoFar:
        return self.waits.setdefault((caller.department, caller.priority), WaitsSoFar())

    def _stack(self, caller: Caller) -> Stack:
        key = (caller.department, caller.priority)
        if key not in self.stacks:
            self.stacks[key] = Stack(len(STACKED_ON))
        return self.stacks[key]

    def _calibration(self, estimator: str, caller: Caller) -> Calibration:
        return self.calibrations.setdefault((estimator, caller.department), Calibration())

    # ── restarts ──

    def dump(self) -> dict[str, Any]:
        """All that was learned and the present state, as plain data for JSON."""
        return {
            "version": VERSION,
            "estimators": list(self.estimators),
            "clock": vars(self.clock).copy(),
            "laws": self.laws.dump(),
            "floor": self.floor.dump(),
            "labels": self.labels.dump(),
            "waits": [[*key, waits.dump()] for key, waits in self.waits.items()],
            "stacks": [[*key, stack.dump()] for key, stack in self.stacks.items()],
            "calibrations": [[*key, each.dump()] for key, each in self.calibrations.items()],
        }

    def load(self, data: dict[str, Any]) -> None:
        """Raises OtherVersion for what another version wrote: learn anew from the log."""
        if data.get("version") != VERSION or data.get("estimators") != list(self.estimators):
            raise OtherVersion(f"a model of version {data.get('version')!r}, not {VERSION}")
        vars(self.clock).update(data["clock"])
        self.laws.load(data["laws"])
        self.floor.load(data["floor"])
        self.labels.load(data["labels"])
        self.waits = {(name, priority): WaitsSoFar.load(each) for name, priority, each in data["waits"]}
        for name, priority, each in data["stacks"]:
            self.stacks[name, priority] = Stack(len(STACKED_ON))
            self.stacks[name, priority].load(each)
        for estimator, name, each in data["calibrations"]:
            self.calibrations[estimator, name] = Calibration()
            self.calibrations[estimator, name].load(each)


class OtherVersion(Exception):
    """What was stored is not this version's: start without it and learn anew from the log."""


def spreads(played: Floats, mean: float) -> tuple[float, float]:
    """Usual steps below and above the mean, in the logarithm of (wait + 10 s)."""
    steps = np.log((played + SOFT_SECONDS) / (mean + SOFT_SECONDS))
    squares, above = steps * steps, steps > 0
    up = np.sqrt(squares[above].mean()) if above.any() else 0.0
    down = np.sqrt(squares[~above].mean()) if not above.all() else 0.0
    return max(float(down), SMALLEST_SPREAD), max(float(up), SMALLEST_SPREAD)


def middle(seconds: float, played: Floats, mean: float) -> float:
    """Half way between the median, which is right most often, and the mean, which is least far off when it is wrong:
    waits are skewed, and either alone is 1 to 3 % worse by the other's measure."""
    median = (seconds + SOFT_SECONDS) * (float(np.median(played)) + SOFT_SECONDS) / (mean + SOFT_SECONDS) - SOFT_SECONDS
    return max((median + seconds) / 2, 0.0)
