"""One run: the whole product, its promises, the monkey, and the verdict."""

import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from redis import Redis
from sqlalchemy import func, select

from callbacks.jobs import JobQueue
from callbacks.lifecycle import OPEN, CallbackState
from callbacks.promises import PromiseMade, Terms, promise
from callqueue.agents import AgentState, all_agents, move_agent
from callqueue.department import Department
from callqueue.legs import FINAL_STATUSES, Purpose
from callqueue.line import STANDING
from command.stage import PHONE_NUMBER, Staff, Stage
from simulator.client import Event
from store.database import DatabaseAway, Store, insert_row
from store.tables import agents, attempts, callback_moves, callbacks, calls, cases, line_entries, menu_versions
from tests.chaos.judge import Books, rung_calls, verdict
from tests.chaos.monkey import Monkey
from tests.chaos.plan import Callee, Plan, Size, plan
from tests.chaos.postgres import PostgresServer

MENU = Path(__file__).with_name("menu.yaml")
DELIVERY = Department(id="delivery", name="배송", skills=("delivery",))
# The network's people are quick; the product's own clocks run in real time.
SPEED = 5.0
SETTINGS = {
    "CALLS_PER_SECOND": "10",
    "WRAP_LIMIT_SECONDS": "1",
    "CALLBACK_ATTEMPTS": "2",
    "RETRY_BUSY_MINUTES": "0.08",
    "RETRY_UNANSWERED_MINUTES": "0.12",
    "SECOND_OPINION": "none",
    "HEARING_WORKERS": "1",
}
PHONES_IN = [
    {"waits_for": "무엇을", "within_seconds": 60},
    {"presses": "1"},
    {"waits_for": "1번", "within_seconds": 60},
    {"presses": "1"},
    {"waits_for": "전화를 드리겠습니다", "within_seconds": 60},
    {"presses": "1"},
    {"waits_seconds": 2},
    {"hangs_up": True},
]


@dataclass(frozen=True)
class Outcome:
    plan: Plan
    seconds: float
    broken: Counter[str]
    states: Counter[str]
    rings: int
    """Of callers, by the network's record."""
    problems: tuple[str, ...]


def try_it(
    seed: int, size: Size, folder: Path, *, on_postgresql: bool = False, say: Callable[[str], None] = lambda _: None
) -> Outcome:
    """Start everything, let it be broken as the seed says, wait for the end, and judge."""
    what = plan(seed, size, database_dies=on_postgresql)
    with ExitStack() as stack:
        server = stack.enter_context(PostgresServer()) if on_postgresql else None
        database = {} if server is None else {"DATABASE_URL": server.url}
        menu = MENU.read_text(encoding="utf-8")
        stage = Stage(folder, menu, speed=SPEED, talk_speed=2.0, say=say, workers=2, **SETTINGS, **database)
        stack.enter_context(stage)
        return _Trial(stage, what, server, say).run()


class _Trial:
    def __init__(self, stage: Stage, what: Plan, server: PostgresServer | None, say: Callable[[str], None]) -> None:
        self._stage = stage
        self._plan = what
        self._server = server
        self._say = say

    def run(self) -> Outcome:
        size = self._plan.size
        self._stage.hire([_staff(number) for number in range(size.agents)])
        for callee in self._plan.callees:
            self._promise(callee)
        self._say(f"{size.promises} promises fall due within {size.due_within_seconds:g} s; now things break")
        began = time.monotonic()
        with Monkey(self._stage, self._plan, self._server) as monkey:
            self._live_until(lambda: monkey.done(), began, size.trouble_seconds + 60)
        self._say("nothing more is broken; the rest must end by itself")
        self._live_until(self._all_over, began, size.end_seconds)
        seconds = time.monotonic() - began
        time.sleep(1)  # What is on its way arrives.
        return self._outcome(seconds, monkey)

    def _promise(self, callee: Callee) -> None:
        store, now = self._stage.store, datetime.now(UTC)
        due_at = now + timedelta(seconds=callee.due_after_seconds)
        self._stage.network.person(callee.number, **callee.about)
        with store.write() as tx:
            case_id = insert_row(tx, cases, number=callee.number, language="ko", opened_at=now)
            insert_row(
                tx,
                calls,
                sid=f"CApast{case_id}",
                purpose=Purpose.CALLER.value,
                case_id=case_id,
                from_number=callee.number,
                to_number=PHONE_NUMBER,
                language="ko",
                menu_version_id=tx.execute(select(func.max(menu_versions.c.id))).scalar_one(),
                state="ended",
                state_data={},
                stream_token="past",
                words="배송 조회해 주세요",
                status="completed",
                created_at=now,
            )
            terms = Terms(
                case_id=case_id,
                department=DELIVERY,
                number=callee.number,
                language="ko",
                words="배송 조회해 주세요",
                due_at=due_at,
            )
            made = promise(tx, terms, now=now)
        assert isinstance(made, PromiseMade), made
        with Redis.from_url(self._stage.settings.redis_url) as redis:
            JobQueue(redis).keep(made.callback_id, generation=0, due_at=due_at)

    def _live_until(self, over: Callable[[], bool], began: float, within_seconds: float) -> None:
        """Agents come back from their pauses, callers phone in."""
        phoning = sorted(self._plan.phoning, key=lambda callee: callee.due_after_seconds)
        while not over() and (now := time.monotonic() - began) < within_seconds:
            while phoning and phoning[0].due_after_seconds < now:
                self._phones_in(phoning.pop(0))
            self._agents_come_back()
            time.sleep(0.5)
        for callee in phoning:
            self._phones_in(callee)
        self._plan = Plan(self._plan.seed, self._plan.size, self._plan.callees, (), self._plan.blows)

    def _phones_in(self, callee: Callee) -> None:
        network = self._stage.network
        network.call(callee.number, steps=PHONES_IN)
        network.person(callee.number, **callee.about)  # How they answer when they are called back.

    def _agents_come_back(self) -> None:
        now = datetime.now(UTC)
        try:
            with self._stage.store.write() as tx:
                for agent in all_agents(tx):
                    paused = (AgentState.PAUSE,)
                    move_agent(tx, agent.id, AgentState.READY, now=now, reason="back", expected=paused)
        except DatabaseAway:
            return  # It has just been killed.

    def _all_over(self) -> bool:
        still_open = callbacks.c.state.in_([state.value for state in OPEN])
        lives = calls.c.status.not_in(FINAL_STATUSES)
        try:
            with self._stage.store.read() as tx:
                promises = tx.execute(select(func.count()).select_from(callbacks).where(still_open)).scalar_one()
                living = tx.execute(select(func.count()).select_from(calls).where(lives)).scalar_one()
        except DatabaseAway:
            return False
        return bool(promises == 0 and living == 0)

    def _outcome(self, seconds: float, monkey: Monkey) -> Outcome:
        events = self._stage.network.events()
        books = read_books(self._stage.store)
        callees = {callee.number for callee in self._plan.callees}
        return Outcome(
            plan=self._plan,
            seconds=seconds,
            broken=monkey.broken,
            states=Counter(str(row.state) for row in books.promises),
            rings=_rings(events, callees),
            problems=tuple(verdict(sorted(callees), events, books)),
        )


def read_books(store: Store) -> Books:
    with store.read() as tx:
        made = callbacks.c.state.not_in([CallbackState.OFFERED.value, CallbackState.DECLINED.value])
        standing = line_entries.c.state.in_([state.value for state in STANDING])
        busy = agents.c.state.in_([AgentState.RINGING.value, AgentState.TALK.value])
        return Books(
            promises=tx.execute(select(callbacks).where(made).order_by(callbacks.c.id)).all(),
            moves=tx.execute(select(callback_moves).order_by(callback_moves.c.id)).all(),
            attempts=tx.execute(select(attempts)).all(),
            legs=tx.execute(select(calls).where(calls.c.purpose != Purpose.CALLER.value)).all(),
            standing=tx.execute(select(line_entries).where(standing)).all(),
            busy_agents=tx.execute(select(agents).where(busy)).all(),
            open_cases=frozenset(tx.execute(select(cases.c.id).where(cases.c.closed_at.is_(None))).scalars()),
        )


def _staff(number: int) -> Staff:
    return Staff(f"상담원 {number + 1}", f"+8210900000{number:02}", ("delivery", "general"))


def _rings(events: list[Event], callees: set[str]) -> int:
    return sum(call.ringing is not None and call.number in callees for call in rung_calls(events))
