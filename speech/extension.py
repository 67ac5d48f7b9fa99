"""From the telephone's narrow band to what a wideband recogniser expects: 8 kHz → 16 kHz.

The Korean model hears up to 7.6 kHz; telephone audio ends at 3.4 kHz, and the model falls apart on the silence above.
"""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from speech.telephone import Samples

WIDE_RATE_HZ = 16_000
Wide = NDArray[np.float32]

_HALF_TAPS = 32
# The noise above the line's band: as loud as the speech between 1.8 and 2.7 kHz, falling 1.3 dB per kHz.
_FRAME = 512
_HOP = 256
_SOURCE_BAND_HZ = (1_800.0, 2_700.0)
_SOURCE_CENTRE_KHZ = 2.25
_FALL_DB_PER_KHZ = 1.3
_LINE_TOP_HZ = 3_400.0


class Extension(Protocol):
    def widen(self, narrow: Samples) -> Wide:
        """8 kHz in, 16 kHz out, twice as many samples."""


class Upsampling:
    """The same sound at twice the rate: nothing is added above 4 kHz."""

    def widen(self, narrow: Samples) -> Wide:
        wide = np.zeros(2 * len(narrow), dtype=np.float32)
        wide[::2] = narrow
        return np.convolve(wide, _interpolator(), mode="same").astype(np.float32)


class NoiseFill:
    """Upsampling, and above 3.4 kHz noise that follows the speech: a stand-in for the energy that a telephone cuts
    off. Without it the closed-set error of the Korean model is nearly twice as high (docs/hearing.md)."""

    def __init__(self) -> None:
        self._upsampling = Upsampling()

    def widen(self, narrow: Samples) -> Wide:
        wide = self._upsampling.widen(narrow)
        return (wide + _noise_above(wide)).astype(np.float32)


def _noise_above(wide: Wide) -> NDArray[np.float64]:
    window = np.hanning(_FRAME + 1)[:-1]
    padded = np.concatenate([np.zeros(_FRAME), wide, np.zeros(2 * _FRAME)])
    starts = range(0, len(padded) - _FRAME, _HOP)
    frames = np.stack([padded[start : start + _FRAME] * window for start in starts])
    shaped = np.fft.irfft(_noise_spectra(np.fft.rfft(frames)), _FRAME)
    noise = np.zeros(len(padded))
    for frame, start in zip(shaped, starts, strict=True):
        noise[start : start + _FRAME] += frame * window * (4 / 3)  # Hann squared at half overlap adds up to 3/4.
    return noise[_FRAME : _FRAME + len(wide)]


def _noise_spectra(spectra: NDArray[np.complex128]) -> NDArray[np.complex128]:
    hertz = np.fft.rfftfreq(_FRAME, 1 / WIDE_RATE_HZ)
    source = (hertz >= _SOURCE_BAND_HZ[0]) & (hertz <= _SOURCE_BAND_HZ[1])
    level = np.sqrt(np.mean(np.abs(spectra[:, source]) ** 2, axis=1, keepdims=True))
    fall = 10 ** (-_FALL_DB_PER_KHZ * (hertz / 1000 - _SOURCE_CENTRE_KHZ) / 20)
    # The same noise for the same length: recognition must not depend on chance.
    phases = np.random.default_rng(0).uniform(0, 2 * np.pi, spectra.shape)
    return np.where(hertz > _LINE_TOP_HZ, level * fall * np.exp(1j * phases), 0)


def _interpolator() -> NDArray[np.float64]:
    """A windowed sinc that keeps what is below 4 kHz."""
    n = np.arange(-_HALF_TAPS, _HALF_TAPS + 1)
    return np.asarray(np.sinc(n / 2) * np.hamming(2 * _HALF_TAPS + 1))
