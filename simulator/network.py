"""The network itself: calls, conferences, people, pace and faults."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path

from simulator.bridge import Dialling
from simulator.call import Call
from simulator.clock import Flag, Mailbox
from simulator.conference import Conferences
from simulator.config import NetworkConfig
from simulator.events import EventLog
from simulator.faults import Faults
from simulator.legs import Leg
from simulator.messages import Messages
from simulator.order import NoRoom, Order
from simulator.parameters import API_VERSION
from simulator.people import Person, Script, Step
from simulator.queues import CallQueues
from simulator.recorder import Recorder
from simulator.recordings import Recordings
from simulator.voice import voice_named
from simulator.webhooks import Webhooks

# Confirmed as errors; unconfirmed that a REST request is answered with them.
TOO_MANY_CALLS, QUEUE_TOO_LONG = 16021, 22005
LONGEST_QUEUE_SECONDS = 24 * 3600


class PhoneNetwork:
    """Everything that is shared between calls. `start()` begins the pace; `close()` ends all calls."""

    def __init__(self, config: NetworkConfig, events_path: Path | None = None) -> None:
        self.config = config
        self.clock = config.clock()
        self._sids = config.sids()
        self.voice = voice_named(config.voice, config.talk_speed)
        self.events = EventLog(self.clock, events_path)
        self.faults = Faults(config.truths)
        self.calls: dict[str, Call] = {}
        self.conferences = Conferences(self)
        self.queues = CallQueues(self)
        self.recordings = Recordings(self)
        self.messages = Messages(self)
        self.recorder = None if config.record_folder is None else Recorder(config.record_folder)
        self.url = ""
        """Where its REST API answers, once it is served."""
        self._people: dict[str, Person] = {}
        self._scripts: dict[str, Script] = {}
        self._lock = threading.RLock()
        # Of its own: whoever joins a conference takes that one's lock first, then the network's.
        self._placing = threading.RLock()
        self._ahead = 0
        """Calls that the pace has not come past yet."""
        self._closing = Flag(self.clock)
        self._outgoing: Mailbox[Call | None] = Mailbox(self.clock)
        self._tellers: dict[str, Mailbox[Callable[[], None] | None]] = {}

    def start(self) -> None:
        self.aside("pace", self._pace)

    def close(self) -> None:
        self._closing.set()
        self.faults.over.set()
        self._outgoing.put(None)
        for call in list(self.calls.values()):
            call.end()
        self.clock.close()
        if self.recorder is not None:
            self.recorder.close([call for call in self.calls.values() if call.soundtrack.runs])
        self.events.close()

    def advance(self, seconds: float) -> datetime:
        """Moves stepped time; returns when all that was due by then has happened. Raises NotStepped, ClockBusy."""
        return self.clock.advance(seconds)

    def now(self) -> datetime:
        return self.clock.now()

    def elapsed_seconds(self) -> float:
        """Of the network's time, since it began."""
        return self.clock.elapsed_seconds()

    def aside(self, name: str, work: Callable[[], None]) -> None:
        """By an actor of its own, who may wait."""
        self.clock.spawn(name, work)

    def new_sid(self, kind: str) -> str:
        return self._sids.new(kind)

    def new_token(self) -> str:
        return self._sids.token()

    def new_webhooks(self) -> Webhooks:
        """With cookies of their own."""
        return Webhooks(self.config.auth_token, self.new_token, self.faults)

    @property
    def account_url(self) -> str:
        return f"{self.url}/{API_VERSION}/Accounts/{self.config.account_sid}"

    # People

    def know(self, person: Person) -> None:
        with self._lock:
            self._people[person.number] = person

    def name_of(self, number: str) -> str:
        person = self._people.get(number)
        return number if person is None or not person.name else person.name

    def dial_in(self, person: Person) -> Call:
        """A person phones the application's number. Confirmed (a recorded request): it still rings while the first
        document is asked for."""
        self.know(person)
        config = self.config
        order = Order(
            to=config.number,
            from_number=person.number,
            direction="inbound",
            url=config.voice_url,
            method=config.voice_method,
            status_url=config.status_url,
            fallback_url=config.fallback_url,
            forwarded_from=person.forwarded_from,
            caller_name=person.caller_name,
            stir_verstat=person.stir_verstat,
        )
        call = self._add(Call(self, order))
        call.event("dialled", to=config.number)
        call.status = "ringing"
        self._scripts[call.sid] = Script(call, person)
        call.begin()
        return call

    def go_on(self, sid: str, steps: list[Step]) -> None:
        """More steps for a person on the line. Raises KeyError for an unknown call."""
        self._scripts[sid].append(steps)

    def person_at(self, number: str) -> Person | None:
        return self._people.get(number)

    # Calls that the application places

    @property
    def own_numbers(self) -> frozenset[str]:
        return frozenset({self.config.number, *self.config.caller_ids})

    def live_calls(self) -> int:
        return sum(call.live for call in list(self.calls.values()))

    def queue_seconds(self) -> float:
        """Until the pace has come to a call that is ordered now."""
        return self._ahead / self.config.calls_per_second

    @contextmanager
    def room(self) -> Iterator[None]:
        """Nobody else takes the last place meanwhile. Raises NoRoom."""
        with self._placing:
            most = self.config.most_calls
            if most is not None and self.live_calls() >= most:
                raise NoRoom(TOO_MANY_CALLS, f"Call concurrency limit exceeded: {most}")
            if self.queue_seconds() > LONGEST_QUEUE_SECONDS:
                raise NoRoom(QUEUE_TOO_LONG, "Calls are queued for more than 24 hours")
            yield

    def place(self, order: Order) -> Call:
        """Queued; the pace decides when it rings. Raises NoRoom."""
        with self.room():
            call = self._add(Call(self, order))
            with self._lock:
                call.queue_ms = round(1000 * self.queue_seconds())
                self._ahead += 1
            call.event("ordered", to=order.to, url=order.url)
            self._outgoing.put(call)
        return call

    def _pace(self) -> None:
        while (call := self._outgoing.get()) is not None:
            if call.live:
                self.aside(f"ring-{call.sid}", partial(self._ring, call))
                if self._closing.wait(1 / self.config.calls_per_second):
                    return
            with self._lock:
                self._ahead -= 1

    def _ring(self, call: Call) -> None:
        call.tell_status(self.faults.truth("initiated_status"), "initiated")
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
            self.aside(f"ring-{leg.sid}", partial(self._ring, leg))

    def record_to(self, folder: Path | None) -> None:
        """For calls from now on. None: no more."""
        self.recorder = None if folder is None else Recorder(folder)

    def record(self, call: Call) -> None:
        """A call that ended is written down, where that is wanted, once the application was told of its end."""
        recorder = self.recorder
        if recorder is not None and call.soundtrack.runs:
            self.later(call.sid, lambda: recorder.write(call))

    # Status callbacks, in order for each call and each conference

    def later(self, sid: str, work: Callable[[], None], url: str = "") -> None:
        """`url`: where it tells something; what tells nothing keeps its place."""
        with self._lock:
            teller = self._tellers.get(sid)
            if teller is None:
                teller = self._tellers[sid] = Mailbox(self.clock)
                self.aside(f"status-{sid}", partial(self._tell, teller))
            for due in self.faults.in_order(sid, work, url) if url else [work]:
                teller.put(due)

    def tell_no_more(self, sid: str, last: Callable[[], None] = lambda: None) -> None:
        """What is still to be told is told, and `last` is done; then the actor that tells it ends."""
        with self._lock:
            teller = self._tellers.pop(sid, None)
        if teller is not None:
            for held in self.faults.let_go(sid):
                teller.put(held)
            teller.put(last)
            teller.put(None)
        else:
            last()

    def _tell(self, teller: Mailbox[Callable[[], None] | None]) -> None:
        while (work := teller.get()) is not None:
            work()

    def _add(self, call: Call) -> Call:
        with self._lock:
            self.calls[call.sid] = call
        return call
