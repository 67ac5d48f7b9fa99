"""Recognition off the sockets' and requests' threads, for so many callers at once and no more."""

import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass

from speech.expectation import Expectation
from speech.hearing import Ears, Hearing, Utterance
from speech.second_opinion import Asked, SecondOpinion, is_wanted
from speech.telephone import FRAME_BYTES

log = logging.getLogger("barocall.hearing")


# Decoded in pieces of 100 ms: a frame at a time costs half as much again, and a pause passes on what is left at once.
PIECE_BYTES = 5 * FRAME_BYTES


class PoolFull(Exception):
    """Too many callers speak at once. This one goes on with keys at once rather than waiting in silence."""


@dataclass(frozen=True)
class HearingFailed:
    """Recognition broke on this utterance."""

    reason: str


Heard = Callable[[Hearing | HearingFailed], None]
Task = Callable[[Utterance], None]


class HearingPool:
    """`threads` decode what up to `at_once` callers are saying."""

    def __init__(
        self, ears: Ears, threads: Executor, *, at_once: int, second_opinion: SecondOpinion | None = None
    ) -> None:
        self._ears = ears
        self._second_opinion = second_opinion
        self._room = threading.BoundedSemaphore(at_once)
        self._threads = threads

    def listen(self, expectation: Expectation) -> "Listening":
        """Begin to hear an utterance. Raises PoolFull at once."""
        if not self._room.acquire(blocking=False):
            raise PoolFull
        return Listening(self._threads, self._ears, expectation, self._room.release, self._second_opinion)

    def close(self) -> None:
        self._threads.shutdown(wait=True)


class Listening:
    """One utterance being heard: its pieces are worked through in order, by whichever thread is free.

    Every listening must be ended or dropped, or its room in the pool is lost. Used by one thread.
    """

    def __init__(
        self,
        threads: Executor,
        ears: Ears,
        expectation: Expectation,
        leave: Callable[[], None],
        second_opinion: SecondOpinion | None,
    ) -> None:
        self._threads = threads
        self._ears = ears
        self._expectation = expectation
        self._leave = leave
        self._second_opinion = second_opinion
        self._audio = bytearray()
        self._unheard = bytearray()
        self._utterance: Utterance | None = None
        self._failed: HearingFailed | None = None
        self._tasks: deque[Callable[[], None]] = deque()
        self._lock = threading.Lock()
        self._running = False
        self._over = False

    def hear(self, mulaw: bytes) -> None:
        """The next piece of the caller's audio."""
        if self._second_opinion is not None:
            self._audio += mulaw
        self._unheard += mulaw
        if len(self._unheard) >= PIECE_BYTES:
            self._pass_on()

    def pause(self, speech_seconds: float, heard: Heard) -> None:
        """`heard` is told, from a thread of the pool, what it means so far."""
        self._pass_on()
        self._do(lambda: self._tell(heard, lambda utterance: utterance.so_far(speech_seconds)))

    def end(self, speech_seconds: float, heard: Heard) -> None:
        """`heard` is told, from a thread of the pool, what it was."""

        def ended(first: Hearing | HearingFailed) -> None:
            second = self._second_opinion
            if second is None or isinstance(first, HearingFailed) or not is_wanted(self._expectation, first):
                heard(first)
            else:
                second.ask(Asked(bytes(self._audio), self._expectation, speech_seconds, first), heard)

        self._pass_on()
        self._finish(lambda: self._tell(ended, lambda utterance: utterance.end(speech_seconds)))

    def drop(self) -> None:
        """Nobody wants to know."""
        self._finish(lambda: None)

    def _pass_on(self) -> None:
        if self._unheard and not self._over:
            piece = bytes(self._unheard)
            self._unheard.clear()
            self._do(lambda: self._tried(lambda utterance: utterance.hear(piece)))

    def _finish(self, last: Callable[[], None]) -> None:
        if self._over:
            return
        self._over = True

        def run() -> None:
            try:
                last()
            finally:
                self._leave()

        self._do(run)

    def _do(self, task: Callable[[], None]) -> None:
        with self._lock:
            self._tasks.append(task)
            if self._running:
                return
            self._running = True
        self._threads.submit(self._work)

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._tasks:
                    self._running = False
                    return
                task = self._tasks.popleft()
            try:
                task()
            except Exception:
                # Whoever was told broke on it. The tasks behind it give this utterance's room back.
                log.exception("what was heard could not be told")

    def _tell(self, heard: Heard, ask: Callable[[Utterance], Hearing]) -> None:
        told: list[Hearing] = []
        self._tried(lambda utterance: told.append(ask(utterance)))
        heard(self._failed or told[0])

    def _tried(self, work: Task) -> None:
        """Once recognition has broken, nothing is tried any more."""
        if self._failed is not None:
            return
        try:
            if self._utterance is None:
                self._utterance = self._ears.listen(self._expectation)
            work(self._utterance)
        except Exception as error:
            log.exception("an utterance could not be recognised")
            self._failed = HearingFailed(str(error))
