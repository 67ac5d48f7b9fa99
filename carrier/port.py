"""The phone network as barocall sees it: order a call, move one, end one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class CallOrder:
    """A call that we place. Both paths are ours; the carrier fetches them under PUBLIC_URL."""

    to: str
    from_number: str
    path: str
    """Fetched when somebody picks up."""
    status_path: str
    """Told how the call goes: initiated, ringing, answered, completed."""
    ring_seconds: int
    machine_path: str | None = None
    """Told whether a person or a machine picked up, as far as the carrier can tell; None: nobody wants to know."""


@dataclass(frozen=True)
class PlacedCall:
    """The carrier's answer to an order."""

    sid: str
    queue_seconds: float = 0.0
    """So long it will stand in the carrier's own queue before it rings."""


@dataclass(frozen=True)
class TextOrder:
    """A text that we send. `status_path` is ours: it is told how the text fares."""

    to: str
    from_number: str
    body: str
    status_path: str


@dataclass(frozen=True)
class CarrierText:
    """A text as the carrier lists it."""

    sid: str
    created_at: datetime


@dataclass(frozen=True)
class CarrierCall:
    """A call as the carrier lists it."""

    sid: str
    status: str
    created_at: datetime


class CarrierError(Exception):
    """The carrier did not do what it was asked to."""


class CarrierRefused(CarrierError):
    """The carrier said no. `permanent`: this number can't be called, however often we ask."""

    def __init__(self, code: int, message: str, *, permanent: bool) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.permanent = permanent


class CarrierBusy(CarrierError):
    """Nothing was placed: too many requests at once, or no connection. Ask again later."""


class CarrierUnsure(CarrierError):
    """The answer was lost. The call may have been placed: never order it again before the carrier's events or its
    list of calls have said so."""


class CallGone(CarrierError):
    """The call has ended."""


class Carrier(Protocol):
    """Every method raises CarrierError; which one tells what to do next."""

    def place_call(self, order: CallOrder) -> PlacedCall:
        """Order a call."""

    def move_call(self, sid: str, path: str) -> None:
        """Have the carrier fetch `path` for a call in progress."""

    def end_call(self, sid: str) -> None:
        """Hang up."""

    def status_of(self, sid: str) -> str:
        """The call's status now. Raises CallGone for a call that the carrier does not know."""

    def calls_to(self, number: str) -> tuple[CarrierCall, ...]:
        """The latest calls to `number`, those that have ended included: one that rang out while nobody listened was
        placed all the same."""

    def send_text(self, order: TextOrder) -> str:
        """Order a text; returns its MessageSid."""

    def texts_to(self, number: str) -> tuple[CarrierText, ...]:
        """The latest texts to `number`, failed ones included."""
