"""Noise taken off a line before anything else listens to it, as far as it is noisy."""

import math
from collections import deque

import numpy as np
from numpy.typing import NDArray

from speech import bands

# Bins of 31 Hz up to 4 kHz: a telephone line has nothing above.
LINE_BINS = 128
# The noise in each bin is the least that its smoothed power fell to in the last two seconds, raised because a minimum
# lies below the mean (Martin, Noise power spectral density estimation based on optimal smoothing and minimum
# statistics, 2001). Of the least in each tenth of a second the second least counts: one gap in the line is no hiss.
SMOOTHING = 0.7
BLOCK_FRAMES, BLOCKS = 10, 20
MINIMUM_TO_MEAN = 2.0
# Frames without even a line's hiss, as when a codec falls silent, tell nothing of the noise.
DIGITAL_SILENCE = 1e-7
TINY = 1e-12
# How far speech stands out is believed as much from the frame before (Ephraim and Malah's decision-directed estimate,
# 1984); the gain is Wiener's.
KEPT_OF_BEFORE = 0.92
# How far the loudest speech stands above the noise, in dB: on a QUIET line nothing is taken off, for soft consonants
# would be lost; on a NOISY one MOST_DB are.
QUIET_DB, NOISY_DB, MOST_DB = 30.0, 22.0, 8.0
FORGOTTEN_A_FRAME = 0.998

Power = NDArray[np.float64]


class Quieting:
    """One utterance's frames in, the same frames with less noise out. It knows nothing ahead: how frames are cut into
    pieces changes nothing."""

    def __init__(self) -> None:
        self._noise = _Noise()
        self._speech: Power = np.ones(LINE_BINS)
        self._loudest = 0.0

    def quiet(self, frames: bands.Spectra) -> bands.Spectra:
        powers = np.abs(frames[:, :LINE_BINS]) ** 2 / bands.FRAME
        gains = np.ones_like(powers)
        for row, smooth in enumerate(_smoothed_over_bins(powers)):
            noise = self._noise.under(smooth)
            if noise is not None:
                gains[row] = self._gain(powers[row], noise)
        quieter = frames.copy()
        quieter[:, :LINE_BINS] *= gains
        return quieter

    def _gain(self, power: Power, noise: Power) -> Power:
        over = power / noise
        stands_out = KEPT_OF_BEFORE * self._speech + (1 - KEPT_OF_BEFORE) * np.maximum(over - 1, 0)
        gain = np.maximum(stands_out / (1 + stands_out), self._least_gain(power, noise))
        self._speech = gain * gain * over
        return np.asarray(gain)

    def _least_gain(self, power: Power, noise: Power) -> float:
        self._loudest = max(FORGOTTEN_A_FRAME * self._loudest, float(power.sum()))
        stands_out_db = 10 * math.log10(self._loudest / float(noise.sum()))
        noisy = min(max((QUIET_DB - stands_out_db) / (QUIET_DB - NOISY_DB), 0.0), 1.0)
        return float(10 ** (-noisy * MOST_DB / 20))


class _Noise:
    """What lies under the speech."""

    def __init__(self) -> None:
        self._smooth: Power | None = None
        self._least: Power = np.full(LINE_BINS, np.inf)
        self._blocks: deque[Power] = deque(maxlen=BLOCKS)
        self._frames = 0
        self._noise: Power | None = None

    def under(self, power: Power) -> Power | None:
        """The noise's power at the next frame, once it is known."""
        if power.max() < DIGITAL_SILENCE:
            self._smooth = None
            return None
        self._smooth = power if self._smooth is None else SMOOTHING * self._smooth + (1 - SMOOTHING) * power
        self._least = np.minimum(self._least, self._smooth)
        self._frames += 1
        if self._frames % BLOCK_FRAMES == 0:
            self._end_block()
        return self._noise

    def _end_block(self) -> None:
        self._blocks.append(self._least)
        self._least = np.full(LINE_BINS, np.inf)
        if len(self._blocks) > 1:
            self._noise = np.asarray(MINIMUM_TO_MEAN * np.partition(np.array(self._blocks), 1, axis=0)[1])


def _smoothed_over_bins(powers: Power) -> Power:
    padded = np.pad(powers, ((0, 0), (1, 1)), mode="edge")
    return np.asarray(0.25 * padded[:, :-2] + 0.5 * padded[:, 1:-1] + 0.25 * padded[:, 2:] + TINY)
