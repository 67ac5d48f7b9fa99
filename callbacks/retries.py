"""What follows a failed attempt."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from callbacks.lifecycle import AttemptOutcome

AT_ONCE = timedelta(0)
BACK_OFF = {
    AttemptOutcome.CALLER_BUSY: timedelta(minutes=5),
    AttemptOutcome.FAILED: timedelta(minutes=5),
    AttemptOutcome.REFUSED: timedelta(minutes=5),
    AttemptOutcome.CALLER_NO_ANSWER: timedelta(minutes=30),
    AttemptOutcome.CALLER_DECLINED: timedelta(minutes=30),
    # The caller is not to blame and keeps the place.
    AttemptOutcome.AGENT_NO_ANSWER: AT_ONCE,
    AttemptOutcome.AGENT_DECLINED: AT_ONCE,
    AttemptOutcome.AGENT_LEFT: AT_ONCE,
    AttemptOutcome.POSTPONED: AT_ONCE,
}
# The caller's phone rang, or may have: only this uses up attempts. Our own troubles must not end a promise.
RANG = frozenset(
    {
        AttemptOutcome.CONNECTED,
        AttemptOutcome.CALLER_BUSY,
        AttemptOutcome.CALLER_NO_ANSWER,
        AttemptOutcome.CALLER_DECLINED,
        AttemptOutcome.AGENT_LEFT,
        AttemptOutcome.FAILED,
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
    morning: time = time(9)
    """What was put off overnight is dialled from here: eight sharp would be allowed, and rude."""

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


def after(outcome: AttemptOutcome, attempts_made: int, now: datetime, rules: CallbackRules) -> Retry | GiveUp:
    """The next attempt after one that failed, never in quiet hours. `attempts_made`: those that RANG, this one
    included."""
    if outcome == AttemptOutcome.UNREACHABLE:
        return GiveUp("this number can't be called")
    if attempts_made >= rules.attempts:
        return GiveUp(f"{attempts_made} attempts, the last one: {outcome}")
    return Retry(not_quiet(now + BACK_OFF[outcome], rules))


def not_quiet(at: datetime, rules: CallbackRules) -> datetime:
    """`at`, or when phoning begins again after the quiet hours that it falls in."""
    resume = rules.resume_time()
    if resume is None or not rules.quiet(at):
        return at
    local = at.astimezone(rules.zone)
    today = datetime.combine(local.date(), resume, rules.zone)
    return today if today > local else datetime.combine(local.date() + timedelta(days=1), resume, rules.zone)
