"""Numbers as words, in both languages: read and spoken."""

import re

LARGEST = 10**12 - 1
"""The largest number that is read or spoken; nobody says a larger one on the telephone."""

# Korean

_KO_DIGIT = {word: value for value, word in enumerate("영일이삼사오육칠팔구")} | {"공": 0, "륙": 6}
_KO_UNITS = ((10**8, "억"), (10**4, "만"), (1000, "천"), (100, "백"), (10, "십"))
_SINO_DIGITS = "영일이삼사오육칠팔구"
_NATIVE_ONES = ("", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉")
_NATIVE_ONES_ALONE = ("", "하나", "둘", "셋", "넷", *_NATIVE_ONES[5:])
_NATIVE_TENS = ("", "열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔")

SINO_BELOW_100 = r"(?:[일이삼사오육륙칠팔구]?십[일이삼사오육륙칠팔구]?|[영공일이삼사오육륙칠팔구]|\d{1,2})"
_ONES = "|".join((*_NATIVE_ONES[1:], *_NATIVE_ONES_ALONE[1:5]))
NATIVE_BELOW_100 = rf"(?:(?:스무|{'|'.join(_NATIVE_TENS[1:])})(?:{_ONES})?|{_ONES})"


def read_sino(text: str) -> int | None:
    """삼만오천 → 35000, 12만3천 → 123000; None for what is no number: 오십천, 만만, 일이."""
    if text.isdecimal():
        return int(text) if len(text) <= 12 else None
    for size, unit in _KO_UNITS:
        before, found, after = text.partition(unit)
        if found:
            return _read_sino_parts(before, size, after)
    return _KO_DIGIT.get(text)


def _read_sino_parts(before: str, size: int, after: str) -> int | None:
    many = read_sino(before) if before else 1
    rest = read_sino(after) if after else 0
    if many is None or rest is None or (before and many == 0) or (after and rest == 0):
        return None
    most = 10_000 if size >= 10_000 else 10
    return many * size + rest if many < most and rest < size else None


def sino(number: int) -> str:
    """35000 → 삼만 오천; 0 to LARGEST."""
    if number == 0:
        return "영"
    groups = ((number // 10**8, "억"), (number // 10**4 % 10**4, "만"), (number % 10**4, ""))
    return " ".join(_sino_group(many, unit) for many, unit in groups if many)


def _sino_group(many: int, unit: str) -> str:
    """10 → 십만 with `unit` 만; one ten thousand is 만, but a hundred million is 일억."""
    if many == 1 and unit == "만":
        return unit
    words = ""
    for size, name in _KO_UNITS[2:]:
        digit = many // size % 10
        words += ("" if digit < 2 else _SINO_DIGITS[digit]) + (name if digit else "")
    return words + (_SINO_DIGITS[many % 10] if many % 10 else "") + unit


def read_native(text: str) -> int | None:
    """열두 → 12, 스무 → 20."""
    if text == "스무":
        return 20
    tens = next((ten for ten in range(9, 0, -1) if text.startswith(_NATIVE_TENS[ten])), 0)
    rest = text[len(_NATIVE_TENS[tens]) :]
    for ones in (_NATIVE_ONES, _NATIVE_ONES_ALONE):
        if rest in ones and (tens or rest):
            return tens * 10 + ones.index(rest)
    return None


def read_korean(text: str) -> int | None:
    """A number in either of the two systems, or in figures."""
    native = read_native(text)
    return read_sino(text) if native is None else native


def native(number: int) -> str:
    """As things are counted: 한, 두, 스무, 스물한; 1 to 99."""
    return "스무" if number == 20 else _NATIVE_TENS[number // 10] + _NATIVE_ONES[number % 10]


# English

_EN_SMALL = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_EN_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_EN_ORDINALS = (
    *("zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"),
    *("eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth"),
    "nineteenth",
)
_EN_VALUES = {word: value for value, word in enumerate(_EN_SMALL)} | {
    word: value * 10 for value, word in enumerate(_EN_TENS) if word
}
_EN_ORDINAL_VALUES = {word: value for value, word in enumerate(_EN_ORDINALS)} | {"twentieth": 20, "thirtieth": 30}
_EN_SCALES = ((10**9, "billion"), (10**6, "million"), (1000, "thousand"))
_EN_SCALE_VALUES = {word: value for value, word in _EN_SCALES} | {"hundred": 100}


def figures(words: list[str]) -> list[str]:
    """Number words below a hundred as figures, one figure for each number: three thirty five → 3 35; twenty sixth →
    26th. Everything else stays."""
    written: list[str] = []
    ten: int | None = None
    for word in words:
        ones, ordinal = _EN_VALUES.get(word), _EN_ORDINAL_VALUES.get(word)
        below_ten = ones if ones is not None else ordinal
        if ten is not None and below_ten is not None and 1 <= below_ten <= 9:
            written[-1] = f"{ten + below_ten}{'' if ordinal is None else 'th'}"
            ten = None
            continue
        ten = ones if ones is not None and ones >= 20 else None
        written.append(word if below_ten is None else f"{below_ten}{'' if ordinal is None else 'th'}")
    return written


def read_english(words: list[str]) -> int | None:
    """`words` as `figures` leaves them: 35 thousand → 35000, a hundred and 20 → 120; None for what is no number."""
    total, current = 0, None
    for word in words:
        if word.isdecimal() and len(word) <= 12:
            if current is not None and (current % 100 or int(word) >= 100):
                return None
            current = (current or 0) + int(word)
        elif word == "hundred":
            current = (1 if current is None else current) * 100
        elif word in _EN_SCALE_VALUES:
            total, current = total + (1 if current is None else current) * _EN_SCALE_VALUES[word], 0
        elif word not in ("a", "and"):
            return None
    number = total + (current or 0)
    return number if words and number <= LARGEST else None


def english(number: int) -> str:
    """35120 → thirty five thousand one hundred twenty; 0 to LARGEST."""
    if number < 20:
        return _EN_SMALL[number]
    if number < 100:
        return _EN_TENS[number // 10] + (f" {_EN_SMALL[number % 10]}" if number % 10 else "")
    size, name = next((size, name) for size, name in (*_EN_SCALES, (100, "hundred")) if number >= size)
    rest = number % size
    return f"{english(number // size)} {name}" + (f" {english(rest)}" if rest else "")


# Text

LONGEST_TEXT = 300
"""Letters. Nobody says more in one breath: what is longer is a recogniser gone astray."""
_NOT_SAID = re.compile(r"[^0-9a-z가-힣:.]|(?<![0-9])[.:]|[.:](?![0-9])")


def tight(text: str) -> str:
    """Korean without spaces, punctuation and the recogniser's brackets; the marks inside 3:30 and 12.5 stay."""
    return _NOT_SAID.sub("", text.lower()) if len(text) <= LONGEST_TEXT else ""


def plain_words(text: str) -> list[str]:
    """English in small letters, number words as figures, `p.m.` as `pm`; the marks inside 3:30, 12.5 and $5 stay."""
    if len(text) > LONGEST_TEXT:
        return []
    lower = re.sub(r"(?<![a-z])([ap])\.?\s?m\b\.?", r" \1m ", text.lower().replace("’", "'").replace("'", ""))
    lower = re.sub(r"(?<=[0-9]),(?=[0-9]{3})", "", lower)
    return figures(re.sub(r"[^0-9a-z:.$€¥₩+]|(?<![0-9])[.:]|[.:](?![0-9])", " ", lower).split())
