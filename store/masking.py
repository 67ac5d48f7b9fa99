"""What may be written down of numbers and words."""

import re

# Digits as figures, and as they are read aloud: a recogniser writes 공일공, not 010, and [7] for a seven at times.
# Figures alone come first: 010-1234-5678 이에요 ends in a syllable, not in a two.
_DIGITS = (
    "[0-9]",
    "[0-9공영빵일이삼사오육륙칠팔구]",
    "하나|둘|셋|넷|다섯|여섯|일곱|여덟|아홉",
    r"\b(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple)\b",
)
_RUNS = [
    (re.compile(rf"(?:(?:{digit})[\s\-.,\[\]]*){{5,}}(?:{digit})", re.I), re.compile(digit, re.I)) for digit in _DIGITS
]


# What carriers write in the place of a number that the caller does not show.
_NOT_SHOWN = frozenset({"anonymous", "restricted", "unknown", "unavailable", "private", "blocked"})


def mask_number(number: str) -> str:
    """`+821012345678` → `+8210****5678`: enough to tell two callers apart, too little to phone one.

    The carrier's word for a withheld number stays as it is; any other address (`sip:…`) is all stars.
    """
    if number.lower() in _NOT_SHOWN:
        return number
    if not number.removeprefix("+").isdigit():
        return "*" * min(len(number), 8)
    if len(number) < 8:
        return "*" * len(number)
    return f"{number[:-8]}****{number[-4:]}"


def mask_words(words: str) -> str:
    """Runs of 6 digits and more become stars: card, resident and phone numbers are said on phones."""
    for run, digit in _RUNS:
        words = run.sub(lambda found, digit=digit: digit.sub("*", found.group()), words)  # type: ignore[misc]
    return words
