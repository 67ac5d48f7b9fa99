"""How written words sound: by espeak-ng where the network was told to use it, else as a murmur of their length."""

import shutil
import subprocess
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from simulator.audio import RATE_HZ, encode_frames, read_wav, telephone_sound

LOUDNESS = 10 ** (-26 / 20)
SYLLABLES_A_SECOND = 4.0
MURMUR_BAND_HZ = (300.0, 1_200.0)
BEEP_HZ, BEEP_SECONDS = 1_000.0, 0.4
ESPEAK_WORDS_A_MINUTE = 175
ESPEAK_SECONDS = 30.0

Voice = Callable[[str, str], bytes]
"""Text and language (en-US) → mu-law in whole frames."""


class NoVoice(ValueError):
    """The voice is `none`, or `espeak-ng` where that program is installed."""


def voice_named(name: str, speed: float = 1.0) -> Voice | None:
    """None for `none`: words have no sound. `speed`: so many times faster than usual. Raises NoVoice."""
    if name == "none":
        return None
    if name != "espeak-ng" or shutil.which(name) is None:
        raise NoVoice(f"{name}: {NoVoice.__doc__}")
    words_a_minute = round(ESPEAK_WORDS_A_MINUTE * speed)
    return lambda text, language: _espeak(text, language.split("-")[0].lower(), words_a_minute)


@lru_cache(maxsize=256)
def _espeak(text: str, language: str, words_a_minute: int) -> bytes:
    command = ["espeak-ng", "-v", language, "-s", str(words_a_minute), "--stdout", "--stdin"]
    done = subprocess.run(command, input=text.encode(), capture_output=True, timeout=ESPEAK_SECONDS, check=False)  # noqa: S603
    if done.returncode != 0:
        raise NoVoice(f"espeak-ng has no voice for {language!r}: {done.stderr.decode(errors='replace').strip()}")
    return read_wav(done.stdout)


@lru_cache(maxsize=256)
def murmur(seconds: float, seed: int = 0) -> bytes:
    """A voice without words: the same for the same seed."""
    length = int(seconds * RATE_HZ)
    noise = np.random.default_rng(seed).normal(0.0, 1.0, length)
    syllables = np.sin(np.pi * SYLLABLES_A_SECOND * np.arange(length) / RATE_HZ) ** 2
    return encode_frames(_at_loudness(telephone_sound(noise, RATE_HZ, MURMUR_BAND_HZ) * syllables))


def beep() -> bytes:
    """Of an answering machine."""
    at = np.arange(int(BEEP_SECONDS * RATE_HZ)) / RATE_HZ
    return encode_frames(_at_loudness(np.sin(2 * np.pi * BEEP_HZ * at)))


def _at_loudness(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    level = float(np.sqrt(np.mean(samples**2))) if samples.size else 0.0
    return samples if level == 0 else samples * (LOUDNESS / level)
