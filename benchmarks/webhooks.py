"""Voice webhooks against the floor, interleaved in one run: block by block the machine's mood hits both alike."""

import http.client
import os
import statistics
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

from callqueue.agents import AgentState, add_agent, move_agent
from command.stage import ACCOUNT_SID, AUTH_TOKEN, PHONE_NUMBER, open_at_any_hour
from command.supervisor import Supervisor, barocall, free_port, redis_command
from simulator.webhooks import sign
from store.database import Store
from store.migrate import migrate

CONNECTIONS = 2
ROUNDS = 12
CALLS_A_BLOCK = 20
MEDIAN_LIMIT, P99_LIMIT = 2.5, 3.0
# One call's webhooks: answered, silent once, a key to a department with a line, held twice, asked once, hung up.
STORY: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("answer", "/voice/answer", {"CallStatus": "ringing"}),
    ("silence", "/voice/silence?step=0", {}),
    ("key", "/voice/key?step=1", {"Digits": "2"}),
    ("hold", "/voice/silence?step=2", {}),
    ("hold", "/voice/silence?step=3", {}),
    ("now", "/voice/now", {}),
    ("status", "/voice/status", {"CallStatus": "completed"}),
)
_sids = count(1)


@dataclass
class Target:
    name: str
    port: int
    public_url: str


def main() -> int:
    """Prints a table; exit status 0 when both limits hold."""
    with tempfile.TemporaryDirectory() as folder, Supervisor(Path(folder) / "log") as supervisor:
        targets = _serve(supervisor, Path(folder))
        for target in targets:
            _block(target)  # Warm: menus parsed, statements compiled.
        took: dict[str, dict[str, list[float]]] = {target.name: defaultdict(list) for target in targets}
        for _ in range(ROUNDS):
            for target in targets:
                for webhook, milliseconds in _block(target):
                    took[target.name][webhook].append(milliseconds)
    return _report(took)


def _serve(supervisor: Supervisor, folder: Path) -> list[Target]:
    ports = {name: free_port() for name in ("redis", "bare", "barocall")}
    menu = open_at_any_hour(Path("menus.yaml").read_text(encoding="utf-8"))
    (folder / "menus.yaml").write_text(menu.replace("callback: {above_minutes: 3}", "callback: never"), "utf-8")
    environ = {
        **os.environ,
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "PHONE_NUMBER": PHONE_NUMBER,
        "DATABASE_URL": f"sqlite:///{folder}/barocall.sqlite3",
        "REDIS_URL": f"redis://127.0.0.1:{ports['redis']}/0",
        "MENU_FILE": str(folder / "menus.yaml"),
        "VOICE_PORT": str(ports["barocall"]),
    }
    migrate(environ["DATABASE_URL"])
    _busy_agent(environ["DATABASE_URL"])
    supervisor.start("redis", redis_command(ports["redis"], folder / "redis"), environ, port=ports["redis"])
    targets = [Target(name, ports[name], f"http://127.0.0.1:{ports[name]}") for name in ("bare", "barocall")]
    gunicorn = str(Path(sys.executable).parent / "gunicorn")
    like_ours = ["--worker-class", "gthread", "--workers", "2", "--threads", "8"]
    bare = [gunicorn, *like_ours, "--bind", f"127.0.0.1:{ports['bare']}", "benchmarks.bare:app"]
    commands = {"bare": bare, "barocall": barocall("serve", "voice")}
    for target in targets:
        own = {**environ, "PUBLIC_URL": target.public_url}
        supervisor.start(target.name, commands[target.name], own, port=target.port, healthz=True)
    supervisor.wait_ready()
    return targets


def _busy_agent(database_url: str) -> None:
    """At work but in conversation: every caller is held, with an estimate."""
    store, now = Store(database_url), datetime.now(UTC)
    with store.write() as tx:
        agent_id = add_agent(tx, name="busy", phone="+821090000001", skills=["delivery"], now=now)
        for state in (AgentState.READY, AgentState.RINGING, AgentState.TALK):
            move_agent(tx, agent_id, state, now=now, reason="benchmark")
    store.close()


def _block(target: Target) -> list[tuple[str, float]]:
    """(webhook, milliseconds) of a block of calls over all connections."""
    results: list[tuple[str, float]] = []
    threads = [threading.Thread(target=lambda: results.extend(_calls(target))) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def _calls(target: Target) -> Iterator[tuple[str, float]]:
    connection = http.client.HTTPConnection("127.0.0.1", target.port)
    for _ in range(CALLS_A_BLOCK):
        sid = f"CA{next(_sids):032x}"
        for webhook, path, fields in STORY:
            body, headers = _signed(target, path, sid, fields)
            began = time.perf_counter()
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            answer.read()
            took_ms = (time.perf_counter() - began) * 1000
            if answer.status != 200:
                raise RuntimeError(f"{target.name} {path}: HTTP {answer.status}")
            yield webhook, took_ms
    connection.close()


def _signed(target: Target, path: str, sid: str, fields: dict[str, str]) -> tuple[str, dict[str, str]]:
    form = {
        "AccountSid": ACCOUNT_SID,
        "ApiVersion": "2010-04-01",
        "CallSid": sid,
        "CallStatus": "in-progress",
        "Direction": "inbound",
        "From": "+821012345678",
        "Caller": "+821012345678",
        "To": PHONE_NUMBER,
        "Called": PHONE_NUMBER,
        **fields,
    }
    signature = sign(AUTH_TOKEN, target.public_url + path, form)
    content = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature}
    return urlencode(form), content


def _report(took: dict[str, dict[str, list[float]]]) -> int:
    everything = {name: [ms for one in webhooks.values() for ms in one] for name, webhooks in took.items()}
    floor, ours = everything["bare"], everything["barocall"]
    print(f"{'webhook':<10} {'n':>6} {'median ms':>10} {'p99 ms':>8} {'× floor median':>15} {'× floor p99':>12}")
    print(_row("floor", floor, floor))
    for webhook, values in took["barocall"].items():
        print(_row(webhook, values, floor))
    print(_row("all", ours, floor))
    median, p99 = statistics.median(ours) / statistics.median(floor), _p99(ours) / _p99(floor)
    holds = median <= MEDIAN_LIMIT and p99 <= P99_LIMIT
    verdict = "hold" if holds else "MISSED"
    print(f"limits at {CONNECTIONS} connections: median ≤ {MEDIAN_LIMIT} ×, p99 ≤ {P99_LIMIT} ×: {verdict}")
    return 0 if holds else 1


def _row(name: str, values: list[float], floor: list[float]) -> str:
    median, p99 = statistics.median(values), _p99(values)
    ratios = f"{median / statistics.median(floor):>15.2f} {p99 / _p99(floor):>12.2f}"
    return f"{name:<10} {len(values):>6} {median:>10.2f} {p99:>8.2f} {ratios}"


def _p99(values: list[float]) -> float:
    return statistics.quantiles(values, n=100)[98]


if __name__ == "__main__":
    raise SystemExit(main())
