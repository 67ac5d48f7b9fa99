"""The judge sees what is wrong; else a run without complaints would say nothing."""

from datetime import UTC, datetime
from types import SimpleNamespace as Row
from typing import Any

import pytest

from tests.chaos.judge import Books, verdict

KIM, LEE_PHONE = "+821012345678", "+821099990001"


def event(seconds: float, kind: str, sid: str, number: str, **facts: Any) -> dict[str, Any]:
    return {"seconds": seconds, "kind": kind, "call": sid, "number": number, **facts}


def call(sid: str, number: str, leg: int, begin: float, end: float, room: str | None = None) -> list[dict[str, Any]]:
    ordered = event(begin, "ordered", sid, number, to=number, url=f"http://127.0.0.1:8000/voice/leg/{leg}")
    inside = [event(begin + 2, "joined_conference", sid, number, conference=room)] if room else []
    return [ordered, event(begin + 1, "ringing", sid, number), *inside, event(end, "ended", sid, number)]


def promise(**changed: Any) -> Row:
    times = {"promised_at": datetime(2026, 11, 26, 9, tzinfo=UTC), "ended_at": datetime(2026, 11, 26, 10, tzinfo=UTC)}
    return Row(**{"id": 1, "number": KIM, "state": "kept", "case_id": 1, **times, **changed})


def text(at: str) -> dict[str, Any]:
    return {"seconds": 50, "kind": "text_delivered", "to": KIM, "at": f"2026-11-26T{at}+00:00"}


def move(before: str | None, to: str, **changed: Any) -> Row:
    return Row(**{"callback_id": 1, "from_state": before, "to_state": to, "who": "line", "why": "due", **changed})


KEPT = [
    move("offered", "promised"),
    move("promised", "dialling_first"),
    move("dialling_first", "dialling_second"),
    move("dialling_second", "connected"),
    move("connected", "kept"),
]
LEGS = [Row(id=1, sid="CAlee", purpose="agent", attempt_id=1), Row(id=2, sid="CAkim", purpose="callback", attempt_id=1)]
TALK = [*call("CAlee", LEE_PHONE, 1, 0, 20, "room"), *call("CAkim", KIM, 2, 5, 20, "room")]


def books(**changed: Any) -> Books:
    kept = {
        "promises": [promise()],
        "moves": KEPT,
        "attempts": [Row(id=1, outcome="connected")],
        "legs": LEGS,
        "standing": [],
        "busy_agents": [],
        "open_cases": frozenset(),
    }
    return Books(**{**kept, **changed})


EXPIRED = {"promises": [promise(state="expired")], "moves": [*KEPT[:2], move("dialling_first", "expired")]}


def test_a_kept_promise_is_right() -> None:
    assert verdict([KIM], TALK, books()) == []


@pytest.mark.parametrize(
    ("events", "changed", "wrong"),
    [
        (TALK, {"promises": [], "moves": []}, [f"{KIM}: the promise is lost"]),
        (
            TALK,
            {"promises": [promise(state="promised")], "moves": KEPT[:1]},
            ["promise 1: neither kept nor closed, but promised"],
        ),
        (
            [*TALK, *call("CAagain", KIM, 2, 30, 40)],
            {},
            [
                "/voice/leg/2: rung 2 times for one order",
                f"/voice/leg/2: the network rang {KIM}, and no leg of ours knows CAagain",
            ],
        ),
        (
            [*TALK, *call("CAmore", KIM, 3, 30, 40)],
            {"legs": [*LEGS, Row(id=3, sid="CAmore", purpose="callback", attempt_id=1)]},
            ["attempt 1: 2 legs to the caller"],
        ),
        (
            [*TALK, *call("CAmore", KIM, 3, 10, 40)],
            {"legs": [*LEGS, Row(id=3, sid="CAmore", purpose="callback", attempt_id=2)]},
            [f"{KIM}: /voice/leg/3 rang while /voice/leg/2 was not over"],
        ),
        (
            [*call("CAlee", LEE_PHONE, 1, 0, 20, "room"), *call("CAkim", KIM, 2, 5, 20)],
            {},
            [f"promise 1: kept, says the database, and nobody talked with {KIM}"],
        ),
        (TALK, EXPIRED, [f"promise 1: it ended, and nobody is left to tell {KIM}"]),
        (TALK, {**EXPIRED, "open_cases": frozenset({1})}, []),
        ([*TALK, text("10:00:01")], EXPIRED, []),
        ([*TALK, text("09:00:01")], EXPIRED, [f"promise 1: it ended, and nobody is left to tell {KIM}"]),
        (
            TALK,
            {"moves": [*KEPT[:2], *KEPT[3:]]},
            ["promise 1: from dialling_first the record jumps to dialling_second"],
        ),
        (
            TALK,
            {"promises": [promise(state="kept")], "moves": [KEPT[0], move("promised", "kept")]},
            ["promise 1: no move leads from promised to kept"],
        ),
        (
            TALK,
            {"moves": [*KEPT[:4], move("connected", "kept", why="")]},
            ["promise 1: who moved it to kept, and why?"],
        ),
        (TALK, {"attempts": [Row(id=1, outcome=None)]}, ["attempt 1: without an outcome"]),
        (TALK, {"standing": [Row(id=9, state="waiting")]}, ["place 9: still waiting"]),
        (TALK, {"busy_agents": [Row(id=5, state="talk")]}, ["agent 5: talk, and nobody is there"]),
        (TALK[:-1], {}, ["/voice/leg/2: the call has not ended"]),
    ],
)
def test_what_is_wrong_is_said(events: list[dict[str, Any]], changed: dict[str, Any], wrong: list[str]) -> None:
    assert verdict([KIM], events, books(**changed)) == wrong
