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
from speech.extension import WIDE_RATE_HZ, UpsamplingStream, Wide
from speech.quieting import Quieting
from speech.telephone import Samples

WEIGHTS = Path(__file__).parent / "extension.npz"
CONTEXT = (-6, -4, -3, -2, -1, 0, 1, 2)
"""Frames of 10 ms that the network sees around the one that it predicts."""
PAST, AHEAD = -CONTEXT[0], CONTEXT[-1]
TARGET_FLOOR = -11.0
LINE_HZ = (330.0, 3_250.0)
# How much louder what is there may be made, up to so many Hz: below 300 the line dampens, above 3,700 is nothing.
MOST_GAIN = ((300.0, 10.0), (3_700.0, 4.0), (np.inf, 0.3))
NOISE_FRAMES = 1_000

Floats = NDArray[np.float64]


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

    def begin(self) -> "LearnedWidening":
        return LearnedWidening(self._network)


class LearnedWidening:
    """54 ms behind: two frames of look-ahead, half a window, and the upsampling's 2 ms."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._upsampling = UpsamplingStream()
        self._analysis = bands.Analysis()
        self._synthesis = bands.Synthesis()
        self._level = bands.Level()
        self._quieting = Quieting()
        # Frames seen and not yet restored, and those before them that the network still looks back on.
        self._frames: bands.Spectra = np.zeros((0, bands.BINS), dtype=np.complex128)
        self._here: bands.LogBands = np.zeros((0, bands.BANDS))
        self._levels: Floats = np.zeros(0)
        self._past = 0
        self._restored = 0

    def widen(self, narrow: Samples) -> Wide:
        self._see(self._analysis.feed(self._upsampling.widen(narrow)))
        return self._restore(len(self._frames) - AHEAD)

    def finish(self) -> Wide:
        self._see(self._analysis.feed(self._upsampling.finish()))
        self._see(self._analysis.finish())
        sound = self._restore(len(self._frames))
        return np.concatenate([sound, self._synthesis.finish(self._analysis.samples)]).astype(np.float32)

    def _see(self, frames: bands.Spectra) -> None:
        frames = self._quieting.quiet(frames)
        here = bands.log_bands(frames)
        self._frames = np.concatenate([self._frames, frames])
        self._here = np.concatenate([self._here, here])
        self._levels = np.concatenate([self._levels, self._level.follow(here)])

    def _restore(self, until: int) -> Wide:
        """All frames before `until`, counted in those at hand."""
        rows = slice(self._past, until)
        count = until - self._past
        if count <= 0:
            return np.zeros(0, dtype=np.float32)
        looked_at = inputs(self._here, self._levels)[rows]
        wanted = self._network.predict(looked_at) + self._levels[rows, None]
        noise = _noise_frames()[np.arange(self._restored, self._restored + count) % NOISE_FRAMES]
        sound = self._synthesis.add(_restored(self._frames[rows], self._here[rows], wanted, noise))
        self._restored += count
        self._forget(until)
        return sound.astype(np.float32)

    def _forget(self, until: int) -> None:
        gone = max(until - PAST, 0)
        self._frames, self._here, self._levels = self._frames[gone:], self._here[gone:], self._levels[gone:]
        self._past = until - gone


def inputs(here: bands.LogBands, level: Floats) -> NDArray[np.float32]:
    """(frames, 8 · 29): the line's bands around each frame, relative to the speaker's level. Beyond the ends the first
    and the last frame go on."""
    relative = np.maximum(here[:, : bands.LINE_BANDS] - level[:, None], bands.DEEPEST)
    rows = np.arange(len(relative))[:, None] + np.array(CONTEXT)
    around = relative[np.clip(rows, 0, len(relative) - 1)]
    return np.asarray(around.reshape(len(relative), -1), dtype=np.float32)


@cache
def _noise_frames() -> bands.Spectra:
    """White noise with every magnitude 1, the same for every utterance: recognition must not depend on chance."""
    sound = np.random.default_rng(0).standard_normal(NOISE_FRAMES * bands.HOP)
    frames = bands.spectra(sound)[:NOISE_FRAMES]
    return np.asarray(frames / np.abs(frames))


def _restored(
    frames: bands.Spectra, here: bands.LogBands, wanted: NDArray[np.floating], noise: bands.Spectra
) -> bands.Spectra:
    have, want = here @ _BANDS_TO_OUTSIDE, wanted @ _BANDS_TO_OUTSIDE
    gain = np.minimum(np.exp((want - have) / 2), _MOST_GAIN)
    missing = np.maximum(np.exp(want) - gain**2 * np.exp(have), 0)
    whole = frames.copy()
    whole[:, _OUTSIDE] = gain * frames[:, _OUTSIDE] + np.sqrt(missing * bands.FRAME) * noise[:, _OUTSIDE]
    return whole


def _bands_to_bins(hertz: Floats) -> Floats:
    """(40, 257): bands spread over the spectrum's bins, straight from centre to centre."""
    centres = bands.band_centres_hz()
    right = np.clip(np.searchsorted(centres, hertz), 1, len(centres) - 1)
    share = np.clip((hertz - centres[right - 1]) / (centres[right] - centres[right - 1]), 0, 1)
    spread = np.zeros((bands.BANDS, len(hertz)))
    bins = np.arange(len(hertz))
    spread[right - 1, bins] += 1 - share
    spread[right, bins] += share
    return spread


def _most_gain(hertz: Floats) -> Floats:
    limits = [limit for limit, _gain in MOST_GAIN]
    gains = np.array([gain for _limit, gain in MOST_GAIN])
    return np.asarray(gains[np.searchsorted(limits, hertz, side="right").clip(max=len(gains) - 1)])


_HERTZ = np.asarray(np.fft.rfftfreq(bands.FRAME, 1 / WIDE_RATE_HZ), dtype=np.float64)
_OUTSIDE = np.flatnonzero((LINE_HZ[0] > _HERTZ) | (LINE_HZ[1] < _HERTZ))
_BANDS_TO_OUTSIDE = _bands_to_bins(_HERTZ)[:, _OUTSIDE]
_MOST_GAIN = _most_gain(_HERTZ)[_OUTSIDE]
