"""Documents that are acted out beside a call's own: while it waits, or before it is put through."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from simulator.verbs.fetch import Fetch, hold
from simulator.verbs.sounds import BREATH_SECONDS, play_sound

if TYPE_CHECKING:
    from simulator.call import Call

HOLD_MUSIC = "hold music"
_SOUNDS = frozenset({"Say", "Play", "Pause", "Redirect"})


@dataclass(frozen=True)
class Side:
    """What such a document may use, and Twilio's number for anything else."""

    where: str
    verbs: frozenset[str]
    code: int


# Confirmed: verbs and number.
CONFERENCE_WAIT = Side("waitUrl of a <Conference>", _SOUNDS, 13238)
# Confirmed by Twilio's OpenAPI description: the verbs. Unconfirmed: the numbers.
HOLD = Side("HoldUrl of a participant", _SOUNDS, 13238)
ANNOUNCEMENT = Side("AnnounceUrl of a conference", _SOUNDS, 13238)
# Confirmed: the verbs. Unconfirmed: the number.
QUEUE_WAIT = Side("waitUrl of an <Enqueue>", _SOUNDS | {"Hangup", "Leave", "Gather"}, 14202)
# Confirmed: the verbs. Unconfirmed: that the number is used for them.
QUEUE_WHISPER = Side("url of a <Queue>", _SOUNDS, 14211)
# Unconfirmed: verbs and number.
CALLED_WHISPER = Side("url of a <Number> or <Client>", _SOUNDS | {"Hangup", "Gather"}, 13201)


def wait(call: "Call", side: Side, first: Fetch | None, parameters: Callable[[], dict[str, str]]) -> None:
    """The document of a waitUrl over and over, until the call is interrupted. None: Twilio's own music; "": silence."""
    call.still_here()  # Nothing is asked for where there is nothing to wait for.
    if first is None:
        call.event("played", url=HOLD_MUSIC)
    if first is None or not first.url:
        hold(call)
        return
    fetch = first
    while True:
        told = replace(fetch, parameters={**fetch.parameters, **parameters()})
        fetch = _act_out(call, side, told) or first
        call.pause(BREATH_SECONDS)  # Else an empty document would be fetched without end.


def run(call: "Call", side: Side, first: Fetch) -> None:
    """Once, with what it redirects to."""
    fetch: Fetch | None = first
    while fetch is not None:
        fetch = _act_out(call, side, replace(fetch, parameters={**first.parameters, **fetch.parameters}))


def _act_out(call: "Call", side: Side, fetch: Fetch) -> Fetch | None:
    """Where it leads; None when it ran out."""
    call.breathe()
    answer = call.ask(fetch.url, fetch.parameters, fetch.method)
    if answer.sound is not None:
        play_sound(call, answer.url, answer.sound)
        return None
    root = call.read(answer)
    for element in root:
        if element.tag not in side.verbs:
            raise element.wrong(f"may not stand in the {side.where}", side.code)
    with _standing_at(call, answer.url):
        return call.act_out(root)


@contextmanager
def _standing_at(call: "Call", url: str) -> Iterator[None]:
    """Relative URLs start there for as long."""
    before, call.document_url = call.document_url, url
    try:
        yield
    finally:
        call.document_url = before
