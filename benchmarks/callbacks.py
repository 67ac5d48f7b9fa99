"""Promises by the thousand: how late one is dialled that falls due, and what a round of the sweep costs.

Pacing apart: a leg counts as dialled when it is planned in SQL, from where the account's pace alone decides.
"""

import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psutil
from redis import Redis
from sqlalchemy import insert, select

from callbacks.dialling import Dialling
from callbacks.jobs import FakeJobs, JobQueue, Work, run_worker
from callbacks.retries import CallbackRules
from callbacks.sweep import Sweep
from callqueue.agents import AgentState, add_agent, move_agent
from callqueue.department import Department
from carrier.fake import FakeCarrier
from carrier.pacer import Pacer
from command.supervisor import Supervisor, free_port, redis_command
from store.database import Store
from store.migrate import migrate
from store.tables import callbacks, calls, cases, line_entries

PENDING, FALLING_DUE, WITHIN_SECONDS = 10_000, 300, 60.0
LATENESS_LIMIT_SECONDS = 2.0
MANY, OVERDUE, ROUNDS = 100_000, 2_000, 5
SWEEP_LIMIT_SECONDS = 5.0
MEMORY_LIMIT_MIB = 300.0
CHUNK = 5_000
DELIVERY = Department(id="delivery", name="배송", skills=("delivery",))
RULES = CallbackRules(ZoneInfo("Asia/Seoul"), quiet_from=None, quiet_until=None)


def main() -> int:
    """Prints a table; exit status 0 when the limits hold."""
    with tempfile.TemporaryDirectory() as folder:
        late = _lateness(Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        rounds, grown_mib = _sweeps(Path(folder))
    percentiles = statistics.quantiles(late, n=100)
    print(
        f"{PENDING:,} promises pending, {len(late)} of them fall due within {WITHIN_SECONDS:g} s (SQLite, one worker)"
    )
    print(f"  dialled late by   p50 {percentiles[49]:.2f} s   p99 {percentiles[98]:.2f} s   at most {max(late):.2f} s")
    print(f"{MANY:,} promises pending, {OVERDUE:,} of them overdue while nobody is free")
    print(f"  a round of the sweep   median {statistics.median(rounds):.2f} s   longest {max(rounds):.2f} s")
    print(f"  memory grown by {grown_mib:.0f} MiB")
    fast = percentiles[98] <= LATENESS_LIMIT_SECONDS and min(late) >= 0 and len(late) == FALLING_DUE
    return 0 if fast and max(rounds) <= SWEEP_LIMIT_SECONDS and grown_mib <= MEMORY_LIMIT_MIB else 1


# How late


def _lateness(folder: Path) -> list[float]:
    """Real Redis, worker, RQ's scheduler and sweep, each in its own process."""
    url, port = f"sqlite:///{folder / 'bench.sqlite3'}", free_port()
    migrate(url)
    store, dice, start = Store(url), random.Random(1), datetime.now(UTC) + timedelta(seconds=25)
    due = [start + timedelta(seconds=dice.uniform(0, WITHIN_SECONDS)) for _ in range(FALLING_DUE)]
    later = [start + timedelta(seconds=dice.uniform(3600, 86_400)) for _ in range(PENDING - FALLING_DUE)]
    _hire(store, FALLING_DUE)
    with _processes(folder, url, port) as redis:
        _promise(store, [*due, *later])
        jobs = JobQueue(redis)
        for number, due_at in enumerate([*due, *later], start=1):
            jobs.keep(number, generation=0, due_at=due_at)
        time.sleep(max((start - datetime.now(UTC)).total_seconds(), 0) + WITHIN_SECONDS + 10)
    planned = select(callbacks.c.due_at, calls.c.created_at).join(
        line_entries, line_entries.c.callback_id == callbacks.c.id
    )
    with store.read() as tx:
        rows = tx.execute(planned.join(calls, calls.c.entry_id == line_entries.c.id)).all()
    store.close()
    return [(row.created_at - row.due_at).total_seconds() for row in rows]


@contextmanager
def _processes(folder: Path, url: str, port: int) -> Iterator[Redis]:
    with Supervisor(folder / "log") as supervisor:
        environ = dict(os.environ)
        supervisor.start("redis", redis_command(port, folder / "redis"), environ, port=port)
        supervisor.wait_ready()
        for part in ("worker", "sweep"):
            command = [sys.executable, "-m", "benchmarks.callbacks", part, url, f"redis://127.0.0.1:{port}/0"]
            supervisor.start(part, command, environ)
        with Redis(port=port) as redis:
            yield redis


class _Mute:
    """No texts are measured here."""

    def send_text(self, text_id: int) -> None:
        return


def _part(part: str, url: str, redis_url: str) -> None:
    """A process of the benchmark: the product's own, but for a carrier that takes every order at once."""
    redis = Redis.from_url(redis_url)

    def worksite() -> Dialling:
        return _dialling(Store(url), jobs=JobQueue(redis), pacer=Pacer(redis, calls_per_second=1000))

    if part == "worker":
        run_worker(lambda: Work(worksite(), _Mute()), redis)
    else:
        Sweep(worksite(), wrap_limit=timedelta(seconds=60)).run_until_stopped()


# What a round costs


def _sweeps(folder: Path) -> tuple[list[float], float]:
    """(seconds of each round, MiB by which the process has grown)."""
    url = f"sqlite:///{folder / 'bench.sqlite3'}"
    migrate(url)
    store, now, dice = Store(url), datetime.now(UTC), random.Random(2)
    overdue = [now - timedelta(seconds=dice.uniform(0, 3600)) for _ in range(OVERDUE)]
    later = [now + timedelta(seconds=dice.uniform(0, 86_400)) for _ in range(MANY - OVERDUE)]
    _promise(store, [*overdue, *later])
    dialling = replace(_dialling(store, jobs=FakeJobs(), pacer=_NoPacer()), clock=lambda: datetime.now(UTC))
    sweep = Sweep(dialling, wrap_limit=timedelta(seconds=60))
    process, rounds = psutil.Process(), []
    before = process.memory_info().rss
    for number in range(ROUNDS):
        if number == ROUNDS - 2:
            _hire(store, 10)  # From here on callers are matched as well.
        began = time.perf_counter()
        sweep.once()
        rounds.append(time.perf_counter() - began)
    grown = process.memory_info().rss - before
    store.close()
    return rounds, grown / 2**20


class _NoPacer:
    def wait_turn(self, urgency: object) -> None: ...


def _dialling(store: Store, *, jobs: JobQueue | FakeJobs, pacer: Pacer | _NoPacer) -> Dialling:
    return Dialling(
        store=store,
        carrier=FakeCarrier(now=datetime.now(UTC)),
        pacer=pacer,
        jobs=jobs,
        departments=lambda _tx: {"delivery": DELIVERY},
        rules=RULES,
        phone_number="+82215550100",
        ring_seconds=20,
        clock=lambda: datetime.now(UTC),
    )


def _hire(store: Store, count: int) -> None:
    now = datetime.now(UTC)
    with store.write() as tx:
        for number in range(count):
            agent = add_agent(tx, name=f"{number}", phone=f"+8210900{number:05}", skills=["delivery"], now=now)
            move_agent(tx, agent, AgentState.READY, now=now, reason="comes to work")


def _promise(store: Store, due: Iterable[datetime]) -> None:
    """Rows as `callbacks.promises.promise` writes them, a few thousand at a time."""
    now, due_at = datetime.now(UTC) - timedelta(hours=2), list(due)
    for first in range(0, len(due_at), CHUNK):
        numbers = range(first + 1, min(first + CHUNK, len(due_at)) + 1)
        people = [f"+8210{number:08}" for number in numbers]
        matter = {"language": "ko", "department": "delivery"}
        with store.write() as tx:
            opened = [
                {"id": n, "number": p, "language": "ko", "opened_at": now} for n, p in zip(numbers, people, strict=True)
            ]
            tx.execute(insert(cases), opened)
            tx.execute(
                insert(calls),
                [
                    {"purpose": "caller", "case_id": n, "from_number": p, "to_number": "+82215550100", **matter}
                    | {"state": "ended", "state_data": {}, "stream_token": "past", "status": "completed"}
                    | {"created_at": now, "ended_at": now}
                    for n, p in zip(numbers, people, strict=True)
                ],
            )
            tx.execute(
                insert(callbacks),
                [
                    {"id": n, "case_id": n, "number": p, "state": "promised", "promised_at": now, **matter}
                    | {"due_at": due_at[n - 1]}
                    for n, p in zip(numbers, people, strict=True)
                ],
            )
            tx.execute(
                insert(line_entries),
                [
                    {"case_id": n, "callback_id": n, "department": "delivery", "joined_at": now, "state": "waiting"}
                    | {"not_before": due_at[n - 1]}
                    for n in numbers
                ],
            )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _part(*sys.argv[1:])
    else:
        sys.exit(main())
