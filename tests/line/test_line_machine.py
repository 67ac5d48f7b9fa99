"""Anything may happen in any order: places and agents always agree, and the order of the line holds."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from callers import on_the_phone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import Row, select

from callqueue import agents, line
from callqueue.agents import AgentState, IllegalMove
from callqueue.department import Department
from callqueue.line import EntryState
from callqueue.matching import match
from store.database import Store
from store.tables import agents as agent_rows
from store.tables import line_entries

OPENING = datetime(2026, 11, 25, 5, tzinfo=UTC)
DEPARTMENTS = {
    "billing": Department("billing", "요금", ("billing",)),
    "delivery": Department("delivery", "배송", ("delivery", "general")),
    "vip": Department("vip", "우대", ("billing", "vip"), priority=5),
}
STAFF = {"지우": ("billing",), "서준": ("delivery", "billing"), "하은": ("general", "vip")}
WHICH = st.integers(0, 1000)


class Shift(RuleBasedStateMachine):
    """Three agents, three departments, any number of callers."""

    new_store: Callable[[], Store]

    def __init__(self) -> None:
        super().__init__()
        self.store = self.new_store()
        self.now = OPENING
        with self.store.write() as tx:
            self.agents = [
                agents.add_agent(tx, name=name, phone=f"+82109000000{n}", skills=skills, now=OPENING)
                for n, (name, skills) in enumerate(STAFF.items())
            ]

    def teardown(self) -> None:
        self.store.close()

    # What may happen

    @rule(department=st.sampled_from(sorted(DEPARTMENTS)))
    def somebody_joins(self, department: str) -> None:
        with self.store.write() as tx:
            case_id, call_id = on_the_phone(tx, None, self.now)
            chosen = DEPARTMENTS[department]
            first = line.join(tx, case_id=case_id, call_id=call_id, department=chosen, now=self.now)
            again = line.join(tx, case_id=case_id, call_id=call_id, department=chosen, now=self.now)
        assert first == again

    @rule(seconds=st.integers(1, 120))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(which=WHICH)
    def a_caller_hangs_up(self, which: int) -> None:
        entry = self._one(which, EntryState.WAITING, EntryState.OFFERED)
        if entry is not None:
            with self.store.write() as tx:
                assert line.leave(tx, entry.id, "abandoned", self.now)
                if entry.agent_id is not None:
                    line.free_agent(tx, entry.agent_id, self.now, "the caller hung up")

    @rule()
    def matching(self) -> None:
        before = {entry.id: rank(entry) for entry in self._due()}
        with self.store.write() as tx:
            offered = match(tx, DEPARTMENTS, self.now)
        left = self._due()
        assert {a.entry_id for a in offered} | {entry.id for entry in left} == before.keys()
        for assignment in offered:
            overtaken = [e for e in left if e.department == assignment.department]
            assert [e.id for e in overtaken if rank(e) < before[assignment.entry_id]] == []

    @rule(which=WHICH)
    def the_agent_accepts(self, which: int) -> None:
        entry = self._one(which, EntryState.OFFERED)
        if entry is not None:
            with self.store.write() as tx:
                assert line.accepted(tx, entry.id, entry.agent_id, self.now)

    @rule(which=WHICH, aside=st.sampled_from([AgentState.PAUSE, AgentState.READY]))
    def the_offer_comes_to_nothing(self, which: int, aside: AgentState) -> None:
        entry = self._one(which, EntryState.OFFERED)
        if entry is not None:
            with self.store.write() as tx:
                assert line.not_accepted(tx, entry.id, entry.agent_id, self.now, agent_to=aside, reason="no answer")

    @rule(which=WHICH, later_seconds=st.integers(0, 200))
    def the_caller_could_not_be_reached(self, which: int, later_seconds: int) -> None:
        entry = self._one(which, EntryState.CONNECTED)
        if entry is not None:
            until = self.now + timedelta(seconds=later_seconds)
            with self.store.write() as tx:
                assert line.back_in_line(tx, entry.id, self.now, not_before=until)

    @rule(which=WHICH)
    def the_conversation_ends(self, which: int) -> None:
        entry = self._one(which, EntryState.CONNECTED)
        if entry is not None:
            with self.store.write() as tx:
                assert line.finished(tx, entry.id, self.now)

    @rule()
    def wrap_ups_end(self) -> None:
        with self.store.write() as tx:
            agents.end_long_wraps(tx, limit=timedelta(seconds=30), now=self.now)

    @rule(which=WHICH, wish=st.sampled_from([AgentState.READY, AgentState.PAUSE, AgentState.OFF]))
    def somebody_moves_an_agent_by_hand(self, which: int, wish: AgentState) -> None:
        with self.store.write() as tx:
            agent_id = self.agents[which % len(self.agents)]
            busy = agents.state_of(tx, agent_id) in (AgentState.RINGING, AgentState.TALK)
            try:
                agents.move_agent(tx, agent_id, wish, now=self.now, reason="by hand")
                refused = False
            except IllegalMove:
                refused = True
            assert not busy or refused

    # What must hold

    @invariant()
    def places_and_agents_agree(self) -> None:
        served = {entry.agent_id: entry.state for entry in self._entries(EntryState.OFFERED, EntryState.CONNECTED)}
        theirs = {EntryState.OFFERED: AgentState.RINGING, EntryState.CONNECTED: AgentState.TALK}
        with self.store.read() as tx:
            states = {row.id: row.state for row in tx.execute(select(agent_rows.c.id, agent_rows.c.state))}
        busy = {agent_id: state for agent_id, state in states.items() if state in (AgentState.RINGING, AgentState.TALK)}
        assert busy == {agent_id: theirs[EntryState(state)] for agent_id, state in served.items()}

    @invariant()
    def positions_count_from_one_in_the_order_of_the_line(self) -> None:
        with self.store.read() as tx:
            for department in DEPARTMENTS:
                in_order = sorted((e for e in self._due() if e.department == department), key=rank)
                positions = [line.position(tx, entry.id, self.now) for entry in in_order]
                assert positions == list(range(1, len(in_order) + 1))

    def _due(self) -> list[Row[Any]]:
        return [e for e in self._entries(EntryState.WAITING) if e.not_before is None or e.not_before <= self.now]

    def _entries(self, *states: EntryState) -> list[Row[Any]]:
        wanted = line_entries.c.state.in_([state.value for state in states])
        with self.store.read() as tx:
            return list(tx.execute(select(line_entries).where(wanted).order_by(line_entries.c.id)))

    def _one(self, which: int, *states: EntryState) -> Row[Any] | None:
        entries = self._entries(*states)
        return entries[which % len(entries)] if entries else None


def rank(entry: Row[Any]) -> tuple[int, datetime, int]:
    return (-entry.priority, entry.joined_at, entry.id)


def test_places_and_agents_agree_whatever_happens(migrated_file: Path) -> None:
    with TemporaryDirectory() as folder:
        made = 0

        def new_store(_self: Shift) -> Store:
            nonlocal made
            made += 1
            path = Path(folder) / f"{made}.sqlite3"
            shutil.copy(migrated_file, path)
            return Store(f"sqlite:///{path}")

        machine = type("Shift", (Shift,), {"new_store": new_store})
        few = settings(
            max_examples=15, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
        )
        run_state_machine_as_test(machine, settings=few)
