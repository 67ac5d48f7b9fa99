"""People on the line: what a person at one end of a call does, as a list of steps."""

import base64
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulator.audio import FRAME_BYTES, FRAME_SECONDS, read_wav
from simulator.call import Call
from simulator.speech import Utterance
from simulator.verbs import spoken_seconds

Step = dict[str, Any]
PATIENCE_SECONDS = 60.0
BETWEEN_DIGITS_SECONDS = 0.2


class BadStep(ValueError):
    """A step is an object with one of the known keys; docs/simulator.md lists them."""


@dataclass
class Person:
    """How a number answers, and what they do then."""

    number: str
    name: str = ""
    answers_after_seconds: float = 1.0
    answers_with: str = "answer"
    """`answer`, `busy`, `no-answer`, `decline`."""
    steps: list[Step] = field(default_factory=list)


class Gone(Exception):
    """The person hung up, or the call ended under them."""


class Script:
    """Steps of one person in one call, in a thread of their own. More may be appended while it runs."""

    def __init__(self, call: Call, steps: list[Step]) -> None:
        self._call = call
        self._steps = [_checked(step) for step in steps]
        self._more = threading.Condition()
        threading.Thread(target=self._run, name=f"person-{call.sid}", daemon=True).start()

    def append(self, steps: list[Step]) -> None:
        with self._more:
            self._steps += [_checked(step) for step in steps]
            self._more.notify_all()

    def _run(self) -> None:
        done = 0
        while self._call.live:
            with self._more:
                if not self._more.wait_for(lambda: len(self._steps) > done, timeout=0.5):  # noqa: B023
                    continue
                step = self._steps[done]
            try:
                _do(self._call, step)
            except Gone:
                return
            done += 1


def _do(call: Call, step: Step) -> None:
    for name, action in ACTIONS.items():
        if name in step:
            action(call, step)
            return


def _checked(step: Step) -> Step:
    if not isinstance(step, dict) or not any(name in step for name in ACTIONS):
        raise BadStep(f"{step!r}: {BadStep.__doc__} Known are {', '.join(ACTIONS)}.")
    return step


def _waits_for(call: Call, step: Step) -> None:
    wanted, patience = str(step["waits_for"]), float(step.get("within_seconds", PATIENCE_SECONDS))

    def heard() -> bool:
        return not call.live or any(wanted in text for text in call.heard[call.unread_from :])

    if not call.wait_until(heard, patience):
        call.event("gave_up", waiting_for=wanted)
        call.end()
    if not call.live:
        raise Gone
    found = next(i for i, text in enumerate(call.heard) if i >= call.unread_from and wanted in text)
    call.unread_from = found + 1


def _says(call: Call, step: Step) -> None:
    file = str(step["says"])
    _speak(call, read_wav(Path(file)), Path(file).stem)


def _says_base64(call: Call, step: Step) -> None:
    _speak(call, read_wav(base64.b64decode(step["says_base64"])), str(step.get("label", "audio")))


def _says_text(call: Call, step: Step) -> None:
    """Words without a voice: the network's own recogniser hears them, a media stream does not."""
    heard = {name: step[name] for name in ("language", "confidence") if name in step}
    utterance = Utterance(str(step["says_text"]), **heard)
    call.say(utterance)
    _wait(call, spoken_seconds(utterance.text))
    call.fall_silent()


def _speak(call: Call, mulaw: bytes, label: str) -> None:
    call.event("said_by_person", audio=label)
    call.speak(mulaw)
    _wait(call, len(mulaw) / FRAME_BYTES * FRAME_SECONDS)


def _presses(call: Call, step: Step) -> None:
    for digit in str(step["presses"]):
        call.press(digit)
        _wait(call, BETWEEN_DIGITS_SECONDS)


def _waits_seconds(call: Call, step: Step) -> None:
    _wait(call, float(step["waits_seconds"]))


def _stays(call: Call, step: Step) -> None:
    call.wait_until(lambda: not call.live, 24 * 3600)
    raise Gone


def _hangs_up(call: Call, step: Step) -> None:
    call.event("hung_up")
    call.end()
    raise Gone


def _joins(call: Call, step: Step) -> None:
    """Waits until they talk with somebody."""
    patience = float(step.get("within_seconds", PATIENCE_SECONDS))
    together = call.wait_until(lambda: not call.live or call.network.conferences.talks(call), patience)
    if not together or not call.live:
        raise Gone


def _wait(call: Call, seconds: float) -> None:
    if call.wait_until(lambda: not call.live, seconds):
        raise Gone


ACTIONS: dict[str, Callable[[Call, Step], None]] = {
    "waits_for": _waits_for,
    "says": _says,
    "says_base64": _says_base64,
    "says_text": _says_text,
    "presses": _presses,
    "waits_seconds": _waits_seconds,
    "waits_to_talk": _joins,
    "stays": _stays,
    "hangs_up": _hangs_up,
}
