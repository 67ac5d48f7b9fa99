"""What a stand-in network is told about the world."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from simulator.clock import Clock, RealClock
from simulator.sids import Sids
from simulator.stepped import SteppedClock

START = datetime(2026, 1, 5, 9, tzinfo=UTC)


@dataclass(frozen=True)
class NetworkConfig:
    account_sid: str
    auth_token: str
    number: str
    """The application's own number: calls to it fetch `voice_url`."""
    voice_url: str
    voice_method: str = "POST"
    status_url: str | None = None
    fallback_url: str | None = None
    caller_ids: tuple[str, ...] = ()
    """Other numbers that calls may be ordered from."""
    message_url: str | None = None
    """Told of texts to the number."""
    calls_per_second: float = 1.0
    most_calls: int | None = None
    """At once; None: without limit."""
    speed: float = 1.0
    """Everything happens so many times faster."""
    talk_speed: float = 1.0
    """Only what the application says is so many times shorter."""
    time: Literal["real", "stepped"] = "real"
    """Stepped: it stands still until it is advanced."""
    start: datetime = START
    """When stepped time begins."""
    seed: int = 0
    """Of SIDs and tokens in stepped time."""
    truths: Mapping[str, Any] = field(default_factory=dict)
    """Which of several is played where Twilio documents none: by the names in simulator/truths.py."""
    voice: str = "none"
    """Who speaks written words: `none`, or `espeak-ng` where it is installed."""
    record_folder: Path | None = None
    """Where each call's transcript and sound are written when it has ended; None: nowhere."""

    @property
    def events_speed(self) -> float:
        """Times this, the seconds between two events are the network's: stepped time needs no more than its own."""
        return 1.0 if self.time == "stepped" else self.speed

    def clock(self) -> Clock:
        return SteppedClock(self.start) if self.time == "stepped" else RealClock(self.speed)

    def sids(self) -> Sids:
        return Sids(self.seed if self.time == "stepped" else None)
