"""What follows a failed attempt."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from callbacks.diallable import NumberRules
from callbacks.lifecycle import AttemptOutcome
from callqueue.department import Department

_O = AttemptOutcome
AT_ONCE = timedelta(0)
# A machine is no person who was away for a moment.
MACHINE_TIMES_LONGER = 2
# Whose fault it is that the two did not meet: the caller keeps the place and pays with no attempt.
AGENTS_SIDE = frozenset({_O.AGENT_NO_ANSWER, _O.AGENT_DECLINED, _O.AGENT_LEFT})
# The next agent is rung at once; when several did not take it, something else is wrong.
AGENTS_AT_ONCE = 3
AGENTS_BACK_OFF = timedelta(minutes=1)
LONGEST_AGENTS_BACK_OFF = timedelta(minutes=15)
AGENTS_TRIED = 12
# A promise is open no longer than until the end of the next day of business; so long where a department never closes.
WINDOW_WITHOUT_HOURS = timedelta(days=2)
# Quiet hours may end while it is closed, and closed hours while it is quiet, but not for ever.
CLOSED_DAYS_AT_MOST = 400
# The caller's phone rang, or may have: only this uses up attempts. Our own troubles must not end a promise.
RANG = frozenset(
    {
        _O.CONNECTED,
        _O.CALLER_BUSY,
        _O.CALLER_NO_ANSWER,
        _O.CALLER_DECLINED,
        _O.CALLER_LEFT,
        _O.MACHINE,
        _O.AGENT_LEFT,
        _O.FAILED,
    }
)


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
    busy_back_off: timedelta = timedelta(minutes=5)
    """Until a caller whose line was busy, or out of reach, is rung again; doubled each time."""
    unanswered_back_off: timedelta = timedelta(minutes=30)
    """Until a caller who did not answer or did not want to talk is rung again; doubled each time."""
    morning: time = time(9)
    """What was put off overnight is dialled from here: eight sharp would be allowed, and rude."""
    numbers: NumberRules = NumberRules()  # noqa: RUF009 -- a frozen value

    def quiet(self, at: datetime) -> bool:
        """Whether nobody may be phoned."""
        return self._quiet_time(at.astimezone(self.zone).time())

    def resume_time(self) -> time | None:
        """When phoning begins again; None when it never stops."""
        if self.quiet_from is None or self.quiet_until is None:
            return None
        later = max(self.morning, self.quiet_until)
        return self.quiet_until if self._quiet_time(later) else later

    def _quiet_time(self, local: time) -> bool:
        if self.quiet_from is None or self.quiet_until is None:
            return False
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= local < self.quiet_until
        return local >= self.quiet_from or local < self.quiet_until


@dataclass(frozen=True)
class Retry:
    at: datetime


@dataclass(frozen=True)
class GiveUp:
    why: str


def after(
    outcome: AttemptOutcome, attempts_made: int, now: datetime, rules: CallbackRules, *, agents_failed: int = 0
) -> Retry | GiveUp:
    """The next attempt after one that failed, never in quiet hours. `attempts_made`: those that RANG, this one
    included; `agents_failed`: those that ended on the AGENTS_SIDE, this one included."""
    if outcome == _O.UNREACHABLE:
        return GiveUp("this number can't be called")
    if outcome == AttemptOutcome.WRONG_CODE:
        return GiveUp("who picked up did not know the code")
    if attempts_made >= rules.attempts:
        return GiveUp(f"{attempts_made} attempts, the last one: {outcome}")
    if agents_failed >= AGENTS_TRIED:
        return GiveUp(f"{agents_failed} agents did not take it")
    return Retry(not_quiet(now + back_off(outcome, attempts_made, rules, agents_failed=agents_failed), rules))


def back_off(outcome: AttemptOutcome, attempts_made: int, rules: CallbackRules, *, agents_failed: int = 0) -> timedelta:
    """How long the caller is left in peace after this outcome; each attempt that rang doubles it."""
    doubled: int = 2 ** max(attempts_made - 1, 0)
    match outcome:
        case _O.CALLER_BUSY | _O.FAILED | _O.CALLER_LEFT:
            return rules.busy_back_off * doubled
        case _O.CALLER_NO_ANSWER | _O.CALLER_DECLINED:
            return rules.unanswered_back_off * doubled
        case _O.MACHINE:
            return rules.unanswered_back_off * doubled * MACHINE_TIMES_LONGER
        case _O.REFUSED:  # Our own account's trouble: no reason to wait longer each time.
            return rules.busy_back_off
        case _ if outcome in AGENTS_SIDE and agents_failed > AGENTS_AT_ONCE:
            longer: int = 2 ** min(agents_failed - AGENTS_AT_ONCE - 1, 10)
            return min(AGENTS_BACK_OFF * longer, LONGEST_AGENTS_BACK_OFF)
        case _:
            return AT_ONCE


def may_ring_from(at: datetime, department: Department, rules: CallbackRules) -> datetime:
    """`at`, or the first moment after it at which callers of the department may be phoned: neither in quiet hours, nor
    on holidays, nor while it is closed."""
    for _ in range(CLOSED_DAYS_AT_MOST):
        allowed = not_quiet(at, rules)
        opening = allowed if department.hours is None else department.hours.next_opening(allowed)
        if opening is None or opening == at:
            return at  # A department that never opens again: whoever promised it is the one to ask.
        at = opening
    return at


def window_end(due_at: datetime, department: Department) -> datetime:
    """Until when a promise that fell due then has to be kept: the end of the department's next day of business."""
    hours = department.hours
    today = None if hours is None else hours.next_closing(due_at)
    tomorrow = None if hours is None or today is None else hours.next_closing(today)
    return tomorrow or due_at + WINDOW_WITHOUT_HOURS


def not_quiet(at: datetime, rules: CallbackRules) -> datetime:
    """`at`, or when phoning begins again after the quiet hours that it falls in."""
    resume = rules.resume_time()
    if resume is None or not rules.quiet(at):
        return at
    local = at.astimezone(rules.zone)
    today = datetime.combine(local.date(), resume, rules.zone)
    return today if today > local else datetime.combine(local.date() + timedelta(days=1), resume, rules.zone)
