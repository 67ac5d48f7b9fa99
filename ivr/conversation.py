"""What happens to a call, event by event. Each event is one transaction: look, decide, compare-and-swap.

Keys, words, time-outs, the agent's accept and the hang-up come from different processes in any order. Whoever finds
the call at another step than expected changes nothing, and the call plays what it is doing now.
"""

import hmac
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, bindparam, insert, not_, update
from sqlalchemy.exc import IntegrityError

from callbacks import texts
from callbacks.jobs import Jobs
from callbacks.promises import job_due
from callbacks.retries import CallbackRules
from callbacks.seals import Seals
from callqueue import legs
from callqueue.transfer import Transfer
from callqueue.wait import WaitEstimator
from carrier.port import CallGone, Carrier, CarrierError
from ivr import call as call_rows
from ivr import routing
from ivr.call import FINAL_STATUSES, Call, LostRace
from ivr.catalogue import Catalogue
from ivr.dialogue import (
    DEPARTMENTS,
    AgentAccepts,
    CalleeAccepts,
    Caller,
    GoTo,
    Next,
    expectation,
    first_question,
    on_conference_over,
    on_deaf,
    on_key,
    on_rescue,
    on_silence,
    on_speaking,
    on_words,
)
from ivr.handover import Wish, hand_over
from ivr.listeners import Listener, Listeners, listener_for
from ivr.menu.model import Menu
from ivr.promising import returning_caller
from ivr.settle import After, Settlement
from ivr.states import Listening
from speech.decide import Confirm, Go, decision_name
from speech.expectation import Expectation
from speech.hearing import Hearing, understand_text
from speech.recogniser import Alternative
from store.database import Collided, DatabaseAway, Store, again_when_collided, hold_row, one_of
from store.masking import mask_number, mask_words
from store.tables import calls, cases, utterances

log = logging.getLogger("barocall.conversation")

TRIES_AGAINST_RACES = 5
EAR_LOSSES_BEFORE_KEYS = 3


class _AskFirst(Exception):
    """Two are about to be joined: is the other still there? The answer takes the carrier's time: roll back, ask, and
    decide again."""

    def __init__(self, sid: str) -> None:
        super().__init__(sid)
        self.sid = sid


Find = Callable[[Connection], Call | None]
Decide = Callable[[Call, Menu], Next | None]
"""None: nothing changes."""


@dataclass(frozen=True)
class Desk:
    """The parts that a conversation works with; app.py chooses them."""

    store: Store
    carrier: Carrier
    jobs: Jobs
    catalogue: Catalogue
    clock: Callable[[], datetime]
    phone_number: str
    rules: CallbackRules
    waits: WaitEstimator
    listeners: Listeners
    retention: timedelta
    seals: Seals
    texts_are_sent: bool


class Conversation:
    """Every method is one event. It returns the call as it is afterwards, None when we know no such call."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    # What the carrier asks

    def answer(self, sid: str, params: dict[str, str]) -> Call:
        """A caller phones; the published menu is pinned to the call for life. Asked twice, answered once."""
        try:
            return self._answer(sid, params)
        except IntegrityError:  # Asked twice at the same moment: the other has answered by now.
            return self._answer(sid, params)

    def _answer(self, sid: str, params: dict[str, str]) -> Call:
        with self.desk.store.write() as tx:
            known = call_rows.by_sid(tx, sid)
            if known is not None:
                return known
            version_id, menu = self.desk.catalogue.published(tx)
            language = menu.language_for(params.get("To", ""))
            listener = listener_for(self.desk.listeners, language)
            log.info("%s: a call from %s", sid, mask_number(params.get("From", "")))
            number = self.desk.rules.numbers.usable(params.get("From", ""))
            return call_rows.receive(
                tx,
                sid=sid,
                params=params,
                number=number,
                state=returning_caller(tx, number, menu) or first_question(heard=listener != Listener.NOBODY),
                listen=listener == Listener.OURS,
                language=language,
                menu_version_id=version_id,
                now=self.desk.clock(),
            )

    @again_when_collided
    def leg_answered(self, leg_id: int, sid: str) -> Call | None:
        """Somebody picked up a leg that we dialled. None: it is a second leg for one order, or an unknown one, and
        must be hung up before it speaks."""
        after = After()
        with self.desk.store.write() as tx:
            _hold_matter(tx, _with_id(leg_id))
            leg = self._own_leg(tx, leg_id, sid)
            if leg is None or leg.ended or leg.answered:
                return leg
            state = self._settlement(tx, after).first_words(leg)
            listen = listener_for(self.desk.listeners, leg.language) == Listener.OURS
            now = self.desk.clock()
            leg = call_rows.advance(tx, leg, state, listen=listen, answered_at=now, status="in-progress")
        self._run(after)
        return leg

    def now(self, sid: str) -> Call | None:
        """What the call does at this moment; changes nothing."""
        with self.desk.store.read() as tx:
            return call_rows.by_sid(tx, sid)

    def key(self, sid: str, step: int, digits: str) -> Call | None:
        def decide(call: Call, menu: Menu) -> Next:
            return on_key(call.state, digits, menu, self._caller(call), self.desk.rules.numbers.usable)

        return self._turn(_with_sid(sid), decide, step=step)

    def silence(self, sid: str, step: int) -> Call | None:
        def decide(call: Call, menu: Menu) -> Next:
            return on_silence(call.state, menu, machine=call.by_machine)

        return self._turn(_with_sid(sid), decide, step=step)

    def conference_over(self, sid: str) -> Call | None:
        return self._turn(_with_sid(sid), lambda call, _menu: on_conference_over(call.state))

    def rescue(self, sid: str) -> Call | None:
        """After a fault of ours: on to a person."""
        return self._turn(_with_sid(sid), lambda call, menu: on_rescue(call.state, menu))

    def status(self, sid: str, status: str) -> None:
        """How a caller's call goes; only its end matters."""
        self._status(_with_sid(sid), _with_sid(sid), status)

    def leg_status(self, leg_id: int, sid: str, status: str) -> None:
        """How a leg that we dialled goes. `initiated` teaches its CallSid even when the answer to our order was
        lost. A second call for one order is ended at once, before anybody picks it up."""
        ours = self._status(_with_id(leg_id), lambda tx: self._own_leg(tx, leg_id, sid), status)
        if not ours and status not in FINAL_STATUSES:
            self._tell_carrier(partial(self.desk.carrier.end_call, sid))

    def picked_up(self, leg_id: int, sid: str, answered_by: str) -> None:
        """Who picked up a leg, as far as the carrier can tell. No step: a hint must not take a key out of anybody's
        hand."""
        with self.desk.store.write() as tx:
            leg = self._own_leg(tx, leg_id, sid)
            if leg is not None:
                call_rows.picked_up_by(tx, leg.id, answered_by)

    # What an agent asks

    def transfer(self, wish: Wish) -> Transfer:
        """Pass the caller on to another department. Asked twice, done once. Raises TransferRefused."""
        for _ in range(TRIES_AGAINST_RACES):
            after = After()
            try:
                with self.desk.store.write() as tx:
                    made = hand_over(self._settlement(tx, after), wish, lambda call: self._menu_of(tx, call))
            except (LostRace, Collided):
                continue
            self._run(after)
            return made
        raise LostRace

    def _menu_of(self, tx: Connection, call: Call) -> Menu:
        return call.own(self.desk.catalogue.version(tx, call.menu_version_id))

    def text_status(self, text_id: int, sid: str, status: str, code: int | None) -> None:
        """How a text of ours fares; its first event teaches its SID even when the answer to our order was lost."""
        with self.desk.store.write() as tx:
            if not sid or not texts.receipt(tx, text_id, sid, status, code, self.desk.clock()):
                log.warning("%s: not the text we sent as %s", sid, text_id)

    # What was said: the ear reports it, or the carrier does

    def expecting(self, call_id: int) -> Expectation | None:
        """What the caller may say now into our ear; None where it need not listen."""
        with self.desk.store.read() as tx:
            call = call_rows.by_id(tx, call_id)
            return None if call is None or call.ear_step is None else self._expected(tx, call)

    def _expected(self, tx: Connection, call: Call) -> Expectation | None:
        if call.ended:
            return None
        return expectation(call.state, call.own(self.desk.catalogue.version(tx, call.menu_version_id)))

    def speaking(self, call_id: int) -> None:
        """Sustained speech over a prompt: the prompt stops."""

        def decide(call: Call, _menu: Menu) -> Next | None:
            return None if call.ear_step is None else on_speaking(call.state)

        self._turn(_with_id(call_id), decide, move=True)

    def heard(self, call_id: int, expected: Expectation, hearing: Hearing) -> Call | None:
        """The caller's words, decoded against what was `expected` when they began. They count as long as the call
        expects the same, whatever its step: a word spoken across a time-out is not lost."""
        return self._understood(_with_id(call_id), expected, hearing, move=True)

    def said(self, sid: str, step: int, reading: Alternative) -> Call | None:
        """The caller's words, recognised by the carrier as the answer to the document of a step."""
        with self.desk.store.read() as tx:
            call = call_rows.by_sid(tx, sid)
            expected = None if call is None else self._expected(tx, call)
        if expected is None:
            return call
        return self._understood(_with_sid(sid), expected, understand_text(reading, expected), step=step)

    def _understood(
        self, find: Find, expected: Expectation, hearing: Hearing, *, step: int | None = None, move: bool = False
    ) -> Call | None:
        decided = "late"
        understood: dict[str, str] = {}

        def decide(call: Call, menu: Menu) -> Next | None:
            nonlocal decided
            current = expectation(call.state, menu)
            if current is None or (current.name, current.language) != (expected.name, expected.language):
                return None
            if call.by_machine:
                return None  # Its greeting is full of words, and some begin with a yes: only keys count.
            usable = self.desk.rules.numbers.usable
            following, decision = on_words(call.state, hearing, menu, self._caller(call), usable)
            if following is None and step is not None:
                following = on_silence(call.state, menu)  # The carrier's document is over: another one goes on.
            decided = decision_name(decision)
            if expected.name == DEPARTMENTS and isinstance(decision, Go | Confirm):
                # What an agent will be told. Words that we did not understand would only mislead them.
                understood["words"] = mask_words(hearing.words)
            return following

        def record(tx: Connection, call: Call) -> None:
            self._record(tx, call, expected, hearing, decided)

        return self._turn(find, decide, step=step, move=move, record=record, columns=understood)

    def ear_opened(self, sid: str, token: str) -> Call | None:
        """The call that a media socket belongs to; None for a wrong secret or a call that needs no ear."""
        call = self.now(sid)
        if call is None or call.ended or not hmac.compare_digest(call.stream_token, token):
            return None
        return call

    def cannot_hear(self, call_id: int) -> None:
        """No recogniser, or no room in it: the keys do everything."""

        def decide(call: Call, _menu: Menu) -> Next | None:
            return None if call.ear_step is None else on_deaf(call.state)

        self._turn(_with_id(call_id), decide, move=True)

    def ear_lost(self, call_id: int, asked_at_step: int) -> None:
        """A media socket closed while we should be listening: ask for another; if they keep closing, read the keys."""

        def decide(call: Call, _menu: Menu) -> Next | None:
            if call.ear_step != asked_at_step or not isinstance(call.state, Listening):
                return None
            if call.ear_losses + 1 >= EAR_LOSSES_BEFORE_KEYS:
                return on_deaf(call.state)
            return replace(call.state, quiet=False)

        self._turn(_with_id(call_id), decide, move=True, new_ear=True)

    # One event, one transaction

    def _turn(
        self,
        find: Find,
        decide: Decide,
        *,
        step: int | None = None,
        move: bool = False,
        new_ear: bool = False,
        record: Callable[[Connection, Call], None] | None = None,
        columns: dict[str, Any] | None = None,
    ) -> Call | None:
        """Decide and step on.

        `step`: what the event answers; at another step nothing changes. `move`: the event came from outside the
        call's own document, so the carrier is told to fetch the new one. `record` runs whatever is decided.
        """
        asked = False
        for _ in range(TRIES_AGAINST_RACES):
            after = After()
            try:
                with self.desk.store.write() as tx:
                    _hold_matter(tx, find)
                    call = find(tx)
                    if call is None or call.ended or (step is not None and call.step != step):
                        return call
                    menu = call.own(self.desk.catalogue.version(tx, call.menu_version_id))
                    following = decide(call, menu)
                    if not asked and isinstance(following, AgentAccepts | CalleeAccepts):
                        _ask_first(tx, call)
                    if record is not None:
                        record(tx, call)
                    if following is None:
                        return call
                    state, settled = self._settlement(tx, after).settle(call, following, menu)
                    changed = {**(columns or {}), **settled}
                    listener = listener_for(self.desk.listeners, changed.get("language", call.language))
                    listen = listener == Listener.OURS
                    call = call_rows.advance(tx, call, state, listen=listen, new_ear=new_ear, **changed)
                    if isinstance(following, GoTo):
                        routing.record(tx, call, following, menu, self.desk.clock())
            except (LostRace, Collided):
                continue
            except _AskFirst as unsure:
                asked = True
                self._look_at(unsure.sid)
                continue
            if move and call.sid is not None:
                after.moves.append(call.sid)
            self._run(after)
            return call
        raise LostRace

    def _look_at(self, sid: str) -> None:
        """A call that has ended, and whose last webhook was lost, ends now."""
        try:
            status = self.desk.carrier.status_of(sid)
        except CallGone:
            status = "completed"
        except CarrierError as error:
            log.warning("%s could not be looked at, and counts as there: %s", sid, error)
            return
        if status in FINAL_STATUSES:
            log.info("%s was over, and nobody had said so", sid)
            self.status(sid, status)

    @again_when_collided
    def _status(self, known: Find, find: Find, status: str) -> bool:
        """False when it is no call of ours."""
        after = After()
        with self.desk.store.write() as tx:
            _hold_matter(tx, known)
            call = find(tx)
            if call is not None and status in FINAL_STATUSES and self._mark_ended(tx, call, status):
                self._settlement(tx, after).ended(call, status)
        self._run(after)
        return call is not None

    def _caller(self, call: Call) -> Caller:
        rules = self.desk.rules
        theirs = call.to_number if call.purpose == legs.Purpose.CALLBACK else call.from_number
        return Caller(number=rules.numbers.usable(theirs), now=self.desk.clock().astimezone(rules.zone))

    def _settlement(self, tx: Connection, after: After) -> Settlement:
        desk = self.desk
        return Settlement(
            tx,
            desk.clock(),
            desk.catalogue.departments,
            desk.phone_number,
            desk.rules,
            desk.waits,
            desk.listeners,
            after,
            desk.seals,
            desk.texts_are_sent,
        )

    def _own_leg(self, tx: Connection, leg_id: int, sid: str) -> Call | None:
        leg = call_rows.by_id(tx, leg_id)
        if leg is None:
            log.warning("%s: we never ordered a leg %s; it is hung up", sid, leg_id)
            return None
        if not legs.learn_sid(tx, leg_id, sid):
            if legs.stray(tx, leg_id, sid, self.desk.clock()):
                log.error("%s: a second call for leg %s; it is hung up", sid, leg_id)
            return None
        return replace(leg, sid=sid)

    def _mark_ended(self, tx: Connection, call: Call, status: str) -> bool:
        values = {"call_id": call.id, "status": status, "ended_at": self.desk.clock()}
        return tx.execute(_MARK_ENDED, values).rowcount == 1

    def _record(self, tx: Connection, call: Call, expected: Expectation, hearing: Hearing, decided: str) -> None:
        now = self.desk.clock()
        tx.execute(
            insert(utterances).values(
                call_id=call.id,
                at=now,
                step=call.step,
                expectation=expected.name,
                words=mask_words(hearing.words),
                alternatives=[[mask_words(heard.text), heard.score] for heard in hearing.alternatives],
                meaning=hearing.meaning,
                probability=hearing.probability,
                decision=decided,
                audio_seconds=hearing.audio_seconds,
                expires_at=now + self.desk.retention,
            )
        )

    def _run(self, after: After) -> None:
        """Any of this may fail or be lost: SQL knows what is due, and the sweep puts it back."""
        if after.matched and self.desk.store.many_write:
            self._match_again(after)
        for leg_id in after.rings:
            self.desk.jobs.ring(leg_id, generation=0)
        for callback_id in after.promises:
            self._put_promise(callback_id)
        for text_id in after.texts:
            self.desk.jobs.text(text_id, generation=0)
        for sid in after.moves:
            self._tell_carrier(partial(self.desk.carrier.move_call, sid, "/voice/now"))
        for sid in after.ends:
            self._tell_carrier(partial(self.desk.carrier.end_call, sid))

    def _match_again(self, after: After) -> None:
        """Another transaction may have brought the agent while ours brought the caller: neither saw the other."""
        try:
            with self.desk.store.write() as tx:
                self._settlement(tx, after).dispatch()
        except DatabaseAway as error:
            log.warning("who can be rung was not looked at again: %s", error)

    def _put_promise(self, callback_id: int) -> None:
        with self.desk.store.read() as tx:
            job, planned = job_due(tx, callback_id), texts.planned_for(tx, callback_id)
        if job is not None:
            self.desk.jobs.keep(callback_id, generation=job.generation, due_at=job.due_at)
        for text_id in planned:
            self.desk.jobs.text(text_id, generation=0)

    def _tell_carrier(self, order: Callable[[], None]) -> None:
        try:
            order()
        except CallGone:
            log.info("a call had ended before it could be moved")
        except CarrierError as error:
            # The call's own document comes back to us within a round and then plays the new state.
            log.warning("the carrier did not move a call: %s", error)


_MARK_ENDED = update(calls).where(calls.c.id == bindparam("call_id"), not_(one_of(calls.c.status, FINAL_STATUSES)))


def _ask_first(tx: Connection, call: Call) -> None:
    """Raises _AskFirst where this call is to be joined with another of ours."""
    other = legs.other_side(tx, call.id)
    if other is not None:
        raise _AskFirst(other)


def _with_sid(sid: str) -> Find:
    return lambda tx: call_rows.by_sid(tx, sid)


def _with_id(call_id: int) -> Find:
    return lambda tx: call_rows.by_id(tx, call_id)


def _hold_matter(tx: Connection, find: Find) -> None:
    """Legs of one matter end, accept and hang up at once: each event has it to itself (docs/decisions/0011)."""
    if tx.dialect.name != "sqlite" and (call := find(tx)) is not None:
        hold_row(tx, cases, call.case_id)
