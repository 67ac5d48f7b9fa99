"""A recording → what comes out of a telephone line: 300–3400 Hz, 8 kHz, mu-law."""

import io
import wave
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

RATE_HZ = 8_000
FRAME_BYTES = 160
FRAME_SECONDS = 0.02
SILENCE = bytes([0xFF]) * FRAME_BYTES
_BAND_HZ = (300.0, 3_400.0)


class BadRecording(ValueError):
    """A recording is a WAV file: 16 bit, 8 kHz or more."""


def read_wav(source: Path | bytes, band_hz: tuple[float, float] = _BAND_HZ) -> bytes:
    """mu-law in whole frames. Raises BadRecording."""
    return encode_frames(telephone_sound(*wav_samples(source), band_hz))


def wav_samples(source: Path | bytes) -> tuple[NDArray[np.float64], int]:
    """The first channel, and its rate in Hz. Raises BadRecording."""
    try:
        with wave.open(io.BytesIO(source) if isinstance(source, bytes) else str(source)) as file:
            if file.getsampwidth() != 2 or file.getframerate() < RATE_HZ:
                raise BadRecording(f"{BadRecording.__doc__}")
            samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.float64) / 32768
            channels, rate = file.getnchannels(), file.getframerate()
    except (OSError, EOFError, wave.Error) as error:
        raise BadRecording(f"{BadRecording.__doc__} ({error})") from error
    return samples[::channels], rate


def read_sound(source: bytes) -> bytes:
    """mu-law in whole frames, from whatever an application may play: WAV, MP3, Ogg, FLAC, AIFF. Raises BadRecording."""
    try:
        samples, rate = soundfile.read(io.BytesIO(source), always_2d=True)
    except soundfile.LibsndfileError as error:
        raise BadRecording(f"this is no sound ({error})") from error
    return telephone(samples[:, 0], rate)


def mulaw_seconds(mulaw: bytes) -> float:
    return len(mulaw) / RATE_HZ


def telephone(samples: NDArray[np.float64], rate_hz: int) -> bytes:
    """mu-law in whole frames."""
    return encode_frames(telephone_sound(samples, rate_hz))


def telephone_sound(
    samples: NDArray[np.float64], rate_hz: int, band_hz: tuple[float, float] = _BAND_HZ
) -> NDArray[np.float64]:
    """Narrowed by Fourier transform: exact, and a recording is short."""
    length = int(len(samples) * RATE_HZ / rate_hz)
    spectrum = np.fft.rfft(samples)[: length // 2 + 1]
    hertz = np.arange(len(spectrum)) * rate_hz / max(len(samples), 1)
    low, high = band_hz
    gain = 1 / np.sqrt(1 + (low / np.maximum(hertz, 1)) ** 8) / np.sqrt(1 + (hertz / high) ** 16)
    return np.fft.irfft(spectrum * gain, length) * length / max(len(samples), 1)


def encode_frames(samples: NDArray[np.float64]) -> bytes:
    mulaw = encode(samples)
    return mulaw + bytes([0xFF]) * (-len(mulaw) % FRAME_BYTES)


def encode(samples: NDArray[np.float64]) -> bytes:
    """ITU-T G.711."""
    pcm = np.clip(samples * 32768, -32635, 32635).astype(np.int32)
    magnitude = np.abs(pcm) + 132
    exponent = np.floor(np.log2(magnitude)).astype(np.int32) - 7
    mantissa = (magnitude >> (exponent + 3)) & 15
    sign = np.where(pcm < 0, 0x80, 0)
    return bytes((~(sign | (exponent << 4) | mantissa) & 0xFF).astype(np.uint8))


def decode(mulaw: bytes) -> NDArray[np.float64]:
    """ITU-T G.711, back to samples between -1 and 1."""
    code = ~np.frombuffer(mulaw, dtype=np.uint8)
    magnitude = ((((code & 15).astype(np.int32) << 3) + 132) << ((code >> 4) & 7)) - 132
    return np.where(code & 0x80, -magnitude, magnitude) / 32768
