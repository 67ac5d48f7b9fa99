"""How the bank's calls become events, on made-up calls; the real ones where they are at hand."""

from pathlib import Path

import pytest

from benchmarks.wait import bank
from benchmarks.wait.bank import Call, events_of, truths_of


def call(name: str, joined: float, wait: float, *, talk: float = 100, agent: str = "1", credit: float = 0) -> Call:
    """Without talk: gave up."""
    return Call(name, joined, "regular", credit, wait, talk > 0, talk, agent if talk else "")


def test_who_gave_up_waits_until_the_next_behind_them_is_answered() -> None:
    calls = [
        call("answered-first", 0, 30),
        call("gone", 10, 20, talk=0),
        call("high-and-behind", 15, 20, credit=90),  # another class: says nothing
        call("behind", 20, 80),
        call("gone-last", 30, 5, talk=0),
    ]

    found = {truth.caller: truth.wait for truth in truths_of(calls)}

    assert found == {"answered-first": 30, "gone": 90, "high-and-behind": 20, "behind": 80, "gone-last": 0}


def test_an_agent_ends_a_call_before_the_next_and_unrecorded_agents_are_each_someone() -> None:
    calls = [call("a", 0, 0, talk=50), call("b", 20, 10), call("c", 21, 9, agent=""), call("d", 22, 8, agent="")]

    told = [(e["t"], e["type"], e.get("caller"), e.get("agent")) for e in events_of(calls) if e["type"] != "department"]

    assert [each for each in told if each[1] != "join"] == [
        (0, "connect", "a", "a1"),
        (30, "end", "a", "a1"),
        (30, "connect", "b", "a1"),
        (30, "connect", "c", "u0"),
        (30, "connect", "d", "u1"),
        (130, "end", "b", "a1"),
        (130, "end", "c", "u0"),
        (130, "end", "d", "u1"),
    ]


def test_the_real_calls_are_as_they_were_described(shared_data: Path) -> None:
    if bank.at_hand() is None:
        pytest.skip("needs the bank's calls (wait-dev)")

    events, truths = bank.live()

    assert len(truths) == 16_273
    assert sum(truth.outcome == "abandoned" for truth in truths) == 1_868
    assert [event["t"] for event in events] == sorted(event["t"] for event in events)
