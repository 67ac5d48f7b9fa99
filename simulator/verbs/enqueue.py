"""Waiting in a queue: Enqueue and Leave."""

from dataclasses import replace
from typing import TYPE_CHECKING

from simulator.bridge import Bridge
from simulator.endings import CallMoved, CallOver
from simulator.queues import Waiting
from simulator.twiml import BadTwiml, Element
from simulator.verbs.confer import music
from simulator.verbs.fetch import Fetch, following_if_asked, hold, tell
from simulator.verbs.side import QUEUE_WAIT, QUEUE_WHISPER, run, wait
from simulator.webhooks import WebhookFailed

if TYPE_CHECKING:
    from simulator.call import Call


def enqueue(call: "Call", element: Element) -> Fetch | None:
    """Confirmed: the results, and that one who is moved away or hangs up is told of too. What the action answers then
    is not acted out. `bridging-in-process` and `system-error` are never told here."""
    entry = call.network.queues.join(call, element.text, element.number("maxQueueSize"))
    if not isinstance(entry, Waiting):
        return following_if_asked(element, {"QueueResult": "queue-full", "QueueSid": entry.sid, "QueueTime": "0"})
    try:
        result = _wait(call, element, entry)
    except CallOver:
        _tell(call, element, _told(entry, "hangup" if entry.bridge is None else "bridged"))
        raise
    except CallMoved:
        _tell(call, element, _told(entry, "redirected" if entry.bridge is None else "redirected-from-bridged"))
        raise
    finally:
        call.network.queues.leave(entry)
        if entry.bridge is not None:
            entry.bridge.end()
    return following_if_asked(element, _told(entry, result))


def leave(call: "Call", element: Element) -> Fetch | None:
    entry = call.network.queues.entry_of(call)
    if entry is None:
        raise element.wrong("stands in no document of a queue")
    entry.leaves = True
    call.still_here()
    return None


def _wait(call: "Call", element: Element, entry: Waiting) -> str:
    """Why it left the queue."""

    def parameters() -> dict[str, str]:
        return _position(call, entry)

    try:
        with call.interrupted_by(lambda: entry.out or entry.leaves):
            wait(call, QUEUE_WAIT, music(call, element, "waitUrlMethod"), parameters)
        if entry.bridge is None:
            return "leave"
        _be_put_through(call, entry, entry.bridge)
    except (WebhookFailed, BadTwiml) as error:
        call.event("error", code=error.code, message=str(error))
        return "error"
    return "bridged"


def _be_put_through(call: "Call", entry: Waiting, bridge: Bridge) -> None:
    if entry.whisper is not None:
        told = {**_times(entry), "QueueSid": entry.queue.sid, "DequeingCallSid": bridge.dialler.sid}
        with call.interrupted_by(lambda: bridge.over):
            run(call, QUEUE_WHISPER, replace(entry.whisper, parameters=told))
    bridge.connect()
    hold(call, until=lambda: bridge.over)


def _position(call: "Call", entry: Waiting) -> dict[str, str]:
    """Confirmed: what the request of a waitUrl carries."""
    queue = entry.queue
    return {
        **_times(entry),
        "QueueSid": queue.sid,
        "QueuePosition": str(queue.position(entry)),
        "AvgQueueTime": str(queue.average_seconds(call.network.elapsed_seconds())),
        "CurrentQueueSize": str(len(queue.waiting)),
        "MaxQueueSize": str(queue.max_size),
    }


def _told(entry: Waiting, result: str) -> dict[str, str]:
    return {**_times(entry), "QueueResult": result, "QueueSid": entry.queue.sid}


def _times(entry: Waiting) -> dict[str, str]:
    return {"QueueTime": str(entry.waited_seconds(entry.call.network.elapsed_seconds()))}


def _tell(call: "Call", element: Element, outcome: dict[str, str]) -> None:
    fetch = following_if_asked(element, outcome)
    if fetch is not None:
        tell(call, fetch.relative_to(call.document_url))
