"""Two weeks of a real bank's calls, where they are at hand. For evaluation only: nothing of them is kept or shipped.

Agents are seen through their calls alone: no sign-in, no breaks, no wrap-up. The wait that those who left would have
had is not in the data: it is taken to end when the next caller of the same kind who stood behind them is answered. So
the scores are a harsh lower bound of what telephony's own events would give.
"""

import csv
import gzip
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.wait.centres import DAY, LEARNING_SHARE
from benchmarks.wait.log import Event
from benchmarks.wait.truth import Truth

NAME = "bank"
FILE = "wait-dev/anonbank_1999_02_01-14.csv.gz"
DAYS = 14
LONGEST_LABEL_SECONDS = 3600
HEAD_START_SECONDS = 90
"""Of high priority, the bank's own rule."""
DEPARTMENTS = {"PS": "regular", "PE": "regular", "TT": "regular", "NW": "prospect", "NE": "stock", "IN": "internet"}
TYPED_HANDLE_SECONDS = 180
# At the same second: who ends makes room, who joins is there before being put through.
ORDER = {"end": 0, "leave": 1, "join": 2, "connect": 3}


@dataclass(eq=False)
class Call:
    name: str
    joined: float
    department: str
    credit: float
    wait: float
    answered: bool
    talk: float
    agent: str

    @property
    def rank(self) -> float:
        return self.joined - self.credit

    @property
    def left_line(self) -> float:
        return self.joined + self.wait


def at_hand() -> Path | None:
    shared = Path(os.environ.get("BAROCALL_SHARED", Path(__file__).parents[3] / "shared"))
    return shared / FILE if (shared / FILE).is_file() else None


def live() -> tuple[list[Event], list[Truth]]:
    """Raises FileNotFoundError where the data is not at hand."""
    path = at_hand()
    if path is None:
        raise FileNotFoundError("the bank's calls are not at hand (BAROCALL_SHARED)")
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        calls = [_call(number, row) for number, row in enumerate(csv.DictReader(file))]
    return events_of(calls), truths_of(calls)


def _call(number: int, row: dict[str, str]) -> Call:
    return Call(
        name=f"c{number:05}",
        joined=int(row["day"]) * DAY + int(row["q_enter"]),
        department=DEPARTMENTS[row["type"]],
        credit=HEAD_START_SECONDS if row["priority"] == "2" else 0,
        wait=float(row["wait"]),
        answered=row["outcome"] == "AGENT",
        talk=max(float(row["ser_time"]), 1.0),
        agent=row["agent"],
    )


def events_of(calls: Sequence[Call]) -> list[Event]:
    """In time order. An agent who takes a call while the last still ran ended that one then; answered calls without a
    recorded agent go to the first of some unnamed agents who is free."""
    events = [_joins(call) for call in calls]
    busy: dict[str, tuple[float, Call]] = {}
    for call in sorted(calls, key=lambda call: call.left_line):
        at = call.left_line
        if not call.answered:
            events.append({"t": at, "type": "leave", "caller": call.name, "reason": "abandoned"})
            continue
        agent = f"a{call.agent}" if call.agent else _unnamed(busy, at)
        events += _ended(agent, busy, at)
        events.append({"t": at, "type": "connect", "caller": call.name, "agent": agent})
        busy[agent] = (at + call.talk, call)
    for agent in list(busy):
        events += _ended(agent, busy, float("inf"))
    events.sort(key=lambda event: (event["t"], ORDER[event["type"]]))
    typed = [
        {"t": 0.0, "type": "department", "department": name, "handle_time": TYPED_HANDLE_SECONDS}
        for name in dict.fromkeys(DEPARTMENTS.values())
    ]
    return [*typed, *events]


def _joins(call: Call) -> Event:
    return {
        "t": call.joined,
        "type": "join",
        "caller": call.name,
        "department": call.department,
        "priority": 0,
        "credit": call.credit,
    }


def _unnamed(busy: dict[str, tuple[float, Call]], at: float) -> str:
    number = 0
    while busy.get(f"u{number}", (0.0, None))[0] > at:
        number += 1
    return f"u{number}"


def _ended(agent: str, busy: dict[str, tuple[float, Call]], at: float) -> list[Event]:
    if agent not in busy:
        return []
    until, call = busy.pop(agent)
    return [{"t": min(until, at), "type": "end", "caller": call.name, "agent": agent}]


def truths_of(calls: Sequence[Call]) -> list[Truth]:
    """In order of joining; those who left, and behind whom nobody was answered within the hour, are not scored."""
    learning = int(DAYS * LEARNING_SHARE) * DAY
    waits = {call.name: call.wait for call in calls if call.answered}
    for department in dict.fromkeys(DEPARTMENTS.values()):
        for credit in (0, HEAD_START_SECONDS):
            waits |= _ghosts([c for c in calls if (c.department, c.credit) == (department, credit)])
    return [
        Truth(
            call.name,
            call.joined,
            call.department,
            0,
            waits.get(call.name, 0.0),
            "connected" if call.answered else "abandoned",
            call.wait,
            scored=waits.get(call.name, 0.0) > 0 and call.joined >= learning,
        )
        for call in calls
    ]


def _ghosts(same: Sequence[Call]) -> dict[str, float]:
    waits, ghosts = {}, list[Call]()
    for call in sorted(same, key=lambda call: call.left_line):
        if not call.answered:
            ghosts.append(call)
            continue
        for ghost in [ghost for ghost in ghosts if ghost.rank < call.rank]:
            ghosts.remove(ghost)
            wait = call.left_line - ghost.joined
            if wait <= LONGEST_LABEL_SECONDS:
                waits[ghost.name] = wait
    return waits
