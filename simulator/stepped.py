"""Stepped time: it stands still until advanced, and what happens, happens in one order, the same every time.

Actors are threads that run one at a time. Whoever waits hands the turn to whoever is due next; the clock jumps there.
"""

import heapq
import itertools
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from types import TracebackType

from simulator.clock import Clock, Condition


class ClockBusy(Exception):
    """Time is being advanced already: one advance at a time, and none from inside a webhook."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class NoActor(RuntimeError):
    """In stepped time only what the network itself has started can wait."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class SteppedClock(Clock):
    """Due things happen by their date, and of one date in the order in which they were planned."""

    def __init__(self, start: datetime) -> None:
        self._start = self._now = self._until = start
        self._plan: list[tuple[datetime, int, _Turn]] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._busy = False
        self._actor: int | None = None
        """The thread whose turn it is."""

    def now(self) -> datetime:
        return self._now

    def elapsed_seconds(self) -> float:
        return (self._now - self._start).total_seconds()

    def spent_ms(self, milliseconds: float) -> float:
        return 0.0

    def spawn(self, name: str, work: Callable[[], None]) -> None:
        def live() -> None:
            self._actor = threading.get_ident()
            try:
                work()
            finally:
                self._hand_on()

        self._put(self._now, _Turn(threading.Thread(target=live, name=name, daemon=True).start))

    def condition(self) -> Condition:
        return _SteppedCondition(self)

    def advance(self, seconds: float) -> datetime:
        """Raises ClockBusy, and ValueError for a step back."""
        if seconds < 0:
            raise ValueError(f"time does not go back ({seconds} s)")
        with self._changed:
            if self._busy:
                raise ClockBusy
            self._busy = True
            self._until = self._now + timedelta(seconds=seconds)
        self._hand_on()
        return self._when_done()

    def close(self) -> None:
        """What is due now still happens, nothing later."""
        with self._changed:
            self._until = self._now
        with suppress(ClockBusy):
            self.advance(0)
        self._when_done()

    def _when_done(self) -> datetime:
        with self._changed:
            self._changed.wait_for(lambda: not self._busy)
            return self._now

    # What waiting is made of

    def begin_wait(self, seconds: float | None) -> "_Wait":
        """To be taken up by `sleep`. Raises NoActor."""
        if threading.get_ident() != self._actor:
            raise NoActor
        wait = _Wait(None if seconds is None else self._now + timedelta(seconds=seconds))
        if wait.due is not None:
            self._put(wait.due, wait)
        return wait

    def sleep_in(self, wait: "_Wait") -> None:
        """Until it is due, or somebody wakes it."""
        self._hand_on()
        wait.gate.acquire()
        self._actor = threading.get_ident()

    def wake(self, wait: "_Wait") -> None:
        """It looks again, at this moment, after whatever else is planned for it."""
        if not wait.woken:
            wait.woken = True
            self._put(self._now, wait)

    def _put(self, due: datetime, turn: "_Turn") -> None:
        with self._changed:
            heapq.heappush(self._plan, (max(due, self._now), next(self._numbers), turn))

    def _hand_on(self) -> None:
        self._actor = None
        with self._changed:
            turn = self._next()
            if turn is None:
                self._now, self._busy = self._until, False
                self._changed.notify_all()
        if turn is not None:
            turn.take()

    def _next(self) -> "_Turn | None":
        while self._plan and self._plan[0][0] <= self._until:
            due, _, turn = heapq.heappop(self._plan)
            if not turn.over:
                self._now = due
                return turn
        return None


class _Turn:
    """Somebody's, in the plan. `over`: not wanted any more."""

    def __init__(self, take: Callable[[], None]) -> None:
        self.take = take
        self.over = False


class _Wait(_Turn):
    """Of one actor, who may be woken several times before what they wait for is true."""

    def __init__(self, due: datetime | None) -> None:
        super().__init__(self._open)
        self.due = due
        self.woken = False
        self.gate = threading.Lock()
        self.gate.acquire()

    def _open(self) -> None:
        self.woken = False
        self.gate.release()


class _SteppedCondition:
    """Its lock is for requests from outside, which come when they come."""

    def __init__(self, clock: SteppedClock) -> None:
        self._clock = clock
        self._lock = threading.RLock()
        self._depth = 0
        self._waits: list[_Wait] = []

    def __enter__(self) -> None:
        self._lock.acquire()
        self._depth += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._depth -= 1
        self._lock.release()

    def notify_all(self) -> None:
        for wait in self._waits:
            self._clock.wake(wait)

    def wait_for(self, true: Callable[[], bool], seconds: float | None = None) -> bool:
        if true():
            return True
        if seconds is not None and seconds <= 0:
            return False
        wait = self._clock.begin_wait(seconds)
        self._waits.append(wait)
        try:
            return self._wait(wait, true)
        finally:
            wait.over = True
            self._waits.remove(wait)

    def _wait(self, wait: _Wait, true: Callable[[], bool]) -> bool:
        while True:
            self._let_go_and_sleep(wait)
            if true():
                return True
            if wait.due is not None and wait.due <= self._clock.now():
                return False

    def _let_go_and_sleep(self, wait: _Wait) -> None:
        depth, self._depth = self._depth, 0
        for _ in range(depth):
            self._lock.release()
        self._clock.sleep_in(wait)
        for _ in range(depth):
            self._lock.acquire()
        self._depth = depth
