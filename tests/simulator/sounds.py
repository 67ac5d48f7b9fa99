"""Recordings for tests."""

import io
import wave
from collections.abc import Callable

import numpy as np
from flask import Response


def tone(seconds: float = 1.0, hertz: int = 1000, rate: int = 16_000) -> bytes:
    """A WAV."""
    at = np.arange(int(seconds * rate)) / rate
    sound = io.BytesIO()
    with wave.open(sound, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((0.3 * np.sin(2 * np.pi * hertz * at) * 32767).astype("<i2").tobytes())
    return sound.getvalue()


def served(sound: bytes) -> Callable[[dict[str, str]], Response]:
    """A document that is no document but a file."""
    return lambda _: Response(sound, mimetype="audio/wav")
