"""Processes that belong together are started, started again, and never left behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from command.supervisor import NotReady, Supervisor, free_port

POLITE = """
import os, signal, sys
def leave(*_):
    with open("diary", "a") as diary: diary.write(f"{sys.argv[1]} leaves\\n")
    sys.exit()
signal.signal(signal.SIGTERM, leave)
with open("diary", "a") as diary: diary.write(f"{sys.argv[1]} comes\\n")
while True: signal.pause()
"""
STUBBORN = """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
open("diary", "a").write("stubborn comes\\n")
while True: signal.pause()
"""
BROKEN = "print('the model is missing'); raise SystemExit(3)"
FAMILY = """
import subprocess, sys
from pathlib import Path
from command.supervisor import Supervisor
with Supervisor(Path("log")) as supervisor:
    for name in ("first", "second"):
        supervisor.start(name, [sys.executable, "-c", Path("polite.py").read_text(), name], {})
    supervisor.wait()
"""
PATIENCE_SECONDS = 20


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


@pytest.fixture(autouse=True)
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def supervisor(workplace: Path, told: list[str]) -> Iterator[Supervisor]:
    with Supervisor(workplace / "log", say=told.append, stop_seconds=0.5) as supervisor:
        yield supervisor


def diary() -> list[str]:
    path = Path("diary")
    return path.read_text().splitlines() if path.exists() else []


def command(program: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", program, *arguments]


def test_the_last_to_come_is_the_first_to_leave(supervisor: Supervisor) -> None:
    for name in ("redis", "voice", "worker"):
        supervisor.start(name, command(POLITE, name), os.environ)
        until(lambda name=name: f"{name} comes" in diary())  # type: ignore[misc]

    supervisor.stop()

    assert diary()[3:] == ["worker leaves", "voice leaves", "redis leaves"]


def test_who_does_not_leave_when_asked_is_taken_down(supervisor: Supervisor) -> None:
    supervisor.start("stubborn", command(STUBBORN), os.environ)
    until(lambda: diary() == ["stubborn comes"])
    [child] = [child for child in psutil.Process().children() if STUBBORN in child.cmdline()]

    supervisor.stop()

    assert not child.is_running()


def test_a_killed_process_is_started_again(supervisor: Supervisor, told: list[str]) -> None:
    supervisor.start("worker", command(POLITE, "worker"), os.environ)
    until(lambda: diary() == ["worker comes"])

    supervisor.kill("worker")

    until(lambda: diary() == ["worker comes"] * 2)
    assert told == ["worker ended (SIGKILL) and is started again in 0.2 s"]


def test_a_process_that_keeps_ending_is_given_more_and_more_time(supervisor: Supervisor, told: list[str]) -> None:
    supervisor.start("worker", command("raise SystemExit(3)"), os.environ)

    until(lambda: len(told) == 3)

    assert told == [f"worker ended (exit status 3) and is started again in {wait} s" for wait in ("0.2", "1", "3")]


def test_one_that_does_not_come_up_is_told_with_the_end_of_its_log(supervisor: Supervisor) -> None:
    supervisor.start("media", command(BROKEN), os.environ, port=free_port())

    with pytest.raises(NotReady) as error:
        supervisor.wait_ready()

    assert str(error.value).splitlines()[0].startswith("media did not start; the end of ")
    assert "the model is missing" in str(error.value).splitlines()


def test_a_port_that_is_taken_is_told_before_anything_starts(supervisor: Supervisor) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(NotReady) as error:
            supervisor.start("voice", command(POLITE, "voice"), os.environ, port=port)

    assert str(error.value).startswith(f"voice: port {port} of 127.0.0.1 is taken by another program")
    assert diary() == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_however_the_supervisor_ends_its_processes_end_with_it(number: signal.Signals, workplace: Path) -> None:
    Path("polite.py").write_text(POLITE)
    with subprocess.Popen(command(FAMILY), cwd=workplace) as parent:
        until(lambda: sorted(diary()) == ["first comes", "second comes"])
        children = psutil.Process(parent.pid).children()

        parent.send_signal(number)

    _, left = psutil.wait_procs(children, timeout=PATIENCE_SECONDS)
    assert (len(children), left) == (2, [])
    assert sorted(diary()) == ["first comes", "first leaves", "second comes", "second leaves"]
    assert parent.returncode == (-signal.SIGKILL if number == signal.SIGKILL else 0)
