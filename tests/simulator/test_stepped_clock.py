"""Stepped time by itself: what is planned happens in one order, and only when time is told to move."""

import re
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import simulator
from simulator.clock import Flag, Mailbox, NotStepped, RealClock
from simulator.stepped import ClockBusy, NoActor, SteppedClock

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
# Quarters of a second: many things fall due together.
SLEEPS = st.lists(st.lists(st.integers(1, 8).map(lambda quarters: quarters / 4), max_size=5), max_size=6)
STEPS = st.lists(st.integers(0, 12).map(lambda quarters: quarters / 4), max_size=8)


class Sleepers:
    """Actors that sleep, and sleep again. What they plan and what then happens is written down."""

    def __init__(self, clock: SteppedClock, sleeps: list[list[float]]) -> None:
        self._clock = clock
        self.planned: list[tuple[float, int]] = []
        self.happened: list[tuple[float, int]] = []
        for mine in sleeps:
            clock.spawn("sleeper", lambda mine=mine: self._sleep(mine))

    def _sleep(self, mine: list[float]) -> None:
        for seconds in mine:
            plan = (self._clock.elapsed_seconds() + seconds, len(self.planned))
            self.planned.append(plan)
            self._clock.sleep(seconds)
            self.happened.append((self._clock.elapsed_seconds(), plan[1]))


@given(SLEEPS)
@settings(deadline=None, max_examples=60)
def test_things_happen_by_their_due_time_and_then_as_planned(sleeps: list[list[float]]) -> None:
    clock = SteppedClock(START)
    sleepers = Sleepers(clock, sleeps)

    clock.advance(60)

    assert sleepers.happened == sorted(sleepers.planned)


@given(SLEEPS, STEPS)
@settings(deadline=None, max_examples=60)
def test_many_small_steps_are_as_good_as_one(sleeps: list[list[float]], steps: list[float]) -> None:
    at_once, piecemeal = SteppedClock(START), SteppedClock(START)
    one, other = Sleepers(at_once, sleeps), Sleepers(piecemeal, sleeps)

    at_once.advance(sum(steps))
    for seconds in steps:
        piecemeal.advance(seconds)

    if steps:
        assert other.happened == one.happened
    assert piecemeal.now() == at_once.now()


ACTIONS = st.tuples(st.sampled_from(["sleep", "wait", "raise", "spawn"]), st.integers(0, 3))


def lived(programs: list[list[tuple[str, int]]], steps: list[float]) -> list[tuple[float, int, str]]:
    """What actors do who sleep, wait for each other's flags, raise them, and start others of their kind."""
    clock, log = SteppedClock(START), []
    flags = [Flag(clock) for _ in range(4)]

    def act(actor: int, program: list[tuple[str, int]]) -> None:
        for place, (what, number) in enumerate(program):
            if what == "sleep":
                clock.sleep(number / 2)
            elif what == "wait":
                what = f"waited {flags[number].wait(1.5)}"
            elif what == "raise":
                flags[number].set()
            else:
                clock.spawn("child", lambda rest=program[place + 1 :], child=10 * actor + number: act(child, rest))
            log.append((clock.elapsed_seconds(), actor, what))

    for actor, program in enumerate(programs, start=1):
        clock.spawn("actor", lambda actor=actor, program=program: act(actor, program))
    for seconds in steps:
        clock.advance(seconds)
    clock.close()
    return log


@given(st.lists(st.lists(ACTIONS, max_size=5), max_size=4))
@settings(deadline=None, max_examples=60)
def test_the_same_actors_live_the_same_life_each_time_however_time_is_cut(programs: list[list[Any]]) -> None:
    log = lived(programs, [20.0])

    assert lived(programs, [20.0]) == log
    assert lived(programs, [0.25] * 80) == log
    assert [at for at, _, _ in log] == sorted(at for at, _, _ in log)


def test_nothing_happens_until_time_is_told_to_move() -> None:
    clock, happened = SteppedClock(START), []
    clock.spawn("one", lambda: happened.append("one"))
    before = list(happened)

    clock.advance(0)

    assert (before, happened, clock.now()) == ([], ["one"], START)


def test_what_is_due_later_than_the_advance_waits() -> None:
    clock = SteppedClock(START)
    sleepers = Sleepers(clock, [[1.0], [1.25]])

    at = clock.advance(1)

    assert (at, sleepers.happened) == (START + timedelta(seconds=1), [(1.0, 0)])


def test_who_is_woken_looks_after_all_that_was_planned_before() -> None:
    clock, happened = SteppedClock(START), []
    flag = Flag(clock)

    def raise_it() -> None:
        flag.set()
        happened.append("raised")

    clock.spawn("waiting", lambda: happened.append(f"waited {flag.wait(60)}"))
    clock.spawn("raising", raise_it)
    clock.spawn("third", lambda: happened.append("third"))

    clock.advance(0)

    assert happened == ["raised", "third", "waited True"]


def test_a_wait_in_vain_ends_when_it_is_due() -> None:
    clock, happened = SteppedClock(START), []
    flag = Flag(clock)
    clock.spawn("waiting", lambda: happened.append((flag.wait(60), clock.elapsed_seconds())))

    clock.advance(3600)

    assert happened == [(False, 60.0)]


def test_a_mailbox_keeps_the_order_and_waits_as_long_as_it_takes() -> None:
    clock, got = SteppedClock(START), []
    mailbox: Mailbox[str] = Mailbox(clock)
    clock.spawn("reader", lambda: got.extend([mailbox.get(), mailbox.get()]))
    clock.advance(3600)

    mailbox.put("first")
    mailbox.put("second")
    clock.advance(0)

    assert got == ["first", "second"]


def test_only_what_the_clock_has_started_may_wait() -> None:
    clock = SteppedClock(START)

    with pytest.raises(NoActor):
        clock.sleep(1)


def test_time_is_advanced_by_one_at_a_time() -> None:
    clock, refused = SteppedClock(START), []

    def advance() -> None:
        try:
            clock.advance(60)
        except ClockBusy as error:
            refused.append(str(error))

    clock.spawn("hasty", advance)

    clock.advance(1)

    assert (refused, clock.elapsed_seconds()) == ([ClockBusy.__doc__], 1.0)


def test_time_does_not_go_back() -> None:
    with pytest.raises(ValueError, match="back"):
        SteppedClock(START).advance(-1)


def test_an_actor_that_fails_does_not_hold_time_up(monkeypatch: pytest.MonkeyPatch) -> None:
    failed: list[str] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: failed.append(str(args.exc_value)))
    clock = SteppedClock(START)
    sleepers = Sleepers(clock, [[1.0]])
    clock.spawn("failing", lambda: [].pop())

    clock.advance(1)

    assert (failed, sleepers.happened) == (["pop from empty list"], [(1.0, 0)])


def test_somebody_from_outside_may_wake_an_actor_while_another_acts() -> None:
    clock, happened = SteppedClock(START), []
    flag = Flag(clock)

    def be_visited() -> None:
        # As in a webhook, during which the application asks REST for something.
        visitor = threading.Thread(target=flag.set)
        visitor.start()
        visitor.join()
        happened.append("visited")

    clock.spawn("waiting", lambda: happened.append(f"woken {flag.wait(60)} at {clock.elapsed_seconds()}"))
    clock.spawn("acting", be_visited)

    clock.advance(60)

    assert happened == ["visited", "woken True at 0.0"]


def test_closing_lets_what_is_due_now_happen_and_nothing_later() -> None:
    clock = SteppedClock(START)
    sleepers = Sleepers(clock, [[1.0], []])
    clock.advance(0.5)
    clock.spawn("last", lambda: sleepers.happened.append((clock.elapsed_seconds(), 99)))

    clock.close()

    assert sleepers.happened == [(0.5, 99)]


def test_real_time_moves_by_itself() -> None:
    clock = RealClock()

    with pytest.raises(NotStepped):
        clock.advance(1)


def test_real_waits_are_shorter_by_the_speed() -> None:
    clock = RealClock(speed=1000)
    began = clock.elapsed_seconds()

    clock.sleep(20)

    assert 20 <= clock.elapsed_seconds() - began < 1000


# Who else might tell the time

SIMULATOR = Path(simulator.__file__).parent
WORLD = {
    "clock.py": "real time",
    "stepped.py": "stepped time",
    "sids.py": "where SIDs come from",
    "client.py": "its user lives in real time",
    "one_call.py": "so does who waits for the end of a call",
    "events.py": "who reads the log waits in real time",
    "server.py": "the server's thread",
    "__main__.py": "until the program is stopped",
    "webhooks.py": "the application answers in real time; the token of who gives none",
    "bodies.py": "and so it does while its answers are read",
    "faults.py": "an answer held back on demand, from a client in real time",
}
OWN_WAITS = r"threading\.(?:Thread|Event|Condition|Timer|Semaphore)|time\.(?:sleep|monotonic|time)\(|import queue"
OWN_DATES = r"datetime\.(?:now|today|utcnow)\(|secrets\.|uuid4|random\.(?:random|choice|randbytes)\("


def test_whatever_waits_or_tells_a_date_in_the_network_asks_its_clock() -> None:
    found = {
        path.name: re.findall(f"{OWN_WAITS}|{OWN_DATES}", path.read_text(encoding="utf-8"))
        for path in sorted(SIMULATOR.glob("**/*.py"))
        if path.name not in WORLD
    }

    assert {name: uses for name, uses in found.items() if uses} == {}
