"""Whether a number may be promised a call now. Every way to a promise goes through here (callbacks.promises).

A promise is a call that somebody else pays for, to a number that somebody typed or forged: without limits a front desk
is a machine for ringing strangers, or for ringing up charges.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, Integer, bindparam, delete, exists, func, insert, select

from callbacks.diallable import NumberRules
from callbacks.lifecycle import OPEN
from store.database import one_of
from store.tables import UtcTime, blocked_numbers, callbacks, refusals

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
    limits = {
        Refusal.TOO_MANY_OPEN: rules.open_at_once,
        Refusal.HOURLY: rules.per_hour,
        Refusal.DAILY: rules.per_day,
        Refusal.SITE_HOURLY: rules.site_per_hour,
    }
    most = {why.value: limit or 0 for why, limit in limits.items()}
    found = tx.execute(_SO_FAR, {"number": number, "hour_ago": now - HOUR, "day_ago": now - DAY, **most}).one()
    if found.is_blocked:
        return Refusal.BLOCKED
    counted = found._mapping
    reached = (why for why, limit in limits.items() if limit is not None and counted[f"{why.value}_count"] >= limit)
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


def _counted(why: Refusal, *which: ColumnElement[bool]) -> ColumnElement[int]:
    """How many promises there are, counted no further than matters."""
    some = select(callbacks.c.id).where(*which).limit(bindparam(why.value, type_=Integer)).subquery()
    return select(func.count()).select_from(some).scalar_subquery().label(f"{why.value}_count")


# Built once, and asked in one: every caller who joins a long line is offered a callback.
_THEIRS = callbacks.c.number == bindparam("number")
_WITHIN_AN_HOUR = callbacks.c.promised_at > bindparam("hour_ago", type_=UtcTime)
_WITHIN_A_DAY = callbacks.c.promised_at > bindparam("day_ago", type_=UtcTime)
_SO_FAR = select(
    exists().where(blocked_numbers.c.number == bindparam("number")).label("is_blocked"),
    _counted(Refusal.TOO_MANY_OPEN, _THEIRS, one_of(callbacks.c.state, OPEN)),
    _counted(Refusal.HOURLY, _THEIRS, _WITHIN_AN_HOUR),
    _counted(Refusal.DAILY, _THEIRS, _WITHIN_A_DAY),
    _counted(Refusal.SITE_HOURLY, _WITHIN_AN_HOUR, callbacks.c.number != ""),
)
