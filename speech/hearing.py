"""An utterance's road: mu-law → wideband → words → meaning."""

import threading
import time
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from speech import guard, telephone
from speech.classifier import Classifier, train
from speech.expectation import Expectation, Meaning
from speech.extension import WIDE_RATE_HZ, Extension, Wide
from speech.intent import Intent, classify
from speech.learned_extension import LearnedExtension
from speech.recogniser import Alternative, Recogniser
from speech.sentence_vectors import sentence_vectors

NEARLY_THE_PHRASE = 0.85
# Vosk is some 0.2 s behind, the extension 54 ms. As much of the silence, heard again, brings out the last word.
LATEST_SAMPLES = WIDE_RATE_HZ // 5


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
    recogniser: str = "vosk"
    """Whose words they are."""


class Ears:
    """Recogniser and extension, put together once for all calls. Safe to use from threads."""

    def __init__(self, recogniser: Recogniser, extension: Extension | None = None) -> None:
        self._recogniser = recogniser
        self._extension = extension or LearnedExtension()
        # Callers are heard side by side, each by one thread. More of them on one utterance's small matrices spend their
        # time waiting for each other: the extension took five times as much of the CPU.
        threadpool_limits(1, user_api="blas")

    def listen(self, expectation: Expectation) -> "Utterance":
        return Utterance(self._recogniser, self._extension, expectation)


class Utterance:
    """One utterance, heard as it is spoken. Used by one thread at a time."""

    def __init__(self, recogniser: Recogniser, extension: Extension, expectation: Expectation) -> None:
        self._expectation = expectation
        self._cpu_seconds = 0.0
        self._audio_seconds = 0.0
        self._latest: Wide = np.zeros(0, dtype=np.float32)
        began = time.thread_time()
        self._listener = recogniser.listen(_grammar_phrases(expectation))
        self._widening = extension.begin()
        self._cpu_seconds += time.thread_time() - began

    def hear(self, mulaw: bytes) -> None:
        """The next piece of the caller's audio."""
        began = time.thread_time()
        self._pass_on(self._widening.widen(telephone.decode(mulaw)))
        self._audio_seconds += telephone.seconds(mulaw)
        self._cpu_seconds += time.thread_time() - began

    def so_far(self, speech_seconds: float) -> Hearing:
        """What it would mean if nothing followed. More may. Asked in a silence, of which a little more is heard: a
        recogniser is behind, and its last words come out with what follows them."""
        began = time.thread_time()
        self._listener.hear(self._latest)
        words = self._listener.so_far()
        readings = (Alternative(words, 0.0),) if words else ()
        return self._understood(readings, speech_seconds, began)

    def end(self, speech_seconds: float) -> Hearing:
        """It is over. `speech_seconds`: how much of the audio was speech."""
        began = time.thread_time()
        self._listener.hear(self._widening.finish())
        return self._understood(self._listener.readings(), speech_seconds, began)

    def _pass_on(self, wide: Wide) -> None:
        self._listener.hear(wide)
        self._latest = np.concatenate([self._latest, wide])[-LATEST_SAMPLES:]

    def _understood(self, readings: tuple[Alternative, ...], speech_seconds: float, began: float) -> Hearing:
        intent = classify(readings, self._expectation)
        words = readings[0].text if readings else ""
        probability = intent.probability * guard.fits(intent, words, self._expectation, speech_seconds)
        self._cpu_seconds += time.thread_time() - began
        return Hearing(
            words=_told(intent, words),
            alternatives=readings,
            meaning=intent.meaning,
            probability=probability,
            audio_seconds=self._audio_seconds,
            cpu_seconds=self._cpu_seconds,
        )


_Lesson = tuple[tuple[Meaning, ...], str]
MOST_LESSONS = 16
_lessons: dict[_Lesson, Classifier] = {}
_learning = threading.RLock()


def learned(meanings: tuple[Meaning, ...], language: str) -> Classifier:
    """What the phrases teach: milliseconds for a shop's menu, with sentence vectors seconds, once."""
    known = _lessons.get((meanings, language))
    if known is not None:
        return known
    with _learning:
        known = _lessons.get((meanings, language))
        if known is None:
            phrases = {meaning.name: meaning.phrases for meaning in meanings}
            known = train(phrases, language, encoder=sentence_vectors())
            remember(meanings, language, known)
        return known


def remember(meanings: tuple[Meaning, ...], language: str, classifier: Classifier) -> None:
    """What was learned elsewhere, so that it need not be learned here. The oldest lesson is forgotten."""
    with _learning:
        for old in list(_lessons)[: max(len(_lessons) - MOST_LESSONS + 1, 0)]:
            del _lessons[old]
        _lessons[meanings, language] = classifier


def understand_text(reading: Alternative, expectation: Expectation) -> Hearing:
    """Words that were recognised freely, not out of a list: there is no audio to hold them against. At an open question
    their meaning is learned from the phrases; elsewhere they have to sound like one."""
    began = time.thread_time()
    if expectation.is_open:
        judged = learned(expectation.meanings, expectation.language).judge(reading.text)
        words, probability = reading.text, judged.probability
        meaning: str | None = judged.likeliest
    else:
        intent = classify((reading,), expectation)
        words, meaning = _told(intent, reading.text), intent.meaning
        probability = intent.probability * guard.fits_words(intent, reading.text, expectation)
    cpu_seconds = time.thread_time() - began
    return Hearing(words, (reading,), meaning, probability, audio_seconds=0.0, cpu_seconds=cpu_seconds)


def _told(intent: Intent, words: str) -> str:
    """The listed phrase where the words are nearly one."""
    return intent.nearest_phrase if intent.likeness >= NEARLY_THE_PHRASE else words


def _grammar_phrases(expectation: Expectation) -> tuple[str, ...]:
    return (*expectation.phrases, *guard.decoys(expectation))
