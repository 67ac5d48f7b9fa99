"""What a decision does to the line, the agents and the promises, inside the transaction that takes it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from callbacks import offers, reach, returning, safety
from callbacks.lifecycle import AGENT_OUTCOMES, CALLEE_OUTCOMES, AttemptOutcome
from callbacks.promises import Origin, job_due
from callbacks.retries import CallbackRules
from callbacks.seals import Seals
from callqueue import agents, ledger, legs, line, transfer, wait
from callqueue.department import Department as LineDepartment
from callqueue.legs import Purpose
from ivr import call as call_rows
from ivr.call import FINAL_STATUSES, Call
from ivr.dialogue import (
    AgentAccepts,
    AgentDeclines,
    By,
    CalleeAbsent,
    CalleeAccepts,
    CalleeDeclines,
    ChangeLanguage,
    ConversationOver,
    GoTo,
    MakePromise,
    Next,
    NextRound,
    OfferAgain,
    question_anew,
)
from ivr.listeners import Listener, Listeners, listener_for
from ivr.menu.hours import OpeningHours
from ivr.menu.model import Menu
from ivr.promise_talk import (
    CancelPromise,
    ChangeTime,
    CodeKeyed,
    EarlierPromise,
    Hold,
    JoinHeld,
    MovePromise,
    NewMatter,
    PinKeyed,
    PromiseAnother,
    ShowTimes,
    TakeOption,
    TimeSaid,
    ToPerson,
)
from ivr.promising import Promising
from ivr.states import (
    Asking,
    ChoosingTime,
    ConfirmingMove,
    Ended,
    EnteringPin,
    Greeting,
    Holding,
    Joining,
    LeavingWord,
    Offer,
    Offering,
    Promised,
    PromiseTold,
    ReadingKeys,
    Released,
    Serving,
    State,
    Whispering,
)
from ivr.waiting import Telling, again_at, is_due, music, tell
from store.tables import attempts, callbacks, calls


@dataclass
class After:
    """Work that waits for the commit: whoever is told early would find nothing in SQL."""

    rings: list[int] = field(default_factory=list)
    """Legs to dial."""
    promises: list[int] = field(default_factory=list)
    """Callbacks whose next job has to be put."""
    moves: list[str] = field(default_factory=list)
    """Calls that the carrier must fetch a new document for."""
    ends: list[str] = field(default_factory=list)
    """Calls that the carrier must end."""
    matched: bool = False
    """It was looked who can be rung."""
    texts: list[int] = field(default_factory=list)
    """Texts to send; those about promises are found with the promises."""


@dataclass(frozen=True)
class Settlement:
    """One event's work. `tx` is its transaction, `now` its moment."""

    tx: Connection
    now: datetime
    departments: Callable[[Connection], Mapping[str, LineDepartment]]
    phone_number: str
    rules: CallbackRules
    waits: wait.WaitEstimator
    listeners: Listeners
    after: After
    seals: Seals
    texts_are_sent: bool

    def settle(self, call: Call, following: Next, menu: Menu) -> tuple[State, dict[str, Any]]:
        """The state that a decision leads to, and the columns that change with it."""
        state, columns = self._settle(call, following, menu)
        self._record_offer(call, state)
        return state, columns

    def _record_offer(self, call: Call, state: State) -> None:
        """Every offer is on record, and what the caller said to it."""
        if _changes_a_promise(call.state) or _changes_a_promise(state):
            return
        match call.state, state:
            case Offer(), Offer() | Promised():
                return
            case _, Offer(department=department, why=why):
                offers.offered(
                    self.tx,
                    case_id=call.case_id,
                    department=department,
                    language=call.language,
                    why=why,
                    now=self.now,
                )
            case Offer(), _:
                offers.declined(self.tx, call.case_id, why="said no", now=self.now)

    def _settle(self, call: Call, following: Next, menu: Menu) -> tuple[State, dict[str, Any]]:
        match following:
            case GoTo(department=department):
                return self._arrive(call, department, menu), {"department": department}
            case Hold(offer=offer):
                return self._back_to_line(offer, menu), {}
            case NextRound(holding=holding, asked=asked):
                return self._next_round(holding, menu, asked=asked), {}
            case OfferAgain(holding=holding):
                of_line = menu.department(holding.department).for_line()
                return self.tell(holding.entry_id, of_line).offer("asked"), {}
            case MakePromise(offer=offer) | PromiseAnother(offer=offer):
                return self.settle(call, self._promising.promise(call, offer, menu), menu)
            case EarlierPromise(offer=offer):
                return self._earlier_promise(call, offer), {}
            case ShowTimes() | TimeSaid() | TakeOption() | CodeKeyed() | ChangeTime() | MovePromise() | CancelPromise():
                return self.settle(call, self._chosen(call, following, menu), menu)
            case JoinHeld(callback_id=callback_id):
                return self._join_held(call, callback_id, menu)
            case PinKeyed(state=state, digits=digits):
                return self._pin_keyed(call, state, digits, menu)
            case ToPerson():
                return self.settle(call, GoTo(menu.person.id, By.KEY, "0"), menu)
            case NewMatter():
                return self._new_matter(call), {}
            case AgentAccepts():
                return self._agent_accepts(call), {}
            case AgentDeclines(answered=answered):
                outcome = AttemptOutcome.AGENT_DECLINED if answered else AttemptOutcome.AGENT_NO_ANSWER
                return self._agent_lost(call, outcome), {}
            case CalleeAccepts():
                return self._callee_accepts(call), {}
            case CalleeDeclines():
                self._callee_lost(call, _declined(call.state))
                return Ended(), {}
            case CalleeAbsent(machine=machine):
                again_at = self._callee_lost(
                    call, AttemptOutcome.MACHINE if machine else AttemptOutcome.CALLER_DECLINED
                )
                return LeavingWord(department=call.department or "", again_at=again_at), {}
            case ChangeLanguage(language=language, asked=question):
                return self._change_language(call, language, question), {"language": language}
            case ConversationOver(entry_id=entry_id):
                self._over(entry_id)
                is_agent = call.purpose == Purpose.AGENT
                return Released(why="served") if is_agent else Ended(farewell="served"), {}
            case _:
                return following, {}

    def first_words(self, leg: Call) -> State:
        """What a leg that we dialled hears on picking up."""
        match leg.state:
            case Whispering():
                return self._whisper(leg)
            case Greeting() as state:
                return replace(state, department=leg.department or "", code=self._pickup_code(leg))
            case state:
                return state

    def ended(self, call: Call, status: str) -> None:
        """The carrier says that a call is over. Harmless when everything was settled before."""
        if isinstance(call.state, Offer):
            offers.declined(self.tx, call.case_id, why="hung up", now=self.now)
        match call.state:
            case Whispering():
                self._agent_lost(call, AGENT_OUTCOMES[status])
            case Greeting():
                self._callee_lost(call, CALLEE_OUTCOMES[status])
            case Joining(entry_id=entry_id) | Serving(entry_id=entry_id):
                self._over(entry_id)
            case Holding(called_back=True):
                self._callee_lost(call, AttemptOutcome.CALLER_LEFT)
            case _ if call.purpose != Purpose.AGENT:
                self._caller_gone(call)
            case _:
                self.dispatch()  # It was settled before; the agent's phone is free from now on.

    # Callers

    def _change_language(self, call: Call, language: str, asked: Asking | ReadingKeys) -> State:
        call_rows.case_speaks(self.tx, call.case_id, language)
        return question_anew(asked, heard=listener_for(self.listeners, language) != Listener.NOBODY)

    def _arrive(self, call: Call, department_id: str, menu: Menu) -> State:
        department = menu.department(department_id)
        may_call = self._may_be_called(call)
        if not department.hours.is_open(self.now):
            if not may_call:
                return Ended(farewell="closed", department=department_id)
            opens = department.hours.next_opening(self.now)
            return Offering(department=department_id, why="closed", due_at=None if opens is None else opens.isoformat())
        of_line = department.for_line()
        if may_call and not agents.anybody_at_work(self.tx, of_line):
            return Offering(department=department_id, why="nobody")
        first = replace(of_line, priority=max(of_line.priority, menu.callers.get(call.from_number, 0)))
        entry_id = line.join(self.tx, case_id=call.case_id, call_id=call.id, department=first, now=self.now)
        self.dispatch()
        return self._hold_or_offer(entry_id, of_line, department.hours, may_call)

    def _may_be_called(self, call: Call) -> bool:
        """A callback is offered to those for whom it can be kept. Who withholds the number is asked for one."""
        number = self.rules.numbers.usable(call.from_number)
        return number is None or safety.refusal(self.tx, number, self.rules.numbers, self.now) is None

    def _hold_or_offer(self, entry_id: int, department: LineDepartment, hours: OpeningHours, may_call: bool) -> State:
        told = self.tell(entry_id, department)
        limit = department.callback_above_seconds
        if not may_call or limit is None or told.forecast is None or told.forecast.mid_seconds <= limit:
            return told.holding("arrival")
        reached_at = self.now + timedelta(seconds=told.forecast.mid_seconds)
        if hours.is_open(reached_at) and not self.rules.quiet(reached_at):
            return told.offer("long")
        # Their turn would come after closing: the call can be promised for the next opening only.
        opens = hours.next_opening(reached_at)
        return replace(told.offer("late"), due_at=None if opens is None else opens.isoformat())

    def _back_to_line(self, offer: Offer, menu: Menu) -> State:
        """What the offer told is not told again."""
        if offer.entry_id is None:
            return Ended()
        so_far = ledger.told(self.tx, offer.entry_id)
        department = menu.department(offer.department).for_line()
        return Holding(
            department=offer.department,
            entry_id=offer.entry_id,
            opening="arrival" if offer.why == "long" else "back",
            due_at=again_at(department, so_far.times, so_far.last_at or self.now),
        )

    def _next_round(self, holding: Holding, menu: Menu, *, asked: bool) -> State:
        if holding.called_back or (not asked and not is_due(holding, self.now)):
            return music(holding)
        told = self.tell(holding.entry_id, menu.department(holding.department).for_line())
        return told.offer("nobody") if told.nobody_any_more else told.holding()

    def tell(self, entry_id: int, department: LineDepartment) -> Telling:
        return tell(self.tx, self.waits, department, entry_id, self.now)

    # Promises

    @property
    def _promising(self) -> Promising:
        after = self.after
        return Promising(
            self.tx,
            self.now,
            self.rules,
            self.seals,
            self.texts_are_sent,
            text_later=after.texts.append,
            keep_later=after.promises.append,
            hang_up_later=after.ends.append,
            release_later=lambda leg_id: self.release(leg_id, Released(why="caller_left")),
        )

    def _chosen(self, call: Call, chosen: Next, menu: Menu) -> Next:
        promising = self._promising
        match chosen:
            case ShowTimes():
                return promising.show_times(chosen, menu)
            case TimeSaid():
                return promising.time_said(call, chosen, menu)
            case TakeOption():
                return promising.option_taken(call, chosen, menu)
            case CodeKeyed(state=state, digits=digits):
                return promising.code_keyed(call, state, digits, menu)
            case ChangeTime(callback_id=callback_id):
                return promising.change_time(callback_id, menu)
            case MovePromise(callback_id=callback_id, due_at=due_at):
                return promising.move(callback_id, due_at, menu)
            case CancelPromise(callback_id=callback_id):
                return promising.cancel(callback_id)
            case _:
                return chosen

    def _earlier_promise(self, call: Call, offer: Offer) -> State:
        """The promise of the earlier call stands; a second place in the line would ring them twice."""
        offers.declined(self.tx, call.case_id, why="promised before", now=self.now)
        if offer.entry_id is not None:
            line.leave(self.tx, offer.entry_id, "promised", self.now)
        return PromiseTold(what="stands")

    def _join_held(self, call: Call, callback_id: int, menu: Menu) -> tuple[State, dict[str, Any]]:
        promise = returning.held(self.tx, callback_id)
        if promise is None:
            return PromiseTold(what="over"), {}
        department = menu.department(promise.department)
        if not department.hours.is_open(self.now):
            return PromiseTold(what="closed", department=department.id), {}
        entry_id = returning.take_place(self.tx, callback_id, call.id, department.for_line(), self.now)
        if entry_id is None:
            return PromiseTold(what="over"), {}
        self.dispatch()
        told = self.tell(entry_id, department.for_line())
        return told.holding("arrival"), {"department": department.id}

    def _pin_keyed(self, call: Call, state: EnteringPin, digits: str, menu: Menu) -> tuple[State, dict[str, Any]]:
        found = self._promising.pin_keyed(call, state, digits, menu)
        match found:
            case None:
                return self._new_matter(call), {}
            case EnteringPin():
                return found, {}
            case promise if state.purpose == "join":
                return self._join_held(call, promise.id, menu)
            case promise:
                return self._promising.managing(promise), {}

    def _new_matter(self, call: Call) -> State:
        if listener_for(self.listeners, call.language) == Listener.NOBODY:
            return ReadingKeys(failures=1)
        return Asking(why="repeat")

    def _caller_gone(self, call: Call) -> None:
        ringing = reach.caller_gone(self.tx, call.id, self.rules, self.now)
        if ringing is not None:
            self.release(ringing, Released(why="caller_left"))
            self.dispatch()

    # Agents

    def _whisper(self, leg: Call) -> State:
        entry = None if leg.entry_id is None else line.entry(self.tx, leg.entry_id)
        if entry is None or entry.state != line.EntryState.OFFERED or entry.agent_id != leg.agent_id:
            return Released(why="caller_left")
        passed_on = transfer.transfer_to(self.tx, entry.id)
        # Who was passed on waits since then: before, they talked.
        since = entry.joined_at if passed_on is None else passed_on.at
        return Whispering(
            department=entry.department,
            words=self._reason_of_follow_up(leg) or self._words_of_case(leg.case_id),
            waited_seconds=(self.now - since).total_seconds(),
            callback_attempt=self._attempt_ordinal(leg),
            passed_from=None if passed_on is None else passed_on.from_department,
            transfer_reason=None if passed_on is None else passed_on.reason.value,
            note="" if passed_on is None else passed_on.note,
        )

    def _words_of_case(self, case_id: int) -> str:
        """In the caller's own words; looked up late, since the leg may be planned before they are written."""
        said = select(calls.c.words).where(calls.c.case_id == case_id, calls.c.purpose == Purpose.CALLER.value)
        return str(self.tx.execute(said.order_by(calls.c.id)).scalar() or "")

    def _reason_of_follow_up(self, leg: Call) -> str:
        """Why an agent promised the call; empty for a promise that the caller asked for."""
        reason = select(callbacks.c.words).join(attempts, attempts.c.callback_id == callbacks.c.id)
        joined = reason.join(calls, calls.c.attempt_id == attempts.c.id).where(calls.c.id == leg.id)
        return str(self.tx.execute(joined.where(callbacks.c.origin == Origin.AGENT.value)).scalar() or "")

    def _attempt_ordinal(self, leg: Call) -> int | None:
        ordinal = select(attempts.c.ordinal).join(calls, calls.c.attempt_id == attempts.c.id)
        return self.tx.execute(ordinal.where(calls.c.id == leg.id)).scalar()

    def _agent_accepts(self, leg: Call) -> State:
        taken = reach.agent_accepted(self.tx, leg.id, self.now)
        if taken is None or leg.entry_id is None:
            return Released(why="caller_left")
        if taken.caller_leg_id is not None:
            self.after.rings.append(taken.caller_leg_id)
        if taken.live_call_id is not None:
            self._join_caller(taken.live_call_id, leg.entry_id)
        return Serving(entry_id=leg.entry_id, callback=taken.caller_leg_id is not None)

    def _join_caller(self, call_id: int, entry_id: int) -> None:
        call = call_rows.by_id(self.tx, call_id)
        if call is not None and call.sid is not None:
            call_rows.advance(self.tx, call, Joining(entry_id=entry_id))
            self.after.moves.append(call.sid)

    def _agent_lost(self, leg: Call, outcome: AttemptOutcome) -> State:
        reach.agent_leg_failed(self.tx, leg.id, outcome, self.rules, self.now)
        self.dispatch()
        return Released(why="declined")

    def release(self, leg_id: int, farewell: Released | Ended) -> None:
        """End a leg, with a word of why if somebody is on it. One that has ended by itself is left alone."""
        leg = call_rows.by_id(self.tx, leg_id)
        if leg is None or leg.ended:
            return
        call_rows.advance(self.tx, leg, farewell)
        if leg.sid is None:
            legs.cancel(self.tx, leg_id, self.now)
        elif leg.answered:
            self.after.moves.append(leg.sid)
        else:
            self.after.ends.append(leg.sid)

    # Callers whom we call back

    def _pickup_code(self, leg: Call) -> str | None:
        of_leg = select(callbacks.c.pickup_code).join(attempts, attempts.c.callback_id == callbacks.c.id)
        joined = of_leg.join(calls, calls.c.attempt_id == attempts.c.id).where(calls.c.id == leg.id)
        code: str | None = self.tx.execute(joined).scalar()
        return code

    def _callee_accepts(self, leg: Call) -> State:
        welcome = None if leg.entry_id is None else reach.caller_leg_accepted(self.tx, leg.id, self.now)
        if welcome is None or leg.entry_id is None:
            return Ended()
        if welcome == reach.Welcome.JOIN:
            return Joining(entry_id=leg.entry_id)
        self.dispatch()
        return Holding(department=leg.department or "", entry_id=leg.entry_id, opening="arrival", called_back=True)

    def _callee_lost(self, leg: Call, outcome: AttemptOutcome) -> str | None:
        """They could not be reached: the agent who waits alone is told and set free. When they are rung again (ISO);
        None: not any more."""
        agent_leg = self.agent_leg(leg.entry_id)
        retried = reach.caller_leg_failed(self.tx, leg.id, outcome, self.rules, self.now)
        if agent_leg is not None:
            self.release(agent_leg, Released(why="caller_unreachable"))
        if retried is not None:
            self.after.promises.append(retried)
        self.dispatch()
        job = None if retried is None else job_due(self.tx, retried)
        return None if job is None else job.due_at.isoformat()

    def agent_leg(self, entry_id: int | None) -> int | None:
        """The agent's side of a conversation."""
        beside = select(calls.c.id).where(
            calls.c.purpose == Purpose.AGENT.value,
            calls.c.entry_id == entry_id,
            calls.c.status.not_in(FINAL_STATUSES),
        )
        return self.tx.execute(beside.order_by(calls.c.id.desc())).scalar()

    # Both

    def _over(self, entry_id: int) -> None:
        ended = reach.conversation_ended(self.tx, entry_id, self.rules, self.now)
        if ended.loose_leg_id is not None:
            # Where the promise goes on, the agent has left before the caller was there.
            self.release(ended.loose_leg_id, Ended(farewell="bye" if ended.callback_id is None else "agent_lost"))
        if ended.callback_id is not None:
            self.after.promises.append(ended.callback_id)
        self.dispatch()

    def dispatch(self) -> None:
        """Somebody joined or somebody is free: who can be rung now?"""
        departments = self.departments(self.tx)
        self.after.matched = True
        self.after.rings.extend(reach.dispatch(self.tx, departments, self.phone_number, self.rules, self.now))


def _changes_a_promise(state: State) -> bool:
    """It looks like an offer, and is about a promise that was made long ago."""
    return isinstance(state, ConfirmingMove) or (isinstance(state, ChoosingTime) and state.moving is not None)


def _declined(state: State) -> AttemptOutcome:
    coded = isinstance(state, Greeting) and state.code is not None
    return AttemptOutcome.WRONG_CODE if coded else AttemptOutcome.CALLER_DECLINED
