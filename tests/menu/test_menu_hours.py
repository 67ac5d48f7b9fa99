"""When departments are open."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.menu.hours import ALWAYS, OpeningHours, Span
from ivr.words.korean import describe_hours

SEOUL = ZoneInfo("Asia/Seoul")
NINE_TO_SIX = Span(time(9), time(18))
TEN_TO_TWO = Span(time(10), time(14))
TO_MIDNIGHT = Span(time(18), time(0))
WEEK = (NINE_TO_SIX,) * 5
SHOP = OpeningHours("Asia/Seoul", (*WEEK, TEN_TO_TWO, None))


def seoul(month: int, day: int, hour: int, minute: int = 0, *, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=SEOUL)


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        (seoul(11, 25, 9), True),  # Wednesday, on the dot
        (seoul(11, 25, 8, 59), False),
        (seoul(11, 25, 17, 59), True),
        (seoul(11, 25, 18), False),  # Closing time is closed
        (seoul(11, 28, 13), True),  # Saturday
        (seoul(11, 28, 15), False),
        (seoul(11, 29, 12), False),  # Sunday
        (seoul(12, 25, 12), False),  # Christmas, a Friday
        (seoul(9, 25, 12), False),  # Chuseok 2026, a Friday
        (seoul(8, 17, 12), False),  # Liberation Day fell on a Saturday: the Monday stands in for it
    ],
)
def test_the_shop_is_open_in_its_own_hours(at: datetime, is_open: bool) -> None:
    assert SHOP.is_open(at) is is_open
    assert SHOP.is_open(at.astimezone(UTC)) is is_open


@pytest.mark.parametrize(
    ("after", "opens"),
    [
        (seoul(11, 25, 12), seoul(11, 25, 12)),  # Open already
        (seoul(11, 25, 7), seoul(11, 25, 9)),
        (seoul(11, 25, 19), seoul(11, 26, 9)),
        (seoul(11, 27, 19), seoul(11, 28, 10)),  # Friday evening → Saturday
        (seoul(11, 28, 14), seoul(11, 30, 9)),  # Saturday afternoon → Monday
        (seoul(12, 24, 18), seoul(12, 26, 10)),  # Over Christmas
        (seoul(12, 31, 18), seoul(1, 2, 10, year=2027)),  # Over New Year
    ],
)
def test_the_next_opening_steps_over_closed_days(after: datetime, opens: datetime) -> None:
    assert SHOP.next_opening(after) == opens


@pytest.mark.parametrize(
    ("after", "closes"),
    [
        (seoul(11, 25, 12), seoul(11, 25, 18)),
        (seoul(11, 25, 7), seoul(11, 25, 18)),  # Not open yet: when it will have been
        (seoul(11, 25, 18), seoul(11, 26, 18)),  # Closing time is closed
        (seoul(11, 28, 14), seoul(11, 30, 18)),  # Saturday afternoon → Monday
        (seoul(12, 24, 18), seoul(12, 26, 14)),  # Over Christmas
    ],
)
def test_the_next_closing_is_that_of_the_time_it_is_open(after: datetime, closes: datetime) -> None:
    assert SHOP.next_closing(after) == closes


def test_who_never_closes_closes_at_midnight_and_who_never_opens_not_at_all() -> None:
    assert OpeningHours("Asia/Seoul", ALWAYS, None).next_closing(seoul(3, 4, 12)) == seoul(3, 5, 0)
    assert OpeningHours("Asia/Seoul", (None,) * 7).next_closing(seoul(3, 4, 12)) is None


def test_a_day_closed_by_the_site_is_closed() -> None:
    closed_today = OpeningHours("Asia/Seoul", SHOP.days, "KR", frozenset({date(2026, 11, 25)}))

    assert closed_today.is_open(seoul(11, 25, 12)) is False
    assert closed_today.next_opening(seoul(11, 25, 12)) == seoul(11, 26, 9)


def test_without_a_country_holidays_are_days_like_any_other() -> None:
    assert OpeningHours("Asia/Seoul", SHOP.days, country=None).is_open(seoul(12, 25, 12)) is True


def test_hours_until_midnight_end_there() -> None:
    evenings = OpeningHours("Asia/Seoul", (TO_MIDNIGHT,) * 7, country=None)

    assert evenings.is_open(seoul(11, 25, 23, 59)) is True
    assert evenings.is_open(seoul(11, 26, 0)) is False


def test_who_never_opens_has_no_next_opening() -> None:
    assert OpeningHours("Asia/Seoul", (None,) * 7).next_opening(seoul(11, 25, 12)) is None


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without its zone"):
        SHOP.is_open(datetime(2026, 11, 25, 12))  # noqa: DTZ001 - that is the point


quarters = st.integers(0, 95).map(lambda quarter: time(quarter // 4, quarter % 4 * 15))
spans = (
    st.tuples(quarters, quarters)
    .filter(lambda pair: pair[0] < pair[1] or pair[1] == time(0))
    .map(lambda pair: Span(*pair))
)
weeks = st.lists(st.none() | spans, min_size=7, max_size=7).map(tuple)
zones = st.sampled_from(["Asia/Seoul", "Europe/Berlin", "America/New_York", "UTC"])
hours = st.builds(OpeningHours, zones, weeks, st.sampled_from([None, "KR"]))
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@given(hours, moments)
def test_the_next_opening_is_the_first_open_moment(opening: OpeningHours, after: datetime) -> None:
    opens = opening.next_opening(after)

    if opens is None:
        assert opening.is_open(after) is False
        return
    assert opens >= after
    assert opening.is_open(opens) is True
    quarter = timedelta(minutes=15)
    steps = min((opens - after) // quarter, 200)
    assert [opening.is_open(after + step * quarter) for step in range(steps)] == [opens == after] * steps


@given(moments)
def test_always_is_every_moment(at: datetime) -> None:
    always = OpeningHours("Asia/Seoul", ALWAYS, country=None)

    assert always.is_open(at) is True
    assert always.next_opening(at) == at


@pytest.mark.parametrize(
    ("days", "spoken"),
    [
        ((*WEEK, None, None), "평일 오전 아홉 시부터 오후 여섯 시까지"),
        ((*WEEK, TEN_TO_TWO, None), "평일 오전 아홉 시부터 오후 여섯 시까지, 토요일 오전 열 시부터 오후 두 시까지"),
        ((*WEEK, TEN_TO_TWO, TEN_TO_TWO), "평일 오전 아홉 시부터 오후 여섯 시까지, 주말 오전 열 시부터 오후 두 시까지"),
        ((NINE_TO_SIX,) * 7, "매일 오전 아홉 시부터 오후 여섯 시까지"),
        ((None,) * 5 + (TEN_TO_TWO, None), "토요일 오전 열 시부터 오후 두 시까지"),
        (
            (NINE_TO_SIX, None, TO_MIDNIGHT, None, None, None, None),
            "월요일 오전 아홉 시부터 오후 여섯 시까지, 수요일 오후 여섯 시부터 밤 열두 시까지",
        ),
        (ALWAYS, "연중무휴 24시간"),
        ((*ALWAYS[:5], None, None), "평일 24시간"),
    ],
)
def test_hours_are_said_in_one_breath(days: tuple[Span | None, ...], spoken: str) -> None:
    assert describe_hours(OpeningHours("Asia/Seoul", days)) == spoken
