"""The network's time. Whatever happens later waits here and nowhere else; docs/decisions/0008 says why."""

import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")


class NotStepped(Exception):
    """Real time moves by itself. Start the network with stepped time to advance it."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class Condition(Protocol):
    """Like threading's, in the network's seconds."""

    def __enter__(self) -> object: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def notify_all(self) -> None: ...

    def wait_for(self, true: Callable[[], bool], seconds: float | None = None) -> bool:
        """Whether it came true in so many of the network's seconds; None: as long as it takes."""


class Clock(ABC):
    """Tells the time and lets actors wait: what calls, people, streams and the pace are, each started by `spawn`."""

    @abstractmethod
    def now(self) -> datetime:
        """The date that REST answers, callbacks and events carry."""

    @abstractmethod
    def elapsed_seconds(self) -> float:
        """Of the network's time, since it began."""

    @abstractmethod
    def spawn(self, name: str, work: Callable[[], None]) -> None:
        """A new actor does it."""

    @abstractmethod
    def condition(self) -> Condition:
        """What actors wait on."""

    @abstractmethod
    def spent_ms(self, milliseconds: float) -> float:
        """What the application took for an answer, as the network's time sees it."""

    @abstractmethod
    def advance(self, seconds: float) -> datetime:
        """Returns when all that was due by then has happened. Raises NotStepped where time moves by itself."""

    @abstractmethod
    def close(self) -> None:
        """After the last call has ended: whoever still acts comes to an end."""

    def sleep(self, seconds: float) -> None:
        Flag(self).wait(seconds)


class Flag:
    """Like threading.Event, in the network's seconds."""

    def __init__(self, clock: Clock) -> None:
        self._changed = clock.condition()
        self._set = False

    def set(self) -> None:
        with self._changed:
            self._set = True
            self._changed.notify_all()

    def is_set(self) -> bool:
        return self._set

    def wait(self, seconds: float) -> bool:
        with self._changed:
            return self._changed.wait_for(self.is_set, seconds)


class Mailbox(Generic[T]):
    """What others leave for one actor, in order."""

    def __init__(self, clock: Clock) -> None:
        self._changed = clock.condition()
        self._letters: deque[T] = deque()

    def __len__(self) -> int:
        return len(self._letters)

    def put(self, letter: T) -> None:
        with self._changed:
            self._letters.append(letter)
            self._changed.notify_all()

    def get(self) -> T:
        """Waits for the next one as long as it takes."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._letters))
            return self._letters.popleft()


class RealClock(Clock):
    """Time that moves by itself: waits are `speed` times shorter, dates are true."""

    def __init__(self, speed: float = 1.0) -> None:
        self._speed = speed
        self._start = datetime.now(UTC)
        self._began_s = time.monotonic()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=time.monotonic() - self._began_s)

    def elapsed_seconds(self) -> float:
        return (time.monotonic() - self._began_s) * self._speed

    def spawn(self, name: str, work: Callable[[], None]) -> None:
        threading.Thread(target=work, name=name, daemon=True).start()

    def condition(self) -> Condition:
        return _RealCondition(self._speed)

    def spent_ms(self, milliseconds: float) -> float:
        return milliseconds

    def advance(self, seconds: float) -> datetime:
        raise NotStepped

    def close(self) -> None:
        """They do, by themselves."""


class _RealCondition:
    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._condition = threading.Condition()
        self.notify_all = self._condition.notify_all

    def __enter__(self) -> bool:
        return self._condition.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._condition.__exit__(kind, error, trace)

    def wait_for(self, true: Callable[[], bool], seconds: float | None = None) -> bool:
        return self._condition.wait_for(true, None if seconds is None else seconds / self._speed)
