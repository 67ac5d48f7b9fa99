"""What Twilio does not document and an application may stumble over: both truths can be played.

Each has a name, the values that may be true, and the one that is played unless somebody chooses another: for a whole
network (`--truth NAME=VALUE`), or from now on, as a fault is set.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


class BadTruth(ValueError):
    """Of one of the truths in docs/simulator.md, a value that it may have."""


@dataclass(frozen=True)
class Truth:
    question: str
    values: tuple[Any, ...]
    """The first is played unless another is chosen."""


TRUTHS: dict[str, Truth] = {
    "stream_survives_update": Truth("does a one-way media stream go on after REST moved its call?", (True, False)),
    "stream_signature": Truth(
        "which spelling of a media socket's address is signed?", ("given", "given/", "http", "http/")
    ),
    "webhook_retried": Truth("after which failures is there another try, where the URL says nothing?", ("ct", "all")),
    "initiated_status": Truth("which CallStatus comes with the event `initiated`?", ("queued", "initiated")),
    "status_details": Truth(
        "do status callbacks carry CallbackSource, SequenceNumber, Timestamp and CallDuration?", (True, False)
    ),
    "retry_after": Truth("does HTTP 429 say when to ask again?", (True, False)),
}
_WORDS = {"true": True, "false": False}


def truths_of(pairs: Iterable[str]) -> dict[str, Any]:
    """From `NAME=VALUE`. Raises BadTruth."""
    return dict(_truth_of(pair) for pair in pairs)


def _truth_of(pair: str) -> tuple[str, Any]:
    name, _, word = pair.partition("=")
    truth, value = TRUTHS.get(name), _WORDS.get(word, word)
    if truth is None:
        raise BadTruth(f"no truth is called {name!r}; known are {', '.join(TRUTHS)}")
    if value not in truth.values:
        raise BadTruth(f"{pair}: {word!r} is none of {', '.join(str(v).lower() for v in truth.values)}")
    return name, value


def address_signed(url: str, spelling: str) -> str:
    """A media socket's address as `stream_signature` has it."""
    base = url.rstrip("/")
    spelt = {
        "given": url,
        "given/": f"{base}/",
        "http": base.replace("ws", "http", 1),
        "http/": f"{base.replace('ws', 'http', 1)}/",
    }
    return spelt[spelling]
