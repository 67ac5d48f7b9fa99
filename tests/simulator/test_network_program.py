"""The network as a program of its own."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.client import NetworkClient


@pytest.mark.parametrize(
    ("number", "command"),
    # Options alone are `serve`, as they were when there was no other command.
    [(signal.SIGTERM, ["serve"]), (signal.SIGINT, [])],
)
def test_the_program_says_where_it_listens_and_ends_when_told(
    tmp_path: Path, repo_root: Path, number: signal.Signals, command: list[str]
) -> None:
    events = tmp_path / "events.jsonl"
    options = ["--port", "0", "--voice-url", "http://127.0.0.1:1/answer", "--speed", "20", "--events", str(events)]
    command = [sys.executable, "-m", "simulator", *command, "--auth-token", "secret", *options]

    with subprocess.Popen(command, cwd=repo_root, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        line = program.stdout.readline()
        client = NetworkClient(line.removeprefix("listening on ").strip())
        sid = client.call("+821012345678")
        client.wait_for(lambda e: e["kind"] == "ended")
        program.send_signal(number)

    assert line.startswith("listening on http://127.0.0.1:")
    assert program.returncode == 0
    written = [json.loads(text) for text in events.read_text().splitlines()]
    # Nobody answers there: the network tries twice, tells the error, and the call ends.
    assert [e["kind"] for e in written if e["call"] == sid] == ["dialled", "answered", "error", "ended"]
