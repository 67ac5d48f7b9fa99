"""What a person hears: Say, Play, Pause."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from simulator.attributes import FOR_EVER_TIMES
from simulator.audio import BadRecording, mulaw_seconds, read_sound
from simulator.bodies import BROKEN, fetched
from simulator.soundtrack import Clip, words
from simulator.twiml import BadTwiml, Element
from simulator.verbs.fetch import Fetch, absolute
from simulator.webhooks import MOST_SOUND_BYTES

if TYPE_CHECKING:
    from simulator.call import Call

KOREAN_SYLLABLES_A_SECOND = 6.5
LETTERS_A_SECOND = 14.0
BREATH_SECONDS = 0.3
# Unconfirmed for a key; confirmed for a w, and the W of REST's SendDigits.
DIGIT_SECONDS, LONG_SECONDS = 0.5, 1.0
FETCH_SECONDS = 10
# Confirmed: HTTP retrieval failure.
NO_FILE = 11200
# Unconfirmed: Play, invalid content type.
NO_SOUND = 13420


def say(call: "Call", element: Element) -> Fetch | None:
    for _ in _times(element):
        seconds = spoken_seconds(element.text) / call.network.config.talk_speed
        with call.ear.told(words(element.text, element.word("language"), seconds, call.network.voice)) as clip:
            call.ear.hear(element.text, element.word("language"))
            call.pause(clip.seconds)
    return None


def play(call: "Call", element: Element) -> Fetch | None:
    digits = element.optional("digits")
    if (digits is None) == (not element.text):
        raise element.wrong("plays either a file or digits")
    if digits is None:
        _play_file(call, element, absolute(call.document_url, element.text))
    else:
        _play_digits(call, element, digits)
    return None


def pause(call: "Call", element: Element) -> Fetch | None:
    call.pause(element.number("length"))
    return None


def spoken_seconds(text: str) -> float:
    """How long a voice takes over it."""
    korean = sum("가" <= letter <= "힣" for letter in text)
    other = sum(letter.isalnum() for letter in text) - korean
    return korean / KOREAN_SYLLABLES_A_SECOND + other / LETTERS_A_SECOND + BREATH_SECONDS


def send_digits(call: "Call", digits: str) -> None:
    """The person hears keys."""
    call.event("digits_played", digits=digits)
    call.pause(sum(LONG_SECONDS if digit == "W" else DIGIT_SECONDS for digit in digits))


def play_sound(call: "Call", url: str, sound: bytes) -> None:
    """The person hears a file in whatever format."""
    try:
        mulaw = read_sound(sound)
    except BadRecording as error:
        raise BadTwiml(f"{url}: {error}", NO_SOUND) from error
    with call.ear.told(Clip(url, mulaw_seconds(mulaw), lambda: mulaw)) as clip:
        call.event("played", url=url)
        call.ear.hear_sound(mulaw)
        call.pause(clip.seconds)


def _play_file(call: "Call", element: Element, url: str) -> None:
    sound = _fetched(element, url)
    for _ in _times(element):
        play_sound(call, url, sound)


def _play_digits(call: "Call", element: Element, digits: str) -> None:
    for _ in _times(element):
        send_digits(call, digits)


def _fetched(element: Element, url: str) -> bytes:
    try:
        return fetched(url, FETCH_SECONDS, MOST_SOUND_BYTES)
    except BROKEN as error:
        raise element.wrong(f"{url}: {error}", NO_FILE) from error


def _times(element: Element) -> Iterator[int]:
    return iter(range(element.number("loop") or FOR_EVER_TIMES))
