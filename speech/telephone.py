"""Telephone audio: mu-law at 8 kHz, in frames of 20 ms."""

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 8_000
FRAME_SECONDS = 0.02
FRAME_BYTES = 160
MULAW_SILENCE = 0xFF
BAND_HZ = (300.0, 3_400.0)
LEVEL_DBFS = -26.0

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


def narrow(samples: NDArray[np.floating], rate_hz: int) -> bytes:
    """A recording as it comes out of a telephone line: 300-3400 Hz, -26 dBFS, mu-law. Any rate, one channel.

    The band is that of a Butterworth filter of 4th order, laid over the spectrum: exact, and a recording is short.
    """
    if not len(samples):
        return b""
    length = max(round(len(samples) * RATE_HZ / rate_hz), 1)
    loud = samples * (10 ** (LEVEL_DBFS / 20) / np.sqrt(np.mean(np.square(samples, dtype=np.float64)) + 1e-9))
    spectrum = np.zeros(length // 2 + 1, dtype=np.complex128)
    found = np.fft.rfft(np.clip(loud, -1, 1))[: len(spectrum)]
    spectrum[: len(found)] = found
    through = np.fft.irfft(spectrum * _band(len(spectrum)), length) * (length / len(samples))
    return encode(through.astype(np.float32))


def _band(bins: int) -> NDArray[np.float64]:
    """How much of each frequency up to 4 kHz comes through."""
    warped = np.tan(np.pi / 2 * np.clip(np.linspace(0, 1, bins), 1e-6, 1 - 1e-6))
    low, high = (np.tan(np.pi * edge / RATE_HZ) for edge in BAND_HZ)
    off_centre = (warped**2 - low * high) / (warped * (high - low))
    return np.asarray(1 / np.sqrt(1 + off_centre**8))
