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


class Extension(Protocol):
    def widen(self, narrow: Samples) -> Wide:
        """8 kHz in, 16 kHz out, twice as many samples."""


class Upsampling:
    """The same sound at twice the rate: nothing is added above 4 kHz."""

    def widen(self, narrow: Samples) -> Wide:
        wide = np.zeros(2 * len(narrow), dtype=np.float32)
        if not len(wide):
            return wide
        wide[::2] = narrow
        filtered = np.convolve(wide, _interpolator())[_HALF_TAPS : _HALF_TAPS + len(wide)]
        return filtered.astype(np.float32)


def _interpolator() -> NDArray[np.float64]:
    """A windowed sinc that keeps what is below 4 kHz."""
    n = np.arange(-_HALF_TAPS, _HALF_TAPS + 1)
    return np.asarray(np.sinc(n / 2) * np.hamming(2 * _HALF_TAPS + 1))
