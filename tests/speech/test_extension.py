"""From the telephone's band to the recogniser's: the line's own band stays what it is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speech import bands
from speech.extension import WIDE_RATE_HZ, Extension, Upsampling, widen
from speech.learned_extension import WEIGHTS, LearnedExtension

NARROW = np.concatenate(
    [np.zeros(2000), 0.2 * np.sin(2 * np.pi * 1000 * np.arange(8000) / 8000), np.zeros(2000)]
).astype(np.float32)
# A steady tone would be taken for the line's noise.
SYLLABLES = (NARROW[2000:10_000] * np.maximum(np.sin(2 * np.pi * 4 * np.arange(8000) / 8000), 0)).astype(np.float32)
EXTENSIONS = [Upsampling(), LearnedExtension()]


def power(sound: np.ndarray, low_hz: float, high_hz: float) -> float:
    spectrum = np.abs(np.fft.rfft(sound)) ** 2
    hertz = np.fft.rfftfreq(len(sound), 1 / WIDE_RATE_HZ)
    return float(spectrum[(hertz >= low_hz) & (hertz < high_hz)].sum())


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_twice_as_many_samples_come_out(extension: Extension) -> None:
    assert [len(widen(extension, NARROW[:length])) for length in (0, 1, 159, 8000)] == [0, 2, 318, 16_000]


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_the_lines_own_band_is_left_as_it_is(extension: Extension) -> None:
    narrow = float(np.sum(np.abs(np.fft.rfft(SYLLABLES)[: len(SYLLABLES) // 2]) ** 2))

    # Twice the samples, twice the amplitude of each bin.
    assert power(widen(extension, SYLLABLES), 330, 3_250) == pytest.approx(4 * narrow, rel=0.03)


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_silence_stays_silent(extension: Extension) -> None:
    assert float(np.max(np.abs(widen(extension, np.zeros(8000, dtype=np.float32))))) < 0.01


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_the_same_sound_is_widened_the_same_way(extension: Extension) -> None:
    assert np.array_equal(widen(extension, NARROW), widen(extension, NARROW))


@pytest.mark.parametrize("extension", EXTENSIONS)
@given(cuts=st.lists(st.integers(0, 900), max_size=20))
@settings(deadline=None, max_examples=25)
def test_a_frame_at_a_time_is_the_same_as_all_at_once(extension: Extension, cuts: list[int]) -> None:
    sound = np.random.default_rng(0).normal(0, 0.1, 4_321).astype(np.float32)
    widening, pieces, at = extension.begin(), [], 0
    for cut in cuts:
        pieces.append(widening.widen(sound[at : at + cut]))
        at += cut
    pieces += [widening.widen(sound[at:]), widening.finish()]

    assert np.allclose(np.concatenate(pieces), widen(extension, sound), atol=1e-5)


def test_it_is_less_than_60_milliseconds_behind() -> None:
    widening = LearnedExtension().begin()

    told = sum(len(widening.widen(NARROW[start : start + 160])) for start in range(0, 8_000, 160))

    assert 8_000 / 8_000 - told / WIDE_RATE_HZ < 0.06


def test_spectra_put_together_are_the_sound() -> None:
    sound = np.random.default_rng(0).standard_normal(5000)
    synthesis = bands.Synthesis()

    again = np.concatenate([synthesis.add(bands.spectra(sound)), synthesis.finish(5000)])

    assert np.allclose(again, sound, atol=1e-6)


def test_the_network_is_small() -> None:
    assert WEIGHTS.stat().st_size < 300_000
