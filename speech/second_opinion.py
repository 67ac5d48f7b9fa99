"""A second recogniser for utterances that the first one was not sure of, within a deadline."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Protocol

from speech import guard, telephone
from speech.decide import Thresholds, is_backchannel, is_clear
from speech.expectation import Expectation
from speech.extension import Upsampling, Wide, widen
from speech.hearing import Hearing, understand_text
from speech.intent import classify
from speech.recogniser import Alternative

log = logging.getLogger("barocall.hearing")


# What was only learned, from words that sound like no phrase, is confirmed first unless it is as sure as this.
SURE_OF_LEARNED = 0.9
TO_BE_CONFIRMED = 0.7


class Transcriber(Protocol):
    def transcribe(self, audio: Wide, language: str) -> str:
        """What was said, in free words; empty when nothing can be made of it. Safe to call from threads."""


@dataclass(frozen=True)
class Asked:
    """An utterance and what the first recogniser made of it."""

    mulaw: bytes
    expectation: Expectation
    speech_seconds: float
    first: Hearing


class SecondOpinion:
    """One utterance at a time in `threads`; while it is busy, first opinions stand. `deadline_seconds` None: never."""

    def __init__(self, transcriber: Transcriber, threads: Executor, *, deadline_seconds: float | None) -> None:
        self._transcriber = transcriber
        self._threads = threads
        self._deadline_seconds = deadline_seconds
        self._free = threading.Semaphore(1)

    def ask(self, asked: Asked, tell: Callable[[Hearing], None]) -> None:
        """`tell` is called exactly once: with both opinions taken together, or at the deadline with the first."""
        if not self._free.acquire(blocking=False):
            tell(asked.first)
            return
        once = _Once(tell)
        timer = None
        if self._deadline_seconds is not None:
            timer = threading.Timer(self._deadline_seconds, once, [asked.first])
            timer.daemon = True
            timer.start()

        def work() -> None:
            try:
                result = self.together(asked)
            except Exception:
                log.exception("the second recogniser broke on an utterance")
                result = asked.first
            finally:
                self._free.release()
            if timer is not None:
                timer.cancel()
            once(result)

        self._threads.submit(work)

    def together(self, asked: Asked) -> Hearing:
        began = time.thread_time()
        wide = widen(Upsampling(), telephone.decode(asked.mulaw))
        text = self._transcriber.transcribe(wide, asked.expectation.language)
        if not text:
            return asked.first
        second = opinion(text, asked.expectation, asked.speech_seconds)
        cpu_seconds = asked.first.cpu_seconds + time.thread_time() - began
        return replace(both(asked.first, second), cpu_seconds=cpu_seconds)


class _Once:
    def __init__(self, tell: Callable[[Hearing], None]) -> None:
        self._tell = tell
        self._left = threading.Semaphore(1)

    def __call__(self, hearing: Hearing) -> None:
        if self._left.acquire(blocking=False):
            self._tell(hearing)


def is_wanted(expectation: Expectation, first: Hearing) -> bool:
    """Only where anything may be said, and the first opinion is not sure of it."""
    return expectation.is_open and not is_clear(first, Thresholds()) and not is_backchannel(first)


def opinion(text: str, expectation: Expectation, speech_seconds: float) -> Hearing:
    """What free words mean: as one of the phrases, by sound, or as what the phrases teach, whichever is surer."""
    reading = Alternative(text, 0.0)
    learned = understand_text(reading, replace(expectation, is_open=True))
    intent = classify((reading,), expectation)
    by_sound = intent.probability * guard.fits(intent, text, expectation, speech_seconds)
    if by_sound >= learned.probability:
        return replace(learned, meaning=intent.meaning, probability=by_sound)
    if learned.probability >= SURE_OF_LEARNED:
        return learned
    return replace(learned, probability=min(learned.probability, TO_BE_CONFIRMED))


def both(first: Hearing, second: Hearing) -> Hearing:
    """Two opinions that agree are surer than each; of two that don't, the surer one stands, less the other's doubt."""
    if first.meaning == second.meaning or first.probability == 0:
        meaning = second.meaning
        probability = 1 - (1 - first.probability) * (1 - second.probability)
    else:
        surer, other = sorted((first, second), key=lambda one: one.probability, reverse=True)
        meaning, probability = surer.meaning, surer.probability * (1 - other.probability)
    return Hearing(
        words=second.words,
        alternatives=(*second.alternatives, *first.alternatives),
        meaning=meaning,
        probability=probability,
        audio_seconds=first.audio_seconds,
        cpu_seconds=first.cpu_seconds,
        recogniser=f"{first.recogniser}+whisper",
    )
