"""Make `ivr/static/hold.wav`: twenty quiet seconds for callers who wait, composed here, owned by nobody else."""

import wave
from pathlib import Path

import numpy as np

FILE = Path(__file__).parent.parent / "ivr" / "static" / "hold.wav"
RATE_HZ = 8_000
LEVEL = 0.09
NOTE_SECONDS = 0.3125
FADES_SECONDS = 0.9
A4_HZ = 440.0
# Chords as semitones from A4, each played up and down once; a telephone hears little below 300 Hz.
CHORDS = ((-9, -5, -2, 3), (-12, -9, -5, 0), (-4, 0, 3, 8), (-2, 2, 5, 10)) * 2
ORDER = (0, 1, 2, 3, 2, 3, 2, 1)


def main() -> None:
    notes = [chord[step] for chord in CHORDS for step in ORDER]
    ring_samples = int(FADES_SECONDS * RATE_HZ)
    length = int(len(notes) * NOTE_SECONDS * RATE_HZ)
    music = np.zeros(length + ring_samples)
    for number, semitones in enumerate(notes):
        start = int(number * NOTE_SECONDS * RATE_HZ)
        music[start : start + ring_samples] += note(A4_HZ * 2 ** (semitones / 12))
    FILE.parent.mkdir(exist_ok=True)
    with wave.open(str(FILE), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes((np.clip(music[:length], -1, 1) * 32767).astype("<i2").tobytes())


def note(hertz: float) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """A soft bell: the tone, a little of its octave, fading."""
    at = np.arange(int(FADES_SECONDS * RATE_HZ)) / RATE_HZ
    sound = np.sin(2 * np.pi * hertz * at) + 0.25 * np.sin(4 * np.pi * hertz * at)
    return np.asarray(LEVEL * sound * np.exp(-4 * at) * np.minimum(at / 0.01, 1))


if __name__ == "__main__":
    main()
