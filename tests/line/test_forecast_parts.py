"""The parts of the forecast, each by itself: clock, spoken minutes, lifetimes, habits, correction, calibration."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callqueue.forecast.calibration import Calibration, Prediction
from callqueue.forecast.classical import WaitsSoFar, erlang_a_moments
from callqueue.forecast.clock import DISBELIEVED, LogClock
from callqueue.forecast.events import BadEvent, DialFailed, Joined, Roster, parse
from callqueue.forecast.habits import Expected, Habits
from callqueue.forecast.laws import HandleTimes, Lifetimes, Speeds, usual_durations
from callqueue.forecast.spoken import shortest_true
from callqueue.forecast.stack import Stack
from callqueue.forecast.sums import Arrivals
from callqueue.spoken import holds

HOUR, DAY = 3600.0, 86400.0


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("[1]", "no object"),
        ('{"t": 1}', '"type" is None'),
        ('{"t": "now", "type": "promise", "caller": "a"}', "\"t\" is 'now': give a number"),
        ('{"t": true, "type": "promise", "caller": "a"}', '"t" is True'),
        ('{"t": NaN, "type": "promise", "caller": "a"}', '"t" is nan'),
        ('{"t": 1, "type": "promise"}', '"caller" is None: give a name'),
        ('{"t": 1, "type": "agent", "agent": "a", "state": "asleep"}', "use one of ready, ringing"),
        ('{"t": 1, "type": "agent", "agent": "a", "state": "ready", "departments": "b"}', "give a list of names"),
        ('{"t": 1, "type": "roster", "agent": "a", "on": 9, "off": 8}', '"off" (8) is before "on" (9)'),
        ('{"t": 1, "type": "roster", "agent": "a", "on": 1, "off": 8, "breaks": [[5, 4]]}', "[5, 4] is no span"),
        ('{"t": 1, "type": "department", "department": "b", "handle_time": 0}', "give seconds above 0"),
    ],
)
def test_what_is_no_event_is_told_with_what_to_do(line: str, complaint: str) -> None:
    with pytest.raises(BadEvent) as refused:
        parse(line)

    assert complaint in str(refused.value)


def test_events_are_values_with_their_defaults() -> None:
    assert parse('{"t": 1, "type": "join", "caller": 7, "department": "b"}') == Joined(1, "7", "b", 0, 0)
    assert parse('{"t": 1, "type": "dial_failed", "caller": "a", "due": 601}') == DialFailed(1, "a", 601)
    assert parse('{"t": 1, "type": "roster", "agent": "a", "on": 1, "off": 9, "breaks": [[5, 6], [2, 3]]}') == Roster(
        1, "a", 1, 9, ((2, 3), (5, 6))
    )


def test_a_leap_of_the_clock_is_believed_when_a_second_event_says_so() -> None:
    clock = LogClock()

    assert [clock.read(t) for t in (100, 1e9, 101, 2e9, 2e9 + 1)] == [
        (100, None),
        (None, "clock jumped ahead"),
        (101, None),
        (None, "clock jumped ahead"),
        (2e9 + 1, None),
    ]


def test_a_clock_that_was_set_back_is_believed_in_the_end() -> None:
    clock = LogClock(now=1e9)

    read = [clock.read(500.0 + k) for k in range(DISBELIEVED)]

    assert read == [(None, "out of order")] * (DISBELIEVED - 1) + [(499.0 + DISBELIEVED, "clock set back")]


@pytest.mark.parametrize(
    ("minutes", "share", "spoken"),
    [
        ([0.2, 0.5, 0.9], 0.8, (0, 1)),
        ([3.1, 3.5, 4.2, 4.9, 5.5], 0.8, (3, 6)),  # at most 12 of 100 may wait longer: not (3, 5)
        ([3.1] + [4.5] * 18 + [5.5], 0.8, (4, 5)),
        ([9.0, 30.0, 50.0] * 3, 0.9, (9, None)),
    ],
)
def test_the_narrowest_minutes_that_are_right_often_enough(
    minutes: list[float], share: float, spoken: tuple[int, int | None]
) -> None:
    assert shortest_true(60 * np.sort(minutes), share) == spoken


@given(st.lists(st.floats(0, 7000), min_size=1, max_size=60), st.floats(0.5, 0.95))
def test_what_is_spoken_is_in_order_and_holds_of_most(waits: list[float], share: float) -> None:
    spoken = shortest_true(np.sort(waits), share)

    assert spoken[1] is None or spoken[0] < spoken[1]
    if max(waits) < 3600:
        assert sum(holds(spoken, wait) for wait in waits) >= share * len(waits) - 1e-9


def test_lifetimes_find_the_rate_of_each_age() -> None:
    """They end at 1/100 a second in their first minute, then at 1/500."""
    dice, life = random.Random(3), Lifetimes(200.0, half_life=1e9)
    for _ in range(8000):
        age = dice.expovariate(1 / 100)
        age = age if age < 60 else 60 + dice.expovariate(1 / 500)
        life.lived(0.0, min(age, 300.0), ended=age < 300)

    rates = life.rates()

    assert rates[3] == pytest.approx(1 / 100, rel=0.15)
    assert rates[10] == pytest.approx(1 / 500, rel=0.15)
    assert rates[-1] == pytest.approx(1 / 500, rel=0.3)  # never seen: as the last that were


def test_before_anything_was_seen_a_lifetime_is_its_prior() -> None:
    assert Lifetimes(240.0).rates() == pytest.approx(1 / 240)


def test_handle_times_begin_with_what_is_configured_and_end_with_what_is_seen() -> None:
    times = HandleTimes(300.0)
    before = float(times.table().mean())
    for _ in range(400):
        times.add(120.0, 1.0)

    assert before == pytest.approx(300)
    assert float(times.table().mean()) == pytest.approx(120, rel=0.05)  # what was configured still counts as 12 calls
    assert times.doubt() < 0.05


def test_usual_durations_have_their_mean() -> None:
    assert usual_durations(200.0, 30).mean() == pytest.approx(200)
    assert len(usual_durations(200.0, 0)) == 0


def test_an_agents_speed_is_believed_with_their_calls() -> None:
    speeds = Speeds()
    assert speeds.slowness("kim") == 1

    for _ in range(25):
        speeds.handled("kim", 0.2)
    assert speeds.slowness("kim") == pytest.approx(np.exp(0.1), rel=0.02)


def days(habits: Habits, lunches: list[float | None]) -> None:
    """From nine to six, lunch of half an hour at these hours."""
    for day, lunch in enumerate(lunches):
        habits.came("kim", day * DAY + 9 * HOUR)
        if lunch is not None:
            habits.went("kim", day * DAY + lunch * HOUR)
            habits.came("kim", day * DAY + (lunch + 0.5) * HOUR)
        habits.went("kim", day * DAY + 18 * HOUR)


def test_what_is_done_every_day_is_expected_and_what_was_done_once_is_hardly() -> None:
    habits = Habits()
    days(habits, [12.0, 12.1, 12.0, 15.0, 12.0, 12.0])

    habits.came("kim", 6 * DAY + 9 * HOUR)

    expected = habits.expected["kim"]
    assert [(each.habit, round((each.start - 6 * DAY) / HOUR, 1)) for each in expected] == [
        ("some", 12.0),
        ("some", 15.0),
        ("every", 18.0),
    ]
    assert habits.likely("every") > 0.8 > 0.4 > habits.likely("some")
    assert habits.is_habit("kim", 6 * DAY + 12.1 * HOUR) and not habits.is_habit("kim", 6 * DAY + 10 * HOUR)


def test_an_absence_of_the_only_day_known_is_half_believed() -> None:
    habits = Habits()
    days(habits, [12.0])
    habits.came("kim", DAY + 9 * HOUR)

    assert habits.expected["kim"] == [
        Expected(DAY + 12 * HOUR, DAY + 12.5 * HOUR, "only"),
        Expected(DAY + 18 * HOUR, None, "only"),
    ]


def test_who_comes_every_morning_is_expected_when_it_is_soon() -> None:
    habits = Habits()
    days(habits, [None, None])

    assert habits.usual_begin("kim", 2 * DAY + 8 * HOUR) == 2 * DAY + 9 * HOUR
    assert habits.usual_begin("kim", 2 * DAY + 3 * HOUR) is None
    assert habits.usual_begin("lee", 2 * DAY + 8 * HOUR) is None


def test_arrivals_rise_as_on_the_last_days() -> None:
    """One a minute until noon, three a minute from noon on."""
    arrivals = Arrivals()
    for day in range(4):
        for minute in range(180):
            for k in range(3 if minute >= 120 else 1):
                arrivals.joined(day * DAY + 10 * HOUR + 60 * minute + 20 * k)
    for minute in range(119):
        arrivals.joined(4 * DAY + 10 * HOUR + 60 * minute)

    assert arrivals.per_second(4 * DAY + 12 * HOUR - 30) > 1.6 / 60
    assert arrivals.per_second(4 * DAY + 11 * HOUR) == pytest.approx(1 / 60, rel=0.1)


def test_the_correction_is_believed_only_where_it_is_better() -> None:
    dice = random.Random(5)
    needed, needless = Stack(1), Stack(1)
    for _ in range(600):
        replay, better = dice.uniform(50, 300), dice.uniform(50, 300)
        needed.learn(replay, [better], better + dice.gauss(0, 10))
        needless.learn(replay, [better], replay + dice.gauss(0, 10))

    assert needed.trust == 1
    assert needed.predict(100, [200]) == pytest.approx(200, rel=0.1)
    assert needless.predict(100, [200]) == pytest.approx(100, rel=0.05)


def test_ranges_become_as_wide_as_errors_are() -> None:
    dice, calibration = random.Random(7), Calibration()
    inside = []
    for _ in range(1500):
        prediction = Prediction(seconds=dice.uniform(60, 400), down=0.1, up=0.1)  # it thinks itself better than it is
        told = calibration.range(prediction)
        wait = max((prediction.seconds + 10) * np.exp(dice.gauss(0, 0.3)) - 10, 0.0)
        inside.append((told.low <= wait <= told.high, holds(told.spoken, wait)))
        calibration.learn(prediction, told, wait)

    of_late = np.array(inside[500:])
    assert 0.78 < of_late[:, 0].mean() < 0.84
    assert 0.84 < of_late[:, 1].mean() < 0.92


def test_with_few_labels_ranges_are_wider() -> None:
    young, known = Calibration(), Calibration()
    known.labels = 100
    prediction = Prediction(200, 0.3, 0.3)

    assert young.range(prediction).high > known.range(prediction).high


def test_the_classical_formulas() -> None:
    assert erlang_a_moments(3, 2, 100, 0.0) == (200, 10_000)

    waits = WaitsSoFar()
    for each in (100.0, 200.0):
        waits.answered(each)
        waits.true(4, each)
    assert (waits.last, waits.asterisk) == (200, 125)
    assert waits.found_as_many(4) == pytest.approx(152.6, abs=0.1)
    assert WaitsSoFar().found_as_many(4) is None
