"""The network's own recogniser. People say text, so it is always right, in the language that it listens for."""

from collections.abc import Iterable
from dataclasses import dataclass

from simulator.twiml import Element

AUTO = 0
# Confirmed: Twilio warns so even of the model "default".
AUTO_WITH_MODEL = 13335
AUTO_SECONDS = 1.0  # Unconfirmed: how long "auto" waits is not documented.
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
    longest_seconds: float


def ears_of(element: Element) -> Ears:
    """Raises BadTwiml."""
    if element.flag("enhanced") and element.optional("speechModel") != "phone_call":
        raise element.wrong('enhanced="true" goes only with speechModel="phone_call"')
    kinds = element.words("input")
    return Ears(
        keys="dtmf" in kinds,
        speech="speech" in kinds,
        barge_in=element.flag("bargeIn"),
        language=element.word("language"),
        hints=frozenset(element.words("hints")),
        silence_seconds=_silence_seconds(element),
        longest_seconds=element.number("maxSpeechTime"),
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


def _silence_seconds(element: Element) -> float:
    seconds = element.optional_number("speechTimeout")
    if seconds == AUTO and element.optional("speechModel") is not None:
        raise element.wrong('speechTimeout="auto" goes with no speechModel', AUTO_WITH_MODEL)
    if seconds is None:
        return element.number("timeout")
    return seconds or AUTO_SECONDS
