"""A small client for the network's control side."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from urllib.parse import quote

import requests

Event = dict[str, Any]
LOOK_SECONDS = 1.0
"""For what has happened already."""


class TimedOut(AssertionError):
    """What was waited for did not happen."""


class ScriptFailed(AssertionError):
    """A person's script did not come to its end; the message says what was heard instead."""


class NetworkClient:
    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._session = requests.Session()

    def person(self, number: str, **about: Any) -> None:
        """Make a number answer: name, answers_after_seconds, answers_with, steps … (docs/simulator.md)."""
        self._post("/people", {"number": number, **about})

    def call(self, number: str, **about: Any) -> str:
        """A person phones the application; returns the CallSid."""
        return str(self._post("/calls", {"number": number, **about})["sid"])

    def go_on(self, sid: str, *steps: dict[str, Any]) -> None:
        self._post(f"/calls/{sid}/steps", list(steps))

    def text(self, number: str, body: str) -> str:
        """A person texts the application; returns the message's SID."""
        return str(self._post("/texts", {"number": number, "body": body})["sid"])

    def texts(self, number: str) -> list[str]:
        """What a person was sent so far."""
        received: list[str] = self._get(f"/texts/{quote(number)}")["texts"]
        return received

    def play(self, number: str, *, seconds: float = 60, **about: Any) -> str:
        """A call from its beginning to its end; returns the CallSid. Raises ScriptFailed, TimedOut."""
        sid = self.call(number, **about)
        self.finish(sid, seconds)
        return sid

    def finish(self, sid: str, seconds: float = 60) -> None:
        """Until a call with a script is over; stepped time is advanced by so much. Raises ScriptFailed, TimedOut."""
        if self.is_stepped():
            self.advance(seconds)
            seconds = LOOK_SECONDS
        over = self.wait_for(lambda e: e["kind"] == "script_ended" and e["call"] == sid, seconds)
        if over["problem"] is not None:
            raise ScriptFailed(f"{over['problem']}\n{self.transcript(sid)}")

    def transcript(self, sid: str | None = None) -> str:
        """Of one call, or of everything, as text to read."""
        path = "/transcript" if sid is None else f"/calls/{sid}/transcript"
        response = self._session.get(f"{self.url}/simulator{path}", timeout=60)
        response.raise_for_status()
        return response.text

    def record(self, folder: str | None) -> None:
        """Write calls from now on into a folder; None: no more."""
        self._post("/record", {"folder": folder})

    def look(self, sid: str) -> dict[str, Any]:
        return self._get(f"/calls/{sid}")

    def is_stepped(self) -> bool:
        return bool(self._get("/clock")["time"] == "stepped")

    def now(self) -> datetime:
        return datetime.fromisoformat(self._get("/clock")["now"])

    def advance(self, seconds: float) -> datetime:
        """Moves stepped time, however long that takes; returns when all that was due by then has happened."""
        return datetime.fromisoformat(self._post("/clock", {"advance_seconds": seconds}, timeout=None)["now"])

    def faults(self, **wanted: Any) -> dict[str, Any]:
        """What goes wrong from now on, as docs/simulator.md names it; nothing named: nothing. What holds now."""
        return self._post("/faults", wanted)

    def events(self, after: int = 0, wait_seconds: float = 0) -> list[Event]:
        found: list[Event] = self._get(f"/events?after={after}&wait_seconds={wait_seconds}")["events"]
        return found

    def follow(self, seconds: float, after: int = 0) -> Iterator[Event]:
        """Events as they happen, for at most so long."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            for event in self.events(after, min(left, 5)):
                after = event["n"]
                yield event

    def wait_for(self, wanted: Callable[[Event], bool], seconds: float = 20, after: int = 0) -> Event:
        """The first event that is wanted, past ones included. Raises TimedOut."""
        for event in self.follow(seconds, after):
            if wanted(event):
                return event
        raise TimedOut(f"not seen within {seconds} s; the last events were {self.events()[-8:]}")

    def _post(self, path: str, body: Any, timeout: float | None = 30) -> dict[str, Any]:
        return self._answer(self._session.post(f"{self.url}/simulator{path}", json=body, timeout=timeout))

    def _get(self, path: str) -> dict[str, Any]:
        return self._answer(self._session.get(f"{self.url}/simulator{path}", timeout=60))

    def _answer(self, response: requests.Response) -> dict[str, Any]:
        if not response.ok:
            raise ValueError(f"{response.url}: {response.status_code} {response.text}")
        answer: dict[str, Any] = response.json()
        return answer
