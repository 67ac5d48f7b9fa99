"""What callers said that was not understood, and where they were served in the end: the phrases that a menu lacks."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from ivr.dialogue import DEPARTMENTS
from store.tables import calls, line_entries, utterances


@dataclass(frozen=True)
class Missed:
    """Words said at the open question that did not lead straight to where the caller was served."""

    words: str
    taken_for: str | None
    """What they were taken for, if anything was gone to or asked back."""
    ended_at: str | None
    """Where the caller stood in line afterwards; None when they hung up before."""
    times: int


def missed(tx: Connection, since: datetime) -> tuple[Missed, ...]:
    """Most frequent first. Words that were understood at once, and rightly, are not in it."""
    # The last place in the line of the case: after a transfer, where the caller was really served.
    rows = tx.execute(
        select(utterances.c.words, utterances.c.meaning, utterances.c.decision, line_entries.c.department)
        .select_from(
            utterances.join(calls, calls.c.id == utterances.c.call_id).join(
                line_entries, line_entries.c.case_id == calls.c.case_id, isouter=True
            )
        )
        .where(utterances.c.at >= since, utterances.c.expectation == DEPARTMENTS, utterances.c.words != "")
        .order_by(utterances.c.id, line_entries.c.id)
    )
    found = Counter(
        (row.words, row.meaning if row.decision in ("go", "confirm") else None, row.department)
        for row in rows
        if not (row.decision in ("go", "confirm") and row.meaning == row.department)
    )
    counted = [Missed(words, taken, ended, times) for (words, taken, ended), times in found.items()]
    return tuple(sorted(counted, key=lambda one: (-one.times, one.words)))


def new_phrases(all_missed: Iterable[Missed], person: str) -> dict[str, tuple[str, ...]]:
    """What each department's phrases lack. Words that ended with a person teach nothing: that is where everybody goes
    who is not understood. Words that ended at two departments are left to a supervisor."""
    ends: dict[str, set[str]] = defaultdict(set)
    for one in all_missed:
        if one.ended_at is not None and one.ended_at != person:
            ends[one.words].add(one.ended_at)
    lacking: dict[str, list[str]] = defaultdict(list)
    for words, departments in ends.items():
        if len(departments) == 1:
            lacking[departments.pop()].append(words)
    return {department: tuple(phrases) for department, phrases in sorted(lacking.items())}
