"""The line played forward, held against exact results, and against itself with one caller more."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from callqueue.forecast.compiled import compiled
from callqueue.forecast.replay import AFTER, EDGES, FREE, PAUSED, TALKING, Laws, Line, Newcomers, Staff, futures

MEAN = 200.0
EXPONENTIAL = np.array([-MEAN * math.log(1 - (k + 0.5) / 2000) for k in range(2000)])
NEVER = np.zeros(len(EDGES))


def staff(phases: list[int], ages: list[float]) -> Staff:
    count = len(phases)
    zeros, ones = np.zeros(count, np.int64), np.ones(count)
    none: NDArray[np.float64] = np.empty(0)
    return Staff(
        serves=np.ones(count, np.int64),
        phase=np.array(phases),
        age=np.array(ages, dtype=np.float64),
        department=zeros,
        slowness=ones,
        caller=zeros - 1,
        absences_from=np.zeros(count + 1, np.int64),
        leaves=none,
        returns=none,
        likely=none,
    )


def line(ages: list[float], *, keys: list[int] | None = None, promised: bool = False) -> Line:
    count = len(ages)
    zeros = np.zeros(count, np.int64)
    return Line(
        department=zeros,
        key=np.array(keys if keys is not None else range(count), dtype=np.int64),
        rank=-np.array(ages, dtype=np.float64),
        age=np.array(ages, dtype=np.float64),
        promised=zeros + promised,
        failures=zeros,
        release=np.zeros(count),
    )


NOBODY = Newcomers(np.empty(0, np.int64), np.empty(0), np.empty(0), np.empty(0))


def laws(*, patience_rate: float = 0.0, answered: float = 1.0, pause: float = 0.0) -> Laws:
    return Laws(
        talk=EXPONENTIAL,
        talk_from=np.array([0, len(EXPONENTIAL)]),
        talk_tail=np.array([MEAN]),
        doubt=np.zeros(1),
        after_none=np.ones(1),
        after=NEVER.reshape(1, -1),
        patience=np.full((1, len(EDGES)), patience_rate),
        away=np.zeros(1),
        pause=np.full((1, len(EDGES)), pause),
        ring=np.empty(0),
        unanswered=0.0,
        ring_limit=20.0,
        answered=answered,
        dial=12.0,
        dial_failed=25.0,
        retry=600.0,
        again=np.array([0.0]),
        pace=0.0,
        full_breaks=1,
    )


def play(people: Staff, ahead: Line, known: Laws, *, runs: int = 20_000, later: Newcomers = NOBODY) -> list[float]:
    waits = futures(people, ahead, later, known, 0, 7, runs, 1e6)
    return [float(each) for each in np.quantile(waits, [0.1, 0.5, 0.9])]


def erlang_quantiles(stages: int, mean: float) -> list[float]:
    dice = np.random.default_rng(3)
    return [float(each) for each in np.quantile(dice.gamma(stages, mean, 400_000), [0.1, 0.5, 0.9])]


def test_one_agent_in_a_call_is_free_as_calls_end_that_have_lasted_as_long() -> None:
    """Exponential calls have no memory: the rest is as long as a whole one."""
    exact = [-MEAN * math.log(1 - share) for share in (0.1, 0.5, 0.9)]

    assert play(staff([TALKING], [170]), line([]), laws()) == pytest.approx(exact, rel=0.04, abs=1)


@pytest.mark.parametrize(("ahead", "agents"), [(1, 1), (4, 1), (3, 2), (8, 5)])
def test_the_wait_behind_others_is_a_sum_of_exponentials(ahead: int, agents: int) -> None:
    told = play(staff([TALKING] * agents, [30.0] * agents), line([50.0] * ahead), laws())

    assert told == pytest.approx(erlang_quantiles(ahead + 1, MEAN / agents), rel=0.04)


def test_those_ahead_give_up() -> None:
    """QL_m: the departures of n others come at rates s mu + i alpha."""
    alpha, ahead, agents = 1 / 300, 6, 3
    mean = sum(1 / (agents / MEAN + i * alpha) for i in range(ahead + 1))

    waits = futures(
        staff([TALKING] * agents, [0.0] * agents), line([0.0] * ahead), NOBODY, laws(patience_rate=alpha), 0, 5,
        20_000, 1e6,
    )  # fmt: skip

    assert float(waits.mean()) == pytest.approx(mean, rel=0.03)


def test_a_free_agent_takes_the_caller_at_once_and_one_ahead_first() -> None:
    assert play(staff([FREE], [0]), line([]), laws()) == [0, 0, 0]
    assert play(staff([FREE, FREE], [0, 0]), line([10.0]), laws()) == [0, 0, 0]
    assert play(staff([FREE], [0]), line([10.0]), laws())[0] > 0


def test_an_agent_whose_wrap_up_or_pause_never_ends_is_waited_for_in_vain() -> None:
    assert play(staff([AFTER], [5]), line([]), laws()) == [1e6] * 3
    assert play(staff([PAUSED], [5]), line([]), laws()) == [1e6] * 3


def test_a_kept_place_ahead_costs_its_dialling_also_when_nobody_answers() -> None:
    unanswered = play(staff([FREE], [0]), line([10.0], promised=True), laws(answered=0.0))

    assert unanswered == [25, 25, 25]


def test_a_planned_break_begins_after_the_call_in_hand_and_keeps_its_length() -> None:
    kim = staff([FREE], [100])._replace(
        absences_from=np.array([0, 1]), leaves=np.array([60.0]), returns=np.array([960.0]), likely=np.ones(1)
    )

    assert play(kim, line([]), laws()) == [1000] * 3
    assert play(kim, line([]), laws()._replace(full_breaks=0)) == [960] * 3
    assert play(kim._replace(likely=np.zeros(1)), line([]), laws()) == [100] * 3


def test_later_arrivals_of_a_higher_class_go_first() -> None:
    """They take a quarter of the two agents' time, which leaves three quarters of it for four departures."""
    urgent = Newcomers(np.zeros(1, np.int64), np.array([1 / 400]), np.array([np.inf]), np.array([-1e8]))

    waits = futures(staff([TALKING] * 2, [10, 20]), line([30.0, 20.0, 10.0]), urgent, laws(), 0, 5, 20_000, 1e6)

    assert float(waits.mean()) == pytest.approx(4 * MEAN / 2 / (1 - 0.25), rel=0.03)


@given(
    st.integers(1, 6),
    st.lists(st.floats(0, 900), max_size=12),
    st.integers(0, 12),
    st.floats(0, 0.01),
    st.integers(0, 2**32),
)
@settings(max_examples=60, deadline=None)
def test_somebody_more_ahead_never_shortens_any_future(
    agents: int, ages: list[float], place: int, patience_rate: float, seed: int
) -> None:
    """Not by luck either: both lines share all chances but those of the one caller more."""
    people, known = staff([TALKING] * agents, [20.0] * agents), laws(patience_rate=patience_rate)
    place = min(place, len(ages))
    keys = list(range(len(ages)))

    fewer = futures(people, line(ages, keys=keys), NOBODY, known, 0, seed, 50, 1e6)
    more_ages, more_keys = [*ages[:place], 5.0, *ages[place:]], [*keys[:place], 99, *keys[place:]]
    more = futures(people, line(more_ages, keys=more_keys), NOBODY, known, 0, seed, 50, 1e6)

    assert (more >= fewer).all()


def test_where_nothing_can_be_kept_on_disk_it_is_compiled_all_the_same() -> None:
    """As in a folder that cannot be written: this function lies in none."""
    made: dict[str, Any] = {}
    exec("def twice(x): return 2 * x", made)  # noqa: S102

    assert compiled(made["twice"])(4) == 8
