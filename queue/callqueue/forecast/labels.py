"""What came true: forecasts whose wait is awaited, and the wait that those who gave up would have had.

Whoever gave up is a ghost: it stays in line taking nobody's time, until a caller behind it is served or an agent finds
nobody to serve. Learning from answered callers only would take every long wait for a short one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from callqueue.forecast.calibration import Prediction, Range
from callqueue.forecast.floor import Caller, GaveUp, Idle, News, Served

GHOST_SECONDS = 3600.0
"""Who gave up and would wait longer still is no lesson: the line was closed, not slow."""


@dataclass
class Pending:
    """A forecast whose truth is awaited."""

    caller: Caller
    ahead: int
    replayed: float
    others: list[float]
    predictions: dict[str, Prediction]
    told: dict[str, Range]


@dataclass(frozen=True)
class Label:
    pending: Pending
    wait_seconds: float
    answered: bool


class Labels:
    def __init__(self) -> None:
        self.pending: dict[str, Pending] = {}
        self.ghosts: list[Pending] = []

    def awaits(self, pending: Pending) -> None:
        self.pending[pending.caller.name] = pending

    def hear(self, news: News) -> list[Label]:
        """What this news makes known."""
        match news:
            case GaveUp(caller):
                gone = self.pending.pop(caller.name, None)
                if gone is not None:
                    self.ghosts.append(gone)
                return []
            case Served(caller, at):
                return [*self._answered(caller, at), *self._resolve(_before(caller), at)]
            case Idle(departments, at):
                return list(self._resolve(lambda ghost: ghost.department in departments, at))

    def _answered(self, caller: Caller, at: float) -> Iterator[Label]:
        known = self.pending.pop(caller.name, None)
        if known is not None:
            yield Label(known, at - caller.joined, answered=True)

    def _resolve(self, over: Any, at: float) -> Iterator[Label]:
        staying = []
        for ghost in self.ghosts:
            wait = at - ghost.caller.joined
            if over(ghost.caller) and wait <= GHOST_SECONDS:
                yield Label(ghost, wait, answered=False)
            elif wait <= GHOST_SECONDS:
                staying.append(ghost)
        self.ghosts = staying

    def dump(self) -> dict[str, Any]:
        return {"pending": [asdict(each) for each in self.pending.values()], "ghosts": [asdict(g) for g in self.ghosts]}

    def load(self, data: dict[str, Any]) -> None:
        self.pending = {each["caller"]["name"]: _pending(each) for each in data["pending"]}
        self.ghosts = list(map(_pending, data["ghosts"]))

    def forget(self, names: Iterable[str]) -> None:
        for name in names:
            self.pending.pop(name, None)


def _before(served: Caller) -> Any:
    """Ghosts of the same class who stood before a caller now served."""
    return lambda ghost: (
        ghost.department == served.department and ghost.priority == served.priority and ghost.rank < served.rank
    )


def _pending(data: dict[str, Any]) -> Pending:
    predictions = {name: Prediction(**each) for name, each in data["predictions"].items()}
    told = {name: _range(each) for name, each in data["told"].items()}
    return Pending(**{**data, "caller": Caller(**data["caller"]), "predictions": predictions, "told": told})


def _range(data: dict[str, Any]) -> Range:
    first, last = data["spoken"]
    return Range(**{**data, "spoken": (first, last)})
