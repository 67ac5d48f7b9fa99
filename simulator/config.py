"""What a stand-in network is told about the world."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class NetworkConfig:
    account_sid: str
    auth_token: str
    number: str
    """The application's own number: calls to it fetch `voice_url`."""
    voice_url: str
    status_url: str | None = None
    fallback_url: str | None = None
    calls_per_second: float = 1.0
    speed: float = 1.0
    """Everything happens so many times faster."""
    talk_speed: float = 1.0
    """Only what the application says is so many times shorter."""
    stream_survives_update: bool = True
    """Whether a one-way media stream goes on after the call was moved by REST; which is true is not documented."""
    voice: str = "none"
    """Who speaks written words: `none`, or `espeak-ng` where it is installed."""
    record_folder: Path | None = None
    """Where each call's transcript and sound are written when it has ended; None: nowhere."""
