"""The conversation about promises: at which time, whose, changed or called off. Pure, like ivr/dialogue.py."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from ivr.states import (
    AnyChoice,
    ChoosingTime,
    ConfirmingCancel,
    ConfirmingMove,
    Ended,
    EnteringPin,
    Managing,
    Offer,
    PromiseTold,
    Returning,
    SharedNumber,
    State,
    TimeWhy,
    VerifyingNumber,
    offer_of,
)
from speech.expectation import YES_NO_BY_LANGUAGE, Expectation, Meaning
from speech.hearing import Hearing
from speech.values import Language, Moment, When, when

WRONG_CODES_BEFORE_NO = 3
MORE_TIMES_KEY, PERSON_KEY = "9", "0"
AT_ONCE = timedelta(minutes=1)
"""Who says "now" means: as soon as it is my turn."""


@dataclass(frozen=True)
class Hold:
    """Back to waiting at the place the caller has."""

    offer: Offer


@dataclass(frozen=True)
class TimeSaid:
    """The caller named a time, which has several readings at times."""

    offer: Offer
    readings: tuple[When, ...]
    moving: int | None = None
    failures: int = 0


@dataclass(frozen=True)
class ShowTimes:
    """Times that are free are read out, from `after` on (ISO; null: the first ones)."""

    offer: Offer
    why: TimeWhy
    after: str | None = None
    moving: int | None = None
    failures: int = 0


@dataclass(frozen=True)
class TakeOption:
    """The caller took a time that was read out."""

    offer: Offer
    at: str
    moving: int | None = None


@dataclass(frozen=True)
class CodeKeyed:
    """The code that was sent to another number."""

    state: VerifyingNumber
    digits: str


@dataclass(frozen=True)
class PromiseAnother:
    """It is another person's promise, at a number that has one."""

    offer: SharedNumber


@dataclass(frozen=True)
class EarlierPromise:
    """It is their own promise, of an earlier call: it stands."""

    offer: SharedNumber


@dataclass(frozen=True)
class JoinHeld:
    """The caller waits now, at the place that is kept for them."""

    callback_id: int


@dataclass(frozen=True)
class PinKeyed:
    state: EnteringPin
    digits: str


@dataclass(frozen=True)
class MovePromise:
    callback_id: int
    due_at: str | None
    """ISO; null: as soon as the turn comes."""


@dataclass(frozen=True)
class CancelPromise:
    callback_id: int


@dataclass(frozen=True)
class ChangeTime:
    """Of a promise, by the caller who knows its PIN."""

    callback_id: int


@dataclass(frozen=True)
class NewMatter:
    """Something else than the promise: on to the open question."""


@dataclass(frozen=True)
class ToPerson:
    """A lone 0."""


Chosen = (
    State
    | Hold
    | TimeSaid
    | ShowTimes
    | TakeOption
    | CodeKeyed
    | PromiseAnother
    | EarlierPromise
    | JoinHeld
    | PinKeyed
    | MovePromise
    | CancelPromise
    | ChangeTime
    | NewMatter
    | ToPerson
)
Keyed = AnyChoice | EnteringPin | VerifyingNumber


def key(state: Keyed, digits: str) -> Chosen:
    """What a key does. One without a meaning repeats the question."""
    match state, digits:
        case ChoosingTime(), _:
            return _key_on_times(state, digits)
        case VerifyingNumber(), "0":
            return turned_down(state)
        case VerifyingNumber(), _:
            return CodeKeyed(state, digits)
        case ((EnteringPin() | Returning() | Managing()), "0"):
            return ToPerson()
        case EnteringPin(), _:
            return PinKeyed(state, digits)
        case ConfirmingMove(), "1":
            return MovePromise(state.moving, state.due_at)
        case ConfirmingMove(), "2":
            return ChangeTime(state.moving)
        case SharedNumber(), "1":
            return EarlierPromise(state)
        case SharedNumber(), "2":
            return PromiseAnother(state)
        case ConfirmingCancel(), "1":
            return CancelPromise(state.callback_id)
        case ((ConfirmingMove() | ConfirmingCancel() | SharedNumber()), ("2" | "0")):
            return PromiseTold(what="stands")
        case Returning(), ("1" | "2" | "3" | "4"):
            return _on_return(state, _RETURNING_KEYS[digits])
        case Managing(), ("1" | "2" | "3" | "4"):
            return _on_managing(state, _MANAGING_KEYS[digits])
        case _:
            return replace(state, quiet=False)


def silence(state: Keyed) -> Chosen:
    """Asked twice and nothing came: nothing is changed, nothing is promised."""
    if isinstance(state, ChoosingTime):
        return _times_again(state, "silence")
    if not state.failures:
        return replace(state, failures=1) if isinstance(state, EnteringPin | VerifyingNumber) else _asked_again(state)
    match state:
        case VerifyingNumber():
            return turned_down(state)
        case Returning() | EnteringPin():
            return NewMatter()
        case SharedNumber():
            return EarlierPromise(state)
        case _:
            return PromiseTold(what="stands")


def _asked_again(state: AnyChoice) -> AnyChoice:
    return replace(state, failures=1, quiet=False)


def rescued(state: Keyed) -> Chosen:
    """After a fault of ours."""
    match state:
        case Returning() | EnteringPin():
            return ToPerson()
        case ChoosingTime() | VerifyingNumber() | SharedNumber():
            return turned_down(state)
        case _:
            return PromiseTold(what="stands")


def words(state: AnyChoice, said: str | None, hearing: Hearing, language: Language, now: datetime) -> Chosen:
    """What the caller's words do; `said`: the meaning that is sure, if one is. `now`: in the site's zone."""
    match state, said:
        case ChoosingTime(), _:
            return _time_in_words(state, said, hearing, language, now)
        case ConfirmingMove(), "yes":
            return MovePromise(state.moving, state.due_at)
        case ConfirmingMove(), "no":
            return ChangeTime(state.moving)
        case SharedNumber(), "yes":
            return EarlierPromise(state)
        case SharedNumber(), "no":
            return PromiseAnother(state)
        case ConfirmingCancel(), "yes":
            return CancelPromise(state.callback_id)
        case ConfirmingCancel(), "no":
            return PromiseTold(what="stands")
        case Returning(), str():
            return _on_return(state, said)
        case Managing(), str():
            return _on_managing(state, said)
        case _:
            return silence(state)


def times_said(hearing: Hearing, language: Language, now: datetime) -> tuple[When, ...]:
    """All that the likeliest words about time can mean; none where nobody spoke of a time."""
    readings = (when(reading.text, language, now) for reading in hearing.alternatives)
    return next((found for found in readings if found), ())


def means_now(readings: Sequence[When], now: datetime) -> bool:
    return all(isinstance(reading, Moment) and reading.at <= now + AT_ONCE for reading in readings)


def choice_expectation(state: AnyChoice, language: Language) -> Expectation:
    """What the caller may say to a question about promises."""
    yes_no = YES_NO_BY_LANGUAGE[language]
    match state:
        case ChoosingTime():
            return replace(_TIMES[language], name=f"times:{next(iter(state.options), '')}")
        case Returning():
            return _RETURNING[language]
        case Managing():
            return _MANAGING[language]
        case ConfirmingMove():
            return replace(yes_no, name=f"move:{state.due_at}")
        case SharedNumber():
            return replace(yes_no, name="shared")
        case ConfirmingCancel():
            return replace(yes_no, name="cancel")


def turned_down(offer: Offer) -> Chosen:
    """No callback, then: back to where they were offered it."""
    if isinstance(offer, ChoosingTime) and offer.moving is not None:
        return PromiseTold(what="stands")
    return Ended() if offer.entry_id is None else Hold(offer)


# Times


def _key_on_times(state: ChoosingTime, digits: str) -> Chosen:
    offer = Offer(**offer_of(state))
    if digits == PERSON_KEY:
        return turned_down(state)
    if digits == MORE_TIMES_KEY:
        last = state.options[-1] if state.options else None
        return ShowTimes(offer, "more", last, state.moving, state.failures)
    if digits.isdecimal() and 1 <= int(digits) <= len(state.options):
        return TakeOption(offer, state.options[int(digits) - 1], state.moving)
    return replace(state, quiet=False)


def _time_in_words(
    state: ChoosingTime, said: str | None, hearing: Hearing, language: Language, now: datetime
) -> Chosen:
    offer = Offer(**offer_of(state))
    readings = times_said(hearing, language, now)
    if readings:
        return TimeSaid(offer, readings, state.moving, state.failures)
    match said:
        case "no":
            return turned_down(state)
        case "more":
            return key(state, MORE_TIMES_KEY)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return _times_again(state, "past" if times_said(hearing, language, midnight) else "unclear")


def _times_again(state: ChoosingTime, why: TimeWhy) -> Chosen:
    if state.failures:
        return turned_down(state)
    return replace(state, failures=1, time_why=why, quiet=False)


# Promises that exist

Wish = Literal["join", "keep", "manage", "other", "move", "cancel"]
_RETURNING_KEYS: dict[str, Wish] = {"1": "join", "2": "keep", "3": "manage", "4": "other"}
_MANAGING_KEYS: dict[str, Wish] = {"1": "join", "2": "move", "3": "cancel", "4": "keep"}


def _on_return(state: Returning, wish: str) -> Chosen:
    match wish:
        case "join" if state.callback_id is not None:
            return JoinHeld(state.callback_id)
        case "join":
            return EnteringPin(purpose="join")
        case "manage":
            return EnteringPin(purpose="manage")
        case "keep":
            return PromiseTold(what="stands")
        case _:
            return NewMatter()


def _on_managing(state: Managing, wish: str) -> Chosen:
    match wish:
        case "join":
            return JoinHeld(state.callback_id)
        case "move":
            return ChangeTime(state.callback_id)
        case "cancel":
            return ConfirmingCancel(callback_id=state.callback_id, department=state.department)
        case _:
            return PromiseTold(what="stands")


# What may be said

_JOIN_KO = ("지금 연결해 주세요", "지금 기다릴게요", "기다릴게요", "지금 통화할게요", "그 순서로 기다릴게요")
_KEEP_KO = ("그대로 둘게요", "그대로 해 주세요", "전화 기다릴게요", "나중에 전화 주세요", "약속대로 해 주세요")
_JOIN_EN = ("connect me now", "I'll wait now", "I'll hold", "wait in line")
_KEEP_EN = ("keep the callback", "leave it as it is", "call me as promised", "keep it")
_MOVE_KO = ("시간을 바꿀게요", "시간 변경", "다른 시간으로 해 주세요", "변경할게요")
_CANCEL_KO = ("취소할게요", "취소해 주세요", "전화 안 주셔도 돼요")
_MOVE_EN = ("change the time", "another time", "move it")
_CANCEL_EN = ("cancel it", "cancel the callback", "don't call me")


def _expects(name: str, language: Language, **meanings: tuple[str, ...]) -> Expectation:
    listed = tuple(Meaning(meaning, phrases) for meaning, phrases in meanings.items())
    return Expectation(name, listed, silence_seconds=0.6, language=language)


_RETURNING: dict[Language, Expectation] = {
    "ko": _expects(
        "returning",
        "ko",
        join=_JOIN_KO,
        keep=_KEEP_KO,
        manage=(*_MOVE_KO, *_CANCEL_KO, "변경이나 취소요"),
        other=("다른 문의예요", "다른 문의가 있어요", "새 문의예요"),
    ),
    "en": _expects(
        "returning",
        "en",
        join=_JOIN_EN,
        keep=_KEEP_EN,
        manage=(*_MOVE_EN, *_CANCEL_EN),
        other=("something else", "another question", "a new question"),
    ),
}
_MANAGING: dict[Language, Expectation] = {
    "ko": _expects("managing", "ko", join=_JOIN_KO, move=_MOVE_KO, cancel=_CANCEL_KO, keep=_KEEP_KO),
    "en": _expects("managing", "en", join=_JOIN_EN, move=_MOVE_EN, cancel=_CANCEL_EN, keep=_KEEP_EN),
}
_TIMES: dict[Language, Expectation] = {
    # Between day and hour people stop and think.
    "ko": replace(
        _expects("times", "ko", no=("계속 기다릴게요", "그냥 기다릴게요", "아니요 괜찮아요"), more=("다른 시간이요",)),
        silence_seconds=1.0,
        value="when",
    ),
    "en": replace(
        _expects("times", "en", no=("I'll wait", "no thanks", "never mind"), more=("other times", "another time")),
        silence_seconds=1.0,
        value="when",
    ),
}
LATER_KO = ("다른 시간에 전화 주세요", "시간을 정할게요", "나중에 전화 주세요", "내일 전화 주세요", "다른 시간이요")
LATER_EN = ("at another time", "choose a time", "call me later", "call me tomorrow", "another time please")
LATER: dict[Language, Meaning] = {"ko": Meaning("later", LATER_KO), "en": Meaning("later", LATER_EN)}
"""What may be said to an offer, beside yes and no."""
