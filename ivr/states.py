"""What a call is doing. One state at a time, stored as (name, data) beside the call's step number."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

Why = Literal["first", "silence", "unclear", "repeat"]
NumberWhy = Literal["first", "silence", "unclear", "unusable"]
OfferWhy = Literal["long", "closed", "nobody", "asked", "late"]
TimeWhy = Literal["first", "more", "silence", "unclear", "past", "closed", "far", "full", "which"]
Opening = Literal["none", "arrival", "back", "transfer"]


@dataclass(frozen=True, kw_only=True)
class Asking:
    """The open question. `quiet`: the caller has begun to speak, so we only listen."""

    failures: int = 0
    why: Why = "first"
    quiet: bool = False


@dataclass(frozen=True, kw_only=True)
class Confirming:
    """We think we know the department and ask whether that is right."""

    department: str
    failures: int = 0
    quiet: bool = False


@dataclass(frozen=True, kw_only=True)
class ReadingKeys:
    """The departments are read out with their keys; the words of the open question still count. `opening`: nothing
    was said before, so the greeting and the notices come first."""

    failures: int = 2
    quiet: bool = False
    opening: bool = False
    menu: str | None = None
    """Whose keys; None: the first question's."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A question about promises. Its keys are always named, and its answer may be spoken."""

    failures: int = 0
    quiet: bool = False


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What is on offer: a call back by `department`, from `due_at` on (ISO; null: when the turn comes); `timed`: at
    that time, which the caller has chosen.

    `entry_id` is the place the caller holds meanwhile; null out of hours, when there is no line to stand in.
    """

    department: str
    why: OfferWhy
    entry_id: int | None = None
    due_at: str | None = None
    position: int | None = None
    low_minutes: int | None = None
    high_minutes: int | None = None
    timed: bool = False


@dataclass(frozen=True, kw_only=True)
class Offering(Offer):
    """We offer to call back."""

    failures: int = 0
    quiet: bool = False


@dataclass(frozen=True, kw_only=True)
class EnteringNumber(Offer):
    """The caller says or keys in the number to call back."""

    failures: int = 0
    number_why: NumberWhy = "first"
    quiet: bool = False


@dataclass(frozen=True, kw_only=True)
class KeyingNumber(Offer):
    """Words have failed twice, or nobody listens: the number can only be keyed in."""

    failures: int = 0
    number_why: NumberWhy = "first"


@dataclass(frozen=True, kw_only=True)
class ConfirmingNumber(Offer):
    """The number is read back; nothing is promised before the caller says it is right."""

    number: str
    failures: int = 0
    quiet: bool = False


@dataclass(frozen=True, kw_only=True)
class ChoosingTime(Offer, Choice):
    """The caller says a time, or takes one of the `options` (ISO) by its key; `moving`: it is a promise's new time."""

    options: tuple[str, ...] = ()
    time_why: TimeWhy = "first"
    moving: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "options", tuple(self.options))  # JSON knows lists only.


@dataclass(frozen=True, kw_only=True)
class ConfirmingMove(Offer, Choice):
    """A promise's new time is read back."""

    moving: int


@dataclass(frozen=True, kw_only=True)
class VerifyingNumber(Offer):
    """It is not the number they phone from: whoever wants it called keys in the code that was sent to it."""

    number: str
    text_id: int
    failures: int = 0


@dataclass(frozen=True, kw_only=True)
class SharedNumber(Offer, Choice):
    """The number has a promise by this department already: is it theirs, or another person's?"""

    number: str


@dataclass(frozen=True, kw_only=True)
class Promised:
    """The promise is in SQL; we say so and hang up. `pickup_code`: what has to be keyed when the phone rings."""

    department: str
    number: str
    due_at: str | None = None
    again: bool = False
    timed: bool = False
    pickup_code: str | None = None


@dataclass(frozen=True, kw_only=True)
class Returning(Choice):
    """A caller whose number has open promises phones again: `callback_id` where there is one, null for several. The
    number alone opens no details."""

    callback_id: int | None


@dataclass(frozen=True, kw_only=True)
class EnteringPin:
    """The PIN from the text tells which promise is theirs: to wait at its place now, or to change it."""

    purpose: Literal["join", "manage"]
    failures: int = 0


@dataclass(frozen=True, kw_only=True)
class Managing(Choice):
    """The PIN was right: what is promised, and what can be done about it."""

    callback_id: int
    department: str
    due_at: str | None = None


@dataclass(frozen=True, kw_only=True)
class ConfirmingCancel(Choice):
    """Shall the promise be cancelled?"""

    callback_id: int
    department: str


@dataclass(frozen=True, kw_only=True)
class PromiseTold:
    """What became of a promise is told, and that is the end of the call."""

    what: Literal["stands", "closed", "moved", "cancelled", "over"]
    due_at: str | None = None
    department: str | None = None


@dataclass(frozen=True, kw_only=True)
class Holding:
    """The caller waits in the line. `round`: pieces of music since they were told something; in round 0 they are told
    it, and heard as well. `news`, `reason`: callqueue.announcing's. `due_at`: when they are told again (ISO; null:
    never by itself)."""

    department: str
    entry_id: int
    round: int = 0
    opening: Opening = "none"
    transfer_reason: str | None = None
    news: str | None = None
    position: int | None = None
    low_minutes: int | None = None
    high_minutes: int | None = None
    reason: str | None = None
    due_at: str | None = None
    called_back: bool = False
    """We phoned them, before an agent was free."""


@dataclass(frozen=True, kw_only=True)
class Joining:
    """In the conference with the agent, or on the way there. Never moved again."""

    entry_id: int


@dataclass(frozen=True, kw_only=True)
class Ended:
    """Goodbye."""

    farewell: Literal["served", "bye", "closed", "agent_lost"] = "bye"
    department: str | None = None
    """Whose hours are told; with `closed` only."""


@dataclass(frozen=True, kw_only=True)
class Whispering:
    """An agent's leg: who waits and why, before they accept. Filled in when the agent picks up."""

    department: str = ""
    words: str = ""
    waited_seconds: float = 0.0
    callback_attempt: int | None = None
    passed_from: str | None = None
    transfer_reason: str | None = None
    note: str = ""
    failures: int = 0


@dataclass(frozen=True, kw_only=True)
class Serving:
    """An agent's leg in the conference; `callback`: the caller is being dialled meanwhile."""

    entry_id: int
    callback: bool = False


@dataclass(frozen=True, kw_only=True)
class Released:
    """An agent's leg is told why it ends."""

    why: Literal["caller_left", "declined", "served", "caller_unreachable", "transferred"] = "served"


@dataclass(frozen=True, kw_only=True)
class Greeting:
    """The leg to a caller whom we call back: they press 1, or say yes, before an agent is joined."""

    department: str = ""
    failures: int = 0
    quiet: bool = False
    code: str | None = None
    """To be keyed in place of 1."""


@dataclass(frozen=True, kw_only=True)
class LeavingWord:
    """The leg to a caller whom we call back, and who is not there: a machine, most likely, hears when we try again.
    `again_at`: ISO; null: not any more."""

    department: str
    again_at: str | None = None


State = (
    Asking
    | Confirming
    | ReadingKeys
    | Offering
    | EnteringNumber
    | KeyingNumber
    | ConfirmingNumber
    | ChoosingTime
    | ConfirmingMove
    | VerifyingNumber
    | SharedNumber
    | Promised
    | Returning
    | EnteringPin
    | Managing
    | ConfirmingCancel
    | PromiseTold
    | Holding
    | Joining
    | Ended
    | Whispering
    | Serving
    | Released
    | Greeting
    | LeavingWord
)

AnyChoice = ChoosingTime | ConfirmingMove | SharedNumber | Returning | Managing | ConfirmingCancel
Listening = Asking | Confirming | ReadingKeys | Offering | EnteringNumber | ConfirmingNumber | Greeting | AnyChoice
"""Questions that the caller may answer by speaking."""


def is_heard(state: State) -> bool:
    """Whether anybody listens to the caller. Somebody who waits is heard while they are told where they stand: a stream
    through all the music would cost its minutes and a recogniser's room."""
    waits = isinstance(state, Holding) and state.round == 0 and not state.called_back
    return isinstance(state, Listening) or waits


_BY_NAME: dict[str, type[Any]] = {
    "asking": Asking,
    "confirming": Confirming,
    "reading_keys": ReadingKeys,
    "offering": Offering,
    "entering_number": EnteringNumber,
    "keying_number": KeyingNumber,
    "confirming_number": ConfirmingNumber,
    "choosing_time": ChoosingTime,
    "confirming_move": ConfirmingMove,
    "verifying_number": VerifyingNumber,
    "shared_number": SharedNumber,
    "promised": Promised,
    "returning": Returning,
    "entering_pin": EnteringPin,
    "managing": Managing,
    "confirming_cancel": ConfirmingCancel,
    "promise_told": PromiseTold,
    "holding": Holding,
    "joining": Joining,
    "ended": Ended,
    "whispering": Whispering,
    "serving": Serving,
    "released": Released,
    "greeting": Greeting,
    "leaving_word": LeavingWord,
}
_NAMES = {kind: name for name, kind in _BY_NAME.items()}


def pack(state: State) -> tuple[str, dict[str, Any]]:
    """The state as the `state` and `state_data` columns hold it."""
    return _NAMES[type(state)], asdict(state)


def unpack(name: str, data: dict[str, Any]) -> State:
    """Raises KeyError for a name no release ever wrote."""
    state: State = _BY_NAME[name](**data)
    return state


def offer_of(state: Offer) -> dict[str, Any]:
    """The fields every step of an offer carries along."""
    return {name: getattr(state, name) for name in Offer.__dataclass_fields__}
