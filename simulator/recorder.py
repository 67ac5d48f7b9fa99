"""Writes each call down: JSON lines, readable text, and both sides as one WAV file."""

import threading
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.soundtrack import stereo
from simulator.transcript import json_lines, readable

if TYPE_CHECKING:
    from simulator.call import Call


class Recorder:
    """Makes its folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._closed = False
        folder.mkdir(parents=True, exist_ok=True)

    def write(self, call: "Call") -> None:
        """`CA….jsonl`, `CA….txt`, `CA….wav`: left the person, right what they were told."""
        with self._lock:
            if not self._closed:
                self._write(call)

    def close(self, calls: Iterable["Call"]) -> None:
        """Each once more, for some things are told after the end of a call; nothing is written from then on."""
        with self._lock:
            self._closed = True
            for call in calls:
                self._write(call)

    def _write(self, call: "Call") -> None:
        events, speed = call.events(), call.network.config.events_speed
        path = self._folder / call.sid
        path.with_suffix(".jsonl").write_text(json_lines(events), encoding="utf-8")
        path.with_suffix(".txt").write_text(readable(events, speed), encoding="utf-8")
        path.with_suffix(".wav").write_bytes(sound(call))


def sound(call: "Call") -> bytes:
    """Of a call that was recorded, from the moment it was answered."""
    began, ended = call.answered_seconds, call.ended_seconds
    return stereo(
        call.soundtrack, call.line, began, max(began, call.network.elapsed_seconds() if ended is None else ended)
    )
