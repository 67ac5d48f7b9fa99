"""What will go wrong, and who is promised a call: all of it follows from the seed."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

KILLED = ("voice", "media", "worker", "job", "scheduler", "sweep", "redis", "empty redis")
CARRIER = (
    {"rest_create": "429", "times": 2},
    {"rest_create": "500"},
    {"rest_create": "500_after"},
    {"rest_create": "timeout"},
    {"rest_create": "timeout_after"},
    {"rest": "500", "times": 3},
    {"webhook_answer_lost": True, "times": 2},
    {"webhook_unreachable": True, "times": 2},
    {"status_swapped": True, "times": 3},
    {"line_lost": True},
    {"media_cut": True},
)
GREETING = "1번을 눌러"
ACCEPTS = [{"waits_for": GREETING, "within_seconds": 60}, {"presses": "1"}, {"waits_to_talk": True}]
SAYS_GOODBYE = [{"waits_seconds": 4}, {"hangs_up": True}]
# How many of a hundred.
MANNERS: tuple[tuple[int, str, dict[str, Any]], ...] = (
    (66, "answers", {"steps": ACCEPTS + SAYS_GOODBYE}),
    (8, "hesitates", {"answers_after_seconds": 12, "steps": ACCEPTS + SAYS_GOODBYE}),
    (6, "is busy", {"answers_with": "busy"}),
    (6, "does not answer", {"answers_with": "no-answer"}),
    (4, "hangs up at once", {"steps": [{"waits_seconds": 1}, {"hangs_up": True}]}),
    (4, "listens and says nothing", {"steps": [{"stays": True}]}),
    (6, "is a machine", {"is_machine": True}),
)


@dataclass(frozen=True)
class Size:
    """How much of everything."""

    promises: int
    agents: int
    phoning: int
    """Callers who phone in meanwhile, to wait or to take a callback."""
    due_within_seconds: float
    trouble_seconds: float
    blows: int
    """Processes killed."""
    faults: int
    """Of the carrier's; besides, webhooks come twice all the time."""
    end_seconds: float
    """By then everything has to be over."""


SMALL = Size(24, 6, 3, due_within_seconds=12, trouble_seconds=14, blows=10, faults=11, end_seconds=170)
LARGE = Size(200, 16, 16, due_within_seconds=120, trouble_seconds=150, blows=60, faults=60, end_seconds=600)


@dataclass(frozen=True)
class Callee:
    number: str
    due_after_seconds: float
    manner: str
    about: dict[str, Any]


@dataclass(frozen=True)
class Blow:
    """Something breaks at a moment; `what` is one of KILLED or a fault of the network."""

    at_seconds: float
    what: str | dict[str, Any]


@dataclass(frozen=True)
class Plan:
    seed: int
    size: Size
    callees: tuple[Callee, ...]
    phoning: tuple[Callee, ...]
    blows: tuple[Blow, ...]


def plan(seed: int, size: Size, *, database_dies: bool) -> Plan:
    """The same seed and size, the same troubles."""
    dice = random.Random(seed)
    kinds = KILLED + (("database",) if database_dies else ())
    return Plan(
        seed,
        size,
        tuple(_callees(dice, size.promises, size.due_within_seconds, first=0)),
        tuple(_callees(dice, size.phoning, size.due_within_seconds, first=5000)),
        tuple(sorted(_blows(dice, size, kinds), key=lambda blow: blow.at_seconds)),
    )


def _callees(dice: random.Random, count: int, within_seconds: float, *, first: int) -> Iterator[Callee]:
    weights = [share for share, _manner, _about in MANNERS]
    for number in range(first, first + count):
        [(_share, manner, about)] = dice.choices(MANNERS, weights)
        yield Callee(f"+82102000{number:04}", dice.uniform(0, within_seconds), manner, about)


def _blows(dice: random.Random, size: Size, kinds: tuple[str, ...]) -> Iterator[Blow]:
    """Every kind at least once, as far as the number goes; the instants are random."""
    for what in _each_in_turn(dice, kinds, size.blows):
        yield Blow(dice.uniform(1, size.trouble_seconds), what)
    for what in _each_in_turn(dice, CARRIER, size.faults):
        yield Blow(dice.uniform(1, size.trouble_seconds), what)


def _each_in_turn(dice: random.Random, kinds: tuple[Any, ...], count: int) -> Iterator[Any]:
    left: list[Any] = []
    for _ in range(count):
        left = left or dice.sample(kinds, len(kinds))
        yield left.pop()
