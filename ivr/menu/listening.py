"""How long a text takes to listen to."""

import math

LETTERS_A_SYLLABLE = 3
SYLLABLES_A_SECOND = 5.0
"""Of a voice that reads out: an estimate, for telling long texts from short ones."""


def syllables(text: str) -> int:
    """A Hangul letter is one; of others about three make one. Spaces and punctuation are none."""
    said = [letter for letter in text if letter.isalnum()]
    hangul = sum("가" <= letter <= "힣" for letter in said)
    return hangul + math.ceil((len(said) - hangul) / LETTERS_A_SYLLABLE)


def seconds_to_hear(text: str) -> float:
    return syllables(text) / SYLLABLES_A_SECOND
