"""A PostgreSQL server of our own, which may be killed. It refuses to run as root, so root runs it as another user."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from command.supervisor import free_port

SERVICE_USERS = ("postgres", "nobody")
START_SECONDS = 20.0


def binary(name: str) -> str | None:
    """Where PostgreSQL's program is; None where it is not installed."""
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    return shutil.which(name) or next((str(place) for place in places), None)


class PostgresServer:
    """Use as a context. Started again by itself after `kill`."""

    def __init__(self) -> None:
        # Not below a folder of ours, which another user may not enter.
        self._folder = Path(tempfile.mkdtemp(prefix="chaos-postgresql-"))
        self._port = free_port()
        self._user = None if os.getuid() else _service_user()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://barocall@127.0.0.1:{self._port}/postgres"

    def __enter__(self) -> "PostgresServer":
        if self._user is not None:
            shutil.chown(self._folder, self._user)
        self._run(str(binary("initdb")), "-D", str(self._data), "-U", "barocall", "-A", "trust", "--no-sync")
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def kill(self) -> None:
        """SIGKILL; its children notice, and the next one recovers from the log. Returns when it answers again."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._start()

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _start(self) -> None:
        """Its orphans may hold the shared memory for a moment: then it ends at once, and is started again."""
        command = [str(binary("postgres")), "-D", str(self._data), "-p", str(self._port), "-k", "", "-h", "127.0.0.1"]
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            with (self._folder / "log").open("ab") as log:
                self._process = subprocess.Popen(command, stdout=log, stderr=log, user=self._user, cwd=self._folder)
            if self._answers(deadline):
                return
            time.sleep(0.2)
        raise TimeoutError(f"PostgreSQL did not start; see {self._folder / 'log'}")

    def _answers(self, deadline: float) -> bool:
        assert self._process is not None
        probe = [str(binary("pg_isready")), "-q", "-h", "127.0.0.1", "-p", str(self._port)]
        while self._process.poll() is None and time.monotonic() < deadline:
            if subprocess.run(probe, check=False).returncode == 0:
                return True
            time.sleep(0.05)
        return False

    def _run(self, *command: str) -> None:
        subprocess.run(command, check=True, user=self._user, cwd=self._folder, stdout=subprocess.DEVNULL)


def _service_user() -> str:
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in SERVICE_USERS if name in known)
