"""The wait as a range: held against simulated waits of the very process that the formula describes."""

import math
import random
import statistics
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callqueue import agents
from callqueue.agents import AgentState
from callqueue.department import Department
from callqueue.wait import WaitEstimator, WaitRange, erlang_a, giving_up_per_second, handle_seconds
from store.database import Store, insert_row
from store.tables import cases, line_entries

NOW = datetime(2026, 11, 25, 5, tzinfo=UTC)
BILLING = Department("billing", "요금", ("billing",), handle_seconds=300, patience_seconds=600)


@pytest.mark.parametrize(("ahead", "at_work"), [(0, 1), (3, 2), (10, 4), (25, 20)])
def test_the_quantiles_are_those_of_the_simulated_wait(ahead: int, at_work: int) -> None:
    handle, giving_up = 240.0, 1 / 420
    dice = random.Random(7)
    rates = [at_work / handle + i * giving_up for i in range(ahead + 1)]
    waits = sorted(sum(dice.expovariate(rate) for rate in rates) for _ in range(20_000))

    told = erlang_a(ahead=ahead, agents_at_work=at_work, handle_seconds=handle, giving_up_per_second=giving_up)

    simulated = [waits[int(len(waits) * share)] for share in (0.1, 0.5, 0.9)]
    scale = statistics.mean(waits)
    for formula, truth in zip((told.low_seconds, told.mid_seconds, told.high_seconds), simulated, strict=True):
        assert abs(formula - truth) < 0.05 * scale


def test_the_quantiles_of_the_next_caller_are_within_2_5_percent_of_the_exact_ones() -> None:
    """Nobody ahead: an exponential wait, the shape at which the formula is worst."""
    handle = 240.0

    told = erlang_a(ahead=0, agents_at_work=1, handle_seconds=handle, giving_up_per_second=0.0)

    exact = [-handle * math.log(1 - share) for share in (0.1, 0.5, 0.9)]
    assert [told.low_seconds, told.mid_seconds, told.high_seconds] == pytest.approx(exact, rel=0, abs=0.025 * handle)


@given(st.integers(0, 60), st.integers(1, 40), st.floats(10, 3000), st.floats(0, 0.05))
def test_a_range_is_in_order_and_grows_with_the_line(ahead: int, at_work: int, handle: float, giving_up: float) -> None:
    def told(n: int, s: int) -> WaitRange:
        return erlang_a(ahead=n, agents_at_work=s, handle_seconds=handle, giving_up_per_second=giving_up)

    here = told(ahead, at_work)

    assert 0 <= here.low_seconds <= here.mid_seconds <= here.high_seconds
    assert told(ahead + 1, at_work).mid_seconds > here.mid_seconds
    assert told(ahead, at_work + 1).mid_seconds < here.mid_seconds


def test_without_agents_there_is_no_honest_figure() -> None:
    with pytest.raises(ValueError, match="say no figure"):
        erlang_a(ahead=0, agents_at_work=0, handle_seconds=240, giving_up_per_second=0.001)


def at_work(store: Store, *states: AgentState) -> None:
    with store.write() as tx:
        for n, state in enumerate(states):
            agent_id = agents.add_agent(tx, name=f"a{n}", phone=f"+82109{n:07d}", skills=["billing"], now=NOW)
            tx.execute(agents.agents.update().where(agents.agents.c.id == agent_id).values(state=state.value))


@pytest.mark.parametrize(
    ("states", "told"),
    [
        ((), None),
        ((AgentState.OFF, AgentState.PAUSE), None),  # nobody who will come
        ((AgentState.READY,), WaitRange(0.0, 0.0, 0.0)),  # at once
    ],
)
def test_nothing_is_told_when_nothing_is_known(
    store: Store, states: tuple[AgentState, ...], told: WaitRange | None
) -> None:
    at_work(store, *states)

    with store.read() as tx:
        assert WaitEstimator().estimate(tx, BILLING, 1, NOW) == told


def test_agents_of_other_departments_do_not_count(store: Store) -> None:
    at_work(store, AgentState.TALK)
    delivery = Department("delivery", "배송", ("delivery",))

    with store.read() as tx:
        assert WaitEstimator().estimate(tx, delivery, 1, NOW) is None


def handled(store: Store, seconds: float, reason: str = "served", count: int = 1) -> None:
    with store.write() as tx:
        for _ in range(count):
            case_id = insert_row(tx, cases, number=None, language="ko", opened_at=NOW)
            connected = NOW if reason == "served" else None
            insert_row(
                tx,
                line_entries,
                case_id=case_id,
                department="billing",
                joined_at=NOW - timedelta(seconds=100),
                state="left",
                connected_at=connected,
                left_at=NOW + timedelta(seconds=seconds),
                left_reason=reason,
            )


def test_handle_time_starts_at_the_configured_one_and_follows_the_calls(store: Store) -> None:
    with store.read() as tx:
        assert handle_seconds(tx, BILLING) == 300

    handled(store, seconds=100, count=20)

    with store.read() as tx:
        assert handle_seconds(tx, BILLING) == 200  # Twenty real calls weigh as much as the prior.


def test_giving_up_starts_at_the_configured_patience_and_follows_the_callers(store: Store) -> None:
    with store.read() as tx:
        assert giving_up_per_second(tx, BILLING) == pytest.approx(1 / 600)

    handled(store, seconds=20, reason="abandoned", count=50)  # Each gave up after two minutes.

    with store.read() as tx:
        assert giving_up_per_second(tx, BILLING) == pytest.approx(60 / (6000 + 50 * 120))


def test_what_calls_teach_is_looked_up_again_after_a_while(store: Store) -> None:
    at_work(store, AgentState.TALK)
    waits = WaitEstimator()
    with store.read() as tx:
        first = waits.estimate(tx, BILLING, 1, NOW)
    handled(store, seconds=30, count=100)

    with store.read() as tx:
        soon = waits.estimate(tx, BILLING, 1, NOW + timedelta(seconds=5))
        later = waits.estimate(tx, BILLING, 1, NOW + timedelta(seconds=20))

    assert soon == first
    assert later is not None and first is not None
    assert later.mid_seconds < first.mid_seconds
