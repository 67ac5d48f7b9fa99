"""A sound as forty bands, as the recogniser hears it: what a learned extension looks at and predicts."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from speech.extension import WIDE_RATE_HZ

FRAME = 512
HOP = 160
BANDS = 40
LINE_BANDS = 29
"""Of them inside a telephone's band, up to 3.4 kHz."""
LOWEST_HZ, HIGHEST_HZ = 20.0, 7_600.0
LEVEL_BANDS = slice(4, 26)
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
    padded = np.concatenate([np.zeros(FRAME // 2), wide, np.zeros(FRAME)])
    frames = np.lib.stride_tricks.sliding_window_view(padded, FRAME)[::HOP][: len(wide) // HOP + 1]
    return np.asarray(np.fft.rfft(frames * window()))


def overlap_add(frames: Spectra, samples: int) -> NDArray[np.float64]:
    """The sound of `spectra`, changed or not."""
    sound = np.zeros(FRAME + HOP * len(frames) + samples)
    weight = np.zeros_like(sound)
    for number, frame in enumerate(np.fft.irfft(frames, FRAME) * window()):
        start = number * HOP
        sound[start : start + FRAME] += frame
        weight[start : start + FRAME] += window() ** 2
    return np.asarray((sound / np.maximum(weight, 1e-3))[FRAME // 2 : FRAME // 2 + samples])


def log_bands(frames: Spectra) -> LogBands:
    """(frames, 40) log of the mean power in each band."""
    return np.asarray(np.log(np.abs(frames) ** 2 / FRAME @ mel_weights().T + POWER_FLOOR))


def levels(bands: LogBands) -> NDArray[np.float64]:
    """How loud the speaker is: a peak that is only forgotten slowly, and never known ahead."""
    loudness = bands[:, LEVEL_BANDS].mean(axis=1)
    fall = LEVEL_FALLS_A_FRAME * np.arange(len(loudness))
    return np.asarray(np.maximum.accumulate(loudness + fall) - fall)


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
