"""Two calls that hear each other, and how a call that dials several numbers gets one of them."""

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.call import Call


class Bridge:
    """Between a call that dialled and another. Whoever goes ends it for both."""

    def __init__(self, dialler: "Call", other: "Call") -> None:
        self.dialler = dialler
        self.other = other
        self.connected = False
        self.over = False

    def connect(self) -> None:
        if self.over:
            return
        self.connected = True
        self.dialler.bridge = self.other.bridge = self
        self.dialler.event("bridged", to=self.other.person)
        self._wake()

    def end(self) -> None:
        self.over = True
        for side in (self.dialler, self.other):
            if side.bridge is self:  # Meanwhile a side may talk over another.
                side.bridge = None
        self._wake()

    def _wake(self) -> None:
        self.dialler.wake()
        self.other.wake()


class Dialling:
    """One `<Dial>` that rings numbers at once: the first to answer is put through, the others are hung up."""

    def __init__(self, dialler: "Call") -> None:
        self.dialler = dialler
        self.bridge: Bridge | None = None
        self.legs: list[Call] = []
        self._lock = threading.Lock()

    @property
    def connected(self) -> bool:
        return self.bridge is not None and self.bridge.connected

    @property
    def hopeless(self) -> bool:
        return not any(leg.live for leg in self.legs)

    def claim(self, leg: "Call") -> Bridge | None:
        """None when another leg was faster."""
        with self._lock:
            if self.bridge is not None:
                return None
            self.bridge = Bridge(self.dialler, leg)
        self.hang_up(but=leg)
        return self.bridge

    def let_go(self, leg: "Call") -> None:
        """REST moved it elsewhere: it goes on by itself."""
        self.legs.remove(leg)

    def hang_up(self, but: "Call | None" = None) -> None:
        for leg in self.legs:
            if leg is not but:
                leg.end("canceled" if leg.started_at is None else "completed")
