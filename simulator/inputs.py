"""What the person at a call's end presses and says, for whoever in the call listens."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from simulator.audio import FRAME_SECONDS, SILENCE
from simulator.clock import Condition
from simulator.recordings import Tape
from simulator.speech import Utterance
from simulator.verbs import spoken_seconds


class Input:
    """Of one call. `changed`: notified of everything."""

    def __init__(self, changed: Condition) -> None:
        self._changed = changed
        self.digits: deque[str] = deque()
        self.said: list[Utterance] = []
        """By the person, since the application began to listen; the last one may not be over yet."""
        self._saying = False
        self._tapes: list[Tape] = []

    # The person

    def press(self, digits: str) -> None:
        with self._changed:
            self.digits.extend(digits)
            self._changed.notify_all()

    def say(self, utterance: Utterance) -> None:
        """They begin to; `fall_silent` ends it."""
        with self._changed:
            self.said.append(utterance)
            self._saying = True
            self._changed.notify_all()
        self._tape(SILENCE * round(spoken_seconds(utterance.text) / FRAME_SECONDS))

    def fall_silent(self) -> None:
        with self._changed:
            self._saying = False
            self._changed.notify_all()

    def speak(self, mulaw: bytes) -> None:
        """Their voice."""
        self._tape(mulaw)
        with self._changed:
            self._changed.notify_all()

    def _tape(self, mulaw: bytes) -> None:
        for tape in tuple(self._tapes):
            tape.hear(mulaw)

    # Who listens

    def keyed(self) -> bool:
        """Whether a digit waits to be read."""
        return bool(self.digits)

    def spoke(self) -> bool:
        """Whether the person has begun to say anything since the application listens."""
        return bool(self.said)

    def speaks(self) -> bool:
        return self._saying

    def silent(self) -> bool:
        return not self._saying

    def forget(self) -> None:
        """Keys and words from before count no more; what is still being said does."""
        with self._changed:
            self.digits.clear()
            self.said = self.said[-1:] if self._saying else []

    @contextmanager
    def taped(self, tape: Tape) -> Iterator[None]:
        """What the person says meanwhile is on it."""
        self._tapes.append(tape)
        try:
            yield
        finally:
            self._tapes.remove(tape)
