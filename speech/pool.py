"""Recognition off the sockets' and requests' threads, for so many callers at once and no more."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from speech.expectation import Expectation
from speech.hearing import Ears, Hearing

log = logging.getLogger("barocall.hearing")


class PoolFull(Exception):
    """Too many callers speak at once. This one goes on with keys at once rather than waiting in silence."""


@dataclass(frozen=True)
class HearingFailed:
    """Recognition broke on this utterance."""

    reason: str


Heard = Callable[[Hearing | HearingFailed], None]


class HearingPool:
    """`workers` utterances are recognised at a time, `backlog` more may wait."""

    def __init__(self, ears: Ears, *, workers: int, backlog: int) -> None:
        self._ears = ears
        self._room = threading.BoundedSemaphore(workers + backlog)
        self._threads = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="hearing")

    def submit(self, mulaw: bytes, expectation: Expectation, speech_seconds: float, heard: Heard) -> None:
        """`heard` is called from a thread of the pool. Raises PoolFull at once."""
        if not self._room.acquire(blocking=False):
            raise PoolFull
        self._threads.submit(self._understand, mulaw, expectation, speech_seconds, heard)

    def close(self) -> None:
        self._threads.shutdown(wait=True)

    def _understand(self, mulaw: bytes, expectation: Expectation, speech_seconds: float, heard: Heard) -> None:
        try:
            result: Hearing | HearingFailed = self._ears.understand(mulaw, expectation, speech_seconds)
        except Exception as error:
            log.exception("an utterance could not be recognised")
            result = HearingFailed(str(error))
        finally:
            self._room.release()
        heard(result)
