"""The limit: who knows the true distributions, each agent's speed, the roster and the whole state, but not the future.

For every scored caller the true process is run 200 times forward from the moment of joining. The results are kept on
disk for each (centre, seed): they are the slowest part of the comparison.
"""

import hashlib
import math
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from benchmarks.wait import forward as kernel
from benchmarks.wait.centres import (
    BURST_FACTOR,
    BURST_SECONDS,
    CLOSES,
    OPENS,
    SHORTEST_HANDLE_SECONDS,
    WRAP_LOG_SD,
    Callbacks,
    Centre,
    Department,
)
from benchmarks.wait.draws import PEAK, log_mean
from benchmarks.wait.forward import NEVER
from benchmarks.wait.people import AgentNow, Caller, Work
from benchmarks.wait.world import World

RUNS = 200
VERSION = 2
"""To be raised when draws, world or forward change what they compute: results on disk are then computed again."""
LEVELS = (0.1, 0.5, 0.9)
MINUTES = 61
FOLDER = Path("var/wait-bench/oracle")
PHASES = {Work.TALK: kernel.TALK, Work.WRAP: kernel.WRAP, Work.DIALLING: kernel.DIALLING, Work.READY: kernel.IDLE}


@dataclass(frozen=True)
class OracleForecasts:
    """Arrays in order of joining, one place for each scored caller."""

    numbers: np.ndarray
    means: np.ndarray
    sds: np.ndarray
    quantiles: np.ndarray
    """(callers, LEVELS)"""
    below: np.ndarray
    """(callers, MINUTES): how many of the runs waited less than 0, 1, 2 … minutes."""


def oracle(centre: Centre, seed: int, *, folder: Path = FOLDER, runs: int = RUNS) -> OracleForecasts:
    """From disk, or computed and kept."""
    path = folder / f"{centre.name}-{seed}-{_version(centre, runs)}.npz"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        # Two processes may compute the same: the rename is whole, and both wrote the same.
        unfinished = path.with_suffix(f".{os.getpid()}.npz")
        np.savez_compressed(unfinished, **asdict(compute(centre, seed, runs)))
        unfinished.rename(path)
    with np.load(path) as stored:
        return OracleForecasts(**{name: stored[name] for name in stored.files})


def compute(centre: Centre, seed: int, runs: int = RUNS) -> OracleForecasts:
    rows = []

    def on_join(world: World, caller: Caller) -> None:
        if centre.is_scored(caller.draw.joined):
            waits = run_forward(world, caller, runs)
            below = np.searchsorted(np.sort(waits), 60.0 * np.arange(MINUTES))
            rows.append((caller.number, waits.mean(), waits.std(), np.quantile(waits, LEVELS), below))

    World(centre, seed, on_join=on_join).run()
    numbers, means, sds, quantiles, below = zip(*rows, strict=True)
    return OracleForecasts(
        np.array(numbers), np.array(means), np.array(sds), np.array(quantiles), np.array(below, dtype=np.uint16)
    )


def run_forward(world: World, caller: Caller, runs: int) -> np.ndarray:
    """`runs` waits of a caller who joins now, each of another future."""
    centre, now = world.centre, world.now
    names = {each.name: place for place, each in enumerate(centre.departments)}
    ahead = sorted(
        (each for line in world.waiting.values() for each in line.values() if each.rank < caller.rank),
        key=lambda each: each.rank,
    )
    line = [(names[c.draw.department], c.draw.joined, c.promised, c.attempts, c.draw.priority) for c in ahead]
    back = [
        (names[c.draw.department], c.draw.joined, at, c.draw.priority)
        for at, c in world.coming_back.values()
        if c.rank < caller.rank
    ]
    return kernel.forward(
        runs,
        (world.seed * 1_000_003 + caller.number) % 2**32,
        now,
        world.day.start,
        names[caller.draw.department],
        caller.draw.priority,
        np.array([_department(each) for each in centre.departments]),
        np.array([_agent(each, names, now) for each in world.agents]),
        np.array([_breaks(each) for each in world.agents]),
        np.array(line, dtype=float).reshape(-1, 5),
        np.array(back, dtype=float).reshape(-1, 4),
        _world(world),
        np.array([world.day.start + burst for burst in world.day.bursts if world.day.start + burst <= now]),
    )


def _department(each: Department) -> tuple[float, ...]:
    patience = each.patience_seconds if each.patience_is_exponential else log_mean(each.patience_seconds, 1)
    wrap = log_mean(each.wrap_seconds, WRAP_LOG_SD) if each.wrap_seconds else math.nan
    return (
        log_mean(each.handle_seconds, each.handle_log_sd),
        each.handle_log_sd,
        wrap,
        WRAP_LOG_SD,
        each.patience_is_exponential,
        patience,
        each.calls_per_hour / 3600 * each.high_priority_share,
    )


def _agent(each: AgentNow, names: dict[str, int], now: float) -> tuple[float, ...]:
    phase, back_at = PHASES.get(each.work, kernel.GONE), NEVER
    if each.work is Work.OFF and now < each.shift.on:
        phase, back_at = kernel.AWAY, each.shift.on
    elif each.work in (Work.OFF, Work.PAUSE) and each.back_at > now:
        phase, back_at = kernel.AWAY, each.back_at
    elif each.work is Work.DIALLING and each.caller is not None and each.caller.attempts == 1:
        # The first attempt: where it fails, the caller returns to this place.
        back_at = each.caller.draw.joined
    return (
        sum(1 << names[name] for name in each.agent.departments),
        each.agent.speed,
        phase,
        each.since,
        back_at,
        each.shift.off,
        each.shift.closing,
        each.breaks_taken,
        each.vanished_until,
        names[each.caller.draw.department] if each.caller is not None else 0,
    )


def _breaks(each: AgentNow) -> list[float]:
    breaks = each.shift.breaks or ((NEVER, NEVER),) * 3
    return [start for start, _ in breaks] + [end - start for start, end in breaks]


def _world(world: World) -> np.ndarray:
    centre, day = world.centre, world.day
    gone, dialling = centre.vanishing, centre.callbacks or Callbacks()
    to_come = sum(day.start + burst > world.now for burst in day.bursts)
    vanish = [0.0, 0.0, 0.0, 0.0]
    if gone is not None and day.vanish_at is not None and world.now < day.vanish_at:
        vanish = [day.start + gone.earliest, day.start + gone.latest, gone.seconds, len(day.vanishing)]
    dial = [dialling.answered_share, dialling.answer_seconds, dialling.no_answer_seconds, dialling.retry_seconds]
    peak = 1.0 if centre.flat else PEAK
    fixed = [SHORTEST_HANDLE_SECONDS, centre.flat, OPENS, CLOSES, BURST_FACTOR, BURST_SECONDS, to_come]
    return np.array([*fixed, *vanish, *dial, peak], dtype=float)


def _version(centre: Centre, runs: int) -> str:
    return hashlib.sha256(f"{centre!r} {runs} {VERSION}".encode()).hexdigest()[:12]
