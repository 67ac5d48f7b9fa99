"""`barocall wait export`: the log of a site as others can replay it."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from callqueue import agents
from callqueue.agents import AgentState
from command.line_log import standing_first
from ivr.catalogue import publish
from store.database import Store

NOW = datetime(2026, 11, 25, 5, tzinfo=UTC)
T = NOW.timestamp()
BAROCALL = str(Path(sys.executable).parent / "barocall")


def export(store: Store, *arguments: str) -> list[dict[str, Any]]:
    settings = {
        "PUBLIC_URL": "http://127.0.0.1:1",
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "secret",
        "PHONE_NUMBER": "+82215550100",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "DATABASE_URL": store.engine.url.render_as_string(hide_password=False),
        "TZ": "UTC",
    }
    command = [BAROCALL, "wait", "export", *arguments]
    done = subprocess.run(command, env={**os.environ, **settings}, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_log_is_written_with_what_the_menu_expects_before_it(store: Store, repo_root: Path) -> None:
    with store.write() as tx:
        menu = (repo_root / "menus.yaml").read_text(encoding="utf-8")
        publish(tx, menu, "menus.yaml", by="test", now=NOW)
        agent_id = agents.add_agent(tx, name="지우", phone="+8210", skills=["billing"], now=NOW)
        agents.move_agent(tx, agent_id, AgentState.READY, now=NOW + timedelta(hours=1), reason="test")

    told = export(store)

    assert {"t": T, "type": "department", "department": "billing", "handle_time": 300.0} in told
    assert [line for line in told if line["type"] == "agent"] == [
        {"t": T, "type": "agent", "agent": agent_id, "state": "off", "departments": ["billing", "cancel"]},
        {"t": T + 3600, "type": "agent", "agent": agent_id, "state": "ready", "departments": ["billing", "cancel"]},
    ]
    assert [line["state"] for line in export(store, "--since", "2026-11-25T06:00:00") if "state" in line] == [
        "off",
        "ready",
    ]


def test_an_empty_log_is_no_line(store: Store) -> None:
    assert export(store) == []


def said(seconds: float, kind: str, **who: int) -> dict[str, Any]:
    return {"t": seconds, "type": kind, **who}


def test_a_log_from_the_middle_begins_with_what_stood_then() -> None:
    off, ready = said(1, "agent", agent=1, state=0), said(2, "agent", agent=1, state=1)
    served = [said(3, "join", caller=1), said(4, "connect", caller=1, agent=1), said(8, "end", caller=1, agent=1)]
    waiting = [said(5, "join", caller=2), said(6, "promise", caller=2)]
    after = [said(10, "join", caller=3), said(11, "leave", caller=2)]
    lines = [off, ready, *served[:2], *waiting, served[2], *after]

    assert list(standing_first(iter(lines), since=10)) == [ready, *waiting, *after]
    assert list(standing_first(iter(lines), since=7)) == [ready, *served[:2], *waiting, served[2], *after]
    assert list(standing_first(iter(lines), since=99)) == [ready, said(10, "join", caller=3)]
