"""A caller who waits: what they are told of the line, and the state in which they hear it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from callqueue import agents, ledger, line
from callqueue.announcing import Kind, News, Sight, gap_seconds, news
from callqueue.department import Department
from callqueue.wait import WaitEstimator, WaitRange
from ivr.states import Holding, Offering, OfferWhy, Opening


@dataclass(frozen=True)
class Telling:
    """One announcement, and what was told before it."""

    department: Department
    entry_id: int
    news: News
    forecast: WaitRange | None
    before: ledger.Told
    due_at: str | None

    @property
    def nobody_any_more(self) -> bool:
        """The last agent has gone, and the caller does not know it yet."""
        return self.news.kind == Kind.NOBODY and self.before.last_kind != Kind.NOBODY

    def holding(self, opening: Opening = "none", *, transfer_reason: str | None = None) -> Holding:
        low, high = self.news.spoken or (None, None)
        return Holding(
            department=self.department.id,
            entry_id=self.entry_id,
            opening=opening,
            transfer_reason=transfer_reason,
            news=self.news.kind.value,
            position=self.news.position,
            low_minutes=low,
            high_minutes=high,
            reason=None if self.news.reason is None else self.news.reason.value,
            due_at=self.due_at,
        )

    def offer(self, why: OfferWhy) -> Offering:
        low, high = self.news.spoken or (None, None)
        return Offering(
            department=self.department.id,
            why=why,
            entry_id=self.entry_id,
            position=self.news.position,
            low_minutes=low,
            high_minutes=high,
        )


def tell(tx: Connection, waits: WaitEstimator, department: Department, entry_id: int, now: datetime) -> Telling:
    """Where the caller stands now and how long it will take, as they are told it; what is told is stored."""
    before = ledger.told(tx, entry_id)
    sight = _look(tx, waits, department, entry_id, now)
    told = news(sight, before.promise, department.announcements, now)
    ledger.record(tx, entry_id, department.id, told, sight.forecast, now)
    due_at = again_at(department, before.times + 1, now)
    return Telling(department, entry_id, told, sight.forecast, before, due_at)


def again_at(department: Department, times: int, last_at: datetime) -> str | None:
    """When somebody who was told something `times` times, the last time then, is told something again."""
    gap = gap_seconds(department.announcements, times)
    return None if gap is None else (last_at + timedelta(seconds=gap)).isoformat()


def is_due(holding: Holding, now: datetime) -> bool:
    return holding.due_at is not None and datetime.fromisoformat(holding.due_at) <= now


def music(holding: Holding) -> Holding:
    """Another piece of it, undisturbed."""
    return replace(
        Holding(department=holding.department, entry_id=holding.entry_id, called_back=holding.called_back),
        round=holding.round + 1,
        due_at=holding.due_at,
    )


def _look(tx: Connection, waits: WaitEstimator, department: Department, entry_id: int, now: datetime) -> Sight:
    position = line.position(tx, entry_id, now)
    forecast = None if position is None else waits.estimate(tx, department, position, now, entry_id)
    # Helpers from elsewhere keep a line moving, but are not counted as its own.
    at_work = agents.workforce(tx, department).at_work or int(agents.anybody_at_work(tx, department))
    return Sight(
        position,
        at_work,
        forecast,
        muted=forecast is not None and ledger.is_muted(tx, department.id, forecast.estimator),
    )
