"""Everything that happens in the network, in order, for tests and for people to read."""

import json
import threading
from pathlib import Path
from typing import Any

from simulator.clock import Clock
from simulator.passwords import without_passwords

Event = dict[str, Any]


class EventLog:
    """Numbered from 1. `path`: written there as JSON lines too."""

    def __init__(self, clock: Clock, path: Path | None = None) -> None:
        self._events: list[Event] = []
        self._of_call: dict[str, list[Event]] = {}
        self._grown = threading.Condition()
        self._clock = clock
        self._began = clock.now()
        self._file = None if path is None else path.open("a", encoding="utf-8", buffering=1)

    def add(self, kind: str, **facts: Any) -> None:
        with self._grown:
            now = self._clock.now()
            event = {
                "n": len(self._events) + 1,
                "at": now.isoformat(),
                "seconds": round((now - self._began).total_seconds(), 3),
                "kind": kind,
                **{name: without_passwords(fact) for name, fact in facts.items()},
            }
            self._events.append(event)
            self._of_call.setdefault(facts.get("call", ""), []).append(event)
            if self._file is not None and not self._file.closed:  # Some things are told after the network's end.
                self._file.write(json.dumps(event, ensure_ascii=False) + "\n")
            self._grown.notify_all()

    def after(self, number: int, wait_seconds: float) -> list[Event]:
        """Events later than `number`; waits for the next one when there is none yet."""
        with self._grown:
            self._grown.wait_for(lambda: len(self._events) > number, timeout=wait_seconds)
            return self._events[number:]

    def of_call(self, sid: str) -> list[Event]:
        with self._grown:
            return list(self._of_call.get(sid, ()))

    def close(self) -> None:
        with self._grown:
            if self._file is not None:
                self._file.close()
