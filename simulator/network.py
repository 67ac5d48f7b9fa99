"""The network itself: calls, conferences, people, pace and faults."""

import queue
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from simulator.bridge import Dialling
from simulator.call import Call
from simulator.conference import Conferences
from simulator.config import NetworkConfig
from simulator.events import EventLog
from simulator.legs import Leg
from simulator.order import Order
from simulator.people import Person, Script, Step
from simulator.queues import CallQueues
from simulator.recorder import Recorder
from simulator.recordings import Recordings
from simulator.voice import voice_named


@dataclass
class Faults:
    """What goes wrong from now on."""

    webhook_twice: bool = False
    rest_create: str | None = None
    """`429`, `500`, or `timeout_after_placing`."""
    rest_create_times: int = 0


class PhoneNetwork:
    """Everything that is shared between calls. `start()` begins the pace; `close()` ends all calls."""

    def __init__(self, config: NetworkConfig, events_path: Path | None = None) -> None:
        self.config = config
        self.voice = voice_named(config.voice, config.talk_speed)
        self.events = EventLog(events_path)
        self.faults = Faults()
        self.calls: dict[str, Call] = {}
        self.conferences = Conferences(self)
        self.recorder = None if config.record_folder is None else Recorder(config.record_folder)
        self.queues = CallQueues(self)
        self.recordings = Recordings(self)
        self.url = ""
        """Where its REST API answers, once it is served."""
        self._people: dict[str, Person] = {}
        self._scripts: dict[str, Script] = {}
        self._lock = threading.RLock()
        self._outgoing: queue.SimpleQueue[Call | None] = queue.SimpleQueue()
        self._tellers: dict[str, queue.SimpleQueue[Callable[[], None] | None]] = {}

    def start(self) -> None:
        threading.Thread(target=self._pace, name="pace", daemon=True).start()

    def close(self) -> None:
        self._outgoing.put(None)
        for call in list(self.calls.values()):
            call.end()
        if self.recorder is not None:
            # Once more: some things are told after the end of a call.
            for call in list(self.calls.values()):
                if call.soundtrack.runs:
                    self.recorder.write(call)
        self.events.close()

    def real(self, seconds: float) -> float:
        """The network's time in real seconds."""
        return seconds / self.config.speed

    def elapsed_seconds(self) -> float:
        """Of the network's time."""
        return time.monotonic() * self.config.speed

    def now(self) -> datetime:
        return datetime.now(UTC)

    def new_sid(self, kind: str) -> str:
        return f"{kind}{secrets.token_hex(16)}"

    @property
    def account_url(self) -> str:
        return f"{self.url}/2010-04-01/Accounts/{self.config.account_sid}"

    # People

    def know(self, person: Person) -> None:
        with self._lock:
            self._people[person.number] = person

    def name_of(self, number: str) -> str:
        person = self._people.get(number)
        return number if person is None or not person.name else person.name

    def dial_in(self, person: Person) -> Call:
        """A person phones the application's number."""
        self.know(person)
        config = self.config
        order = Order(
            to=config.number,
            from_number=person.number,
            direction="inbound",
            url=config.voice_url,
            status_url=config.status_url,
            fallback_url=config.fallback_url,
        )
        call = self._add(Call(self, order))
        call.event("dialled", to=config.number)
        call.status = "ringing"
        self._scripts[call.sid] = Script(call, person)
        call.answer()
        return call

    def go_on(self, sid: str, steps: list[Step]) -> None:
        """More steps for a person on the line. Raises KeyError for an unknown call."""
        self._scripts[sid].append(steps)

    # Calls that the application places

    def place(self, order: Order) -> Call:
        """Queued; the pace decides when it rings."""
        call = self._add(Call(self, order))
        call.queue_ms = int(1000 * self._outgoing.qsize() / self.config.calls_per_second)
        call.event("ordered", to=order.to)
        self._outgoing.put(call)
        return call

    def _pace(self) -> None:
        pacer = threading.Event()
        while (call := self._outgoing.get()) is not None:
            if call.live:
                threading.Thread(target=self._ring, args=(call,), name=f"ring-{call.sid}", daemon=True).start()
                pacer.wait(self.real(1 / self.config.calls_per_second))

    def _ring(self, call: Call) -> None:
        call.tell_status("queued", "initiated")
        with call.changed:
            if not call.live:
                return
            call.status = "ringing"
        call.event("ringing")
        call.tell_status("ringing", "ringing")
        person = self._people.get(call.order.to)
        if person is None or person.answers_with == "no-answer":
            call.wait_until(lambda: not call.live, call.order.ring_seconds)
            call.end("no-answer")
        elif person.answers_with == "busy":
            call.end("busy")
        else:
            self._pick_up(call, person)

    def _pick_up(self, call: Call, person: Person) -> None:
        in_time = min(person.answers_after_seconds, call.order.ring_seconds)
        call.wait_until(lambda: not call.live, in_time)
        if person.answers_with == "decline":
            call.end("busy")
        elif person.answers_after_seconds > call.order.ring_seconds:
            call.end("no-answer")
        elif call.live:
            self._scripts[call.sid] = Script(call, person)
            call.answer()

    def ring_legs(self, dialling: Dialling, orders: list[Order]) -> None:
        """`<Dial>`: all of them ring at once, unpaced."""
        for order in orders:
            dialling.legs.append(self._add(Leg(self, order, parent=dialling.dialler, dialling=dialling)))
        for leg in dialling.legs:
            threading.Thread(target=self._ring, args=(leg,), name=f"ring-{leg.sid}", daemon=True).start()

    def record_to(self, folder: Path | None) -> None:
        """For calls from now on. None: no more."""
        self.recorder = None if folder is None else Recorder(folder)

    def record(self, call: Call) -> None:
        """A call that ended is written down, where that is wanted, once the application was told of its end."""
        recorder = self.recorder
        if recorder is not None and call.soundtrack.runs:
            self.later(call.sid, lambda: recorder.write(call))

    # Status callbacks, in order for each call and each conference

    def later(self, sid: str, work: Callable[[], None]) -> None:
        with self._lock:
            teller = self._tellers.get(sid)
            if teller is None:
                teller = self._tellers[sid] = queue.SimpleQueue()
                threading.Thread(target=self._tell, args=(teller,), name=f"status-{sid}", daemon=True).start()
            teller.put(work)

    def tell_no_more(self, sid: str) -> None:
        """What is still to be told is told; then the thread that tells it ends."""
        with self._lock:
            teller = self._tellers.pop(sid, None)
        if teller is not None:
            teller.put(None)

    def _tell(self, teller: "queue.SimpleQueue[Callable[[], None] | None]") -> None:
        while (work := teller.get()) is not None:
            work()

    def _add(self, call: Call) -> Call:
        with self._lock:
            self.calls[call.sid] = call
        return call
