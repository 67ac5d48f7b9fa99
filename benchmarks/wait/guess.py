"""One announcement, as any estimator makes it."""

from dataclasses import dataclass

Spoken = tuple[int, int | None]
"""Whole minutes; the upper end is None for "more than"."""


@dataclass(frozen=True)
class Guess:
    """Seconds; the range is the middle 80 %. A formula that knows no range gives none."""

    mid: float
    low: float | None = None
    high: float | None = None
    spoken: Spoken | None = None
