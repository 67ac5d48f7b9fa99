"""How many callers came to each department, and how: what a menu is judged by, and drawn with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from ivr.dialogue import By
from store.tables import routings

KEY, WORDS, NEITHER = "key", "words", "neither"
_HOW = {By.KEY: KEY, By.WORDS: WORDS, By.CONFIRMED: WORDS}
"""The others were not understood, or met a fault of ours: they go to a person."""


@dataclass(frozen=True)
class Choices:
    counts: Mapping[tuple[str, str], int]
    """(how, department) → callers."""

    def by(self, how: str, department: str) -> int:
        return self.counts.get((how, department), 0)

    def to(self, department: str) -> int:
        return sum(self.by(how, department) for how in (KEY, WORDS, NEITHER))

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def choices(tx: Connection, since: datetime) -> Choices:
    counted = (
        select(routings.c.by, routings.c.department, func.count())
        .where(routings.c.at >= since)
        .group_by(routings.c.by, routings.c.department)
    )
    counts: dict[tuple[str, str], int] = {}
    for by, department, count in tx.execute(counted):
        how = _HOW.get(By(by), NEITHER)
        counts[how, department] = counts.get((how, department), 0) + count
    return Choices(counts)
