"""One call's ear: frames in, the conversation told of what was said."""

import logging
from collections.abc import Callable
from concurrent.futures import Executor

from ivr.conversation import Conversation
from speech.endpoint import Ended, Endpointer, Started, Sustained
from speech.expectation import Expectation
from speech.hearing import Hearing
from speech.pool import HearingFailed, HearingPool, PoolFull

log = logging.getLogger("barocall.ear")


class Ear:
    """Fed by one socket's thread. Recognition and the carrier's REST run elsewhere, so frames never wait."""

    def __init__(self, call_id: int, conversation: Conversation, pool: HearingPool, errands: Executor) -> None:
        self._call_id = call_id
        self._conversation = conversation
        self._pool = pool
        self._errands = errands
        self._endpointer = Endpointer()
        self._expected: Expectation | None = None

    def frame(self, mulaw: bytes) -> None:
        """The next bit of the caller's audio, mu-law at 8 kHz."""
        for event in self._endpointer.process(mulaw):
            match event:
                case Started():
                    self._speech_starts()
                case Sustained():
                    self._speech_goes_on()
                case Ended() as ended:
                    self._speech_ends(ended)

    def _speech_starts(self) -> None:
        # What the words may mean is settled when they begin: the question may change while they are spoken.
        self._expected = self._conversation.expecting(self._call_id)
        if self._expected is not None:
            self._endpointer.silence_seconds = self._expected.silence_seconds

    def _speech_goes_on(self) -> None:
        if self._expected is not None:
            self._errand(lambda: self._conversation.speaking(self._call_id))

    def _speech_ends(self, utterance: Ended) -> None:
        expected, self._expected = self._expected, None
        if expected is None:
            return
        try:
            self._pool.submit(
                utterance.audio, expected, utterance.speech_seconds, lambda result: self._understood(expected, result)
            )
        except PoolFull:
            log.warning("call %s: too many callers speak at once; it goes on with keys", self._call_id)
            self._errand(lambda: self._conversation.cannot_hear(self._call_id))

    def _understood(self, expected: Expectation, result: Hearing | HearingFailed) -> None:
        if isinstance(result, HearingFailed):
            log.error("call %s: recognition failed: %s", self._call_id, result.reason)
            self._errand(lambda: self._conversation.cannot_hear(self._call_id))
            return
        self._errand(lambda: self._conversation.heard(self._call_id, expected, result))

    def _errand(self, errand: Callable[[], object]) -> None:
        def run() -> None:
            try:
                errand()
            except Exception:
                # The caller's document times out by itself and asks again; a thread must not die for that.
                log.exception("call %s: an errand failed", self._call_id)

        self._errands.submit(run)
