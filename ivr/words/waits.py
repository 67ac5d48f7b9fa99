"""What is worth saying of a wait, before it has a language."""

import math
from dataclasses import dataclass

# Wider than this, and longer than ten minutes, a range tells nobody anything: "more than so many minutes" does.
WIDEST_RATIO = 2.5
LONG_MINUTES = 10
# "More than one minute" for a wait of perhaps twenty would be true and mislead all the same: the range is told.
FEWEST_MINUTES_TO_EXCEED = 5

MINUTE_SECONDS = 60
HOUR_MINUTES = 60

Range = tuple[float, float]
"""Low and high end of a wait, in seconds."""


@dataclass(frozen=True)
class Within:
    minutes: int


@dataclass(frozen=True)
class Between:
    low_minutes: int
    high_minutes: int


@dataclass(frozen=True)
class MoreThan:
    minutes: int


def whole_minutes(low_seconds: float, high_seconds: float) -> Within | Between | MoreThan:
    """Rounded outward: what is spoken is never tighter than what is known."""
    low, high = math.floor(low_seconds / MINUTE_SECONDS), math.ceil(high_seconds / MINUTE_SECONDS)
    if low < 1:
        return Within(max(high, 1))
    if low >= FEWEST_MINUTES_TO_EXCEED and high > LONG_MINUTES and high > WIDEST_RATIO * low:
        return MoreThan(low)
    return Between(low, max(high, low + 1))


def at_once(position: int | None, told: Range | None) -> bool:
    """Nobody is ahead and somebody is free: a place and a wait would only worry."""
    return position is None or (position == 1 and told is not None and told[1] <= 0)


def hours_and_minutes(seconds: float) -> tuple[int, int]:
    """Begun minutes count."""
    return divmod(math.ceil(seconds / MINUTE_SECONDS), HOUR_MINUTES)
