"""How a value is read back. What is said here is heard by `when`, `phone_number` and `amount` as the same value."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import phonenumbers

from speech.values import english_times, korean_times
from speech.values.model import Amount, Currency, Language, Moment, PhoneNumber, Span, Value
from speech.values.numerals import english, native, sino
from speech.values.time_words import Part

FAR_DAYS = 360
"""A date so far away is said with its year."""

_SINO_DIGITS = "공일이삼사오육칠팔구"
_NEAR_DAYS = {"ko": ("오늘", "내일", "모레"), "en": ("today", "tomorrow", "the day after tomorrow")}
_KO_CURRENCIES: dict[Currency, str] = {"KRW": "원", "USD": "달러", "EUR": "유로", "JPY": "엔"}
_EN_CURRENCIES: dict[Currency, tuple[str, str]] = {
    "KRW": ("won", "won"),
    "USD": ("dollar", "dollars"),
    "EUR": ("euro", "euros"),
    "JPY": ("yen", "yen"),
}
_PART_NAMES: dict[Language, dict[Part, str]] = {
    "ko": {part: name for name, part in korean_times.PARTS.items()},
    "en": {part: name for name, part in english_times.PARTS.items()},
}


def said(value: Value, language: Language, now: datetime | None = None) -> str:
    """`now`: days near it are called by their names, too (내일), and times are said in its zone."""
    match value:
        case PhoneNumber():
            return _number(value, language)
        case Amount():
            return _korean_amount(value) if language == "ko" else _english_amount(value)
        case Moment():
            return _moment(value.at if now is None else value.at.astimezone(now.tzinfo), language, now)
        case Span():
            return _span(value, language, now)


def said_time(at: time, language: Language) -> str:
    """오전 아홉 시, 오후 세 시 반, 낮 열두 시; half past nine is "nine thirty in the morning". Midnight is called
    밤 열두 시 and belongs to the day that it ends."""
    return _korean_time(at) if language == "ko" else _english_time(at)


# Numbers and sums


def _number(number: PhoneNumber, language: Language) -> str:
    """As it is dialled at home, digit by digit: 공일공, 일이삼사, 오육칠팔."""
    parsed = phonenumbers.parse(number.e164)
    parts = re.findall("[0-9]+", phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL))
    if language == "ko":
        return ", ".join("".join(_SINO_DIGITS[int(digit)] for digit in part) for part in parts)
    return ", ".join(" ".join(english(int(digit)) for digit in part) for part in parts)


def _korean_amount(amount: Amount) -> str:
    whole, cents = _whole_and_cents(amount)
    return f"{sino(whole)} {_KO_CURRENCIES[amount.currency]}" + (f" {sino(cents)} 센트" if cents else "")


def _english_amount(amount: Amount) -> str:
    whole, cents = _whole_and_cents(amount)
    one, many = _EN_CURRENCIES[amount.currency]
    return f"{english(whole)} {one if whole == 1 else many}" + (f" and {english(cents)} cents" if cents else "")


def _whole_and_cents(amount: Amount) -> tuple[int, int]:
    whole = int(amount.value)
    return whole, int((amount.value - Decimal(whole)) * 100)


# Times


def _moment(at: datetime, language: Language, now: datetime | None) -> str:
    day, clock = _day_of(at), said_time(at.time(), language)
    return f"{_day(day, language, now)} {clock}" if language == "ko" else f"{clock}, {_day(day, language, now)}"


def _span(span: Span, language: Language, now: datetime | None) -> str:
    zone = span.earliest.tzinfo if now is None else now.tzinfo
    earliest = span.earliest.astimezone(zone)
    latest = None if span.latest is None else span.latest.astimezone(zone)
    if latest is None:
        return _from(_day(earliest.date(), language, now), language)
    if earliest.time() == latest.time() == time():
        return _days(earliest.date(), latest.date() - timedelta(days=1), language, now)
    if latest == datetime.combine(earliest.date() + timedelta(days=1), time(), zone):
        return _after(_moment(earliest, language, now), language)
    part = _part(earliest, latest, language)
    if part is not None:
        day = _day(earliest.date(), language, now)
        return f"{day} {part}" if language == "ko" else f"{part}, {day}"
    return _from_to(earliest, latest, language, now)


def _from(start: str, language: Language) -> str:
    return f"{start}부터" if language == "ko" else f"from {start} on"


def _after(start: str, language: Language) -> str:
    return f"{start} 이후" if language == "ko" else f"after {start}"


def _days(first: date, last: date, language: Language, now: datetime | None) -> str:
    start, end = _day(first, language, now), _day(last, language, now)
    if first == last:
        return start
    return f"{start}부터 {end}까지" if language == "ko" else f"from {start} to {end}"


def _from_to(earliest: datetime, latest: datetime, language: Language, now: datetime | None) -> str:
    start, end = _moment(earliest, language, now), _moment(latest, language, now)
    if _day_of(earliest) == _day_of(latest):
        if language == "ko":
            return f"{start}부터 {said_time(latest.time(), language)}까지"
        start = said_time(earliest.time(), language)
    return f"{start}부터 {end}까지" if language == "ko" else f"from {start} to {end}"


def _part(earliest: datetime, latest: datetime, language: Language) -> str | None:
    """The part of the day that lasts just so long."""
    for part, name in _PART_NAMES[language].items():
        begins = datetime.combine(earliest.date(), time(), earliest.tzinfo)
        if (earliest, latest) == tuple(begins + timedelta(hours=hour) for hour in part.lasts):
            if language == "ko":
                return name
            return f"at {name}" if name in ("lunchtime", "night") else f"in the {name}"
    return None


def _day_of(at: datetime) -> date:
    """The first hour after midnight is called twelve at night and told with the day before it."""
    return at.date() - timedelta(days=at.hour == 0)


def _day(day: date, language: Language, now: datetime | None) -> str:
    ahead = None if now is None else (day - now.date()).days
    year = f"{day.year}" if ahead is not None and ahead > FAR_DAYS else ""
    near = _NEAR_DAYS[language][ahead] if ahead is not None and 0 <= ahead <= 2 else ""
    if language == "ko":
        full = f"{day.month}월 {day.day}일 {korean_times.WEEKDAYS[day.weekday()]}요일"
        return " ".join(part for part in (near, f"{year}년" if year else "", full) if part)
    weekday = english_times.WEEKDAYS[day.weekday()].title()
    full = f"{weekday} {day.day} {english_times.MONTHS[day.month - 1].title()}" + (f" {year}" if year else "")
    return f"{near} ({full})" if near else full


def _korean_time(at: time) -> str:
    part = {0: "밤", 12: "낮"}.get(at.hour, "오전" if at.hour < 12 else "오후")
    minutes = "" if at.minute == 0 else " 반" if at.minute == 30 else f" {sino(at.minute)} 분"
    return f"{part} {native(at.hour % 12 or 12)} 시{minutes}"


def _english_time(at: time) -> str:
    if at.minute == 0 and at.hour in (0, 12):
        return "midnight" if at.hour == 0 else "noon"
    minutes = "" if at.minute == 0 else f" {'oh ' if at.minute < 10 else ''}{english(at.minute)}"
    return f"{english(at.hour % 12 or 12)}{minutes} {_english_part(at.hour)}"


def _english_part(hour: int) -> str:
    if hour == 0 or hour >= 22:
        return "at night"
    if hour < 12:
        return "in the morning"
    return "in the afternoon" if hour < 18 else "in the evening"
