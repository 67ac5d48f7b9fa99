"""Words → what is meant, with a probability.

A grammar recogniser mixes pieces of phrases, so its words are held against every listed phrase by sound (letters of
the syllables); a meaning is as likely as its best phrase. Readings are weighed by the recogniser's own scores.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

import numpy as np

from speech.expectation import Expectation, Meaning
from speech.korean import compact, jamo, likenesses_of
from speech.recogniser import Alternative

# How fast a meaning loses to another whose phrase sounds closer: at 14, a lead of 0.1 in likeness gives 4 : 1.
SHARPNESS = 14.0
# Vosk's scores of readings are log-likelihoods that are far too sure of themselves.
SCORE_TEMPERATURE = 3.0


@dataclass(frozen=True)
class Intent:
    meaning: str | None
    probability: float
    """That this is meant, provided that the caller said anything of what is listed."""
    likeness: float
    """Of the words to the nearest listed phrase of the meaning, 0 to 1."""
    nearest_phrase: str


NOTHING = Intent(None, 0.0, 0.0, "")


def classify(readings: tuple[Alternative, ...], expectation: Expectation) -> Intent:
    """What is meant, over all readings."""
    if not readings:
        return NOTHING
    weights = _weights(readings)
    listed = _listed(expectation.meanings)
    likenesses = likenesses_of([reading.text for reading in readings], listed.sounds)
    nearest = np.maximum.reduceat(likenesses, listed.begins, axis=1)
    posterior = weights @ _softmax(SHARPNESS * nearest)
    chosen = int(np.argmax(posterior))
    meaning = expectation.meanings[chosen]
    begin = listed.begins[chosen]
    of_phrases = likenesses[0, begin : begin + len(meaning.phrases)].tolist()
    close, phrase = max(zip(of_phrases, meaning.phrases, strict=True))
    return Intent(meaning.name, float(posterior[chosen]), close, phrase)


@dataclass(frozen=True)
class _Listed:
    """All phrases of an expectation, one meaning after the other."""

    sounds: tuple[str, ...]
    begins: tuple[int, ...]


@lru_cache(maxsize=64)
def _listed(meanings: tuple[Meaning, ...]) -> _Listed:
    sounds = tuple(jamo(compact(phrase)) for meaning in meanings for phrase in meaning.phrases)
    lengths = [len(meaning.phrases) for meaning in meanings]
    return _Listed(sounds, tuple(accumulate([0, *lengths[:-1]])))


def _weights(readings: tuple[Alternative, ...]) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    scores = np.array([reading.score for reading in readings])
    return np.asarray(_softmax((scores / SCORE_TEMPERATURE)[None, :])[0])


def _softmax(
    rows: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]",
) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
    shifted = np.exp(rows - rows.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))
