"""One call's ear: frames in, the conversation told of what was said."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from ivr.dialogue import THRESHOLDS
from speech.decide import is_backchannel, is_clear
from speech.endpoint import Ended, Endpointer, Paused, SpeechEvent, Started, Sustained, Went
from speech.expectation import Expectation
from speech.hearing import Hearing
from speech.pool import HearingFailed, HearingPool, Listening, PoolFull

log = logging.getLogger("barocall.ear")


class Told(Protocol):
    """Whom an ear tells: the conversation, or whoever tries out what would be heard."""

    def expecting(self, call_id: int, /) -> Expectation | None:
        """What the caller may say now; None where words don't count."""

    def speaking(self, call_id: int, /) -> None:
        """Sustained speech: a prompt should stop."""

    def heard(self, call_id: int, expected: Expectation, hearing: Hearing, /) -> object:
        """An utterance, and what was expected when it began."""

    def cannot_hear(self, call_id: int, /) -> None:
        """No room in the pool, or recognition broke."""


@dataclass
class _Spoken:
    """What somebody is saying at the moment. `told` once the conversation knows it: then nothing of it counts again."""

    expected: Expectation
    listening: Listening
    told: threading.Event = field(default_factory=threading.Event)


class Ear:
    """Fed by one socket's thread. Recognition and the carrier's REST run elsewhere, so frames never wait."""

    def __init__(self, call_id: int, conversation: Told, pool: HearingPool, errands: Executor) -> None:
        self._call_id = call_id
        self._conversation = conversation
        self._pool = pool
        self._errands = errands
        self._endpointer = Endpointer()
        self._spoken: _Spoken | None = None

    def frame(self, mulaw: bytes) -> None:
        """The next bit of the caller's audio, mu-law at 8 kHz."""
        if self._spoken is not None and self._spoken.told.is_set():
            # It was clear before the silence after it had lasted: whatever comes now answers the next question.
            self._let_go()
            self._endpointer.restart()
        for event in self._endpointer.process(mulaw):
            self._happens(event)

    @property
    def silent_seconds(self) -> float:
        """How long the caller has been silent in what may still be an utterance."""
        return self._endpointer.silent_seconds

    def close(self) -> None:
        """The line is gone."""
        self._let_go()

    def _happens(self, event: SpeechEvent) -> None:
        match event:
            case Started(audio):
                self._spoken = self._begin()
                self._hear(audio)
            case Went(audio):
                self._hear(audio)
            case Sustained():
                if self._spoken is not None:
                    self._errand(lambda: self._conversation.speaking(self._call_id))
            case Paused(speech_seconds):
                if self._spoken is not None:
                    self._spoken.listening.pause(speech_seconds, partial(self._perhaps, self._spoken))
            case Ended(speech_seconds):
                if speech_seconds and self._spoken is not None:
                    self._spoken.listening.end(speech_seconds, partial(self._understood, self._spoken))
                self._let_go()

    def _begin(self) -> _Spoken | None:
        # What the words may mean is settled when they begin: the question may change while they are spoken.
        expected = self._conversation.expecting(self._call_id)
        if expected is None:
            return None
        self._endpointer.silence_seconds = expected.silence_seconds
        self._endpointer.sustained_seconds = expected.sustained_seconds
        try:
            return _Spoken(expected, self._pool.listen(expected))
        except PoolFull:
            log.warning("call %s: too many callers speak at once; it goes on with keys", self._call_id)
            self._errand(lambda: self._conversation.cannot_hear(self._call_id))
            return None

    def _hear(self, audio: bytes) -> None:
        if self._spoken is not None:
            self._spoken.listening.hear(audio)

    def _let_go(self) -> None:
        if self._spoken is not None:
            self._spoken.listening.drop()
            self._spoken = None

    def _perhaps(self, spoken: _Spoken, result: Hearing | HearingFailed) -> None:
        """At a pause: what is clear by now need not wait for the silence to last."""
        if isinstance(result, Hearing) and is_clear(result, THRESHOLDS):
            self._tell(spoken, result)

    def _understood(self, spoken: _Spoken, result: Hearing | HearingFailed) -> None:
        if spoken.told.is_set():
            return
        if isinstance(result, HearingFailed):
            log.error("call %s: recognition failed: %s", self._call_id, result.reason)
            self._errand(lambda: self._conversation.cannot_hear(self._call_id))
        elif not is_backchannel(result):
            self._tell(spoken, result)

    def _tell(self, spoken: _Spoken, hearing: Hearing) -> None:
        spoken.told.set()
        self._errand(lambda: self._conversation.heard(self._call_id, spoken.expected, hearing))

    def _errand(self, errand: Callable[[], object]) -> None:
        def run() -> None:
            try:
                errand()
            except Exception:
                # The caller's document times out by itself and asks again; a thread must not die for that.
                log.exception("call %s: an errand failed", self._call_id)

        self._errands.submit(run)
