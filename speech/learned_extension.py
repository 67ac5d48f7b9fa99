"""A small network that restores what a telephone cut off: it sees the line's bands and predicts all forty.

Trained by tools/train_extension.py on free speech alone. The line's own band is left as it is; what lies outside is
raised where there is something, and filled with noise where there is nothing.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from speech import bands
from speech.extension import WIDE_RATE_HZ, Upsampling, Wide
from speech.telephone import Samples

WEIGHTS = Path(__file__).parent / "extension.npz"
CONTEXT = (-6, -4, -3, -2, -1, 0, 1, 2)
"""Frames of 10 ms that the network sees around the one that it predicts."""
TARGET_FLOOR = -11.0
LINE_HZ = (330.0, 3_250.0)
# How much louder what is there may be made, up to so many Hz: below 300 the line dampens, above 3,700 is nothing.
MOST_GAIN = ((300.0, 10.0), (3_700.0, 4.0), (np.inf, 0.3))


@dataclass(frozen=True)
class Network:
    """Fully connected layers with rectifiers between them."""

    weights: tuple[NDArray[np.float32], ...]
    biases: tuple[NDArray[np.float32], ...]

    def predict(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        hidden = inputs
        for weight, bias in zip(self.weights[:-1], self.biases[:-1], strict=True):
            hidden = np.maximum(hidden @ weight + bias, 0)
        return np.asarray(hidden @ self.weights[-1] + self.biases[-1])


@cache
def load(path: Path = WEIGHTS) -> Network:
    with np.load(path) as file:
        layers = len(file.files) // 2
        weights = tuple(file[f"w{i}"].astype(np.float32) for i in range(layers))
        biases = tuple(file[f"b{i}"].astype(np.float32) for i in range(layers))
    return Network(weights, biases)


class LearnedExtension:
    """Safe to use from threads."""

    def __init__(self, network: Network | None = None) -> None:
        self._network = network or load()
        self._upsampling = Upsampling()

    def widen(self, narrow: Samples) -> Wide:
        wide = self._upsampling.widen(narrow)
        if not len(wide):
            return wide
        frames = bands.spectra(wide)
        here = bands.log_bands(frames)
        level = bands.levels(here)
        wanted = self._network.predict(inputs(here, level)) + level[:, None]
        return bands.overlap_add(_restore(frames, here, wanted, _noise(len(wide))), len(wide)).astype(np.float32)


def inputs(here: bands.LogBands, level: NDArray[np.float64]) -> NDArray[np.float32]:
    """(frames, 8 · 29): the line's bands around each frame, relative to the speaker's level."""
    relative = np.maximum(here[:, : bands.LINE_BANDS] - level[:, None], bands.DEEPEST)
    rows = np.arange(len(relative))[:, None] + np.array(CONTEXT)
    around = relative[np.clip(rows, 0, len(relative) - 1)]
    return np.asarray(around.reshape(len(relative), -1), dtype=np.float32)


def _noise(samples: int) -> bands.Spectra:
    """White noise with every magnitude 1. The same for the same length: recognition must not depend on chance."""
    noise = bands.spectra(np.random.default_rng(0).standard_normal(samples))
    return np.asarray(noise / np.abs(noise))


def _restore(
    frames: bands.Spectra, here: bands.LogBands, wanted: NDArray[np.floating], noise: bands.Spectra
) -> bands.Spectra:
    hertz = np.asarray(np.fft.rfftfreq(bands.FRAME, 1 / WIDE_RATE_HZ), dtype=np.float64)
    outside = (hertz < LINE_HZ[0]) | (hertz > LINE_HZ[1])
    have, want = _per_bin(np.asarray(here), hertz), _per_bin(np.asarray(wanted), hertz)
    gain = np.minimum(np.exp((want - have) / 2), _most_gain(hertz))
    missing = np.maximum(np.exp(want) - gain**2 * np.exp(have), 0)
    filled = gain * frames + np.sqrt(missing * bands.FRAME) * noise
    return np.asarray(np.where(outside, filled, frames))


def _per_bin(values: NDArray[np.floating], hertz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bands spread over the spectrum's bins, straight from centre to centre."""
    centres = bands.band_centres_hz()
    right = np.clip(np.searchsorted(centres, hertz), 1, len(centres) - 1)
    share = np.clip((hertz - centres[right - 1]) / (centres[right] - centres[right - 1]), 0, 1)
    return np.asarray(values[:, right - 1] * (1 - share) + values[:, right] * share)


def _most_gain(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
    limits = [limit for limit, _gain in MOST_GAIN]
    gains = np.array([gain for _limit, gain in MOST_GAIN])
    return np.asarray(gains[np.searchsorted(limits, hertz, side="right").clip(max=len(gains) - 1)])
