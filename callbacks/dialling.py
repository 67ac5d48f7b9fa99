"""Ordering legs from the carrier, each once."""

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Connection

from callbacks import ahead, reach
from callbacks.ahead import Estimate
from callbacks.jobs import Jobs
from callbacks.lifecycle import AttemptOutcome
from callbacks.promises import job_due
from callbacks.retries import CallbackRules, may_ring_from
from callqueue import legs
from callqueue.department import Department
from callqueue.legs import Leg, Purpose
from callqueue.wait import WaitEstimator
from carrier.pacer import Urgency
from carrier.port import CallGone, CallOrder, Carrier, CarrierBusy, CarrierError, CarrierRefused, CarrierUnsure
from store.database import Store, again_when_collided

log = logging.getLogger("barocall.dialling")

# A caller has to find the phone first; an agent expects the call (ring_seconds).
CALLER_RING_SECONDS = 30
# RQ's scheduler takes a job up to half a second before its time; further ahead, the promise was put off since.
EARLY_AT_MOST = timedelta(seconds=2)


class TurnGiver(Protocol):
    def wait_turn(self, urgency: Urgency) -> None: ...


@dataclass(frozen=True)
class Dialling:
    store: Store
    carrier: Carrier
    pacer: TurnGiver
    jobs: Jobs
    departments: Callable[[Connection], Mapping[str, Department]]
    rules: CallbackRules
    phone_number: str
    ring_seconds: int
    clock: Callable[[], datetime]
    calls_per_second: float = 1.0
    """The account's pace."""
    machine_detection: bool = True
    sleep: Callable[[float], None] = time.sleep
    estimate: Estimate | None = field(default_factory=lambda: WaitEstimator().estimate)
    """By which callers are rung before agents; None: somebody else sees to that."""

    def place_leg(self, leg_id: int) -> None:
        """Order one planned leg, after those that are more urgent: RQ hands out jobs in the order they came, but an
        agent for a caller on the line goes before a callback. Run twice, or by two workers at once, it is ordered once.

        1. wait for the account's turn, 2. claim the leg in SQL, 3. commit, 4. ask the carrier. Dying after 3 leaves a
        leg that is `asking`: the sweep finds out what became of it and never orders blindly.
        """
        tried: set[int] = set()
        while leg_id not in tried and (leg := self._most_urgent(leg_id, tried)) is not None:
            self.pacer.wait_turn(_urgency(leg))
            # While we waited somebody more urgent may have come.
            leg = self._most_urgent(leg_id, tried)
            if leg is None:
                return
            tried.add(leg.id)
            if self._claim(leg):
                self._order(leg)

    def hang_up(self, sids: Iterable[str]) -> None:
        """End calls that nobody needs any more."""
        for sid in sids:
            try:
                self.carrier.end_call(sid)
            except CallGone:
                continue
            except CarrierError as error:
                log.warning("%s was not ended: %s", sid, error)

    def keep_promise(self, callback_id: int) -> None:
        """See who can be rung now that a promise is due. RQ may be half a second early: then we wait for the moment."""
        with self.store.read() as tx:
            job = job_due(tx, callback_id)
        early = timedelta(0) if job is None else job.due_at - self.clock()
        if job is None or early > EARLY_AT_MOST:
            return  # Dialled already, called off, or put off since: then another job comes.
        if early > timedelta(0):
            self.sleep(early.total_seconds())
        log.info("callback %s is due", callback_id)
        self.dispatch()

    @again_when_collided
    def dispatch(self) -> int:
        """One matching round; returns how many legs it put to work."""
        with self.store.write() as tx:
            departments = self.departments(tx)
            now = self.clock()
            planned = reach.dispatch(tx, departments, self.phone_number, self.rules, now)
            if self.estimate is not None:
                planned += ahead.ring_callers(tx, departments, self.estimate, self.phone_number, self.rules, now)
        # After the commit: a worker that is told earlier would find no leg.
        for leg_id in planned:
            self.jobs.ring(leg_id, generation=0)
        return len(planned)

    def _most_urgent(self, leg_id: int, tried: set[int]) -> Leg | None:
        """The leg, or a more urgent one that is planned too; None when the leg itself needs no order any more."""
        with self.store.read() as tx:
            planned = legs.legs_in(tx, legs.DialState.PLANNED)
        own = next((leg for leg in planned if leg.id == leg_id), None)
        if own is None:
            return None
        before = [leg for leg in planned if _urgency(leg) < _urgency(own) and leg.id not in tried]
        return before[0] if before else own

    def _claim(self, leg: Leg) -> bool:
        """False: another worker has it, or nobody wants it any more."""
        now = self.clock()
        with self.store.write() as tx:
            legs.hold_matter(tx, leg)
            if not reach.still_wanted(tx, leg):
                legs.cancel(tx, leg.id, now)
                return False
            if leg.purpose == Purpose.AGENT or not self._is_quiet(tx, leg, now):
                return legs.claim(tx, leg.id, now)
            # The worker was away until the quiet hours began, or the department closed.
            in_vain = self._postpone(tx, leg, now)
        self.hang_up(in_vain)
        return False

    def _is_quiet(self, tx: Connection, leg: Leg, now: datetime) -> bool:
        department = self.departments(tx).get(leg.department or "")
        return self.rules.quiet(now) if department is None else may_ring_from(now, department, self.rules) > now

    def _postpone(self, tx: Connection, leg: Leg, now: datetime) -> tuple[str, ...]:
        if not legs.cancel(tx, leg.id, now):
            return ()
        return reach.leg_lost(tx, leg, AttemptOutcome.POSTPONED, self.rules, now)

    def _order(self, leg: Leg) -> None:
        order = CallOrder(
            to=leg.to_number,
            from_number=leg.from_number,
            path=legs.path(leg.id),
            status_path=legs.status_path(leg.id),
            ring_seconds=self.ring_seconds if leg.purpose == Purpose.AGENT else CALLER_RING_SECONDS,
            machine_path=self._machine_path(leg),
        )
        try:
            answer = self.carrier.place_call(order)
        except CarrierUnsure as error:
            self._doubt(leg, error)
        except CarrierBusy as error:
            self._put_off(leg, error)
        except CarrierError as error:
            self._refused(leg, error)
        else:
            with self.store.write() as tx:
                legs.placed(tx, leg.id, answer)

    def _machine_path(self, leg: Leg) -> str | None:
        """Agents are persons, and nobody asks twice."""
        wanted = self.machine_detection and leg.purpose == Purpose.CALLBACK
        return legs.machine_path(leg.id) if wanted else None

    def _doubt(self, leg: Leg, error: Exception) -> None:
        log.warning("leg %s: the carrier's answer was lost (%s); its events will tell", leg.id, error)
        with self.store.write() as tx:
            legs.doubt(tx, leg.id)

    def _put_off(self, leg: Leg, error: Exception) -> None:
        log.warning("leg %s: the carrier is busy (%s); the sweep orders it again", leg.id, error)
        with self.store.write() as tx:
            legs.plan_again(tx, leg.id, self.clock())

    def _refused(self, leg: Leg, error: CarrierError) -> None:
        log.error("leg %s: refused by the carrier: %s", leg.id, error)
        hopeless = isinstance(error, CarrierRefused) and error.permanent
        outcome = AttemptOutcome.UNREACHABLE if hopeless else AttemptOutcome.REFUSED
        now = self.clock()
        with self.store.write() as tx:
            legs.hold_matter(tx, leg)
            refused = legs.refuse(tx, leg.id, now)
            in_vain = reach.leg_lost(tx, leg, outcome, self.rules, now) if refused else ()
        self.hang_up(in_vain)


def _urgency(leg: Leg) -> Urgency:
    nobody_waits = leg.purpose == Purpose.AGENT and leg.attempt_id is not None
    return Urgency.DUE if nobody_waits else Urgency.LIVE
