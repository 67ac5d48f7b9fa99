"""A recogniser that hears what it is told, for tests of everything around recognition. Never for callers."""

import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from speech.extension import Wide
from speech.recogniser import Alternative


@dataclass(frozen=True)
class ScriptedListener:
    text: str

    def hear(self, audio: Wide) -> None:
        """Whatever it is."""

    def so_far(self) -> str:
        return self.text

    def readings(self) -> tuple[Alternative, ...]:
        return (Alternative(self.text, 1.0),) if self.text else ()


class ScriptedRecogniser:
    """Each utterance is the next text; an empty text, or none left, is silence."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = deque(texts)
        self._lock = threading.Lock()

    def listen(self, phrases: tuple[str, ...]) -> ScriptedListener:
        with self._lock:
            return ScriptedListener(self._texts.popleft() if self._texts else "")
