"""The live forecast: the log of the line read on, in every process the same, over restarts too."""

from datetime import UTC, datetime, timedelta

from callers import on_the_phone
from sqlalchemy import Connection, func, select

from callqueue import agents, line
from callqueue.agents import AgentState
from callqueue.department import Department
from callqueue.forecast.live import KEPT_MODELS, LiveWait
from callqueue.matching import match
from callqueue.wait import WaitRange
from store.database import Store
from store.tables import wait_models

NOW = datetime(2026, 11, 25, 5, tzinfo=UTC)
BILLING = Department("billing", "요금", ("billing",), handle_seconds=200)
DEPARTMENTS = {"billing": BILLING}


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def live(store: Store) -> LiveWait:
    return LiveWait(store, lambda tx: DEPARTMENTS)


def joins(tx: Connection, seconds: float) -> int:
    case_id, call_id = on_the_phone(tx, None, after(seconds))
    return line.join(tx, case_id=case_id, call_id=call_id, department=BILLING, now=after(seconds))


def signs_in(tx: Connection, name: str, phone: str, seconds: float = 0) -> int:
    agent_id = agents.add_agent(tx, name=name, phone=phone, skills=["billing"], now=after(seconds))
    agents.move_agent(tx, agent_id, AgentState.READY, now=after(seconds), reason="signed in")
    return agent_id


def talks(store: Store, seconds: float) -> int:
    """A caller whom the only agent has accepted."""
    with store.write() as tx:
        signs_in(tx, "김상담", "+821011112222")
        entry_id = joins(tx, seconds)
        (offered,) = match(tx, DEPARTMENTS, after(seconds))
        line.accepted(tx, entry_id, offered.agent_id, after(seconds + 5))
    return entry_id


def asked(store: Store, waits: LiveWait, seconds: float, entry_id: int | None = None) -> WaitRange | None:
    with store.read() as tx:
        return waits.estimate(tx, BILLING, 1, after(seconds), entry_id)


def test_with_nobody_signed_in_nothing_is_said(store: Store) -> None:
    assert asked(store, live(store), 10) is None


def test_whoever_waits_hears_the_calibrated_minutes(store: Store) -> None:
    talks(store, 10)
    with store.write() as tx:
        entry_id = joins(tx, 30)

    told = asked(store, live(store), 31, entry_id)

    assert told is not None
    assert 0 < told.low_seconds < told.mid_seconds < told.high_seconds
    assert told.spoken == told.said


def test_a_join_that_is_not_committed_yet_is_forecast_as_a_newcomer(store: Store) -> None:
    talks(store, 10)
    waits = live(store)
    newcomer = asked(store, waits, 30)

    with store.write() as tx:
        entry_id = joins(tx, 30)
        told = waits.estimate(tx, BILLING, 1, after(30), entry_id)

    assert told == newcomer is not None


def test_who_stands_behind_waits_longer(store: Store) -> None:
    talks(store, 10)
    with store.write() as tx:
        first, second = joins(tx, 30), joins(tx, 31)
    waits = live(store)

    before, behind = asked(store, waits, 32, first), asked(store, waits, 32, second)

    assert before is not None and behind is not None
    assert before.mid_seconds < behind.mid_seconds


def test_two_processes_say_the_same_also_when_one_has_started_from_what_was_kept(store: Store) -> None:
    talks(store, 10)
    oldest = live(store)
    assert (oldest.keep(after(20)), oldest.keep(after(21))) == (True, False)
    with store.write() as tx:
        entry_id = joins(tx, 30)

    told = [asked(store, waits, 40, entry_id) for waits in (oldest, live(store), live(store))]

    assert told[0] == told[1] == told[2] is not None


def test_few_models_are_kept(store: Store) -> None:
    waits = live(store)

    for hour in range(KEPT_MODELS + 2):
        assert waits.keep(after(3600 * hour))

    with store.read() as tx:
        assert tx.execute(select(func.count(wait_models.c.id))).scalar() == KEPT_MODELS
