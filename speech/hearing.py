"""An utterance's road: mu-law → wideband → words → meaning."""

import time
from dataclasses import dataclass

from speech import guard, telephone
from speech.expectation import Expectation
from speech.extension import Extension
from speech.intent import classify
from speech.learned_extension import LearnedExtension
from speech.recogniser import Alternative, Recogniser


@dataclass(frozen=True)
class Hearing:
    """What was understood of one utterance."""

    words: str
    alternatives: tuple[Alternative, ...]
    meaning: str | None
    probability: float
    """That the caller said this meaning: 0 when the audio fits nothing that was expected."""
    audio_seconds: float
    cpu_seconds: float


class Ears:
    """Recogniser and extension, put together once for all calls. Safe to use from threads."""

    def __init__(self, recogniser: Recogniser, extension: Extension | None = None) -> None:
        self._recogniser = recogniser
        self._extension = extension or LearnedExtension()

    def understand(self, mulaw: bytes, expectation: Expectation, speech_seconds: float) -> Hearing:
        """`speech_seconds`: how much of the audio is speech."""
        began = time.thread_time()
        wide = self._extension.widen(telephone.decode(mulaw))
        readings = self._recogniser.recognise(wide, _grammar_phrases(expectation))
        intent = classify(readings, expectation)
        words = readings[0].text if readings else ""
        return Hearing(
            words=intent.nearest_phrase if intent.likeness >= guard.LIKENESS_FULL else words,
            alternatives=readings,
            meaning=intent.meaning,
            probability=intent.probability * guard.fits(intent, words, speech_seconds),
            audio_seconds=telephone.seconds(mulaw),
            cpu_seconds=time.thread_time() - began,
        )


def _grammar_phrases(expectation: Expectation) -> tuple[str, ...]:
    return (*expectation.phrases, *guard.DECOYS)
