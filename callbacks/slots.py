"""Times to call back at: slots of a department, each with room for so many promises."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, func, select, update
from sqlalchemy.exc import IntegrityError

from callbacks.lifecycle import OPEN
from callqueue.department import Department
from store.database import insert_row
from store.tables import callback_slots, callbacks

DAYS_AHEAD = 7
"""Nobody knows the staff of a later day, and people forget what they asked for."""
SOONEST = timedelta(minutes=10)
"""Earlier than that the turn in the line is no later."""


class Hours(Protocol):
    """When a department is open."""

    def is_open(self, at: datetime) -> bool: ...


@dataclass(frozen=True)
class Slot:
    department: str
    starts_at: datetime
    ends_at: datetime
    per_slot: int
    """Promises it has room for, unless a supervisor has said otherwise."""


def slot_of(department: Department, at: datetime, zone: ZoneInfo) -> Slot:
    """The slot that `at` falls into. Slots begin at midnight of the site."""
    local = at.astimezone(zone)
    midnight = datetime.combine(local.date(), time(), zone)
    minutes = (local.hour * 60 + local.minute) // department.slot_minutes * department.slot_minutes
    starts_at = (midnight + timedelta(minutes=minutes)).astimezone(UTC)
    return Slot(department.id, starts_at, starts_at + timedelta(minutes=department.slot_minutes), department.per_slot)


def is_served(slot: Slot, hours: Hours) -> bool:
    """Whether somebody is there from the slot's beginning to its end: who is called at its end is still talked to."""
    return hours.is_open(slot.starts_at) and hours.is_open(slot.ends_at - timedelta(minutes=1))


def free_slots(
    tx: Connection, department: Department, hours: Hours, zone: ZoneInfo, *, after: datetime, until: datetime
) -> Iterator[datetime]:
    """Beginnings of slots with room, in order."""
    taken = _taken(tx, department, after, until)
    room = _room(tx, department, after, until)
    length = timedelta(minutes=department.slot_minutes)
    at = slot_of(department, after, zone).starts_at
    while at < until:
        slot = slot_of(department, at, zone)
        open_then = at >= after and is_served(slot, hours)
        if open_then and taken.get(at, 0) < room.get(at, department.per_slot):
            yield at
        at += length


def has_room(tx: Connection, department: Department, slot: Slot) -> bool:
    """Whether the slot has a place now. Changes nothing; whoever wants the place claims it."""
    end = slot.starts_at + timedelta(seconds=1)
    taken = _taken(tx, department, slot.starts_at, end).get(slot.starts_at, 0)
    return taken < _room(tx, department, slot.starts_at, end).get(slot.starts_at, slot.per_slot)


def claim(tx: Connection, slot: Slot) -> bool:
    """Whether the slot has room for one more; whoever claims writes the promise in the same transaction.

    The row is changed first: a second claimer waits until the first one's promise is there to be counted.
    """
    where = (callback_slots.c.department == slot.department, callback_slots.c.starts_at == slot.starts_at)
    _make_row(tx, slot)
    tx.execute(update(callback_slots).where(*where).values(asked=callback_slots.c.asked + 1))
    row = tx.execute(select(callback_slots.c.capacity).where(*where)).one()
    room = slot.per_slot if row.capacity is None else row.capacity
    held = (callbacks.c.department == slot.department, callbacks.c.slot_at == slot.starts_at, _is_open())
    return bool(tx.execute(select(func.count()).select_from(callbacks).where(*held)).scalar_one() < room)


def set_room(tx: Connection, slot: Slot, room: int | None) -> None:
    """A supervisor says how many promises a slot has room for; None: as many as the menu says. Those that were made
    stay."""
    where = (callback_slots.c.department == slot.department, callback_slots.c.starts_at == slot.starts_at)
    _make_row(tx, slot)
    tx.execute(update(callback_slots).where(*where).values(capacity=room))


def _make_row(tx: Connection, slot: Slot) -> None:
    try:
        with tx.begin_nested():
            insert_row(tx, callback_slots, department=slot.department, starts_at=slot.starts_at, asked=0)
    except IntegrityError:
        return  # It is there.


def _taken(tx: Connection, department: Department, after: datetime, until: datetime) -> dict[datetime, int]:
    within = (callbacks.c.slot_at > after - timedelta(days=1), callbacks.c.slot_at < until)
    counted = select(callbacks.c.slot_at, func.count()).where(callbacks.c.department == department.id, *within)
    return {row.slot_at: row[1] for row in tx.execute(counted.where(_is_open()).group_by(callbacks.c.slot_at))}


def _room(tx: Connection, department: Department, after: datetime, until: datetime) -> dict[datetime, int]:
    """Of slots for which a supervisor has said it."""
    within = (callback_slots.c.starts_at > after - timedelta(days=1), callback_slots.c.starts_at < until)
    said = (callback_slots.c.department == department.id, callback_slots.c.capacity.is_not(None), *within)
    return {row.starts_at: row.capacity for row in tx.execute(select(callback_slots).where(*said))}


def _is_open() -> ColumnElement[bool]:
    return callbacks.c.state.in_([state.value for state in OPEN])
