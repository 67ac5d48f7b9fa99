"""What a call was ordered with."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Order:
    to: str
    from_number: str
    direction: str
    url: str | None
    method: str = "POST"
    status_url: str | None = None
    status_events: tuple[str, ...] = ("completed",)
    fallback_url: str | None = None
    ring_seconds: float = 60.0
    twiml: str | None = None
    send_digits: str = ""
    """What the called person hears first."""
