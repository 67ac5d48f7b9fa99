"""One call in the network: its person at one end, the application's documents at the other."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from simulator.bridge import Bridge
from simulator.call_recording import begin_recording, keep_recording
from simulator.call_status import FINAL, StatusTeller
from simulator.call_streams import CallStreams
from simulator.contents import document_in
from simulator.detection import before_the_document
from simulator.ear import Ear
from simulator.endings import CallMoved, CallOver, Interrupted
from simulator.events import Event
from simulator.inputs import Input
from simulator.line import Line
from simulator.order import Order
from simulator.parameters import voice_parameters
from simulator.recordings import Recording
from simulator.soundtrack import Soundtrack
from simulator.speech import Utterance
from simulator.twiml import BadTwiml, Element, parse
from simulator.verbs import VERBS_BY_NAME, Fetch
from simulator.verbs.flow import leaves_ringing
from simulator.verbs.sounds import play_sound
from simulator.webhooks import Answer, WebhookFailed

if TYPE_CHECKING:
    from simulator.network import PhoneNetwork

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
    conference: str | None = None
    answered_by: str | None = None
    """As detection has it."""
    parent: "Call | None" = None
    """The call that dialled this one."""

    def __post_init__(self) -> None:
        self.sid = self.network.new_sid("CA")
        self.token = self.network.new_token()
        self.created_at = self.network.now()
        self.changed = self.network.clock.condition()
        self.input = Input(self.changed)
        self.streams = CallStreams(self)
        self._move: Fetch | None = None
        self._interruptions: list[Callable[[], bool]] = []
        self.bridge: Bridge | None = None
        """With whom it talks, beside conferences."""
        self._webhooks = self.network.new_webhooks()
        self._status = StatusTeller(self)
        self._fetched_at = self.created_at
        self._fetched_at_once = 0
        self._just_failed = False
        self.unread_from = 0
        self.document_url = ""
        """Relative URLs start here."""
        self.line = Line()
        """The person's."""
        self.ear = Ear(self)
        """The person's."""
        self.soundtrack = Soundtrack(self.network.recorder is not None or self.order.recording is not None)
        self._recording: Recording | None = None
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

    def move(self, fetch: Fetch, order: Order | None = None) -> bool:
        """REST sends the call elsewhere: whatever it does stops. False when it is not in progress. `order`: by which
        it goes on from then."""
        with self.changed:
            if self.status != "in-progress":
                return False
            self._move = fetch
            self.order = order or self.order
            self.changed.notify_all()
        return True

    def press(self, digits: str) -> None:
        self.event("pressed", digits=digits)
        self.input.press(digits)
        self.streams.press(digits)

    def say(self, utterance: Utterance, **facts: str) -> None:
        """The person begins to say something; `input.fall_silent` ends it."""
        self.event("said_by_person", text=utterance.text, **facts)
        self.input.say(utterance)

    def speak(self, mulaw: bytes) -> None:
        """The person's voice, to whatever listens."""
        self.soundtrack.said(mulaw, self.network.elapsed_seconds())
        self.streams.speak(mulaw)
        self.input.speak(mulaw)

    def wake(self) -> None:
        """Whoever waits in this call or for it looks again."""
        with self.changed:
            self.changed.notify_all()

    def end(self, status: str = "completed") -> None:
        """Either side hangs up, or the network gives up. Once ended, nothing changes it."""
        with self.changed:
            if not self.live:
                return
            if status == "completed" and self.started_at is None:
                status = "canceled"  # Unconfirmed of a caller who gives up while it rings.
            self.status = status
            self.ended_at = self.network.now()
            self.ended_seconds = self.network.elapsed_seconds()
            self.changed.notify_all()
        self.streams.stop_all()
        self.network.conferences.leave(self)
        self.event("ended", status=status)
        self.tell_status(status)
        self.network.record(self)
        self.network.tell_no_more(self.sid, self._webhooks.close)
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
            self.begin()

    def begin(self) -> None:
        """From document to document, by an actor of its own. A call that rings is answered by its first verb."""
        self.network.aside(f"call-{self.sid}", self._live_through)

    def pick_up(self) -> bool:
        """In progress from now on. False when it no longer rings, or never did."""
        with self.changed:
            if self.status not in ("queued", "ringing"):
                return False
            self.status = "in-progress"
            self.started_at = self.network.now()
            self.answered_seconds = self.network.elapsed_seconds()
            self.changed.notify_all()
        self.event("answered")
        self._recording = begin_recording(self)
        self.tell_status("in-progress", "answered")
        return True

    def _live_through(self) -> None:
        try:
            self._follow(self._begin())
        finally:
            self.end()  # Whatever breaks in here, nobody is left on the line for ever.
            if self._recording is not None:
                keep_recording(self, self._recording)

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
        """None, it ran out: the network hangs up."""
        self.breathe()
        if fetch.twiml is not None:
            self.document_url = ""
            return self.act_out(parse(fetch.twiml))
        answer = self.ask(fetch.url, fetch.parameters, fetch.method)
        self.document_url = answer.url
        if answer.sound is not None:
            self.pick_up()
            play_sound(self, answer.url, answer.sound)
            return None
        return self.act_out(self.read(answer))

    def read(self, answer: Answer) -> Element:
        """Raises WebhookFailed where it is of a kind that is no document, and BadTwiml."""
        document = document_in(answer)
        self.event("twiml", document=document)
        return parse(document)

    def act_out(self, root: Element) -> Fetch | None:
        """Verb by verb; where it leads, None when it ran out."""
        for element in root:
            self.still_here()
            if not leaves_ringing(element, first=element is root.children[0]):
                self.pick_up()
            following = VERBS_BY_NAME[element.tag](self, element)
            if following is not None:
                return following.relative_to(self.document_url)
        self.still_here()
        self.pick_up()
        return None

    def breathe(self) -> None:
        """Where an answer takes no time, documents that only lead to each other would hold time still for ever."""
        now = self.network.now()
        self._fetched_at_once = self._fetched_at_once + 1 if now == self._fetched_at else 1
        self._fetched_at = now
        if self._fetched_at_once > DOCUMENTS_AT_ONCE:
            self.pause(BREATH_SECONDS)

    def _take_move(self) -> Fetch | None:
        with self.changed:
            fetch, self._move = self._move, None
        self.network.conferences.leave(self)
        if not self.network.faults.truth("stream_survives_update"):
            self.streams.stop_all()
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

    # What the application is told

    def events(self) -> list[Event]:
        """All that happened in it so far."""
        return self.network.events.of_call(self.sid)

    def event(self, kind: str, **facts: Any) -> None:
        self.network.events.add(
            kind, call=self.sid, number=self.person, name=self.network.name_of(self.person), **facts
        )

    def tell_status(self, status: str, event: str | None = None) -> None:
        self._status.tell(status, event)

    def tell(self, url: str, parameters: dict[str, str], method: str = "POST") -> None:
        """A webhook whose answer counts for nothing."""
        try:
            self.send(url, parameters, method)
        except WebhookFailed as error:
            self.event("error", code=error.code, message=str(error), url=url, method=method)

    @property
    def duration_seconds(self) -> int:
        """So far, where it goes on."""
        if self.started_at is None:
            return 0
        return round(((self.ended_at or self.network.now()) - self.started_at).total_seconds())

    def parameters(self) -> dict[str, str]:
        """What every voice webhook carries."""
        return voice_parameters(self)
