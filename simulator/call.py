"""One call in the network: its person at one end, the application's documents at the other."""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING, Any

from simulator.audio import FRAME_SECONDS, SILENCE, mulaw_seconds
from simulator.bridge import Bridge
from simulator.detection import before_the_document
from simulator.endings import CallMoved, CallOver, Interrupted
from simulator.events import Event
from simulator.line import Line
from simulator.order import Order
from simulator.parameters import timestamp, voice_parameters
from simulator.recordings import Tape
from simulator.soundtrack import Clip, Soundtrack
from simulator.speech import Utterance
from simulator.stream_status import StreamTeller
from simulator.streams import Stream, StreamOrder
from simulator.twiml import BadTwiml, Element, parse
from simulator.verbs import VERBS_BY_NAME, Fetch, spoken_seconds
from simulator.webhooks import Answer, WebhookFailed, Webhooks

if TYPE_CHECKING:
    from simulator.network import PhoneNetwork

FINAL = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
# Confirmed: an error message, then the end. Unconfirmed: its words.
APOLOGY = "<Response><Say>We are sorry. An application error has occurred. Goodbye.</Say></Response>"
DOCUMENTS_AT_ONCE, BREATH_SECONDS = 10, 1.0

__all__ = ["FINAL", "Call", "CallMoved", "CallOver"]


@dataclass
class Call:
    network: "PhoneNetwork"
    order: Order
    status: str = "queued"
    queue_ms: int = 0
    started_at: datetime | None = None
    ended_at: datetime | None = None
    heard: list[str] = field(default_factory=list)
    """What the person at this end was told so far."""
    conference: str | None = None
    streams: dict[str, Stream] = field(default_factory=dict)
    answered_by: str | None = None
    """As detection has it."""
    parent: "Call | None" = None
    """The call that dialled this one."""

    def __post_init__(self) -> None:
        self.sid = self.network.new_sid("CA")
        self.token = self.network.new_token()
        self.created_at = self.network.now()
        self.changed = self.network.clock.condition()
        self.digits: deque[str] = deque()
        self.said: list[Utterance] = []
        """By the person, since the application began to listen; the last one may not be over yet."""
        self._saying = False
        self._move: Fetch | None = None
        self._interruptions: list[Callable[[], bool]] = []
        self._tapes: list[Tape] = []
        self._stream_numbers = count(1)
        self.bridge: Bridge | None = None
        """With whom it talks, beside conferences."""
        self._webhooks = Webhooks(self.network.config.auth_token, self.network.new_token, self.network.faults)
        self._told = 0
        self._telling = threading.Lock()
        self._fetched_at = self.created_at
        self._fetched_at_once = 0
        self._just_failed = False
        self.unread_from = 0
        self.document_url = ""
        """Relative URLs start here."""
        self.line = Line()
        """The person's."""
        self.language = "en-US"
        """In which the application spoke last."""
        self.sounding: Clip | None = None
        """What the person is being told."""
        self.soundtrack = Soundtrack(self.network.recorder is not None)
        self.answered_seconds = self.network.elapsed_seconds()
        self.ended_seconds: float | None = None

    # What others do to the call

    @property
    def live(self) -> bool:
        return self.status not in FINAL

    @property
    def person(self) -> str:
        """The number at the person's end."""
        return self.order.from_number if self.order.direction == "inbound" else self.order.to

    def move(self, fetch: Fetch) -> bool:
        """REST sends the call elsewhere: whatever it does stops. False when it is not in progress."""
        with self.changed:
            if self.status != "in-progress":
                return False
            self._move = fetch
            self.changed.notify_all()
        return True

    def press(self, digits: str) -> None:
        self.event("pressed", digits=digits)
        with self.changed:
            self.digits.extend(digits)
            self.changed.notify_all()
        for stream in tuple(self.streams.values()):
            stream.press(digits)

    def say(self, utterance: Utterance, **facts: str) -> None:
        """The person begins to say something; `fall_silent` ends it."""
        self.event("said_by_person", text=utterance.text, **facts)
        with self.changed:
            self.said.append(utterance)
            self._saying = True
            self.changed.notify_all()
        for tape in tuple(self._tapes):
            tape.hear(SILENCE * round(spoken_seconds(utterance.text) / FRAME_SECONDS))

    def speak(self, mulaw: bytes) -> None:
        """The person's voice, to whatever listens."""
        self.soundtrack.said(mulaw, self.network.elapsed_seconds())
        for stream in tuple(self.streams.values()):
            stream.speak(mulaw)
        for tape in tuple(self._tapes):
            tape.hear(mulaw)
        self.wake()

    def hear_stream(self, mulaw: bytes) -> None:
        """The person hears what the application sent into a two-way stream."""
        seconds = mulaw_seconds(mulaw)
        self.soundtrack.told(Clip("stream", seconds, lambda: mulaw), self.network.elapsed_seconds(), seconds)
        self.hear_sound(mulaw)

    def hear_sound(self, mulaw: bytes) -> None:
        """The person hears more than words."""
        for stream in tuple(self.streams.values()):
            stream.sound(mulaw)

    def fall_silent(self) -> None:
        with self.changed:
            self._saying = False
            self.changed.notify_all()

    def wake(self) -> None:
        """Whoever waits in this call or for it looks again."""
        with self.changed:
            self.changed.notify_all()

    def end(self, status: str = "completed") -> None:
        """Either side hangs up, or the network gives up. Once ended, nothing changes it."""
        with self.changed:
            if not self.live:
                return
            self.status = status
            self.ended_at = self.network.now()
            self.ended_seconds = self.network.elapsed_seconds()
            self.changed.notify_all()
        self.stop_streams()
        self.network.conferences.leave(self)
        self.event("ended", status=status)
        self.tell_status(status)
        self.network.record(self)
        self.network.tell_no_more(self.sid)
        if self.parent is not None:
            self.parent.wake()

    def wait_until(self, condition: Callable[[], bool], seconds: float) -> bool:
        """For other actors than the call: whether it came true in so much of the network's time."""
        with self.changed:
            return self.changed.wait_for(condition, seconds)

    # Living through documents

    def answer(self) -> None:
        """Somebody picked up: fetch the first document and act it out until the call ends."""
        if self.pick_up():
            self.network.aside(f"call-{self.sid}", self._live_through)

    def pick_up(self) -> bool:
        """In progress from now on. False when it no longer rings."""
        with self.changed:
            if self.status not in ("queued", "ringing"):
                return False
            self.status = "in-progress"
            self.started_at = self.network.now()
            self.answered_seconds = self.network.elapsed_seconds()
            self.changed.notify_all()
        self.event("answered")
        self.tell_status("in-progress", "answered")
        return True

    def _live_through(self) -> None:
        try:
            self._follow(self._begin())
        finally:
            self.end()  # Whatever breaks in here, nobody is left on the line for ever.

    def _follow(self, fetch: Fetch | None) -> None:
        """From document to document, to the end of the call."""
        while fetch is not None and self.live:
            fetch = self._next_document(fetch)
        self.end()

    def _begin(self) -> Fetch | None:
        try:
            before_the_document(self)
        except CallMoved:
            return self._take_move()
        except CallOver:
            return None
        return Fetch(self.order.url or "", self.order.method, twiml=self.order.twiml)

    def _next_document(self, fetch: Fetch) -> Fetch | None:
        try:
            return self._act_out(fetch)
        except CallMoved:
            return self._take_move()
        except CallOver:
            return None
        except (WebhookFailed, BadTwiml) as error:
            return self._after_failure(fetch, error)

    def _act_out(self, fetch: Fetch) -> Fetch | None:
        self.breathe()
        document, self.document_url = self._document(fetch)
        return self.act_out(parse(document))  # None, it ran out: the network hangs up.

    def act_out(self, root: Element) -> Fetch | None:
        """Verb by verb; where it leads, None when it ran out."""
        for element in root:
            self.still_here()
            following = VERBS_BY_NAME[element.tag](self, element)
            if following is not None:
                return following.relative_to(self.document_url)
        self.still_here()
        return None

    def breathe(self) -> None:
        """Where an answer takes no time, documents that only lead to each other would hold time still for ever."""
        now = self.network.now()
        self._fetched_at_once = self._fetched_at_once + 1 if now == self._fetched_at else 1
        self._fetched_at = now
        if self._fetched_at_once > DOCUMENTS_AT_ONCE:
            self.pause(BREATH_SECONDS)

    def _document(self, fetch: Fetch) -> tuple[str, str]:
        if fetch.twiml is not None:
            return fetch.twiml, ""
        answer = self.ask(fetch.url, fetch.parameters, fetch.method)
        self.event("twiml", document=answer.text)
        return answer.text, answer.url

    def _take_move(self) -> Fetch | None:
        with self.changed:
            fetch, self._move = self._move, None
        self.network.conferences.leave(self)
        if not self.network.streams_survive:
            self.stop_streams()
        return fetch

    def _after_failure(self, fetch: Fetch, error: WebhookFailed | BadTwiml) -> Fetch | None:
        """The fallback; where there is none, or it has failed too, or leads at once to what fails, the person hears an
        apology."""
        self.event("error", code=error.code, message=str(error), url=fetch.url, method=fetch.method)
        fallback = self.order.fallback_url
        if fallback is None or fetch.url == fallback or self._just_failed:
            return Fetch("", twiml=APOLOGY)
        self._just_failed = True
        return Fetch(fallback, self.order.fallback_method, {"ErrorCode": str(error.code), "ErrorUrl": fetch.url})

    # What verbs use

    def ask(self, url: str, more: dict[str, str], method: str = "POST") -> Answer:
        """A webhook about this call."""
        return self.send(url, {**self.parameters(), **more}, method)

    def send(self, url: str, parameters: dict[str, str], method: str = "POST") -> Answer:
        """A webhook with these fields alone."""
        late_seconds = self.network.faults.take("webhook_late", url)
        if late_seconds:
            self.wait_until(lambda: False, late_seconds)
        answer = self._webhooks.ask(url, parameters, method)
        ms = round(self.network.clock.spent_ms(answer.milliseconds), 1)
        self.event("webhook", url=url, status=answer.status, ms=ms)
        return answer

    def still_here(self) -> None:
        """Raises CallOver or CallMoved. A call may be moved while its webhook is on the way: that answer is dropped."""
        self.pause(0)

    def pause(self, seconds: float, *, until: Callable[[], bool] = lambda: False) -> bool:
        """Let time pass; True when `until` cut it short. Raises CallOver, CallMoved, Interrupted."""

        def cut() -> bool:
            if not self.live:
                raise CallOver
            if self._move is not None:
                raise CallMoved
            for condition in self._interruptions:
                if condition():
                    raise Interrupted(condition)
            return until()

        if seconds:
            self._just_failed = False
        with self.changed:
            return self.changed.wait_for(cut, seconds)

    @contextmanager
    def interrupted_by(self, condition: Callable[[], bool]) -> Iterator[None]:
        """What is done in here stops as soon as the condition is true."""
        self._interruptions.append(condition)
        try:
            yield
        except Interrupted as interrupted:
            if interrupted.by is not condition:
                raise
        finally:
            self._interruptions.remove(condition)

    @contextmanager
    def taped(self, tape: Tape) -> Iterator[None]:
        """What the person says meanwhile is on it."""
        self._tapes.append(tape)
        try:
            yield
        finally:
            self._tapes.remove(tape)

    def keyed(self) -> bool:
        """Whether a digit waits to be read."""
        return bool(self.digits)

    def spoke(self) -> bool:
        """Whether the person has begun to say anything since the application listens."""
        return bool(self.said)

    def speaks(self) -> bool:
        return self._saying

    def silent(self) -> bool:
        return not self._saying

    def forget_input(self) -> None:
        """Keys and words from before count no more; what is still being said does."""
        with self.changed:
            self.digits.clear()
            self.said = self.said[-1:] if self._saying else []

    def hear(self, text: str, language: str) -> None:
        """The person at this end is told something."""
        self.event("said_by_app", text=text, language=language)
        with self.changed:
            self.language = language
            self.heard.append(text)
            self.changed.notify_all()

    @contextmanager
    def told(self, clip: Clip) -> Iterator[Clip]:
        """What sounds in the person's ear for as long as this lasts."""
        began_seconds = self.network.elapsed_seconds()
        self._sound(clip)
        try:
            yield clip
        finally:
            lasted_seconds = min(self.network.elapsed_seconds() - began_seconds, clip.seconds)
            self._sound(None)
            self.soundtrack.told(clip, began_seconds, lasted_seconds)
            if self.live and lasted_seconds < clip.seconds - FRAME_SECONDS:
                self.event("cut_short", after_seconds=round(lasted_seconds, 1))

    def _sound(self, clip: Clip | None) -> None:
        if self.line.echo_db is not None:
            for stream in tuple(self.streams.values()):
                stream.overhear(b"" if clip is None else clip.mulaw())
        with self.changed:
            self.sounding = clip
            self.changed.notify_all()

    def start_stream(
        self,
        name: str | None,
        url: str,
        parameters: dict[str, str],
        *,
        tracks: tuple[str, ...] = ("inbound",),
        two_way: bool = False,
        status: Fetch | None = None,
    ) -> Stream:
        """`status`: where the application is told that it started, stopped or failed."""
        network, config = self.network, self.network.config
        order = StreamOrder(
            name or f"stream-{next(self._stream_numbers)}",
            url,
            network.new_sid("MZ"),
            config.account_sid,
            self.sid,
            config.auth_token,
            parameters,
            tracks,
            two_way,
            self.line,
        )
        self.stop_stream(order.name)
        stream = Stream(order, network.clock, StreamTeller(self, status), self.hear_stream)
        self.streams[order.name] = stream
        if not self.live:  # It ended meanwhile, and has stopped those streams that there were.
            self.stop_stream(order.name)
        return stream

    def stop_stream(self, name: str) -> None:
        stream = self.streams.pop(name, None)
        if stream is not None:
            stream.stop()

    def stop_streams(self) -> None:
        for name in tuple(self.streams):
            self.stop_stream(name)

    # What the application is told

    def events(self) -> list[Event]:
        """All that happened in it so far."""
        return self.network.events.of_call(self.sid)

    def event(self, kind: str, **facts: Any) -> None:
        self.network.events.add(
            kind, call=self.sid, number=self.person, name=self.network.name_of(self.person), **facts
        )

    def tell_status(self, status: str, event: str | None = None) -> None:
        """A status callback, in order and off the call's own thread."""
        name = event or status
        # Whatever way a call ended, its event is “completed”.
        wanted = ("completed" if status in FINAL else name) in self.order.status_events
        if self.order.status_url is None or not wanted:
            return
        with self._telling:
            number, self._told = self._told, self._told + 1
        parameters = {
            **self.parameters(),
            "CallStatus": status,
            "CallbackSource": "call-progress-events",
            "SequenceNumber": str(number),
            "Timestamp": timestamp(self.network.now()),
        }
        if status == "completed":
            parameters["CallDuration"] = str(self.duration_seconds)
        url, method = self.order.status_url, self.order.status_method
        self.network.later(self.sid, lambda: self.tell(url, parameters, method), url)

    def tell(self, url: str, parameters: dict[str, str], method: str = "POST") -> None:
        """A webhook whose answer counts for nothing."""
        try:
            self.send(url, parameters, method)
        except WebhookFailed as error:
            self.event("error", code=error.code, message=str(error), url=url, method=method)

    @property
    def duration_seconds(self) -> int:
        if self.started_at is None or self.ended_at is None:
            return 0
        return round((self.ended_at - self.started_at).total_seconds())

    def parameters(self) -> dict[str, str]:
        """What every voice webhook carries."""
        return voice_parameters(self)
