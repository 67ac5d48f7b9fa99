"""How callers came to a department: by which key, by their words, or because they were not understood."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from ivr.call import Call
from store.tables import menu_choices

WORDS = "words"
NEITHER = "neither"
"""Nothing was understood, or we had a fault: they go to a person."""


def choose(tx: Connection, call: Call, department: str, *, by: str, now: datetime) -> None:
    """`by`: a key, WORDS or NEITHER."""
    values = {"call_id": call.id, "at": now, "by": by[:10], "department": department}
    tx.execute(insert(menu_choices).values(values))


@dataclass(frozen=True)
class Choices:
    """(how, department) → how often."""

    counts: Mapping[tuple[str, str], int]

    def to(self, department: str) -> int:
        return sum(count for (_by, where), count in self.counts.items() if where == department)

    def by(self, how: str, department: str) -> int:
        return self.counts.get((how, department), 0)

    def by_key(self, department: str) -> int:
        return sum(
            count for (by, where), count in self.counts.items() if where == department and by not in (WORDS, NEITHER)
        )

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def choices(tx: Connection, since: datetime) -> Choices:
    counted = (
        select(menu_choices.c.by, menu_choices.c.department, func.count())
        .where(menu_choices.c.at >= since)
        .group_by(menu_choices.c.by, menu_choices.c.department)
    )
    return Choices({(by, department): count for by, department, count in tx.execute(counted)})
