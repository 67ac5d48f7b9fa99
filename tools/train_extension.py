"""Train `speech/extension.npz`, the network that restores what a telephone cut off.

    apt-get install asterisk-core-sounds-{en,fr,it,ru}-g722 ffmpeg
    python3 -m venv /tmp/train && /tmp/train/bin/pip install torch scipy numpy
    PYTHONPATH=. /tmp/train/bin/python tools/train_extension.py

The speech is Debian's wideband Asterisk prompts (CC BY-SA 3.0; Allison, June, Carlo, IvrvoiceRU): four voices in four
languages, none of them Korean. Several minutes on two cores; the seed is fixed.
"""

import argparse
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from scipy.signal import butter, fftconvolve, resample_poly, sosfilt

from speech import bands
from speech.extension import WIDE_RATE_HZ, Upsampling, widen
from speech.learned_extension import CONTEXT, LINE_HZ, TARGET_FLOOR, WEIGHTS, inputs
from speech.telephone import decode, encode

SOUNDS = Path("/usr/share/asterisk/sounds")
VOICES = ("en_US_f_Allison", "fr_CA_f_June", "it_IT_m_Carlo", "ru_RU_f_IvrvoiceRU")
COPIES = 3
PROMPTS_JOINED = 4
LEVEL_DBFS = -26.0
HIDDEN = 256
BATCH_FRAMES = 1024
LEARNING_RATE = 1e-3
LOUD_NAT = 5.0  # Frames within so much of the speaker's level are speech.


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--epochs", type=int, default=6)
    options.add_argument("--out", type=Path, default=WEIGHTS)
    given = options.parse_args()
    dice = np.random.default_rng(0)
    parts = [example(clip, dice) for voice in VOICES for clip in clips(voice, dice)]
    x, y, weight = (np.concatenate([part[i] for part in parts]) for i in range(3))
    print(f"{len(x) / 360_000:.1f} h of frames")
    save(train(x, y, weight, given.epochs), given.out)


def clips(voice: str, dice: np.random.Generator) -> Iterator[np.ndarray]:
    """A voice's prompts, shuffled and joined by fours, several times over."""
    files = sorted(SOUNDS.joinpath(voice).rglob("*.g722"))
    prompts = [sound for file in files if len(sound := read_g722(file)) > WIDE_RATE_HZ // 2]
    for _ in range(COPIES):
        order = dice.permutation(len(prompts))
        for start in range(0, len(order), PROMPTS_JOINED):
            yield np.concatenate([prompts[i] for i in order[start : start + PROMPTS_JOINED]])


def read_g722(file: Path) -> np.ndarray:
    command = ["ffmpeg", "-v", "error", "-f", "g722", "-i", str(file), "-f", "s16le", "-ar", str(WIDE_RATE_HZ), "-"]
    done = subprocess.run(command, capture_output=True, check=True)
    return np.frombuffer(done.stdout, dtype="<i2").astype(np.float64) / 32768


def example(clean: np.ndarray, dice: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(inputs, targets, weights) of one augmented clip."""
    factor = 1.0
    if dice.random() < 0.8:  # Speed, pitch and formants together: other people.
        factor = dice.uniform(0.80, 1.23)
        clean = resample_poly(clean, 100, round(100 * factor))
    if dice.random() < 0.7:
        clean = coloured(clean, dice.normal(0, 3, 6))
    if dice.random() < 0.4:
        clean = in_a_room(clean, dice.uniform(0.1, 0.5), dice)
    level = LEVEL_DBFS + dice.normal(0, 4)
    clean = clean * 10 ** (level / 20) / np.sqrt(np.mean(clean**2) + 1e-12)
    line = widen(Upsampling(), decode(encode(telephone(clean, dice).astype(np.float32)))).astype(np.float64)
    length = min(len(line), len(clean))
    here = bands.log_bands(bands.spectra(line[:length]))
    target = bands.log_bands(bands.spectra(clean[:length]))
    loudness = bands.Level().follow(here)
    wanted = np.maximum(target - loudness[:, None], TARGET_FLOOR)
    return inputs(here, loudness), wanted.astype(np.float32), weights(here, loudness, factor)


def weights(here: np.ndarray, loudness: np.ndarray, factor: float) -> np.ndarray:
    """What lies inside the line's band matters little, silence matters little, and what the slowed-down source does
    not hold does not count."""
    centres = bands.band_centres_hz()
    inside = (centres > LINE_HZ[0]) & (centres < LINE_HZ[1])
    unknown = centres > 7_900 * min(1.0, 1 / factor)
    band = np.where(unknown, 0.0, np.where(inside, 0.3, 1.0))
    loud = here[:, bands.LEVEL_BANDS].mean(axis=1) > loudness - LOUD_NAT
    return (band * np.where(loud, 1.2, 0.2)[:, None]).astype(np.float32)


def telephone(clean: np.ndarray, dice: np.random.Generator) -> np.ndarray:
    """8 kHz through a line that is never quite the same."""
    narrow = resample_poly(clean, 1, 2)
    if dice.random() < 0.45:
        narrow = narrow + noise(len(narrow), dice) * np.sqrt(np.mean(narrow**2)) * 10 ** (-dice.uniform(3, 35) / 20)
    if dice.random() < 0.5:
        band = butter(4, (300, 3_400), "bandpass", fs=8_000, output="sos")
    else:
        edges = (dice.uniform(80, 350), dice.uniform(3_200, 3_700))
        band = butter(int(dice.integers(2, 6)), edges, "bandpass", fs=8_000, output="sos")
    return np.clip(sosfilt(band, narrow), -1, 1)


def noise(length: int, dice: np.random.Generator) -> np.ndarray:
    """White or pink, of power 1."""
    spectrum = np.fft.rfft(dice.standard_normal(length))
    if dice.random() < 0.5:
        spectrum /= np.sqrt(np.maximum(np.arange(len(spectrum)), 1))
    sound = np.fft.irfft(spectrum, length)
    return sound / np.std(sound)


def coloured(sound: np.ndarray, decibels: np.ndarray) -> np.ndarray:
    """Microphones and mouths differ: a smooth random curve over the mel scale."""
    hertz = np.fft.rfftfreq(len(sound), 1 / WIDE_RATE_HZ)
    mel = 1127 * np.log(1 + hertz / 700)
    curve = np.interp(mel, np.linspace(0, mel[-1], len(decibels)), decibels)
    return np.fft.irfft(np.fft.rfft(sound) * 10 ** (curve / 20), len(sound))


def in_a_room(sound: np.ndarray, seconds: float, dice: np.random.Generator) -> np.ndarray:
    at = np.arange(int(seconds * WIDE_RATE_HZ)) / WIDE_RATE_HZ
    tail = dice.standard_normal(len(at)) * np.exp(-6.9 * at / seconds) * 0.02
    tail[0] = 1.0
    return fftconvolve(sound, tail)[: len(sound)]


def train(x: np.ndarray, y: np.ndarray, weight: np.ndarray, epochs: int) -> torch.nn.Sequential:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    network = torch.nn.Sequential(
        torch.nn.Linear(len(CONTEXT) * bands.LINE_BANDS, HIDDEN),
        torch.nn.ReLU(),
        torch.nn.Linear(HIDDEN, HIDDEN),
        torch.nn.ReLU(),
        torch.nn.Linear(HIDDEN, bands.BANDS),
    )
    inputs_, targets, weights_ = (torch.from_numpy(part) for part in (x, y, weight))
    optimiser = torch.optim.Adam(network.parameters(), lr=LEARNING_RATE)
    steps = epochs * (len(x) // BATCH_FRAMES)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: 1 - step / steps)
    for epoch in range(epochs):
        order = torch.randperm(len(x))
        total = 0.0
        for start in range(0, len(x) - BATCH_FRAMES + 1, BATCH_FRAMES):
            rows = order[start : start + BATCH_FRAMES]
            loss = ((network(inputs_[rows]) - targets[rows]).abs() * weights_[rows]).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += float(loss.detach())
        print(f"epoch {epoch + 1}: L1 {total / (len(x) // BATCH_FRAMES):.3f} nat (weighted)", flush=True)
    return network


def save(network: torch.nn.Sequential, path: Path) -> None:
    """Half precision: nobody hears the difference, and the file is half as large."""
    layers = [layer for layer in network if isinstance(layer, torch.nn.Linear)]
    arrays = {f"w{i}": layer.weight.detach().numpy().T.astype(np.float16) for i, layer in enumerate(layers)}
    arrays |= {f"b{i}": layer.bias.detach().numpy().astype(np.float16) for i, layer in enumerate(layers)}
    np.savez(path, **arrays)
    print(f"{path}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
