"""Go, confirm, ask again, read the keys, or a person: what follows from what was heard."""

from dataclasses import dataclass

from speech.hearing import Hearing
from speech.korean import compact

BACKCHANNELS = frozenset({"네", "예", "어", "음", "아", "응", "그", "저", "yeah", "uhhuh", "mhm", "um", "uh", "ok"})


@dataclass(frozen=True)
class Thresholds:
    """Starting values; they are to be set from labelled calls."""

    go: float = 0.75
    confirm: float = 0.35


@dataclass(frozen=True)
class Go:
    """Sure."""

    meaning: str


@dataclass(frozen=True)
class Confirm:
    """Likely: asked before anything happens."""

    meaning: str


@dataclass(frozen=True)
class AskAgain:
    """Not understood, for the first time."""


@dataclass(frozen=True)
class Keys:
    """Not understood again: the keys are read out."""


@dataclass(frozen=True)
class Person:
    """Two failures are enough."""


Decision = Go | Confirm | AskAgain | Keys | Person


def decision_name(decision: Decision) -> str:
    """As it is recorded: go, confirm, ask, keys, person."""
    return "ask" if isinstance(decision, AskAgain) else type(decision).__name__.lower()


def is_backchannel(hearing: Hearing) -> bool:
    """Whether it was no more than the 네 of somebody who follows what we say. Where 네 is an answer, it means it."""
    return hearing.probability == 0 and compact(hearing.words) in BACKCHANNELS


def is_clear(hearing: Hearing, thresholds: Thresholds) -> bool:
    """Whether nothing more needs to be heard: the meaning is sure."""
    return hearing.meaning is not None and hearing.probability >= thresholds.go


def decide(hearing: Hearing, thresholds: Thresholds, *, failures: int, always_confirm: bool) -> Decision:
    """`failures` before this one; `always_confirm`: the meaning is one that is always read back."""
    if hearing.meaning is not None and hearing.probability >= thresholds.confirm:
        sure = hearing.probability >= thresholds.go and not always_confirm
        return Go(hearing.meaning) if sure else Confirm(hearing.meaning)
    return (AskAgain(), Keys(), Person())[min(failures, 2)]
