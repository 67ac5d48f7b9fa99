"""What is steady is taken off a little; what rises and falls, as speech does, is left."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speech import bands
from speech.extension import WIDE_RATE_HZ
from speech.quieting import Quieting

SECONDS = 3
AT = np.arange(SECONDS * WIDE_RATE_HZ) / WIDE_RATE_HZ
SYLLABLES = 0.2 * np.sin(2 * np.pi * 700 * AT) * np.maximum(np.sin(2 * np.pi * 4 * AT), 0)
HISS = np.random.default_rng(0).normal(0, 0.02, len(AT))


def quieted(sound: np.ndarray) -> np.ndarray:
    frames = Quieting().quiet(bands.spectra(sound))
    synthesis = bands.Synthesis()
    return np.concatenate([synthesis.add(frames), synthesis.finish(len(sound))])


def decibels(sound: np.ndarray, low_hz: float, high_hz: float) -> float:
    """Of the last two seconds: noise has to be got to know first."""
    settled = sound[WIDE_RATE_HZ:]
    spectrum, hertz = np.abs(np.fft.rfft(settled)) ** 2, np.fft.rfftfreq(len(settled), 1 / WIDE_RATE_HZ)
    return float(10 * np.log10(spectrum[(hertz >= low_hz) & (hertz < high_hz)].sum()))


def test_steady_hiss_is_eight_decibels_quieter() -> None:
    assert decibels(quieted(HISS), 300, 3_400) == pytest.approx(decibels(HISS, 300, 3_400) - 8, abs=0.5)


def test_what_is_said_over_it_stays() -> None:
    line = SYLLABLES + HISS

    assert decibels(quieted(line), 600, 800) == pytest.approx(decibels(line, 600, 800), abs=0.5)


def test_on_a_silent_line_nothing_is_changed() -> None:
    assert decibels(quieted(SYLLABLES), 300, 3_400) == pytest.approx(decibels(SYLLABLES, 300, 3_400), abs=0.1)


def test_a_codecs_silence_is_not_taken_for_the_lines_noise() -> None:
    gaps = np.where((AT > 1) & (AT < 1.5), 0.0, HISS)

    assert decibels(quieted(gaps), 300, 3_400) == pytest.approx(decibels(gaps, 300, 3_400) - 8, abs=2)


@given(cuts=st.lists(st.integers(0, 80), max_size=12))
@settings(deadline=None, max_examples=25)
def test_a_frame_at_a_time_is_the_same_as_all_at_once(cuts: list[int]) -> None:
    frames, quieting, at = bands.spectra(SYLLABLES + HISS), Quieting(), 0
    pieces = []
    for cut in cuts:
        pieces.append(quieting.quiet(frames[at : at + cut]))
        at += cut
    pieces.append(quieting.quiet(frames[at:]))

    assert np.array_equal(np.concatenate(pieces), Quieting().quiet(frames))
