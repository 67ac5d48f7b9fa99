"""From the telephone's band to the recogniser's: the line's own band stays what it is."""

import numpy as np
import pytest

from speech import bands
from speech.extension import WIDE_RATE_HZ, Extension, Upsampling
from speech.learned_extension import WEIGHTS, LearnedExtension

NARROW = np.concatenate(
    [np.zeros(2000), 0.2 * np.sin(2 * np.pi * 1000 * np.arange(8000) / 8000), np.zeros(2000)]
).astype(np.float32)
EXTENSIONS = [Upsampling(), LearnedExtension()]


def power(sound: np.ndarray, low_hz: float, high_hz: float) -> float:
    spectrum = np.abs(np.fft.rfft(sound)) ** 2
    hertz = np.fft.rfftfreq(len(sound), 1 / WIDE_RATE_HZ)
    return float(spectrum[(hertz >= low_hz) & (hertz < high_hz)].sum())


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_twice_as_many_samples_come_out(extension: Extension) -> None:
    assert [len(extension.widen(NARROW[:length])) for length in (0, 1, 159, 8000)] == [0, 2, 318, 16_000]


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_the_lines_own_band_is_left_as_it_is(extension: Extension) -> None:
    narrow = float(np.sum(np.abs(np.fft.rfft(NARROW)[: len(NARROW) // 2]) ** 2))

    # Twice the samples, twice the amplitude of each bin.
    assert power(extension.widen(NARROW), 330, 3_250) == pytest.approx(4 * narrow, rel=0.03)


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_silence_stays_silent(extension: Extension) -> None:
    assert float(np.max(np.abs(extension.widen(np.zeros(8000, dtype=np.float32))))) < 0.01


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_the_same_sound_is_widened_the_same_way(extension: Extension) -> None:
    assert np.array_equal(extension.widen(NARROW), extension.widen(NARROW))


def test_spectra_put_together_are_the_sound() -> None:
    sound = np.random.default_rng(0).standard_normal(5000)

    assert np.allclose(bands.overlap_add(bands.spectra(sound), 5000), sound, atol=1e-6)


def test_the_network_is_small() -> None:
    assert WEIGHTS.stat().st_size < 300_000
