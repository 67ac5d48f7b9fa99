"""What a phrase-grammar recogniser should be able to hear of each kind of value.

Such a recogniser follows the words of the phrases from one to the next; it hears a new order of them where each step
is known from some phrase. So the phrases need not be all numbers and times, only hold all their words in their usual
neighbourhoods.
"""

from collections.abc import Callable, Sequence
from functools import cache
from itertools import cycle

from speech.values import english_times, korean_times
from speech.values.model import Kind, Language
from speech.values.numerals import english, native, sino
from speech.values.time_words import Part

YES: dict[Language, tuple[str, ...]] = {
    "ko": (
        *("네", "예", "네 맞아요", "네 맞습니다", "예 맞습니다", "맞아요", "그래요", "좋아요", "네 좋아요"),
        "네 그렇게 해 주세요",
    ),
    "en": ("yes", "yeah", "yes please", "that's right", "correct", "okay", "sure", "of course"),
}
NO: dict[Language, tuple[str, ...]] = {
    "ko": ("아니요", "아뇨", "아니에요", "아니요 괜찮아요", "아닌데요", "틀려요", "싫어요", "괜찮아요"),
    "en": ("no", "nope", "no thanks", "no thank you", "that's wrong", "that's not right"),
}

# 육 is spoken 륙 behind a consonant. Apart, since together they are other words of the vocabulary: 일공, 이사, 오일.
_KO_DIGITS = ("공", "일", "이", "삼", "사", "오", "육", "륙", "칠", "팔", "구", "영")
_KO_AREAS = ("공 일 공", "공 이", "공 삼 일", "공 칠 공")
_EN_DIGITS = ("zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_DIGITS_IN_A_PHRASE = 4


_HOURS = range(1, 13)
_EN_PARTS = (
    ("in the morning", Part.MORNING),
    ("in the afternoon", Part.AFTERNOON),
    ("in the evening", Part.EVENING),
    ("at night", Part.NIGHT),
)


@cache
def grammar_phrases(kind: Kind, language: Language) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_PHRASES[kind, language]()))


def _yes_no(language: Language) -> tuple[str, ...]:
    return (*YES[language], *NO[language])


def _korean_phone() -> list[str]:
    """Every digit before and behind every other, as long as numbers are: a number is not cut short."""
    numbers = _digit_pairs(_KO_DIGITS)
    areas = [f"{area}{joint}" for area in _KO_AREAS for joint in ("", " 에")]
    return [f"{area} {number}" for area, number in zip(cycle(areas), numbers, strict=False)]


def _english_phone() -> list[str]:
    pairs = [f"zero one zero {number}" for number in _digit_pairs(_EN_DIGITS)]
    return [*pairs, *(f"{times} {digit} {digit}" for times in ("double", "triple") for digit in _EN_DIGITS)]


def _digit_pairs(digits: Sequence[str]) -> list[str]:
    groups = [digits[at : at + _DIGITS_IN_A_PHRASE] for at in range(0, len(digits), _DIGITS_IN_A_PHRASE)]
    return [" ".join(f"{digit} {other}" for other in group) for digit in digits for group in groups]


def _korean_when() -> list[str]:
    hours = [
        f"{name} {native(hour)} 시" for name, part in korean_times.PARTS.items() for hour in _HOURS if part.shows(hour)
    ]
    minutes = [f"{native(1 + minute % 12)} 시 {sino(minute)} 분" for minute in range(1, 60)]
    dates = [f"{_month(1 + day % 12)} {sino(day)} 일" for day in range(1, 32)]
    weekdays = [f"{week}{weekday}요일" for week in ("", "이번 주 ", "다음 주 ") for weekday in korean_times.WEEKDAYS]
    days = ["오늘", "내일", "모레", *weekdays, *dates]
    ends = ("", " 반", " 에", " 반 에", " 이후 에", " 쯤", " 까지", " 전 에", " 부터", " 에서")
    durations = [f"{native(hour)} 시간{half} 뒤 에" for hour in range(1, 7) for half in ("", " 반")]
    return [
        *(f"{day} {hour}{end}" for day, hour, end in zip(cycle(days), hours, cycle(ends), strict=False)),
        *(f"{day} {minute}" for day, minute in zip(cycle(days), minutes, strict=False)),
        *(f"{day} {part}" for day, part in zip(days, cycle(korean_times.PARTS), strict=False)),
        *(f"{native(hour)} 시 부터 {native(1 + hour % 12)} 시 까지" for hour in _HOURS),
        *durations,
        *(f"{sino(minute)} 분 {later}" for minute in range(10, 60, 10) for later in ("뒤 에", "후 에", "있다가")),
        *("지금", "점심 때", "이번 주말", "다음 주"),
    ]


def _month(month: int) -> str:
    """유월 and 시월 are irregular."""
    return {6: "유월", 10: "시월"}.get(month, f"{sino(month)}월")


def _english_when() -> list[str]:
    hours = [f"{english(hour)} {name}" for name, part in _EN_PARTS for hour in _HOURS if part.shows(hour)]
    minutes = [f"{english(1 + minute % 12)} {english(minute)}" for minute in range(10, 60)]
    weekdays = [f"{week}{weekday}" for week in ("", "next ") for weekday in english_times.WEEKDAYS]
    dates = [f"{english_times.MONTHS[day % 12]} {english(day)}" for day in range(1, 32)]
    days = ["today", "tomorrow", "the day after tomorrow", *weekdays, *dates]
    return [
        *(
            f"{bound} {hour} {day}"
            for bound, hour, day in zip(cycle(("at", "after", "before")), hours, cycle(days), strict=False)
        ),
        *(f"{day} at {minute}" for day, minute in zip(cycle(days), minutes, strict=False)),
        *(f"{day} {part}" for day in days for part in ("morning", "afternoon", "evening")),
        *(f"half past {english(hour)}" for hour in _HOURS),
        *(f"quarter {side} {english(hour)}" for hour in _HOURS for side in ("to", "past")),
        *("in half an hour", "in an hour", "in an hour and a half", "in two hours", "noon", "now"),
    ]


def _korean_amount() -> list[str]:
    digits = range(1, 10)
    return [
        *(f"{sino(one * 10_000 + two * 1000)} 원" for one in digits for two in digits),
        *(f"{sino(one * 1000 + two * 100)} 원" for one in digits for two in digits),
        *(f"{sino(one * 100_000)} 원" for one in range(1, 100)),
        *(f"{sino(one * 10)} 달러 {sino(two)} 센트" for one in digits for two in (1, 50)),
    ]


def _english_amount() -> list[str]:
    return [
        *(f"{english(number)} {currency}" for number in range(1, 100) for currency in ("dollars", "thousand won")),
        *(f"{english(number)} dollars and {english(100 - number)} cents" for number in range(1, 100)),
        *(f"{english(number * 100)} dollars" for number in range(1, 10)),
    ]


_PHRASES: dict[tuple[Kind, Language], Callable[[], Sequence[str]]] = {
    ("yes_no", "ko"): lambda: _yes_no("ko"),
    ("yes_no", "en"): lambda: _yes_no("en"),
    ("phone", "ko"): _korean_phone,
    ("phone", "en"): _english_phone,
    ("when", "ko"): _korean_when,
    ("when", "en"): _english_when,
    ("amount", "ko"): _korean_amount,
    ("amount", "en"): _english_amount,
}
