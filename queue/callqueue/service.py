"""The service level: how many callers were answered soon enough."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, exists, not_, select

from callqueue.department import Department, ServiceLevel
from callqueue.line import EntryState
from store.database import one_of
from store.tables import line_entries, transfers


@dataclass(frozen=True)
class Wait:
    """How the wait of a caller on the phone ended."""

    joined_at: datetime
    seconds: float
    answered: bool


@dataclass(frozen=True)
class Served:
    answered: int
    in_time: int
    gave_up: int
    """Who hung up sooner than they were to be answered is not counted: nobody can be that fast."""

    @property
    def share(self) -> float | None:
        """In time, of all who count; None: nobody counts."""
        counted = self.answered + self.gave_up
        return self.in_time / counted if counted else None


def waits(tx: Connection, department_id: str, since: datetime) -> tuple[Wait, ...]:
    """Of callers who joined since then and wait no more. Kept places are no waits, nor is what comes after a transfer:
    their callers have talked before."""
    passed_on = exists().where(transfers.c.to_entry_id == line_entries.c.id)
    ended = one_of(line_entries.c.state, (EntryState.CONNECTED, EntryState.LEFT))
    rows = tx.execute(
        select(line_entries)
        .where(line_entries.c.department == department_id, line_entries.c.joined_at >= since, ended)
        .where(line_entries.c.callback_id.is_(None), not_(passed_on))
        .order_by(line_entries.c.joined_at, line_entries.c.id)
    )
    found = []
    for row in rows:
        over_at = row.connected_at or row.left_at
        if row.connected_at is not None or row.left_reason == "abandoned":
            seconds = (over_at - row.joined_at).total_seconds()
            found.append(Wait(row.joined_at, seconds, answered=row.connected_at is not None))
    return tuple(found)


def served(waited: Iterable[Wait], goal: ServiceLevel) -> Served:
    """Held against the goal."""
    told = [(wait.answered, wait.seconds <= goal.within_seconds) for wait in waited]
    return Served(
        answered=sum(answered for answered, _soon in told),
        in_time=sum(answered and soon for answered, soon in told),
        gave_up=sum(not answered and not soon for answered, soon in told),
    )


def by_hour(waited: Iterable[Wait], zone: ZoneInfo) -> dict[int, tuple[Wait, ...]]:
    """Under the hour of the day there, in which they joined."""
    hours: dict[int, list[Wait]] = {}
    for wait in waited:
        hours.setdefault(wait.joined_at.astimezone(zone).hour, []).append(wait)
    return {hour: tuple(hours[hour]) for hour in sorted(hours)}


def lately(tx: Connection, department: Department, since: datetime) -> Served:
    """How a department does."""
    return served(waits(tx, department.id, since), department.service_level)
