"""What was recorded: a tape that runs along with a call, and the recordings that are kept."""

import io
import threading
import wave
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from simulator.audio import RATE_HZ, SILENCE, decode, mulaw_seconds

if TYPE_CHECKING:
    from simulator.network import PhoneNetwork


@dataclass(frozen=True)
class Piece:
    """Something the person said, and when on the tape."""

    at_s: float
    mulaw: bytes

    @property
    def ends_s(self) -> float:
        return self.at_s + mulaw_seconds(self.mulaw)


class Tape:
    """Runs from now on. What the person says is heard at the moment when they begin to say it."""

    def __init__(self, network: "PhoneNetwork") -> None:
        self._network = network
        self._began_s = network.elapsed_seconds()
        self.pieces: list[Piece] = []

    @property
    def runs_s(self) -> float:
        return self._network.elapsed_seconds() - self._began_s

    @property
    def speech_ends_s(self) -> float:
        """0 where nothing was said."""
        return max((piece.ends_s for piece in self.pieces), default=0.0)

    def hear(self, mulaw: bytes) -> None:
        self.pieces.append(Piece(self.runs_s, mulaw))

    def cut(self, seconds: float, *, trimmed: bool) -> bytes:
        """What is on so much of it, as mu-law; `trimmed`: without the silence before and after."""
        whole = laid_out(self.pieces, seconds)
        if not trimmed or not self.pieces:
            return whole
        first = min(piece.at_s for piece in self.pieces)
        return whole[_offset(first) : _offset(min(self.speech_ends_s, seconds))]


def laid_out(pieces: list[Piece], seconds: float) -> bytes:
    """Each piece at its time, silence between; later ones lie over earlier ones."""
    tape = bytearray(SILENCE[:1] * _offset(seconds))
    for piece in pieces:
        at = _offset(piece.at_s)
        heard = piece.mulaw[: max(len(tape) - at, 0)]
        tape[at : at + len(heard)] = heard
    return bytes(tape)


def _offset(seconds: float) -> int:
    return round(seconds * RATE_HZ)


@dataclass(eq=False)
class Recording:
    sid: str
    call_sid: str
    source: str
    started_at: datetime
    status: str = "in-progress"
    mulaw: bytes = b""

    @property
    def seconds(self) -> int:
        return round(mulaw_seconds(self.mulaw))

    def wav(self) -> bytes:
        """8 kHz, 16 bit, one channel."""
        samples = np.round(decode(self.mulaw) * 32767).astype("<i2")
        sound = io.BytesIO()
        with wave.open(sound, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE_HZ)
            file.writeframes(samples.tobytes())
        return sound.getvalue()


class Recordings:
    """All that are kept."""

    def __init__(self, network: "PhoneNetwork") -> None:
        self._network = network
        self._lock = threading.Lock()
        self._all: dict[str, Recording] = {}

    def begin(self, call_sid: str, source: str) -> Recording:
        recording = Recording(self._network.new_sid("RE"), call_sid, source, self._network.now())
        with self._lock:
            self._all[recording.sid] = recording
        return recording

    def newest_first(self) -> list[Recording]:
        with self._lock:
            return list(self._all.values())[::-1]

    def find(self, sid: str) -> Recording | None:
        return self._all.get(sid)

    def delete(self, recording: Recording) -> None:
        with self._lock:
            self._all.pop(recording.sid, None)

    def url(self, recording: Recording) -> str:
        """Of the sound."""
        return f"{self._network.account_url}/Recordings/{recording.sid}"
