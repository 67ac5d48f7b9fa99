"""The simulated centres keep the rules of a line, whatever the centre and the chance."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.wait.centres import CENTRES, DAY, Callbacks, Centre, Department, Team
from benchmarks.wait.log import Event
from benchmarks.wait.truth import Truth, live
from benchmarks.wait.world import World

LEGAL_BEFORE = {
    "ready": {"off", "pause", "wrap", "free"},
    "pause": {"ready", "wrap", "free", "off"},
    "off": {"ready", "pause", "wrap", "free"},
    "wrap": {"free"},
}
"""Which states may come before each; `free` is right after a call or a failed dial."""

centres = st.builds(
    Centre,
    name=st.just("any"),
    departments=st.tuples(
        st.builds(
            Department,
            st.just("A"),
            st.floats(5, 50),
            st.floats(30, 600),
            st.floats(0.2, 1.2),
            st.floats(20, 900),
            high_priority_share=st.sampled_from([0.0, 0.3]),
            wrap_seconds=st.sampled_from([0.0, 30.0]),
        ),
        st.builds(Department, st.just("B"), st.floats(5, 30), st.floats(30, 600), st.just(0.8), st.floats(20, 900)),
    ),
    teams=st.tuples(
        st.builds(Team, st.integers(1, 5), st.just(("A",))),
        st.builds(Team, st.integers(1, 5), st.just(("B",))),
        st.builds(Team, st.integers(1, 3), st.just(("A", "B"))),
    ),
    flat=st.booleans(),
    bursts=st.integers(0, 3),
    days=st.just(1),
    vanishing=st.sampled_from([None, CENTRES["drop"].vanishing, CENTRES["lunch"].vanishing]),
    callbacks=st.sampled_from([None, Callbacks(offer_above_seconds=30.0, answered_share=0.5)]),
)


@settings(max_examples=15, deadline=None)
@given(centres, st.integers(0, 1000))
def test_every_event_is_legal(centre: Centre, seed: int) -> None:
    events, truths = live(centre, seed)

    assert [e["t"] for e in events] == sorted(e["t"] for e in events)
    _each_caller_ends_once(events, truths)
    _each_agent_does_one_thing(events)


@settings(max_examples=10, deadline=None)
@given(centres, st.integers(0, 1000))
def test_nobody_is_overtaken_within_a_department(centre: Centre, seed: int) -> None:
    _, truths = live(centre, seed)

    for department in ("A", "B"):
        for priority in (0, 1):
            same = [t for t in truths if (t.department, t.priority) == (department, priority)]
            turns = [t.joined + t.wait for t in same]
            assert all(later - earlier > -0.01 for earlier, later in pairwise(turns))


def test_a_ghost_waits_as_long_as_the_same_caller_with_patience() -> None:
    """Each of some who left is run again with endless patience, and all else the same: their wait was known exactly."""
    centre = replace(CENTRES["twoskill"], days=1)
    usual = World(centre, seed=3).run()
    gone = [c for c in usual if c.outcome == "abandoned"]

    for caller in gone[:: len(gone) // 6]:
        patient = _World(centre, 3, stays=caller.number).run()[caller.number]
        assert (patient.outcome, patient.offered_wait) == ("connected", pytest.approx(caller.offered_wait, abs=1e-6))


class _World(World):
    def __init__(self, centre: Centre, seed: int, stays: int) -> None:
        super().__init__(centre, seed)
        self.stays = stays

    def _abandon(self, caller):  # type: ignore[no-untyped-def]
        if caller.number != self.stays:
            super()._abandon(caller)


def test_the_same_seed_is_the_same_world_with_and_without_roster() -> None:
    centre = replace(CENTRES["small"], days=2)

    events, truths = live(centre, 5)
    again, _ = live(centre, 5)
    with_roster, same_truths = live(centre, 5, roster=True)
    _, others = live(centre, 6)

    assert events == again
    assert truths == same_truths
    assert truths != others
    assert [e for e in with_roster if e["type"] != "roster"] == events
    assert sum(e["type"] == "roster" for e in with_roster) == 2 * 4


def test_all_centres_are_as_busy_as_they_were_when_first_measured() -> None:
    """Mean waits of one seed lie by the published ones (one seed there too, so within a third)."""
    published = {"steady": 59, "small": 214}

    for name, seconds in published.items():
        _, truths = live(CENTRES[name], seed=0)
        waits = [t.wait for t in truths if t.scored]
        assert seconds * 0.67 < sum(waits) / len(waits) < seconds * 1.5


def test_only_who_waited_after_the_learning_days_is_scored() -> None:
    centre = replace(CENTRES["small"], days=5)

    _, truths = live(centre, 0)

    assert {t.joined // DAY for t in truths if t.scored} == {2, 3, 4}
    assert all(t.scored == (t.wait > 0 and t.joined >= 2 * DAY) for t in truths)


def _each_caller_ends_once(events: list[Event], truths: list[Truth]) -> None:
    told = {t.caller: [] for t in truths}
    for event in events:
        if "caller" in event:
            told[event["caller"]].append(event["type"])
    allowed = {
        ("join", "connect", "end"),
        ("join", "leave"),
        ("join", "promise", "dial", "connect", "end"),
        ("join", "promise", "dial", "dial_failed", "leave"),
        ("join", "promise", "dial", "dial_failed", "dial", "connect", "end"),
        ("join", "promise", "dial", "dial_failed", "dial", "dial_failed", "leave"),
    }
    assert {tuple(story) for story in told.values()} <= allowed
    assert all(t.wait >= 0 for t in truths)


def _each_agent_does_one_thing(events: list[Event]) -> None:
    doing: dict[str, tuple[str, str | None]] = {}
    with_agent: dict[str, str] = {}
    for event in events:
        agent = event.get("agent") or with_agent.get(event.get("caller", ""))
        kind = event["type"]
        state, caller = doing.get(agent, ("off", None))
        if kind == "agent":
            assert caller is None
            assert state in LEGAL_BEFORE[event["state"]]
            doing[agent] = (event["state"], None)
        elif kind == "dial":
            assert caller is None
            assert state in ("ready", "free")
            doing[agent] = ("ringing", event["caller"])
            with_agent[event["caller"]] = agent
        elif kind == "connect":
            assert (state, caller) in (("ready", None), ("free", None), ("ringing", event["caller"]))
            doing[agent] = ("talk", event["caller"])
        elif kind in ("end", "dial_failed"):
            assert caller == event["caller"]
            doing[agent] = ("free", None)
