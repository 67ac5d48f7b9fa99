"""Whether an event's time can be believed."""

from dataclasses import dataclass

LATE_SECONDS = 5.0
"""Processes' clocks differ by so much: an event that is late by less happens now."""
JUMP_SECONDS = 14 * 86400.0
"""A longer silence than any holiday: believed only when a second event says so too."""
DISBELIEVED = 50
"""After so many events in a row that are out of order, it is the clock that was set back."""


@dataclass
class LogClock:
    now: float | None = None
    leapt_to: float | None = None
    disbelieved: int = 0

    def read(self, t: float) -> tuple[float | None, str | None]:
        """The time at which an event of time `t` is taken to happen, None for one to be left out; and a warning."""
        if self.now is None or self._leap_confirmed(t):
            return self._believe(t), None
        if t > self.now + JUMP_SECONDS:
            self.leapt_to = t
            return None, "clock jumped ahead"
        if t >= self.now:
            return self._believe(t), None
        if t >= self.now - LATE_SECONDS:
            return self.now, "late"
        return self._out_of_order(t)

    def _believe(self, t: float) -> float:
        self.now, self.leapt_to, self.disbelieved = t, None, 0
        return t

    def _leap_confirmed(self, t: float) -> bool:
        return self.leapt_to is not None and 0 <= t - self.leapt_to < JUMP_SECONDS

    def _out_of_order(self, t: float) -> tuple[float | None, str | None]:
        self.disbelieved += 1
        if self.disbelieved < DISBELIEVED:
            return None, "out of order"
        return self._believe(t), "clock set back"
