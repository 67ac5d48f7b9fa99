"""What a waiting caller is told: the place where it helps, a reason where the wait has grown, nothing that is not
known."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callqueue.announcing import Kind, News, Promise, Reason, Sight, gap_seconds, news
from callqueue.department import Announcements
from callqueue.wait import WaitRange

NOW = datetime(2026, 11, 25, 5, tzinfo=UTC)
STYLE = Announcements()


def minutes(low: float, high: float) -> WaitRange:
    return WaitRange(low * 60, (low + high) * 30, high * 60)


def sight(low: float, high: float, *, position: int = 3, agents: int = 4) -> Sight:
    return Sight(position, agents, minutes(low, high))


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def told(*looks: tuple[float, Sight]) -> list[News]:
    """What is told at these seconds, each with the promise of the one before in force."""
    promise, all_told = None, []
    for seconds, seen in looks:
        said = news(seen, promise, STYLE, after(seconds))
        promise = said.promise
        all_told.append(said)
    return all_told


def test_the_first_figure_is_a_promise() -> None:
    assert news(sight(3, 6), None, STYLE, NOW) == News(Kind.WAIT, 3, (3, 6), None, Promise(after(360), 3, 4))


def test_the_promise_counts_from_the_minutes_that_were_heard() -> None:
    assert news(sight(3, 5.2), None, STYLE, NOW).promise == Promise(after(360), 3, 4)


@pytest.mark.parametrize(
    ("looks", "reasons"),
    [
        ([(0, sight(3, 6)), (90, sight(2, 4))], [None, None]),  # As promised
        ([(0, sight(3, 6)), (90, sight(3, 5.4))], [None, None]),  # Later by 54 s
        ([(0, sight(3, 6)), (90, sight(3, 5.6))], [None, Reason.LONGER_CALLS]),  # Later by 66 s
        ([(0, sight(3, 6)), (90, sight(4, 8, agents=3))], [None, Reason.FEWER_AGENTS]),
        ([(0, sight(3, 6)), (90, sight(4, 8, position=5))], [None, Reason.MORE_CALLERS]),
        ([(0, sight(3, 6)), (90, sight(4, 8, position=2, agents=5))], [None, Reason.LONGER_CALLS]),
        # Creeping up counts from the earliest end that was promised …
        ([(0, sight(3, 6)), (90, sight(1, 3)), (180, sight(2, 4))], [None, None, Reason.LONGER_CALLS]),
        ([(0, sight(3, 6)), (90, sight(3, 5.4)), (180, sight(2, 4.9))], [None, None, Reason.LONGER_CALLS]),
        # … and what was explained is a new promise.
        ([(0, sight(3, 6)), (90, sight(4, 9)), (180, sight(4, 7))], [None, Reason.LONGER_CALLS, None]),
    ],
)
def test_a_later_end_is_explained_by_what_the_line_shows(
    looks: list[tuple[float, Sight]], reasons: list[Reason | None]
) -> None:
    assert [said.reason for said in told(*looks)] == reasons


def test_a_little_later_names_no_later_minute() -> None:
    _first, second = told((0, sight(3, 6)), (90, sight(3, 5.4)))

    assert second.spoken == (3, 5)  # 270 s are left of the promise: 5 minutes, not 6


@given(st.lists(st.tuples(st.floats(0, 200), st.floats(0, 30), st.floats(0, 30)), min_size=1, max_size=8))
def test_no_end_is_ever_told_later_than_promised_without_a_reason(looks: list[tuple[float, float, float]]) -> None:
    promise, seconds = None, 0.0
    for gap, one, other in looks:
        seconds += gap
        seen = sight(*sorted((one, other + 0.1)))
        said = news(seen, promise, STYLE, after(seconds))
        if promise is not None and said.reason is None and said.spoken is not None and said.spoken[1] is not None:
            latest = after(seconds) + timedelta(minutes=said.spoken[1])
            assert latest < max(promise.by, after(seconds)) + timedelta(minutes=1)
        promise = said.promise


@pytest.mark.parametrize(
    ("seen", "kind"),
    [
        (Sight(None, 4, None), Kind.CONNECTING),
        (Sight(1, 4, WaitRange(0, 0, 0)), Kind.AT_ONCE),
        (Sight(2, 0, None), Kind.NOBODY),
        (Sight(2, 4, None), Kind.UNKNOWN),
        (Sight(2, 4, minutes(3, 6), muted=True), Kind.UNKNOWN),
    ],
)
def test_nothing_numeric_where_there_is_nothing_to_tell(seen: Sight, kind: Kind) -> None:
    promise = Promise(after(300), 2, 4)

    # What was promised before stays promised.
    assert news(seen, promise, STYLE, NOW) == News(kind, promise=promise)


@pytest.mark.parametrize(
    ("position", "style", "place"),
    [
        (5, STYLE, 5),
        (6, STYLE, None),  # Too far back to help
        (1, Announcements(position_up_to=0), None),
    ],
)
def test_the_place_is_told_where_it_helps(position: int, style: Announcements, place: int | None) -> None:
    assert news(sight(3, 6, position=position), None, style, NOW).position == place


def test_the_seventh_is_never_told_to_be_the_eighth() -> None:
    looks = (0, sight(3, 6, position=2)), (90, sight(2, 4, position=3)), (180, sight(1, 3, position=2))

    assert [said.position for said in told(*looks)] == [2, None, 2]


def test_the_gaps_grow_by_a_sixth_up_to_a_third() -> None:
    assert [gap_seconds(STYLE, times) for times in (1, 2, 3, 4, 20)] == [90, 105, 120, 120, 120]
    assert gap_seconds(Announcements(every_seconds=None), 1) is None
