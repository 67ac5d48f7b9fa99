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
    # Nobody answers there: the network tries twice, tells the error, apologises, and the call ends.
    assert [e["kind"] for e in written if e["call"] == sid] == [
        "dialled",
        "error",
        "answered",
        "said_by_app",
        "ended",
    ]


def test_two_runs_in_stepped_time_write_the_same_events(tmp_path: Path, repo_root: Path) -> None:
    one, other, seeded = tmp_path / "one.jsonl", tmp_path / "other.jsonl", tmp_path / "seeded.jsonl"

    for events, seed in ((one, "0"), (other, "0"), (seeded, "1")):
        _an_hour_from_new_years_eve(repo_root, events, seed)

    assert one.read_bytes() == other.read_bytes()
    assert one.read_bytes() != seeded.read_bytes()
    written = [json.loads(text) for text in one.read_text().splitlines()]
    assert [(e["kind"], e["at"]) for e in written] == [
        ("dialled", "2027-12-31T23:30:00+00:00"),
        ("error", "2027-12-31T23:30:00+00:00"),
        ("answered", "2027-12-31T23:30:00+00:00"),
        ("said_by_app", "2027-12-31T23:30:00+00:00"),
        # When the apology is over.
        ("ended", "2027-12-31T23:30:03.585714+00:00"),
    ]


def _an_hour_from_new_years_eve(repo_root: Path, events: Path, seed: str) -> None:
    address = ["--port", "0", "--voice-url", "http://127.0.0.1:1/answer", "--events", str(events)]
    stepped = ["--time", "stepped", "--start", "2027-12-31T23:30:00", "--seed", seed]
    command = [sys.executable, "-m", "simulator", "--auth-token", "secret", *address, *stepped]
    with subprocess.Popen(command, cwd=repo_root, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        client = NetworkClient(program.stdout.readline().removeprefix("listening on ").strip())
        client.call("+821012345678")
        assert client.advance(3600).isoformat() == "2028-01-01T00:30:00+00:00"
        program.send_signal(signal.SIGTERM)
