"""What an application sent into a two-way stream and the person has not heard yet."""

from collections import deque

from simulator.audio import FRAME_BYTES, SILENCE


class Playback:
    """Sound and marks in the order in which they came. A mark comes back when all before it has been played."""

    def __init__(self) -> None:
        self._sound = bytearray()
        self._marks: deque[tuple[int, str]] = deque()
        self._added_bytes = 0
        self._played_bytes = 0

    def add_sound(self, mulaw: bytes) -> None:
        self._sound += mulaw
        self._added_bytes += len(mulaw)

    def add_mark(self, name: str) -> None:
        self._marks.append((self._added_bytes, name))

    def clear(self) -> list[str]:
        """Nothing of it is played; every mark that was still to come."""
        self._sound.clear()
        self._played_bytes = self._added_bytes
        return self.due_marks()

    def due_marks(self) -> list[str]:
        due = []
        while self._marks and self._marks[0][0] <= self._played_bytes:
            due.append(self._marks.popleft()[1])
        return due

    def next_frame(self) -> bytes | None:
        """The next 20 ms; None where there is nothing to play."""
        frame = bytes(self._sound[:FRAME_BYTES])
        del self._sound[:FRAME_BYTES]
        self._played_bytes += len(frame)
        return frame + SILENCE[len(frame) :] if frame else None
