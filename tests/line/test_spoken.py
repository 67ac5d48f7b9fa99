"""Whole minutes: never tighter than what is known, never later than what was promised."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callqueue.spoken import Spoken, by_then, holds, is_late, whole_minutes


@pytest.mark.parametrize(
    ("low_seconds", "high_seconds", "spoken"),
    [
        (0, 0, (0, 1)),
        (5, 60, (0, 1)),
        (59, 61, (0, 2)),  # The low end rounds to nothing: only the high end is a promise
        (60, 61, (1, 2)),
        (120, 120, (2, 3)),  # A range is at least a minute wide
        (185, 355, (3, 6)),
        (240, 600, (4, 10)),  # Wide, but ten minutes is not long
        (240, 601, (4, 11)),
        (300, 1200, (5, None)),  # Wide, and long enough to say so
        (300, 720, (5, 12)),  # Long, but not wide
        (1200, 3600, (20, None)),
    ],
)
def test_a_range_in_whole_minutes(low_seconds: float, high_seconds: float, spoken: Spoken) -> None:
    assert whole_minutes(low_seconds, high_seconds) == spoken


@given(st.floats(0, 20_000), st.floats(0, 20_000), st.floats(0, 1))
def test_what_is_spoken_is_never_tighter_than_what_is_known(one: float, other: float, share: float) -> None:
    low, high = sorted((one, other))

    assert holds(whole_minutes(low, high), low + share * (high - low))


@pytest.mark.parametrize(
    ("spoken", "waited_seconds", "held", "late"),
    [
        ((3, 6), 179, False, False),
        ((3, 6), 180, True, False),
        ((3, 6), 360, True, False),
        ((3, 6), 361, False, True),
        ((0, 1), 0, True, False),
        ((20, None), 1199, False, False),
        ((20, None), 9999, True, False),  # More than twenty is no promise of an end
    ],
)
def test_what_came_true(spoken: Spoken, waited_seconds: float, held: bool, late: bool) -> None:
    assert (holds(spoken, waited_seconds), is_late(spoken, waited_seconds)) == (held, late)


@pytest.mark.parametrize(
    ("spoken", "latest_seconds", "cut"),
    [
        ((2, 6), 360, (2, 6)),
        ((2, 6), 270, (2, 5)),
        ((2, 6), 60, (0, 1)),
        ((2, 6), -30, (0, 1)),  # The promise is over, and a minute more is not heard
        ((20, None), 1800, (20, None)),
        ((20, None), 600, (9, None)),
    ],
)
def test_no_minute_is_named_after_the_promise(spoken: Spoken, latest_seconds: float, cut: Spoken) -> None:
    assert by_then(spoken, latest_seconds) == cut


@given(st.floats(0, 5000), st.floats(0, 5000), st.floats(-100, 6000))
def test_what_is_cut_is_still_a_range(one: float, other: float, latest_seconds: float) -> None:
    low, high = by_then(whole_minutes(*sorted((one, other))), latest_seconds)

    assert low >= 0
    assert high is None or low < high <= max(math.ceil(latest_seconds / 60), 1)
