"""People on the line: how a number answers, and what a person does in one call."""

import difflib
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any

from simulator.call import Call
from simulator.line import Line, line_of
from simulator.steps import ENDS, NEEDS_NOBODY, BadStep, Gone, Phone, Step, act, checked, told

__all__ = ["BadPerson", "BadStep", "Person", "Script", "Step", "person_of"]

WAYS_TO_ANSWER = ("answer", "busy", "no-answer", "decline")
NOT_ANSWERED = ("queued", "ringing")
# Two of sound, four of silence, as in North America. Unconfirmed for other countries.
RING_SECONDS = 6.0
MACHINE_RECORDS_SECONDS = 120.0

EXPECTED: dict[str, tuple[tuple[type, ...], str]] = {
    "number": ((str,), "text in quotes, like '+821012345678',"),
    "name": ((str,), "text"),
    "answers_after_seconds": ((int, float), "a number"),
    "answers_after_rings": ((int,), "a whole number"),
    "greeting": ((str,), "text"),
    "greeting_seconds": ((int, float), "a number"),
    "is_machine": ((bool,), "true or false"),
    "beep": ((bool,), "true or false"),
    "is_fax": ((bool,), "true or false"),
    "answers_texts": ((dict,), "a list of keys and values"),
    "forwarded_from": ((str,), "text in quotes, like '+821012345678',"),
    "caller_name": ((str,), "text"),
    "stir_verstat": ((str,), "text"),
    "line": ((dict,), "a list of keys and values"),
    "steps": ((list,), "a list"),
}


class BadPerson(ValueError):
    """A person has a number, and what docs/simulator.md lists."""


@dataclass
class Person:
    """How a number answers, and what they do then."""

    number: str
    name: str = ""
    answers_after_seconds: float = 1.0
    answers_with: str = "answer"
    """`answer`, `busy`, `no-answer`, `decline`."""
    steps: list[Step] = field(default_factory=list)
    answers_after_rings: int | None = None
    """In place of answers_after_seconds."""
    is_machine: bool = False
    """An answering machine: its greeting and the beep come before the steps."""
    greeting: str = ""
    greeting_seconds: float = 4.0
    beep: bool = True
    is_fax: bool = False
    line: Line = field(default_factory=Line)
    answers_texts: dict[str, str] = field(default_factory=dict)
    """Part of a text → what they text back."""
    forwarded_from: str = ""
    """Whom they had called, where that number forwards its calls."""
    caller_name: str = ""
    stir_verstat: str = ""
    """What the carrier says of their number; the words are Twilio's, such as TN-Validation-Passed-A."""
    plays: Callable[[Phone], None] | None = None
    """A script in Python, in place of steps."""

    def __post_init__(self) -> None:
        if self.answers_with not in WAYS_TO_ANSWER:
            raise BadPerson(f"answers_with {self.answers_with!r}: {', '.join(WAYS_TO_ANSWER)} are known")
        if self.answers_after_rings is not None:
            self.answers_after_seconds = self.answers_after_rings * RING_SECONDS
        self.steps = [checked(step) for step in self.steps]

    @property
    def whole_script(self) -> list[Step]:
        if not self.is_machine:
            return self.steps
        greeting: list[Step] = [{"greets": self.greeting_seconds, "text": self.greeting}]
        beep: list[Step] = [{"beeps": True}] if self.beep else []
        records: list[Step] = [{"waits_seconds": MACHINE_RECORDS_SECONDS}, {"hangs_up": True}]
        return greeting + beep + (self.steps or records)


def person_of(about: dict[str, Any]) -> Person:
    """From JSON or YAML. Raises BadPerson, BadStep, BadLine."""
    known = [field.name for field in fields(Person) if field.name != "plays"]
    for name in about:
        if name not in known:
            near = difflib.get_close_matches(str(name), known, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"Known are {', '.join(known)}."
            raise BadPerson(f"{name}: {BadPerson.__doc__} {hint}")
    for name, (kinds, expected) in EXPECTED.items():
        if not isinstance(about.get(name, kinds[0]()), kinds):
            raise BadPerson(f"{name} {about[name]!r}: {expected} is expected")
    if not about.get("number"):
        raise BadPerson("there is no number")
    return Person(**{**about, "line": line_of(about.get("line", {}))})


class Script:
    """What one person does in one call, an actor of its own. More steps may be appended while it runs."""

    def __init__(self, call: Call, person: Person) -> None:
        self._call = call
        self._steps = list(person.whole_script)
        self._plays = person.plays
        call.line = person.line
        call.network.aside(f"person-{call.sid}", self._run)

    def append(self, steps: list[Step]) -> None:
        more = [checked(step) for step in steps]
        with self._call.changed:
            self._steps += more
            self._call.changed.notify_all()

    def _run(self) -> None:
        problem = self._problem()
        if self._steps or self._plays is not None:
            self._call.event("script_ended", problem=problem)

    def _problem(self) -> str | None:
        """Plays it to the end of the call; what went wrong, if anything did."""
        phone = Phone(self._call)
        done = 0
        with self._call.changed:
            self._call.changed.wait_for(lambda: self._call.status not in NOT_ANSWERED)
        try:
            if self._plays is not None:
                self._plays(phone)
            while (step := self._next(done)) is not None:
                done += 1
                act(phone, step)
        except Gone as gone:
            return gone.problem or self._left_undone(done)
        except Exception as error:
            # Whatever a script of somebody else's does: it is told of, and the caller does not hang on for ever.
            self._call.event("gave_up", message=str(error))
            self._call.end()
            return f"{type(error).__name__}: {error}"
        return self._left_undone(done)

    def _next(self, done: int) -> Step | None:
        """Waits for one while the call lasts."""
        call = self._call
        with call.changed:
            call.changed.wait_for(lambda: not call.live or len(self._steps) > done)
        return self._steps[done] if call.live else None

    def _left_undone(self, done: int) -> str | None:
        """What the person would still have done, had the other side not ended the call."""
        left = [step for step in self._steps[done:] if not NEEDS_NOBODY & step.keys()]
        if not left or ENDS & self._steps[max(done - 1, 0)].keys():
            return None
        problem = f"the call ended before this was done: {', '.join(told(step) for step in left)}"
        self._call.event("cut_off", message=problem)
        return problem
