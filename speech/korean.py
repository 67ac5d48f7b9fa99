"""Korean text as recognition needs it: syllables, their letters, and how far two texts lie apart."""

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

_FIRST_SYLLABLE, _LAST_SYLLABLE = ord("가"), ord("힣")
_LEADS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_CODAS = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")
_SINO_DIGITS = "영일이삼사오육칠팔구"
_BRACKETS = re.compile(r"[\[\](){}<>]")


@lru_cache(maxsize=8192)
def compact(text: str) -> str:
    """Without spaces, punctuation and the recogniser's brackets; digits as they are read aloud, one by one."""
    kept = (letter for letter in _BRACKETS.sub("", text.lower()) if letter.isalnum())
    return "".join(_SINO_DIGITS[int(letter)] if letter in "0123456789" else letter for letter in kept)


@lru_cache(maxsize=8192)
def jamo(text: str) -> str:
    """배송 → ㅂㅐㅅㅗㅇ. What sounds alike shares letters, even where the syllables differ."""
    return "".join(_letters(letter) for letter in text)


def _letters(letter: str) -> str:
    code = ord(letter)
    if not _FIRST_SYLLABLE <= code <= _LAST_SYLLABLE:
        return letter
    lead, rest = divmod(code - _FIRST_SYLLABLE, 588)
    vowel, coda = divmod(rest, 28)
    # ㅇ in front of a vowel is silent.
    return str((_LEADS[lead] if _LEADS[lead] != "ㅇ" else "") + _VOWELS[vowel] + _CODAS[coda])


def edit_distance(one: str, other: str) -> int:
    """Insertions, deletions and substitutions between the two (Levenshtein)."""
    return Levenshtein.distance(one, other)


def likeness(one: str, other: str) -> float:
    """1 for texts that sound the same, 0 for texts that share nothing; of compact texts."""
    left, right = jamo(one), jamo(other)
    longer = max(len(left), len(right))
    return 1.0 if longer == 0 else 1.0 - edit_distance(left, right) / longer


def likenesses_of(texts: Sequence[str], sounds: Sequence[str]) -> NDArray[np.float64]:
    """The same for many at once, a row for each text: hundreds of phrases take less than a millisecond. `sounds`: the
    `jamo` of compact texts."""
    said = [jamo(compact(text)) for text in texts]
    return np.asarray(cdist(said, sounds, scorer=Levenshtein.normalized_similarity, dtype=np.float64))
