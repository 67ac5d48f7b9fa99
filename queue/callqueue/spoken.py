"""What is worth saying of a wait: whole minutes, rounded outward. A language makes a sentence of them."""

import math

Spoken = tuple[int, int | None]
"""(0, 1): under a minute. (a, b): a to b minutes. (0, b): up to b minutes. (a, None): more than a minutes."""

MINUTE_SECONDS = 60
# Wider than this, and longer than ten minutes, a range tells nobody anything: "more than so many minutes" does.
WIDEST_RATIO = 2.5
LONG_MINUTES = 10
# "More than one minute" for a wait of perhaps twenty would be true and mislead all the same: the range is told.
FEWEST_MINUTES_TO_EXCEED = 5


def whole_minutes(low_seconds: float, high_seconds: float) -> Spoken:
    """The spoken form of a range; it is never tighter than the range itself."""
    low, high = math.floor(low_seconds / MINUTE_SECONDS), math.ceil(high_seconds / MINUTE_SECONDS)
    if low < 1:
        return 0, max(high, 1)
    return banded(low, max(high, low + 1))


def banded(first: int, last: int) -> Spoken:
    """A range too wide to help is said as its lower end: "more than 20 minutes"."""
    if first >= FEWEST_MINUTES_TO_EXCEED and last > LONG_MINUTES and last > WIDEST_RATIO * first:
        return first, None
    return first, last


def holds(spoken: Spoken, waited_seconds: float) -> bool:
    """Whether what was said came true."""
    low, _high = spoken
    return low * MINUTE_SECONDS <= waited_seconds and not is_late(spoken, waited_seconds)


def is_late(spoken: Spoken, waited_seconds: float) -> bool:
    """Whether the caller waited past the last minute that was named: the broken promise."""
    _low, high = spoken
    return high is not None and waited_seconds > high * MINUTE_SECONDS


def by_then(spoken: Spoken, latest_seconds: float) -> Spoken:
    """The same, naming no minute after `latest_seconds`, of which a begun minute counts."""
    low, high = spoken
    latest = max(math.ceil(latest_seconds / MINUTE_SECONDS), 1)
    low = min(low, latest - 1)
    if low == 0:
        return 0, latest if high is None else min(high, latest)
    return low, None if high is None else max(min(high, latest), low + 1)
