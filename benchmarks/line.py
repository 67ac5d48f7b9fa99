"""How many callers a second join, are matched and served by eight processes on PostgreSQL, and what it takes.

    python -m benchmarks.line [--joins 200] [--seconds 30]

The server writes to the disk in earnest. Afterwards the log of the line is read as a whole: every caller who joined was
served once, no agent had two at a time.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median, quantiles
from typing import Any

from callqueue import agents
from callqueue.agents import AgentState
from callqueue.events import Kind, LineEvent
from command.line_log import read_all
from store.database import Store
from tools.postgres_server import NoServer, PostgresServer, postgres_server

PROCESSES = 8
AGENTS = 120
HANDLE_SECONDS = 0.3
SKILLS = ("billing", "delivery", "general", "vip")
JOINS_LIMIT = 0.98
"""Of the joins that are asked for: less, and the processes could not keep up."""


ACCEPT_LIMIT_MS = 1000.0
"""Agents are enough for all: who waits longer waits for the processes."""


class CallersLeft(Exception):
    """A minute after the last one joined, callers still waited: the line grows without end."""


@dataclass(frozen=True)
class Figures:
    joins_per_second: float
    join_ms: tuple[float, float]
    """Median and 99 %: the caller's place and their match are committed."""
    accept_ms: tuple[float, float]
    """From joining to the agent's accept, an agent being free."""
    cpu_ms: tuple[float, float]
    """Of our processes and of PostgreSQL, for a caller from joining to the agent being ready again."""


def main(arguments: Sequence[str] = ()) -> int:
    """How many limits were missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--joins", type=float, default=200.0, help="a second, of all processes together")
    parser.add_argument("--seconds", type=float, default=30.0)
    given = parser.parse_args(arguments)
    try:
        with postgres_server(careful=True) as server:
            found = measure(server, given.joins, given.seconds)
    except NoServer as missing:
        print(f"skipped: {missing}")
        return 0
    except CallersLeft:
        print(f"{PROCESSES} processes: MISSED, {given.joins:.0f} joins a second are more than these cores serve")
        return 1
    print(f"{PROCESSES} processes, {AGENTS} agents: {found.joins_per_second:.0f} joins a second")
    print("join and match committed: median {:.1f} ms, p99 {:.1f} ms".format(*found.join_ms))
    print("joined until accepted:    median {:.1f} ms, p99 {:.1f} ms".format(*found.accept_ms))
    print("processor time a caller:  ours {:.1f} ms, PostgreSQL's {:.1f} ms".format(*found.cpu_ms))
    kept_up = found.joins_per_second >= JOINS_LIMIT * given.joins and found.accept_ms[1] <= ACCEPT_LIMIT_MS
    print(
        f"limit: nobody lost, nobody doubled, p99 accepted within {ACCEPT_LIMIT_MS / 1000:.0f} s:",
        "kept" if kept_up else "MISSED",
    )
    return int(not kept_up)


def measure(server: PostgresServer, joins: float, seconds: float) -> Figures:
    store = Store(server.new_database())
    come_to_work(store, AGENTS)
    before = server.cpu_seconds()
    workers = [start(store, f"w{n}", joins / PROCESSES, seconds, HANDLE_SECONDS) for n in range(PROCESSES)]
    told = [json.loads(row) for worker in workers for row in worker.communicate()[0].splitlines()]
    if any(worker.returncode for worker in workers):
        raise CallersLeft
    theirs = server.cpu_seconds() - before
    log = list(read_all(store))
    store.close()
    callers = served(log)
    assert callers == joined_in(told)
    ours = sum(row.get("cpu_seconds", 0.0) for row in told)
    return Figures(
        joins_per_second=_rate([event.at for event in log if event.kind == Kind.JOIN]),
        join_ms=_ms([row["took"] for row in told if "took" in row]),
        accept_ms=_ms(waits(log)),
        cpu_ms=(1000 * ours / len(callers), 1000 * theirs / len(callers)),
    )


def joined_in(told: Iterable[dict[str, Any]]) -> list[int]:
    """The callers of whom workers told."""
    return sorted(row["joined"] for row in told if "joined" in row)


def come_to_work(store: Store, count: int) -> None:
    now = datetime.now(UTC)
    for number in range(count):
        skills = {SKILLS[number % 4]: 1 + number % 9, SKILLS[(number + 1) % 4]: 5}
        with store.write() as tx:
            agent_id = agents.add_agent(tx, name=f"a{number}", phone=f"+82109{number:07d}", skills=skills, now=now)
            agents.move_agent(tx, agent_id, AgentState.READY, now=now, reason="comes to work")
    with store.write() as tx:
        # As a server does by itself within a minute.
        for table in ("agents", "agent_skills"):
            tx.exec_driver_sql(f"ANALYZE {table}")


def start(
    store: Store, name: str, joins_per_second: float, seconds: float, handle_seconds: float
) -> "subprocess.Popen[str]":
    figures = [str(figure) for figure in (joins_per_second, seconds, handle_seconds)]
    command = [sys.executable, "-m", "benchmarks.line_worker", store.url, name, *figures]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def served(log: Sequence[LineEvent]) -> list[int]:
    """Every caller who was served. Asserts that the log tells a line in which nobody was doubled."""
    talking: dict[int, int] = {}
    waiting: set[int] = set()
    over: list[int] = []
    for event in log:
        caller, agent = event.caller or 0, event.agent or 0
        match event.kind:
            case Kind.JOIN:
                assert caller not in waiting and caller not in over, f"{caller} joined twice"
                waiting.add(caller)
            case Kind.CONNECT:
                assert caller in waiting, f"{caller} was connected twice, or before joining"
                assert agent not in talking, f"{agent} talks with {talking[agent]} and {caller}"
                waiting.remove(caller)
                talking[agent] = caller
            case Kind.END:
                assert talking.pop(agent) == caller, f"{agent} did not talk with {caller}"
                over.append(caller)
    assert (waiting, talking) == (set(), {}), "callers were left"
    return sorted(over)


def waits(log: Sequence[LineEvent]) -> list[float]:
    """Seconds from joining to connecting."""
    joined = {event.caller: event.at for event in log if event.kind == Kind.JOIN}
    return [(e.at - joined[e.caller]).total_seconds() for e in log if e.kind == Kind.CONNECT]


def _rate(joined: Sequence[datetime]) -> float:
    """Joins a second in the middle of the run: processes take a while to start, one after the other."""
    fifth = len(joined) // 5
    middle = sorted(joined)[fifth:-fifth]
    return (len(middle) - 1) / (middle[-1] - middle[0]).total_seconds()


def _ms(seconds: Sequence[float]) -> tuple[float, float]:
    return 1000 * median(seconds), 1000 * quantiles(seconds, n=100)[-1]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
