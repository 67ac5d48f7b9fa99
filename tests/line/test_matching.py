"""One caller, one agent, once; nobody is overtaken without a rule."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from callqueue import agents
from callqueue.agents import AgentState
from callqueue.department import Department
from callqueue.matching import FreeAgent, Match, Waiting, choose
from store.database import Store, insert_row
from store.tables import cases, line_entries

NOW = datetime(2026, 11, 25, 5, tzinfo=UTC)
DEPARTMENTS = {
    "billing": Department("billing", "요금", ("billing",)),
    "delivery": Department("delivery", "배송", ("delivery", "general")),
}
SKILLS = ("billing", "delivery", "general", "other")

waiting_lists = st.lists(
    st.builds(
        Waiting,
        entry_id=st.integers(1, 10_000),
        department=st.sampled_from(["billing", "delivery", "gone"]),
        priority=st.integers(0, 2),
        joined_at=st.integers(0, 50).map(lambda s: NOW + timedelta(seconds=s)),
    ),
    max_size=12,
    unique_by=lambda w: w.entry_id,
)
free_lists = st.lists(
    st.builds(
        FreeAgent,
        agent_id=st.integers(1, 10_000),
        ready_since=st.integers(0, 50).map(lambda s: NOW + timedelta(seconds=s)),
        skills=st.frozensets(st.sampled_from(SKILLS), max_size=3),
    ),
    max_size=8,
    unique_by=lambda a: a.agent_id,
)


def serves(agent: FreeAgent, department: str) -> bool:
    return department in DEPARTMENTS and bool(agent.skills.intersection(DEPARTMENTS[department].skills))


def rank(waiting: Waiting) -> tuple[int, datetime, int]:
    return (-waiting.priority, waiting.joined_at, waiting.entry_id)


@given(waiting_lists, free_lists)
def test_nobody_is_matched_twice_or_without_the_skill(waiting: list[Waiting], free: list[FreeAgent]) -> None:
    matches = choose(waiting, free, DEPARTMENTS)
    by_entry, by_agent = {w.entry_id: w for w in waiting}, {a.agent_id: a for a in free}

    assert len({match.entry_id for match in matches}) == len(matches)
    assert len({match.agent_id for match in matches}) == len(matches)
    assert all(serves(by_agent[m.agent_id], by_entry[m.entry_id].department) for m in matches)


@given(waiting_lists, free_lists)
def test_nobody_is_overtaken_by_a_later_one_for_the_same_department(
    waiting: list[Waiting], free: list[FreeAgent]
) -> None:
    served = {match.entry_id for match in choose(waiting, free, DEPARTMENTS)}

    for early in waiting:
        for late in waiting:
            if early.department == late.department and rank(early) < rank(late) and late.entry_id in served:
                assert early.entry_id in served


@given(waiting_lists, free_lists)
def test_nobody_waits_beside_a_free_agent_who_could_serve_them(waiting: list[Waiting], free: list[FreeAgent]) -> None:
    matches = choose(waiting, free, DEPARTMENTS)
    served, busy = {m.entry_id for m in matches}, {m.agent_id for m in matches}

    idle = [agent for agent in free if agent.agent_id not in busy]
    left = [w for w in waiting if w.entry_id not in served]

    assert not any(serves(agent, w.department) for agent in idle for w in left)


def test_the_agent_who_has_been_free_longest_is_rung() -> None:
    caller = Waiting(1, "billing", 0, NOW)
    fresh = FreeAgent(1, NOW, frozenset({"billing"}))
    longest = FreeAgent(2, NOW - timedelta(minutes=5), frozenset({"billing"}))

    assert choose([caller], [fresh, longest], DEPARTMENTS) == (Match(1, 2),)


MATCHER = """
import sys
from datetime import UTC, datetime
from callqueue import line
from callqueue.department import Department
from callqueue.matching import match
from store.database import Store, insert_row
from store.tables import cases

store, me = Store(sys.argv[1]), sys.argv[2]
billing = Department("billing", "요금", ("billing",))
now = datetime(2026, 11, 25, 5, tzinfo=UTC)
for n in range(25):
    with store.write() as tx:
        case_id = insert_row(tx, cases, number=f"{me}-{n}", language="ko", opened_at=now)
        line.join(tx, case_id=case_id, department=billing, now=now)
    with store.write() as tx:
        for found in match(tx, {"billing": billing}, now):
            print(found.entry_id, found.agent_id)
"""


def test_four_processes_match_at_once_and_nobody_is_doubled_or_lost(store: Store) -> None:
    with store.write() as tx:
        for n in range(60):
            agent_id = agents.add_agent(tx, name=f"a{n}", phone=f"+82109{n:07d}", skills=["billing"], now=NOW)
            agents.move_agent(tx, agent_id, AgentState.READY, now=NOW, reason="test")

    command = [sys.executable, "-c", MATCHER, store.url]
    processes = [subprocess.Popen([*command, str(i)], stdout=subprocess.PIPE, text=True) for i in range(4)]
    pairs = [line.split() for process in processes for line in process.communicate(timeout=60)[0].splitlines()]

    assert [process.returncode for process in processes] == [0, 0, 0, 0]
    assert len(pairs) == len({entry for entry, _ in pairs}) == len({agent for _, agent in pairs}) == 60
    with store.read() as tx:
        states = tx.execute(select(line_entries.c.state, func.count()).group_by(line_entries.c.state)).all()
    assert sorted(tuple(row) for row in states) == [("offered", 60), ("waiting", 40)]


def test_a_department_that_left_the_menu_keeps_its_callers(store: Store) -> None:
    with store.write() as tx:
        insert_row(tx, cases, number=None, language="ko", opened_at=NOW)

    caller = Waiting(1, "gone", 0, NOW)

    assert choose([caller], [FreeAgent(1, NOW, frozenset(SKILLS))], DEPARTMENTS) == ()
