"""Queues: who waits in which, who takes whom out, and why somebody left."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from simulator.bridge import Bridge
from simulator.twiml_rules import DEFAULT_QUEUE_SIZE

if TYPE_CHECKING:
    from simulator.call import Call
    from simulator.network import PhoneNetwork
    from simulator.verbs.fetch import Fetch


@dataclass(eq=False)
class Waiting:
    """A call in a queue, or one that was."""

    call: "Call"
    queue: "CallQueue"
    joined_at: datetime
    joined_s: float
    left_s: float | None = None
    bridge: Bridge | None = None
    """With whoever dialled the queue and took this call out."""
    whisper: "Fetch | None" = None
    """The document that it hears before."""
    leaves: bool = False
    """Its own waiting document says so."""

    @property
    def out(self) -> bool:
        return self.left_s is not None

    def waited_seconds(self, now_s: float) -> int:
        return round((now_s if self.left_s is None else self.left_s) - self.joined_s)


@dataclass(eq=False)
class CallQueue:
    name: str
    sid: str
    created_at: datetime
    changed_at: datetime
    max_size: int = DEFAULT_QUEUE_SIZE
    waiting: list[Waiting] = field(default_factory=list)
    dialled_by: list["Call"] = field(default_factory=list)
    """They wait for somebody to take out."""

    @property
    def has_somebody(self) -> bool:
        return any(member.call.live for member in self.waiting)

    def average_seconds(self, now_s: float) -> int:
        """How long those who wait now have waited."""
        waits = [member.waited_seconds(now_s) for member in self.waiting]
        return round(sum(waits) / len(waits)) if waits else 0

    def position(self, member: Waiting) -> int:
        """From 1; 0 for who has left."""
        return self.waiting.index(member) + 1 if member in self.waiting else 0

    def at(self, sid: str) -> Waiting | None:
        """By CallSid, or `Front`."""
        if sid == "Front":
            return next(iter(self.waiting), None)
        return next((member for member in self.waiting if member.call.sid == sid), None)


class CallQueues:
    """All of them. Of one name there is one."""

    def __init__(self, network: "PhoneNetwork") -> None:
        self._network = network
        self._lock = threading.RLock()
        self._all: dict[str, CallQueue] = {}

    def newest_first(self) -> list[CallQueue]:
        with self._lock:
            return list(self._all.values())[::-1]

    def find(self, sid: str) -> CallQueue | None:
        return self._all.get(sid)

    def named(self, name: str) -> CallQueue | None:
        with self._lock:
            return next((queue for queue in self._all.values() if queue.name == name), None)

    def entry_of(self, call: "Call") -> Waiting | None:
        with self._lock:
            entries = (member for queue in self._all.values() for member in queue.waiting)
            return next((member for member in entries if member.call is call), None)

    def create(self, name: str, max_size: int = DEFAULT_QUEUE_SIZE) -> CallQueue | None:
        """None where there is one of that name."""
        with self._lock:
            return self._add(name, max_size) if self.named(name) is None else None

    def delete(self, queue: CallQueue) -> bool:
        """Only an empty one."""
        with self._lock:
            if queue.waiting:
                return False
            self._all.pop(queue.sid, None)
            return True

    def change(self, queue: CallQueue, *, name: str | None, max_size: int | None) -> None:
        """None leaves a thing as it is."""
        with self._lock:
            queue.name = queue.name if name is None else name
            queue.max_size = queue.max_size if max_size is None else max_size
            queue.changed_at = self._network.now()

    def dequeue(self, member: Waiting, fetch: "Fetch") -> bool:
        """REST sends the call to another document; the queue's action is told that it was redirected."""
        with self._lock:
            moved = member.call.move(fetch)
            self.leave(member)
        return moved

    def join(self, call: "Call", name: str, max_size: int) -> Waiting | CallQueue:
        """At the end; the queue alone when it is full. `max_size` counts where it is created now."""
        with self._lock:
            queue = self.named(name) or self._add(name, max_size)
            if len(queue.waiting) >= queue.max_size:
                return queue
            member = Waiting(call, queue, self._network.now(), self._network.elapsed_seconds())
            queue.waiting.append(member)
        call.event("enqueued", queue=name, position=queue.position(member))
        for dialler in list(queue.dialled_by):
            dialler.wake()
        return member

    def take(self, queue: CallQueue, dialler: "Call", whisper: "Fetch | None") -> Waiting | None:
        """The first of the queue, to talk with; None when nobody waits any more."""
        with self._lock:
            member = next((member for member in queue.waiting if member.call.live), None)
            if member is None:
                return None
            member.bridge, member.whisper = Bridge(dialler, member.call), whisper
            self.leave(member)
        member.call.wake()
        return member

    def leave(self, member: Waiting) -> None:
        with self._lock:
            if member in member.queue.waiting:
                member.queue.waiting.remove(member)
                member.left_s = self._network.elapsed_seconds()

    @contextmanager
    def dialled(self, queue: CallQueue, dialler: "Call") -> Iterator[None]:
        """Whoever joins meanwhile wakes the dialler."""
        queue.dialled_by.append(dialler)
        try:
            yield
        finally:
            queue.dialled_by.remove(dialler)

    def _add(self, name: str, max_size: int) -> CallQueue:
        now = self._network.now()
        queue = CallQueue(name, self._network.new_sid("QU"), now, now, max_size)
        self._all[queue.sid] = queue
        return queue
