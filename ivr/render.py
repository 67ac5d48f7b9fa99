"""A call's state → the TwiML document that acts it out. The same state always gives the same document."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from ivr import words
from ivr.call import Call
from ivr.menu.hours import describe_hours
from ivr.menu.model import Department, Menu
from ivr.states import (
    Asking,
    Confirming,
    ConfirmingNumber,
    Ended,
    EnteringNumber,
    Greeting,
    Holding,
    Joining,
    KeyingNumber,
    Offering,
    Promised,
    ReadingKeys,
    Released,
    Serving,
    Whispering,
)

EAR_NAME = "ear"
NUMBER_KEYING_SECONDS = 5
ACCEPT_SECONDS = 8  # An agent who has not accepted by then is busy with something else: the next one is rung.
LISTENING_PAUSE_SECONDS = 3
NUMBER_LISTENING_PAUSE_SECONDS = 8  # A number is said slowly, with pauses; keys count all the while.


@dataclass(frozen=True)
class Site:
    """What the documents need to know of the installation."""

    public_url: str
    media_url: str | None
    """Where media streams connect to; None: nobody listens and keys do everything."""
    no_input_seconds: int
    hold_seconds: int
    fallback_number: str | None


def conference_name(entry_id: int) -> str:
    return f"barocall-{entry_id}"


def render(call: Call, menu: Menu, site: Site) -> str:
    """The TwiML of the call's current state."""
    return str(_Document(call, menu, site).build())


def apologise_and_rescue() -> str:
    """After a fault of ours: say so, then try the way to a person."""
    response = VoiceResponse()
    response.say(words.apology(), language="ko-KR")
    response.redirect("/voice/rescue", method="POST")
    return str(response)


def apologise_and_dial(fallback_number: str | None) -> str:
    """When not even the database answers: a telephone that a person picks up."""
    response = VoiceResponse()
    response.say(words.apology_fallback(), language="ko-KR")
    if fallback_number is not None:
        response.dial(fallback_number)
    return str(response)


def hang_up() -> str:
    response = VoiceResponse()
    response.hangup()
    return str(response)


class _Document:
    def __init__(self, call: Call, menu: Menu, site: Site) -> None:
        self.call = call
        self.menu = menu
        self.site = site
        self.response = VoiceResponse()

    def build(self) -> VoiceResponse:
        if self.call.ended:
            self.response.hangup()
            return self.response
        match self.call.state:
            case Asking() | Confirming() | ReadingKeys() | Offering() | ConfirmingNumber() as state:
                self._start_ear()
                self._ask(self._prompts(state), quiet=state.quiet)
            case EnteringNumber() as state:
                self._start_ear()
                self._ask_for_number(state, quiet=state.quiet)
            case KeyingNumber() as state:
                self._stop_ear()
                self._ask_for_number(state, quiet=False)
            case Holding() as state:
                self._hold(state)
            case Promised() as state:
                self._stop_ear()
                self._promised(state)
            case Joining(entry_id=entry_id):
                self._stop_ear()
                self._join(entry_id)
            case Ended() as state:
                self._stop_ear()
                self._end(state)
            case Whispering() as state:
                self._whisper(state)
            case Serving() as state:
                self._serve(state)
            case Released() as state:
                self._say(_RELEASED[state.why]())
                self.response.hangup()
            case Greeting() as state:
                self._greet(state)
        return self.response

    # What callers hear

    def _prompts(self, state: Asking | Confirming | ReadingKeys | Offering | ConfirmingNumber) -> list[str]:
        match state:
            case Asking():
                return self._question(state)
            case Confirming(department=department):
                return [words.confirm(self._department(department).name)]
            case ReadingKeys():
                options = words.keys_options([(d.name, d.key) for d in self.menu.departments])
                return [*self._opening(), options] if self.call.step == 0 else [options]
            case Offering():
                return self._offer(state)
            case ConfirmingNumber(number=number):
                return [words.confirm_number(number)]

    def _question(self, state: Asking) -> list[str]:
        match state.why:
            case "first":
                return [*self._opening(), self.menu.question]
            case "repeat":
                return [self.menu.question]
            case "silence":
                return [words.did_not_hear(), words.ask_again(self.menu.examples)]
            case "unclear":
                return [words.ask_again(self.menu.examples)]

    def _opening(self) -> list[str]:
        notices = self.menu.notices
        spoken = [notices.charge, notices.recording, notices.abuse]
        return [words.greeting(self.menu.site.name), *(notice for notice in spoken if notice)]

    def _offer(self, state: Offering) -> list[str]:
        department = self._department(state.department)
        match state.why:
            case "closed":
                hours = describe_hours(department.hours)
                return [words.closed(hours), words.offer_callback_closed(self._local(state.due_at))]
            case "nobody":
                return [words.nobody_here(), words.offer_callback_nobody()]
            case "long" | "asked":
                return [words.offer_callback(state.position, _range(state))]

    def _promised(self, state: Promised) -> None:
        self._say(words.promised(self._local(state.due_at), again=state.again))
        self.response.hangup()

    def _hold(self, state: Holding) -> None:
        if state.round == 0:
            self._stop_ear()
        department = self._department(state.department)
        gather = self._gather(timeout=1)
        self._say(self._hold_news(state, department), into=gather)
        if department.music:
            gather.play(self._address(department.music))
        else:
            gather.pause(length=self.site.hold_seconds)
        self.response.append(gather)
        self.response.redirect(f"/voice/silence?step={self.call.step}", method="POST")

    def _hold_news(self, state: Holding, department: Department) -> str:
        told = _range(state)
        if state.round == 0:
            arrival = department.prompt or words.connecting(department.name)
            return f"{arrival} {words.holding(state.position, told)}"
        return words.still_waiting(state.position, told, longer=state.longer_than_told)

    def _end(self, state: Ended) -> None:
        self._say(words.goodbye())
        self.response.hangup()

    def _greet(self, state: Greeting) -> None:
        text = words.callback_greeting(self.menu.site.name, self._department(state.department).name)
        self._ask_on_leg([text])

    # What agents hear

    def _whisper(self, state: Whispering) -> None:
        department = self._department(state.department).name
        if state.callback_attempt is None:
            text = words.whisper_live(department, state.words, state.waited_seconds)
        else:
            text = words.whisper_callback(department, state.words, state.waited_seconds, state.callback_attempt)
        self._ask_on_leg([text, words.accept_hint()])

    def _serve(self, state: Serving) -> None:
        if state.callback:
            self._say(words.dialling_caller())
        self._join(state.entry_id)

    # How it is said

    def _ask(self, prompts: list[str], *, quiet: bool) -> None:
        gather = self._gather(timeout=self.site.no_input_seconds)
        if quiet:
            gather.pause(length=LISTENING_PAUSE_SECONDS)
        else:
            for prompt in prompts:
                self._say(prompt, into=gather)
        self.response.append(gather)
        # An empty Gather makes no webhook by itself.
        self.response.redirect(f"/voice/silence?step={self.call.step}", method="POST")

    def _ask_for_number(self, state: EnteringNumber | KeyingNumber, *, quiet: bool) -> None:
        gather = Gather(
            input="dtmf",
            finish_on_key="#",
            num_digits=11,
            timeout=NUMBER_KEYING_SECONDS,
            action=f"/voice/key?step={self.call.step}",
        )
        if quiet:
            gather.pause(length=NUMBER_LISTENING_PAUSE_SECONDS)
        else:
            self._say(self._number_prompt(state), into=gather)
        self.response.append(gather)
        self.response.redirect(f"/voice/silence?step={self.call.step}", method="POST")

    def _number_prompt(self, state: EnteringNumber | KeyingNumber) -> str:
        listens = isinstance(state, EnteringNumber) and self.site.media_url is not None
        match state.number_why:
            case "first":
                return words.enter_number(listens=listens)
            case "silence":
                return f"{words.did_not_hear()} {words.enter_number(listens=listens)}"
            case "unclear":
                return words.number_unclear(listens=listens)
            case "unusable":
                return words.number_not_usable(listens=listens)

    def _ask_on_leg(self, prompts: list[str]) -> None:
        gather = self._gather(timeout=ACCEPT_SECONDS)
        for prompt in prompts:
            self._say(prompt, into=gather)
        self.response.append(gather)
        self.response.redirect(f"/voice/silence?step={self.call.step}", method="POST")

    def _gather(self, timeout: int) -> Gather:
        # finishOnKey is empty so that # and * are keys like any other.
        return Gather(
            input="dtmf",
            num_digits=1,
            finish_on_key="",
            timeout=timeout,
            action=f"/voice/key?step={self.call.step}",
        )

    def _say(self, text: str, *, into: Gather | None = None) -> None:
        (into or self.response).say(text, language="ko-KR", voice=self.menu.site.voice)

    def _join(self, entry_id: int) -> None:
        dial = Dial(action="/voice/after", method="POST")
        dial.conference(
            conference_name(entry_id),
            start_conference_on_enter=True,
            # Two people talk: when one leaves, the other is told goodbye instead of sitting in silence.
            end_conference_on_exit=True,
            beep=False,
        )
        self.response.append(dial)

    # The ear

    def _start_ear(self) -> None:
        if self.site.media_url is None or self.call.ear_step != self.call.step:
            return
        start = self.response.start()
        # The URL takes no query string (the carrier drops it), so the secret travels as a parameter.
        stream = start.stream(name=EAR_NAME, url=self.site.media_url, track="inbound_track")
        stream.parameter(name="token", value=self.call.stream_token)

    def _stop_ear(self) -> None:
        # A stream that nobody needs is still billed by the minute. Stopping one that has ended is harmless.
        if self.site.media_url is not None:
            self.response.stop().stream(name=EAR_NAME)

    def _address(self, path_or_url: str) -> str:
        return self.site.public_url + path_or_url if path_or_url.startswith("/") else path_or_url

    def _department(self, department_id: str) -> Department:
        return self.menu.department(department_id)

    def _local(self, iso: str | None) -> datetime | None:
        if iso is None:
            return None
        return datetime.fromisoformat(iso).astimezone(ZoneInfo(self.menu.site.time_zone))


_RELEASED = {
    "caller_left": words.caller_left,
    "caller_unreachable": words.caller_unreachable,
    "declined": words.agent_declined,
    "served": words.agent_done,
}


def _range(state: Offering | Holding) -> tuple[float, float] | None:
    if state.low_seconds is None or state.high_seconds is None:
        return None
    return state.low_seconds, state.high_seconds
