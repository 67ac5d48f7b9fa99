"""The words that a Vosk model knows, without loading the model.

A model carries them in `graph/words.txt`, or in the symbol table at the head of `graph/Gr.fst` (OpenFst's format).
Reading the table takes most of a second and the model itself three, so the words are kept in a file beside us.
"""

import hashlib
import struct
from pathlib import Path
from typing import BinaryIO

from speech.grammar import LONGEST_PIECE_SYLLABLES, cut_phrase

FST_MAGIC, SYMBOLS_MAGIC = 2125659606, 2125658996
HAS_INPUT_SYMBOLS, HAS_OUTPUT_SYMBOLS = 1, 2
MOST_WORDS = 5_000_000


class NoVocabulary(Exception):
    """The model's words can't be read: is it damaged, or of a kind that is not known here?"""


class Vocabulary:
    """Safe to use from threads."""

    def __init__(self, words: frozenset[str]) -> None:
        self._words = words

    def spells(self, phrase: str) -> bool:
        """Whether a grammar can have the phrase: one that it can't will never be heard."""
        return cut_phrase(phrase, self._words.__contains__) is not None


def vocabulary(model: Path, cache: Path) -> Vocabulary:
    """Of the model in a folder; kept in `cache` by the model's fingerprint. Raises NoVocabulary."""
    kept = cache / f"vocabulary-{fingerprint(model)}.txt"
    try:
        return Vocabulary(frozenset(kept.read_text(encoding="utf-8").split("\n")))
    except (OSError, UnicodeDecodeError):
        # Longer ones are never pieces of a phrase.
        words = frozenset(word for word in _read(model) if len(word) <= LONGEST_PIECE_SYLLABLES)
    _keep(words, kept)
    return Vocabulary(words)


def fingerprint(model: Path) -> str:
    """Names the model's graph by its size and its first and last megabyte: a checksum of it all takes a second."""
    digest = hashlib.sha256()
    for name in ("graph/words.txt", "graph/Gr.fst"):
        path = model / name
        if path.is_file():
            size = path.stat().st_size
            with path.open("rb") as file:
                digest.update(f"{name} {size} ".encode() + file.read(1 << 20))
                file.seek(max(size - (1 << 20), 0))
                digest.update(file.read())
    return digest.hexdigest()[:32]


def _keep(words: frozenset[str], kept: Path) -> None:
    """A cache that can't be written costs a second each time, nothing else."""
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        fresh = kept.with_suffix(f".{id(words)}.new")
        fresh.write_text("\n".join(sorted(words)), encoding="utf-8")
        fresh.replace(kept)  # At once: another process may be reading.
    except OSError:
        return


def _read(model: Path) -> frozenset[str]:
    try:
        listed = model / "graph" / "words.txt"
        if listed.is_file():
            lines = listed.read_text(encoding="utf-8").splitlines()
            return frozenset(line.rpartition(" ")[0] for line in lines)
        with (model / "graph" / "Gr.fst").open("rb") as file:
            return _symbols(file)
    except (OSError, UnicodeDecodeError, struct.error) as error:
        raise NoVocabulary(str(model)) from error


def _symbols(file: BinaryIO) -> frozenset[str]:
    """The first symbol table of an FST; a grammar's two are the same."""
    if _number(file, "<i") != FST_MAGIC:
        raise NoVocabulary("graph/Gr.fst is no FST")
    _text(file), _text(file)
    _version, flags = _number(file, "<i"), _number(file, "<i")
    file.seek(4 * 8, 1)  # Properties, start, states, arcs.
    if not flags & (HAS_INPUT_SYMBOLS | HAS_OUTPUT_SYMBOLS) or _number(file, "<i") != SYMBOLS_MAGIC:
        raise NoVocabulary("graph/Gr.fst carries no words")
    _text(file)
    _next_key, size = _number(file, "<q"), _number(file, "<q")
    if not 0 <= size <= MOST_WORDS:
        raise NoVocabulary("graph/Gr.fst is damaged")
    return frozenset(_symbol(file) for _ in range(size))


def _symbol(file: BinaryIO) -> str:
    word = _text(file)
    file.read(8)  # Its number.
    return word


def _text(file: BinaryIO) -> str:
    length = _number(file, "<i")
    if not 0 <= length <= 1 << 16:
        raise NoVocabulary("graph/Gr.fst is damaged")
    return file.read(length).decode()


def _number(file: BinaryIO, form: str) -> int:
    return int(struct.unpack(form, file.read(struct.calcsize(form)))[0])
