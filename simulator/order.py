"""What a call was ordered with."""

from dataclasses import dataclass


class NoRoom(Exception):
    """The order is not taken. `code` as Twilio numbers it."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Detection:
    """Of answering machines."""

    awaits_message_end: bool = False
    in_background: bool = False
    url: str | None = None
    method: str = "POST"
    seconds: int = 30
    """So long at most; confirmed as the default."""


@dataclass(frozen=True)
class RecordingOrder:
    """Of a whole call."""

    url: str | None = None
    method: str = "POST"
    events: tuple[str, ...] = ("completed",)
    trimmed: bool = True


@dataclass(frozen=True)
class Order:
    to: str
    from_number: str
    direction: str
    url: str | None
    method: str = "POST"
    status_url: str | None = None
    status_events: tuple[str, ...] = ("completed",)
    status_method: str = "POST"
    fallback_url: str | None = None
    fallback_method: str = "POST"
    ring_seconds: float = 60.0
    twiml: str | None = None
    forwarded_from: str | None = None
    caller_name: str | None = None
    stir_verstat: str | None = None
    send_digits: str = ""
    detection: Detection | None = None
    recording: RecordingOrder | None = None
