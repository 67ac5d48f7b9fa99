"""Asking the carrier: what became of an order whose answer was lost, and does a call still live of which nothing is
heard?

Whoever asks may have to wait for the carrier's time-out, so a round stops asking at the first one: the rest of the
round, and the next one, must not wait behind a carrier that is away.
"""

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from callbacks import reach
from callbacks.dialling import Dialling
from callqueue import legs
from callqueue.legs import DialState, Leg
from carrier.port import CallGone, CarrierError
from store.tables import calls

log = logging.getLogger("barocall.sweep")

# A doubtful call shows itself within its queue time; one that the carrier does not list a minute after that was never
# placed.
DOUBT = timedelta(seconds=60)
# The carrier's clock may be a little off ours.
CLOCKS_APART = timedelta(seconds=5)
# A call that lives so long is looked up, in case its last webhook was lost: else its agent would stay busy, its caller
# would stand in the line, its promise would stay open for ever …
LOOK_UP_AFTER = timedelta(seconds=20)
# … and so many are looked up in one round: each of 120 calls every half a minute. A slow carrier must not hold up what
# the next round repairs.
LOOK_UPS = 8
LOOK_UP_SECONDS = 3.0


@dataclass(frozen=True)
class Settled:
    """What became of orders in doubt."""

    adopted: int = 0
    ordered_again: int = 0


class Doubts:
    def __init__(self, dialling: Dialling) -> None:
        self._dialling = dialling
        self._store = dialling.store
        self._looked_up = 0

    def settle(self, now: datetime) -> Settled:
        """Ask the carrier's list of calls about orders whose answer was lost."""
        with self._store.read() as tx:
            doubtful = legs.legs_in(tx, DialState.DOUBTFUL)
            patience = DOUBT + legs.longest_queue(tx) if doubtful else DOUBT
        outcomes = []
        for leg in doubtful:
            try:
                outcomes.append(self._settle(leg, patience, now))
            except CarrierError as error:
                log.warning("leg %s: the carrier could not be asked: %s", leg.id, error)
                break
        return Settled(outcomes.count("adopted"), outcomes.count("again"))

    def _settle(self, leg: Leg, patience: timedelta, now: datetime) -> str:
        """Raises CarrierError."""
        strangers = self._strangers(leg)
        with self._store.write() as tx:
            match strangers:
                case [sid]:
                    return "adopted" if legs.learn_sid(tx, leg.id, sid) else "unknown"
                case [] if now - asked_at(leg) >= patience:
                    again = legs.plan_again(tx, leg.id, now)
                case _:  # Too early to say; or several, and one is ours: it ends as a mute leg, never dialled twice.
                    return "unknown"
        # After the commit: a worker that is told earlier would find nothing to order.
        if again:
            self._dialling.jobs.ring(leg.id, generation=leg.generation + 1)
        return "again" if again else "unknown"

    def _strangers(self, leg: Leg) -> list[str]:
        """Calls to this number since the order that no leg of ours owns."""
        listed = self._dialling.carrier.calls_to(leg.to_number)
        with self._store.read() as tx:
            owned = set(tx.execute(select(calls.c.sid).where(calls.c.sid.in_([c.sid for c in listed]))).scalars())
        since = asked_at(leg) - CLOCKS_APART
        return [call.sid for call in listed if call.sid not in owned and call.created_at >= since]

    def look_up(self, now: datetime) -> int:
        """Some of the calls of which nothing was heard for a while, in turn; returns how many had ended unheard."""
        since = now - LOOK_UP_AFTER
        with self._store.read() as tx:
            live = legs.live(tx, after=self._looked_up, since=since, limit=LOOK_UPS)
        ended, deadline = 0, time.monotonic() + LOOK_UP_SECONDS
        self._looked_up = 0 if len(live) < LOOK_UPS else live[-1].id
        for call in live:
            try:
                ended += self._ended_unheard(call, now)
            except CarrierError as error:
                log.warning("call %s could not be looked up: %s", call.id, error)
                break
            if time.monotonic() > deadline:
                self._looked_up = call.id
                break
        return ended

    def _ended_unheard(self, call: Leg, now: datetime) -> bool:
        """Raises CarrierError."""
        status = self._status(call)
        if status not in legs.FINAL_STATUSES:
            return False
        in_vain: tuple[str, ...] = ()
        with self._store.write() as tx:
            if ended := legs.end(tx, call.id, status, now):
                in_vain = reach.ended_unheard(tx, call, status, self._dialling.rules, now)
        self._dialling.hang_up(in_vain)
        return ended

    def _status(self, call: Leg) -> str:
        """Raises CarrierError."""
        try:
            return "" if call.sid is None else self._dialling.carrier.status_of(call.sid)
        except CallGone:
            return "completed"


def asked_at(leg: Leg) -> datetime:
    """When the carrier was asked for it; when it was planned, before that."""
    return leg.dial_claimed_at or leg.created_at
