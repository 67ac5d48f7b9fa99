"""Several processes bring callers and agents together, and one is killed in the middle: nobody is doubled or lost."""

import json
import subprocess
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from benchmarks.line import come_to_work, joined_in, served, start
from callbacks import reach
from callbacks.retries import CallbackRules
from callqueue import agents, line
from callqueue.agents import AgentState
from callqueue.events import Kind
from command.line_log import read_all
from store.database import Store
from store.tables import agents as agent_rows

RULES = CallbackRules(ZoneInfo("Asia/Seoul"))
HANDLE_SECONDS = 0.15


def test_nobody_is_doubled_or_lost_when_a_process_is_killed(store: Store) -> None:
    come_to_work(store, 12)
    workers = [start(store, f"w{n}", 8, 3, HANDLE_SECONDS) for n in range(3)]

    told = _joins_until_killed(workers[0], after=6)
    told += joined_in(json.loads(row) for worker in workers[1:] for row in worker.communicate()[0].splitlines())
    lost = _repair(store)
    last = start(store, "last", 0, 0, HANDLE_SECONDS)
    last.communicate()
    assert [worker.returncode for worker in (*workers[1:], last)] == [0, 0, 0]

    log = list(read_all(store))
    joined = sorted(event.caller or 0 for event in log if event.kind == Kind.JOIN)
    assert served(log) == joined
    assert set(told) <= set(joined)
    assert lost > 0, "the kill hit nothing: no caller was in that process's hands"


def test_a_log_that_tells_of_a_doubled_caller_is_seen(sqlite_store: Store) -> None:
    """The check itself can fail."""
    come_to_work(sqlite_store, 2)
    start(sqlite_store, "w", 2, 1, HANDLE_SECONDS).communicate()
    log = list(read_all(sqlite_store))
    connect = next(event for event in log if event.kind == Kind.CONNECT)

    with pytest.raises(AssertionError, match="was connected twice"):
        served([*log, connect])


def _joins_until_killed(worker: "subprocess.Popen[str]", after: int) -> list[int]:
    """SIGKILL in the middle of its work; what it had told by then is committed."""
    assert worker.stdout
    told = [json.loads(worker.stdout.readline())["joined"] for _ in range(after)]
    worker.kill()
    rest, _ = worker.communicate()
    return told + joined_in(json.loads(row) for row in rest.splitlines() if row.endswith("}"))


def _repair(store: Store) -> int:
    """What the sweep does about agents who have vanished, and the agents' own return; how many had a caller."""
    now = datetime.now(UTC)
    with store.write() as tx:
        stranded = line.stranded(tx, since=now)
        for entry in stranded:
            reach.agent_vanished(tx, entry, RULES, now)
        agents.end_long_wraps(tx, limit=timedelta(0), now=now)
        aside = select(agent_rows.c.id).where(agent_rows.c.state == AgentState.PAUSE.value)
        for agent_id in tx.execute(aside).scalars().all():
            agents.move_agent(tx, agent_id, AgentState.READY, now=now, reason="back")
    return len(stranded)
