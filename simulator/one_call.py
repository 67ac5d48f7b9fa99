"""One scripted call against an application, from its first ring to its end."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from simulator.client import Event, NetworkClient, ScriptFailed
from simulator.config import NetworkConfig
from simulator.scripts import CallScript
from simulator.server import NetworkServer
from simulator.transcript import problems_of, readable

ACCOUNT_SID = "AC" + "0" * 32
AUTH_TOKEN = "stand-in"  # noqa: S105 -- signs nothing outside a test
NUMBER = "+82215550100"
STEP_SECONDS = 10.0


@contextmanager
def phone_network(voice_url: str, *, port: int = 0, **about: Any) -> Iterator[NetworkClient]:
    """A network in front of an application, for a test. `about`: what NetworkConfig knows, `speed` for one."""
    config = NetworkConfig(
        **{"account_sid": ACCOUNT_SID, "auth_token": AUTH_TOKEN, "number": NUMBER, "voice_url": voice_url, **about}
    )
    with NetworkServer(config, port) as server:
        yield NetworkClient(server.url)


@dataclass(frozen=True)
class Outcome:
    sid: str
    """Of the caller's call."""
    events: tuple[Event, ...]
    """Of all calls that there were."""
    problems: tuple[str, ...]

    @property
    def heard(self) -> list[str]:
        """What the caller was told."""
        return [e["text"] for e in self.events if e["kind"] == "said_by_app" and e["call"] == self.sid]

    @property
    def status(self) -> str:
        """How the caller's call ended; `in-progress` where it did not."""
        ends = [e["status"] for e in self.events if e["kind"] == "ended" and e.get("call") == self.sid]
        return str(ends[-1]) if ends else "in-progress"

    def transcript(self, speed: float = 1.0) -> str:
        return readable(self.events, speed)

    def check(self) -> None:
        """Raises ScriptFailed with what went wrong and the transcript."""
        if self.problems:
            raise ScriptFailed("\n".join((*self.problems, self.transcript())))


def play(
    network: NetworkClient,
    script: CallScript,
    *,
    seconds: float = 120,
    settle_seconds: float = 1.0,
    show: Callable[[Event], None] = lambda _: None,
) -> Outcome:
    """Everybody is put on the line, and the caller phones. Over when all calls are, or after so many seconds: real
    ones, or those of stepped time, which is advanced.

    `settle_seconds`: so long the application may still call somebody afterwards. One of the `people` with the caller's
    number is how the caller answers then. `show` gets each event as it happens.
    """
    before = len(network.events())
    number = script.caller["number"]
    for person in script.people:
        network.person(**person)
    sid = network.call(**script.caller)
    for person in script.people:
        if person["number"] == number:
            network.person(**person)
    passing = _SteppedTime(network) if network.is_stepped() else _RealTime(network)
    events: list[Event] = []
    for more in _until_quiet(passing, before, seconds, settle_seconds):
        events += more
        for event in more:
            show(event)
    late = [f"the call was not over after {seconds:g} s"] if _live(events) else []
    ours = {number, *(person["number"] for person in script.people)}
    return Outcome(sid, tuple(events), tuple(problems_of(_of(ours, events)) + late))


def _of(numbers: set[str], events: list[Event]) -> list[Event]:
    """Without what other people's scripts came to."""
    return [event for event in events if event["kind"] != "script_ended" or event["number"] in numbers]


class _RealTime:
    """Passes by itself."""

    def __init__(self, network: NetworkClient) -> None:
        self._network = network
        self._began = time.monotonic()

    def passed_seconds(self) -> float:
        return time.monotonic() - self._began

    def next_events(self, after: int, seconds: float) -> list[Event]:
        """As soon as there are any, or none after so long."""
        return self._network.events(after, seconds)


class _SteppedTime:
    """Passes because we say so."""

    def __init__(self, network: NetworkClient) -> None:
        self._network = network
        self._passed = 0.0

    def passed_seconds(self) -> float:
        return self._passed

    def next_events(self, after: int, seconds: float) -> list[Event]:
        """All of the next so many seconds, or of a longer step: each costs a request."""
        step_seconds = max(seconds, STEP_SECONDS)
        self._network.advance(step_seconds)
        self._passed += step_seconds
        return self._network.events(after)


def _until_quiet(
    passing: "_RealTime | _SteppedTime", before: int, seconds: float, settle_seconds: float
) -> Iterator[list[Event]]:
    """What happens, until no call is left and nothing follows, or for so long."""
    known: list[Event] = []
    while passing.passed_seconds() < seconds:
        more = passing.next_events(before + len(known), settle_seconds)
        if known and not more and not _live(known):
            return
        known += more
        yield more


def _live(events: list[Event]) -> set[str]:
    """Calls that have not ended."""
    known = {event["call"] for event in events if "call" in event}
    return known - {event["call"] for event in events if event["kind"] == "ended"}
