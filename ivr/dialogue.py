"""The conversation's decisions: a state and what happened → what comes next. No clock, no database, no carrier."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from ivr import promise_talk
from ivr.menu.languages import LANGUAGE_KEY
from ivr.menu.levels import SubMenu
from ivr.menu.model import Menu
from ivr.promise_talk import LATER, Chosen, Hold, ShowTimes, TimeSaid
from ivr.states import (
    AnyChoice,
    Asking,
    Choice,
    Confirming,
    ConfirmingNumber,
    Ended,
    EnteringNumber,
    EnteringPin,
    Greeting,
    Holding,
    Joining,
    KeyingNumber,
    NumberWhy,
    Offer,
    Offering,
    ReadingKeys,
    Serving,
    State,
    VerifyingNumber,
    Whispering,
    Why,
    offer_of,
)
from speech.decide import AskAgain, Confirm, Decision, Go, Keys, Person, Thresholds, decide
from speech.expectation import HOLD_BY_LANGUAGE, PHONE_BY_LANGUAGE, YES_NO_BY_LANGUAGE, Expectation, Meaning
from speech.hearing import Hearing
from speech.values import Language, When, phone_number

FAILURES_BEFORE_PERSON = 2
THRESHOLDS = Thresholds()
DEPARTMENTS = "departments"
"""The name of the open question's expectation."""
KEYS_FROM_THE_START = ReadingKeys(failures=1, opening=True)
"""Where nobody listens: read twice, then a person."""


class By(StrEnum):
    """What chose a department."""

    KEY = "key"
    WORDS = "words"
    CONFIRMED = "confirmed"
    """Words, and then a yes."""
    FAILURES = "failures"
    """Nothing was understood, or something broke: on to a person."""


@dataclass(frozen=True)
class GoTo:
    """On to a department: what it is like there (open? a line?) decides the state. `key`: the one that was pressed."""

    department: str
    by: By
    key: str | None = None


@dataclass(frozen=True)
class NextRound:
    """Another round of the hold document; with news of the place and the wait, if some are due or `asked` for."""

    holding: Holding
    asked: bool = False


@dataclass(frozen=True)
class OfferAgain:
    """The waiting caller asked for the callback."""

    holding: Holding


@dataclass(frozen=True)
class MakePromise:
    """The caller confirmed the number: we will call back."""

    offer: ConfirmingNumber


@dataclass(frozen=True)
class AgentAccepts:
    """The agent takes the call that was whispered."""


@dataclass(frozen=True)
class AgentDeclines:
    """The agent does not take it. `answered`: they pressed another key, rather than nothing at all."""

    answered: bool


@dataclass(frozen=True)
class CalleeAccepts:
    """The caller whom we call back wants to talk now."""


@dataclass(frozen=True)
class CalleeDeclines:
    """The caller whom we call back does not."""


@dataclass(frozen=True)
class CalleeAbsent:
    """Nobody is there to talk; `machine`: the carrier says that a machine picked up."""

    machine: bool


@dataclass(frozen=True)
class ChangeLanguage:
    """The caller wants to go on in another language; it is no failure of anybody's."""

    language: str
    asked: Asking | ReadingKeys


@dataclass(frozen=True)
class ConversationOver:
    """The two have talked."""

    entry_id: int


Next = (
    State
    | GoTo
    | Hold
    | NextRound
    | OfferAgain
    | MakePromise
    | AgentAccepts
    | AgentDeclines
    | CalleeAccepts
    | CalleeDeclines
    | CalleeAbsent
    | ChangeLanguage
    | ConversationOver
    | Chosen
)


@dataclass(frozen=True)
class Caller:
    """What a decision may know about who is calling."""

    number: str | None
    """E.164, and one that we may call back; None when withheld or out of reach."""
    now: datetime
    """In the site's zone."""


def first_question(*, heard: bool) -> Asking | ReadingKeys:
    """What a call begins with; `heard`: somebody listens to its language."""
    return Asking() if heard else KEYS_FROM_THE_START


def question_anew(asked: Asking | ReadingKeys, *, heard: bool) -> Asking | ReadingKeys:
    """The same question to a caller who has changed the language: failures so far stay, none is added."""
    if not heard:
        return replace(KEYS_FROM_THE_START, failures=max(asked.failures, KEYS_FROM_THE_START.failures))
    match asked:
        case Asking(failures=failures):
            return Asking(failures=failures)
        case ReadingKeys(opening=True):
            return Asking()
        case ReadingKeys():
            return replace(asked, quiet=False)


def expectation(state: State, menu: Menu) -> Expectation | None:
    """What the caller may say now, in the menu's language; None where only keys count."""
    yes_no = YES_NO_BY_LANGUAGE[menu.language]
    match state:
        case Asking() | ReadingKeys():
            return open_question(menu)
        case Confirming(department=department):
            return replace(yes_no, name=f"confirm:{department}")
        case Offering():
            return replace(yes_no, name="offer", meanings=(*yes_no.meanings, LATER[menu.language]))
        case Choice():
            return promise_talk.choice_expectation(state, menu.language)
        case EnteringNumber():
            return PHONE_BY_LANGUAGE[menu.language]
        case ConfirmingNumber(number=number):
            return replace(yes_no, name=f"number:{number[-4:]}")
        case Holding(called_back=False):
            return HOLD_BY_LANGUAGE[menu.language]
        case Greeting(code=None):
            return replace(yes_no, name="callback")
        case _:
            return None


def open_question(menu: Menu) -> Expectation:
    """What the caller needs, in one sentence."""
    return Expectation(
        DEPARTMENTS,
        tuple(Meaning(department.id, department.phrases) for department in menu.departments),
        silence_seconds=0.6,
        language=menu.language,
        is_open=True,
        prompts=(menu.question, menu.examples),
    )


def on_key(state: State, key: str, menu: Menu, caller: Caller, usable: Callable[[str], str | None]) -> Next:
    """What a key does; `usable` tells whether a keyed number may be called back. A key without a meaning
    repeats the state rather than ending anything."""
    match state:
        case Asking() | ReadingKeys():
            return _key_in_menu(state, key, menu)
        case Confirming():
            return _key_while_confirming(state, key, menu)
        case Offering():
            return _key_on_offer(state, key, caller)
        case EnteringNumber() | KeyingNumber():
            return _number_keyed(state, key, usable)
        case ConfirmingNumber():
            return _key_on_number(state, key)
        case Choice() | EnteringPin() | VerifyingNumber():
            return promise_talk.key(state, key)
        case Holding():
            # Whom we have just phoned is not offered another call: they press 1 twice, say.
            return OfferAgain(state) if key == "1" and not state.called_back else NextRound(state, asked=True)
        case Whispering():
            return AgentAccepts() if key == "1" else AgentDeclines(answered=True)
        case Greeting():
            return CalleeAccepts() if key == (state.code or "1") else CalleeDeclines()
        case _:
            return state


def on_silence(state: State, menu: Menu, *, machine: bool = False) -> Next:
    """The document ran to its end and nobody pressed or said anything that we understood. `machine`: the carrier says
    that a machine picked up; it may be wrong, so it only spares the second try."""
    match state:
        case Asking() | ReadingKeys():
            return _failed(state, "silence", menu)
        case Confirming():
            return _again_or(state, GoTo(menu.person.id, By.FAILURES))
        case Offering() | ConfirmingNumber():
            return _again_or(state, turn_down(state))
        case EnteringNumber() | KeyingNumber():
            return _number_again_or_not(state, "silence")
        case Choice() | EnteringPin() | VerifyingNumber():
            return promise_talk.silence(state)
        case Holding():
            return NextRound(state)
        case Whispering():
            return _again_or(state, AgentDeclines(answered=False))
        case Greeting():
            absent = CalleeAbsent(machine)
            return absent if machine else _again_or(state, absent)
        case _:
            return state


def on_deaf(state: State) -> State | None:
    """We can't hear this caller: the keys are read out. Questions with a yes or no name their keys anyway."""
    match state:
        case Asking():
            return ReadingKeys()
        case Confirming() | Offering() | ConfirmingNumber() | Greeting() | Choice():
            return replace(state, quiet=False)
        case EnteringNumber():
            return KeyingNumber(**offer_of(state), failures=state.failures, number_why=state.number_why)
        case _:
            return None


def on_conference_over(state: State) -> Next | None:
    """A leg came out of its conference."""
    match state:
        case Joining(entry_id=entry_id) | Serving(entry_id=entry_id):
            return ConversationOver(entry_id)
        case _:
            return None


def on_rescue(state: State, menu: Menu) -> Next:
    """After a fault of ours: whoever was still choosing goes to a person."""
    match state:
        case Asking() | Confirming() | ReadingKeys():
            return GoTo(menu.person.id, By.FAILURES)
        case Offering() | EnteringNumber() | KeyingNumber() | ConfirmingNumber():
            return turn_down(state)
        case Choice() | EnteringPin() | VerifyingNumber():
            return promise_talk.rescued(state)
        case _:
            return state


def on_words(
    state: State, hearing: Hearing, menu: Menu, caller: Caller, usable: Callable[[str], str | None]
) -> tuple[Next | None, Decision]:
    """What the caller's words do; None: nothing, they wait on. The decision is told apart from its effect so that both
    can be recorded."""
    match state:
        case Asking() | ReadingKeys():
            always = hearing.meaning is not None and menu.department(hearing.meaning).always_confirm
            decision = decide(hearing, THRESHOLDS, failures=state.failures, always_confirm=always)
            return _words_in_menu(state, decision, menu), decision
        case EnteringNumber():
            return _number_said(state, hearing, menu.language, usable)
        case Choice():
            return _choice_said(state, hearing, menu, caller)
        case Offering() if readings := promise_talk.times_said(hearing, menu.language, caller.now):
            return _time_said(state, readings, caller)
        case Holding():
            decision = decide(hearing, THRESHOLDS, failures=0, always_confirm=False)
            return _words_on_hold(state, decision), decision
        case _:
            decision = decide(hearing, THRESHOLDS, failures=0, always_confirm=False)
            return _yes_or_no(state, decision, menu, caller), decision


def on_speaking(state: State) -> State | None:
    """The caller talks over our prompt: fall silent. None when there is no prompt to stop."""
    match state:
        case (
            Asking()
            | Confirming()
            | ReadingKeys()
            | Offering()
            | EnteringNumber()
            | ConfirmingNumber()
            | Greeting()
            | Choice()
        ):
            return None if state.quiet else replace(state, quiet=True)
        case _:
            return None


def take_number(offer: Offer, caller: Caller) -> State:
    """The caller wants the call: which number?"""
    if caller.number is None:
        return EnteringNumber(**offer_of(offer))
    return ConfirmingNumber(**offer_of(offer), number=caller.number)


def turn_down(offer: Offer) -> Next:
    """No callback, then: back to the place in the line, or goodbye where there is no line."""
    return Ended() if offer.entry_id is None else Hold(offer)


def _key_in_menu(state: Asking | ReadingKeys, key: str, menu: Menu) -> Next:
    if key == "#" and (here := menu.submenu(_within(state))) is not None:
        return ReadingKeys(failures=state.failures, menu=here.within)
    if key in ("*", "#"):
        return _repeated(state)
    if key == LANGUAGE_KEY and menu.other_language is not None:
        return ChangeLanguage(menu.other_language, state)
    chosen = next((option for option in menu.options(_within(state)) if option.key == key), None)
    match chosen:
        case None:
            return _failed(state, "unclear", menu)
        case SubMenu(id=deeper):
            return ReadingKeys(failures=state.failures, menu=deeper)
        case _:
            return GoTo(chosen.id, By.KEY, key)


def _within(state: Asking | ReadingKeys) -> str | None:
    return state.menu if isinstance(state, ReadingKeys) else None


def _failed(state: Asking | ReadingKeys, why: Why, menu: Menu) -> Next:
    """In a menu below the first question its keys are read again: whoever presses keys is not asked to speak."""
    if isinstance(state, Asking) or state.menu is None or state.failures >= FAILURES_BEFORE_PERSON:
        return _after_failure(state.failures, why, menu)
    return replace(state, failures=state.failures + 1, quiet=False)


def _repeated(state: Asking | ReadingKeys) -> Asking | ReadingKeys:
    if isinstance(state, ReadingKeys):
        return replace(state, quiet=False, opening=False)
    return replace(state, why="repeat", quiet=False)


def _key_while_confirming(state: Confirming, key: str, menu: Menu) -> Next:
    match key:
        case "1":
            return GoTo(state.department, By.CONFIRMED)
        case "2":
            return _misunderstood(state, menu)
        case "0":
            return GoTo(menu.person.id, By.KEY, key)
        case _:
            return replace(state, quiet=False)


def _key_on_offer(state: Offering, key: str, caller: Caller) -> Next:
    match key:
        case "1":
            return take_number(state, caller)
        case "2" | "0":
            return turn_down(state)
        case "3":
            return ShowTimes(Offer(**offer_of(state)), "first")
        case _:
            return replace(state, quiet=False)


def _key_on_number(state: ConfirmingNumber, key: str) -> Next:
    match key:
        case "1":
            return MakePromise(state)
        case "2":
            return EnteringNumber(**offer_of(state))
        case "3":
            return ShowTimes(Offer(**offer_of(state)), "first")
        case "0":
            return turn_down(state)
        case _:
            return replace(state, quiet=False)


def _number_keyed(state: EnteringNumber | KeyingNumber, digits: str, usable: Callable[[str], str | None]) -> Next:
    if digits == "0":  # A lone 0 is a person, here as everywhere.
        return turn_down(state)
    number = usable(digits)
    if number is None:
        return _number_again_or_not(state, "unusable")
    return ConfirmingNumber(**offer_of(state), number=number)


def _number_said(
    state: EnteringNumber, hearing: Hearing, language: Language, usable: Callable[[str], str | None]
) -> tuple[Next, Decision]:
    """Whatever was heard is read back; a number that nobody may call is asked for again, as when it is keyed."""
    number = number_said(hearing, language, usable)
    if number is not None:
        return ConfirmingNumber(**offer_of(state), number=number), Confirm("phone")
    decision = decide(hearing, THRESHOLDS, failures=state.failures, always_confirm=False)
    if isinstance(decision, Go):
        return turn_down(state), decision
    why: NumberWhy = "unusable" if number_said(hearing, language, lambda any_number: any_number) else "unclear"
    if state.failures:
        return KeyingNumber(**offer_of(state), failures=state.failures, number_why=why), Keys()
    return replace(state, failures=1, number_why=why, quiet=False), AskAgain()


def number_said(hearing: Hearing, language: Language, usable: Callable[[str], str | None]) -> str | None:
    """The likeliest reading that is a number which may be called (E.164)."""
    spoken = (phone_number(reading.text, language) for reading in hearing.alternatives)
    numbers = (usable(number.e164) for number in spoken if number is not None)
    return next((number for number in numbers if number is not None), None)


def _words_in_menu(state: Asking | ReadingKeys, decision: Decision, menu: Menu) -> Next:
    match decision:
        case Go(meaning):
            return GoTo(meaning, By.WORDS)
        case Confirm(meaning):
            return Confirming(department=meaning, failures=state.failures)
        case AskAgain() | Keys() | Person():
            return _failed(state, "unclear", menu)


def _words_on_hold(state: Holding, decision: Decision) -> Next | None:
    """Only what is sure: the music of the house, or a talk in the room, is no reason to disturb who waits."""
    match decision:
        case Go("callback"):
            return OfferAgain(state)
        case Go("how_long"):
            return NextRound(state, asked=True)
        case _:
            return None


def _yes_or_no(state: State, decision: Decision, menu: Menu, caller: Caller) -> Next:
    # A shaky yes is asked again: "네" is the shortest word and the easiest to imagine in noise.
    said = decision.meaning if isinstance(decision, Go) else None
    match state, said:
        case Confirming(department=department), "yes":
            return GoTo(department, By.CONFIRMED)
        case Confirming(), "no":
            return _misunderstood(state, menu)
        case Offering(), "yes":
            return take_number(state, caller)
        case Offering(), "later":
            return ShowTimes(Offer(**offer_of(state)), "first")
        case Offering() | ConfirmingNumber(), "no":
            return EnteringNumber(**offer_of(state)) if isinstance(state, ConfirmingNumber) else turn_down(state)
        case ConfirmingNumber(), "yes":
            return MakePromise(state)
        case Greeting(), "yes":
            return CalleeAccepts()
        case Greeting(), "no":
            return CalleeDeclines()
        case _:
            return on_silence(state, menu)


def _time_said(state: Offering, readings: tuple[When, ...], caller: Caller) -> tuple[Next, Decision]:
    """A time in answer to the offer: it is read back together with the number."""
    if promise_talk.means_now(readings, caller.now):
        return take_number(state, caller), Go("yes")
    return TimeSaid(Offer(**offer_of(state)), readings), Confirm("when")


def _choice_said(state: AnyChoice, hearing: Hearing, menu: Menu, caller: Caller) -> tuple[Next, Decision]:
    decision = decide(hearing, THRESHOLDS, failures=0, always_confirm=False)
    said = decision.meaning if isinstance(decision, Go) else None
    following = promise_talk.words(state, said, hearing, menu.language, caller.now)
    if isinstance(following, TimeSaid):
        decision = Confirm("when")
    return following, decision


def _misunderstood(state: Confirming, menu: Menu) -> Next:
    return _after_failure(state.failures, "unclear", menu)


def _after_failure(failures: int, why: Why, menu: Menu) -> Next:
    match failures:
        case 0:
            return Asking(failures=1, why=why)
        case 1:
            return ReadingKeys(failures=FAILURES_BEFORE_PERSON)
        case _:
            return GoTo(menu.person.id, By.FAILURES)


def _number_again_or_not(state: EnteringNumber | KeyingNumber, why: NumberWhy) -> Next:
    if state.failures:
        return turn_down(state)
    if isinstance(state, EnteringNumber):
        return replace(state, failures=1, number_why=why, quiet=False)
    return replace(state, failures=1, number_why=why)


def _again_or(state: Confirming | Offering | ConfirmingNumber | Whispering | Greeting, otherwise: Next) -> Next:
    if state.failures:
        return otherwise
    if isinstance(state, Whispering):
        return replace(state, failures=1)
    return replace(state, failures=1, quiet=False)
