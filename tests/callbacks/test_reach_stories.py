"""Callbacks as stories: who is rung, in which order, and how it ends."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from callbacks.lifecycle import AttemptOutcome, CallbackState, move
from callbacks.promises import AlreadyPromised
from callbacks.reach import Accepted, Ended
from callqueue.agents import AgentState
from callqueue.line import EntryState
from carrier.pacer import Urgency
from store.tables import callbacks

KIM, LEE_PHONE, PARK_PHONE = "+821012345678", "+821099990001", "+821099990002"


def test_a_promise_is_kept(site):
    promised = site.callback()
    agent = site.agent()

    agent_leg = site.rings_next()
    assert site.rung == [LEE_PHONE]
    assert site.state(promised) == CallbackState.DIALLING_FIRST
    assert site.agent_state(agent) == AgentState.RINGING

    taken = site.agent_presses_one(agent_leg)
    assert taken == Accepted(caller_leg_id=site.leg_ids()[-1])
    caller_leg = site.worker_rings()
    assert site.rung == [LEE_PHONE, KIM]
    assert site.state(promised) == CallbackState.DIALLING_SECOND

    assert site.caller_presses_one(caller_leg)
    assert site.state(promised) == CallbackState.CONNECTED
    assert site.agent_state(agent) == AgentState.TALK

    site.talk_ends(site.entry_of(promised).id)
    assert site.story(promised) == ["promised", "dialling_first", "dialling_second", "connected", "kept"]
    assert site.outcomes(promised) == ["connected"]
    assert site.row(promised).attempts_made == 1
    assert site.agent_state(agent) == AgentState.WRAP
    assert site.case_outcome(agent_leg.id) == "served"


def test_whoever_waits_on_the_line_comes_before_whoever_is_due(site):
    site.callback()
    site.agent()
    agent_leg = site.rings_next()
    site.agent_presses_one(agent_leg)
    site.worker_rings()  # Now the agent waits on the line.
    site.agent("박상담", PARK_PHONE)
    site.caller_waits("+821011112222")
    site.rings_next()

    assert site.pacer.turns == [Urgency.DUE, Urgency.LIVE, Urgency.LIVE]


def test_an_agent_declines_and_the_next_one_is_rung(site):
    promised = site.callback()
    first = site.agent("이상담", LEE_PHONE)
    site.passes(seconds=1)
    second = site.agent("박상담", PARK_PHONE)

    site.agent_fails(site.rings_next())
    assert site.state(promised) == CallbackState.WAITING_RETRY
    assert site.agent_state(first) == AgentState.PAUSE

    site.agent_presses_one(site.rings_next())
    site.worker_rings()
    assert site.rung == [LEE_PHONE, PARK_PHONE, KIM]
    assert site.agent_state(second) == AgentState.TALK
    assert site.outcomes(promised) == ["agent_declined", None]
    assert site.row(promised).attempts_made == 0


@pytest.mark.parametrize(
    ("outcome", "minutes"),
    [
        (AttemptOutcome.CALLER_BUSY, 5),
        (AttemptOutcome.CALLER_NO_ANSWER, 30),
        (AttemptOutcome.CALLER_DECLINED, 30),
        (AttemptOutcome.FAILED, 5),
    ],
)
def test_a_caller_who_is_not_reached_is_rung_again_later(site, outcome, minutes):
    promised = site.callback()
    joined_at = site.entry_of(promised).joined_at
    agent = site.agent()
    site.agent_presses_one(site.rings_next())

    assert site.caller_fails(site.worker_rings(), outcome) == promised
    assert site.row(promised).due_at == site.now + timedelta(minutes=minutes)
    assert site.agent_state(agent) == AgentState.READY

    assert site.dialling.dispatch() == 0
    site.passes(minutes=minutes)
    site.agent_presses_one(site.rings_next())
    site.worker_rings()
    assert site.rung == [LEE_PHONE, KIM, LEE_PHONE, KIM]
    assert site.entry_of(promised).joined_at == joined_at


def test_after_three_attempts_the_promise_expires_and_the_case_stays_open(site):
    promised = site.callback()
    agent = site.agent()
    for _ in range(3):
        site.agent_presses_one(site.rings_next())
        caller_leg = site.worker_rings()
        retried = site.caller_fails(caller_leg, AttemptOutcome.CALLER_NO_ANSWER)
        site.passes(minutes=60)

    assert retried is None
    assert site.state(promised) == CallbackState.EXPIRED
    assert site.outcomes(promised) == ["caller_no_answer"] * 3
    assert site.case_outcome(caller_leg.id) is None
    assert site.agent_state(agent) == AgentState.READY
    assert site.dialling.dispatch() == 0


def test_the_agent_hangs_up_before_the_caller_is_there(site):
    promised = site.callback()
    agent = site.agent()
    site.agent_presses_one(site.rings_next())
    caller_leg = site.worker_rings()

    ended = site.talk_ends(site.entry_of(promised).id)
    assert ended == Ended(loose_leg_id=caller_leg.id, callback_id=promised)
    assert site.state(promised) == CallbackState.WAITING_RETRY
    assert site.row(promised).due_at == site.now
    assert site.outcomes(promised) == ["agent_left"]
    assert site.agent_state(agent) == AgentState.READY
    assert not site.caller_presses_one(caller_leg)


def test_an_agent_who_declines_for_ever_ends_the_promise_not_the_caller(site):
    promised = site.callback()
    lee = site.agent()
    for _ in range(12):
        site.agent_fails(site.rings_next())
        site.passes(minutes=15)
        site.ready(lee)

    assert site.state(promised) == CallbackState.EXPIRED
    assert site.entry_of(promised).state == EntryState.LEFT
    assert site.row(promised).attempts_made == 0
    assert set(site.rung) == {LEE_PHONE}


def test_every_event_twice_changes_nothing(site):
    promised = site.callback()
    site.agent()
    agent_leg = site.rings_next()
    site.agent_presses_one(agent_leg)
    caller_leg = site.worker_rings()
    entry_id = site.entry_of(promised).id

    assert site.agent_presses_one(agent_leg) is None
    assert site.caller_presses_one(caller_leg)
    assert not site.caller_presses_one(caller_leg)
    assert site.caller_fails(caller_leg, AttemptOutcome.CALLER_BUSY) is None
    assert site.state(promised) == CallbackState.CONNECTED
    site.talk_ends(entry_id)
    assert site.talk_ends(entry_id) == Ended()
    site.agent_fails(agent_leg, AttemptOutcome.AGENT_DECLINED)
    assert site.story(promised) == ["promised", "dialling_first", "dialling_second", "connected", "kept"]
    assert site.rung == [LEE_PHONE, KIM]


def test_who_phones_twice_is_promised_once(site):
    promised = site.callback()
    call_id, entry_id = site.caller_waits()
    assert site.promises(call_id, entry_id) == AlreadyPromised(promised)
    assert site.entry_of(promised).id != entry_id


def test_the_place_in_the_line_is_kept(site):
    first_call, first_entry = site.caller_waits()
    site.passes(minutes=1)
    site.caller_waits("+821011112222")
    promised = site.promises(first_call, first_entry).callback_id
    site.hangs_up(first_call)
    agent = site.agent()

    leg = site.rings_next()
    assert leg.entry_id == first_entry
    assert site.entry_of(promised).agent_id == agent
    assert site.case_outcome(first_call) is None


def test_a_caller_takes_the_callback_while_the_agents_phone_rings(site):
    call_id, entry_id = site.caller_waits()
    site.agent()
    agent_leg = site.rings_next()
    promised = site.promises(call_id, entry_id).callback_id
    assert site.hangs_up(call_id) is None

    site.agent_presses_one(agent_leg)
    caller_leg = site.worker_rings()
    assert site.rung == [LEE_PHONE, KIM]
    assert site.caller_presses_one(caller_leg)
    site.talk_ends(entry_id)
    assert site.state(promised) == CallbackState.KEPT
    assert site.outcomes(promised) == ["connected"]


def test_a_live_caller_is_put_through(site):
    call_id, entry_id = site.caller_waits()
    agent = site.agent()
    agent_leg = site.rings_next()
    assert site.agent_presses_one(agent_leg) == Accepted(live_call_id=call_id)
    assert site.hangs_up(call_id) == agent_leg.id
    assert site.case_outcome(call_id) == "served"
    assert site.agent_state(agent) == AgentState.WRAP
    assert site.entry_state(entry_id) == EntryState.LEFT


def test_a_live_caller_hangs_up_while_the_agents_phone_rings(site):
    call_id, entry_id = site.caller_waits()
    agent = site.agent()
    agent_leg = site.rings_next()

    assert site.hangs_up(call_id) == agent_leg.id
    assert site.case_outcome(call_id) == "abandoned"
    assert site.agent_state(agent) == AgentState.READY
    assert site.agent_presses_one(agent_leg) is None
    assert site.entry_state(entry_id) == EntryState.LEFT


def test_a_caller_who_leaves_without_a_promise_closes_the_case(site):
    call_id = site.caller_rings()
    assert site.hangs_up(call_id) is None
    assert site.case_outcome(call_id) == "left"


def test_a_promise_called_off_while_the_agent_listens_rings_nobody(site):
    promised = site.callback()
    agent = site.agent()
    agent_leg = site.rings_next()
    with site.store.write() as tx:
        called_off = move(
            tx,
            promised,
            (CallbackState.DIALLING_FIRST,),
            CallbackState.CANCELLED,
            who="supervisor",
            why="solved",
            now=site.now,
        )
    assert called_off

    assert site.agent_presses_one(agent_leg) is None
    assert site.agent_state(agent) == AgentState.READY
    assert site.entry_of(promised).state == EntryState.LEFT
    assert site.rung == [LEE_PHONE]


def test_a_promise_called_off_while_it_waits_rings_nobody(site):
    promised = site.callback()
    with site.store.write() as tx:
        tx.execute(update(callbacks).where(callbacks.c.id == promised).values(state="cancelled"))
    agent = site.agent()

    assert site.dialling.dispatch() == 0
    assert site.agent_state(agent) == AgentState.READY
    assert site.entry_of(promised).state == EntryState.LEFT


def test_nobody_is_rung_for_a_callback_at_night(site):
    site.now = datetime(2026, 3, 4, 13, tzinfo=UTC)  # 22:00 in Seoul
    promised = site.callback()
    agent = site.agent()

    assert site.dialling.dispatch() == 0
    nine = datetime(2026, 3, 5, 0, tzinfo=UTC)
    assert site.row(promised).due_at == nine
    assert site.entry_of(promised).not_before == nine
    assert site.agent_state(agent) == AgentState.READY

    site.now = nine
    site.rings_next()
    assert site.rung == [LEE_PHONE]
