"""Sentence vectors that were computed before, kept in a file: a sentence takes 20 ms of a core, a menu has hundreds."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Self
from zipfile import BadZipFile

import numpy as np

from speech.features import Encoder
from speech.matrix import Matrix

MOST_TEXTS = 20_000  # 30 MB.


class RememberedVectors:
    """An encoder that asks another one only for what is new. Use as a context: at its end the file is written.

    `name` names the encoder: another one's vectors must never be taken for its own. Used by one thread.
    """

    def __init__(self, encoder: Encoder, name: str, cache: Path) -> None:
        self._encoder = encoder
        self._path = cache / f"vectors-{hashlib.sha256(name.encode()).hexdigest()[:16]}.npz"
        self._rows: dict[str, Matrix] = {}
        self._new = False

    def __enter__(self) -> Self:
        try:
            with self._path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
                self._rows = dict(zip(kept["texts"].tolist(), kept["rows"], strict=True))
        except (OSError, ValueError, KeyError, EOFError, BadZipFile):
            self._rows = {}  # None yet, or one that was cut off: it is made anew.
        return self

    def __exit__(self, *_: object) -> None:
        if self._new:
            self._keep()

    def encode(self, texts: Sequence[str]) -> Matrix:
        unknown = [text for text in dict.fromkeys(texts) if text not in self._rows]
        if unknown:
            self._rows.update(zip(unknown, self._encoder.encode(unknown), strict=True))
            self._new = True
        return np.stack([self._rows[text] for text in texts])

    def _keep(self) -> None:
        """A cache that can't be written costs time, nothing else."""
        latest = dict(list(self._rows.items())[-MOST_TEXTS:])
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh = self._path.with_suffix(f".{id(self)}.new")
            with fresh.open("wb") as file:
                np.savez(file, texts=np.array(list(latest)), rows=np.stack(list(latest.values())))
            fresh.replace(self._path)
        except OSError:
            return
