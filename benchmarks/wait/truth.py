"""What came true for each caller: for scoring only, no estimator ever sees it."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.wait.centres import Centre
from benchmarks.wait.log import Event, Log
from benchmarks.wait.people import Caller
from benchmarks.wait.world import World


@dataclass(frozen=True)
class Truth:
    caller: str
    joined: float
    department: str
    priority: int
    wait: float
    """Seconds until the turn comes: until an agent takes the call or dials; for those who left, had they stayed."""
    outcome: str
    """connected, abandoned, unreached"""
    waited: float | None
    """Until connected or gone."""
    scored: bool
    """Not in the days for learning, and had to wait."""


def live(centre: Centre, seed: int, *, roster: bool = False) -> tuple[list[Event], list[Truth]]:
    """The events of a centre's days in time order, and what came true, in order of joining."""
    events: list[Event] = []
    callers = World(centre, seed, log=Log(events.append), roster=roster).run()
    return events, [truth_of(centre, caller) for caller in callers]


def truth_of(centre: Centre, caller: Caller) -> Truth:
    wait = caller.offered_wait
    assert wait is not None, f"{caller.name} never had a turn"
    draw = caller.draw
    scored = wait > 0 and centre.is_scored(draw.joined)
    return Truth(
        caller.name, round(draw.joined, 3), draw.department, draw.priority, wait, caller.outcome, caller.waited, scored
    )


def write(folder: Path, name: str, events: Iterable[Event], truths: Iterable[Truth]) -> tuple[Path, Path]:
    folder.mkdir(parents=True, exist_ok=True)
    log, truth = folder / f"{name}.jsonl", folder / f"{name}.truth.jsonl"
    _lines(log, events)
    _lines(truth, (asdict(each) for each in truths))
    return log, truth


def _lines(path: Path, values: Iterable[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(value, separators=(",", ":")) + "\n" for value in values)
