"""Whoever reads the events and answers each join: ours, in this process or as a command, and the formulas of others."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from benchmarks.wait.guess import Guess
from benchmarks.wait.log import Event
from benchmarks.wait.peers import Peers

HERE = Path(__file__).parent
OURS = HERE.parent.parent / "queue" / "callqueue" / "forecast"


class Estimator(Protocol):
    def apply(self, event: Event) -> Mapping[str, Guess | None] | None:
        """What each of its estimators says to one who joins; None for any other event."""


class Ours:
    """The live estimator, on the lines that the command reads, without a process between."""

    def __init__(self, name: str | None = None) -> None:
        from callqueue.forecast.events import parse
        from callqueue.forecast.model import WaitModel

        self._parse = parse
        self._model = WaitModel() if name is None else WaitModel((name,))
        self._name = "barocall" if name is None else f"barocall:{name}"

    def apply(self, event: Event) -> Mapping[str, Guess | None] | None:
        forecast = self._model.apply(self._parse(json.dumps(event)))
        if event["type"] != "join":
            return None
        if forecast is None:
            return {self._name: None}
        return {self._name: Guess(forecast.mid_seconds, forecast.low_seconds, forecast.high_seconds, forecast.spoken)}


class Command:
    """Any program that reads the events and answers each join with a line before it reads on."""

    def __init__(self, name: str, arguments: list[str]) -> None:
        self._name = name
        self._process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def apply(self, event: Event) -> Mapping[str, Guess | None] | None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(event) + "\n")
        if event["type"] != "join":
            return None
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise EstimatorStopped(f"{self._name} ended after {event}")
        return {self._name: _said(json.loads(line))}


class EstimatorStopped(Exception):
    """The command ended while events were still to come: run it by hand on `generate`'s file to see why."""


def _said(answer: dict[str, object]) -> Guess | None:
    if answer.get("mid") is None:
        return None
    spoken = answer.get("spoken")
    return Guess(answer["mid"], answer["low"], answer["high"], tuple(spoken) if spoken else None)  # type: ignore


REPLAY = [sys.executable, "-c", "from command.start import main; main()", "wait", "replay", "-"]
ESTIMATORS: dict[str, tuple[Callable[[], Estimator], tuple[Path, ...]]] = {
    "barocall": (Ours, (OURS,)),
    "barocall:replay": (lambda: Ours("replay"), (OURS,)),
    "command": (lambda: Command("command", REPLAY), (OURS,)),
    "peers": (Peers, (HERE / "peers.py", HERE / "board.py")),
}
"""How each is made, and the code that what it says depends on."""


def version(estimator: str) -> str:
    """Changes with the code: results that are kept are not taken for another's."""
    digest = hashlib.sha256()
    for path in ESTIMATORS[estimator][1]:
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
