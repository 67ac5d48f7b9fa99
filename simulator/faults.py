"""What goes wrong on demand. One table: docs/simulator.md shows it, `FAULTS` decides what may be asked for."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.truths import TRUTHS

ALWAYS = None
Work = Callable[[], None]


class BadFault(ValueError):
    """A fault is one of those in docs/simulator.md, with a value that it knows."""


@dataclass(frozen=True)
class Kind:
    meaning: str
    values: tuple[Any, ...] | type
    """Which values it takes: these, or any number."""
    times: int | None = 1
    """How often it happens unless the request says so; None: until it is taken away."""


REST_FAULTS = ("429", "500", "500_after", "timeout", "timeout_after")

FAULTS: dict[str, Kind] = {
    "webhook_twice": Kind("delivered a second time under the same token; that answer is dropped", (True,), ALWAYS),
    "webhook_late": Kind("delivered so many seconds late", float, ALWAYS),
    "webhook_unreachable": Kind("no connection is made: one try fails", (True,)),
    "webhook_answer_lost": Kind("delivered, but its answer never arrives", (True,)),
    "status_swapped": Kind("a status callback is delivered after the one that follows it", (True,)),
    "rest": Kind("a REST request is refused, fails or hangs, before or after it was carried out", REST_FAULTS),
    "rest_create": Kind("the same, only for calls that are ordered", (*REST_FAULTS, "timeout_after_placing")),
    "message_fails": Kind("a message is not delivered, with this error code", int),
    "media_cut": Kind("now: the sockets of media streams break without a last word", (True,)),
    "cut_streams": Kind("now: all media streams are stopped", (True,)),
    "line_lost": Kind("now: calls lose their connection", (True,)),
    **{name: Kind(truth.question, truth.values, ALWAYS) for name, truth in TRUTHS.items()},
}
NOW = frozenset({"media_cut", "cut_streams", "line_lost"})
ORDERS = "POST /Calls.json"


@dataclass
class Fault:
    value: Any
    only: str = ""
    """Words that all have to be in the URL or, for REST, in `METHOD /path Name=value …`."""
    left: int | None = ALWAYS

    def meets(self, where: str) -> bool:
        return all(word in where for word in self.only.split())


class Faults:
    """Those that are set. Each name at most once; asking for it again sets it anew."""

    def __init__(self, truths: Mapping[str, Any] | None = None) -> None:
        self._truths = truths or {}
        self._set: dict[str, Fault] = {}
        self._lock = threading.Lock()
        self._held: dict[str, Work] = {}
        self.over = threading.Event()
        """The network closes: whoever hangs need not any longer."""

    def ask_for(self, wanted: Mapping[str, Any]) -> dict[str, Fault]:
        """`{name: value, …, "times": 2, "only": "/voice/status"}`; false takes one away, and an empty request all.

        Those that happen at once are answered, not kept. Raises BadFault.
        """
        named = {name: value for name, value in wanted.items() if name not in ("times", "only")}
        asked = {name: _checked(name, value, wanted) for name, value in named.items() if not _off(name, value)}
        with self._lock:
            if not wanted:
                self._set.clear()
            for name in named:
                self._set.pop(name, None)
            self._set |= {name: fault for name, fault in asked.items() if name not in NOW}
        return {name: fault for name, fault in asked.items() if name in NOW}

    def table(self) -> dict[str, dict[str, Any]]:
        with self._lock:
            return {n: {"value": f.value, "only": f.only, "times": f.left} for n, f in self._set.items()}

    def truth(self, name: str) -> Any:
        """Which of the truths of that name is played now."""
        fault = self._set.get(name)
        return self._truths.get(name, TRUTHS[name].values[0]) if fault is None else fault.value

    def take(self, name: str, where: str = "") -> Any:
        """Its value when it happens here and now, which uses up one time; else None."""
        with self._lock:
            fault = self._set.get(name)
            if fault is None or not fault.meets(where):
                return None
            if fault.left is not None:
                fault.left -= 1
                if fault.left == 0:
                    del self._set[name]
            return fault.value

    # Status callbacks out of order

    def in_order(self, sid: str, work: Work, where: str) -> list[Work]:
        """What is delivered now that `work` is due: nothing when it is held back, both when one was."""
        with self._lock:
            held = self._held.pop(sid, None)
        if held is not None:
            return [work, held]
        if self.take("status_swapped", where):
            with self._lock:
                self._held[sid] = work
            return []
        return [work]

    def let_go(self, sid: str) -> list[Work]:
        """Nothing follows any more: what was held back."""
        with self._lock:
            held = self._held.pop(sid, None)
        return [] if held is None else [held]


def _off(name: str, value: Any) -> bool:
    known = FAULTS.get(name)
    return value is None or (value is False and known is not None and known.values == (True,))


def _checked(name: str, value: Any, wanted: Mapping[str, Any]) -> Fault:
    kind = FAULTS.get(name)
    if kind is None:
        raise BadFault(f"no fault is called {name!r}; known are {', '.join(FAULTS)}")
    if isinstance(kind.values, type):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise BadFault(f"{name}: a number is expected, not {value!r}")
    elif value not in kind.values:
        raise BadFault(f"{name}: {value!r} is none of {', '.join(map(str, kind.values))}")
    times = wanted.get("times", kind.times)
    if times is not None and (isinstance(times, bool) or not isinstance(times, int) or times < 1):
        raise BadFault(f"times: a whole number from 1 is expected, not {times!r}")
    if name == "rest_create":
        value = "timeout_after" if value == "timeout_after_placing" else value
        return Fault(value, f"{ORDERS} {wanted.get('only', '')}", times)
    return Fault(value, str(wanted.get("only", "")), times)
