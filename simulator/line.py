"""How good a person's line is: what becomes of their voice on its way to the application."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.audio import FRAME_BYTES, FRAME_SECONDS, SILENCE, decode, encode

SPEECH_LEVEL = 10 ** (-26 / 20)
"""−26 dBov: on a noisy line recordings are brought to this level, as speech tests do, so that the SNR holds."""
ACTIVE_SHARE = 0.1
"""A frame counts as speech when it is at least so loud compared with the loudest one."""
_NOISE, _LOSS, _DELAY = 1, 2, 3


class BadLine(ValueError):
    """A line has band_hz, noise_snr_db, echo_db, echo_ms, lost, late, late_ms and seed; docs/simulator.md explains."""


@dataclass(frozen=True)
class Line:
    """The same seed gives the same line, frame by frame. The default one is clean."""

    band_hz: tuple[float, float] = (300.0, 3_400.0)
    noise_snr_db: float | None = None
    """White noise, so far below the speech."""
    echo_db: float | None = None
    """What the person is told comes back, so far below itself."""
    echo_ms: int = 200
    """How late it comes back."""
    lost: float = 0.0
    """The share of frames that never arrive."""
    late: float = 0.0
    """The share of frames that are held up, and with them those behind them."""
    late_ms: int = 200
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("noise_snr_db", "echo_db", "echo_ms", "lost", "late", "late_ms", "seed"):
            if not isinstance(getattr(self, name), int | float | None):
                raise BadLine(f"{name} {getattr(self, name)!r}: a number is expected")
        low, high = self.band_hz
        if not (0 <= low < high <= 4_000):
            raise BadLine(f"band_hz {list(self.band_hz)}: 0 ≤ low < high ≤ 4000 is expected")
        for name in ("lost", "late"):
            if not 0 <= getattr(self, name) <= 1:
                raise BadLine(f"{name} {getattr(self, name)}: a share from 0 to 1 is expected")
        for name in ("echo_ms", "late_ms"):
            if getattr(self, name) < 0:
                raise BadLine(f"{name} {getattr(self, name)}: it can't be negative")

    @property
    def echo_frames(self) -> int:
        return round(self.echo_ms / (FRAME_SECONDS * 1000))

    @property
    def adds_sound(self) -> bool:
        return self.noise_snr_db is not None or self.echo_db is not None

    def loses(self, number: int) -> bool:
        return self.lost > 0 and self._chance(_LOSS, number) < self.lost

    def holds_up_seconds(self, number: int) -> float:
        delayed = self.late > 0 and self._chance(_DELAY, number) < self.late
        return self.late_ms / 1000 if delayed else 0.0

    def mix(self, number: int, voice: bytes, echoed: bytes | None) -> bytes:
        """A frame as the application gets it. `echoed`: what the person was told `echo_ms` ago."""
        if not self.adds_sound:
            return voice
        sound = decode(voice)
        if self.echo_db is not None and echoed is not None:
            sound = sound + decode(echoed) * 10 ** (-self.echo_db / 20)
        if self.noise_snr_db is not None:
            level = SPEECH_LEVEL * 10 ** (-self.noise_snr_db / 20)
            sound = sound + self._random(_NOISE, number).normal(0.0, level, FRAME_BYTES)
        return encode(sound)

    def levelled(self, samples: NDArray[np.float64]) -> NDArray[np.float64]:
        """Speech at the level that the SNR counts from; as it is where there is no noise."""
        level = speech_level(samples)
        return samples if self.noise_snr_db is None or level == 0 else samples * (SPEECH_LEVEL / level)

    def _chance(self, what: int, number: int) -> float:
        return float(self._random(what, number).random())

    def _random(self, what: int, number: int) -> np.random.Generator:
        return np.random.default_rng((self.seed, what, number))


def line_of(about: dict[str, Any]) -> Line:
    """From JSON or YAML. Raises BadLine."""
    known = {field.name for field in fields(Line)}
    unknown = sorted(set(about) - known)
    if unknown:
        raise BadLine(f"{', '.join(unknown)}: {BadLine.__doc__}")
    band = about.get("band_hz", Line.band_hz)
    try:
        low, high = (float(bound) for bound in band)
        return Line(**{**about, "band_hz": (low, high)})
    except (TypeError, ValueError) as error:
        raise error if isinstance(error, BadLine) else BadLine(f"{about}: {BadLine.__doc__}") from error


def speech_level(samples: NDArray[np.float64]) -> float:
    """RMS of the frames in which there is speech."""
    whole = samples[: len(samples) // FRAME_BYTES * FRAME_BYTES].reshape(-1, FRAME_BYTES)
    power = np.mean(whole**2, axis=1)
    if power.size == 0 or power.max() == 0:
        return 0.0
    return float(np.sqrt(np.mean(power[power >= power.max() * ACTIVE_SHARE**2])))


def frames_of(mulaw: bytes) -> list[bytes]:
    """Whole frames, the last one filled up with silence."""
    padded = mulaw + SILENCE[: -len(mulaw) % FRAME_BYTES]
    return [padded[i : i + FRAME_BYTES] for i in range(0, len(padded), FRAME_BYTES)]
