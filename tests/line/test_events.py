"""The log of the line: every move, once, in order; nobody who reads on misses one."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from callers import on_the_phone
from sqlalchemy import Connection

from callqueue import agents, events, line
from callqueue.agents import AgentState
from callqueue.department import Department
from callqueue.events import Kind, LineEvent
from callqueue.matching import match
from store.database import Store, insert_row
from store.migrate import migrate
from store.tables import callbacks

NOW = datetime(2026, 11, 25, 5, tzinfo=UTC)
T = NOW.timestamp()
BILLING = Department("billing", "요금·결제", ("billing",), priority=1)
DELIVERY = Department("delivery", "배송", ("delivery", "billing"))
DEPARTMENTS = {"billing": BILLING, "delivery": DELIVERY}


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def joins(tx: Connection, number: int = 1, at: datetime = NOW) -> int:
    case_id, call_id = on_the_phone(tx, number, at)
    return line.join(tx, case_id=case_id, call_id=call_id, department=BILLING, now=at)


def comes_to_work(tx: Connection, name: str = "지우", at: datetime = NOW) -> int:
    agent_id = agents.add_agent(tx, name=name, phone=f"+8210{name}", skills=["billing"], now=at)
    agents.move_agent(tx, agent_id, AgentState.READY, now=at, reason="test")
    return agent_id


def takes_a_callback(tx: Connection, entry_id: int, at: datetime, due: datetime | None = None) -> None:
    row = {"case_id": 1, "department": "billing", "number": "+821011112222", "language": "ko", "state": "promised"}
    callback_id = insert_row(tx, callbacks, **row, words="", promised_at=at, due_at=at)
    line.keep_place(tx, entry_id, callback_id, at, not_before=due)


def lines_of(store: Store) -> list[dict[str, Any]]:
    with store.read() as tx:
        return [events.as_line(event, DEPARTMENTS) for event in events.since(tx, events.START)]


def agent_line(seconds: float, state: str) -> dict[str, Any]:
    return {"t": T + seconds, "type": "agent", "agent": 1, "state": state, "departments": ["billing", "delivery"]}


def test_a_caller_who_is_served_is_told_as_the_replay_reads_it(store: Store) -> None:
    with store.write() as tx:
        agent_id, entry_id = comes_to_work(tx), joins(tx)
        match(tx, DEPARTMENTS, later(1))
        line.accepted(tx, entry_id, agent_id, later(5))
        line.finished(tx, entry_id, later(65.25))

    assert lines_of(store) == [
        agent_line(0, "off"),
        agent_line(0, "ready"),
        {"t": T, "type": "join", "caller": 1, "department": "billing", "priority": 1, "credit": 0.0},
        agent_line(1, "ringing"),
        {"t": T + 5, "type": "connect", "caller": 1, "agent": 1},
        agent_line(5, "talk"),
        {"t": T + 65.25, "type": "end", "caller": 1, "agent": 1},
        agent_line(65.25, "wrap"),
    ]


def test_a_promise_is_dialled_fails_keeps_its_place_and_is_kept(store: Store) -> None:
    with store.write() as tx:
        agent_id, entry_id = comes_to_work(tx), joins(tx)
        takes_a_callback(tx, entry_id, later(10))
        match(tx, DEPARTMENTS, later(20))
        line.accepted(tx, entry_id, agent_id, later(25))
        line.back_in_line(tx, entry_id, later(50), not_before=later(650))
        match(tx, DEPARTMENTS, later(650))
        line.accepted(tx, entry_id, agent_id, later(655))
        line.reached(tx, entry_id, later(667))
        line.finished(tx, entry_id, later(700))

    told = [line for line in lines_of(store) if line["type"] not in ("agent", "join")]
    assert told == [
        {"t": T + 10, "type": "promise", "caller": 1},
        {"t": T + 25, "type": "dial", "caller": 1, "agent": 1},
        {"t": T + 50, "type": "dial_failed", "caller": 1, "due": T + 650},
        {"t": T + 655, "type": "dial", "caller": 1, "agent": 1},
        {"t": T + 667, "type": "connect", "caller": 1, "agent": 1},
        {"t": T + 700, "type": "end", "caller": 1, "agent": 1},
    ]


def test_who_leaves_is_told_with_the_reason_once(store: Store) -> None:
    with store.write() as tx:
        entry_id = joins(tx)
        line.leave(tx, entry_id, "abandoned", later(30))
        line.leave(tx, entry_id, "abandoned", later(31))

    assert lines_of(store)[1:] == [{"t": T + 30, "type": "leave", "caller": 1, "reason": "abandoned"}]


def test_a_dialled_promise_that_is_given_up_has_failed_and_left(store: Store) -> None:
    with store.write() as tx:
        agent_id, entry_id = comes_to_work(tx), joins(tx)
        takes_a_callback(tx, entry_id, NOW)
        match(tx, DEPARTMENTS, NOW)
        line.accepted(tx, entry_id, agent_id, NOW)
        line.leave(tx, entry_id, "expired", later(9))

    assert [line["type"] for line in lines_of(store)][-2:] == ["dial_failed", "leave"]


def test_who_waited_elsewhere_has_their_time_as_a_head_start(store: Store) -> None:
    with store.write() as tx:
        case_id, call_id = on_the_phone(tx, 1, NOW)
        line.join(tx, case_id=case_id, call_id=call_id, department=BILLING, now=later(90), joined_at=NOW)

    assert lines_of(store)[0]["credit"] == 90


def test_what_changes_nothing_is_not_told(store: Store) -> None:
    with store.write() as tx:
        agent_id, entry_id = comes_to_work(tx), joins(tx)
        line.leave(tx, entry_id, "abandoned", NOW)
    before = lines_of(store)

    with store.write() as tx:
        assert not line.accepted(tx, entry_id, agent_id, NOW)
        assert not line.finished(tx, entry_id, NOW)
        agents.move_agent(tx, agent_id, AgentState.READY, now=NOW, reason="again")
        agents.move_agent(tx, agent_id, AgentState.TALK, now=NOW, reason="late", expected=(AgentState.RINGING,))

    assert lines_of(store) == before


def test_what_is_rolled_back_never_happened(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.write() as tx:
        joins(tx)
        raise ZeroDivisionError

    assert lines_of(store) == []


def test_reading_page_by_page_is_reading_at_once(store: Store) -> None:
    with store.write() as tx:
        for number in range(7):
            joins(tx, number)

    with store.read() as tx:
        at_once = [event.caller for event in events.since(tx, events.START)]
    assert [event.caller for event in _read_in_pages(store, 2)] == at_once == [1, 2, 3, 4, 5, 6, 7]


def test_what_commits_late_is_read_late_not_never(store: Store) -> None:
    """The transaction that began first, and took the lower id, commits last; on SQLite it would make the other wait."""
    if store.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    with store.write() as late:
        joins(late, 1)
        with store.write() as soon:
            joins(soon, 2)
        first = _read_in_pages(store, 5)
        with store.write() as soon:
            joins(soon, 3)
    second = _read_in_pages(store, 5, first[-1].cursor)

    assert [[event.caller for event in page] for page in (first, second)] == [[2], [1, 3]]


def test_a_log_that_was_restored_into_another_server_is_read(store: Store) -> None:
    with store.write() as tx:
        joins(tx, 1)
        if tx.dialect.name != "sqlite":
            tx.exec_driver_sql("UPDATE line_events SET written_by = 4000000000000")

    migrate(store.url)

    assert [event.caller for event in _read_in_pages(store, 5)] == [1]


def test_times_that_fall_by_a_little_are_evened_and_a_clock_set_back_is_not() -> None:
    told = [LineEvent("", later(seconds), Kind.CONNECT) for seconds in (10, 9.5, 11, -3600, -3590)]

    evened = [(event.at - NOW).total_seconds() for event in events.steadily(told)]

    assert evened == [10, 10, 11, -3600, -3590]


def _read_in_pages(store: Store, size: int, cursor: str = events.START) -> list[LineEvent]:
    read: list[LineEvent] = []
    while True:
        with store.read() as tx:
            page = events.since(tx, cursor, size)
        if not page:
            return read
        read += page
        cursor = page[-1].cursor
