"""Sending planned texts, each once, in the manner of dialling: claimed in SQL, committed, asked for, made sure of."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, or_, select, update

from callbacks import texts
from callbacks.jobs import Jobs
from callbacks.lifecycle import CallbackState
from callbacks.texts import Text, TextKind, TextState
from carrier.port import Carrier, CarrierBusy, CarrierError, CarrierText, CarrierUnsure, TextOrder
from store.database import Store
from store.tables import callbacks
from store.tables import texts as texts_table

log = logging.getLogger("barocall.telling")

Writer = Callable[[Connection, Text], str | None]
"""What a text says; None when nothing is left to be said (the promise has ended meanwhile)."""
# The carrier's request times out after 8 s: a worker that still asks after this is dead.
DEAD_WORKER = timedelta(seconds=20)
# A message that the carrier does not list so long after it was asked for was never sent.
DOUBT = timedelta(seconds=60)
# After so long several messages that may be ours stay unexplained: an agent sees to the caller.
GIVE_UP_DOUBT = timedelta(minutes=10)
CLOCKS_APART = timedelta(seconds=5)
JOB_AGAIN = timedelta(seconds=30)
# A slip of a minute or two is told by the call itself.
SLIP = timedelta(minutes=10)
# News of a slip that nobody sent for so long (the house was down) would only puzzle.
OLD_SLIP = timedelta(hours=3)
MOST_AT_ONCE = 500


@dataclass(frozen=True)
class Telling:
    store: Store
    carrier: Carrier
    jobs: Jobs
    write: Writer
    from_number: str | None
    """Who texts; None: no texts are sent here."""
    clock: Callable[[], datetime]
    slip: timedelta = SLIP

    def send_text(self, text_id: int) -> None:
        """Send one planned text. Run twice, or by two workers at once, it is sent once."""
        body = self._claim(text_id)
        if body is None or self.from_number is None:
            return
        with self.store.read() as tx:
            text = texts.text(tx, text_id)
        if text is not None:
            self._send(text, body, self.from_number)

    def _claim(self, text_id: int) -> str | None:
        """What it says, once it is ours to send; None when nobody needs it any more, or another worker has it."""
        now = self.clock()
        with self.store.write() as tx:
            text = texts.text(tx, text_id)
            if text is None or text.state != TextState.PLANNED:
                return None
            body = None if self.from_number is None else self.write(tx, text)
            if body is None:
                texts.impossible(tx, text_id, now)
                return None
            return body if texts.claim(tx, text_id, now) else None

    def _send(self, text: Text, body: str, from_number: str) -> None:
        order = TextOrder(text.number, from_number, body, texts.status_path(text.id))
        try:
            sid = self.carrier.send_text(order)
        except CarrierUnsure as error:
            log.warning("text %s: the carrier's answer was lost (%s); its list will tell", text.id, error)
            with self.store.write() as tx:
                texts.doubt(tx, text.id)
        except CarrierBusy as error:
            log.warning("text %s: the carrier is busy (%s); the sweep sends it again", text.id, error)
            with self.store.write() as tx:
                texts.plan_again(tx, text.id)
        except CarrierError as error:
            log.error("text %s: refused by the carrier: %s", text.id, error)
            with self.store.write() as tx:
                texts.fail(tx, text.id, getattr(error, "code", None), self.clock())
        else:
            with self.store.write() as tx:
                texts.learn_sid(tx, text.id, sid)

    # The sweep's part

    def put_right(self) -> int:
        """One round: plan what has slipped, put lost jobs back, find out what became of doubtful texts; returns how
        many it dealt with."""
        now = self.clock()
        return self._plan_slips(now) + self._doubt_dead_workers(now) + self._resolve_doubts(now) + self._put_back(now)

    def _plan_slips(self, now: datetime) -> int:
        """Promises whose time has passed without a call, told once for each time."""
        waiting = callbacks.c.state.in_((CallbackState.PROMISED.value, CallbackState.WAITING_RETRY.value))
        untried = (callbacks.c.attempts_made == 0, callbacks.c.taken_by_call_id.is_(None))
        window = (callbacks.c.told_until <= now - self.slip, callbacks.c.told_until > now - OLD_SLIP)
        about = (texts_table.c.callback_id == callbacks.c.id, texts_table.c.kind == TextKind.SLIP.value)
        told = select(texts_table.c.id).where(*about, texts_table.c.created_at >= callbacks.c.told_until)
        slipped = select(callbacks.c.id, callbacks.c.told_until).where(waiting, *untried, *window, ~told.exists())
        with self.store.write() as tx:
            rows = tx.execute(slipped.limit(MOST_AT_ONCE)).all()
            for row in rows:
                minute = int(row.told_until.timestamp()) // 60
                texts.plan(tx, row.id, TextKind.SLIP, now, occasion=minute)
        return len(rows)

    def _doubt_dead_workers(self, now: datetime) -> int:
        with self.store.write() as tx:
            asking = texts.texts_in(tx, TextState.ASKING)
            return sum(texts.doubt(tx, text.id) for text in asking if _age(text, now) >= DEAD_WORKER)

    def _resolve_doubts(self, now: datetime) -> int:
        with self.store.read() as tx:
            doubtful = texts.texts_in(tx, TextState.DOUBTFUL)
        return sum(self._resolve(text, now) for text in doubtful)

    def _resolve(self, text: Text, now: datetime) -> bool:
        try:
            strangers = self._strangers(text)
        except CarrierError as error:
            log.warning("text %s: the carrier could not be asked: %s", text.id, error)
            return False
        with self.store.write() as tx:
            match strangers:
                case [message]:
                    return texts.learn_sid(tx, text.id, message.sid)
                case [] if _age(text, now) >= DOUBT:
                    return texts.plan_again(tx, text.id)
                case _ if _age(text, now) >= GIVE_UP_DOUBT:
                    return texts.fail(tx, text.id, None, now)
                case _:
                    return False

    def _strangers(self, text: Text) -> list[CarrierText]:
        """Messages to this number since the order that no text of ours is known as."""
        listed = self.carrier.texts_to(text.number)
        sids = [message.sid for message in listed]
        with self.store.read() as tx:
            owned = set(tx.execute(select(texts_table.c.sid).where(texts_table.c.sid.in_(sids))).scalars())
        since = (text.claimed_at or text.created_at) - CLOCKS_APART
        return [message for message in listed if message.sid not in owned and message.created_at >= since]

    def _put_back(self, now: datetime) -> int:
        """Planned texts without a job, or whose job was lost."""
        unseen = or_(texts_table.c.job_put_at.is_(None), texts_table.c.job_put_at <= now - JOB_AGAIN)
        planned = select(texts_table.c.id, texts_table.c.generation, texts_table.c.job_put_at)
        with self.store.write() as tx:
            waiting = planned.where(texts_table.c.state == TextState.PLANNED.value, unseen)
            rows = tx.execute(waiting.order_by(texts_table.c.id).limit(MOST_AT_ONCE)).all()
            for row in rows:
                # A job that was put and lost may block its id: the next one has the next number.
                step = 0 if row.job_put_at is None else 1
                put = update(texts_table).where(texts_table.c.id == row.id)
                tx.execute(put.values(job_put_at=now, generation=row.generation + step))
        for row in rows:
            self.jobs.text(row.id, generation=row.generation + (0 if row.job_put_at is None else 1))
        return len(rows)


def _age(text: Text, now: datetime) -> timedelta:
    return now - (text.claimed_at or text.created_at)
