"""What was lost is put back, and what is in doubt is found out."""

from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select

from callbacks.lifecycle import CallbackState
from callbacks.sweep import SweepReport
from callqueue import legs
from callqueue.agents import AgentState, move_agent
from callqueue.legs import DialState
from callqueue.line import EntryState
from carrier.port import CarrierCall, CarrierUnsure
from store.tables import utterances

KIM, LEE_PHONE = "+821012345678", "+821099990001"
NOTHING = SweepReport()


@pytest.fixture
def asking(site):
    """A worker has claimed the agent's leg and asks the carrier."""
    site.promised = site.callback()
    site.lee = site.agent()
    site.dialling.dispatch()
    site.sweep.once()
    leg_id = site.jobs.rung[-1]
    with site.store.write() as tx:
        assert legs.claim(tx, leg_id, site.now)
    return leg_id


def test_nothing_to_do(site):
    assert site.sweep.once() == NOTHING


def a_minute_from_now(site):
    return site.promises(site.caller_rings(), due_at=site.now + timedelta(seconds=60)).callback_id


def test_a_promise_gets_its_job_when_nobody_put_it(site):
    promised = a_minute_from_now(site)
    assert site.sweep.once() == SweepReport(promises_put=1)
    assert [kept for kept, _due in site.jobs.kept] == [promised]
    assert site.sweep.once() == NOTHING


def test_a_promise_gets_its_job_again_after_redis_was_wiped(site):
    promised = a_minute_from_now(site)
    site.sweep.once()
    site.jobs.kept.clear()
    site.passes(seconds=30)
    assert site.sweep.once() == SweepReport(promises_put=1)
    assert [kept for kept, _due in site.jobs.kept] == [promised]


def test_a_promise_for_tomorrow_needs_no_job_yet_and_one_that_is_due_none_any_more(site):
    site.promises(site.caller_rings(), due_at=site.now + timedelta(seconds=91))
    site.callback("+821087654321")
    site.passes(seconds=1)
    assert site.sweep.once() == SweepReport(promises_put=1)
    assert [due - site.now for _kept, due in site.jobs.kept] == [timedelta(seconds=90)]


def test_the_sweep_knows_which_promise_falls_due_next(site):
    assert site.sweep.next_due(site.now) is None
    site.callback("+821087654321")  # Due already.
    tomorrow, later = site.now + timedelta(days=1), site.now + timedelta(days=2)
    for number, due_at in (("+821011112222", later), ("+821033334444", tomorrow)):
        site.promises(site.caller_rings(number), number=number, due_at=due_at)
    assert site.sweep.next_due(site.now) == tomorrow
    assert site.sweep.next_due(tomorrow) == later


def test_the_sweep_itself_matches_who_is_free(site):
    site.callback()
    site.agent()
    assert site.sweep.once().rung == 1


def test_legs_that_only_wait_for_their_turn_are_not_put_again(site):
    for number in range(5):
        site.agent(phone=f"+82109999000{number}")
        site.callback(f"+82101111000{number}")
    site.dialling.dispatch()
    site.passes(seconds=13)
    assert site.sweep.once().legs_put_back == 0
    site.passes(seconds=1)
    assert site.sweep.once().legs_put_back == 5


def test_a_repair_that_fails_does_not_keep_the_others_from_being_made(site, caplog):
    a_minute_from_now(site)

    def broken(leg_id, *, generation):
        raise ZeroDivisionError

    site.jobs.ring = broken
    site.caller_waits()
    site.agent()
    assert site.sweep.once() == SweepReport(promises_put=1)
    assert "a repair failed" in caplog.text


def test_a_leg_whose_job_was_lost_is_put_again_under_a_new_name(site):
    site.caller_waits()
    site.agent()
    site.dialling.dispatch()
    leg_id = site.jobs.rung.pop()
    site.passes(seconds=9)
    assert site.sweep.once() == NOTHING
    site.passes(seconds=1)
    assert site.sweep.once() == SweepReport(legs_put_back=1)
    assert site.jobs.rung == [leg_id]
    assert site.leg(leg_id).generation == 1
    assert site.sweep.once() == NOTHING


def test_a_worker_that_died_while_asking_leaves_a_doubt(site, asking):
    site.passes(seconds=19)
    assert site.sweep.once() == NOTHING
    site.passes(seconds=1)
    assert site.sweep.once() == SweepReport(legs_doubted=1)
    assert site.leg(asking).dial_state == DialState.DOUBTFUL
    site.dialling.place_leg(asking)
    assert site.rung == []


def test_a_call_that_the_carrier_lists_is_ours(site, asking):
    site.carrier.listed[LEE_PHONE] = [CarrierCall("CAlost", "ringing", site.now)]
    site.passes(seconds=20)
    assert site.sweep.once() == SweepReport(legs_doubted=1, legs_adopted=1)
    assert site.leg(asking).sid == "CAlost"
    assert site.leg(asking).dial_state == DialState.PLACED


def test_a_call_that_rang_out_meanwhile_was_placed_all_the_same(site, asking):
    site.carrier.listed[LEE_PHONE] = [CarrierCall("CAlost", "no-answer", site.now)]
    site.passes(minutes=10)  # Nobody listened, neither to webhooks nor to the list.
    site.sweep.once()
    site.dialling.place_leg(asking)
    assert site.rung == []
    assert site.leg(asking).sid == "CAlost"


def test_calls_from_before_and_calls_of_others_are_not_ours(site, asking):
    earlier = CarrierCall("CAearlier", "in-progress", site.now - timedelta(minutes=3))
    site.carrier.listed[LEE_PHONE] = [earlier]
    site.passes(seconds=20)
    assert site.sweep.once() == SweepReport(legs_doubted=1)


def test_after_a_minute_without_a_trace_it_is_ordered_again_once(site, asking):
    site.passes(seconds=60)
    site.jobs.rung.clear()
    assert site.sweep.once() == SweepReport(legs_doubted=1, legs_ordered_again=1)
    assert site.sweep.once() == NOTHING
    assert site.jobs.rung == [asking]
    site.dialling.place_leg(asking)
    site.dialling.place_leg(asking)
    assert site.rung == [LEE_PHONE]


def test_two_unknown_calls_leave_the_doubt_and_nothing_is_ordered_again(site, asking):
    site.carrier.listed[LEE_PHONE] = [CarrierCall(sid, "ringing", site.now) for sid in ("CAone", "CAtwo")]
    site.passes(seconds=100)
    assert site.sweep.once() == SweepReport(legs_doubted=1)
    assert site.leg(asking).dial_state == DialState.DOUBTFUL


def test_an_order_may_stand_in_the_carriers_own_queue(site, asking):
    """A minute begins to count when the carrier would have rung."""
    site.carrier.queue_seconds = 45.0
    site.caller_waits("+821011112222")
    site.agent("박상담", "+821099990002")
    site.dialling.dispatch()
    site.worker_rings()  # The carrier's answer tells how long its queue is.
    site.passes(seconds=104)
    assert site.sweep.once().legs_ordered_again == 0
    site.passes(seconds=1)
    assert site.sweep.once().legs_ordered_again == 1


def test_a_carrier_that_is_away_is_asked_once_a_round(site, asking):
    asked = []

    def away(number):
        asked.append(number)
        raise CarrierUnsure("time-out")

    site.carrier.calls_to = away
    site.caller_waits("+821011112222")
    site.agent("박상담", "+821099990002")
    site.dialling.dispatch()
    site.carrier.lose_next_answer = CarrierUnsure("time-out")
    site.worker_rings()
    site.passes(seconds=20)
    site.sweep.once()
    assert asked == [LEE_PHONE]


def test_a_carrier_that_cannot_be_asked_settles_nothing(site, asking):
    def away(number):
        raise CarrierUnsure("HTTP 503")

    site.carrier.calls_to = away
    site.passes(seconds=100)
    assert site.sweep.once() == SweepReport(legs_doubted=1)
    assert site.leg(asking).dial_state == DialState.DOUBTFUL


def test_a_leg_that_shows_itself_ends_the_doubt(site, asking):
    site.passes(seconds=20)
    site.sweep.once()
    with site.store.write() as tx:
        assert legs.learn_sid(tx, asking, "CAseen")
        assert legs.learn_sid(tx, asking, "CAseen")
        assert not legs.learn_sid(tx, asking, "CAother")
    site.passes(seconds=60)
    site.sweep.once()
    site.dialling.place_leg(asking)
    assert site.rung == []


def test_an_agents_leg_without_an_end_is_ended(site):
    site.caller_waits()
    lee = site.agent()
    leg = site.rings_next()
    site.passes(seconds=119)
    assert site.sweep.once() == NOTHING
    site.passes(seconds=1)
    assert site.sweep.once() == SweepReport(mute_legs=1)
    assert site.agent_state(lee) == AgentState.PAUSE
    assert site.carrier.ended == [leg.sid]
    assert site.sweep.once() == NOTHING


def test_a_callers_leg_without_an_end_sets_the_agent_free(site):
    promised = site.callback()
    lee = site.agent()
    agent_leg = site.rings_next()
    site.agent_presses_one(agent_leg)
    caller_leg = site.worker_rings()
    site.passes(seconds=120)

    assert site.sweep.once().mute_legs == 1
    assert site.state(promised) == CallbackState.WAITING_RETRY
    assert site.agent_state(lee) == AgentState.READY
    assert site.carrier.ended == [caller_leg.sid, agent_leg.sid]


def test_wrap_up_time_ends(site):
    lee = site.agent()
    with site.store.write() as tx:
        for state in (AgentState.RINGING, AgentState.TALK, AgentState.WRAP):
            move_agent(tx, lee, state, now=site.now, reason="test")
    site.passes(seconds=60)
    assert site.sweep.once() == SweepReport(wraps_ended=1)
    assert site.agent_state(lee) == AgentState.READY


def test_words_expire(site):
    call_id = site.caller_rings()
    spoken = {
        "call_id": call_id,
        "at": site.now,
        "step": 1,
        "expectation": "intent",
        "words": "요금이요",
        "alternatives": [],
        "probability": 0.9,
        "decision": "go",
        "audio_seconds": 1.0,
    }
    with site.store.write() as tx:
        for days in (30, 31):
            tx.execute(insert(utterances).values(**spoken, expires_at=site.now + timedelta(days=days)))
    site.passes(days=30)
    assert site.sweep.once() == SweepReport(words_expired=1)
    with site.store.read() as tx:
        assert tx.execute(select(func.count()).select_from(utterances)).scalar_one() == 1


def look_up_every_call(site):
    """As many rounds as there are calls, and one more to begin again."""
    return sum(site.sweep.once().ended_unheard for _ in range(6))


def test_a_caller_whose_last_webhook_was_lost_leaves_the_line(site):
    call_id, entry_id = site.caller_waits()
    site.carrier.statuses[f"CAcaller{call_id}"] = "completed"
    site.passes(seconds=19)
    assert look_up_every_call(site) == 0
    site.passes(seconds=1)
    assert look_up_every_call(site) == 1
    assert site.entry_state(entry_id) == EntryState.LEFT
    assert site.case_outcome(call_id) == "abandoned"


def test_each_of_a_hundred_calls_is_looked_up_within_half_a_minute(site):
    waiting = [site.caller_waits(f"+821011110{number:03}") for number in range(100)]
    for call_id, _entry_id in waiting:
        site.carrier.statuses[f"CAcaller{call_id}"] = "completed"
    site.passes(seconds=20)
    rounds = [site.sweep.once().ended_unheard for _ in range(13)]  # One every two seconds.
    assert sum(rounds) == 100
    assert {site.entry_state(entry_id) for _call_id, entry_id in waiting} == {EntryState.LEFT}


def test_callers_who_still_wait_are_left_alone(site):
    _call_id, entry_id = site.caller_waits()
    site.passes(minutes=30)
    assert look_up_every_call(site) == 0
    assert site.entry_state(entry_id) == EntryState.WAITING


@pytest.mark.parametrize("hangs_up", ["agent", "caller"])
def test_a_talk_whose_last_webhook_was_lost_is_over(site, hangs_up):
    promised = site.callback()
    lee = site.agent()
    agent_leg = site.rings_next()
    site.agent_presses_one(agent_leg)
    caller_leg = site.worker_rings()
    site.caller_presses_one(caller_leg)
    site.carrier.gone.add({"agent": agent_leg, "caller": caller_leg}[hangs_up].sid)
    site.passes(minutes=6)

    assert look_up_every_call(site) == 1
    assert site.state(promised) == CallbackState.KEPT
    assert site.agent_state(lee) == AgentState.WRAP


def test_a_carrier_that_does_not_answer_ends_no_call(site):
    _call_id, entry_id = site.caller_waits()

    def away(sid):
        raise CarrierUnsure("HTTP 503")

    site.carrier.status_of = away
    site.passes(minutes=6)
    assert look_up_every_call(site) == 0
    assert site.entry_state(entry_id) == EntryState.WAITING


def test_a_leg_planned_long_ago_that_is_found_ended_before_its_webhook_comes(site):
    promised = site.callback()
    lee = site.agent()
    site.dialling.dispatch()
    site.passes(minutes=6)  # The worker was away.
    agent_leg = site.worker_rings()
    site.passes(seconds=20)
    site.carrier.statuses[agent_leg.sid] = "no-answer"
    assert look_up_every_call(site) == 1
    assert site.agent_state(lee) == AgentState.PAUSE
    assert site.state(promised) == CallbackState.WAITING_RETRY

    site.agent("박상담", "+821099990002")
    site.agent_presses_one(site.rings_next())
    site.passes(minutes=6)
    caller_leg = site.worker_rings()
    site.passes(seconds=20)
    site.carrier.statuses[caller_leg.sid] = "busy"
    assert look_up_every_call(site) == 1
    assert site.state(promised) == CallbackState.WAITING_RETRY
    assert site.outcomes(promised) == ["agent_no_answer", "caller_busy"]
