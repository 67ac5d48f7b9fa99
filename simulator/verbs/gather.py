"""Keys and words from the person: Gather."""

from typing import TYPE_CHECKING

from simulator.speech import Ears, ears_of, recognise
from simulator.twiml import Element
from simulator.verbs.fetch import Fetch, following
from simulator.verbs.sounds import pause, play, say

if TYPE_CHECKING:
    from simulator.call import Call

PROMPTS = {"Say": say, "Play": play, "Pause": pause}


def gather(call: "Call", element: Element) -> Fetch | None:
    ears = ears_of(element)
    call.input.forget()
    _prompt(call, element, ears)
    collected = _collect(call, element, ears)
    if collected is None and element.flag("actionOnEmptyResult"):
        collected = {"SpeechResult" if ears.speech else "Digits": ""}
    return None if collected is None else following(element, collected)


def _prompt(call: "Call", element: Element, ears: Ears) -> None:
    """What is nested; a digit cuts it short, and so does speech that is listened for."""

    def cut() -> bool:
        return (ears.keys and call.input.keyed()) or (ears.speech and ears.barge_in and call.input.spoke())

    with call.interrupted_by(cut):
        for child in element:
            PROMPTS[child.tag](call, child)


def _collect(call: "Call", element: Element, ears: Ears) -> dict[str, str] | None:
    """What the webhook is told; None when there was no input. The kind that comes first wins."""

    def began() -> bool:
        return (ears.keys and call.input.keyed()) or (ears.speech and call.input.spoke())

    call.pause(element.number("timeout"), until=began)
    if ears.keys and call.input.keyed():
        digits = _collect_digits(call, element)
        return None if digits is None else {"Digits": digits}
    return _collect_speech(call, ears) if ears.speech and call.input.spoke() else None


def _collect_digits(call: "Call", element: Element) -> str | None:
    """The finishing key alone is none."""
    timeout_seconds, finish = element.number("timeout"), element.word("finishOnKey")
    most = element.optional_number("numDigits")
    digits = ""
    while len(digits) != most and call.pause(timeout_seconds, until=call.input.keyed):
        digit = call.input.digits.popleft()
        if digit in finish:
            break
        digits += digit
    return digits or None


def _collect_speech(call: "Call", ears: Ears) -> dict[str, str] | None:
    """Until the person has been silent for long enough."""
    while call.pause(ears.longest_seconds, until=call.input.silent):
        if not call.pause(ears.silence_seconds, until=call.input.speaks):
            break
    result = recognise(call.input.said, ears)
    call.event("recognised", language=ears.language, **(result or {"SpeechResult": ""}))
    return result
