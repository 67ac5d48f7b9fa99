"""Both sides of a call as sound: what the person said, what they were told, and when."""

import io
import wave
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from simulator.audio import FRAME_SECONDS, RATE_HZ, SILENCE, decode, encode, mulaw_seconds
from simulator.line import Line, frames_of
from simulator.voice import Voice, murmur


@dataclass(frozen=True, eq=False)
class Clip:
    label: str
    seconds: float
    mulaw: Callable[[], bytes]
    """Made only when somebody listens."""


def words(text: str, language: str, seconds: float, voice: Voice | None) -> Clip:
    """Spoken by the voice; without one, a murmur of so many seconds."""
    if voice is None:
        return Clip(text, seconds, lambda: murmur(round(seconds, 2), zlib.crc32(text.encode())))
    spoken = voice(text, language)
    return Clip(text, mulaw_seconds(spoken), lambda: spoken)


@dataclass(frozen=True)
class Take:
    """A part of one side, in the network's seconds."""

    at_seconds: float
    lasts_seconds: float
    mulaw: Callable[[], bytes]


@dataclass
class Soundtrack:
    """Runs only where a call is recorded."""

    runs: bool
    person: list[Take] = field(default_factory=list)
    application: list[Take] = field(default_factory=list)

    def said(self, mulaw: bytes, at_seconds: float) -> None:
        seconds = mulaw_seconds(mulaw)
        if self.runs and mulaw:
            self.person.append(Take(at_seconds, seconds, lambda: mulaw))

    def told(self, clip: Clip, at_seconds: float, lasted_seconds: float) -> None:
        if self.runs:
            self.application.append(Take(at_seconds, lasted_seconds, clip.mulaw))


def stereo(soundtrack: Soundtrack, line: Line, began_seconds: float, ended_seconds: float) -> bytes:
    """A WAV file: left the person as the application gets them, right the application."""
    return _wav(*_sides(soundtrack, line, began_seconds, ended_seconds))


def mixed(soundtrack: Soundtrack, line: Line, began_seconds: float, ended_seconds: float) -> bytes:
    """mu-law: both sides in one channel."""
    left, right = _sides(soundtrack, line, began_seconds, ended_seconds)
    return encode(left + right)


def _sides(
    soundtrack: Soundtrack, line: Line, began_seconds: float, ended_seconds: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    length = round((ended_seconds - began_seconds) / FRAME_SECONDS)
    voice, told = (_side(takes, began_seconds, length) for takes in (soundtrack.person, soundtrack.application))
    left = [_arrives(line, number, voice, told) for number in range(length)]
    return _samples(left), _samples([frame or SILENCE for frame in told])


def _side(takes: list[Take], began_seconds: float, length: int) -> list[bytes | None]:
    """Frame by frame; None where nothing sounds."""
    frames: list[bytes | None] = [None] * length
    for take in takes:
        first = round((take.at_seconds - began_seconds) / FRAME_SECONDS)
        for number, frame in enumerate(frames_of(take.mulaw())[: round(take.lasts_seconds / FRAME_SECONDS)]):
            if 0 <= first + number < length:
                frames[first + number] = frame
    return frames


def _arrives(line: Line, number: int, voice: list[bytes | None], told: list[bytes | None]) -> bytes:
    if line.loses(number):
        return SILENCE
    echoed = told[number - line.echo_frames] if number >= line.echo_frames else None
    return line.mix(number, voice[number] or SILENCE, echoed)


def _samples(frames: list[bytes]) -> NDArray[np.float64]:
    return decode(b"".join(frames))


def _wav(left: NDArray[np.float64], right: NDArray[np.float64]) -> bytes:
    both = np.stack([left, right], axis=1)
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(2)
        written.setsampwidth(2)
        written.setframerate(RATE_HZ)
        written.writeframes((both * 32767).astype("<i2").tobytes())
    return file.getvalue()
