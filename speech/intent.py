"""Words → what is meant, with a probability.

A grammar recogniser mixes pieces of phrases, so its words are held against every listed phrase by sound (letters of
the syllables); a meaning is as likely as its best phrase. Readings are weighed by the recogniser's own scores.
"""

from dataclasses import dataclass

import numpy as np

from speech.expectation import Expectation
from speech.korean import compact, likeness
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
    names = [meaning.name for meaning in expectation.meanings]
    nearest = [[_nearest(reading.text, meaning.phrases) for meaning in expectation.meanings] for reading in readings]
    likenesses = np.array([[close for close, _phrase in row] for row in nearest])
    posterior = weights @ _softmax(SHARPNESS * likenesses)
    chosen = int(np.argmax(posterior))
    close, phrase = nearest[0][chosen]
    return Intent(names[chosen], float(posterior[chosen]), close, phrase)


def _nearest(text: str, phrases: tuple[str, ...]) -> tuple[float, str]:
    heard = compact(text)
    return max((likeness(heard, compact(phrase)), phrase) for phrase in phrases)


def _weights(readings: tuple[Alternative, ...]) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    scores = np.array([reading.score for reading in readings])
    return np.asarray(_softmax((scores / SCORE_TEMPERATURE)[None, :])[0])


def _softmax(
    rows: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]",
) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
    shifted = np.exp(rows - rows.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))
