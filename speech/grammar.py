"""Phrases cut into the pieces that a recogniser's vocabulary has.

The Korean model's vocabulary is neither words nor morphemes: 요금이 is in it, 배송이 is not, but 배 and 송이 are. A
phrase that cannot be cut would be dropped from the grammar without a word, so it is reported.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

LONGEST_PIECE_SYLLABLES = 6
_LETTERS = frozenset(map(chr, range(ord("ㄱ"), ord("ㆎ") + 1)))


@dataclass(frozen=True)
class Grammar:
    phrases: tuple[str, ...]
    """With a space between pieces, as the recogniser takes them."""
    unspellable: tuple[str, ...]
    """Phrases for which the vocabulary has no pieces: they will never be heard."""


def build_grammar(phrases: Iterable[str], knows: Callable[[str], bool]) -> Grammar:
    """`knows` tells whether a piece is in the vocabulary."""
    cut, unspellable = [], []
    for phrase in phrases:
        pieces = cut_phrase(phrase, knows)
        if pieces is None:
            unspellable.append(phrase)
        else:
            cut.append(" ".join(pieces))
    return Grammar(tuple(dict.fromkeys(cut)), tuple(unspellable))


def cut_phrase(phrase: str, knows: Callable[[str], bool]) -> list[str] | None:
    """The pieces of all its words; None when one of them cannot be cut."""
    words = [cut_word(word, knows) for word in _spoken(phrase).split()]
    if not words or any(word is None for word in words):
        return None
    return [piece for word in words if word is not None for piece in word]


def _spoken(phrase: str) -> str:
    """Punctuation and ㅋㅋ are not heard, and are in no vocabulary."""
    return "".join(letter if letter.isalnum() and letter not in _LETTERS else " " for letter in phrase)


def cut_word(word: str, knows: Callable[[str], bool]) -> list[str] | None:
    """The fewest pieces that make up the word."""
    best: list[list[str] | None] = [[]] + [None] * len(word)
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - LONGEST_PIECE_SYLLABLES), end):
            before, piece = best[start], word[start:end]
            if before is None or not knows(piece):
                continue
            shortest = best[end]
            if shortest is None or len(before) + 1 < len(shortest):
                best[end] = [*before, piece]
    return best[-1]
