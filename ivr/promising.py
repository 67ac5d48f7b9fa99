"""What the conversation about promises does to them, inside the transaction that decides it."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from callbacks import changes, offers, returning, slots, texts
from callbacks.changes import Change
from callbacks.diallable import can_be_texted
from callbacks.promises import AlreadyPromised, PromiseMade, Refused, SlotFull, Terms, promise
from callbacks.retries import CallbackRules
from callbacks.returning import GivenBack, Held
from callbacks.safety import Refusal, refuse, refused_lately
from callbacks.seals import Seals, same_digits
from callbacks.slots import DAYS_AHEAD, SOONEST, Slot
from callqueue.department import Department as LineDepartment
from callqueue.legs import Purpose
from ivr.call import Call
from ivr.dialogue import Caller, Next, take_number
from ivr.menu.hours import OpeningHours
from ivr.menu.model import Menu
from ivr.promise_talk import WRONG_CODES_BEFORE_NO, ShowTimes, TakeOption, TimeSaid, means_now, turned_down
from ivr.states import (
    ChoosingTime,
    ConfirmingMove,
    ConfirmingNumber,
    EnteringNumber,
    EnteringPin,
    Managing,
    Offer,
    Promised,
    PromiseTold,
    Returning,
    SharedNumber,
    State,
    TimeWhy,
    VerifyingNumber,
    offer_of,
)
from speech.values import Moment, When, possible

OPTIONS = 3
"""More than three times nobody remembers."""
APART = timedelta(hours=1)
NEAR = timedelta(hours=3)
PICKUP_DIGITS = 4
WRONG_CODES_A_DAY = 6


@dataclass(frozen=True)
class CallingHours:
    """When a department is open and people may be phoned."""

    hours: OpeningHours
    rules: CallbackRules

    def is_open(self, at: datetime) -> bool:
        return self.hours.is_open(at) and not self.rules.quiet(at)


@dataclass(frozen=True)
class Promising:
    """One event's work. `tx` is its transaction, `now` its moment."""

    tx: Connection
    now: datetime
    rules: CallbackRules
    seals: Seals
    texts_are_sent: bool
    text_later: Callable[[int], None]
    """Texts to be sent once this is committed."""
    keep_later: Callable[[int], None]
    """Promises whose job is put once this is committed."""
    hang_up_later: Callable[[str], None]
    release_later: Callable[[int], None]
    """Legs of agents that ring for nobody."""

    # Which time

    def show_times(self, shown: ShowTimes, menu: Menu) -> State:
        """The next free times, an hour apart so that they are a choice."""
        after = None if shown.after is None else datetime.fromisoformat(shown.after) + APART
        begin = max(after or self.now + SOONEST, self.now + SOONEST)
        options: list[datetime] = []
        for at in self._free(shown.offer, menu, begin):
            if not options or at >= options[-1] + APART:
                options.append(at)
            if len(options) == OPTIONS:
                break
        return _choosing(shown.offer, options, shown.why, shown.moving, shown.failures)

    def time_said(self, call: Call, said: TimeSaid, menu: Menu) -> Next:
        """The time that the caller named, if it can be promised; else why not, with the nearest ones that can."""
        hours = self._hours(said.offer, menu)
        readings = possible(said.readings, hours.is_open)
        if means_now(readings, self._local_now()) and hours.is_open(self.now):
            return self._as_soon_as_possible(call, said)
        if len(readings) > 1:
            return self._which(said, readings, menu)
        match readings[0]:
            case Moment(at=at):
                why = self._why_not(at, hours)
                return self._near(said, at, why, menu) if why else self._taken(call, said.offer, at, said.moving, menu)
            case span:
                return self._within(call, said, span.earliest, span.latest, menu)

    def option_taken(self, call: Call, taken: TakeOption, menu: Menu) -> Next:
        return self._taken(call, taken.offer, datetime.fromisoformat(taken.at), taken.moving, menu)

    def _taken(self, call: Call, offer: Offer, at: datetime, moving: int | None, menu: Menu) -> Next:
        slot = self._slot(offer.department, at, menu)
        if not self._has_room(offer, slot, menu):
            return self._near(TimeSaid(offer, (), moving), at, "full", menu)
        chosen = replace(offer, due_at=at.astimezone(UTC).isoformat(), timed=True)
        if moving is not None:
            return ConfirmingMove(**offer_of(chosen), moving=moving)
        return take_number(chosen, self._caller(call))

    def _as_soon_as_possible(self, call: Call, said: TimeSaid) -> Next:
        offer = replace(said.offer, due_at=None, timed=False)
        if said.moving is not None:
            return ConfirmingMove(**offer_of(offer), moving=said.moving)
        return take_number(offer, self._caller(call))

    def _within(self, call: Call, said: TimeSaid, earliest: datetime, latest: datetime | None, menu: Menu) -> Next:
        begin = max(earliest, self.now + SOONEST)
        first = next((at for at in self._free(said.offer, menu, begin) if latest is None or at < latest), None)
        if first is None:
            why: TimeWhy = "far" if begin > self._latest() else "closed"
            return self._near(said, begin, why, menu)
        return self._taken(call, said.offer, first, said.moving, menu)

    def _which(self, said: TimeSaid, readings: Sequence[When], menu: Menu) -> State:
        meant = sorted({reading.at if isinstance(reading, Moment) else reading.earliest for reading in readings})
        hours = self._hours(said.offer, menu)
        good = [at for at in meant if self._why_not(at, hours) is None][:OPTIONS]
        if not good:
            return self._near(said, meant[0], self._why_not(meant[0], hours) or "closed", menu)
        return _choosing(said.offer, good, "which", said.moving, said.failures)

    def _near(self, said: TimeSaid, at: datetime, why: TimeWhy, menu: Menu) -> State:
        """The free times nearest to one that is not."""
        begin = max(at - NEAR, self.now + SOONEST)
        free = [start for start in self._free(said.offer, menu, begin) if start <= at + timedelta(days=1)]
        nearest = sorted(free, key=lambda start: abs(start - at))[:OPTIONS]
        if not nearest:
            return self.show_times(ShowTimes(said.offer, why, None, said.moving, said.failures), menu)
        return _choosing(said.offer, sorted(nearest), why, said.moving, said.failures)

    def _why_not(self, at: datetime, hours: CallingHours) -> TimeWhy | None:
        if at < self.now:
            return "past"
        if at > self._latest():
            return "far"
        return None if hours.is_open(at) else "closed"

    def _latest(self) -> datetime:
        return self.now + timedelta(days=DAYS_AHEAD)

    def _free(self, offer: Offer, menu: Menu, after: datetime) -> Sequence[datetime]:
        department, hours = self._department(offer.department, menu), self._hours(offer, menu)
        return tuple(slots.free_slots(self.tx, department, hours, self._zone(menu), after=after, until=self._latest()))

    def _has_room(self, offer: Offer, slot: Slot, menu: Menu) -> bool:
        department = self._department(offer.department, menu)
        return slots.has_room(self.tx, department, slot)

    def _slot(self, department_id: str, at: datetime, menu: Menu) -> Slot:
        return slots.slot_of(self._department(department_id, menu), at, self._zone(menu))

    # The promise

    def promise(self, call: Call, offer: ConfirmingNumber | VerifyingNumber | SharedNumber, menu: Menu) -> Next:
        """Promise the call, once we know that the number may be called by them."""
        foreign = offer.number != self._caller(call).number
        textable = self.texts_are_sent and can_be_texted(offer.number)
        if foreign and textable and isinstance(offer, ConfirmingNumber):
            return self._send_code(call, offer)
        code = f"{secrets.randbelow(10**PICKUP_DIGITS):0{PICKUP_DIGITS}}" if foreign and not textable else None
        return self._promise(call, offer, menu, code)

    def code_keyed(self, call: Call, state: VerifyingNumber, digits: str, menu: Menu) -> Next:
        """Whoever can read what was sent to the number may have it called."""
        if same_digits(digits, self.seals.code(state.text_id)):
            return self.promise(call, state, menu)
        refuse(self.tx, state.number, Refusal.WRONG_CODE, self.now)
        if state.failures + 1 >= WRONG_CODES_BEFORE_NO:
            return turned_down(state)
        return replace(state, failures=state.failures + 1)

    def _send_code(self, call: Call, offer: ConfirmingNumber) -> Next:
        wrong = refused_lately(self.tx, offer.number, Refusal.WRONG_CODE, self.now, timedelta(days=1))
        sent = texts.codes_sent(self.tx, offer.number, self.now - timedelta(days=1))
        if max(wrong, sent) >= WRONG_CODES_A_DAY:
            refuse(self.tx, offer.number, Refusal.DAILY, self.now)
            return _another_number(offer)
        text_id = texts.plan_code(self.tx, call.case_id, offer.number, call.language, self.now)
        self.text_later(text_id)
        return VerifyingNumber(**offer_of(offer), number=offer.number, text_id=text_id)

    def _promise(
        self, call: Call, offer: ConfirmingNumber | VerifyingNumber | SharedNumber, menu: Menu, code: str | None
    ) -> Next:
        if (returned := returning.give_back(self.tx, call.id, self.now)) is not None:
            offers.declined(self.tx, call.case_id, why="promised before", now=self.now)
            return self._promised_again(returned, offer, menu)
        terms = self._terms(call, offer, menu, code)
        made = promise(self.tx, terms, entry_id=offer.entry_id, numbers=self.rules.numbers, now=self.now)
        match made:
            case PromiseMade(callback_id=callback_id):
                offers.accepted(self.tx, call.case_id, callback_id)
                self.keep_later(callback_id)
                return Promised(
                    department=offer.department,
                    number=offer.number,
                    due_at=offer.due_at,
                    timed=offer.timed,
                    pickup_code=code,
                )
            case AlreadyPromised():
                return SharedNumber(**offer_of(offer), number=offer.number)
            case Refused():
                return _another_number(offer)
            case SlotFull():
                at = terms.due_at
                return self._near(TimeSaid(Offer(**offer_of(offer)), ()), at, "full", menu)

    def _promised_again(self, returned: GivenBack, offer: Offer, menu: Menu) -> State:
        """Who took the place of a promise, and wants to be called after all, has that promise."""
        if returned.agent_leg_id is not None:
            self.release_later(returned.agent_leg_id)
        due_at = self.now if offer.due_at is None else datetime.fromisoformat(offer.due_at)
        slot = self._slot(offer.department, due_at, menu) if offer.timed else None
        changes.move_to(self.tx, returned.callback_id, due_at, slot, who="caller", now=self.now)
        self.keep_later(returned.callback_id)
        return PromiseTold(what="moved" if offer.timed else "stands", due_at=offer.due_at)

    def _terms(
        self, call: Call, offer: ConfirmingNumber | VerifyingNumber | SharedNumber, menu: Menu, code: str | None
    ) -> Terms:
        due_at = self.now if offer.due_at is None else datetime.fromisoformat(offer.due_at)
        slot = self._slot(offer.department, due_at, menu) if offer.timed else None
        return Terms(
            case_id=call.case_id,
            department=self._department(offer.department, menu),
            number=offer.number,
            language=call.language,
            words=call.words,
            due_at=due_at,
            slot=slot,
            told_until=slot.ends_at if slot is not None else self._told_until(offer),
            another_person=isinstance(offer, SharedNumber),
            pickup_code=code,
        )

    def _told_until(self, offer: Offer) -> datetime | None:
        if offer.due_at is not None or offer.high_minutes is None:
            return None
        return self.now + timedelta(minutes=offer.high_minutes)

    # A promise that exists

    def pin_keyed(self, call: Call, state: EnteringPin, digits: str, menu: Menu) -> Held | EnteringPin | None:
        """The promise that the PIN opens; None when it was wrong too often."""
        number = self._caller(call).number
        found = None if number is None else returning.held_with_pin(self.tx, number, digits, self.seals, self.now)
        if found is not None:
            return found
        return None if state.failures >= 2 else replace(state, failures=state.failures + 1)

    def managing(self, found: Held) -> Managing:
        due_at = found.due_at.isoformat() if found.due_at > self.now else None
        return Managing(callback_id=found.id, department=found.department, due_at=due_at)

    def change_time(self, callback_id: int, menu: Menu) -> State:
        found = returning.held(self.tx, callback_id)
        if found is None:
            return PromiseTold(what="over")
        offer = Offer(department=found.department, why="asked")
        return self.show_times(ShowTimes(offer, "first", None, callback_id), menu)

    def move(self, callback_id: int, due_at: str | None, menu: Menu) -> State:
        found = returning.held(self.tx, callback_id)
        if found is None:
            return PromiseTold(what="over")
        at = self.now if due_at is None else datetime.fromisoformat(due_at)
        slot = None if due_at is None else self._slot(found.department, at, menu)
        changed = changes.move_to(self.tx, callback_id, at, slot, who="caller", now=self.now)
        if changed == Change.FULL:
            said = TimeSaid(Offer(department=found.department, why="asked"), (), callback_id)
            return self._near(said, at, "full", menu)
        if changed not in (Change.DONE, Change.SAME):
            return PromiseTold(what="over")
        self.keep_later(callback_id)
        return PromiseTold(what="moved", due_at=due_at)

    def cancel(self, callback_id: int) -> State:
        off = changes.cancel(self.tx, callback_id, who="caller", why="cancelled by phone", now=self.now)
        for sid in off.in_vain:
            self.hang_up_later(sid)
        if off.change in (Change.DONE, Change.SAME):
            self.keep_later(callback_id)
            return PromiseTold(what="cancelled")
        return PromiseTold(what="over")

    # Looking

    def _caller(self, call: Call) -> Caller:
        theirs = call.to_number if call.purpose == Purpose.CALLBACK else call.from_number
        return Caller(self.rules.numbers.usable(theirs), self._local_now())

    def _local_now(self) -> datetime:
        return self.now.astimezone(self.rules.zone)

    def _zone(self, menu: Menu) -> ZoneInfo:
        return ZoneInfo(menu.site.time_zone)

    def _department(self, department_id: str, menu: Menu) -> LineDepartment:
        return menu.department(department_id).for_line()

    def _hours(self, offer: Offer, menu: Menu) -> CallingHours:
        return CallingHours(menu.department(offer.department).hours, self.rules)


def returning_caller(tx: Connection, number: str | None, menu: Menu) -> Returning | None:
    """How a call from a number with open promises begins; None for everybody else."""
    promises = () if number is None else returning.held_for(tx, number)
    known = {department.id for department in menu.departments}
    promises = tuple(promise for promise in promises if promise.department in known)
    if not promises:
        return None
    return Returning(callback_id=promises[0].id if len(promises) == 1 else None)


def _choosing(
    offer: Offer, options: Sequence[datetime], why: TimeWhy, moving: int | None, failures: int
) -> ChoosingTime:
    told = tuple(at.astimezone(UTC).isoformat() for at in options)
    return ChoosingTime(**offer_of(offer), options=told, time_why=why, moving=moving, failures=failures)


def _another_number(offer: Offer) -> EnteringNumber:
    return EnteringNumber(**offer_of(offer), failures=1, number_why="unusable")
