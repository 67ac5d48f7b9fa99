"""The stand-in phone network in stepped time: many calls at once, against a small application on the other core."""

import statistics
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from pathlib import Path
from typing import Any

import psutil

from command.supervisor import Supervisor, free_port
from simulator.config import NetworkConfig
from simulator.network import PhoneNetwork
from simulator.people import Person

CALLS = 200
RUNS = 3
TALK_SECONDS = 300
TIMES_REAL_LIMIT = 20
Event = dict[str, Any]


@dataclass(frozen=True)
class Run:
    real_seconds: float
    network_seconds: float
    events: list[Event]
    memory_mib: float

    @property
    def call_minutes(self) -> float:
        began = {e["call"]: e["at"] for e in self.events if e["kind"] == "answered"}
        ended = {e["call"]: e["at"] for e in self.events if e["kind"] == "ended"}
        lengths = (datetime.fromisoformat(ended[sid]) - datetime.fromisoformat(at) for sid, at in began.items())
        return sum(length.total_seconds() for length in lengths) / 60

    @property
    def at_once(self) -> int:
        changes = {"answered": 1, "ended": -1}
        return max(accumulate(changes.get(e["kind"], 0) for e in self.events))

    @property
    def webhooks(self) -> int:
        return sum(e["kind"] == "webhook" for e in self.events)


def main() -> int:
    """Prints a table; exit status 0 when all calls were there at once, each run was the same, and time flew."""
    with tempfile.TemporaryDirectory() as folder, Supervisor(Path(folder) / "log") as supervisor:
        port = free_port()
        gunicorn = [str(Path(sys.executable).parent / "gunicorn"), "--worker-class", "gthread", "--threads", "8"]
        bound = ["--bind", f"127.0.0.1:{port}", "benchmarks.waiting_room:app"]
        supervisor.start("application", [*gunicorn, *bound], {}, port=port)
        supervisor.wait_ready()
        runs = [_run(f"http://127.0.0.1:{port}") for _ in range(RUNS)]
    return _report(runs)


def _run(url: str) -> Run:
    config = NetworkConfig(
        account_sid="AC" + "0" * 32,
        auth_token="secret",  # noqa: S106 -- signs nothing outside this machine
        number="+82215550100",
        voice_url=f"{url}/answer",
        status_url=f"{url}/status",
        time="stepped",
    )
    network, began = PhoneNetwork(config), time.perf_counter()
    network.start()
    for person in _people():
        network.dial_in(person)
        network.advance(0.5)
    # All are in line by now; the last pair has met, and leaves when it has talked.
    network.advance(2 * TALK_SECONDS)
    took_seconds = time.perf_counter() - began
    memory_mib = psutil.Process().memory_info().rss / 2**20
    seconds, events = network.elapsed_seconds(), network.events.after(0, 0)
    network.close()
    return Run(took_seconds, seconds, events, memory_mib)


def _people() -> Iterable[Person]:
    """First one of each pair, who waits, then the other."""
    talk: list[dict[str, Any]] = [
        {"waits_to_talk": True, "within_seconds": 600},
        {"waits_seconds": TALK_SECONDS},
        {"hangs_up": True},
    ]
    steps: list[dict[str, Any]] = [{"waits_for": "press a key"}, {"presses": "1"}, *talk]
    for last_digit in "01":
        for pair in range(CALLS // 2):
            yield Person(f"+821012{pair:05}{last_digit}", steps=steps)


def _report(runs: list[Run]) -> int:
    for run in runs:
        print(
            f"{run.at_once} calls at once, {run.call_minutes:.0f} call-minutes and {run.webhooks} webhooks"
            f" in {run.real_seconds:.1f} s: {run.call_minutes / run.real_seconds:.0f} call-minutes a second,"
            f" {run.network_seconds / run.real_seconds:.0f} × real time,"
            f" {run.real_seconds / run.webhooks * 1000:.1f} ms a webhook; {run.memory_mib:.0f} MiB"
        )
    times_real = statistics.median(run.network_seconds / run.real_seconds for run in runs)
    same = all(run.events == runs[0].events for run in runs)
    all_there = all(run.at_once == CALLS for run in runs)
    print(f"the same events in each run: {'yes' if same else 'NO'}; {CALLS} at once: {'yes' if all_there else 'NO'}")
    holds = times_real >= TIMES_REAL_LIMIT
    print(f"limit: at least {TIMES_REAL_LIMIT} × real time with {CALLS} calls: {'holds' if holds else 'MISSED'}")
    return 0 if holds and same and all_there else 1
