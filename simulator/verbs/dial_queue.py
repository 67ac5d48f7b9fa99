"""Dial with Queue: the first who waits there is taken out and put through."""

from typing import TYPE_CHECKING

from simulator.bridge import Bridge
from simulator.queues import CallQueue, Waiting
from simulator.twiml import Element
from simulator.verbs.fetch import Fetch, absolute, hold
from simulator.verbs.talk import talk

if TYPE_CHECKING:
    from simulator.call import Call


def dial_queue(call: "Call", dial: Element, noun: Element) -> dict[str, str]:
    queue = call.network.queues.named(noun.text)
    if queue is None:
        return {"DialCallStatus": "failed"}  # Confirmed: an error status. Unconfirmed: which.
    member = _first_of(call, queue, _whisper(call, noun), dial.number("timeout"))
    if member is None or member.bridge is None:
        return {"DialCallStatus": "no-answer"}  # Unconfirmed.
    return _talk(call, dial, member.bridge)


def _whisper(call: "Call", noun: Element) -> Fetch | None:
    url = noun.optional("url")
    return None if url is None else Fetch(absolute(call.document_url, url), noun.word("method"))


def _first_of(call: "Call", queue: CallQueue, whisper: Fetch | None, seconds: float) -> Waiting | None:
    """Waits for somebody where nobody waits. Another dialler may be faster each time."""
    queues, network = call.network.queues, call.network
    ends_s = network.elapsed_seconds() + seconds
    with queues.dialled(queue, call):
        while call.pause(max(ends_s - network.elapsed_seconds(), 0), until=lambda: queue.has_somebody):
            member = queues.take(queue, call, whisper)
            if member is not None:
                return member
    return None


def _talk(call: "Call", dial: Element, bridge: Bridge) -> dict[str, str]:
    try:
        hold(call, until=lambda: bridge.connected or bridge.over)
        began_s = call.network.elapsed_seconds()
        if not bridge.over:
            talk(call, dial, bridge)
    finally:
        bridge.end()
    return {
        "DialCallSid": bridge.other.sid,
        "DialCallStatus": "completed" if bridge.connected else "failed",
        "DialBridged": "true" if bridge.connected else "false",
        "DialCallDuration": str(round(call.network.elapsed_seconds() - began_s)),
    }
