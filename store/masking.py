"""What may be written down of numbers and words."""

import re

# Digits as figures, and as they are read aloud: a recogniser writes 공일공, not 010.
_DIGITS = ("[0-9]", "[공영일이삼사오육륙칠팔구]")
_RUNS = [(re.compile(rf"(?:{digit}[\s\-.,]*){{5,}}{digit}"), digit) for digit in _DIGITS]


def mask_number(number: str) -> str:
    """`+821012345678` → `+8210****5678`: enough to tell two callers apart, too little to phone one."""
    if len(number) < 8:
        return "*" * len(number)
    return f"{number[:-8]}****{number[-4:]}"


def mask_words(words: str) -> str:
    """Runs of 6 digits and more become stars: card, resident and phone numbers are said on phones."""
    for run, digit in _RUNS:
        words = run.sub(lambda found, digit=digit: re.sub(digit, "*", found.group()), words)  # type: ignore[misc]
    return words
