"""Who hears callers, in each language."""

from collections.abc import Mapping
from enum import StrEnum


class Listener(StrEnum):
    OURS = "ours"
    """The media stream leads to a recogniser of ours."""
    CARRIERS = "carriers"
    """The carrier recognises speech itself and posts the words."""
    NOBODY = "nobody"
    """Keys do everything."""


Listeners = Mapping[str, Listener]
"""By language; a language that is not there has nobody."""


def listener_for(listeners: Listeners, language: str) -> Listener:
    return listeners.get(language, Listener.NOBODY)


def listeners_by(recogniser: str, english_recogniser: str) -> Listeners:
    """As the settings have it. Vosk hears Korean: no package has an English model of it."""
    carrier = Listener.CARRIERS
    match recogniser:
        case "twilio":
            return {"ko": carrier, "en": carrier}
        case "vosk":
            korean = Listener.OURS
        case _:
            korean = Listener.NOBODY
    return {"ko": korean, "en": carrier if english_recogniser == "twilio" else Listener.NOBODY}
