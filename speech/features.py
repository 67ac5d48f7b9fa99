"""Texts → rows of numbers: the pieces of writing in them, and what a sentence encoder makes of them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from speech.korean import jamo
from speech.matrix import Matrix

# Frequent pieces first, while phrases × pieces stay below: 32 MB, and seconds of training.
MOST_NUMBERS, FEWEST_PIECES = 8_000_000, 1024
# The encoder's part of a row against that of the pieces; between 1.5 and 3 made no difference.
ENCODER_WEIGHT = 2.0


class Encoder(Protocol):
    def encode(self, texts: Sequence[str]) -> Matrix:
        """One row for each text; texts that mean the same lie close. Safe to call from threads."""


@dataclass(frozen=True)
class Pieces:
    """The pieces of one kind that were seen in the examples, the rarer the heavier (TF-IDF)."""

    shortest: int
    longest: int
    place: dict[str, int]
    weights: Matrix

    def rows(self, texts: Sequence[str]) -> Matrix:
        """Of unit length; zeros where no piece is known."""
        rows = np.zeros((len(texts), len(self.place)), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for piece, count in _cut(text, self.shortest, self.longest).items():
                if (place := self.place.get(piece)) is not None:
                    row[place] = 1.0 + np.log(count)
        return unit(rows * self.weights)


@dataclass(frozen=True)
class Features:
    """What a classifier looks at, fixed by its examples."""

    syllables: Pieces
    letters: Pieces
    encoder: Encoder | None
    middle: Matrix
    """Of the encoder's rows: sentences share much that says nothing."""

    def rows(self, texts: Sequence[str]) -> Matrix:
        return self.join(texts, _encoded(texts, self.encoder))

    def join(self, texts: Sequence[str], encoded: Matrix) -> Matrix:
        """The pieces of the texts beside what the encoder made of them."""
        written = [_plain(text) for text in texts]
        parts = [self.syllables.rows(written), self.letters.rows([jamo(text) for text in written])]
        pieces = np.hstack(parts) / np.float32(np.sqrt(len(parts)))
        return np.hstack([pieces, np.float32(ENCODER_WEIGHT) * unit(encoded - self.middle)])


def learn_features(texts: Sequence[str], encoder: Encoder | None) -> tuple[Features, Matrix]:
    """From all examples; with their own rows, since encoding them is what takes time."""
    encoded = _encoded(texts, encoder)
    written = [_plain(text) for text in texts]
    most = max(FEWEST_PIECES, MOST_NUMBERS // len(texts))
    features = Features(
        syllables=_learn_pieces(written, 1, 3, most),
        letters=_learn_pieces([jamo(text) for text in written], 3, 6, most),
        encoder=encoder,
        middle=encoded.mean(axis=0, keepdims=True),
    )
    return features, features.join(texts, encoded)


def _encoded(texts: Sequence[str], encoder: Encoder | None) -> Matrix:
    return np.zeros((len(texts), 0), dtype=np.float32) if encoder is None else encoder.encode(texts)


def unit(rows: Matrix) -> Matrix:
    """Each row at length 1; a row of zeros stays."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths == 0, 1, lengths)


def _learn_pieces(texts: Sequence[str], shortest: int, longest: int, most: int) -> Pieces:
    seen_in = Counter(piece for text in texts for piece in _cut(text, shortest, longest))
    kept = sorted(seen_in, key=lambda piece: (-seen_in[piece], piece))[:most]
    shares = (1 + np.array([seen_in[piece] for piece in kept])) / (1 + len(texts))
    weights = (1.0 - np.log(shares)).astype(np.float32)[None, :]
    return Pieces(shortest, longest, {piece: place for place, piece in enumerate(kept)}, weights)


def _plain(text: str) -> str:
    """Small letters, single spaces, no punctuation; spaces around, so that beginnings and ends are pieces."""
    words = "".join(letter if letter.isalnum() else " " for letter in text.lower()).split()
    return f" {' '.join(words)} " if words else ""


def _cut(text: str, shortest: int, longest: int) -> Counter[str]:
    lengths = range(shortest, longest + 1)
    return Counter(text[at : at + length] for length in lengths for at in range(len(text) - length + 1))
