"""The log of the line as values: what happened, when, to whom. One JSON object a line; docs/wait.md describes it."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

AGENT_STATES = ("ready", "ringing", "talk", "hold", "wrap", "pause", "off")


class BadEvent(Exception):
    """The line says no event of the line: the message says what is wrong and what to do."""


@dataclass(frozen=True)
class DepartmentKnown:
    t: float
    department: str
    handle_seconds: float
    """What the configuration expects of a call, before any was seen."""


@dataclass(frozen=True)
class Roster:
    t: float
    agent: str
    on: float
    off: float
    breaks: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class AgentMoved:
    t: float
    agent: str
    state: str
    departments: tuple[str, ...] | None
    """None: as before."""


@dataclass(frozen=True)
class Joined:
    t: float
    caller: str
    department: str
    priority: float
    """Larger is served before smaller."""
    credit: float
    """Seconds of head start among callers of one priority."""


@dataclass(frozen=True)
class Connected:
    t: float
    caller: str
    agent: str


@dataclass(frozen=True)
class Left:
    t: float
    caller: str
    reason: str


@dataclass(frozen=True)
class Promised:
    t: float
    caller: str
    due: float | None = None
    """Not dialled before; None: as soon as the turn comes."""


@dataclass(frozen=True)
class Dialled:
    t: float
    caller: str
    agent: str


@dataclass(frozen=True)
class DialFailed:
    t: float
    caller: str
    due: float | None = None
    """Not dialled again before; None: not told."""


@dataclass(frozen=True)
class Ended:
    t: float
    caller: str
    agent: str


Event = DepartmentKnown | Roster | AgentMoved | Joined | Connected | Left | Promised | Dialled | DialFailed | Ended


def parse(line: str) -> Event:
    """Raises BadEvent."""
    try:
        data = json.loads(line)
    except ValueError as wrong:
        raise BadEvent(f"no JSON ({wrong}): write one object a line") from None
    if not isinstance(data, dict):
        raise BadEvent('no object: write {"t": seconds, "type": …}')
    return from_plain(data)


def from_plain(data: Mapping[str, Any]) -> Event:
    """Raises BadEvent."""
    kind = data.get("type")
    reader = _READERS.get(kind) if isinstance(kind, str) else None
    if reader is None:
        raise BadEvent(f'"type" is {kind!r}: use one of {", ".join(_READERS)}')
    return reader(_Fields(data))


class _Fields:
    """One object's values, each checked when it is asked for."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data

    def number(self, name: str, default: float | None = None) -> float:
        value = self.data.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise BadEvent(f'"{name}" is {value!r}: give a number')
        return float(value)

    def moment(self, name: str) -> float | None:
        return None if self.data.get(name) is None else self.number(name)

    def name(self, name: str) -> str:
        value = self.data.get(name)
        if isinstance(value, bool) or not isinstance(value, int | str) or value == "":
            raise BadEvent(f'"{name}" is {value!r}: give a name or a whole number')
        return str(value)

    def names(self, name: str) -> tuple[str, ...] | None:
        value = self.data.get(name)
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise BadEvent(f'"{name}" is {value!r}: give a list of names')
        return tuple(value)

    def spans(self, name: str) -> tuple[tuple[float, float], ...]:
        value = self.data.get(name, [])
        if not isinstance(value, list):
            raise BadEvent(f'"{name}" is {value!r}: give a list of [from, to]')
        return tuple(_span(each) for each in value)


def _span(value: Any) -> tuple[float, float]:
    numbers = isinstance(value, list) and len(value) == 2 and all(isinstance(each, int | float) for each in value)
    if not numbers or not value[0] <= value[1]:
        raise BadEvent(f"{value!r} is no span: give [from, to] in seconds")
    return float(value[0]), float(value[1])


def _department(f: _Fields) -> DepartmentKnown:
    handle_seconds = f.number("handle_time")
    if handle_seconds <= 0:
        raise BadEvent(f'"handle_time" is {handle_seconds:g}: give seconds above 0')
    return DepartmentKnown(f.number("t"), f.name("department"), handle_seconds)


def _roster(f: _Fields) -> Roster:
    on, off = f.number("on"), f.number("off")
    if off < on:
        raise BadEvent(f'"off" ({off:g}) is before "on" ({on:g})')
    return Roster(f.number("t"), f.name("agent"), on, off, tuple(sorted(f.spans("breaks"))))


def _agent(f: _Fields) -> AgentMoved:
    state = f.name("state")
    if state not in AGENT_STATES:
        raise BadEvent(f'"state" is {state!r}: use one of {", ".join(AGENT_STATES)}')
    return AgentMoved(f.number("t"), f.name("agent"), state, f.names("departments"))


def _join(f: _Fields) -> Joined:
    return Joined(f.number("t"), f.name("caller"), f.name("department"), f.number("priority", 0), f.number("credit", 0))


_READERS: dict[str, Callable[[_Fields], Event]] = {
    "department": _department,
    "roster": _roster,
    "agent": _agent,
    "join": _join,
    "connect": lambda f: Connected(f.number("t"), f.name("caller"), f.name("agent")),
    "leave": lambda f: Left(f.number("t"), f.name("caller"), str(f.data.get("reason") or "")),
    "promise": lambda f: Promised(f.number("t"), f.name("caller"), f.moment("due")),
    "dial": lambda f: Dialled(f.number("t"), f.name("caller"), f.name("agent")),
    "dial_failed": lambda f: DialFailed(f.number("t"), f.name("caller"), f.moment("due")),
    "end": lambda f: Ended(f.number("t"), f.name("caller"), f.name("agent")),
}
