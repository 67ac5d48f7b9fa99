"""One call in the network: its person at one end, the application's documents at the other."""

import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any

from simulator.audio import FRAME_SECONDS, RATE_HZ, SILENCE
from simulator.bridge import Bridge
from simulator.endings import CallMoved, CallOver, Interrupted
from simulator.events import Event
from simulator.line import Line
from simulator.order import Order
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

__all__ = ["FINAL", "Call", "CallMoved", "CallOver"]


@dataclass
class Call:
    network: "PhoneNetwork"
    order: Order
    sid: str = field(default_factory=lambda: f"CA{secrets.token_hex(16)}")
    status: str = "queued"
    queue_ms: int = 0
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    started_at: datetime | None = None
    ended_at: datetime | None = None
    heard: list[str] = field(default_factory=list)
    """What the person at this end was told so far."""
    conference: str | None = None
    streams: dict[str, Stream] = field(default_factory=dict)
    parent: "Call | None" = None
    """The call that dialled this one."""
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    def __post_init__(self) -> None:
        self.changed = threading.Condition()
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
        self._webhooks = Webhooks(self.network.config.auth_token)
        self._told = 0
        self._telling = threading.Lock()
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
        seconds = len(mulaw) / RATE_HZ
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
            self.ended_at = datetime.now(UTC)
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
        """For whoever watches the call from outside: whether it came true in so much of the network's time."""
        with self.changed:
            return self.changed.wait_for(condition, timeout=self.network.real(seconds))

    # Living through documents

    def answer(self) -> None:
        """Somebody picked up: fetch the first document and act it out until the call ends."""
        if self.pick_up():
            threading.Thread(target=self._live_through, name=f"call-{self.sid}", daemon=True).start()

    def pick_up(self) -> bool:
        """In progress from now on. False when it no longer rings."""
        with self.changed:
            if self.status not in ("queued", "ringing"):
                return False
            self.status = "in-progress"
            self.started_at = datetime.now(UTC)
            self.answered_seconds = self.network.elapsed_seconds()
            self.changed.notify_all()
        self.event("answered")
        self.tell_status("in-progress", "answered")
        return True

    def _live_through(self) -> None:
        self._follow(Fetch(self.order.url or "", self.order.method, twiml=self.order.twiml))

    def _follow(self, fetch: Fetch | None) -> None:
        """From document to document, to the end of the call."""
        while fetch is not None and self.live:
            fetch = self._next_document(fetch)
        self.end()

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
        if not self.network.config.stream_survives_update:
            self.stop_streams()
        return fetch

    def _after_failure(self, fetch: Fetch, error: WebhookFailed | BadTwiml) -> Fetch | None:
        self.event("error", code=error.code, message=str(error))
        fallback = self.order.fallback_url
        if fallback is None or fetch.url.startswith(fallback):
            return None
        return Fetch(fallback, parameters={"ErrorCode": str(error.code), "ErrorUrl": fetch.url})

    # What verbs use

    def ask(self, url: str, more: dict[str, str], method: str = "POST") -> Answer:
        """A webhook about this call."""
        return self._ask(url, {**self.parameters(), **more}, method)

    def _ask(self, url: str, parameters: dict[str, str], method: str = "POST") -> Answer:
        answer = self._webhooks.ask(url, parameters, method, twice=self.network.faults.webhook_twice)
        self.event("webhook", url=url, status=answer.status, ms=round(answer.milliseconds, 1))
        return answer

    def still_here(self) -> None:
        """Raises CallOver or CallMoved. A call may be moved while its webhook is on the way: that answer is dropped."""
        self.pause(0)

    def pause(self, seconds: float, *, until: Callable[[], bool] = lambda: False) -> bool:
        """Let time pass; True when `until` cut it short. Raises CallOver, CallMoved, Interrupted."""
        deadline = time.monotonic() + self.network.real(seconds)
        with self.changed:
            while True:
                if not self.live:
                    raise CallOver
                if self._move is not None:
                    raise CallMoved
                for condition in self._interruptions:
                    if condition():
                        raise Interrupted(condition)
                if until():
                    return True
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                self.changed.wait(left)

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
        config = self.network.config
        name = name or f"stream-{next(self._stream_numbers)}"
        order = StreamOrder(
            *(name, url, config.account_sid, self.sid, config.auth_token, parameters, config.speed, tracks, two_way),
            line=self.line,
        )
        self.stop_stream(name)
        stream = self.streams[name] = Stream(order, StreamTeller(self, status), self.hear_stream)
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
        wanted = status in FINAL or name in self.order.status_events
        if self.order.status_url is None or not wanted:
            return
        with self._telling:
            number, self._told = self._told, self._told + 1
        parameters = {
            **self.parameters(),
            "CallStatus": status,
            "CallbackSource": "call-progress-events",
            "SequenceNumber": str(number),
            "Timestamp": datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S +0000"),
        }
        if status == "completed":
            parameters["CallDuration"] = str(self.duration_seconds)
        self.network.later(self.sid, lambda: self._tell(self.order.status_url or "", parameters))

    def _tell(self, url: str, parameters: dict[str, str]) -> None:
        try:
            self._ask(url, parameters)
        except WebhookFailed as error:
            self.event("error", code=error.code, message=str(error))

    @property
    def duration_seconds(self) -> int:
        if self.started_at is None or self.ended_at is None:
            return 0
        return round((self.ended_at - self.started_at).total_seconds())

    def parameters(self) -> dict[str, str]:
        """What every voice webhook carries."""
        order = self.order
        places = {f"{who}{what}": "" for who in ("Called", "To", "Caller", "From") for what in ("City", "State", "Zip")}
        countries = {f"{who}Country": "KR" for who in ("Called", "To", "Caller", "From")}
        return {
            "AccountSid": self.network.config.account_sid,
            "ApiVersion": "2010-04-01",
            "CallSid": self.sid,
            "CallStatus": self.status,
            "CallToken": self.token,
            "Called": order.to,
            "To": order.to,
            "Caller": order.from_number,
            "From": order.from_number,
            "Direction": order.direction,
            **places,
            **countries,
        }
