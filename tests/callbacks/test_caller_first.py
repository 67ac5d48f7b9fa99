"""Departments whose callers are rung first: when, how many, and what follows when the two don't meet."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callbacks import ahead
from callbacks.ahead import chance_within, is_time
from callbacks.lifecycle import AttemptOutcome, CallbackState
from callbacks.reach import Accepted, Welcome
from callqueue.agents import AgentState
from callqueue.department import Department
from callqueue.line import EntryState
from callqueue.wait import WaitRange
from carrier.pacer import Urgency

BILLING = Department(id="billing", name="요금", skills=("billing",))
KIM, LEE_PHONE = "+821012345678", "+821099990001"
SOON, LATE = WaitRange(2, 5, 9), WaitRange(60, 120, 200)


@pytest.fixture
def caller_first(site):
    """Agents are free in a moment."""
    site.wait = SOON
    site.dialling = replace(
        site.dialling,
        departments=lambda _tx: {"billing": replace(BILLING, callback_first="caller")},
        estimate=lambda *_: site.wait,
    )
    return site


def busy_agent(site, phone=LEE_PHONE):
    """At work, and in a conversation."""
    lee = site.agent(phone=phone)
    call_id, _entry_id = site.caller_waits(f"+8210222200{phone[-2:]}")
    site.agent_presses_one(site.rings_next())
    site.talks = call_id
    return lee


def test_the_caller_is_rung_shortly_before_an_agent_is_free(caller_first):
    site = caller_first
    lee = busy_agent(site)
    promised = site.callback(KIM)
    site.wait = LATE
    assert site.dialling.dispatch() == 0
    site.wait = SOON
    leg = site.rings_next()
    assert (site.rung[-1], site.state(promised)) == (KIM, CallbackState.DIALLING_FIRST)

    assert site.caller_presses_one(leg) == Welcome.WAIT
    assert site.state(promised) == CallbackState.DIALLING_SECOND
    assert site.entry_of(promised).call_id == leg.id
    site.hangs_up(site.talks)
    site.ready(lee)
    agent_leg = site.rings_next()
    assert site.rung[-1] == LEE_PHONE
    assert site.pacer.turns[-1] == Urgency.LIVE  # Somebody is on the line.

    assert site.agent_presses_one(agent_leg) == Accepted(live_call_id=leg.id)
    assert site.state(promised) == CallbackState.CONNECTED
    site.talk_ends(site.entry_of(promised).id)
    assert site.story(promised) == ["promised", "dialling_first", "dialling_second", "connected", "kept"]
    assert site.outcomes(promised) == ["connected"]
    assert site.row(promised).attempts_made == 1


def test_no_agent_is_rung_for_a_caller_who_has_not_picked_up(caller_first):
    site = caller_first
    site.agent()
    site.callback(KIM)
    site.rings_next()
    site.passes(seconds=5)
    assert site.dialling.dispatch() == 0
    assert site.rung == [KIM]


def test_never_more_callers_are_rung_than_agents_can_take(caller_first):
    site = caller_first
    for number in range(2):
        busy_agent(site, f"+82109999000{number}")
    for number in range(5):
        site.callback(f"+82101111000{number}")
    assert site.dialling.dispatch() == 2
    assert site.dialling.dispatch() == 0


def test_nobody_is_rung_when_nobody_is_at_work(caller_first):
    caller_first.callback(KIM)
    assert caller_first.dialling.dispatch() == 0


def test_who_does_not_answer_is_rung_again_later_and_no_agent_has_waited(caller_first):
    site = caller_first
    lee = site.agent()
    promised = site.callback(KIM)
    leg = site.rings_next()
    site.caller_fails(leg, AttemptOutcome.CALLER_NO_ANSWER)
    assert site.state(promised) == CallbackState.WAITING_RETRY
    assert site.row(promised).due_at == site.now + timedelta(minutes=30)
    assert site.dialling.dispatch() == 0
    site.passes(minutes=30)
    site.rings_next()
    assert site.rung == [KIM, KIM]
    assert site.agent_state(lee) == AgentState.READY


def test_a_caller_who_hangs_up_while_the_agents_phone_rings_is_rung_again(caller_first):
    site = caller_first
    lee = site.agent()
    promised = site.callback(KIM)
    leg = site.rings_next()
    site.caller_presses_one(leg)
    agent_leg = site.rings_next()
    site.caller_fails(leg, AttemptOutcome.CALLER_LEFT)
    assert site.state(promised) == CallbackState.WAITING_RETRY
    assert (site.entry_of(promised).call_id, site.entry_of(promised).state) == (None, EntryState.WAITING)
    assert site.agent_state(lee) == AgentState.READY
    assert site.agent_presses_one(agent_leg) is None
    assert site.outcomes(promised) == ["caller_left"]


def test_an_agent_who_declines_leaves_the_caller_at_the_head_of_the_line(caller_first):
    site = caller_first
    site.agent()
    site.passes(seconds=1)
    site.agent("박상담", "+821099990002")
    promised = site.callback(KIM)
    leg = site.rings_next()
    site.caller_presses_one(leg)
    site.agent_fails(site.rings_next())
    assert site.state(promised) == CallbackState.DIALLING_SECOND
    assert site.agent_presses_one(site.rings_next()) == Accepted(live_call_id=leg.id)


def test_a_callers_leg_whose_end_nobody_heard_is_found(caller_first):
    site = caller_first
    lee = site.agent()
    promised = site.callback(KIM)
    leg = site.rings_next()
    site.caller_presses_one(leg)
    site.rings_next()
    site.passes(seconds=20)
    site.carrier.statuses[leg.sid] = "completed"
    assert site.sweep.once().ended_unheard == 1
    assert site.state(promised) == CallbackState.WAITING_RETRY
    assert site.agent_state(lee) == AgentState.READY


def test_a_callers_leg_that_nobody_wants_any_more_is_not_ordered(caller_first):
    site = caller_first
    site.agent()
    promised = site.callback(KIM)
    site.dialling.dispatch()
    site.cancels(promised)
    site.worker_rings()
    assert site.rung == []


# The moment


@pytest.mark.parametrize(
    ("wait", "seconds", "chance"),
    [
        (WaitRange(0, 0, 0), 12, 1.0),  # an agent is free
        (WaitRange(5, 10, 20), 10, 0.5),  # the median
        (WaitRange(5, 10, 20), 20, 0.9),  # the upper end of the middle 80 %
        (WaitRange(5, 10, 20), 5, 0.1),
        (WaitRange(10, 10, 10), 10, 1.0),  # no doubt at all
        (WaitRange(10, 10, 10), 9, 0.0),
        (WaitRange(0, 10, 20), 9, 0.0),  # no log of zero
    ],
)
def test_the_chance_that_an_agent_is_free_in_time(wait, seconds, chance):
    assert chance_within(wait, seconds) == pytest.approx(chance, abs=0.001)


def test_a_second_of_the_callers_weighs_two_of_an_agents():
    """Two chances in three, the newsvendor's ratio."""
    wait = WaitRange(5, 10, 20)
    moments = [seconds for seconds in range(40) if is_time(wait, seconds)]
    assert chance_within(wait, moments[0]) >= 2 / 3 > chance_within(wait, moments[0] - 1)


@given(low=st.floats(0.1, 100), more=st.floats(1.0, 5.0), longer=st.floats(1.0, 3.0), seconds=st.floats(0.1, 500))
def test_who_waits_longer_is_not_rung_earlier(low, more, longer, seconds):
    wait = WaitRange(low, low * more, low * more * more)
    later = WaitRange(low * longer, low * more * longer, low * more * more * longer)
    assert 0 <= chance_within(later, seconds) <= chance_within(wait, seconds) <= 1


def test_how_long_people_let_it_ring_is_learned(site):
    with site.store.read() as tx:
        assert ahead.usual_ring_seconds(tx) == 12.0
    site.agent()
    for _ in range(2):
        site.callback(KIM)
        site.agent_presses_one(site.rings_next())
        leg = site.worker_rings()
        site.answered(leg, after_seconds=24)
        site.caller_presses_one(leg)
        site.talk_ends(leg.entry_id)
        site.passes(seconds=60)
        site.sweep.once()
    with site.store.read() as tx:
        assert ahead.usual_ring_seconds(tx) == (2 * 24 + 10 * 12) / 12
