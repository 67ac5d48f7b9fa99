"""What a waiting caller is told of the line, and when again. Pure: the moment and the state of the line are given."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from callqueue.department import Announcements
from callqueue.spoken import Spoken, by_then
from callqueue.wait import WaitRange

# A later figure may rise by so much unexplained: it is spoken in whole minutes.
RISE_WITHOUT_REASON = timedelta(minutes=1)
# Whoever has waited long is disturbed less often: every gap is a sixth of the first one longer, up to a third.
GAP_GROWS_BY = 1 / 6
GAP_GROWS_TO = 4 / 3


class Kind(StrEnum):
    """What there is to tell."""

    WAIT = "wait"
    """How long."""
    AT_ONCE = "at_once"
    """Somebody is free: a figure would only worry."""
    CONNECTING = "connecting"
    """An agent's phone rings for this caller."""
    UNKNOWN = "unknown"
    """Agents are at work, but nobody knows how long: nothing learnt yet, or an estimator that is muted."""
    NOBODY = "nobody"
    """Nobody is at work who could serve the caller."""


class Reason(StrEnum):
    """Why a wait has grown: always what the state of the line shows, never an excuse."""

    FEWER_AGENTS = "fewer_agents"
    MORE_CALLERS = "more_callers"
    """Ahead of the caller: served first by their priority, or back at a place that was kept."""
    LONGER_CALLS = "longer_calls"
    """Neither: so the calls ahead take longer than they were expected to."""


@dataclass(frozen=True)
class Sight:
    """The line, as one waiting caller would see it."""

    position: int | None
    """1 is next; None: no longer waiting, since an agent's phone rings."""
    agents_at_work: int
    forecast: WaitRange | None
    muted: bool = False
    """The estimator has been wrong too often to be repeated to callers."""


@dataclass(frozen=True)
class Promise:
    """The earliest end of a wait that the caller was told, and the line as it was then."""

    by: datetime
    position: int
    agents_at_work: int


@dataclass(frozen=True)
class News:
    """What the caller is told now."""

    kind: Kind
    position: int | None = None
    """None: left out."""
    spoken: Spoken | None = None
    reason: Reason | None = None
    promise: Promise | None = None
    """The one in force afterwards."""


def news(sight: Sight, promise: Promise | None, style: Announcements, now: datetime) -> News:
    """What to tell a caller who was promised that."""
    if sight.position is None:
        return News(Kind.CONNECTING, promise=promise)
    forecast = sight.forecast
    if sight.agents_at_work == 0:
        return News(Kind.NOBODY, promise=promise)
    if forecast is None or forecast.spoken is None or sight.muted:
        return News(Kind.UNKNOWN, promise=promise)
    if forecast.high_seconds <= 0:
        return News(Kind.AT_ONCE, promise=promise)
    place = sight.position if sight.position <= style.position_up_to else None
    return _with_wait(News(Kind.WAIT, place, forecast.spoken), sight, forecast, promise, now)


def gap_seconds(style: Announcements, told: int) -> float | None:
    """The music between the announcement number `told` and the next; None: for good."""
    if style.every_seconds is None:
        return None
    return style.every_seconds * min(1 + GAP_GROWS_BY * (told - 1), GAP_GROWS_TO)


def _with_wait(told: News, sight: Sight, forecast: WaitRange, promise: Promise | None, now: datetime) -> News:
    """The upper end is the promise. One that moves back by more than a minute is explained, and is a new promise; by
    less, the old one stands and no later minute is named."""
    assert sight.position is not None and told.spoken is not None  # noqa: S101 -- checked by news()
    expected_by = now + timedelta(seconds=forecast.high_seconds)
    fresh = Promise(expected_by, sight.position, sight.agents_at_work)
    if promise is None:
        return replace(told, promise=_as_spoken(fresh, told.spoken, now))
    if expected_by > promise.by + RISE_WITHOUT_REASON:
        return replace(told, reason=_why(promise, sight), promise=_as_spoken(fresh, told.spoken, now))
    spoken = by_then(told.spoken, (promise.by - now).total_seconds())
    place = told.position if sight.position <= promise.position else None
    earlier = _as_spoken(fresh, spoken, now)
    return replace(told, position=place, spoken=spoken, promise=min(promise, earlier, key=lambda one: one.by))


def _as_spoken(promise: Promise, spoken: Spoken, now: datetime) -> Promise:
    """The caller counts from the minutes they heard, which are rounded up."""
    _low, high = spoken
    return promise if high is None else replace(promise, by=now + timedelta(minutes=high))


def _why(promise: Promise, sight: Sight) -> Reason:
    if sight.agents_at_work < promise.agents_at_work:
        return Reason.FEWER_AGENTS
    if sight.position is not None and sight.position > promise.position:
        return Reason.MORE_CALLERS
    return Reason.LONGER_CALLS
