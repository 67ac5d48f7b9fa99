"""Every few seconds: compare SQL with what should be going on, and put back what was lost."""

import logging
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import delete, or_, select, update

from callbacks import expiry, reach
from callbacks.dialling import Dialling
from callbacks.doubts import Doubts, Settled, asked_at
from callbacks.lifecycle import AttemptOutcome, CallbackState
from callbacks.telling import Telling
from callqueue import agents, ledger, legs, line
from callqueue.legs import DialState, Purpose
from store.database import Collided, DatabaseAway, hold_row
from store.tables import callbacks, calls, cases, utterances

if TYPE_CHECKING:  # It brings the compiler, which tests and tools of callbacks do without.
    from callqueue.forecast.live import LiveWait

log = logging.getLogger("barocall.sweep")
T = TypeVar("T")

EVERY = timedelta(seconds=2)
# Promises that fall due in the same moment are one dispatch.
SHORTEST_SECONDS = 0.1
# A job that was put is taken within milliseconds; one that has not been taken by then was lost.
LOST_JOB = timedelta(seconds=10)
# The carrier's request times out after 8 s: a worker that still asks after this is dead.
DEAD_WORKER = timedelta(seconds=20)
# Ringing takes 20 s, a whisper 30 s. A leg that is neither accepted nor ended after this long lost its webhooks.
MUTE_LEG = timedelta(seconds=120)
# An offer is planned with its leg, and a leg that ends settles its offer: whoever is offered or connected without a leg
# for so long has lost it.
VANISHED = timedelta(seconds=120)
# A promise's job may have vanished with Redis: it is put again this often (a job that is there refuses the second).
JOB_AGAIN = timedelta(seconds=30)
# Promises for later need no job yet; those that are due need none any more, since the sweep itself dispatches.
JOB_AHEAD = timedelta(seconds=90)
# Of anything, in one round and one transaction: webhooks wait for SQLite's one write lock meanwhile.
BATCH = 500


@dataclass(frozen=True)
class SweepReport:
    """How much was put back."""

    legs_put_back: int = 0
    legs_doubted: int = 0
    legs_adopted: int = 0
    legs_ordered_again: int = 0
    mute_legs: int = 0
    ended_unheard: int = 0
    promises_put: int = 0
    promises_expired: int = 0
    wraps_ended: int = 0
    agents_freed: int = 0
    words_expired: int = 0
    waits_judged: int = 0
    wait_models_kept: int = 0
    rung: int = 0
    texts_put_right: int = 0


class Sweep:
    def __init__(
        self,
        dialling: Dialling,
        *,
        wrap_limit: timedelta,
        waits: "LiveWait | None" = None,
        telling: Telling | None = None,
    ) -> None:
        """`waits`: what it learns is stored now and then."""
        self._dialling = dialling
        self._telling = telling
        self._store = dialling.store
        self._doubts = Doubts(dialling)
        self._wrap_limit = wrap_limit
        self._waits = waits

    def run_until_stopped(self) -> None:
        """Sweep until SIGTERM or SIGINT."""
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        round_at = self._dialling.clock()
        while not stopped.wait(self._idle_seconds(round_at)):
            try:
                if self._dialling.clock() < round_at:
                    self._dialling.dispatch()  # A promise has fallen due between two rounds.
                    continue
                round_at = self._dialling.clock() + EVERY
                report = self.once()
                # SQLite's log is written back here, so that no webhook has to wait for the disk.
                self._store.tidy()
            except DatabaseAway as error:
                log.error("the database is away: %s", error)
                continue
            if report != SweepReport():
                log.info("%s", report)

    def _idle_seconds(self, round_at: datetime) -> float:
        """Until the next round, or the next promise that falls due, but never busier than SHORTEST_SECONDS."""
        now = self._dialling.clock()
        try:
            wake_at = min(round_at, self.next_due(now) or round_at)
        except DatabaseAway:
            wake_at = round_at
        return max((wake_at - now).total_seconds(), SHORTEST_SECONDS)

    def next_due(self, now: datetime) -> datetime | None:
        """When the next promise falls due. Raises DatabaseAway."""
        waiting = callbacks.c.state.in_((CallbackState.PROMISED.value, CallbackState.WAITING_RETRY.value))
        with self._store.read() as tx:
            soonest = select(callbacks.c.due_at).where(waiting, callbacks.c.due_at > now)
            return tx.execute(soonest.order_by(callbacks.c.due_at).limit(1)).scalar()

    def once(self) -> SweepReport:
        """One round. What needs the carrier comes last: it may be away. Raises DatabaseAway."""
        now = self._dialling.clock()
        doubted = _repair(self._doubt_dead_workers, now, 0)
        put_back = _repair(self._put_back_legs, now, 0)
        promises_put = _repair(self._put_promises, now, 0)
        promises_expired = _repair(self._expire_promises, now, 0)
        wraps_ended = _repair(self._end_wraps, now, 0)
        agents_freed = _repair(self._free_vanished, now, 0)
        words_expired = _repair(self._expire_words, now, 0)
        waits_judged = _repair(self._judge_waits, now, 0)
        wait_models_kept = _repair(self._keep_wait_models, now, 0)
        rung = _repair(lambda _now: self._dialling.dispatch(), now, 0)
        settled = _repair(self._doubts.settle, now, Settled())
        mute = _repair(self._end_mute_legs, now, 0)
        return SweepReport(
            legs_put_back=put_back,
            legs_doubted=doubted,
            legs_adopted=settled.adopted,
            legs_ordered_again=settled.ordered_again,
            mute_legs=mute,
            ended_unheard=_repair(self._doubts.look_up, now, 0),
            promises_put=promises_put,
            promises_expired=promises_expired,
            wraps_ended=wraps_ended,
            agents_freed=agents_freed,
            words_expired=words_expired,
            waits_judged=waits_judged,
            wait_models_kept=wait_models_kept,
            rung=rung,
            texts_put_right=_repair(self._put_texts_right, now, 0),
        )

    def _put_texts_right(self, _now: datetime) -> int:
        return 0 if self._telling is None else self._telling.put_right()

    def _put_back_legs(self, now: datetime) -> int:
        """Planned legs whose job was lost."""
        with self._store.write() as tx:
            planned = legs.legs_in(tx, DialState.PLANNED)
            # Those that only wait for their turn are not lost.
            paced = timedelta(seconds=max(len(planned) - 1, 0) / self._dialling.calls_per_second)
            lost = [leg for leg in planned if now - asked_at(leg) >= LOST_JOB + paced]
            lost = [leg for leg in lost if legs.plan_again(tx, leg.id, now)]
        for leg in lost:
            self._dialling.jobs.ring(leg.id, generation=leg.generation + 1)
        return len(lost)

    def _doubt_dead_workers(self, now: datetime) -> int:
        """Legs whose worker died between claiming and the carrier's answer."""
        with self._store.write() as tx:
            asking = legs.legs_in(tx, DialState.ASKING)
            return sum(legs.doubt(tx, leg.id) for leg in asking if now - asked_at(leg) >= DEAD_WORKER)

    def _end_mute_legs(self, now: datetime) -> int:
        """Legs that were placed long ago and of which nothing was heard since."""
        waiting = calls.c.state.in_(("whispering", "greeting"))
        silent = calls.c.status.in_(("queued", "ringing", "in-progress"))
        known = calls.c.dial_state.in_((DialState.PLACED.value, DialState.DOUBTFUL.value))
        old = (calls.c.ended_at.is_(None), waiting, silent, known, calls.c.dial_claimed_at <= now - MUTE_LEG)
        with self._store.write() as tx:
            found = tx.execute(select(calls.c.id).where(*old)).scalars().all()
            mute = [leg for leg_id in found if (leg := legs.leg(tx, leg_id)) is not None]
            in_vain: list[str] = []
            for leg in mute:
                legs.hold_matter(tx, leg)
                legs.end(tx, leg.id, "failed", now)
                is_agent = leg.purpose == Purpose.AGENT
                outcome = AttemptOutcome.AGENT_NO_ANSWER if is_agent else AttemptOutcome.FAILED
                in_vain += reach.leg_lost(tx, leg, outcome, self._dialling.rules, now)
        self._dialling.hang_up(in_vain)
        return len(mute)

    def _put_promises(self, now: datetime) -> int:
        """Promises that fall due soon and whose job may have vanished."""
        waiting = callbacks.c.state.in_((CallbackState.PROMISED.value, CallbackState.WAITING_RETRY.value))
        soon = callbacks.c.due_at.between(now, now + JOB_AHEAD)
        unseen = or_(callbacks.c.job_put_at.is_(None), callbacks.c.job_put_at <= now - JOB_AGAIN)
        wanted = select(callbacks.c.id, callbacks.c.generation, callbacks.c.due_at).where(waiting, soon, unseen)
        with self._store.write() as tx:
            rows = tx.execute(wanted.order_by(callbacks.c.due_at).limit(BATCH)).all()
            seen = update(callbacks).where(callbacks.c.id.in_([row.id for row in rows]))
            tx.execute(seen.values(job_put_at=now))
        for row in rows:
            self._dialling.jobs.keep(row.id, generation=row.generation, due_at=row.due_at)
        return len(rows)

    def _expire_promises(self, now: datetime) -> int:
        """Promises whose window is over, and that nobody is rung for at the moment."""
        with self._store.write() as tx:
            expiry.set_windows(tx, self._dialling.departments(tx), now, limit=BATCH)
            return expiry.expire(tx, now, limit=BATCH)

    def _end_wraps(self, now: datetime) -> int:
        with self._store.write() as tx:
            departments = self._dialling.departments(tx)
            return agents.end_long_wraps(tx, limit=self._wrap_limit, now=now, departments=departments)

    def _free_vanished(self, now: datetime) -> int:
        """Agents whose leg is gone without a word, and agents who ring or talk with nobody."""
        since, in_vain = now - VANISHED, list[str]()
        with self._store.write() as tx:
            stranded = line.stranded(tx, since)
            for entry in stranded:
                hold_row(tx, cases, entry.case_id)
                in_vain += reach.agent_vanished(tx, entry, self._dialling.rules, now)
            adrift = agents.free_adrift(tx, since=since, now=now)
        self._dialling.hang_up(in_vain)
        return len(stranded) + adrift

    def _expire_words(self, now: datetime) -> int:
        with self._store.write() as tx:
            return tx.execute(delete(utterances).where(utterances.c.expires_at <= now)).rowcount

    def _keep_wait_models(self, now: datetime) -> int:
        return 0 if self._waits is None else int(self._waits.keep(now))

    def _judge_waits(self, now: datetime) -> int:
        with self._store.write() as tx:
            return ledger.judge(tx, now)


def _repair(repair: Callable[[datetime], T], now: datetime, nothing: T) -> T:
    """One that fails must not keep the others from being made; the next round tries it again. Raises DatabaseAway."""
    try:
        return repair(now)
    except Collided:
        return nothing  # Somebody else changes the same; the next round is soon.
    except DatabaseAway:
        raise
    except Exception:
        log.exception("a repair failed")
        return nothing
