"""Words about time and the present moment → what they can mean."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from speech.values import english_times, korean_times
from speech.values.model import Language, Moment, Span, When
from speech.values.time_words import (
    LEAP_YEARS_DAYS,
    NOW,
    YEAR_DAYS,
    Bound,
    Clock,
    ComingWeekday,
    DayWord,
    InDays,
    InMonths,
    InWeek,
    NextWeekday,
    OnDate,
    OnWeekday,
    Part,
    Phrase,
)

DAY_MINUTES = 24 * 60
LATEST_HOUR = 30
"""One in the night belongs to the evening before it."""
OPEN_EVERY = timedelta(minutes=15)
OPEN_WITHIN = timedelta(days=8)


def when(text: str, language: Language, now: datetime) -> tuple[When, ...]:
    """All that can be meant, the earliest first: none for nothing or nonsense, several where one has to ask (세 시).

    `now`: aware, in the caller's zone. Nothing lies before it: a weekday or a date that has passed is the next one.
    """
    if now.tzinfo is None:
        raise ValueError("a time without its zone says nothing about tomorrow")
    minute = now.replace(second=0, microsecond=0)
    phrases = korean_times.phrases if language == "ko" else english_times.phrases
    match _joined(_without_idle_now(phrases(text))):
        case [only]:
            return _sorted(_bounded(only, minute))
        case [first, last] if last.bound in (Bound.UNTIL, Bound.BEFORE):
            return _sorted(_between(first, last, minute))
        case [first, last] if first.bound == Bound.FROM and last.bound == Bound.AT:  # 두 시부터 네 시
            return _sorted(_between(first, replace(last, bound=Bound.UNTIL), minute))
    return ()


def possible(readings: tuple[When, ...], is_open: Callable[[datetime], bool]) -> tuple[When, ...]:
    """The readings that suit opening hours best; all, where none does. At three, to a shop, is in the afternoon;
    before five, too, and not before five in the morning."""
    suits = [_suits(reading, is_open) for reading in readings]
    return tuple(reading for reading, suit in zip(readings, suits, strict=True) if suit == max(suits))


def _suits(reading: When, is_open: Callable[[datetime], bool]) -> int:
    """2: somebody is there at the time that was named, 1: at some time in the span, 0: never."""
    if isinstance(reading, Moment):
        return 2 * is_open(reading.at)
    edges = [reading.earliest, *([] if reading.latest is None else [reading.latest - timedelta(minutes=1)])]
    return 2 * any(map(is_open, edges)) or int(any(map(is_open, _samples(reading))))


def _samples(span: Span) -> Iterator[datetime]:
    at, latest = span.earliest, span.latest
    end = at + OPEN_WITHIN if latest is None else min(latest, at + OPEN_WITHIN)
    while at < end:
        yield at
        at += OPEN_EVERY


# Phrases


def _without_idle_now(phrases: list[Phrase]) -> list[Phrase]:
    """Now is meant only where nothing else is said: "call me now … no, make it tomorrow" is about tomorrow."""
    busy = [replace(phrase, laters=[later for later in phrase.laters if later != NOW]) for phrase in phrases]
    return [phrase for phrase in busy if not phrase.empty] or phrases


def _joined(phrases: list[Phrase]) -> list[Phrase]:
    """Days and parts of a day that stand alone belong to the time beside them: tomorrow, after six."""
    loose = [phrase for phrase in phrases if phrase.bound == Bound.AT and not (phrase.clocks or phrase.laters)]
    timed = [phrase for phrase in phrases if phrase not in loose]
    if not timed or not loose or timed[0].days:
        return phrases
    days = [day for phrase in loose for day in phrase.days]
    parts = [part for phrase in loose for part in phrase.parts]
    return [replace(timed[0], days=days, parts=[*parts, *timed[0].parts]), *timed[1:]]


def _bounded(phrase: Phrase, now: datetime) -> Iterable[When]:
    points = _points(phrase, now, now)
    timeless = not (phrase.clocks or phrase.parts or phrase.laters)
    match phrase.bound:
        case Bound.AT:
            return [_not_before(point, now) for point in points]
        case Bound.FROM | Bound.AFTER:
            starts = [_start(point) if phrase.bound == Bound.FROM else _end(point) for point in points]
            return [Span(at, None) if timeless else Span(max(at, now), _midnight_after(at)) for at in starts]
        case _:
            begin = now if timeless or not phrase.days else None
            ends = [_end(point) if phrase.bound == Bound.UNTIL else _start(point) for point in points]
            if not phrase.days:
                ends = [min(ends)] if ends else []
            spans = [Span(begin or max(now, _midnight_before(end)), end) for end in ends]
            return [span for span in spans if span.earliest < _latest(span)]


def _between(first: Phrase, last: Phrase, now: datetime) -> Iterable[When]:
    if not first.days and last.days:
        first = replace(first, days=last.days)
    for point in _points(first, now, now):
        start = _end(point) if first.bound == Bound.AFTER else _start(point)
        ends = [_end(end) if last.bound == Bound.UNTIL else _start(end) for end in _ends_after(start, first, last, now)]
        following = [end for end in ends if end > start]
        if following:
            yield Span(max(start, now), min(following))


def _ends_after(start: datetime, first: Phrase, last: Phrase, now: datetime) -> list[When]:
    """Ends of a stretch that begins at `start`: on the same day or in the night after it, unless a day is named."""
    if last.days and last.days != first.days:
        return _points(last, now, start)
    near: tuple[list[DayWord], ...] = ([InDays(-1)], [InDays(0)], [InDays(1)])
    return [point for days in near for point in _points(replace(last, days=days), start, start)]


# Points: a moment, or the stretch that a day or a part of it is


def _points(phrase: Phrase, now: datetime, earliest: datetime) -> list[When]:
    """Not before `earliest`; tomorrow is the day after `now`."""
    if phrase.laters:
        alone = len(set(phrase.laters)) == 1 and not (phrase.days or phrase.parts or phrase.clocks)
        return [Moment(_later(now, phrase.laters[0].ahead))] if alone else []
    if phrase.empty or len(set(phrase.clocks)) > 1:
        return []
    found = [point for days in _meant(phrase.days) for point in _on_days(days, phrase, now, earliest)]
    return list(dict.fromkeys(found))


def _meant(days: list[DayWord]) -> Iterator[list[DayWord]]:
    """Each way of reading the days."""
    doubtful = next((day for day in days if isinstance(day, NextWeekday)), None)
    if doubtful is None:
        yield days
        return
    rest = [day for day in days if day != doubtful]
    yield [*rest, ComingWeekday(doubtful.weekday)]
    yield [*rest, OnWeekday(doubtful.weekday), InWeek(1)]


def _on_days(days: list[DayWord], phrase: Phrase, now: datetime, earliest: datetime) -> list[When]:
    is_week = bool(days) and all(isinstance(day, InWeek) for day in days)
    if is_week:
        return [] if phrase.clocks or phrase.parts else _week(days, now)
    if phrase.clocks:
        moments = (_first(days, now, minutes, earliest) for minutes in _minutes(phrase.clocks[0], phrase.parts))
        return [Moment(at) for at in moments if at is not None]
    if days and all(isinstance(day, InMonths) for day in days):
        return []
    first_hour = max((part.lasts[0] for part in phrase.parts), default=0)
    last_hour = min((part.lasts[1] for part in phrase.parts), default=24)
    end = _first(days, now, last_hour * 60, earliest + timedelta(minutes=1)) if first_hour < last_hour else None
    return [] if end is None else [Span(end - timedelta(hours=last_hour - first_hour), end)]


def _week(days: list[DayWord], now: datetime) -> list[When]:
    today = now.date()
    fitting = [day for day in _days_from(today, 0, 3 * 7) if all(word.fits(day, today) for word in days)]
    if not fitting:
        return []
    fitting = [day for day in fitting if day.isocalendar()[:2] == fitting[0].isocalendar()[:2]]
    return [Span(_at(fitting[0], 0, now), _at(fitting[-1], DAY_MINUTES, now))]


def _first(days: list[DayWord], now: datetime, minutes: int, earliest: datetime) -> datetime | None:
    """So many minutes after midnight, on the first of the days on which that is not before `earliest`."""
    today = now.date()
    for day in _days_from(today, -1, _horizon_days(days, today)):
        if (days or (day - today).days <= 1) and all(word.fits(day, today) for word in days):
            at = _at(day, minutes, now)
            if at >= earliest:
                return at
    return None


def _horizon_days(days: list[DayWord], today: date) -> int:
    dates = [day for day in days if isinstance(day, OnDate)]
    year = next((day.year for day in dates if day.year is not None), None)
    if year is not None:
        return max(min(year - today.year + 1, 8) * YEAR_DAYS, 0)
    return LEAP_YEARS_DAYS if any((day.month, day.day) == (2, 29) for day in dates) else YEAR_DAYS


def _minutes(clock: Clock, parts: list[Part]) -> list[int]:
    """The minutes after midnight that a clock can show with these words, none if it can't."""
    if not 0 <= clock.minute < 60 or not 0 <= clock.hour <= 24 or (clock.hour == 24 and clock.minute):
        return []
    if not parts:
        return [hour * 60 + clock.minute for hour in _hours_by_itself(clock.hour)]
    windows = [part.clock for part in parts]
    hours = (h for h in range(LATEST_HOUR) if all(start <= h < end for start, end in windows))
    return [hour * 60 + clock.minute for hour in hours if _shows(clock.hour, hour)]


def _hours_by_itself(said: int) -> tuple[int, ...]:
    if said == 12:
        return (12, 24)
    return (said, said + 12) if 1 <= said < 12 else (said,)


def _shows(said: int, hour: int) -> bool:
    return hour % 12 == said % 12 if 1 <= said <= 12 else hour == said


# Dates


def _days_from(today: date, first: int, count: int) -> Iterator[date]:
    return (today + timedelta(days=ahead) for ahead in range(first, count + 1))


def _at(day: date, minutes: int, now: datetime) -> datetime:
    midnight = datetime.combine(day + timedelta(days=minutes // DAY_MINUTES), time(), now.tzinfo)
    return midnight + timedelta(minutes=minutes % DAY_MINUTES)


def _later(now: datetime, ahead: timedelta) -> datetime:
    """By the clock of the world: an hour is an hour when the clocks change, too."""
    return (now.astimezone(UTC) + ahead).astimezone(now.tzinfo)


def _start(point: When) -> datetime:
    return point.at if isinstance(point, Moment) else point.earliest


def _end(point: When) -> datetime:
    return point.at if isinstance(point, Moment) else _latest(point)


def _latest(span: Span) -> datetime:
    return datetime.max.replace(tzinfo=span.earliest.tzinfo) if span.latest is None else span.latest


def _midnight_after(at: datetime) -> datetime:
    return datetime.combine(at.date() + timedelta(days=1), time(), at.tzinfo)


def _midnight_before(at: datetime) -> datetime:
    """Of the day that `at` ends or falls into."""
    return datetime.combine((at - timedelta(minutes=1)).date(), time(), at.tzinfo)


def _not_before(point: When, now: datetime) -> When:
    return replace(point, earliest=max(point.earliest, now)) if isinstance(point, Span) else point


def _sorted(readings: Iterable[When]) -> tuple[When, ...]:
    return tuple(sorted(dict.fromkeys(readings), key=lambda reading: (_start(reading), _end(reading))))
