"""Spoken digits → a telephone number that exists."""

import re
from collections.abc import Iterator

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from speech.values.model import Language, PhoneNumber
from speech.values.numerals import plain_words, tight

# A short run beside a number is a correction or a second number; a lone digit is a stray syllable (이 번호로).
LONGEST_STRAY_DIGITS = 1

_KO_DIGITS = {
    **{word: str(value) for value, word in enumerate("영일이삼사오육칠팔구")},
    "공": "0",
    "빵": "0",
    "륙": "6",
    "하나": "1",
    "둘": "2",
    "셋": "3",
    "넷": "4",
    "다섯": "5",
    "여섯": "6",
    "일곱": "7",
    "여덟": "8",
    "아홉": "9",
}
_KO_DIGIT = re.compile("|".join(sorted(_KO_DIGITS, key=len, reverse=True)) + "|[0-9]")
# What people put between groups of digits: 공일공에, 국에, 다시 (a dash), 음.
_KO_BETWEEN = re.compile("플러스|국에|국의|국번|다시|에|의|음|어|그|저|요|:")
# 오육칠팔이에요, 오육칠팔구요: before more syllables the last one may be a digit or a polite ending.
_KO_ENDINGS = ("이", "구")

_INTERNATIONAL = re.compile(r"\+|\bplus\b|플러스")

_EN_BETWEEN = frozenset({"plus", "um", "uh", "and", "then", "dash", "hyphen", "a", "its", "is"})
_EN_REPEATS = {"double": 2, "triple": 3, "treble": 3}
_EN_ZEROS = frozenset({"oh", "o", "nought", "naught", "null"})


def phone_number(text: str, language: Language, region: str = "KR") -> PhoneNumber | None:
    """None when no number, or more than one, can have been said: a number corrected halfway is asked for again."""
    runs = _korean_runs(tight(text)) if language == "ko" else _english_runs(text)
    long_runs = [run for run in runs if len(run[0]) > LONGEST_STRAY_DIGITS]
    if len(long_runs) != 1:
        return None
    digits, perhaps_ending = long_runs[0]
    prefix = "+" if _INTERNATIONAL.search(text.lower()) else ""
    readings = (digits, digits[:-1]) if perhaps_ending else (digits,)
    valid = {number for reading in readings if (number := _valid(prefix + reading, region)) is not None}
    return PhoneNumber(valid.pop()) if len(valid) == 1 else None


def _korean_runs(said: str) -> Iterator[tuple[str, bool]]:
    """(digits, whether the last of them may be a polite ending) for each stretch of digits."""
    digits, last, more, position = "", "", False, 0
    while position < len(said):
        found = _KO_DIGIT.match(said, position)
        between = _KO_BETWEEN.match(said, position)
        if found is not None:
            last = found.group()
            digits += _KO_DIGITS.get(last, last)
            more = found.end() < len(said)
        elif between is None and digits:
            yield digits, more and last in _KO_ENDINGS
            digits = ""
        known = found or between
        position = position + 1 if known is None else known.end()
    if digits:
        yield digits, more and last in _KO_ENDINGS


def _english_runs(text: str) -> Iterator[tuple[str, bool]]:
    digits, times = "", 1
    for word in [*plain_words(re.sub("[-.+]", " ", text)), "."]:
        figure = "0" if word in _EN_ZEROS else word
        if figure.isdecimal():
            digits, times = digits + figure * times, 1
        elif word in _EN_REPEATS:
            times = _EN_REPEATS[word]
        elif word not in _EN_BETWEEN and digits:
            yield digits, False
            digits = ""


def _valid(digits: str, region: str) -> str | None:
    half = len(digits) // 2
    if len(digits) > 16 and digits[:half] == digits[half:]:  # Said twice, to be sure.
        digits = digits[:half]
    if digits[0] not in f"+{_trunk_prefix(region)}":
        return None
    try:
        number = phonenumbers.parse(digits, region)
    except NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number) or _is_short_mobile(number):
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _trunk_prefix(region: str) -> str:
    """0 where every number at home begins with it, as in Korea; any digit elsewhere. Digits without it were heard
    wrongly, and would pass as a number all the same."""
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
    return "0" if metadata is not None and metadata.national_prefix == "0" else "0123456789"


def _is_short_mobile(number: phonenumbers.PhoneNumber) -> bool:
    """010 is followed by eight digits, whatever the plan on paper allows: a digit was swallowed."""
    national = str(number.national_number)
    return number.country_code == 82 and national.startswith("10") and len(national) < 10
