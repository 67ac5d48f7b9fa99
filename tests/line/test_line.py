"""Places: kept, counted, never doubled."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from callers import on_the_phone
from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from callqueue import agents, line, oddities
from callqueue.agents import AgentState, IllegalMove
from callqueue.department import Department
from callqueue.line import EntryState
from callqueue.matching import match
from store.database import Store, insert_row
from store.tables import callbacks, line_events

NOW = datetime(2026, 11, 25, 5, tzinfo=UTC)
BILLING = Department("billing", "요금·결제", ("billing",))
VIP = Department("billing", "요금·결제", ("billing",), priority=5)


def joins(tx: Connection, number: int, department: Department = BILLING, seconds: int = 0) -> int:
    case_id, call_id = on_the_phone(tx, number, NOW)
    at = NOW + timedelta(seconds=seconds)
    return line.join(tx, case_id=case_id, call_id=call_id, department=department, now=at)


def promise_row(tx: Connection) -> int:
    row = {"case_id": 1, "department": "billing", "number": "+821011112222", "language": "ko", "state": "promised"}
    return insert_row(tx, callbacks, **row, words="", promised_at=NOW, due_at=NOW)


def ready(tx: Connection, name: str, *skills: str) -> int:
    agent_id = agents.add_agent(tx, name=name, phone=f"+8210{len(name)}{hash(name) % 10**7}", skills=skills, now=NOW)
    agents.move_agent(tx, agent_id, AgentState.READY, now=NOW, reason="test")
    return agent_id


def test_who_comes_first_stands_first(store: Store) -> None:
    with store.write() as tx:
        entries = [joins(tx, n, seconds=n) for n in range(3)]

        assert [line.position(tx, entry, NOW) for entry in entries] == [1, 2, 3]


def test_priority_goes_before_time(store: Store) -> None:
    with store.write() as tx:
        early, important = joins(tx, 1), joins(tx, 2, VIP, seconds=60)

        assert (line.position(tx, early, NOW), line.position(tx, important, NOW)) == (2, 1)


def test_joining_twice_keeps_the_place(store: Store) -> None:
    with store.write() as tx:
        case_id, call_id = on_the_phone(tx, 1, NOW)
        first = line.join(tx, case_id=case_id, call_id=call_id, department=BILLING, now=NOW)
        again = line.join(tx, case_id=case_id, call_id=call_id, department=BILLING, now=NOW + timedelta(minutes=9))

        assert again == first


def test_a_kept_place_that_is_not_due_yet_is_nobodys_delay(store: Store) -> None:
    with store.write() as tx:
        first, second = joins(tx, 1), joins(tx, 2, seconds=1)
        assert line.position(tx, second, NOW) == 2

        line.keep_place(tx, first, promise_row(tx), NOW, not_before=NOW + timedelta(minutes=5))

        assert line.position(tx, second, NOW) == 1
        assert line.position(tx, second, NOW + timedelta(minutes=6)) == 2


def test_who_has_left_has_no_position(store: Store) -> None:
    with store.write() as tx:
        entry = joins(tx, 1)

        assert line.leave(tx, entry, "abandoned", NOW)
        assert line.position(tx, entry, NOW) is None
        assert not line.leave(tx, entry, "abandoned", NOW)  # Once.


def test_accepting_and_finishing(store: Store) -> None:
    with store.write() as tx:
        entry, agent_id = joins(tx, 1), ready(tx, "지우", "billing")
        match(tx, {"billing": BILLING}, NOW)

        assert line.accepted(tx, entry, agent_id, NOW)
        assert agents.state_of(tx, agent_id) == AgentState.TALK
        assert not line.accepted(tx, entry, agent_id, NOW)
        assert line.finished(tx, entry, NOW)
        assert agents.state_of(tx, agent_id) == AgentState.WRAP
        assert not line.finished(tx, entry, NOW)


def test_an_offer_that_came_to_nothing_keeps_the_place(store: Store) -> None:
    with store.write() as tx:
        first, second = joins(tx, 1), joins(tx, 2, seconds=1)
        agent_id = ready(tx, "지우", "billing")
        match(tx, {"billing": BILLING}, NOW)

        line.not_accepted(tx, first, agent_id, NOW, agent_to=AgentState.PAUSE, reason="no answer")

        assert [line.position(tx, entry, NOW) for entry in (first, second)] == [1, 2]
        assert agents.state_of(tx, agent_id) == AgentState.PAUSE


def test_nobody_can_accept_what_was_offered_to_somebody_else(store: Store) -> None:
    with store.write() as tx:
        entry = joins(tx, 1)
        ready(tx, "지우", "billing")
        match(tx, {"billing": BILLING}, NOW)
        other = ready(tx, "서준", "billing")

        assert not line.accepted(tx, entry, other, NOW)


@pytest.mark.parametrize(
    ("state", "to"),
    [(a, b) for a in AgentState for b in AgentState if a != b and b not in agents.MOVES[a]],
)
def test_illegal_moves_of_agents_are_refused_by_name(store: Store, state: AgentState, to: AgentState) -> None:
    with store.write() as tx:
        agent_id = insert_row(tx, agents.agents, name="x", phone="+8210", state=state.value, state_since=NOW)

        with pytest.raises(IllegalMove, match=f"{state} → {to}"):
            agents.move_agent(tx, agent_id, to, now=NOW, reason="test")


@pytest.mark.parametrize("wish", [AgentState.READY, AgentState.PAUSE])
def test_nobody_is_moved_by_hand_while_a_caller_is_offered_to_them(store: Store, wish: AgentState) -> None:
    with store.write() as tx:
        entry, agent_id = joins(tx, 1), ready(tx, "지우", "billing")
        match(tx, {"billing": BILLING}, NOW)

        with pytest.raises(IllegalMove, match=f"ringing → {wish}"):
            agents.move_agent(tx, agent_id, wish, now=NOW, reason="by hand")

        assert line.accepted(tx, entry, agent_id, NOW)
        assert agents.state_of(tx, agent_id) == AgentState.TALK


def test_nobody_is_made_ready_by_hand_in_a_conversation_and_the_next_caller_waits(store: Store) -> None:
    with store.write() as tx:
        talking, agent_id = joins(tx, 1), ready(tx, "지우", "billing")
        match(tx, {"billing": BILLING}, NOW)
        line.accepted(tx, talking, agent_id, NOW)
        waiting = joins(tx, 2, seconds=1)

        with pytest.raises(IllegalMove, match="talk → ready"):
            agents.move_agent(tx, agent_id, AgentState.READY, now=NOW, reason="by hand")

        assert match(tx, {"billing": BILLING}, NOW) == ()
        assert line.position(tx, waiting, NOW) == 1


def test_who_is_left_ringing_without_a_caller_is_freed_by_hand(store: Store) -> None:
    with store.write() as tx:
        agent_id = ready(tx, "지우", "billing")
        agents.move_agent(tx, agent_id, AgentState.RINGING, now=NOW, reason="test")

        assert agents.move_agent(tx, agent_id, AgentState.READY, now=NOW, reason="by hand")


def test_every_change_of_state_is_remembered_with_its_reason(store: Store) -> None:
    with store.write() as tx:
        agent_id = ready(tx, "지우", "billing")
        agents.move_agent(tx, agent_id, AgentState.PAUSE, now=NOW, reason="점심")

        told = tx.execute(select(line_events.c.data).order_by(line_events.c.id)).scalars().all()

    assert [(row["state"], row["reason"]) for row in told] == [("off", "added"), ("ready", "test"), ("pause", "점심")]


def test_two_places_for_one_call_are_refused_by_the_database(store: Store) -> None:
    with pytest.raises(IntegrityError), store.write() as tx:
        joins(tx, 1)
        row = {"case_id": 1, "call_id": 1, "department": "refund", "joined_at": NOW, "priority": 0}
        tx.execute(insert(line.line_entries).values(**row, state=EntryState.WAITING.value))


def test_a_long_wrap_ends(store: Store) -> None:
    with store.write() as tx:
        agent_id = ready(tx, "지우", "billing")
        for state in (AgentState.RINGING, AgentState.TALK, AgentState.WRAP):
            agents.move_agent(tx, agent_id, state, now=NOW, reason="test")
        limit = timedelta(seconds=60)

        assert agents.end_long_wraps(tx, limit=limit, now=NOW + timedelta(seconds=59)) == 0
        assert agents.end_long_wraps(tx, limit=limit, now=NOW + timedelta(seconds=60)) == 1
        assert agents.state_of(tx, agent_id) == AgentState.READY


def test_news_that_can_not_be_is_ignored_counted_and_changes_nothing(store: Store) -> None:
    before = Counter(oddities.counts())
    with store.write() as tx:
        entry, agent_id = joins(tx, 1), ready(tx, "지우", "billing")
        other = ready(tx, "서준", "billing")
        match(tx, {"billing": BILLING}, NOW)
        line.accepted(tx, entry, agent_id, NOW)

        assert not line.accepted(tx, entry, agent_id, NOW)
        assert not line.accepted(tx, entry, other, NOW)
        assert not line.accepted(tx, 99, other, NOW)
        assert not line.leave(tx, 99, "abandoned", NOW)
        assert not line.finished(tx, 99, NOW)

        assert [agents.state_of(tx, one) for one in (agent_id, other)] == [AgentState.TALK, AgentState.READY]
    assert Counter(oddities.counts()) - before == {
        "a caller was accepted twice": 1,
        "another's caller was accepted": 1,
        "a caller was accepted who never came": 1,
        "a caller left who never came": 1,
        "the end of a conversation that nobody had": 1,
    }


def test_a_clock_that_was_set_back_keeps_nobody_writing_up(store: Store) -> None:
    with store.write() as tx:
        agent_id = ready(tx, "지우", "billing")
        for state in (AgentState.RINGING, AgentState.TALK, AgentState.WRAP):
            agents.move_agent(tx, agent_id, state, now=NOW + timedelta(hours=1), reason="test")

        assert agents.end_long_wraps(tx, limit=timedelta(seconds=60), now=NOW) == 1


def test_a_clock_that_was_set_back_matches_nobody_wrongly(store: Store) -> None:
    with store.write() as tx:
        entry = joins(tx, 1, seconds=3600)
        agent_id = ready(tx, "지우", "billing")

        assert [found.entry_id for found in match(tx, {"billing": BILLING}, NOW)] == [entry]
        assert line.accepted(tx, entry, agent_id, NOW)
