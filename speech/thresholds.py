"""Thresholds from labelled texts, not by taste."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from speech.decide import Thresholds

# Above every probability: nothing goes without being asked.
NEVER = 1.01


class Scored(NamedTuple):
    """What the classifier made of one labelled text."""

    probability: float
    """Of the likeliest meaning."""
    right: bool
    """That meaning is the labelled one."""
    in_scope: bool
    """The label is one of the meanings."""


@dataclass(frozen=True)
class Rates:
    """How many of the labelled texts end in what."""

    texts: int
    go: int
    confirm: int
    ask: int
    wrong: int
    """Gone to another meaning than was meant, unasked."""
    confirmed_wrong: int
    """Asked about another meaning than was meant."""
    outside: int
    """None of the meanings was meant …"""
    outside_gone: int
    """… and yet one was gone to."""


class TooFewLabelled(Exception):
    """So few texts can't show that so little goes wrong."""

    def __init__(self, texts: int, needed: int) -> None:
        super().__init__(
            f"{texts} labelled texts are too few to promise so small a share of wrong ones: label at least {needed}, "
            f"or allow more to go wrong"
        )


def choose_thresholds(scored: Sequence[Scored], *, wrong_at_most: float = 0.02) -> tuple[Thresholds, Rates]:
    """The thresholds that ask least, and what they do to these texts.

    `go`: the lowest at which, of texts like these, at most `wrong_at_most` are expected to go wrong unasked (conformal
    risk control: one more wrong text is assumed than was seen). `confirm`: where asking has been answered "yes" as
    often as possible beyond "no".
    """
    needed = math.ceil(1 / wrong_at_most) - 1
    if len(scored) < needed:
        raise TooFewLabelled(len(scored), needed)
    go = _go(scored, wrong_at_most)
    thresholds = Thresholds(go=go, confirm=_confirm(scored, go))
    return thresholds, rates(scored, thresholds)


def rates(scored: Iterable[Scored], thresholds: Thresholds) -> Rates:
    """What becomes of the texts at these thresholds."""
    texts = list(scored)
    gone = [one for one in texts if one.probability >= thresholds.go]
    asked = [one for one in texts if thresholds.confirm <= one.probability < thresholds.go]
    return Rates(
        texts=len(texts),
        go=len(gone),
        confirm=len(asked),
        ask=len(texts) - len(gone) - len(asked),
        wrong=sum(not one.right for one in gone),
        confirmed_wrong=sum(not one.right for one in asked),
        outside=sum(not one.in_scope for one in texts),
        outside_gone=sum(not one.in_scope for one in gone),
    )


def _go(scored: Sequence[Scored], wrong_at_most: float) -> float:
    allowed = math.floor(wrong_at_most * (len(scored) + 1) + 1e-9) - 1
    wrong = sorted((one.probability for one in scored if not one.right), reverse=True)
    # Strictly above the first wrong text that is one too many.
    floor = wrong[allowed] if len(wrong) > allowed else -1.0
    return min((one.probability for one in scored if one.right and one.probability > floor), default=NEVER)


def _confirm(scored: Sequence[Scored], go: float) -> float:
    below = sorted((one for one in scored if one.probability < go), key=lambda one: one.probability, reverse=True)
    best, confirm, balance = 0, go, 0
    for place, one in enumerate(below):
        balance += 1 if one.right else -1
        ends_here = place + 1 == len(below) or below[place + 1].probability < one.probability
        if ends_here and balance > best:
            best, confirm = balance, one.probability
    return confirm
