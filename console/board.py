"""What the live page shows, read from SQL in one go. Numbers are masked here, before they reach any page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from callbacks.lifecycle import OPEN, CallbackState
from callqueue import agents, ledger, line, service
from callqueue.department import Department, ServiceLevel
from callqueue.legs import Purpose
from callqueue.line import EntryState
from callqueue.service import Served
from callqueue.wait import WaitEstimator
from store.masking import mask_number
from store.tables import callbacks, calls, line_entries

LATEST_CALLS = 12
LATE = timedelta(minutes=2)
"""So long after its time a promise that nobody works on is overdue."""
WAITING_STATES = (CallbackState.PROMISED.value, CallbackState.WAITING_RETRY.value)


SERVED_IN = timedelta(hours=1)
"""The service level of the board is that of the callers who joined in this time."""


@dataclass(frozen=True)
class LineRow:
    department: str
    waiting: int
    longest_seconds: float
    agents_at_work: int
    agents_ready: int
    low_seconds: float | None
    high_seconds: float | None
    served: Served
    """In the last hour."""
    goal: ServiceLevel
    muted_coverage: float | None
    """The estimator has been wrong so often that callers are told no figure: of its spoken ranges so many were right.
    None: they are told."""


@dataclass(frozen=True)
class AgentRow:
    name: str
    state: str
    since: datetime
    skills: tuple[str, ...]


@dataclass(frozen=True)
class PromiseRow:
    number: str
    department: str
    state: str
    due_at: datetime | None
    """None: as soon as it is their turn."""
    attempts_made: int
    overdue: bool


@dataclass(frozen=True)
class CallRow:
    number: str
    state: str
    department: str
    words: str
    at: datetime
    live: bool


@dataclass(frozen=True)
class Board:
    line: tuple[LineRow, ...]
    agents: tuple[AgentRow, ...]
    promises: tuple[PromiseRow, ...]
    calls: tuple[CallRow, ...]


def board(tx: Connection, departments: Mapping[str, Department], waits: WaitEstimator, now: datetime) -> Board:
    silent = {(one.department, one.estimator): one.coverage for one in ledger.muted(tx)}
    names = {department.id: department.name for department in departments.values()}
    return Board(
        line=tuple(_line(tx, department, waits, silent, now) for department in departments.values()),
        agents=tuple(
            AgentRow(a.name, a.state.value, a.state_since, tuple(sorted(a.skills))) for a in agents.all_agents(tx)
        ),
        promises=_promises(tx, names, now),
        calls=_calls(tx, names),
    )


def _line(
    tx: Connection,
    department: Department,
    waits: WaitEstimator,
    silent: Mapping[tuple[str, str], float],
    now: datetime,
) -> LineRow:
    waiting = (line_entries.c.department == department.id, line_entries.c.state == EntryState.WAITING.value)
    row = tx.execute(
        select(func.count(line_entries.c.id), func.min(line_entries.c.joined_at)).where(*waiting, line.due(now))
    ).one()
    count, oldest = int(row[0]), row[1]
    told = waits.estimate(tx, department, count + 1, now)
    staff = agents.workforce(tx, department)
    return LineRow(
        department=department.name,
        waiting=count,
        longest_seconds=0.0 if oldest is None else (now - oldest).total_seconds(),
        agents_at_work=staff.at_work,
        agents_ready=staff.ready,
        low_seconds=None if told is None else told.low_seconds,
        high_seconds=None if told is None else told.high_seconds,
        served=service.lately(tx, department, now - SERVED_IN),
        goal=department.service_level,
        muted_coverage=None if told is None else silent.get((department.id, told.estimator)),
    )


def _promises(tx: Connection, names: Mapping[str, str], now: datetime) -> tuple[PromiseRow, ...]:
    still_open = callbacks.c.state.in_([state.value for state in OPEN])
    rows = tx.execute(select(callbacks).where(still_open).order_by(callbacks.c.due_at))
    return tuple(
        PromiseRow(
            number=mask_number(row.number),
            department=names.get(row.department, row.department),
            state=row.state,
            due_at=row.due_at if row.due_at > row.promised_at else None,
            attempts_made=row.attempts_made,
            overdue=row.promised_at < row.due_at < now - LATE and row.state in WAITING_STATES,
        )
        for row in rows
    )


def _calls(tx: Connection, names: Mapping[str, str]) -> tuple[CallRow, ...]:
    latest = select(calls).where(calls.c.purpose == Purpose.CALLER.value)
    rows = tx.execute(latest.order_by(calls.c.id.desc()).limit(LATEST_CALLS))
    return tuple(
        CallRow(
            number=mask_number(row.from_number),
            state=row.state,
            department=names.get(row.department, row.department or ""),
            words=row.words,
            at=row.created_at,
            live=row.ended_at is None,
        )
        for row in rows
    )
