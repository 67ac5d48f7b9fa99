"""Telephone audio: mu-law at 8 kHz, in frames of 20 ms."""

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 8_000
FRAME_SECONDS = 0.02
FRAME_BYTES = 160
MULAW_SILENCE = 0xFF

Samples = NDArray[np.float32]
"""-1 to 1."""


def _decoding_table() -> Samples:
    """ITU-T G.711: one byte → one sample."""
    code = ~np.arange(256, dtype=np.uint8)
    exponent, mantissa = (code >> 4) & 7, code & 15
    magnitude = (((mantissa.astype(np.int32) << 3) + 132) << exponent) - 132
    return (np.where(code & 0x80, -magnitude, magnitude) / 32768).astype(np.float32)


_SAMPLES = _decoding_table()
_ORDER = np.argsort(_SAMPLES, kind="stable")
_MIDDLES = (_SAMPLES[_ORDER][1:] + _SAMPLES[_ORDER][:-1]) / 2


def decode(mulaw: bytes) -> Samples:
    return _SAMPLES[np.frombuffer(mulaw, dtype=np.uint8)]


def encode(samples: Samples) -> bytes:
    """The nearest mu-law code of each sample."""
    return _ORDER[np.searchsorted(_MIDDLES, samples)].astype(np.uint8).tobytes()


def seconds(mulaw: bytes) -> float:
    return len(mulaw) / RATE_HZ
