"""One caller, one agent, once; nobody is overtaken without a rule, and by the rule ten times at most."""

import random
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta

from callers import on_the_phone
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, func, select

from callqueue import agents, line
from callqueue.agents import AgentState
from callqueue.department import Department, Overflow
from callqueue.matching import match
from callqueue.routing import OVERTAKEN_AT_MOST, FreeAgent, Match, Waiting, after, choose
from store.database import Store, insert_row
from store.tables import cases, line_entries

NOW = datetime(2026, 11, 25, 5, tzinfo=UTC)
DEPARTMENTS = {
    "billing": Department("billing", "요금", ("billing",), overflow=Overflow(30, ("delivery",))),
    "delivery": Department("delivery", "배송", ("delivery", "general")),
}
SKILLS = ("billing", "delivery", "general", "other")


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


waiting_lists = st.lists(
    st.builds(
        Waiting,
        entry_id=st.integers(1, 10_000),
        department=st.sampled_from(["billing", "delivery", "gone"]),
        priority=st.integers(0, 2),
        joined_at=st.integers(0, 50).map(later),
        overtaken=st.integers(0, OVERTAKEN_AT_MOST),
    ),
    max_size=12,
    unique_by=lambda w: w.entry_id,
)
free_lists = st.lists(
    st.builds(
        FreeAgent,
        agent_id=st.integers(1, 10_000),
        ready_since=st.integers(0, 50).map(later),
        skills=st.dictionaries(st.sampled_from(SKILLS), st.integers(1, 9), max_size=3),
    ),
    max_size=8,
    unique_by=lambda a: a.agent_id,
)


def serves(agent: FreeAgent, caller: Waiting, now: datetime) -> bool:
    department = DEPARTMENTS.get(caller.department)
    if department is None:
        return False
    rule = department.overflow
    helps = rule is not None and (now - caller.joined_at).total_seconds() >= rule.after_seconds
    return not agent.skills.keys().isdisjoint(department.all_skills if helps else department.skills)


def rank(waiting: Waiting) -> tuple[bool, int, datetime, int]:
    enough = waiting.overtaken >= OVERTAKEN_AT_MOST
    return (not enough, 0 if enough else -waiting.priority, waiting.joined_at, waiting.entry_id)


@given(waiting_lists, free_lists)
def test_nobody_is_matched_twice_or_without_the_skill(waiting: list[Waiting], free: list[FreeAgent]) -> None:
    matches = choose(waiting, free, DEPARTMENTS, later(60))
    by_entry, by_agent = {w.entry_id: w for w in waiting}, {a.agent_id: a for a in free}

    assert len({match.entry_id for match in matches}) == len(matches)
    assert len({match.agent_id for match in matches}) == len(matches)
    assert all(serves(by_agent[m.agent_id], by_entry[m.entry_id], later(60)) for m in matches)


@given(waiting_lists, free_lists)
def test_nobody_is_overtaken_by_who_comes_after_them_in_the_same_line(
    waiting: list[Waiting], free: list[FreeAgent]
) -> None:
    matches = choose(waiting, free, DEPARTMENTS, later(60))
    served = {match.entry_id for match in matches}
    # In the middle of a round somebody may have been overtaken enough, and goes to the front.
    moved = {entry for match in matches for entry in match.overtaken}

    for early in waiting:
        for late in waiting:
            same_line = early.department == late.department and early.entry_id not in moved
            if same_line and rank(early) < rank(late) and late.entry_id in served - moved:
                assert early.entry_id in served or not _same_agents(early, late)


def _same_agents(early: Waiting, late: Waiting) -> bool:
    """Helpers take the one who has waited longer only."""
    return early.joined_at <= late.joined_at


@given(waiting_lists, free_lists)
def test_nobody_waits_beside_a_free_agent_who_could_serve_them(waiting: list[Waiting], free: list[FreeAgent]) -> None:
    matches = choose(waiting, free, DEPARTMENTS, later(60))
    served, busy = {m.entry_id for m in matches}, {m.agent_id for m in matches}

    idle = [agent for agent in free if agent.agent_id not in busy]
    left = [w for w in waiting if w.entry_id not in served]

    assert not any(serves(agent, w, later(60)) for agent in idle for w in left)


@settings(max_examples=15, deadline=None)
@given(st.randoms(use_true_random=False))
def test_nobody_starves_whatever_comes_and_goes(dice: random.Random) -> None:
    """More callers come than agents are freed; each is passed over by ten later ones at most."""
    waiting: list[Waiting] = []
    passed: Counter[int] = Counter()
    for moment in range(60):
        waiting.append(Waiting(moment, dice.choice(["billing", "delivery"]), dice.choice([0, 1, 1, 2]), later(moment)))
        skills = {skill: dice.randint(1, 9) for skill in dice.sample(SKILLS, 2)}
        free = [FreeAgent(1, NOW, skills)] if dice.random() < 0.8 else []
        for found in choose(waiting, free, DEPARTMENTS, later(moment)):
            left, _free = after(found, waiting, free)
            served = next(w for w in waiting if w.entry_id == found.entry_id)
            earlier = (w for w in left if w.entry_id < served.entry_id)
            passed.update(w.entry_id for w in earlier if serves(free[0], w, later(moment)))
            waiting = left

    assert max(passed.values(), default=0) <= OVERTAKEN_AT_MOST


def test_the_important_go_first_ten_times_then_it_is_the_others_turn() -> None:
    plain = Waiting(1, "delivery", 0, NOW)
    important = [Waiting(2 + n, "delivery", 5, later(1 + n)) for n in range(20)]
    agents_ = [FreeAgent(n, later(n), {"delivery": 5}) for n in range(12)]

    order = [match.entry_id for match in choose([plain, *important], agents_, DEPARTMENTS, later(60))]

    assert order == [*range(2, 12), 1, 12]


def test_the_better_agent_is_rung_and_of_equals_who_has_been_free_longest() -> None:
    caller = Waiting(1, "delivery", 0, NOW)
    longest = FreeAgent(1, later(-900), {"delivery": 3})
    fresh = FreeAgent(2, later(-10), {"delivery": 7})
    equal = FreeAgent(3, later(-60), {"general": 7})

    assert choose([caller], [longest, fresh, equal], DEPARTMENTS, NOW) == (Match(1, 3),)


def test_helpers_come_when_the_time_is_up_and_after_the_departments_own() -> None:
    caller = Waiting(1, "billing", 0, NOW)
    helper = FreeAgent(1, later(-900), {"delivery": 9})
    own = FreeAgent(2, later(-10), {"billing": 1})

    assert choose([caller], [helper], DEPARTMENTS, later(29)) == ()
    assert choose([caller], [helper], DEPARTMENTS, later(30)) == (Match(1, 1),)
    assert choose([caller], [helper, own], DEPARTMENTS, later(30)) == (Match(1, 2),)


def test_in_the_database_too_the_important_overtake_ten_times(store: Store) -> None:
    important, plain = Department("vip", "우대", ("billing",), priority=5), Department("billing", "요금", ("billing",))
    departments = {"vip": important, "billing": plain}
    with store.write() as tx:
        agent_id = agents.add_agent(tx, name="지우", phone="+8210", skills=["billing"], now=NOW)
        first = _joins(tx, plain, NOW)
        for second in range(12):
            _joins(tx, important, later(1 + second))
    served = []
    for _ in range(12):
        with store.write() as tx:
            agents.move_agent(tx, agent_id, AgentState.READY, now=NOW, reason="test")
            served += match(tx, departments, later(60))
            line.leave(tx, served[-1].entry_id, "test", NOW)
            line.free_agent(tx, agent_id, NOW, "test")
            agents.move_agent(tx, agent_id, AgentState.PAUSE, now=NOW, reason="test")

    assert [found.entry_id for found in served].index(first) == OVERTAKEN_AT_MOST


def _joins(tx: Connection, department: Department, at: datetime) -> int:
    case_id, call_id = on_the_phone(tx, None, at)
    return line.join(tx, case_id=case_id, call_id=call_id, department=department, now=at)


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

    assert choose([caller], [FreeAgent(1, NOW, dict.fromkeys(SKILLS, 5))], DEPARTMENTS, NOW) == ()
