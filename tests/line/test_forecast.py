"""The forecast: one for each who joins, the same in every process, also after a restart, whatever the log brings."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_line import Log, SmallLine, events

from callqueue.forecast.events import from_plain
from callqueue.forecast.model import ESTIMATORS, Forecast, OtherVersion, WaitModel

DAY = events()


def told(model: WaitModel, log: Log) -> dict[str, Forecast | None]:
    forecasts = {}
    for event in log:
        forecast = model.apply(from_plain(event))
        if event["type"] == "join":
            forecasts[event["caller"]] = forecast
    return forecasts


def waits(log: Log) -> dict[str, float]:
    joined = {event["caller"]: event["t"] for event in log if event["type"] == "join"}
    return {event["caller"]: event["t"] - joined[event["caller"]] for event in log if event["type"] == "connect"}


def opened(*more: dict[str, Any], handle: float = 200) -> Log:
    """One agent who talks with the first caller since second 100."""
    return [
        {"t": 0, "type": "department", "department": "billing", "handle_time": handle},
        {"t": 100, "type": "agent", "agent": "kim", "state": "ready", "departments": ["billing"]},
        {"t": 100, "type": "join", "caller": "first", "department": "billing"},
        {"t": 100, "type": "connect", "caller": "first", "agent": "kim"},
        *more,
    ]


def test_each_who_joins_gets_a_range_in_order() -> None:
    forecasts = told(WaitModel(), DAY)

    assert len(forecasts) > 300
    for each in forecasts.values():
        assert each is not None
        assert 0 <= each.low_seconds <= each.mid_seconds <= each.high_seconds
        assert each.spoken is not None


def test_four_of_five_waits_lie_in_the_range() -> None:
    log = SmallLine(seed=4).live(20)
    forecasts, true = told(WaitModel(), log), waits(log)

    waited = [(forecasts[who], wait) for who, wait in true.items() if wait > 0][100:]
    inside = [each.low_seconds <= wait <= each.high_seconds for each, wait in waited if each is not None]

    assert 0.72 < sum(inside) / len(inside) < 0.9


def test_who_finds_a_free_agent_waits_not_at_all() -> None:
    log = opened({"t": 101, "type": "agent", "agent": "lee", "state": "ready", "departments": ["billing"]})

    assert told(WaitModel(), [*log, join("second", 102)])["second"] == Forecast(0, 0, 0, (0, 1), "replay-stack")


def join(caller: str, t: float) -> dict[str, Any]:
    return {"t": t, "type": "join", "caller": caller, "department": "billing"}


def test_nothing_is_known_of_a_department_without_calls_or_a_configured_handle_time() -> None:
    assert told(WaitModel(), opened(join("second", 102))[1:])["second"] is None


@pytest.mark.parametrize("state", ["pause", "off"])
def test_with_nobody_at_work_there_is_no_forecast(state: str) -> None:
    log = opened(
        {"t": 150, "type": "end", "caller": "first", "agent": "kim"},
        {"t": 150, "type": "agent", "agent": "kim", "state": state},
        join("second", 160),
    )

    assert told(WaitModel(), log)["second"] is None


def test_a_waiting_callers_forecast_is_of_what_is_left() -> None:
    model = WaitModel()
    told(model, opened(join("second", 101), join("third", 102)))

    before = model.forecast("third", 102)
    told(model, [{"t": 160, "type": "leave", "caller": "second", "reason": "abandoned"}])
    after = model.forecast("third", 160)

    assert before is not None and after is not None
    assert after.mid_seconds < before.mid_seconds
    assert model.forecast("second", 160) is None


def test_the_same_events_give_the_same_forecasts() -> None:
    assert told(WaitModel(), DAY) == told(WaitModel(), DAY)


@given(st.integers(1, len(DAY) - 1))
@settings(max_examples=5, deadline=None)
def test_a_restart_in_the_middle_changes_no_forecast(stop: int) -> None:
    whole, before, after = WaitModel(), WaitModel(), WaitModel()
    expected = told(whole, DAY)

    first = told(before, DAY[:stop])
    after.load(json.loads(json.dumps(before.dump())))

    assert first | told(after, DAY[stop:]) == expected


def test_a_model_of_another_version_is_refused() -> None:
    with pytest.raises(OtherVersion):
        WaitModel().load({**WaitModel().dump(), "version": 0})


@pytest.mark.parametrize(
    ("event", "warning"),
    [
        ({"t": 100, "type": "connect", "caller": "nobody", "agent": "kim"}, "connect of an unknown caller"),
        ({"t": 100, "type": "connect", "caller": "first", "agent": "kim"}, "connected twice"),
        ({"t": 100, "type": "join", "caller": "first", "department": "billing"}, "joined twice"),
        ({"t": 100, "type": "leave", "caller": "nobody", "reason": "abandoned"}, "leave of an unknown caller"),
        ({"t": 100, "type": "end", "caller": "nobody", "agent": "kim"}, "end of an unknown call"),
        ({"t": 100, "type": "promise", "caller": "nobody"}, "promise of an unknown caller"),
        ({"t": 100, "type": "dial", "caller": "nobody", "agent": "kim"}, "dial of an unknown caller"),
        ({"t": 100, "type": "dial_failed", "caller": "nobody"}, "failed dialling of an unknown caller"),
        ({"t": 5, "type": "end", "caller": "first", "agent": "kim"}, "out of order"),
        ({"t": 1e12, "type": "end", "caller": "first", "agent": "kim"}, "clock jumped ahead"),
    ],
)
def test_an_event_that_cannot_be_is_counted_and_changes_no_forecast(event: dict[str, Any], warning: str) -> None:
    model = WaitModel()
    log = opened(join("second", 101))
    forecast = told(model, [*log[:-1], event, log[-1]])["second"]

    assert forecast == told(WaitModel(), log)["second"]
    assert model.warnings == {warning: 1}


@given(st.lists(st.sampled_from(DAY[:400]), max_size=80), st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_no_order_of_events_breaks_it(log: Log, dice: Any) -> None:
    model = WaitModel(("ql-m",))

    told(model, log)
    told(model, dice.sample(DAY[:400], 100))


def test_a_caller_who_was_connected_to_someone_else_meanwhile_frees_the_agent() -> None:
    """An end that was never told: the agent has the next caller already."""
    model = WaitModel()
    log = opened(
        join("second", 101), {"t": 300, "type": "connect", "caller": "second", "agent": "kim"}, join("third", 301)
    )

    assert told(model, log)["third"] is not None
    assert model.warnings == {"call without end": 1}


def test_events_a_little_late_happen_now() -> None:
    model = WaitModel()
    told(model, opened({"t": 98, "type": "end", "caller": "first", "agent": "kim"}))

    assert model.warnings == {"late": 1}
    assert model.floor.talking == {}


@pytest.mark.parametrize("name", ESTIMATORS)
def test_every_estimator_answers(name: str) -> None:
    forecasts = told(WaitModel((name,)), DAY[:400])

    assert {each.estimator for each in forecasts.values() if each is not None} == {name}


def test_an_unknown_estimator_is_refused() -> None:
    with pytest.raises(ValueError, match="no such estimator: guess"):
        WaitModel(("guess",))


def test_a_muted_estimator_lets_the_next_speak_and_with_all_muted_nothing_is_said() -> None:
    muted: set[str] = set()
    log = opened(join("second", 101))

    def second() -> Forecast | None:
        return told(WaitModel(muted=lambda department, estimator: estimator in muted), log)["second"]

    muted.add("replay-stack")
    by_formula = second()
    muted.add("ql-m")
    silent = second()

    assert by_formula is not None and by_formula.estimator == "ql-m" and by_formula.spoken is not None
    assert silent is not None and silent.spoken is None
