"""Whether a number may be promised a call now. Every way to a promise goes through here (callbacks.promises).

A promise is a call that somebody else pays for, to a number that somebody typed or forged: without limits a front desk
is a machine for ringing strangers, or for ringing up charges.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select

from callbacks.diallable import NumberRules
from callbacks.lifecycle import OPEN
from store.tables import blocked_numbers, callbacks, refusals

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Refusal(StrEnum):
    NOT_DIALLABLE = "not_diallable"
    """Withheld, premium, a short code, or of a country that is not called."""
    BLOCKED = "blocked"
    """A supervisor has blocked it."""
    TOO_MANY_OPEN = "too_many_open"
    """It has as many open promises as one number may have."""
    HOURLY = "hourly"
    DAILY = "daily"
    """It was promised as many calls as one number may be within an hour, a day."""
    SITE_HOURLY = "site_hourly"
    """We have promised as many calls within the hour as we want to promise at all."""
    WRONG_PIN = "wrong_pin"
    """Somebody who phoned from this number gave a PIN that is none of its promises'."""
    WRONG_CODE = "wrong_code"
    """Somebody wanted this number called and did not know the code that was sent to it."""


@dataclass(frozen=True)
class Blocked:
    number: str
    since: datetime
    by: str
    why: str


def refusal(tx: Connection, number: str, rules: NumberRules, now: datetime) -> Refusal | None:
    """Why `number` (E.164) may not be promised a call now; None when it may. Changes nothing."""
    if rules.usable(number) is None:
        return Refusal.NOT_DIALLABLE
    if is_blocked(tx, number):
        return Refusal.BLOCKED
    theirs = callbacks.c.number == number
    limits: tuple[tuple[Refusal, int | None, Sequence[ColumnElement[bool]]], ...] = (
        (Refusal.TOO_MANY_OPEN, rules.open_at_once, (theirs, callbacks.c.state.in_([state.value for state in OPEN]))),
        (Refusal.HOURLY, rules.per_hour, (theirs, callbacks.c.promised_at > now - HOUR)),
        (Refusal.DAILY, rules.per_day, (theirs, callbacks.c.promised_at > now - DAY)),
        (Refusal.SITE_HOURLY, rules.site_per_hour, (callbacks.c.promised_at > now - HOUR, callbacks.c.number != "")),
    )
    reached = (why for why, most, which in limits if most is not None and _promises(tx, which, most) >= most)
    return next(reached, None)


def refuse(tx: Connection, number: str, why: Refusal, now: datetime) -> None:
    """Count an attempt that was turned down, where supervisors see it."""
    tx.execute(insert(refusals).values(at=now, number=number, why=why.value))


def refused_lately(tx: Connection, number: str, why: Refusal, now: datetime, within: timedelta = HOUR) -> int:
    """How often this number was turned down for that reason."""
    which = (refusals.c.number == number, refusals.c.why == why.value, refusals.c.at > now - within)
    return int(tx.execute(select(func.count()).select_from(refusals).where(*which)).scalar_one())


def refusal_counts(tx: Connection, since: datetime) -> dict[str, int]:
    """How many attempts were turned down, by reason."""
    counted = select(refusals.c.why, func.count()).where(refusals.c.at >= since).group_by(refusals.c.why)
    return {row.why: row[1] for row in tx.execute(counted.order_by(refusals.c.why))}


def is_blocked(tx: Connection, number: str) -> bool:
    return tx.execute(select(blocked_numbers.c.number).where(blocked_numbers.c.number == number)).first() is not None


def block(tx: Connection, number: str, *, by: str, why: str, now: datetime) -> bool:
    """Promise this number nothing from now on. False when it was blocked before."""
    if is_blocked(tx, number):
        return False
    tx.execute(insert(blocked_numbers).values(number=number, since=now, by=by, why=why))
    return True


def unblock(tx: Connection, number: str) -> bool:
    """False when it was not blocked."""
    return tx.execute(delete(blocked_numbers).where(blocked_numbers.c.number == number)).rowcount == 1


def blocked(tx: Connection) -> tuple[Blocked, ...]:
    """The latest first."""
    rows = tx.execute(select(blocked_numbers).order_by(blocked_numbers.c.since.desc(), blocked_numbers.c.number))
    return tuple(Blocked(row.number, row.since, row.by, row.why) for row in rows)


def _promises(tx: Connection, which: Sequence[ColumnElement[bool]], most: int) -> int:
    """How many there are, counted no further than matters."""
    some = select(callbacks.c.id).where(*which).limit(most).subquery()
    return int(tx.execute(select(func.count()).select_from(some)).scalar_one())
