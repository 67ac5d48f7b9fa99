"""Sound heard without a call: through the very ear that a caller's frames go through, at the speed of the machine."""

import time
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Any

from ivr.dialogue import THRESHOLDS
from ivr.ear import Ear
from speech.decide import Confirm, Go, decide
from speech.expectation import Expectation
from speech.hearing import Ears, Hearing
from speech.pool import HearingPool
from speech.second_opinion import SecondOpinion, Transcriber
from speech.telephone import FRAME_BYTES, FRAME_SECONDS, MULAW_SILENCE, RATE_HZ

SILENCE_BEFORE_SECONDS, SILENCE_AFTER_SECONDS = 0.5, 2.0


@dataclass(frozen=True)
class Tried:
    """One utterance of the sound."""

    hearing: Hearing
    delay_seconds: float
    """From the end of speech to here, had it come from a telephone: the silence that was waited for, and our work."""


class CannotHear(Exception):
    """Recognition broke on the sound."""


def hear(
    ears: Ears, mulaw: bytes, expectation: Expectation, transcriber: Transcriber | None = None
) -> tuple[Tried, ...]:
    """Every utterance in a telephone's sound, in order. `transcriber`: for second opinions. Raises CannotHear."""
    listener = _Listener(expectation)
    threads = SameThread()
    second = None if transcriber is None else SecondOpinion(transcriber, threads, deadline_seconds=None)
    ear = Ear(0, listener, HearingPool(ears, threads, at_once=1, second_opinion=second), threads)
    tried: list[Tried] = []
    for frame in frames(mulaw):
        silent_seconds, began = ear.silent_seconds, time.perf_counter()
        ear.frame(frame)
        if listener.cannot:
            raise CannotHear("recognition broke on this sound: the log says why")
        if listener.heard_now:
            delay = silent_seconds + FRAME_SECONDS + time.perf_counter() - began
            tried += [Tried(hearing, delay) for hearing in listener.heard_now]
            listener.heard_now.clear()
    ear.close()
    return tuple(tried)


def decisive(tried: tuple[Tried, ...]) -> Tried | None:
    """Of several utterances the first that leads somewhere, as in a call; else the longest."""
    for one in tried:
        if isinstance(decide(one.hearing, THRESHOLDS, failures=0, always_confirm=False), Go | Confirm):
            return one
    return max(tried, key=lambda one: one.hearing.audio_seconds, default=None)


def frames(mulaw: bytes) -> Iterable[bytes]:
    """20 ms each, with the quiet line before and after."""
    before, after = (_silence(seconds) for seconds in (SILENCE_BEFORE_SECONDS, SILENCE_AFTER_SECONDS))
    line = before + mulaw + after
    return (line[start : start + FRAME_BYTES] for start in range(0, len(line), FRAME_BYTES))


def _silence(seconds: float) -> bytes:
    return bytes([MULAW_SILENCE]) * int(seconds * RATE_HZ)


class _Listener:
    """In place of a conversation: always expects the same, and keeps what was heard."""

    def __init__(self, expectation: Expectation) -> None:
        self._expectation = expectation
        self.heard_now: list[Hearing] = []
        self.cannot = False

    def expecting(self, _call_id: int) -> Expectation:
        return self._expectation

    def speaking(self, _call_id: int) -> None:
        return

    def heard(self, _call_id: int, _expected: Expectation, hearing: Hearing) -> None:
        self.heard_now.append(hearing)

    def cannot_hear(self, _call_id: int) -> None:
        # An ear swallows what an errand raises: a call must go on. Here it is told afterwards.
        self.cannot = True


class SameThread(Executor):
    """Work is done where it is asked for, at once: the same sound is always heard the same way."""

    def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(work(*args, **kwargs))
        return done
