"""Nobody is phoned while the department is closed, and no promise is open for ever."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from zoneinfo import ZoneInfo

import pytest

from callbacks.lifecycle import AttemptOutcome, CallbackState
from callbacks.retries import CallbackRules, may_ring_from, window_end
from callqueue.agents import AgentState
from callqueue.department import Department
from callqueue.line import EntryState
from ivr.menu.hours import OpeningHours, Span

BILLING = Department(id="billing", name="요금", skills=("billing",))
RULES = CallbackRules(ZoneInfo("Asia/Seoul"))
NOON = datetime(2026, 3, 4, 3, tzinfo=UTC)
KIM, LEE_PHONE = "+821012345678", "+821099990001"
NINE_TO_SIX = Span(clock_time(9), clock_time(18))
WEEKDAYS = OpeningHours("Asia/Seoul", (NINE_TO_SIX,) * 5 + (None, None), "KR")
OFFICE = replace(BILLING, hours=WEEKDAYS)


def seoul(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour - 9, minute, tzinfo=UTC)


@pytest.fixture
def office(site):
    """Open from nine to six on working days."""
    site.dialling = replace(site.dialling, departments=lambda _tx: {"billing": OFFICE})
    site.renew_sweep()
    return site


@pytest.mark.parametrize(
    ("at", "allowed"),
    [
        (seoul(3, 4, 12), seoul(3, 4, 12)),  # a Wednesday at noon
        (seoul(3, 4, 18), seoul(3, 5, 9)),  # closed, and not quiet yet
        (seoul(3, 4, 22), seoul(3, 5, 9)),  # quiet
        (seoul(3, 6, 18), seoul(3, 9, 9)),  # Friday evening: Monday
        (seoul(2, 27, 18), seoul(3, 3, 9)),  # before the holiday of 1 March, a Sunday, made up for on Monday
    ],
)
def test_when_callers_may_be_phoned(at, allowed):
    assert may_ring_from(at, OFFICE, RULES) == allowed


def test_a_department_without_hours_is_held_to_the_quiet_hours_alone():
    assert may_ring_from(seoul(3, 7, 20), BILLING, RULES) == seoul(3, 7, 20)
    assert may_ring_from(seoul(3, 7, 21), BILLING, RULES) == seoul(3, 8, 9)


def test_an_agent_who_stays_late_is_not_rung_for_a_callback(office):
    office.now = seoul(3, 6, 18, 5)
    promised = office.callback(KIM)
    lee = office.agent()
    assert office.dialling.dispatch() == 0
    assert office.row(promised).due_at == seoul(3, 9, 9)
    assert office.agent_state(lee) == AgentState.READY
    office.now = seoul(3, 9, 9)
    office.rings_next()
    assert office.rung == [LEE_PHONE]


def test_a_worker_who_was_away_until_it_closed_does_not_ring_the_caller(office):
    office.now = seoul(3, 4, 17, 59)
    promised = office.callback(KIM)
    lee = office.agent()
    office.agent_presses_one(office.rings_next())
    office.now = seoul(3, 4, 18, 1)
    office.worker_rings()
    assert office.rung == [LEE_PHONE]
    assert office.outcomes(promised) == ["postponed"]
    assert office.row(promised).attempts_made == 0
    assert office.agent_state(lee) == AgentState.READY


@pytest.mark.parametrize(
    ("due", "end"),
    [
        (seoul(3, 4, 12), seoul(3, 5, 18)),  # until the end of tomorrow
        (seoul(3, 6, 17), seoul(3, 9, 18)),  # over the weekend
        (seoul(3, 7, 12), seoul(3, 10, 18)),  # promised on a closed day: the next day is Monday, the one after Tuesday
    ],
)
def test_the_window_ends_with_the_next_day_of_business(due, end):
    assert window_end(due, OFFICE) == end


def test_where_nobody_ever_closes_the_window_is_two_days():
    assert window_end(NOON, BILLING) == NOON + timedelta(days=2)


def test_a_promise_that_nobody_keeps_expires_and_its_case_stays_open(office):
    promised = office.callback(KIM)
    office.sweep.once()
    office.now = seoul(3, 5, 18) - timedelta(seconds=1)
    assert office.sweep.once().promises_expired == 0
    office.passes(seconds=1)
    assert office.sweep.once().promises_expired == 1
    assert office.state(promised) == CallbackState.EXPIRED
    assert office.entry_of(promised).state == EntryState.LEFT
    assert office.sweep.once().promises_expired == 0


def test_a_promise_for_next_week_has_its_window_then(office):
    promised = office.promises(office.caller_rings(), due_at=seoul(3, 11, 10)).callback_id
    office.now = seoul(3, 10, 12)
    office.sweep.once()
    assert (office.state(promised), office.row(promised).expires_at) == (CallbackState.PROMISED, None)
    office.now = seoul(3, 11, 10)
    office.sweep.once()
    assert office.row(promised).expires_at == seoul(3, 12, 18)


def test_retries_do_not_move_the_window(office):
    promised = office.callback(KIM)
    office.sweep.once()
    before = office.row(promised).expires_at
    office.agent()
    office.agent_presses_one(office.rings_next())
    office.caller_fails(office.worker_rings(), AttemptOutcome.CALLER_NO_ANSWER)
    office.passes(minutes=40)
    office.sweep.once()
    assert office.row(promised).expires_at == before
