"""A recogniser that hears what it is told, for tests of everything around recognition. Never for callers."""

import threading
from collections import deque
from collections.abc import Iterable

from speech.extension import Wide
from speech.recogniser import Alternative


class ScriptedRecogniser:
    """Each recognition hears the next text; an empty text, or none left, is silence."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = deque(texts)
        self._lock = threading.Lock()

    def recognise(self, audio: Wide, phrases: tuple[str, ...]) -> tuple[Alternative, ...]:
        with self._lock:
            text = self._texts.popleft() if self._texts else ""
        return (Alternative(text, 1.0),) if text else ()
