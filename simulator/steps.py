"""What a person can do on the line. A step of a script names one of these; a script in Python calls them."""

import base64
import difflib
import inspect
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.audio import encode_frames, mulaw_seconds, telephone_sound, wav_samples
from simulator.speech import Utterance
from simulator.verbs import spoken_seconds
from simulator.voice import beep, murmur

if TYPE_CHECKING:
    from simulator.call import Call

Step = dict[str, Any]
PATIENCE_SECONDS = 60.0
BETWEEN_DIGITS_SECONDS = 0.2
TALK_SECONDS = 24 * 3600.0
DROP_NOTICED_SECONDS = 10.0  # Unconfirmed: how long a carrier takes over a line that fell silent without a word.
MOST_QUOTED = 5


class BadStep(ValueError):
    """A step is an object with one of the known keys; docs/simulator.md lists them."""


class Gone(Exception):
    """The person hung up, or the call ended under them. `problem`: what they still wanted, if anything."""

    def __init__(self, problem: str | None = None) -> None:
        super().__init__(problem or "")
        self.problem = problem


class Phone:
    """One person's end of one call. Each method raises Gone when the call is over."""

    def __init__(self, call: "Call") -> None:
        self._call = call

    # Listening

    def waits_for(self, words: str, *, within_seconds: float = PATIENCE_SECONDS) -> None:
        """Until something is said that contains the words. When it never is, they hang up, and the script failed."""
        call, since = self._call, self._call.unread_from

        def found() -> bool:
            return any(words in text for text in call.ear.heard[since:])

        call.wait_until(lambda: not call.live or found(), within_seconds)
        if not found():
            self._gives_up(f"“{words}”", within_seconds, call.ear.heard[since:], waiting_for=words)
        call.unread_from = next(i for i, text in enumerate(call.ear.heard) if i >= since and words in text) + 1

    def hears_out(self, *, within_seconds: float = PATIENCE_SECONDS) -> None:
        """To the end of what is being said to them now."""
        call, clip = self._call, self._call.ear.sounding
        call.wait_until(lambda: not call.live or call.ear.sounding is not clip or clip is None, within_seconds)
        if not call.live:
            raise Gone

    def interrupts(self, words: str, *, after_seconds: float = 0.5, within_seconds: float = PATIENCE_SECONDS) -> None:
        """Waits for the words and lets so much of them pass; whatever the next step says falls into them."""
        self.waits_for(words, within_seconds=within_seconds)
        self.waits_seconds(after_seconds)
        clip = self._call.ear.sounding
        if clip is None or words not in clip.label:
            self._fails(f"wanted to interrupt “{words}” after {after_seconds:g} s, but by then it was over")

    def waits_to_talk(self, *, within_seconds: float = PATIENCE_SECONDS) -> None:
        """Until somebody else is on the line with them."""
        call = self._call
        together = call.wait_until(lambda: not call.live or call.network.conferences.talks(call), within_seconds)
        if not together or not call.live:
            self._gives_up("somebody to talk with", within_seconds, call.ear.heard[call.unread_from :])

    def waits_seconds(self, seconds: float) -> None:
        """Silence."""
        if self._call.wait_until(lambda: not self._call.live, seconds):
            raise Gone

    def stays(self) -> None:
        """Until the other side ends."""
        self.waits_seconds(TALK_SECONDS)
        raise Gone

    # Speaking

    def says(self, file: str, *, text: str | None = None, language: str | None = None) -> None:
        """A recording. `text`: its words, for the network's own recogniser."""
        self._speaks(Path(file), Path(file).stem, text, language)

    def says_base64(
        self, audio: str, *, label: str = "audio", text: str | None = None, language: str | None = None
    ) -> None:
        self._speaks(base64.b64decode(audio), label, text, language)

    def says_text(self, text: str, *, language: str | None = None, confidence: float | str | None = "by hints") -> None:
        """Words: heard by the network's own recogniser, and as sound only where the network has a voice."""
        voice, seconds = self._call.network.voice, spoken_seconds(text)
        mulaw = b"" if voice is None else voice(text, language or self._call.ear.language)
        self._utters(Utterance(text, language, confidence), mulaw, seconds if voice is None else mulaw_seconds(mulaw))

    def mumbles(self, seconds: float = 1.5) -> None:
        """Sounds without words: nothing is understood."""
        self._utters(Utterance("", None, None), murmur(float(seconds)), float(seconds), label="(mumbles)")

    def greets(self, seconds: float, *, text: str = "") -> None:
        """As an answering machine does."""
        self._utters(Utterance(text, None, None), murmur(float(seconds)), float(seconds), label=text or "(greeting)")

    def beeps(self) -> None:
        self._call.event("said_by_person", audio="(beep)")
        self._sounds(beep())

    # Keys and the end

    def presses(self, digits: str) -> None:
        for digit in str(digits):
            self._call.press(digit)
            self.waits_seconds(BETWEEN_DIGITS_SECONDS)

    def hangs_up(self) -> None:
        self._call.event("hung_up")
        self._call.end()
        raise Gone

    def drops_line(self, *, noticed_after_seconds: float = DROP_NOTICED_SECONDS) -> None:
        """Nobody hangs up: the line is dead, and the network notices later."""
        self._call.event("line_dropped")
        self.waits_seconds(noticed_after_seconds)
        self._call.end()
        raise Gone

    # How

    def _speaks(self, source: Path | bytes, label: str, text: str | None, language: str | None) -> None:
        line = self._call.line
        sound = line.levelled(telephone_sound(*wav_samples(source), line.band_hz))
        mulaw = encode_frames(sound)
        if text is None:
            self._call.event("said_by_person", audio=label)
            self._sounds(mulaw)
        else:
            self._utters(Utterance(text, language), mulaw, mulaw_seconds(mulaw), label=label)

    def _utters(self, utterance: Utterance, mulaw: bytes, seconds: float, label: str | None = None) -> None:
        self._call.say(utterance, **({} if label is None else {"audio": label}))
        try:
            self._sounds(mulaw, seconds)
        finally:
            self._call.input.fall_silent()

    def _sounds(self, mulaw: bytes, seconds: float | None = None) -> None:
        self._call.speak(mulaw)
        self.waits_seconds(mulaw_seconds(mulaw) if seconds is None else seconds)

    def _gives_up(self, wanted: str, seconds: float, heard: list[str], **facts: str) -> None:
        """Raises Gone."""
        instead = _quoted(heard)
        if self._call.live:
            self._fails(f"waited {seconds:g} s in vain for {wanted}; {instead}", "gave_up", heard=heard, **facts)
        self._fails(f"the call ended while they waited for {wanted}; {instead}", "cut_off", heard=heard, **facts)

    def _fails(self, problem: str, kind: str = "gave_up", **facts: Any) -> None:
        self._call.event(kind, message=problem, **facts)
        self._call.end()
        raise Gone(problem)


def _quoted(heard: list[str]) -> str:
    if not heard:
        return "heard nothing instead"
    left_out = "… " if len(heard) > MOST_QUOTED else ""
    return f"heard instead: {left_out}" + ", ".join(f"“{text}”" for text in heard[-MOST_QUOTED:])


ACTIONS: dict[str, Callable[..., None]] = {
    name: method for name, method in vars(Phone).items() if not name.startswith("_")
}
ENDS = frozenset({"hangs_up", "drops_line"})
NEEDS_NOBODY = ENDS | {"stays", "waits_seconds", "hears_out"}
"""What may be left undone when the other side ends the call."""


def checked(step: object) -> Step:
    """A step with its action first; `hangs_up` alone stands for `{"hangs_up": true}`. Raises BadStep."""
    if isinstance(step, str) and step in ACTIONS and not _subject(step):
        return {step: True}
    if not isinstance(step, dict):
        raise BadStep(f"{step!r}: {BadStep.__doc__} Known are {', '.join(ACTIONS)}.")
    named = [name for name in step if name in ACTIONS]
    if not named:
        raise BadStep(f"{step!r}: {BadStep.__doc__}{_nearest(step, ACTIONS)} Known are {', '.join(ACTIONS)}.")
    if len(named) > 1:
        raise BadStep(f"{step!r}: {' and '.join(named)} are two steps")
    [action] = named
    options = {name: value for name, value in step.items() if name != action}
    unknown = [name for name in options if name not in _options(action)]
    if unknown:
        known = ", ".join(_options(action)) or "none"
        raise BadStep(f"{step!r}: {action} has no {', '.join(unknown)}. Its options: {known}.")
    _check_value(step, action, _subject(action), step[action])
    for parameter in _parameters(action):
        if parameter.name in options:
            _check_value(step, parameter.name, parameter.annotation, options[parameter.name])
    return {action: step[action], **options}


def _check_value(step: Step, name: str, kind: object, value: object) -> None:
    """Raises BadStep. YAML makes numbers and truths of what looks like them: `010` is 8, `no` is false."""
    if kind is str and not isinstance(value, str):
        raise BadStep(f"{step!r}: {name} is text; write it in quotes")
    if kind is float and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise BadStep(f"{step!r}: {name} is a number of seconds")


def act(phone: Phone, step: Step) -> None:
    """Do a checked step. Raises Gone."""
    action, subject = next(iter(step.items()))
    options = {name: value for name, value in step.items() if name != action}
    kind = _subject(action)
    ACTIONS[action](phone, *([kind(subject)] if kind else []), **options)


def told(step: Step) -> str:
    """A step as a person reads it."""
    action, subject = next(iter(step.items()))
    return action.replace("_", " ") + ("" if subject is True else f" “{subject}”")


@lru_cache
def _parameters(action: str) -> tuple[inspect.Parameter, ...]:
    return tuple(inspect.signature(ACTIONS[action]).parameters.values())[1:]


def _subject(action: str) -> Callable[[Any], Any] | None:
    """What the action's own value is made into; None where there is only `true`."""
    first = [p for p in _parameters(action) if p.kind is p.POSITIONAL_OR_KEYWORD]
    return first[0].annotation if first else None


def _options(action: str) -> list[str]:
    return [p.name for p in _parameters(action) if p.kind is p.KEYWORD_ONLY]


def _nearest(step: Step, known: dict[str, Any]) -> str:
    near = [match for name in step for match in difflib.get_close_matches(str(name), known, n=1)]
    return f" Did you mean {near[0]}?" if near else ""
