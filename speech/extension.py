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


class Widening(Protocol):
    """One utterance on its way from 8 to 16 kHz, in pieces of any size: how it is cut does not change what comes."""

    def widen(self, narrow: Samples) -> Wide:
        """What can be told by now."""

    def finish(self) -> Wide:
        """The rest: altogether twice as many samples come out as went in."""


class Extension(Protocol):
    def begin(self) -> Widening:
        """A new utterance."""


def widen(extension: Extension, narrow: Samples) -> Wide:
    """A whole utterance at once."""
    widening = extension.begin()
    return np.concatenate([widening.widen(narrow), widening.finish()])


class Upsampling:
    """The same sound at twice the rate: nothing is added above 4 kHz."""

    def begin(self) -> "UpsamplingStream":
        return UpsamplingStream()


class UpsamplingStream:
    """Two milliseconds behind."""

    def __init__(self) -> None:
        self._line = np.zeros(_HALF_TAPS)

    def widen(self, narrow: Samples) -> Wide:
        doubled = np.zeros(2 * len(narrow))
        doubled[::2] = narrow
        return self._filtered(doubled)

    def finish(self) -> Wide:
        return self._filtered(np.zeros(_HALF_TAPS))

    def _filtered(self, doubled: NDArray[np.float64]) -> Wide:
        line = np.concatenate([self._line, doubled])
        ready = max(len(line) - 2 * _HALF_TAPS, 0)
        self._line = line[ready:]
        if not ready:
            return np.zeros(0, dtype=np.float32)
        return np.convolve(line, _INTERPOLATOR, "valid").astype(np.float32)


def _interpolator() -> NDArray[np.float64]:
    """A windowed sinc that keeps what is below 4 kHz."""
    n = np.arange(-_HALF_TAPS, _HALF_TAPS + 1)
    return np.asarray(np.sinc(n / 2) * np.hamming(2 * _HALF_TAPS + 1))


_INTERPOLATOR = _interpolator()
