"""What each TwiML verb does to a call. A verb answers with the document to fetch next, or None to go on."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

import requests

from simulator.audio import wav_seconds
from simulator.order import Order
from simulator.twiml import BadTwiml, boolean, whole_number

if TYPE_CHECKING:
    from simulator.call import Call

KOREAN_SYLLABLES_A_SECOND = 6.5
LETTERS_A_SECOND = 14.0
BREATH_SECONDS = 0.3
FOR_EVER = 1000
GATHER_SECONDS = 5
DIAL_SECONDS = 30


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


def say(call: "Call", element: Element) -> Fetch | None:
    _say(call, element, until_digit=False)
    return None


def play(call: "Call", element: Element) -> Fetch | None:
    _play(call, element, until_digit=False)
    return None


def pause(call: "Call", element: Element) -> Fetch | None:
    call.pause(whole_number(element, "length", 1))
    return None


def gather(call: "Call", element: Element) -> Fetch | None:
    if element.get("input", "dtmf") != "dtmf":
        raise BadTwiml(f'<Gather input="{element.get("input")}"> is not spoken here: only dtmf')
    call.digits.clear()
    _prompt(call, element)
    digits = _collect(call, element)
    if digits is None and not boolean(element, "actionOnEmptyResult", False):
        return None
    return Fetch(element.get("action", ""), element.get("method", "POST"), {"Digits": digits or ""})


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
    outcome = _confer(call, conference) if conference is not None else _dial_number(call, element)
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


def _say(call: "Call", element: Element, *, until_digit: bool) -> bool:
    text = (element.text or "").strip()
    for _ in range(whole_number(element, "loop", 1) or FOR_EVER):
        call.hear(text, element.get("language", "en-US"))
        if call.pause(spoken_seconds(text) / call.network.config.talk_speed, until_digit=until_digit):
            return True
    return False


def _play(call: "Call", element: Element, *, until_digit: bool) -> bool:
    url = (element.text or "").strip()
    try:
        response = requests.get(url, timeout=10)
    except requests.RequestException as error:
        raise BadTwiml(f"<Play> {url}: {error}") from error
    if not response.ok:
        raise BadTwiml(f"<Play> {url}: HTTP {response.status_code}")
    for _ in range(whole_number(element, "loop", 1) or FOR_EVER):
        call.event("played", url=url)
        if call.pause(wav_seconds(response.content), until_digit=until_digit):
            return True
    return False


def _prompt(call: "Call", element: Element) -> None:
    """What is nested in a Gather; a digit cuts it short."""
    for child in element:
        if child.tag == "Say":
            cut = _say(call, child, until_digit=True)
        elif child.tag == "Play":
            cut = _play(call, child, until_digit=True)
        else:
            cut = call.pause(whole_number(child, "length", 1), until_digit=True)
        if cut:
            return


def _collect(call: "Call", element: Element) -> str | None:
    """The digits; None when there were none. The finishing key alone is none too."""
    timeout = whole_number(element, "timeout", GATHER_SECONDS)
    most = whole_number(element, "numDigits", FOR_EVER)
    finish = element.get("finishOnKey", "#")
    digits = ""
    while len(digits) < most and call.pause(timeout, until_digit=True):
        digit = call.digits.popleft()
        if finish and digit in finish:
            break
        digits += digit
    return digits or None


def _confer(call: "Call", element: Element) -> dict[str, str]:
    name = (element.text or "").strip()
    conference = call.network.join_conference(call, name, ends_on_exit=boolean(element, "endConferenceOnExit", False))
    while not conference.over:
        call.pause(FOR_EVER, until=lambda: conference.over)
    call.network.left(call)
    return {"DialCallStatus": "answered"}


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
