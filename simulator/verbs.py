"""What each TwiML verb does to a call. A verb answers with the document to fetch next, or None to go on."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

import requests

from simulator.conference import Terms
from simulator.order import Order
from simulator.soundtrack import recording, words
from simulator.speech import GATHER_SECONDS, LONGEST_SPEECH_SECONDS, Ears, ears_of, recognise
from simulator.twiml import BadTwiml, boolean, parse, whole_number
from simulator.webhooks import WebhookFailed

if TYPE_CHECKING:
    from simulator.call import Call

KOREAN_SYLLABLES_A_SECOND = 6.5
LETTERS_A_SECOND = 14.0
BREATH_SECONDS = 0.3
FOR_EVER = 1000
DIAL_SECONDS = 30
WAIT_VERBS = frozenset({"Say", "Play", "Pause"})


@dataclass(frozen=True)
class Fetch:
    """A document to get: from `url`, or `twiml` as it stands."""

    url: str
    method: str = "POST"
    parameters: dict[str, str] = field(default_factory=dict)
    twiml: str | None = None

    def relative_to(self, base: str) -> "Fetch":
        return replace(self, url=urljoin(base, self.url))


Verb = Callable[["Call", Element], Fetch | None]
Cut = Callable[[], bool]
"""Whether what is heard stops here."""


def never() -> bool:
    return False


def say(call: "Call", element: Element) -> Fetch | None:
    _say(call, element, until=never)
    return None


def play(call: "Call", element: Element) -> Fetch | None:
    _play(call, element, until=never)
    return None


def pause(call: "Call", element: Element) -> Fetch | None:
    call.pause(whole_number(element, "length", 1))
    return None


def gather(call: "Call", element: Element) -> Fetch | None:
    ears = ears_of(element)
    call.forget_input()
    _prompt(call, element, ears)
    collected = _collect(call, element, ears)
    if collected is None and boolean(element, "actionOnEmptyResult", False):
        collected = {"SpeechResult" if ears.speech else "Digits": ""}
    if collected is None:
        return None
    return Fetch(element.get("action", ""), element.get("method", "POST"), collected)


def redirect(call: "Call", element: Element) -> Fetch | None:
    return Fetch((element.text or "").strip(), element.get("method", "POST"))


def hangup(call: "Call", element: Element) -> Fetch | None:
    call.end()
    call.pause(0)
    return None


def reject(call: "Call", element: Element) -> Fetch | None:
    call.end("busy" if element.get("reason") == "busy" else "no-answer")
    call.pause(0)
    return None


def start(call: "Call", element: Element) -> Fetch | None:
    for stream in element:
        parameters = {p.get("name", ""): p.get("value", "") for p in stream}
        call.start_stream(stream.get("name", "stream"), stream.get("url", ""), parameters)
    return None


def stop(call: "Call", element: Element) -> Fetch | None:
    for stream in element:
        call.stop_stream(stream.get("name", "stream"))
    return None


def dial(call: "Call", element: Element) -> Fetch | None:
    conference = element.find("Conference")
    outcome = _confer(call, conference, call.document_url) if conference is not None else _dial_number(call, element)
    action = element.get("action")
    return None if action is None else Fetch(action, element.get("method", "POST"), outcome)


VERBS_BY_NAME: dict[str, Verb] = {
    "Say": say,
    "Play": play,
    "Pause": pause,
    "Gather": gather,
    "Redirect": redirect,
    "Hangup": hangup,
    "Reject": reject,
    "Start": start,
    "Stop": stop,
    "Dial": dial,
}


def spoken_seconds(text: str) -> float:
    """How long a voice takes over it."""
    korean = sum("가" <= letter <= "힣" for letter in text)
    other = sum(letter.isalnum() for letter in text) - korean
    return korean / KOREAN_SYLLABLES_A_SECOND + other / LETTERS_A_SECOND + BREATH_SECONDS


def _say(call: "Call", element: Element, *, until: Cut) -> bool:
    text = (element.text or "").strip()
    language = element.get("language", "en-US")
    seconds = spoken_seconds(text) / call.network.config.talk_speed
    for _ in range(whole_number(element, "loop", 1) or FOR_EVER):
        with call.told(words(text, language, seconds, call.network.voice)) as clip:
            call.hear(text, language)
            if call.pause(clip.seconds, until=until):
                return True
    return False


def _play(call: "Call", element: Element, *, until: Cut) -> bool:
    url = (element.text or "").strip()
    try:
        response = requests.get(url, timeout=10)
    except requests.RequestException as error:
        raise BadTwiml(f"<Play> {url}: {error}") from error
    if not response.ok:
        raise BadTwiml(f"<Play> {url}: HTTP {response.status_code}")
    for _ in range(whole_number(element, "loop", 1) or FOR_EVER):
        with call.told(recording(url, response.content)) as clip:
            call.event("played", url=url)
            if call.pause(clip.seconds, until=until):
                return True
    return False


def _sound(call: "Call", element: Element, *, until: Cut) -> bool:
    """One Say, Play or Pause; True when it was cut short."""
    if element.tag == "Say":
        return _say(call, element, until=until)
    if element.tag == "Play":
        return _play(call, element, until=until)
    return call.pause(whole_number(element, "length", 1), until=until)


def _prompt(call: "Call", element: Element, ears: Ears) -> None:
    """What is nested in a Gather; a digit cuts it short, and so does speech that is listened for."""

    def cut() -> bool:
        return (ears.keys and call.keyed()) or (ears.speech and ears.barge_in and call.spoke())

    for child in element:
        if _sound(call, child, until=cut):
            return


def _collect(call: "Call", element: Element, ears: Ears) -> dict[str, str] | None:
    """What the webhook is told; None when there was no input. The kind that comes first wins."""

    def began() -> bool:
        return (ears.keys and call.keyed()) or (ears.speech and call.spoke())

    call.pause(whole_number(element, "timeout", GATHER_SECONDS), until=began)
    if ears.keys and call.keyed():
        digits = _collect_digits(call, element)
        return None if digits is None else {"Digits": digits}
    return _collect_speech(call, ears) if ears.speech and call.spoke() else None


def _collect_digits(call: "Call", element: Element) -> str | None:
    """The finishing key alone is none."""
    timeout = whole_number(element, "timeout", GATHER_SECONDS)
    most = whole_number(element, "numDigits", FOR_EVER)
    finish = element.get("finishOnKey", "#")
    digits = ""
    while len(digits) < most and call.pause(timeout, until=call.keyed):
        digit = call.digits.popleft()
        if finish and digit in finish:
            break
        digits += digit
    return digits or None


def _collect_speech(call: "Call", ears: Ears) -> dict[str, str] | None:
    """Until the person has been silent for long enough."""
    while call.pause(LONGEST_SPEECH_SECONDS, until=call.silent):
        if not call.pause(ears.silence_seconds, until=call.speaks):
            break
    result = recognise(call.said, ears)
    call.event("recognised", language=ears.language, **(result or {"SpeechResult": ""}))
    return result


def _confer(call: "Call", element: Element, base: str) -> dict[str, str]:
    conference = call.network.conferences.join(call, (element.text or "").strip(), _terms(element, base))

    def out() -> bool:
        return conference.over or call.sid not in conference.members

    def waited() -> bool:
        return conference.started or out()

    if element.get("waitUrl"):
        wait = Fetch(element.get("waitUrl", ""), element.get("waitMethod", "POST")).relative_to(base)
        parameters = {"ConferenceSid": conference.sid, "FriendlyName": conference.name}
        _wait(call, replace(wait, parameters=parameters), until=waited)
    while not call.pause(FOR_EVER, until=out):
        pass
    call.network.conferences.leave(call)
    return {"DialCallStatus": "answered"}


def _terms(element: Element, base: str) -> Terms:
    status_url = element.get("statusCallback")
    return Terms(
        starts=boolean(element, "startConferenceOnEnter", True),
        ends=boolean(element, "endConferenceOnExit", False),
        muted=boolean(element, "muted", False),
        label=element.get("participantLabel"),
        status_url=None if status_url is None else urljoin(base, status_url),
        status_events=tuple(element.get("statusCallbackEvent", "start end").split()),
        status_method=element.get("statusCallbackMethod", "POST"),
    )


def _wait(call: "Call", first: Fetch, *, until: Cut) -> None:
    """The document of a waitUrl, over and over. One that fails is told of, and the call waits in silence."""
    fetch = first
    try:
        # The breath keeps an empty document from being fetched without end.
        while not call.pause(BREATH_SECONDS, until=until):
            fetch = _wait_once(call, fetch, until) or first
    except (WebhookFailed, BadTwiml) as error:
        call.event("error", code=getattr(error, "code", 12100), message=str(error))


def _wait_once(call: "Call", fetch: Fetch, until: Cut) -> Fetch | None:
    """Where its Redirect leads; None when it ran out or the waiting is over."""
    answer = call.ask(fetch.url, fetch.parameters, fetch.method)
    for element in parse(answer.text):
        if element.tag == "Redirect":
            following = Fetch((element.text or "").strip(), element.get("method", "POST"), fetch.parameters)
            return following.relative_to(answer.url)
        if element.tag not in WAIT_VERBS:
            raise BadTwiml(f"<{element.tag}> in the document of a waitUrl is not spoken here")
        if _sound(call, element, until=until):
            return None
    return None


def _dial_number(call: "Call", element: Element) -> dict[str, str]:
    numbers: list[Any] = list(element.iter("Number"))
    number = ((numbers[0].text if numbers else element.text) or "").strip()
    leg = call.network.bridge(call, _order_to(call, element, number))
    outcome = {"DialCallSid": leg.sid, "DialCallStatus": leg.status, "DialBridged": "false"}
    if leg.status == "completed":
        outcome |= {"DialBridged": "true", "DialCallDuration": str(leg.duration_seconds)}
    return outcome


def _order_to(call: "Call", element: Element, number: str) -> Order:
    return Order(
        to=number,
        from_number=element.get("callerId", call.person),
        direction="outbound-dial",
        url=None,
        ring_seconds=whole_number(element, "timeout", DIAL_SECONDS),
    )
