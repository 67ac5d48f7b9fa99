"""Anything may happen in any order; nobody is rung twice for one attempt, and every promise comes to an end."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from callbacks.lifecycle import OPEN, AttemptOutcome, CallbackState
from callqueue.agents import AgentState, all_agents, move_agent
from callqueue.department import Department
from callqueue.legs import Purpose
from callqueue.line import STANDING, EntryState
from carrier.port import CarrierBusy, CarrierRefused, CarrierUnsure
from store.tables import agents, attempts, callbacks, calls, line_entries

NUMBERS = [f"+8210111100{n:02}" for n in range(3)]
PHONES = [f"+8210999900{n:02}" for n in range(2)]
WHICH = st.integers(0, 1000)
AGENT_FAILURES = [AttemptOutcome.AGENT_NO_ANSWER, AttemptOutcome.AGENT_DECLINED, AttemptOutcome.FAILED]
CALLER_FAILURES = [
    AttemptOutcome.CALLER_BUSY,
    AttemptOutcome.CALLER_NO_ANSWER,
    AttemptOutcome.CALLER_DECLINED,
    AttemptOutcome.CALLER_LEFT,
    AttemptOutcome.MACHINE,
    AttemptOutcome.FAILED,
]
TROUBLES = {
    "none": None,
    "refused": CarrierRefused(20005, "suspended", permanent=False),
    "no such number": CarrierRefused(21211, "no such number", permanent=True),
    "busy": CarrierBusy("429"),
    "lost on the way there": CarrierUnsure("reset"),
}


class Days(RuleBasedStateMachine):
    """Days at a front desk with three callers and two agents."""

    new_site = None
    first = "agent"
    """Whose phone rings first for a callback."""

    def __init__(self):
        super().__init__()
        self.site = self.new_site()
        billing = Department(id="billing", name="요금", skills=("billing",), callback_first=self.first)
        self.site.dialling = replace(self.site.dialling, departments=lambda _tx: {"billing": billing})
        self.site.renew_sweep()
        for phone in PHONES:
            self.site.agent(phone, phone)

    def teardown(self):
        self.every_promise_comes_to_an_end()
        self.site.store.close()

    # What may happen

    @rule(number=st.sampled_from(NUMBERS))
    def somebody_phones_and_waits(self, number):
        self.site.caller_waits(number)

    @rule(which=WHICH)
    def somebody_takes_the_callback(self, which):
        entry = self._one(which, self._entries(line_entries.c.call_id.is_not(None)))
        if entry is not None and entry.state != EntryState.CONNECTED:
            self.site.promises(entry.call_id, entry.id, self._number(entry.call_id))

    @rule(which=WHICH)
    def a_caller_hangs_up(self, which):
        call = self._one(which, self._calls(calls.c.purpose == Purpose.CALLER))
        if call is not None:
            self.site.hangs_up(call.id)

    @rule()
    def matching(self):
        self.site.dialling.dispatch()

    @rule(which=WHICH, trouble=st.sampled_from(sorted(TROUBLES)), answer_lost=st.booleans())
    def a_worker_orders_a_leg(self, which, trouble, answer_lost):
        leg = self._one(which, self._legs())
        if leg is not None:
            carrier = self.site.carrier
            carrier.refuse_next = TROUBLES[trouble]
            carrier.lose_next_answer = CarrierUnsure("time-out") if answer_lost else None
            self.site.dialling.place_leg(leg.id)
            carrier.refuse_next = carrier.lose_next_answer = None

    @rule(which=WHICH)
    def an_agent_presses_one(self, which):
        if (leg := self._rings(which, Purpose.AGENT)) is not None:
            self.site.agent_presses_one(leg)

    @rule(which=WHICH, outcome=st.sampled_from(AGENT_FAILURES))
    def an_agent_does_not(self, which, outcome):
        if (leg := self._rings(which, Purpose.AGENT)) is not None:
            self.site.agent_fails(leg, outcome)

    @rule(which=WHICH)
    def a_caller_presses_one(self, which):
        if (leg := self._rings(which, Purpose.CALLBACK)) is not None and self._does(leg, "greeting"):
            self.site.caller_presses_one(leg)

    @rule(which=WHICH, outcome=st.sampled_from(CALLER_FAILURES))
    def a_caller_does_not(self, which, outcome):
        if (leg := self._rings(which, Purpose.CALLBACK)) is not None:
            self.site.caller_fails(leg, outcome)

    @rule(which=WHICH)
    def somebody_ends_the_talk(self, which):
        entry = self._one(which, self._entries(line_entries.c.state == EntryState.CONNECTED))
        if entry is not None:
            self.site.talk_ends(entry.id)

    @rule(which=WHICH)
    def a_call_ends_and_its_webhook_is_lost(self, which):
        call = self._one(which, self._calls(calls.c.sid.is_not(None)))
        if call is not None:
            self.site.carrier.statuses[call.sid] = "completed"

    @rule(seconds=st.sampled_from([1, 12, 25, 65, 130, 400, 2000]))
    def time_passes(self, seconds):
        self.site.passes(seconds=seconds)

    @rule()
    def a_sweep(self):
        self.site.sweep.once()

    @rule()
    def the_agents_come_back(self):
        with self.site.store.write() as tx:
            for agent in all_agents(tx):
                resting = (AgentState.PAUSE, AgentState.WRAP)
                move_agent(tx, agent.id, AgentState.READY, now=self.site.now, reason="back", expected=resting)

    # What must be so

    @invariant()
    def every_leg_is_placed_at_most_once(self):
        placed = Counter(order.path for order in self.site.carrier.calls)
        assert [path for path, times in placed.items() if times > 1] == []

    @invariant()
    def every_attempt_rings_the_caller_at_most_once(self):
        legs_of = Counter(leg.attempt_id for leg in self._legs() if leg.purpose == Purpose.CALLBACK)
        assert [attempt for attempt, made in legs_of.items() if made > 1] == []

    @invariant()
    def every_open_promise_has_its_place(self):
        places = {entry.callback_id: entry for entry in self._entries()}
        waiting, offered, connected = STANDING
        fitting = {
            CallbackState.PROMISED: {waiting, offered},
            CallbackState.WAITING_RETRY: {waiting},
            CallbackState.DIALLING_FIRST: {offered},
            CallbackState.DIALLING_SECOND: {connected},
            CallbackState.CONNECTED: {connected},
        }
        if self.first == "caller":
            # Also agent first: who takes the callback while an agent's phone rings for them.
            fitting[CallbackState.DIALLING_FIRST] = {waiting, offered}
            fitting[CallbackState.DIALLING_SECOND] = {waiting, offered, connected}
        for promised in self._promises():
            if promised.state in OPEN:
                assert places[promised.id].state in fitting[promised.state], promised
            else:
                assert promised.id not in places

    @invariant()
    def every_agent_does_what_the_line_says(self):
        served = {entry.agent_id: entry.state for entry in self._entries() if entry.agent_id is not None}
        doing = {EntryState.OFFERED: AgentState.RINGING, EntryState.CONNECTED: AgentState.TALK}
        with self.site.store.read() as tx:
            found = dict(tx.execute(select(agents.c.id, agents.c.state)).all())
        busy = {agent: state for agent, state in found.items() if state in doing.values()}
        assert busy == {agent: doing[EntryState(state)] for agent, state in served.items()}

    @invariant()
    def every_attempt_that_is_over_has_an_outcome(self):
        with self.site.store.read() as tx:
            rows = tx.execute(
                select(attempts.c.outcome, callbacks.c.state)
                .join(callbacks)
                .where(attempts.c.callback_id == callbacks.c.id)
            ).all()
        dialling = {CallbackState.DIALLING_FIRST, CallbackState.DIALLING_SECOND}
        assert [row for row in rows if row.outcome is None and row.state not in dialling] == []

    def every_promise_comes_to_an_end(self):
        for call in self._calls(calls.c.purpose == Purpose.CALLER):
            self.site.hangs_up(call.id)
        for _ in range(60):
            if all(promised.state not in OPEN for promised in self._promises()):
                return
            self._an_ordinary_half_hour()
        raise AssertionError(f"forgotten: {self._promises()}, {self._entries()}, {self._legs()}")

    def _an_ordinary_half_hour(self):
        self.the_agents_come_back()
        self.site.sweep.once()
        for purpose, answers in (
            (Purpose.AGENT, self.site.agent_presses_one),
            (Purpose.CALLBACK, self.site.caller_presses_one),
        ):
            for leg in self._legs():
                self.site.dialling.place_leg(leg.id)
            for leg in self._legs():
                if leg.purpose == purpose and self._lives(leg) and leg.state in ("whispering", "greeting"):
                    answers(self.site.leg(leg.id))
        for entry in self._entries(line_entries.c.state == EntryState.CONNECTED):
            self.site.talk_ends(entry.id)
        self.site.passes(minutes=30)

    # Looking

    def _rings(self, which, purpose):
        """A leg that the carrier has. Its webhook tells the CallSid, if the carrier's answer was lost."""
        placed = {order.path: order for order in self.site.carrier.calls}
        ringing = [leg for leg in self._legs() if leg.purpose == purpose and f"/voice/leg/{leg.id}" in placed]
        leg = self._one(which, ringing)
        return self.site.leg(leg.id) if leg is not None and self._lives(leg) else None

    def _does(self, leg, state):
        with self.site.store.read() as tx:
            return tx.execute(select(calls.c.state).where(calls.c.id == leg.id)).scalar_one() == state

    def _lives(self, leg):
        return leg.sid is not None and self.site.carrier.status_of(leg.sid) == "in-progress"

    def _one(self, which, rows):
        return rows[which % len(rows)] if rows else None

    def _number(self, call_id):
        with self.site.store.read() as tx:
            return tx.execute(select(calls.c.from_number).where(calls.c.id == call_id)).scalar_one()

    def _legs(self):
        return self._calls(calls.c.purpose != Purpose.CALLER)

    def _calls(self, condition):
        with self.site.store.read() as tx:
            return tx.execute(select(calls).where(condition).order_by(calls.c.id)).all()

    def _promises(self):
        with self.site.store.read() as tx:
            return tx.execute(select(callbacks)).all()

    def _entries(self, *conditions):
        standing = line_entries.c.state.in_([state.value for state in STANDING])
        with self.site.store.read() as tx:
            return tx.execute(select(line_entries).where(standing, *conditions)).all()


@pytest.mark.parametrize("first", ["agent", "caller"])
def test_whatever_happens(new_site, first):
    class Machine(Days):
        pass

    Machine.new_site = staticmethod(new_site)
    Machine.first = first
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=25,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
        ),
    )
