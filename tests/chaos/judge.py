"""Was a promise broken? The network's own record is the witness: what we wrote down ourselves is held against it."""

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from callbacks.lifecycle import MOVES, OPEN, CallbackState

Event = dict[str, Any]
TOLD_BEFORE = timedelta(seconds=2)
"""The database writes the end down with its own clock, beside the network's."""
DELIVERED = "text_delivered"


@dataclass
class Rung:
    """A call that the application ordered, as the network saw it."""

    sid: str
    number: str
    leg: str
    """The path of ours that it was ordered with: it names the leg."""
    ringing: float | None = None
    ended: float | None = None
    conferences: list[tuple[str, float, float]] = field(default_factory=list)


@dataclass(frozen=True)
class Books:
    """What the database says in the end."""

    promises: Sequence[Any]
    moves: Sequence[Any]
    attempts: Sequence[Any]
    legs: Sequence[Any]
    standing: Sequence[Any]
    busy_agents: Sequence[Any]
    open_cases: frozenset[int]


def rung_calls(events: Iterable[Event]) -> list[Rung]:
    calls: dict[str, Rung] = {}
    inside: dict[str, tuple[str, float]] = {}
    for event in events:
        sid, kind, at = event.get("call", ""), event["kind"], event["seconds"]
        if kind == "ordered":
            calls[sid] = Rung(sid, event["to"], "/" + event["url"].split("/", 3)[3])
        call = calls.get(sid)
        if call is None:
            continue
        if kind == "ringing":
            call.ringing = at
        elif kind == "joined_conference":
            inside[sid] = (event["conference"], at)
        elif kind in ("left_conference", "ended") and sid in inside:
            name, since = inside.pop(sid)
            call.conferences.append((name, since, at))
        if kind == "ended":
            call.ended = at
    for sid, (name, since) in inside.items():
        calls[sid].conferences.append((name, since, math.inf))
    return list(calls.values())


def verdict(promised: Iterable[str], events: Sequence[Event], books: Books) -> list[str]:
    """Everything that is wrong. `promised`: the numbers that were promised a call."""
    rung = rung_calls(events)
    return [
        *_none_is_lost(promised, books),
        *_nobody_is_rung_twice_for_one_attempt(rung, books),
        *_every_end_is_true_and_told(rung, events, books),
        *_every_move_is_recorded(books),
        *_nothing_is_left_over(rung, books),
    ]


def _none_is_lost(promised: Iterable[str], books: Books) -> Iterator[str]:
    known = {row.number for row in books.promises}
    for number in promised:
        if number not in known:
            yield f"{number}: the promise is lost"
    for row in books.promises:
        if row.state in OPEN:
            yield f"promise {row.id}: neither kept nor closed, but {row.state}"


def _nobody_is_rung_twice_for_one_attempt(rung: Sequence[Rung], books: Books) -> Iterator[str]:
    rings = Counter(call.leg for call in rung if call.ringing is not None)
    for leg, times in rings.items():
        if times > 1:
            yield f"{leg}: rung {times} times for one order"
    attempt_of = {f"/voice/leg/{leg.id}": leg.attempt_id for leg in books.legs if leg.purpose == "callback"}
    for attempt, legs in Counter(attempt_of.values()).items():
        if legs > 1:
            yield f"attempt {attempt}: {legs} legs to the caller"
    ours = {leg.sid for leg in books.legs}
    for call in rung:
        if call.ringing is not None and call.sid not in ours:
            yield f"{call.leg}: the network rang {call.number}, and no leg of ours knows {call.sid}"
    yield from _rung_while_it_rings(rung)


def _rung_while_it_rings(rung: Sequence[Rung]) -> Iterator[str]:
    by_number: dict[str, list[Rung]] = defaultdict(list)
    for call in rung:
        if call.ringing is not None:
            by_number[call.number].append(call)
    for number, calls in by_number.items():
        calls.sort(key=lambda call: call.ringing or 0)
        for before, after in itertools.pairwise(calls):
            if before.ended is None or (after.ringing or 0) < before.ended:
                yield f"{number}: {after.leg} rang while {before.leg} was not over"


def _every_end_is_true_and_told(rung: Sequence[Rung], events: Sequence[Event], books: Books) -> Iterator[str]:
    talked = _talked(rung)
    told_at = {event["to"]: datetime.fromisoformat(event["at"]) for event in events if event["kind"] == DELIVERED}
    for row in books.promises:
        if row.state == CallbackState.KEPT and row.number not in talked:
            yield f"promise {row.id}: kept, says the database, and nobody talked with {row.number}"
        told = told_at.get(row.number, row.promised_at) >= row.ended_at - TOLD_BEFORE
        if row.state == CallbackState.EXPIRED and row.case_id not in books.open_cases and not told:
            yield f"promise {row.id}: it ended, and nobody is left to tell {row.number}"


def _talked(rung: Sequence[Rung]) -> set[str]:
    """Numbers that were in a conference while somebody else was."""
    rooms: dict[str, list[tuple[str, float, float]]] = defaultdict(list)
    for call in rung:
        for name, since, until in call.conferences:
            rooms[name].append((call.number, since, until))
    return {
        number
        for stays in rooms.values()
        for number, since, until in stays
        if any(other != number and begins < until and since < ends for other, begins, ends in stays)
    }


def _every_move_is_recorded(books: Books) -> Iterator[str]:
    moves: dict[int, list[Any]] = defaultdict(list)
    for move in books.moves:
        moves[move.callback_id].append(move)
    for row in books.promises:
        before = None
        for move in moves[row.id]:
            first = before is None
            if not first and move.from_state != before:
                yield f"promise {row.id}: from {before} the record jumps to {move.from_state}"
            if move.from_state is not None and move.to_state not in MOVES[CallbackState(move.from_state)]:
                yield f"promise {row.id}: no move leads from {move.from_state} to {move.to_state}"
            if not move.who or not move.why:
                yield f"promise {row.id}: who moved it to {move.to_state}, and why?"
            before = move.to_state
        if before != row.state:
            yield f"promise {row.id}: it is {row.state}, and the record ends with {before}"


def _nothing_is_left_over(rung: Sequence[Rung], books: Books) -> Iterator[str]:
    for attempt in books.attempts:
        if attempt.outcome is None:
            yield f"attempt {attempt.id}: without an outcome"
    for entry in books.standing:
        yield f"place {entry.id}: still {entry.state}"
    for agent in books.busy_agents:
        yield f"agent {agent.id}: {agent.state}, and nobody is there"
    for call in rung:
        if call.ended is None:
            yield f"{call.leg}: the call has not ended"
