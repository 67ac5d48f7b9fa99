"""English words about time."""

import re
from collections.abc import Callable
from datetime import timedelta

from speech.values.numerals import plain_words
from speech.values.time_words import (
    NOW,
    Bound,
    Clock,
    InDays,
    InMonths,
    InWeek,
    Later,
    NextWeekday,
    OnDate,
    OnWeekday,
    OnWorkday,
    Part,
    Phrase,
    Weekend,
    Word,
)

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september", "october"),
    *("november", "december"),
)
# The last name of a part is how it is said.
PARTS = {
    "dawn": Part.DAWN,
    "morning": Part.MORNING,
    "lunch": Part.LUNCH,
    "lunchtime": Part.LUNCH,
    "afternoon": Part.AFTERNOON,
    "evening": Part.EVENING,
    "night": Part.NIGHT,
}
_FRACTIONS = {"half": 30, "quarter": 15}
_NAMED_HOURS = {"noon": Part.DAYTIME, "midday": Part.DAYTIME, "midnight": Part.NIGHT}
"""Twelve o'clock of that part."""
_HALF_DAYS = {"am": Part.MORNING, "pm": Part.AFTERNOON}
_BOUNDS = {
    "after": Bound.AFTER,
    "past": Bound.AFTER,
    "from": Bound.FROM,
    "since": Bound.FROM,
    "between": Bound.FROM,
    "before": Bound.BEFORE,
    "by": Bound.UNTIL,
    "until": Bound.UNTIL,
    "till": Bound.UNTIL,
    "to": Bound.UNTIL,
    "and": Bound.UNTIL,
    "through": Bound.UNTIL,
    "not before": Bound.FROM,
    "not until": Bound.FROM,
    "not earlier than": Bound.FROM,
    "no earlier than": Bound.FROM,
    "not after": Bound.UNTIL,
    "not later than": Bound.UNTIL,
    "no later than": Bound.UNTIL,
}
_LEADING_ON = ("to", "and", "through")
"""They need a beginning before them: from two to four, Monday through Friday."""

_DAY = rf"(?:{'|'.join(WEEKDAYS)})"
_PART = "|".join(sorted(PARTS, key=len, reverse=True))
_MONTH = rf"(?:{'|'.join(MONTHS)})"
_DURATION = (
    r"(?:(?P<part>half|a quarter of) an hour"
    r"|(?P<many>an?|a couple of|\d{1,3}) (?P<half>and a half )?(?P<unit>minute|hour|day|week)s?(?P<too> and a half)?"
    r"(?: (?:and )?(?P<minutes>\d{1,2}) minutes?)?)"
)
_TIME_FOLLOWS = (
    r"(?= (?:about |around |the |this |next |coming |a )*"
    rf"(?:\d|noon|midday|midnight|half|quarter|to(?:day|morrow|night)|weekend|week|day after|{_PART}|{_DAY}|{_MONTH}))"
)
_COUNTED = r"(?! (?:minutes?|hours?|days?|weeks?|people|times|dollars|won)\b)"

Read = Callable[[re.Match[str]], tuple[Word, ...]]


def phrases(text: str) -> list[Phrase]:
    """What the text says about time, one phrase for each from, after, until and before; none where something is
    denied."""
    said = " ".join(plain_words(text))
    found = [Phrase()]
    position = 0
    while position < len(said):
        bound = _BOUND.match(said, position)
        if bound is not None and _opens(bound["bound"], found[-1]):
            found.append(Phrase(_BOUNDS[bound["bound"]]))
            position = bound.end() + 1
            continue
        if _DENIED.match(said, position):
            return []
        position = _read(said, position, found)
    return [phrase for phrase in found if not phrase.empty]


def _opens(bound: str, before: Phrase) -> bool:
    if bound == "and":
        return before.bound == Bound.FROM
    return bound not in _LEADING_ON or not before.empty


def _read(said: str, position: int, found: list[Phrase]) -> int:
    """The position behind the next words, which are added to the last phrase."""
    if onwards := _ONWARDS.match(said, position):
        found[-1].bound = Bound.FROM
        return onwards.end() + 1
    for pattern, read in _READERS:
        match = pattern.match(said, position)
        if match is not None:
            if match.group().startswith("within"):
                found.append(Phrase(Bound.UNTIL))
            for word in read(match):
                found[-1].add(word)
            return match.end() + 1
    following = said.find(" ", position)
    return len(said) if following < 0 else following + 1


_BOUND = re.compile(rf"(?P<bound>{'|'.join(sorted(_BOUNDS, key=len, reverse=True))}){_TIME_FOLLOWS}")
_ONWARDS = re.compile(r"(?:or later|onwards?|or after|or after that)\b")
_DENIED = re.compile(r"(?:not|cant|cannot|dont|wont|never)\b")


def _later(found: re.Match[str]) -> tuple[Word, ...]:
    if found["part"]:
        return (Later(timedelta(minutes=30 if found["part"] == "half" else 15)),)
    many = {"a": 1, "an": 1, "a couple of": 2}.get(found["many"]) or int(found["many"])
    if found["unit"] in ("day", "week"):
        return (InDays(many * (7 if found["unit"] == "week" else 1)),)
    unit = timedelta(minutes=1) if found["unit"] == "minute" else timedelta(hours=1)
    half = unit / 2 if found["half"] or found["too"] else timedelta()
    return (Later(many * unit + half + timedelta(minutes=int(found["minutes"] or 0))),)


def _clock(found: re.Match[str]) -> tuple[Word, ...]:
    minute = (found["minute"] or "0").removeprefix("oh ")
    clock = Clock(int(found["hour"]), int(minute))
    return (clock, _HALF_DAYS[found["half_day"]]) if found["half_day"] else (clock,)


def _clock_past(found: re.Match[str]) -> tuple[Word, ...]:
    """Half past three; quarter to five; ten to midnight."""
    named, half_day = _NAMED_HOURS.get(found["hour"]), found["half_day"]
    hour = 12 if named is not None else int(found["hour"])
    minutes = _FRACTIONS.get(found["minutes"]) or int(found["minutes"])
    clock = Clock(hour, minutes) if found["side"] in ("past", "after") else _clock_before(hour, minutes)
    part = _HALF_DAYS[half_day] if half_day else named
    return (clock,) if part is None else (clock, part)


def _clock_before(hour: int, minutes: int) -> Clock:
    return Clock(12 if hour == 1 else hour - 1, 60 - minutes)


def _date(found: re.Match[str]) -> tuple[Word, ...]:
    month, year = found["month"], found["year"]
    return (OnDate(int(found["day"]), MONTHS.index(month) + 1 if month else None, int(year) if year else None),)


def _weekday(found: re.Match[str]) -> tuple[Word, ...]:
    weekday = WEEKDAYS.index(found["weekday"])
    return (NextWeekday(weekday) if found["next"] else OnWeekday(weekday),)


def _always(*words: Word) -> Read:
    return lambda _found: words


_HALF_DAY = r"(?: ?(?P<half_day>am|pm)\b)?"
_FRACTION = r"(?P<minutes>half|quarter|5|10|20|25|\d{1,2}(?= minutes))(?: minutes)?"
_NAMED_HOUR = rf"(?P<hour>\d{{1,2}}|{'|'.join(_NAMED_HOURS)})\b{_HALF_DAY}"
_YEAR = r"(?: (?P<year>20\d\d)\b)?"
# Tried in this order at each word; what none of them knows is skipped.
_READERS: tuple[tuple[re.Pattern[str], Read], ...] = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        (r"good (?:morning|afternoon|evening|night)\b", _always()),
        (rf"(?:in|after|within) {_DURATION}\b", _later),
        (rf"{_DURATION} (?:from now|later|hence)\b", _later),
        (r"(?:the )?day after tomorrow\b", _always(InDays(2))),
        (r"tomorrow\b", _always(InDays(1))),
        (r"today\b", _always(InDays(0))),
        (r"tonight\b", _always(InDays(0), Part.TONIGHT)),
        (r"yesterday\b|last\b", _always(InDays(-1))),
        (
            rf"this (?P<part>{_PART})\b",
            lambda m: (InDays(0), PARTS[m["part"]]),
        ),
        (rf"(?P<next>next )?(?P<weekday>{_DAY})\b", _weekday),
        (r"weekdays?\b", _always(OnWorkday())),
        (r"(?P<next>next )?(?:this )?weekend\b", lambda m: (Weekend(1 if m["next"] else 0),)),
        (r"(?P<week>next|this) week\b", lambda m: (InWeek(1 if m["week"] == "next" else 0),)),
        (r"(?P<month>next|this) month\b", lambda m: (InMonths(1 if m["month"] == "next" else 0),)),
        (rf"(?P<month>{_MONTH}) (?:the )?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b{_YEAR}", _date),
        (rf"(?:the )?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<month>{_MONTH})\b{_YEAR}", _date),
        (r"(?:the )?(?P<day>\d{1,2})(?:st|nd|rd|th)\b(?P<month>)(?P<year>)", _date),
        (
            rf"(?<!from )(?<!between )(?:a )?{_FRACTION} (?P<side>past|after|to|before) {_NAMED_HOUR}",
            _clock_past,
        ),
        (rf"(?P<hour>\d{{1,2}})(?:[: ](?P<minute>oh \d|\d\d)\b|(?: oclock)?\b){_COUNTED}{_HALF_DAY}", _clock),
        (rf"(?P<hour>{'|'.join(_NAMED_HOURS)})\b", lambda m: (Clock(12), _NAMED_HOURS[m["hour"]])),
        (rf"(?P<part>{_PART})\b", lambda m: (PARTS[m["part"]],)),
        (r"now\b|right away\b|immediately\b|as soon as possible\b", _always(NOW)),
    )
)
