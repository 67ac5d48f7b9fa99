"""What a recogniser can spell, and sentence vectors that are kept."""

import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from speech.remembered import RememberedVectors
from speech.vocabulary import NoVocabulary, vocabulary

WORDS = ("<eps>", "배", "송이", "안", "와요", "track")


def _text(text: str) -> bytes:
    return struct.pack("<i", len(text.encode())) + text.encode()


def grammar_fst(words: Sequence[str], *, flags: int = 3) -> bytes:
    """The head of an FST as OpenFst writes it."""
    head = (
        struct.pack("<i", 2125659606)
        + _text("ngram")
        + _text("standard")
        + struct.pack("<iiqqqq", 4, flags, 0, 1, 2, 0)
    )
    table = struct.pack("<i", 2125658996) + _text("words.txt") + struct.pack("<qq", len(words), len(words))
    return head + table + b"".join(_text(word) + struct.pack("<q", at) for at, word in enumerate(words))


def model(folder: Path, content: bytes, name: str = "Gr.fst") -> Path:
    (folder / "graph").mkdir(exist_ok=True)
    (folder / "graph" / name).write_bytes(content)
    return folder


def test_the_words_are_read_from_the_graph_and_kept(tmp_path: Path) -> None:
    known = vocabulary(model(tmp_path, grammar_fst(WORDS)), tmp_path / "cache")
    kept = list((tmp_path / "cache").iterdir())
    again = vocabulary(tmp_path, tmp_path / "cache")

    for words in (known, again):
        assert [words.spells(phrase) for phrase in ("배송이 안 와요", "track", "택배", "")] == [
            True,
            True,
            False,
            False,
        ]
    assert len(kept) == 1


def test_another_model_has_other_words(tmp_path: Path) -> None:
    vocabulary(model(tmp_path, grammar_fst(WORDS)), tmp_path / "cache")
    other = vocabulary(model(tmp_path, grammar_fst((*WORDS, "택배"))), tmp_path / "cache")

    assert other.spells("택배")


def test_a_list_of_words_beside_the_graph_is_enough(tmp_path: Path) -> None:
    listed = "".join(f"{word} {at}\n" for at, word in enumerate(WORDS)).encode()

    assert vocabulary(model(tmp_path, listed, "words.txt"), tmp_path / "cache").spells("배송이 와요")


@pytest.mark.parametrize("content", [b"", b"no graph at all", grammar_fst(WORDS)[:60], grammar_fst(WORDS, flags=0)])
def test_a_damaged_model_is_told(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(NoVocabulary):
        vocabulary(model(tmp_path, content), tmp_path / "cache")


def test_a_cache_that_cannot_be_written_costs_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where a folder should be")

    assert vocabulary(model(tmp_path, grammar_fst(WORDS)), tmp_path / "cache").spells("배송이")


class Counting:
    """Encodes a text as its length; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> "np.ndarray[tuple[int, ...], np.dtype[np.float32]]":
        self.asked += texts
        return np.array([[len(text), 1.0] for text in texts], dtype=np.float32)


def test_a_sentence_is_encoded_once_and_for_all(tmp_path: Path) -> None:
    encoder = Counting()
    with RememberedVectors(encoder, "counting 1", tmp_path) as first:
        first.encode(["배송", "환불", "배송"])
    with RememberedVectors(encoder, "counting 1", tmp_path) as second:
        rows = second.encode(["환불", "요금제", "배송"])

    assert encoder.asked == ["배송", "환불", "요금제"]
    assert rows.tolist() == [[2, 1], [3, 1], [2, 1]]


def test_vectors_of_another_encoder_are_not_taken(tmp_path: Path) -> None:
    encoder = Counting()
    for name in ("counting 1", "counting 2"):
        with RememberedVectors(encoder, name, tmp_path) as remembered:
            remembered.encode(["배송"])

    assert encoder.asked == ["배송", "배송"]


def test_a_cut_off_cache_is_made_anew(tmp_path: Path) -> None:
    encoder = Counting()
    for _ in range(2):
        with RememberedVectors(encoder, "counting 1", tmp_path) as remembered:
            remembered.encode(["배송"])
        for kept in tmp_path.iterdir():
            kept.write_bytes(kept.read_bytes()[:100])

    assert encoder.asked == ["배송", "배송"]
