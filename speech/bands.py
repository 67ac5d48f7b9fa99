"""A sound as forty bands, as the recogniser hears it: what a learned extension looks at and predicts."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from speech.extension import WIDE_RATE_HZ

FRAME = 512
BINS = FRAME // 2 + 1
HOP = 160
BANDS = 40
LINE_BANDS = 29
"""Of them inside a telephone's band, up to 3.4 kHz."""
LOWEST_HZ, HIGHEST_HZ = 20.0, 7_600.0
LEVEL_BANDS = slice(4, 26)
_LOUDNESS = np.zeros(BANDS)
_LOUDNESS[LEVEL_BANDS] = 1 / (LEVEL_BANDS.stop - LEVEL_BANDS.start)
LEVEL_FALLS_A_FRAME = 0.004
POWER_FLOOR = 1e-6
DEEPEST = -12.0
"""Log-powers below the level by so much are silence."""

Spectra = NDArray[np.complex128]
LogBands = NDArray[np.float64]


@cache
def window() -> NDArray[np.float64]:
    return np.asarray(np.hanning(FRAME + 1)[:-1])


def spectra(wide: NDArray[np.floating]) -> Spectra:
    """(frames, 257) complex; frame i is centred at sample i · 160."""
    analysis = Analysis()
    return np.concatenate([analysis.feed(wide), analysis.finish()])


class Analysis:
    """`spectra`, in pieces of any size."""

    def __init__(self) -> None:
        self.samples = 0
        """Taken in so far."""
        self._seen = 0
        self._line = np.zeros(FRAME // 2)

    def feed(self, wide: NDArray[np.floating]) -> Spectra:
        self.samples += len(wide)
        return self._frames(np.concatenate([self._line, wide]))

    def finish(self) -> Spectra:
        """The frames that reach beyond the end."""
        missing = self.samples // HOP + 1 - self._seen
        reach = FRAME + (missing - 1) * HOP
        return self._frames(np.concatenate([self._line, np.zeros(max(reach - len(self._line), 0))]))

    def _frames(self, line: NDArray[np.float64]) -> Spectra:
        count = max((len(line) - FRAME) // HOP + 1, 0)
        self._line = line[count * HOP :]
        self._seen += count
        if not count:
            return np.zeros((0, BINS), dtype=np.complex128)
        cut = line[np.arange(FRAME) + HOP * np.arange(count)[:, None]]
        return np.asarray(np.fft.rfft(cut * window()))


class Synthesis:
    """The sound of spectra, changed or not, as they come (overlap-add)."""

    def __init__(self) -> None:
        self._told = -FRAME // 2
        self._sound = np.zeros(FRAME)
        self._weight = np.zeros(FRAME)

    def add(self, frames: Spectra) -> NDArray[np.float64]:
        """What no later frame can change."""
        more = HOP * len(frames)
        sound = np.concatenate([self._sound, np.zeros(more)])
        weight = np.concatenate([self._weight, np.zeros(more)])
        for number, frame in enumerate(np.fft.irfft(frames, FRAME) * window()):
            start = number * HOP
            sound[start : start + FRAME] += frame
            weight[start : start + FRAME] += window() ** 2
        self._sound, self._weight = sound[more:], weight[more:]
        return self._tell(sound[:more], weight[:more])

    def finish(self, samples: int) -> NDArray[np.float64]:
        """The rest of a sound that is `samples` long."""
        rest = samples - self._told
        return self._tell(self._sound[:rest], self._weight[:rest])

    def _tell(self, sound: NDArray[np.float64], weight: NDArray[np.float64]) -> NDArray[np.float64]:
        before_the_start = min(max(-self._told, 0), len(sound))
        self._told += len(sound)
        return np.asarray((sound / np.maximum(weight, 1e-3))[before_the_start:])


def log_bands(frames: Spectra) -> LogBands:
    """(frames, 40) log of the mean power in each band."""
    return np.asarray(np.log(np.abs(frames) ** 2 / FRAME @ mel_weights().T + POWER_FLOOR))


class Level:
    """How loud the speaker is: a peak that is only forgotten slowly, and never known ahead."""

    def __init__(self) -> None:
        self._peak = -np.inf

    def follow(self, bands: LogBands) -> NDArray[np.float64]:
        """One value a frame, in nat."""
        loudness = bands @ _LOUDNESS
        fall = LEVEL_FALLS_A_FRAME * np.arange(1, len(loudness) + 1)
        peaks = np.maximum(np.maximum.accumulate(loudness + fall), self._peak) - fall
        if len(peaks):
            self._peak = float(peaks[-1])
        return np.asarray(peaks)


@cache
def mel_weights() -> NDArray[np.float64]:
    """(40, 257) triangles on Kaldi's mel scale, each adding up to 1."""
    edges = np.linspace(_mel(LOWEST_HZ), _mel(HIGHEST_HZ), BANDS + 2)
    bins = _mel(np.fft.rfftfreq(FRAME, 1 / WIDE_RATE_HZ))
    rising = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    triangles = np.maximum(np.minimum(rising, falling), 0)
    return np.asarray(triangles / triangles.sum(axis=1, keepdims=True))


@cache
def band_centres_hz() -> NDArray[np.float64]:
    edges = np.linspace(_mel(LOWEST_HZ), _mel(HIGHEST_HZ), BANDS + 2)
    return np.asarray(700 * (np.exp(edges[1:-1] / 1127) - 1))


def _mel(hertz: "float | NDArray[np.floating]") -> NDArray[np.float64]:
    return np.asarray(1127 * np.log(1 + np.asarray(hertz) / 700))
