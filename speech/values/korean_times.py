"""Korean words about time."""

import re
from collections.abc import Callable
from datetime import timedelta

from speech.values.numerals import NATIVE_BELOW_100, SINO_BELOW_100, read_korean, read_sino, tight
from speech.values.time_words import (
    NOW,
    UNCLEAR,
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

_NUMBER = rf"(?:{SINO_BELOW_100}|{NATIVE_BELOW_100})"
WEEKDAYS = "월화수목금토일"
_MONTHS = {"유": 6, "시": 10}
# Hours are counted in native numbers up to twelve. 오시, 이시 and 십시 are parts of other words far more often.
_HOUR = (
    r"(?:열두|열한|열|한|두|세|네|다섯|여섯|일곱|여덟|아홉|[일이삼]?십[일이삼사오육칠팔구]|[이삼]십|영|(?<!\d)\d{1,2})"
)
_COUNTED_DAYS = dict(
    zip(("하루", "이틀", "사흘", "나흘", "닷새", "엿새", "열흘", "보름"), (1, 2, 3, 4, 5, 6, 10, 15), strict=True)
)
_ABOUT = "(?:쯤|정도|가량|만|즈음|경|때|시간|중)?"
_LATER = rf"{_ABOUT}(?:뒤|이후|후|있다가?|이따가?|지나서)"
_DAYS_LATER = "(?:뒤|후|있다가?|이따가?)"
_WITHIN = rf"{_ABOUT}(?:안에|이내|내로)"
_DURATION = (
    rf"(?:(?P<hours>{_NUMBER})시간(?P<half_too>반)?(?:(?P<minutes>{_NUMBER})분)?|(?P<half_hour>반시간)"
    rf"|(?P<only>{_NUMBER})분)"
)
_NEAR = {"이번": 0, "금": 0, "다음": 1, "담": 1, "차": 1, "다다음": 2}
PARTS = {
    "새벽": Part.DAWN,
    "아침": Part.EARLY,
    "오전": Part.MORNING,
    "점심": Part.LUNCH,
    "낮": Part.DAYTIME,
    "오후": Part.AFTERNOON,
    "저녁": Part.EVENING,
    "밤": Part.NIGHT,
}

Read = Callable[[re.Match[str]], tuple[Word, ...]]


def phrases(text: str) -> list[Phrase]:
    """What the text says about time, one phrase for each 부터, 까지, 이후 and 전; none where something is denied."""
    said = _NOT_NOW.sub("", tight(_FROM_TO.sub(r"\1시부터 \2시까지", text)))
    if _DENIED.search(said):
        return []
    found = [Phrase()]
    position = after_word = 0
    while position < len(said):
        bound = _BOUND.match(said, position) if position == after_word and not found[-1].empty else None
        if bound is not None:
            found[-1].bound = _bound(bound, found[-1])
            found.append(Phrase())
            position = bound.end()
            continue
        position, words = _read(said, position)
        for word in words:
            found[-1].add(word)
        after_word = position if words else after_word
    return [phrase for phrase in found if not phrase.empty]


def _read(said: str, position: int) -> tuple[int, tuple[Word, ...]]:
    for pattern, read in _READERS:
        match = pattern.match(said, position)
        if match is not None:
            return match.end(), read(match)
    return position + 1, ()


_FROM_TO = re.compile(r"(\d{1,2})\s*시?\s*[~-]\s*(\d{1,2})\s*시")
# 지금은 안 되고 내일 오후에: what can't be now is left out; 여섯 시 전에는 안 돼요 and 내일 말고 모레 are asked again.
_NOT_NOW = re.compile(
    r"^(?:아니(?:요|오|에요)?|아뇨)|지금(?:은|은좀)?(?:통화(?:가|는)?|전화(?:가|는)?)?(?:말고|안[돼되]|못|어려|힘들|곤란)"
)
_DENIED = re.compile(r"말고|안[돼되될됩]|안괜찮|못받|못해|아니|곤란|어려")
_BOUND = re.compile(
    rf"{_ABOUT}(?:(?P<from>부터|에서)|(?P<until>까지|사이|안에|안으로|내로|이내)|(?P<since>이후|후)"
    r"|(?P<after>먹고|넘어서?|지나서?)|(?P<before>이전|전(?![화체부])))"
)


def _bound(found: re.Match[str], phrase: Phrase) -> Bound:
    if found.lastgroup == "since":  # 금요일 이후 has the Friday in it, 점심 이후 not the lunch.
        return Bound.AFTER if phrase.parts or phrase.clocks else Bound.FROM
    return Bound[str(found.lastgroup).upper()]


def _clock(found: re.Match[str]) -> tuple[Word, ...]:
    hour = read_korean(found["hour"])
    minute = 30 if found["half"] else read_sino(found["minute"] or found["figures"] or "영")
    return (UNCLEAR if hour is None or minute is None else Clock(hour, minute),)


def _later(found: re.Match[str]) -> tuple[Word, ...]:
    hours, minutes = read_korean(found["hours"] or "영"), read_korean(found["minutes"] or found["only"] or "영")
    if hours is None or minutes is None:
        return (UNCLEAR,)
    half = 30 if found["half_too"] or found["half_hour"] else 0
    return (Later(timedelta(hours=hours, minutes=minutes + half)),)


def _days_ahead(found: re.Match[str]) -> tuple[Word, ...]:
    number = read_korean(found["count"])
    return (UNCLEAR if number is None else InDays(number * (7 if found["unit"].startswith("주") else 1)),)


def _date(found: re.Match[str]) -> tuple[Word, ...]:
    said_month, day = found["month"], read_sino(found["day"])
    month = _MONTHS.get(said_month, read_sino(said_month)) if said_month else None
    if day is None or (said_month and month is None):
        return (UNCLEAR,)
    return (OnDate(day, month, int(found["year"]) if found["year"] else None),)


def _weekday(found: re.Match[str]) -> tuple[Word, ...]:
    weekday = WEEKDAYS.index(found["weekday"])
    return (NextWeekday(weekday) if found["next"] else OnWeekday(weekday),)


def _always(*words: Word) -> Read:
    return lambda _found: words


# Tried in this order at each place of the text; what none of them knows is skipped.
_READERS: tuple[tuple[re.Pattern[str], Read], ...] = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        (r"(?:한두|두세|두서너|서너|너댓|네다섯|대여섯)시", _always(UNCLEAR)),
        (rf"(?P<counted>{'|'.join(_COUNTED_DAYS)}){_DAYS_LATER}", lambda m: (InDays(_COUNTED_DAYS[m["counted"]]),)),
        (rf"(?P<count>{_NUMBER})(?P<unit>일|주일?){_DAYS_LATER}", _days_ahead),
        (rf"{_DURATION}(?:{_LATER}|(?={_WITHIN}))", _later),
        (
            rf"(?:(?P<year>20\d\d)년)?(?:(?P<month>유|시|{SINO_BELOW_100})월)?(?P<day>{SINO_BELOW_100})일(?![곱요정반])",
            _date,
        ),
        (r"(?:내일|낼)?모레", _always(InDays(2))),
        (r"오늘|금일", _always(InDays(0))),
        (r"내일|낼|명일", _always(InDays(1))),
        (r"평일", _always(OnWorkday())),
        (r"글피", _always(InDays(3))),
        (r"어제|그저께|그제|지난", _always(InDays(-1))),
        (r"(?P<week>다음|이번)?주말", lambda m: (Weekend(_NEAR[m["week"] or "이번"]),)),
        (r"(?P<week>다다음|다음|이번|담|금|차)주(?!문|소|세요)", lambda m: (InWeek(_NEAR[m["week"]]),)),
        (r"(?P<month>다음|이번)달", lambda m: (InMonths(_NEAR[m["month"]]),)),
        (rf"(?P<next>다음)?(?P<weekday>[{WEEKDAYS}])요일", _weekday),
        (
            rf"(?P<hour>{_HOUR})(?:시(?!간|작)(?:(?P<half>반)(?!드시)|(?P<minute>{SINO_BELOW_100})분)?|:(?P<figures>\d\d))",
            _clock,
        ),
        (r"정오", _always(Part.DAYTIME, Clock(12))),
        (r"자정", _always(Part.NIGHT, Clock(12))),
        (rf"(?P<part>{'|'.join(PARTS)})", lambda m: (PARTS[m["part"]],)),
        (r"지금|당장|바로|즉시", _always(NOW)),
    )
)
