"""What may be written down of numbers and words."""

import re

_DIGIT_RUN = re.compile(r"(?:\d[\s\-.]?){5,}\d")


def mask_number(number: str) -> str:
    """`+821012345678` → `+8210****5678`: enough to tell two callers apart, too little to phone one."""
    if len(number) < 8:
        return "*" * len(number)
    return f"{number[:-8]}****{number[-4:]}"


def mask_words(words: str) -> str:
    """Runs of 6 digits and more become stars: card, resident and phone numbers are said on phones."""
    return _DIGIT_RUN.sub(lambda run: re.sub(r"\d", "*", run.group()), words)
