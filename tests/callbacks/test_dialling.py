"""Ordering legs: each once, whoever dies or gets no answer."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from callbacks.lifecycle import CallbackState
from callqueue.agents import AgentState
from callqueue.legs import DialState
from carrier.pacer import Urgency
from carrier.port import CallGone, CallOrder, CarrierBusy, CarrierRefused, CarrierUnsure

KIM, LEE_PHONE = "+821012345678", "+821099990001"
NO_SUCH_NUMBER = CarrierRefused(21211, "no such number", permanent=True)
SUSPENDED = CarrierRefused(20005, "account suspended", permanent=False)


@pytest.fixture
def planned(site):
    """An agent's leg for a promise, committed and not ordered yet."""
    site.promised = site.callback()
    site.lee = site.agent()
    site.dialling.dispatch()
    return site.jobs.rung[-1]


@pytest.fixture
def caller_leg(site, planned):
    """The agent has accepted and waits; the leg to the caller is committed and not ordered yet."""
    agent_leg = site.worker_rings()
    taken = site.agent_presses_one(agent_leg)
    site.agent_sid = agent_leg.sid
    return taken.caller_leg_id


def test_an_order_names_our_own_addresses(site, planned):
    site.dialling.place_leg(planned)
    assert site.carrier.calls == [
        CallOrder(
            to=LEE_PHONE,
            from_number="+8225550100",
            path=f"/voice/leg/{planned}",
            status_path=f"/voice/leg/{planned}/status",
            ring_seconds=20,
        )
    ]
    assert site.leg(planned).sid == "CA00000000000000000000000000000001"
    assert site.leg(planned).dial_state == DialState.PLACED


def test_a_caller_gets_more_time_to_find_the_phone(site, caller_leg):
    site.dialling.place_leg(caller_leg)
    assert [order.ring_seconds for order in site.carrier.calls] == [20, 30]


def test_a_job_that_runs_twice_orders_once(site, planned):
    site.dialling.place_leg(planned)
    site.dialling.place_leg(planned)
    assert site.rung == [LEE_PHONE]


def test_eight_workers_at_once_order_once(site, planned):
    with ThreadPoolExecutor(8) as workers:
        list(workers.map(site.dialling.place_leg, [planned] * 8))
    assert site.rung == [LEE_PHONE]


def test_a_leg_that_nobody_wants_any_more_is_not_ordered(site):
    call_id, _entry_id = site.caller_waits()
    site.agent()
    site.dialling.dispatch()
    site.hangs_up(call_id)
    leg = site.worker_rings()
    assert site.rung == []
    assert (leg.dial_state, leg.status) == (DialState.CANCELLED, "canceled")


def test_a_leg_that_nobody_planned_is_no_work(site):
    site.dialling.place_leg(4711)
    assert site.pacer.turns == []


def test_a_lost_answer_is_not_asked_for_again(site, planned):
    site.carrier.lose_next_answer = CarrierUnsure("connection reset")
    site.dialling.place_leg(planned)
    site.dialling.place_leg(planned)
    assert site.leg(planned).dial_state == DialState.DOUBTFUL
    assert site.rung == [LEE_PHONE]


def test_a_busy_carrier_is_asked_again_later(site, planned):
    site.carrier.refuse_next = CarrierBusy("429")
    site.dialling.place_leg(planned)
    assert site.leg(planned).dial_state == DialState.PLANNED
    assert site.leg(planned).generation == 1
    site.dialling.place_leg(planned)
    assert site.rung == [LEE_PHONE]


def test_an_agents_number_that_does_not_exist_sets_the_agent_aside(site, planned):
    site.carrier.refuse_next = NO_SUCH_NUMBER
    site.dialling.place_leg(planned)
    assert site.leg(planned).status == "failed"
    assert site.agent_state(site.lee) == AgentState.PAUSE
    assert site.state(site.promised) == CallbackState.WAITING_RETRY


@pytest.mark.parametrize("trouble", [SUSPENDED, CallGone("no such account")])
def test_an_account_in_trouble_is_not_the_agents_fault(site, planned, trouble):
    site.carrier.refuse_next = trouble
    site.dialling.place_leg(planned)
    assert site.agent_state(site.lee) == AgentState.READY
    assert site.state(site.promised) == CallbackState.WAITING_RETRY


def test_an_account_in_trouble_uses_up_no_attempt(site, caller_leg):
    site.carrier.refuse_next = SUSPENDED
    site.dialling.place_leg(caller_leg)
    row = site.row(site.promised)
    assert (row.state, row.attempts_made, row.due_at) == ("waiting_retry", 0, site.now + timedelta(minutes=5))


def test_an_agent_who_waits_in_vain_is_hung_up_and_ready(site, caller_leg):
    site.carrier.refuse_next = SUSPENDED
    site.dialling.place_leg(caller_leg)
    assert site.carrier.ended == [site.agent_sid]
    assert site.agent_state(site.lee) == AgentState.READY


def test_a_callers_number_that_cannot_be_called_ends_the_promise(site, caller_leg):
    site.carrier.refuse_next = NO_SUCH_NUMBER
    site.dialling.place_leg(caller_leg)
    assert site.state(site.promised) == CallbackState.EXPIRED
    assert site.outcomes(site.promised) == ["unreachable"]
    assert site.carrier.ended == [site.agent_sid]


def test_a_worker_that_was_away_until_the_night_rings_no_caller(site, caller_leg):
    site.now = datetime(2026, 3, 4, 18, tzinfo=UTC)  # 03:00 in Seoul
    site.dialling.place_leg(caller_leg)
    row = site.row(site.promised)
    assert site.rung == [LEE_PHONE]
    assert (row.state, row.attempts_made) == ("waiting_retry", 0)
    assert row.due_at == datetime(2026, 3, 5, 0, tzinfo=UTC)
    assert site.carrier.ended == [site.agent_sid]


def test_a_call_that_is_over_does_not_keep_the_next_from_being_hung_up(site):
    site.carrier.gone.add("CA1")
    site.dialling.hang_up(["CA1", "CA2"])
    assert site.carrier.ended == ["CA2"]


def test_an_old_order_never_rings_beside_the_new_one(site, caller_leg):
    # The order for the first attempt is lost on its way; the agent gives up, and another attempt begins.
    site.carrier.refuse_next = CarrierUnsure("reset")
    site.dialling.place_leg(caller_leg)
    site.talk_ends(site.entry_of(site.promised).id)
    site.agent_presses_one(site.rings_next())
    site.worker_rings()
    assert site.rung == [LEE_PHONE, LEE_PHONE, KIM]

    for _ in range(40):
        site.passes(seconds=3)
        site.sweep.once()
        for leg_id in site.leg_ids():
            site.dialling.place_leg(leg_id)
    assert site.rung.count(KIM) == 1


def test_an_agent_for_a_caller_on_the_line_is_rung_before_one_for_a_callback(site, planned):
    site.caller_waits("+821033334444")
    site.agent("박상담", "+821099990002")
    site.dialling.dispatch()
    site.dialling.place_leg(planned)
    assert site.rung == ["+821099990002", LEE_PHONE]
    assert site.pacer.turns == [Urgency.LIVE, Urgency.DUE]


def test_a_job_that_comes_half_a_second_early_waits_for_its_moment(site):
    promised = site.promises(site.caller_rings(), due_at=site.now + timedelta(seconds=30)).callback_id
    site.agent()
    slept = []

    def sleep(seconds):
        slept.append(seconds)
        site.passes(seconds=seconds)

    early = replace(site.dialling, sleep=sleep)
    early.keep_promise(promised)
    assert (slept, site.jobs.rung) == ([], [])  # Half a minute is no matter of half a second: it was put off.
    site.passes(seconds=29.5)
    early.keep_promise(promised)
    assert slept == [0.5]
    assert len(site.jobs.rung) == 1
    early.keep_promise(promised)
    assert slept == [0.5]


def test_only_callers_are_looked_at_for_machines(site, caller_leg):
    site.dialling.place_leg(caller_leg)
    assert [order.machine_path for order in site.carrier.calls] == [None, f"/voice/leg/{caller_leg}/machine"]


def test_where_nobody_wants_to_know_nobody_is_looked_at(site, caller_leg):
    replace(site.dialling, machine_detection=False).place_leg(caller_leg)
    assert [order.machine_path for order in site.carrier.calls] == [None, None]
