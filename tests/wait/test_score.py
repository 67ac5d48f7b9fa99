"""Scores against cases worked out by hand."""

import math
from dataclasses import asdict

import numpy as np
import pytest

from benchmarks.wait.compare import narrowest
from benchmarks.wait.said import Said
from benchmarks.wait.score import mean_over, score, winkler, worst_fifth

NAN = math.nan


def said(*rows: tuple[float, float, float, float, float, float], scored: bool = True, ms: float = 1.0) -> Said:
    """Rows of (wait, low, mid, high, first minute, last minute)."""
    columns = np.array(rows, dtype=float).T
    return Said(columns[0], np.full(len(rows), scored), *columns[1:], ms_each=np.array(ms))


def test_four_callers_worked_out_by_hand() -> None:
    found = score(
        said(
            (60, 30, 60, 90, 0, 2),  # as foretold
            (100, 30, 60, 90, 0, 2),  # 10 s past the range, but within what was said
            (20, 30, 60, 90, 1, 2),  # 10 s before it, and sooner than said
            (200, 100, 160, 300, 1, math.inf),  # "more than a minute" counts as 1 to 5
            ms=3.5,
        )
    )

    assert found.callers == 4
    assert found.mae == pytest.approx((0 + 40 + 40 + 40) / 4)
    assert found.rmse == pytest.approx(math.sqrt(3 * 1600 / 4))
    assert found.bias == pytest.approx((0 - 40 + 40 - 40) / 4)
    assert (found.coverage, found.late) == (0.5, 0.25)
    assert found.width == pytest.approx((60 * 3 + 200) / 4)
    assert found.winkler == pytest.approx((60 + (60 + 100) + (60 + 100) + 200) / 4)
    assert (found.spoken_right, found.spoken_width, found.spoken_open) == (0.75, (2 + 2 + 1 + 4) / 4, 0.25)
    assert (found.silent, found.cold_coverage, found.cold_mae, found.ms_each) == (0, 0.5, 30, 3.5)


def test_who_was_told_nothing_counts_as_silent_only() -> None:
    found = score(said((60, 30, 60, 90, 0, 2), (500, NAN, NAN, NAN, NAN, NAN)))

    assert (found.silent, found.mae, found.coverage, found.spoken_right) == (0.5, 0, 1, 1)


def test_a_formula_without_a_range_has_no_range_to_score() -> None:
    found = asdict(score(said((60, NAN, 50, NAN, NAN, NAN))))

    nothing = {name for name, value in found.items() if math.isnan(value)}
    ranges = {"coverage", "worst_fifth", "late", "width", "winkler", "cold_coverage"}
    assert nothing == ranges | {"spoken_right", "spoken_width", "spoken_open"}
    assert found["mae"] == 10


def test_learning_days_are_not_scored_but_are_the_cold_start() -> None:
    found = score(said((60, 30, 60, 90, 0, 2), scored=False))

    assert (found.callers, found.cold_coverage) == (0, 1)
    assert math.isnan(found.mae)


def test_the_worst_fifth_is_by_forecast_not_by_time() -> None:
    found = worst_fifth(said(*((50, 0, mid, 40 if mid == 4 else 60, 0, 1) for mid in (5, 1, 4, 2, 3, 5, 1, 4, 2, 3))))

    assert found == 0


def test_winkler_charges_ten_times_the_miss() -> None:
    missed = winkler(said((100, 10, 20, 30, 0, 1), (5, 10, 20, 30, 0, 1), (30, 10, 20, 30, 0, 1)))

    assert missed.tolist() == [20 + 10 * 70, 20 + 10 * 5, 20]


def test_the_interval_over_seeds_is_students() -> None:
    three = mean_over([1.0, 2.0, 3.0])

    assert three.value == 2
    assert three.half == pytest.approx(4.303 / math.sqrt(3))
    assert f"{three:.1f}" == "2.0 ± 2.5"
    assert f"{mean_over([7.0]):.0f}" == "7"
    assert f"{mean_over([NAN, NAN]):.0f}" == "–"


def test_the_oracle_says_the_narrowest_range_that_holds_its_share() -> None:
    # Of a hundred futures 10 are under a minute, 80 in the second, 6 in the third, 4 in the fifth
    below = np.array([0, 10, 90, 96, 96] + [100] * 56) / 100

    assert narrowest(below, 0.80) == (1, 2)
    assert narrowest(below, 0.85) == (0, 2)
    assert narrowest(below, 0.95) == (0, 3)
    assert narrowest(below, 0.99) == (0, 5)
