"""A call's state → the TwiML document that acts it out. The same state always gives the same document."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, zip_longest
from zoneinfo import ZoneInfo

from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from callbacks.seals import PIN_DIGITS
from callqueue.announcing import Kind
from callqueue.spoken import Spoken
from ivr.call import Call
from ivr.dialogue import expectation
from ivr.listeners import Listener, Listeners, listener_for
from ivr.menu.languages import LANGUAGE_KEY
from ivr.menu.model import Department, Menu
from ivr.menu.recordings import as_said
from ivr.menu.variables import TELL_THE_WAIT, fill, variables_in
from ivr.prompts import Prompts
from ivr.recordings import address
from ivr.states import (
    AnyChoice,
    Asking,
    Choice,
    Confirming,
    ConfirmingNumber,
    Ended,
    EnteringNumber,
    EnteringPin,
    Greeting,
    Holding,
    Joining,
    KeyingNumber,
    LeavingWord,
    Listening,
    Offering,
    Promised,
    PromiseTold,
    ReadingKeys,
    Released,
    Returning,
    Serving,
    VerifyingNumber,
    Whispering,
)
from ivr.words import Words, words_for
from ivr.words.promises import promise_words_for
from speech.expectation import Expectation

EAR_NAME = "ear"
NUMBER_KEYING_SECONDS = 5
TEXT_ARRIVES_SECONDS = 20
ACCEPT_SECONDS = 8  # An agent who has not accepted by then is busy with something else: the next one is rung.
LISTENING_PAUSE_SECONDS = 3
# Limits of the carrier's recogniser.
MOST_HINTS = 500
LONGEST_HINT_LETTERS = 100
NUMBER_LISTENING_PAUSE_SECONDS = 8  # A number is said slowly, with pauses; keys count all the while.


@dataclass(frozen=True)
class Site:
    """What the documents need to know of the installation."""

    public_url: str
    media_url: str | None
    """Where media streams connect to; None: no recogniser of ours listens in any language."""
    listeners: Listeners
    no_input_seconds: int
    hold_seconds: int
    fallback_number: str | None


def conference_name(entry_id: int) -> str:
    return f"barocall-{entry_id}"


def render(call: Call, menu: Menu, site: Site) -> str:
    """The TwiML of the call's current state."""
    return str(_Document(call, menu, site).build())


def apologise_and_rescue(languages: Iterable[str]) -> str:
    """After a fault of ours: say so, then try the way to a person. Nobody knows any more which language the caller
    speaks, so all of the site's are spoken."""
    response = VoiceResponse()
    for words in map(words_for, languages):
        response.say(words.apology(), language=words.LOCALE)
    response.redirect("/voice/rescue", method="POST")
    return str(response)


def apologise_and_dial(fallback_number: str | None, languages: Iterable[str]) -> str:
    """When not even the database answers: a telephone that a person picks up."""
    response = VoiceResponse()
    for words in map(words_for, languages):
        response.say(words.apology_fallback(), language=words.LOCALE)
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
        self.site_menu = menu
        self.menu = call.own(menu)
        self.words: Words = words_for(self.menu.language)
        self.site = site
        self.listener = listener_for(site.listeners, call.language)
        self.heard = self.listener != Listener.NOBODY
        self.prompts = Prompts(self.menu, self.heard)
        self.response = VoiceResponse()

    def build(self) -> VoiceResponse:
        if self.call.ended:
            self.response.hangup()
            return self.response
        match self.call.state:
            case Asking() | Confirming() | ReadingKeys() | Offering() | ConfirmingNumber() | Choice() as state:
                self._tend_ear(state)
                self._ask(state)
            case EnteringNumber() as state:
                self._tend_ear(state)
                self._ask_for_number(state, quiet=state.quiet)
            case KeyingNumber() as state:
                self._stop_ear()
                self._ask_for_number(state, quiet=False)
            case EnteringPin() | VerifyingNumber() as state:
                self._stop_ear()
                self._ask_for_digits(state)
            case PromiseTold() as state:
                self._stop_ear()
                self._say(self.prompts.told(state))
                self.response.hangup()
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
                self._release(state)
            case Greeting() as state:
                self._tend_ear(state)
                self._greet(state)
            case LeavingWord() as state:
                self._stop_ear()
                self._leave_word(state)
        return self.response

    # What callers hear

    def _prompts(self, state: Asking | Confirming | ReadingKeys | Offering | ConfirmingNumber | AnyChoice) -> list[str]:
        match state:
            case Asking():
                return self._question(state)
            case Confirming(department=department):
                return [self.words.confirm(self._department(department).name, heard=self.heard)]
            case ReadingKeys(menu=within):
                return self._keys(within)
            case Offering():
                return self._offer(state)
            case ConfirmingNumber():
                return [self.prompts.number_and_time(state)]
            case Choice():
                return [self.prompts.question(state)]

    def _keys(self, within: str | None) -> list[str]:
        here = self.menu.submenu(within)
        options = self.words.keys_options([(option.name, option.key) for option in self.menu.options(within)])
        if here is None:
            return [options]
        return [here.question or here.name, options, self.words.back_hint()]

    def _question(self, state: Asking) -> list[str]:
        match state.why:
            case "first" | "repeat":
                return [self.menu.question]
            case "silence":
                return [self.words.did_not_hear(), self.words.ask_again(self.menu.examples)]
            case "unclear":
                return [self.words.ask_again(self.menu.examples)]

    def _open(self, into: Gather) -> None:
        """Greeting, notices, and the other language to callers who have not chosen theirs."""
        notices = self.menu.notices
        for text in (self.words.greeting(self.menu.site.name), notices.charge, notices.recording, notices.abuse):
            if text is not None:
                self._say(text, into=into)
        other = self.menu.other_language
        if other is not None and self.call.language == self.menu.language_for(self.call.to_number):
            offer, voice = words_for(other), self.site_menu.spoken_in(other).site.voice
            self._voice(offer.offer_language(LANGUAGE_KEY), offer.LOCALE, voice, into=into)

    def _offer(self, state: Offering) -> list[str]:
        words, opens = promise_words_for(self.menu.language), self._local(state.due_at)
        return [*self._what_is_offered(state, opens), words.other_time_hint()]

    def _what_is_offered(self, state: Offering, opens: datetime | None) -> list[str]:
        match state.why:
            case "closed":
                department = self._department(state.department)
                return [self._closed(department, opens), self.words.offer_callback_closed(opens, heard=self.heard)]
            case "nobody":
                return [self.words.nobody_here(), self.words.offer_callback_nobody(heard=self.heard)]
            case "late" if opens is not None:
                return [promise_words_for(self.menu.language).offer_late(opens, heard=self.heard)]
            case _:
                return [self.words.offer_callback(state.position, _spoken(state), heard=self.heard)]

    def _promised(self, state: Promised) -> None:
        for text in self.prompts.promised(state):
            self._say(text)
        self.response.hangup()

    def _hold(self, state: Holding) -> None:
        is_told = state.round == 0
        if is_told:
            self._tend_ear(state)
        elif state.round == 1:
            self._stop_ear()
        department = self._department(state.department)
        by_carrier = is_told and self.listener == Listener.CARRIERS
        gather = self._gather(timeout=1, expected=expectation(state, self.menu) if by_carrier else None)
        for sentence in self._told_on_hold(state, department) if is_told else ():
            self._say(sentence, into=gather)
        if department.music:
            gather.play(self._address(department.music))
        else:
            gather.pause(length=self.site.hold_seconds)
        self.response.append(gather)
        self.response.redirect(f"/voice/silence?step={self.call.step}", method="POST")

    def _told_on_hold(self, state: Holding, department: Department) -> list[str]:
        return [*self._hold_opening(state, department), *self._hold_news(state)]

    def _hold_opening(self, state: Holding, department: Department) -> list[str]:
        match state.opening:
            case "none":
                return []
            case "arrival":
                return [self._arrival(state, department)]
            case "back":
                return [self.words.keep_waiting()]
            case "transfer":
                return [self.words.transferred(department.name, state.transfer_reason or "")]

    def _arrival(self, state: Holding, department: Department) -> str:
        if department.prompt is None:
            return self.words.connecting(department.name)
        spoken = _spoken(state)
        position = None if state.position is None else self.words.nth(state.position)
        wait = None if spoken is None else self.words.wait_range(spoken)
        filled = self._filled(department.prompt, department, position=position, wait=wait)
        return filled or self.words.connecting(department.name)

    def _closed(self, department: Department, opens: datetime | None) -> str:
        usual = self.words.closed(self.words.describe_hours(department.hours))
        if department.closed_prompt is None:
            return usual
        opening = None if opens is None else self.words.opens(opens)
        return self._filled(department.closed_prompt, department, opens=opening) or usual

    def _filled(self, text: str, department: Department, **values: str | None) -> str:
        hours = self.words.describe_hours(department.hours)
        always = {"site": self.menu.site.name, "department": department.name, "hours": hours}
        return fill(text, {**always, **values}, self.words.with_particle)

    def _hold_news(self, state: Holding) -> list[str]:
        words = self.words
        match state.news:
            case None:
                return [] if state.opening == "back" else [words.stay_on()]
            case Kind.AT_ONCE:
                return [words.one_moment()]
            case Kind.CONNECTING:
                return [words.one_moment() if state.opening == "arrival" else words.agent_rings()]
            case Kind.UNKNOWN:
                return [words.wait_unknown(), words.callback_hint(heard=self.heard)]
            case Kind.NOBODY:
                return [words.nobody_to_wait_for(), words.callback_hint(heard=self.heard)]
            case _:
                return self._wait_news(state)

    def _wait_news(self, state: Holding) -> list[str]:
        spoken = _spoken(state) or (0, 1)
        told = self.words.wait_told(state.position, spoken, state.reason)
        # Half a minute is no time to think of being called back.
        last = self.words.stay_on() if spoken == (0, 1) else self.words.callback_hint(heard=self.heard)
        prompt = self._department(state.department).prompt or ""
        if state.opening == "arrival" and TELL_THE_WAIT & variables_in(prompt):
            return [last]  # The prompt has told it.
        return [told, last]

    def _end(self, state: Ended) -> None:
        if state.farewell == "closed" and state.department is not None:
            self._say(self.words.closed(self.words.describe_hours(self._department(state.department).hours)))
        if state.farewell == "agent_lost":
            self._say(self.words.agent_lost())
        self._say(self.words.goodbye())
        self.response.hangup()

    def _greet(self, state: Greeting) -> None:
        department = self._department(state.department).name
        if state.code is not None:
            self._greet_with_code(state.code, department)
            return
        text = self.words.callback_greeting(self.menu.site.name, department, heard=self.heard)
        expected = expectation(state, self.menu) if self.listener == Listener.CARRIERS else None
        self._ask_on_leg([] if state.quiet else [text], expected)

    def _greet_with_code(self, code: str, department: str) -> None:
        gather = self._gather(timeout=ACCEPT_SECONDS, digits=len(code))
        greeting = promise_words_for(self.menu.language).greeting_with_code(self.menu.site.name, department)
        self._say(greeting, into=gather)
        self._append(gather)

    def _leave_word(self, state: LeavingWord) -> None:
        department = self._department(state.department).name
        self._say(self.words.callback_missed(self.menu.site.name, department, self._local(state.again_at)))
        self.response.hangup()

    # What agents hear

    def _whisper(self, state: Whispering) -> None:
        department = self._department(state.department).name
        if state.passed_from is not None:
            text = self._whisper_transfer(state, self._department(state.passed_from).name)
        elif state.callback_attempt is None:
            text = self.words.whisper_live(department, state.words, state.waited_seconds)
        else:
            text = self.words.whisper_callback(department, state.words, state.waited_seconds, state.callback_attempt)
        # What the caller speaks comes first: it decides how the agent says hello.
        speaks = [self.words.caller_speaks(self.call.language)] if self.call.language != self.menu.language else []
        self._ask_on_leg([*speaks, text, self.words.accept_hint()])

    def _whisper_transfer(self, state: Whispering, passed_from: str) -> str:
        reason, waited_seconds = state.transfer_reason or "", state.waited_seconds
        return self.words.whisper_transfer(passed_from, reason, state.note, state.words, waited_seconds)

    def _serve(self, state: Serving) -> None:
        if state.callback:
            self._say(self.words.dialling_caller())
        self._join(state.entry_id)

    def _release(self, state: Released) -> None:
        words = self.words
        told = {
            "caller_left": words.caller_left,
            "caller_unreachable": words.caller_unreachable,
            "declined": words.agent_declined,
            "served": words.agent_done,
            "transferred": words.caller_passed_on,
        }
        self._say(told[state.why]())
        self.response.hangup()

    # How it is said

    def _ask(self, state: Asking | Confirming | ReadingKeys | Offering | ConfirmingNumber | AnyChoice) -> None:
        expected = expectation(state, self.menu) if self.listener == Listener.CARRIERS else None
        gather = self._gather(timeout=self.site.no_input_seconds, expected=expected)
        if state.quiet:
            gather.pause(length=LISTENING_PAUSE_SECONDS)
        else:
            if _opens(state):
                self._open(gather)
            for prompt in self._prompts(state):
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

    def _ask_for_digits(self, state: EnteringPin | VerifyingNumber) -> None:
        gather = Gather(
            input="dtmf",
            finish_on_key="#",
            num_digits=PIN_DIGITS,
            # A text takes a while to arrive.
            timeout=NUMBER_KEYING_SECONDS if isinstance(state, EnteringPin) else TEXT_ARRIVES_SECONDS,
            action=f"/voice/key?step={self.call.step}",
        )
        self._say(self.prompts.digits(state), into=gather)
        self._append(gather)

    def _append(self, gather: Gather) -> None:
        self.response.append(gather)
        # An empty Gather makes no webhook by itself.
        self.response.redirect(f"/voice/silence?step={self.call.step}", method="POST")

    def _number_prompt(self, state: EnteringNumber | KeyingNumber) -> str:
        listens = isinstance(state, EnteringNumber) and self.listener == Listener.OURS
        match state.number_why:
            case "first":
                return self.words.enter_number(listens=listens)
            case "silence":
                return f"{self.words.did_not_hear()} {self.words.enter_number(listens=listens)}"
            case "unclear":
                return self.words.number_unclear(listens=listens)
            case "unusable":
                return self.words.number_not_usable(listens=listens)

    def _ask_on_leg(self, prompts: list[str], expected: Expectation | None = None) -> None:
        gather = self._gather(timeout=ACCEPT_SECONDS, expected=expected)
        for prompt in prompts:
            self._say(prompt, into=gather)
        self.response.append(gather)
        self.response.redirect(f"/voice/silence?step={self.call.step}", method="POST")

    def _gather(self, timeout: int, expected: Expectation | None = None, digits: int = 1) -> Gather:
        """One key, or a few; or words too, where the carrier shall recognise what is `expected`."""
        # finishOnKey is empty so that # and * are keys like any other.
        key = {"num_digits": digits, "finish_on_key": "", "timeout": timeout}
        if expected is None:
            return Gather(input="dtmf", action=f"/voice/key?step={self.call.step}", **key)
        return Gather(
            input="dtmf speech",
            action=f"/voice/heard?step={self.call.step}",
            language=self.words.LOCALE,
            hints=hints(expected),
            # No speechModel beside it: with one set, "auto" is refused.
            speech_timeout="auto",
            **key,
        )

    def _say(self, text: str, *, into: Gather | None = None) -> None:
        self._voice(text, self.words.LOCALE, self.menu.site.voice, into=into or self.response)

    def _voice(self, text: str, locale: str, voice: str, *, into: Gather | VoiceResponse) -> None:
        """A person's, where the sentence was recorded; else the carrier's."""
        recorded = self.site_menu.recordings.get(as_said(text))
        if recorded is None or recorded.sha256 is None:
            into.say(text, language=locale, voice=voice)
        else:
            into.play(self._address(address(self.call.menu_version_id, recorded.path)))

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

    def _tend_ear(self, state: Listening | Holding) -> None:
        if self.call.ear_step is None and self.call.step > 0 and _opens(state):
            self._stop_ear()  # The language was changed to one that our recogniser does not hear.
        elif self.listener == Listener.OURS and self.call.ear_step == self.call.step:
            self._start_ear()

    def _start_ear(self) -> None:
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


def hints(expected: Expectation) -> str:
    """The phrases, for the carrier's recogniser: of each meaning the first ones first, so that none goes short."""
    by_rank = chain.from_iterable(zip_longest(*(meaning.phrases for meaning in expected.meanings)))
    # A comma separates hints.
    phrases = (phrase.replace(",", " ") for phrase in by_rank if phrase and len(phrase) <= LONGEST_HINT_LETTERS)
    return ",".join(list(dict.fromkeys(phrases))[:MOST_HINTS])


def _opens(state: Listening | Holding) -> bool:
    """Nothing was said before: the greeting and the notices come first."""
    match state:
        case Asking(why=why):
            return why == "first"
        case ReadingKeys(opening=opening):
            return opening
        case Returning(failures=failures):
            return not failures
        case _:
            return False


def _spoken(state: Offering | Holding) -> Spoken | None:
    return None if state.low_minutes is None else (state.low_minutes, state.high_minutes)
