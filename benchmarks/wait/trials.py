"""An estimator lives through a centre's days; what it said is kept on disk, to be scored at leisure."""

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from benchmarks.wait import bank
from benchmarks.wait.centres import CENTRES
from benchmarks.wait.estimators import ESTIMATORS, Estimator, version
from benchmarks.wait.guess import Guess
from benchmarks.wait.log import Event
from benchmarks.wait.said import Said
from benchmarks.wait.truth import Truth, live

FOLDER = Path("var/wait-bench/said")
WORLD_VERSION = 1
"""To be raised when a (centre, seed) becomes another world."""


@dataclass(frozen=True)
class Trial:
    centre: str
    """`bank` is the real one."""
    seed: int = 0
    roster: bool = False

    def data(self) -> tuple[Sequence[Event], Sequence[Truth]]:
        if self.centre == bank.NAME:
            return bank.live()
        return live(CENTRES[self.centre], self.seed, roster=self.roster)


def said(trial: Trial, estimator: str) -> dict[str, Said]:
    """By name of what was said: `peers` are many. From disk, or lived and kept."""
    path = _path(trial, estimator)
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        found = listen(*trial.data(), ESTIMATORS[estimator][0]())
        unfinished = path.with_suffix(f".{os.getpid()}.npz")
        arrays = {f"{name}/{part}": value for name, each in found.items() for part, value in asdict(each).items()}
        np.savez_compressed(unfinished, **arrays)
        unfinished.rename(path)
    with np.load(path) as stored:
        names = dict.fromkeys(key.split("/")[0] for key in stored.files)
        return {
            name: Said(**{key.split("/")[1]: stored[key] for key in stored.files if key.startswith(f"{name}/")})
            for name in names
        }


def _path(trial: Trial, estimator: str) -> Path:
    roster = "-roster" if trial.roster else ""
    name = f"{trial.centre}-{trial.seed}{roster}-{estimator.replace(':', '-')}"
    return FOLDER / f"{name}-{WORLD_VERSION}-{version(estimator)}.npz"


def listen(events: Sequence[Event], truths: Sequence[Truth], estimator: Estimator) -> dict[str, Said]:
    waited = {truth.caller: truth for truth in truths if truth.wait > 0}
    heard: dict[str, list[Guess | None]] = {}
    joins, began = 0, time.process_time()
    for event in events:
        guesses = estimator.apply(event)
        if guesses is not None:
            joins += 1
            if event["caller"] in waited:
                _note(heard, guesses)
    ms_each = 1000 * (time.process_time() - began) / max(joins, 1)
    return {name: _arrays(list(waited.values()), guesses, ms_each) for name, guesses in heard.items()}


def _note(heard: dict[str, list[Guess | None]], guesses: Mapping[str, Guess | None]) -> None:
    for name, guess in guesses.items():
        heard.setdefault(name, []).append(guess)


def _arrays(truths: Sequence[Truth], guesses: Sequence[Guess | None], ms_each: float) -> Said:
    rows = np.array([_row(guess) for guess in guesses], dtype=float).reshape(-1, 5)
    return Said(
        np.array([truth.wait for truth in truths]),
        np.array([truth.scored for truth in truths], dtype=bool),
        *rows.T,
        ms_each=np.array(ms_each),
    )


def _row(guess: Guess | None) -> tuple[float, ...]:
    nothing = float("nan")
    if guess is None:
        return (nothing,) * 5
    first, last = guess.spoken or (nothing, nothing)
    values = (guess.low, guess.mid, guess.high, first, float("inf") if last is None else last)
    return tuple(nothing if value is None else float(value) for value in values)
