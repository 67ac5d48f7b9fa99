"""When somebody is rung again, and when not at all."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callbacks.lifecycle import AttemptOutcome
from callbacks.retries import CallbackRules, GiveUp, Retry, after, not_quiet

SEOUL = ZoneInfo("Asia/Seoul")
RULES = CallbackRules(SEOUL)
FAILURES = [outcome for outcome in AttemptOutcome if outcome != AttemptOutcome.CONNECTED]
MINUTES = st.times().map(lambda t: t.replace(second=0, microsecond=0))
MOMENTS = st.integers(0, 365 * 24 * 3600).map(lambda s: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=s))


def seoul(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=SEOUL)


@pytest.mark.parametrize(
    ("outcome", "minutes"),
    [
        ("caller_busy", 5),
        ("failed", 5),
        ("refused", 5),
        ("caller_no_answer", 30),
        ("caller_declined", 30),
        ("agent_no_answer", 0),
        ("agent_declined", 0),
        ("agent_left", 0),
        ("postponed", 0),
    ],
)
def test_each_reason_has_its_own_pause(outcome, minutes):
    noon = seoul(4, 12)
    assert after(AttemptOutcome(outcome), 1, noon, RULES) == Retry(noon + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("outcome", "made", "minutes"),
    [
        ("caller_busy", 2, 10),
        ("failed", 2, 10),
        ("caller_left", 1, 5),
        ("caller_no_answer", 2, 60),
        ("machine", 1, 60),
        ("machine", 2, 120),
        ("refused", 2, 5),  # our account's trouble, not the caller's
        ("agent_left", 2, 0),
    ],
)
def test_each_attempt_that_rang_doubles_the_pause(outcome, made, minutes):
    noon = seoul(4, 12)
    assert after(AttemptOutcome(outcome), made, noon, RULES) == Retry(noon + timedelta(minutes=minutes))


@pytest.mark.parametrize(("failed", "minutes"), [(1, 0), (3, 0), (4, 1), (5, 2), (6, 4), (7, 8), (8, 15), (11, 15)])
def test_agents_are_asked_one_after_the_other_and_then_in_growing_pauses(failed, minutes):
    noon = seoul(4, 12)
    declined = after(AttemptOutcome.AGENT_DECLINED, 0, noon, RULES, agents_failed=failed)
    assert declined == Retry(noon + timedelta(minutes=minutes))


def test_a_promise_that_agents_decline_for_ever_ends():
    declined = after(AttemptOutcome.AGENT_DECLINED, 0, seoul(4, 12), RULES, agents_failed=12)
    assert declined == GiveUp("12 agents did not take it")


def test_the_third_attempt_is_the_last():
    busy = AttemptOutcome.CALLER_BUSY
    assert after(busy, 3, seoul(4, 12), RULES) == GiveUp("3 attempts, the last one: caller_busy")


def test_a_number_that_cannot_be_called_is_given_up_at_once():
    assert after(AttemptOutcome.UNREACHABLE, 0, seoul(4, 12), RULES) == GiveUp("this number can't be called")


@pytest.mark.parametrize(
    ("at", "moved"),
    [
        (seoul(4, 20, 59), seoul(4, 20, 59)),
        (seoul(4, 21), seoul(5, 9)),
        (seoul(4, 23, 59), seoul(5, 9)),
        (seoul(5, 0), seoul(5, 9)),
        (seoul(5, 7, 59), seoul(5, 9)),
        (seoul(5, 8), seoul(5, 8)),
        (datetime(2026, 3, 31, 13, tzinfo=UTC), datetime(2026, 4, 1, 0, tzinfo=UTC)),
    ],
)
def test_quiet_hours(at, moved):
    assert not_quiet(at, RULES) == moved


def test_quiet_hours_within_one_day():
    lunch = CallbackRules(SEOUL, quiet_from=time(12), quiet_until=time(13))
    assert not_quiet(seoul(4, 12, 30), lunch) == seoul(4, 13)
    assert not_quiet(seoul(4, 13), lunch) == seoul(4, 13)
    assert not_quiet(seoul(4, 23), lunch) == seoul(4, 23)


def test_a_site_without_quiet_hours_rings_at_any_hour():
    always = CallbackRules(SEOUL, quiet_from=None, quiet_until=None)
    assert not_quiet(seoul(4, 3), always) == seoul(4, 3)


@given(at=MOMENTS, quiet_from=MINUTES, quiet_until=MINUTES)
def test_the_moved_time_is_never_quiet_never_earlier_and_within_a_day(at, quiet_from, quiet_until):
    rules = CallbackRules(SEOUL, quiet_from, quiet_until)
    moved = not_quiet(at, rules)
    assert not rules.quiet(moved)
    assert at <= moved <= at + timedelta(days=1)
    assert (moved == at) == (not rules.quiet(at))


@given(outcome=st.sampled_from(FAILURES), made=st.integers(0, 5), at=MOMENTS)
def test_every_failure_is_followed_by_something_allowed(outcome, made, at):
    match after(outcome, made, at, RULES):
        case Retry(at=again):
            assert made < RULES.attempts
            assert again >= at
            assert not RULES.quiet(again)
        case GiveUp():
            hopeless = (AttemptOutcome.UNREACHABLE, AttemptOutcome.WRONG_CODE)
            assert made >= RULES.attempts or outcome in hopeless
