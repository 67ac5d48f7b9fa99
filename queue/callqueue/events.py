"""The log of the line: every move of callers and agents, once, in order, in the transaction that makes the move.

Whoever reads on from a cursor misses nothing and reads nothing twice, also where transactions commit in another order
than they began: docs/decisions/0010.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import Connection, Insert, TextualSelect, insert, literal_column, text

from callqueue.department import Department
from store.tables import UtcTime, line_events

START = ""
"""The cursor before the first event."""

# Two processes look at their clocks, then wait for each other: so much later may stand first in the log.
CLOCKS_APART = timedelta(seconds=60)


class Kind(StrEnum):
    ROSTER = "roster"
    """When an agent means to work: `on`, `off`, `breaks`."""
    AGENT = "agent"
    """An agent's state or skills changed: `state`, `skills`, `reason`."""
    JOIN = "join"
    """A caller stands in a line: `department`, `priority`, `credit` (seconds of head start within the priority)."""
    PROMISE = "promise"
    """The caller took a callback and keeps the place; `due`: not dialled before."""
    DIAL = "dial"
    """The agent has accepted and the caller of a promise is phoned."""
    DIAL_FAILED = "dial_failed"
    """The caller could not be reached: the place is kept unless `leave` follows; `due`: not dialled before."""
    CONNECT = "connect"
    """Caller and agent talk."""
    END = "end"
    """They have talked; the caller is out of the line."""
    LEAVE = "leave"
    """Out of the line without having talked: `reason`."""


@dataclass(frozen=True)
class LineEvent:
    cursor: str
    """Reads on behind this event."""
    at: datetime
    kind: Kind
    caller: int | None = None
    """The entry in the line."""
    agent: int | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    """What the kind says above; moments are Unix seconds."""


@dataclass(frozen=True)
class _Cursor:
    """On SQLite writers come one after the other, so that the last id is enough. On PostgreSQL events are read in
    pages of what one snapshot sees and the one before it did not: each transaction is in exactly one such page."""

    id: int = 0
    seen: str = ""
    """The snapshot whose events have all been read; empty: none."""
    page: str = ""
    """The snapshot whose events are being read, up to `id`."""

    @classmethod
    def parse(cls, written: str) -> "_Cursor":
        """Raises ValueError for what no event's cursor is."""
        last_id, seen, page = (*(written or "0").split("|"), "", "")[:3]
        return cls(int(last_id), seen, page)

    def __str__(self) -> str:
        return f"{self.id}|{self.seen}|{self.page}" if self.page else str(self.id)


def record(
    tx: Connection, kind: Kind, now: datetime, *, caller: int | None = None, agent: int | None = None, **data: Any
) -> None:
    """Write down a move that this transaction has made, after making it: who was faster then stands first."""
    row = {"at": now, "kind": kind.value, "entry_id": caller, "agent_id": agent, "data": data}
    tx.execute(_recording(tx.dialect.name), row)


def since(tx: Connection, cursor: str, limit: int = 1000) -> list[LineEvent]:
    """The next events behind `cursor` (START, or that of the last event read), in order; at most `limit`.

    Read in a transaction that has recorded nothing itself: what it recorded may still be rolled back. Raises ValueError
    for a cursor that is none.
    """
    at = _Cursor.parse(cursor)
    if tx.dialect.name == "sqlite":
        return _read(tx, _AFTER_ID, at, {"id": at.id, "limit": limit})
    rest = _page(tx, at, limit) if at.page else []
    if len(rest) >= limit:
        return rest
    snapshot = str(tx.execute(_SNAPSHOT).scalar_one())
    return rest + _page(tx, _Cursor(0, at.page, snapshot), limit - len(rest))


def as_line(event: LineEvent, departments: Mapping[str, Department]) -> dict[str, Any]:
    """The JSON object of `barocall wait replay`; an agent's skills become the departments of the menu in force, and why
    they pause stays in the house."""
    said = {"t": round(event.at.timestamp(), 3), "type": event.kind.value}
    names = {"caller": event.caller, "agent": event.agent}
    said |= {name: number for name, number in names.items() if number is not None}
    data = dict(event.data)
    if event.kind == Kind.AGENT:
        data = {"state": data["state"], "departments": serves(data["skills"], departments)}
    return said | data


def serves(skills: Iterable[str], departments: Mapping[str, Department]) -> list[str]:
    """The departments that somebody with these skills may serve."""
    theirs = frozenset(skills)
    return sorted(name for name, department in departments.items() if theirs.intersection(department.skills))


def steadily(events: Iterable[LineEvent]) -> Iterator[LineEvent]:
    """The same events with times that never fall by a little: order is the log's, and processes' clocks differ. A
    clock that was set back by more stays visible."""
    latest: datetime | None = None
    for event in events:
        if latest is not None and latest - CLOCKS_APART <= event.at < latest:
            yield replace(event, at=latest)
            continue
        latest = event.at
        yield event


def _page(tx: Connection, at: _Cursor, limit: int) -> list[LineEvent]:
    """Of what `at.page` sees and `at.seen` does not, the events behind `at.id`."""
    values = {"id": at.id, "limit": limit, "page": at.page}
    if not at.seen:
        return _read(tx, _ALL_OF_PAGE, at, values)
    return _read(tx, _NEW_IN_PAGE, at, {**values, "seen": at.seen, "oldest": int(at.seen.partition(":")[0])})


def _read(tx: Connection, query: TextualSelect, at: _Cursor, values: Mapping[str, Any]) -> list[LineEvent]:
    return [
        LineEvent(str(replace(at, id=row.id)), row.at, Kind(row.kind), row.entry_id, row.agent_id, row.data)
        for row in tx.execute(query, values)
    ]


@cache
def _recording(dialect: str) -> Insert:
    if dialect == "sqlite":
        return insert(line_events).inline()
    return insert(line_events).inline().values(written_by=literal_column("pg_current_xact_id()::text::bigint"))


def _reading(condition: str) -> TextualSelect:
    columns = "id, at, kind, entry_id, agent_id, data"
    query = text(f"SELECT {columns} FROM line_events WHERE id > :id {condition} ORDER BY id LIMIT :limit")  # noqa: S608
    return query.columns(at=UtcTime, data=line_events.c.data.type)


_AFTER_ID = _reading("")
_IN_PAGE = "AND pg_visible_in_snapshot(written_by::text::xid8, CAST(:page AS pg_snapshot))"
_ALL_OF_PAGE = _reading(_IN_PAGE)
# The first condition says nothing more: it lets the index leave out what was read long ago.
_NEW_IN_PAGE = _reading(
    f"{_IN_PAGE} AND written_by >= :oldest"
    " AND NOT pg_visible_in_snapshot(written_by::text::xid8, CAST(:seen AS pg_snapshot))"
)
_SNAPSHOT = text("SELECT pg_current_snapshot()")
