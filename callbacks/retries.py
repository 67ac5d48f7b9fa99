"""What follows a failed attempt."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from callbacks.lifecycle import AttemptOutcome

BACK_OFF = {
    AttemptOutcome.CALLER_BUSY: timedelta(minutes=5),
    AttemptOutcome.FAILED: timedelta(minutes=5),
    AttemptOutcome.CALLER_NO_ANSWER: timedelta(minutes=30),
    AttemptOutcome.CALLER_DECLINED: timedelta(minutes=30),
    AttemptOutcome.AGENT_LEFT: timedelta(0),
}


@dataclass(frozen=True)
class CallbackRules:
    """The site's rules for phoning people."""

    zone: ZoneInfo
    quiet_from: time | None = time(21)
    """Nobody is phoned from here …"""
    quiet_until: time | None = time(8)
    """… until here, in `zone`. None: at any hour."""
    attempts: int = 3
    """So often the caller is rung."""


@dataclass(frozen=True)
class Retry:
    at: datetime


@dataclass(frozen=True)
class GiveUp:
    why: str


def after(outcome: AttemptOutcome, attempts_made: int, now: datetime, rules: CallbackRules) -> Retry | GiveUp:
    """The next attempt after the caller could not be joined, never in quiet hours."""
    if attempts_made >= rules.attempts:
        return GiveUp(f"{attempts_made} attempts, the last one: {outcome}")
    return Retry(not_quiet(now + BACK_OFF[outcome], rules))


def not_quiet(at: datetime, rules: CallbackRules) -> datetime:
    """`at`, or the end of the quiet hours that it falls in."""
    if rules.quiet_from is None or rules.quiet_until is None:
        return at
    local = at.astimezone(rules.zone)
    evening = local.time() >= rules.quiet_from
    morning = local.time() < rules.quiet_until
    if not (evening or morning):
        return at
    day = local.date() + timedelta(days=1) if evening else local.date()
    return datetime.combine(day, rules.quiet_until, rules.zone)
