"""Script files: one caller, and the people whom the application may ring. YAML or JSON."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from simulator.audio import BadRecording, read_wav
from simulator.line import BadLine
from simulator.people import BadPerson, BadStep, person_of
from simulator.steps import checked

CALLER_NUMBER = "+821012345678"
KEYS = ("caller", "people")

About = dict[str, Any]
Path_ = tuple[str | int, ...]


class BadScript(ValueError):
    """A script file has mistakes; each is told with its line."""


@dataclass(frozen=True)
class CallScript:
    """As the network takes them: see `person_of`."""

    caller: About
    people: tuple[About, ...] = ()


def read_script(path: Path) -> CallScript:
    """Raises BadScript with all mistakes, OSError."""
    text = path.read_text(encoding="utf-8")
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BadScript(f"{path}: no YAML: {error}") from error
    mistakes = _Reader(path, root)
    script = mistakes.script(value)
    if mistakes.found:
        raise BadScript("\n".join(mistakes.found))
    return script


class _Reader:
    """Gathers mistakes on its way."""

    def __init__(self, path: Path, root: yaml.Node | None) -> None:
        self._path = path
        self._root = root
        self.found: list[str] = []

    def script(self, value: Any) -> CallScript:
        if not isinstance(value, dict):
            self._wrong((), "a script has a `caller`, and `people` where the application rings somebody")
            return CallScript({})
        for key in value:
            if key not in KEYS:
                self._wrong((key,), f"{key}: a script has {' and '.join(KEYS)}")
        if "caller" not in value:
            self._wrong((), "there is no `caller`")
        people = value.get("people") or []
        if not isinstance(people, list):
            self._wrong(("people",), "people: a list is expected")
            people = []
        caller = value.get("caller")
        if isinstance(caller, dict):
            caller = {"number": CALLER_NUMBER, **caller}
        return CallScript(
            self._person(("caller",), caller),
            tuple(self._person(("people", at), person) for at, person in enumerate(people)),
        )

    def _person(self, at: Path_, about: Any) -> About:
        if not isinstance(about, dict):
            if at != ("caller",) or about is not None:
                self._wrong(at, "a person is a list of keys and values")
            return {}
        steps = about.get("steps", [])
        if not isinstance(steps, list):
            self._wrong((*at, "steps"), "steps: a list is expected")
            steps = []
        whole = {**about, "steps": [self._step((*at, "steps", number), step) for number, step in enumerate(steps)]}
        try:
            person_of({**whole, "steps": []})
        except (BadPerson, BadLine) as error:
            self._wrong(at, str(error))
        return whole

    def _step(self, at: Path_, step: Any) -> About:
        try:
            known = checked(step)
            return self._with_recording(known) if "says" in known else known
        except (BadStep, BadRecording) as error:
            self._wrong(at, str(error))
            return {}

    def _with_recording(self, step: About) -> About:
        """A file's path counts from the script's folder."""
        path = self._path.parent / str(step["says"])
        try:
            read_wav(path)
        except BadRecording as error:
            raise BadRecording(f"says {step['says']}: {error}") from error
        return {**step, "says": str(path.absolute())}

    def _wrong(self, at: Path_, message: str) -> None:
        self.found.append(f"{self._path}:{_line(self._root, at)}: {message}")


def _line(node: yaml.Node | None, at: Path_) -> int:
    """Of the innermost value on the way that the file has."""
    if node is None:
        return 1
    line = node.start_mark.line + 1
    for step in at:
        node, line = _inner(node, step, line)
        if node is None:
            break
    return line


def _inner(node: yaml.Node, step: str | int, line: int) -> tuple[yaml.Node | None, int]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return value, key.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step].start_mark.line + 1
    return None, line
