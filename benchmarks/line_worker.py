"""One of several processes that bring callers and agents together (benchmarks/line.py, tests/line).

    python -m benchmarks.line_worker DATABASE_URL NAME JOINS_PER_SECOND SECONDS HANDLE_SECONDS

Joins on time, matches as the product does, and plays the agents it has matched: accept, talk, write up. When the time
is up it serves on until nobody waits. Prints JSON lines: what was committed, and how long it took.
"""

import heapq
import json
import math
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import Connection, select

from callqueue import line
from callqueue.agents import AgentState, move_agent
from callqueue.department import Department, Overflow
from callqueue.matching import Assignment, match
from store.database import Store, again_when_collided, hold_row, insert_row
from store.tables import cases, line_entries

DEPARTMENTS = {
    "billing": Department("billing", "요금", ("billing",), overflow=Overflow(2, ("delivery",))),
    "delivery": Department("delivery", "배송", ("delivery", "general")),
    "vip": Department("vip", "우대", ("billing", "vip"), priority=5),
}
ACCEPT_SECONDS = 0.02
WRAP_SECONDS = 0.02
# How long a caller waits at most who only waits because two transactions did not see each other.
SWEEP_SECONDS = 0.5
PATIENCE_AFTER_END_SECONDS = 60.0

# A process learns its statements at the first callers: as many come in this time as later in half of it.
WARM_UP_SECONDS = 6.0

Job = Callable[[], None]


def _due_seconds(number: int, joins_per_second: float) -> float:
    """When a caller joins: ever faster at first, then evenly."""
    evenly = number / joins_per_second
    rising = WARM_UP_SECONDS / 2
    return 2 * math.sqrt(evenly * rising) if evenly < rising else evenly + rising


class Worker:
    def __init__(self, store: Store, name: str, handle_seconds: float) -> None:
        self._store = store
        self._name = name
        self._handle_seconds = handle_seconds
        self._jobs: list[tuple[float, int, Job]] = []
        self._planned = 0

    def run(self, joins_per_second: float, seconds: float) -> None:
        begin, cpu = time.monotonic(), time.process_time()
        for number in range(int(joins_per_second * seconds)):
            self._plan(begin + _due_seconds(number, joins_per_second), partial(self._join, number))
        self._plan(begin + SWEEP_SECONDS, self._sweep)
        while self._jobs:
            due, _, job = heapq.heappop(self._jobs)
            time.sleep(max(0.0, due - time.monotonic()))
            job()
            if time.monotonic() > begin + seconds + WARM_UP_SECONDS + PATIENCE_AFTER_END_SECONDS:
                sys.exit("callers are left")
        print(json.dumps({"cpu_seconds": time.process_time() - cpu}), flush=True)

    def _plan(self, due: float, job: Job) -> None:
        self._planned += 1
        heapq.heappush(self._jobs, (due, self._planned, job))

    def _join(self, number: int) -> None:
        department = DEPARTMENTS[("billing", "delivery", "billing", "delivery", "vip")[number % 5]]
        before = time.perf_counter()
        entry_id = self._in_one(partial(self._joins, department, f"{self._name}-{number}"))
        print(json.dumps({"joined": entry_id, "took": time.perf_counter() - before}), flush=True)
        self._in_one(lambda _tx: None)  # The second look: an agent may have come beside us.

    def _joins(self, department: Department, number: str, tx: Connection) -> int:
        now = datetime.now(UTC)
        case_id = insert_row(tx, cases, number=number[-20:], language="ko", opened_at=now)
        return line.join(tx, case_id=case_id, department=department, now=now)

    def _accept(self, found: Assignment) -> None:
        def accepts(tx: Connection) -> None:
            hold_row(tx, cases, found.case_id)
            line.accepted(tx, found.entry_id, found.agent_id, datetime.now(UTC))

        self._in_one(accepts, look=False)
        self._plan(time.monotonic() + self._handle_seconds, partial(self._end, found))

    def _end(self, found: Assignment) -> None:
        def ends(tx: Connection) -> None:
            hold_row(tx, cases, found.case_id)
            line.finished(tx, found.entry_id, datetime.now(UTC))

        self._in_one(ends, look=False)
        self._plan(time.monotonic() + WRAP_SECONDS, partial(self._ready, found.agent_id))

    def _ready(self, agent_id: int) -> None:
        def is_ready(tx: Connection) -> None:
            now = datetime.now(UTC)
            move_agent(tx, agent_id, AgentState.READY, now=now, reason="done", expected=(AgentState.WRAP,))

        self._in_one(is_ready)
        self._in_one(lambda _tx: None)

    def _sweep(self) -> None:
        self._in_one(lambda _tx: None)
        with self._store.read() as tx:
            waiting = tx.execute(select(line_entries.c.id).where(line_entries.c.state == "waiting").limit(1)).first()
        if self._jobs or waiting is not None:
            self._plan(time.monotonic() + SWEEP_SECONDS, self._sweep)

    def _in_one(self, do: Callable[[Connection], int | None], *, look: bool = True) -> int:
        """One transaction: what is done, and whom it lets us match."""
        done, offered = self._transaction(do, look)
        for found in offered:
            self._plan(time.monotonic() + ACCEPT_SECONDS, partial(self._accept, found))
        return done or 0

    @again_when_collided
    def _transaction(
        self, do: Callable[[Connection], int | None], look: bool
    ) -> tuple[int | None, tuple[Assignment, ...]]:
        with self._store.write() as tx:
            return do(tx), match(tx, DEPARTMENTS, datetime.now(UTC)) if look else ()


if __name__ == "__main__":
    url, name, *figures = sys.argv[1:]
    joins_per_second, seconds, handle_seconds = map(float, figures)
    Worker(Store(url), name, handle_seconds).run(joins_per_second, seconds)
