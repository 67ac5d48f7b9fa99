"""Every few seconds: compare SQL with what should be going on, and put back what was lost."""

import logging
import signal
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, or_, select, update

from callbacks import reach
from callbacks.dialling import Dialling
from callbacks.lifecycle import AttemptOutcome, CallbackState
from callqueue import agents, ledger, legs, line
from callqueue.legs import DialState, Leg, Purpose
from carrier.port import CallGone, CarrierError
from store.database import DatabaseAway, hold_row
from store.tables import callbacks, calls, cases, utterances

if TYPE_CHECKING:  # It brings the compiler, which tests and tools of callbacks do without.
    from callqueue.forecast.live import LiveWait

log = logging.getLogger("barocall.sweep")

EVERY_SECONDS = 2.0
# A job that was put is taken within milliseconds; one that has not been taken by then was lost.
LOST_JOB = timedelta(seconds=10)
# The carrier's request times out after 8 s: a worker that still asks after this is dead.
DEAD_WORKER = timedelta(seconds=20)
# A doubtful call shows itself within its queue time; one that the carrier does not list a minute later was never
# placed.
DOUBT = timedelta(seconds=60)
# The carrier's clock may be a little off ours.
CLOCKS_APART = timedelta(seconds=5)
# Ringing takes 20 s, a whisper 30 s. A leg that is neither accepted nor ended after this long lost its webhooks.
MUTE_LEG = timedelta(seconds=120)
# Few calls are older; one of these is looked up in each round, in case its last webhook was lost: a caller who has
# long hung up would stand in the line for ever, and a promise would stay open.
OLD_CALL = timedelta(minutes=5)
# An offer is planned with its leg, and a leg that ends settles its offer: whoever is offered or connected without a leg
# for so long has lost it.
VANISHED = timedelta(seconds=120)
# A promise's job may have vanished with Redis: it is put again this often (a job that is there refuses the second).
JOB_AGAIN = timedelta(seconds=30)


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
    wraps_ended: int = 0
    agents_freed: int = 0
    words_expired: int = 0
    waits_judged: int = 0
    wait_models_kept: int = 0
    rung: int = 0


class Sweep:
    def __init__(self, dialling: Dialling, *, wrap_limit: timedelta, waits: "LiveWait | None" = None) -> None:
        """`waits`: what it learns is stored now and then."""
        self._dialling = dialling
        self._store = dialling.store
        self._wrap_limit = wrap_limit
        self._waits = waits
        self._looked_up = 0

    def run_until_stopped(self) -> None:
        """Sweep until SIGTERM or SIGINT."""
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        while not stopped.wait(EVERY_SECONDS):
            try:
                report = self.once()
            except DatabaseAway as error:
                log.error("the database is away: %s", error)
                continue
            if report != SweepReport():
                log.info("%s", report)

    def once(self) -> SweepReport:
        """One round."""
        now = self._dialling.clock()
        doubted = self._doubt_dead_workers(now)
        adopted, again = self._resolve_doubts(now)
        return SweepReport(
            legs_doubted=doubted,
            legs_adopted=adopted,
            legs_ordered_again=again,
            legs_put_back=self._put_back_legs(now),
            mute_legs=self._end_mute_legs(now),
            ended_unheard=self._look_up_an_old_call(now),
            promises_put=self._put_promises(now),
            wraps_ended=self._end_wraps(now),
            agents_freed=self._free_vanished(now),
            words_expired=self._expire_words(now),
            waits_judged=self._judge_waits(now),
            wait_models_kept=0 if self._waits is None else int(self._waits.keep(now)),
            rung=self._dialling.dispatch(),
        )

    def _put_back_legs(self, now: datetime) -> int:
        """Planned legs whose job was lost."""
        with self._store.write() as tx:
            planned = legs.legs_in(tx, DialState.PLANNED)
            lost = [leg for leg in planned if now - (leg.dial_claimed_at or leg.created_at) >= LOST_JOB]
            for leg in lost:
                legs.plan_again(tx, leg.id)
                # Counts from here until the next loss.
                tx.execute(update(calls).where(calls.c.id == leg.id).values(dial_claimed_at=now))
        for leg in lost:
            self._dialling.jobs.ring(leg.id, generation=leg.generation + 1)
        return len(lost)

    def _doubt_dead_workers(self, now: datetime) -> int:
        """Legs whose worker died between claiming and the carrier's answer."""
        with self._store.write() as tx:
            asking = legs.legs_in(tx, DialState.ASKING)
            return sum(legs.doubt(tx, leg.id) for leg in asking if _age(leg, now) >= DEAD_WORKER)

    def _resolve_doubts(self, now: datetime) -> tuple[int, int]:
        """(adopted, ordered again): the carrier's list of calls says what became of doubtful orders."""
        with self._store.read() as tx:
            doubtful = legs.legs_in(tx, DialState.DOUBTFUL)
        outcomes = [self._resolve(leg, now) for leg in doubtful]
        return outcomes.count("adopted"), outcomes.count("again")

    def _resolve(self, leg: Leg, now: datetime) -> str:
        try:
            strangers = self._strangers(leg)
        except CarrierError as error:
            log.warning("leg %s: the carrier could not be asked: %s", leg.id, error)
            return "unknown"
        with self._store.write() as tx:
            match strangers:
                case [sid]:
                    return "adopted" if legs.learn_sid(tx, leg.id, sid) else "unknown"
                case [] if _age(leg, now) >= DOUBT:
                    return "again" if legs.plan_again(tx, leg.id) else "unknown"
                case _:  # Too early to say; or several, and one is ours: it ends as a mute leg, never dialled twice.
                    return "unknown"

    def _strangers(self, leg: Leg) -> list[str]:
        """Calls to this number since the order that no leg of ours owns."""
        listed = self._dialling.carrier.calls_to(leg.to_number)
        with self._store.read() as tx:
            owned = set(tx.execute(select(calls.c.sid).where(calls.c.sid.in_([c.sid for c in listed]))).scalars())
        since = (leg.dial_claimed_at or leg.created_at) - CLOCKS_APART
        return [call.sid for call in listed if call.sid not in owned and call.created_at >= since]

    def _end_mute_legs(self, now: datetime) -> int:
        """Legs that were placed long ago and of which nothing was heard since."""
        waiting = calls.c.state.in_(("whispering", "greeting"))
        silent = calls.c.status.in_(("queued", "ringing", "in-progress"))
        known = calls.c.dial_state.in_((DialState.PLACED.value, DialState.DOUBTFUL.value))
        with self._store.write() as tx:
            old = select(calls.c.id).where(waiting, silent, known, calls.c.dial_claimed_at <= now - MUTE_LEG)
            mute = [leg for leg_id in tx.execute(old).scalars().all() if (leg := legs.leg(tx, leg_id)) is not None]
            in_vain: list[str] = []
            for leg in mute:
                legs.hold_matter(tx, leg)
                legs.end(tx, leg.id, "failed", now)
                is_agent = leg.purpose == Purpose.AGENT
                outcome = AttemptOutcome.AGENT_NO_ANSWER if is_agent else AttemptOutcome.FAILED
                in_vain += reach.leg_lost(tx, leg, outcome, self._dialling.rules, now)
        self._dialling.hang_up(in_vain)
        return len(mute)

    def _look_up_an_old_call(self, now: datetime) -> int:
        """One call a round, in turn."""
        with self._store.read() as tx:
            call = legs.next_live(tx, after=self._looked_up, created_by=now - OLD_CALL)
        self._looked_up = 0 if call is None else call.id
        if call is None or call.sid is None:
            return 0
        status = self._status_at_carrier(call.sid)
        if status not in legs.FINAL_STATUSES:
            return 0
        in_vain: tuple[str, ...] = ()
        with self._store.write() as tx:
            legs.hold_matter(tx, call)
            if ended := legs.end(tx, call.id, status, now):
                in_vain = reach.ended_unheard(tx, call, self._dialling.rules, now)
        self._dialling.hang_up(in_vain)
        return int(ended)

    def _status_at_carrier(self, sid: str) -> str:
        """Empty when the carrier could not be asked."""
        try:
            return self._dialling.carrier.status_of(sid)
        except CallGone:
            return "completed"
        except CarrierError as error:
            log.warning("%s could not be looked up: %s", sid, error)
            return ""

    def _put_promises(self, now: datetime) -> int:
        """Open promises whose job may have vanished."""
        waiting = callbacks.c.state.in_((CallbackState.PROMISED.value, CallbackState.WAITING_RETRY.value))
        unseen = or_(callbacks.c.job_put_at.is_(None), callbacks.c.job_put_at <= now - JOB_AGAIN)
        with self._store.write() as tx:
            rows = tx.execute(
                select(callbacks.c.id, callbacks.c.generation, callbacks.c.due_at).where(waiting, unseen)
            ).all()
            for row in rows:
                put = update(callbacks).where(callbacks.c.id == row.id)
                # One that is due gets a fresh id each time: a job that ran may still block the old one.
                step = 1 if row.due_at <= now else 0
                tx.execute(put.values(job_put_at=now, generation=row.generation + step))
        for row in rows:
            step = 1 if row.due_at <= now else 0
            self._dialling.jobs.keep(row.id, generation=row.generation + step, due_at=row.due_at)
        return len(rows)

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

    def _judge_waits(self, now: datetime) -> int:
        with self._store.write() as tx:
            return ledger.judge(tx, now)


def _age(leg: Leg, now: datetime) -> timedelta:
    return now - (leg.dial_claimed_at or leg.created_at)
