"""The network's own recogniser. People say text, so it is always right, in the language that it listens for."""

from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from simulator.twiml import BadTwiml, boolean, whole_number

GATHER_SECONDS = 5
AUTO_SECONDS = 1.0  # How long "auto" waits is not documented.
LONGEST_SPEECH_SECONDS = 60
MOST_HINTS = 500
LONGEST_HINT_LETTERS = 100
CONFIDENCE_HINTED, CONFIDENCE_OTHERWISE = 0.9, 0.7


@dataclass(frozen=True)
class Utterance:
    """`language`: in which it is said; None: in whichever is listened for. `confidence`: as it will be told; None
    leaves it out of the webhook, as the carrier may."""

    text: str
    language: str | None = None
    confidence: float | str | None = "by hints"


@dataclass(frozen=True)
class Ears:
    """What a `<Gather>` listens for."""

    keys: bool
    speech: bool
    barge_in: bool
    language: str
    hints: frozenset[str]
    silence_seconds: float
    """So long a silence ends what is said."""


def ears_of(element: Element) -> Ears:
    """Raises BadTwiml."""
    kinds = element.get("input", "dtmf").split()
    if not kinds or not set(kinds) <= {"dtmf", "speech"}:
        raise BadTwiml(f'<Gather input="{element.get("input")}">: dtmf, speech or both are expected')
    return Ears(
        keys="dtmf" in kinds,
        speech="speech" in kinds,
        barge_in=boolean(element, "bargeIn", True),
        language=element.get("language", "en-US"),
        hints=_hints(element),
        silence_seconds=_silence_seconds(element),
    )


def recognise(said: Iterable[Utterance], ears: Ears) -> dict[str, str] | None:
    """What the webhook is told; None when nothing was understood."""
    # A mumble has no text.
    understood = [utterance for utterance in said if utterance.text and utterance.language in (None, ears.language)]
    if not understood:
        return None
    text = " ".join(utterance.text for utterance in understood)
    confidence = understood[0].confidence
    if confidence == "by hints":
        confidence = CONFIDENCE_HINTED if text in ears.hints else CONFIDENCE_OTHERWISE
    return {"SpeechResult": text} | ({} if confidence is None else {"Confidence": str(confidence)})


def _hints(element: Element) -> frozenset[str]:
    hints = [hint.strip() for hint in element.get("hints", "").split(",")]
    if len(hints) > MOST_HINTS or any(len(hint) > LONGEST_HINT_LETTERS for hint in hints):
        raise BadTwiml(f"<Gather hints=…>: at most {MOST_HINTS} of {LONGEST_HINT_LETTERS} characters each")
    return frozenset(hints)


def _silence_seconds(element: Element) -> float:
    if element.get("speechTimeout") == "auto":
        return AUTO_SECONDS
    seconds = whole_number(element, "speechTimeout", whole_number(element, "timeout", GATHER_SECONDS))
    if seconds == 0:
        raise BadTwiml('<Gather speechTimeout="0">: "auto" or a positive whole number is expected')
    return seconds
