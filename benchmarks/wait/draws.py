"""What chance decides in a centre, drawn before anything runs: the same (centre, seed) is the same world, and two ways
of running it meet the same callers."""

import math
import zlib
from dataclasses import dataclass

import numpy as np

from benchmarks.wait.centres import (
    BURST_FACTOR,
    BURST_SECONDS,
    CLOSES,
    DAY,
    OPENS,
    SPEED_LOG_SD,
    WRAP_LOG_SD,
    Centre,
    Department,
)

BREAKS = ((10 * 3600.0, 15 * 60.0), (11 * 3600 + 40 * 60.0, 30 * 60.0), (14 * 3600 + 50 * 60.0, 15 * 60.0))
"""(from when on, length)"""
SPREAD = (75 * 60.0, 150 * 60.0, 75 * 60.0)
"""Over how long the agents' breaks are spread."""
OFF_DUTY = 1.5 * 3600
"""By how much one agent in four comes later, and one in four leaves earlier."""
PEAK = 1.25
"""Above the highest value of `profile`."""


@dataclass(frozen=True)
class Shift:
    """Seconds since the first midnight."""

    on: float
    off: float
    breaks: tuple[tuple[float, float], ...]
    """(start, end)"""
    closing: bool
    """Stays until the line is empty."""


@dataclass(frozen=True)
class Agent:
    name: str
    departments: tuple[str, ...]
    speed: float


@dataclass(frozen=True)
class CallerDraw:
    joined: float
    department: str
    priority: int
    patience: float
    handle: float
    """For an agent of speed 1."""
    wrap: float
    accepts: float
    """Uniform: takes a callback when it is below the share of those who do."""
    answers: tuple[float, float]
    """Uniform, first and second attempt."""


@dataclass(frozen=True)
class Day:
    start: float
    callers: tuple[CallerDraw, ...]
    shifts: tuple[Shift, ...]
    bursts: tuple[float, ...]
    vanish_at: float | None
    vanishing: frozenset[int]


def profile(seconds: np.ndarray | float) -> np.ndarray:
    """Arrivals at a time of day, relative to the base rate."""
    h = np.asarray(seconds) / 3600

    def hump(height: float, centre: float, width: float) -> np.ndarray:
        return height * np.exp(-(((h - centre) / width) ** 2))

    return 0.62 + hump(0.30, 10.7, 1.1) + hump(0.52, 12.7, 0.7) + hump(0.28, 15.5, 1.2)


def log_mean(mean: float, log_sd: float) -> float:
    """The mean of the logarithm of a log-normal with this mean."""
    return math.log(mean) - log_sd * log_sd / 2


def draw_agents(centre: Centre, seed: int) -> tuple[Agent, ...]:
    speeds = np.exp(_rng(centre, seed, 999_999).normal(0, SPEED_LOG_SD, centre.agents))
    skills = [team.departments for team in centre.teams for _ in range(team.agents)]
    return tuple(Agent(f"a{i:02}", skills[i], float(speeds[i])) for i in range(centre.agents))


def draw_day(centre: Centre, seed: int, number: int) -> Day:
    rng, start = _rng(centre, seed, number), number * DAY
    bursts = tuple(sorted(rng.uniform(OPENS, CLOSES, centre.bursts).tolist()))
    vanish_at, vanishing = None, frozenset[int]()
    if (gone := centre.vanishing) is not None:
        vanish_at = start + float(rng.uniform(gone.earliest, gone.latest))
        count = round(gone.share * centre.agents)
        vanishing = frozenset(rng.permutation(centre.agents)[:count].tolist())
    callers = [caller for each in centre.departments for caller in _callers(centre, each, rng, start, bursts)]
    callers.sort(key=lambda caller: caller.joined)
    return Day(start, tuple(callers), _shifts(centre, start), bursts, vanish_at, vanishing)


def _rng(centre: Centre, seed: int, part: int) -> np.random.Generator:
    return np.random.default_rng([zlib.crc32(centre.name.encode()), seed, part])


def _callers(
    centre: Centre, each: Department, rng: np.random.Generator, start: float, bursts: tuple[float, ...]
) -> list[CallerDraw]:
    at = _arrivals(centre, each.calls_per_hour / 3600, rng, bursts)
    n = len(at)
    high = rng.random(n) < each.high_priority_share
    if each.patience_is_exponential:
        patience = rng.exponential(each.patience_seconds, n)
    else:
        patience = rng.lognormal(log_mean(each.patience_seconds, 1), 1, n)
    handle = rng.lognormal(log_mean(each.handle_seconds, each.handle_log_sd), each.handle_log_sd, n)
    wrap = np.zeros(n)
    if each.wrap_seconds:
        wrap = rng.lognormal(log_mean(each.wrap_seconds, WRAP_LOG_SD), WRAP_LOG_SD, n)
    uniform = rng.random((n, 3)).tolist()
    columns = zip(at.tolist(), high.tolist(), patience.tolist(), handle.tolist(), wrap.tolist(), uniform, strict=True)
    return [CallerDraw(start + t, each.name, int(h), p, c, w, u[0], (u[1], u[2])) for t, h, p, c, w, u in columns]


def _arrivals(centre: Centre, rate: float, rng: np.random.Generator, bursts: tuple[float, ...]) -> np.ndarray:
    """A Poisson process by thinning, in seconds after midnight."""
    highest = 1.0 if centre.flat else PEAK
    highest *= BURST_FACTOR if bursts else 1.0
    count = rng.poisson(rate * highest * (CLOSES - OPENS))
    at = np.sort(rng.uniform(OPENS, CLOSES, count))
    relative = np.ones(count) if centre.flat else profile(at)
    inside = np.zeros(count, dtype=bool)
    for burst in bursts:
        inside |= (at >= burst) & (at < burst + BURST_SECONDS)
    relative = relative * np.where(inside, BURST_FACTOR, 1.0)
    return at[rng.random(count) * highest < relative]


def _shifts(centre: Centre, start: float) -> tuple[Shift, ...]:
    return tuple(_shift(centre.flat, start, i, team.agents) for team in centre.teams for i in range(team.agents))


def _shift(flat: bool, start: float, i: int, of: int) -> Shift:
    if flat:
        return Shift(start + OPENS, start + CLOSES, (), closing=True)
    late, early = i % 4 == 1, i % 4 == 3
    breaks = []
    for (earliest, length), spread in zip(BREAKS, SPREAD, strict=True):
        begins = start + earliest + spread * i / of
        breaks.append((begins, begins + length))
    on = start + OPENS + (OFF_DUTY if late else 0)
    return Shift(on, start + CLOSES - (OFF_DUTY if early else 0), tuple(breaks), closing=not early)
