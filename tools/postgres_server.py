"""A PostgreSQL server of one's own, for tests and benchmarks: on a socket in a folder of its own, gone afterwards."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import psycopg
from sqlalchemy import make_url

from command.supervisor import free_port
from store.migrate import migrate

# Debian keeps the server out of PATH.
DEBIAN = Path("/usr/lib/postgresql")
# Whom the server may run as where the tests run as root: it refuses root.
SERVANTS = ("postgres", "nobody")
# Nothing in a test has to survive a power cut.
CARELESS = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
TEMPLATE = "migrated"
START_SECONDS = 60.0


class NoServer(Exception):
    """No PostgreSQL server is installed on this machine (Debian: apt-get install postgresql)."""


class PostgresServer:
    """Databases with the newest schema, copied from a template: a tenth of a second each."""

    def __init__(self, folder: Path, port: int) -> None:
        self._folder = folder
        self._port = port
        self._names = count()

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://barocall@/{database}?host={self._folder}&port={self._port}"

    def wait_until_up(self, process: "subprocess.Popen[bytes]") -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                return self._run("SELECT 1")
            except psycopg.OperationalError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise
            time.sleep(0.02)

    def cpu_seconds(self) -> float:
        """Of the server and of all connections that are over."""
        process = psutil.Process(int((self._folder / "data" / "postmaster.pid").read_text().split()[0]))
        of = [each.cpu_times() for each in (process, *process.children())]
        return sum(t.user + t.system + t.children_user + t.children_system for t in of)

    def prepare(self) -> None:
        self._run(f"CREATE DATABASE {TEMPLATE}")
        migrate(self.url(TEMPLATE))

    def new_database(self, template: str = TEMPLATE) -> str:
        """The URL of an empty database with the newest schema; with PostgreSQL's own template, without any."""
        name = f"test{next(self._names)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def drop(self, url: str) -> None:
        self._run(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def _run(self, statement: str) -> None:
        at = f"host={self._folder} port={self._port} user=barocall dbname=postgres"
        with psycopg.connect(at, autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]


@contextmanager
def postgres_server(*, careful: bool = False) -> Iterator[PostgresServer]:
    """`careful`: it writes to the disk as a server in earnest does. Raises NoServer."""
    initdb, postgres = _program("initdb"), _program("postgres")
    # A folder of its own under /tmp: pytest's own folders are closed to the user that the server runs as.
    with TemporaryDirectory(prefix="barocall-postgres-") as folder:
        servant = _servant(Path(folder))
        data, port = f"{folder}/data", free_port()
        make = [initdb, "-D", data, "-A", "trust", "-U", "barocall", "-E", "UTF8", "--no-locale", "-N"]
        subprocess.run([*servant, *make], check=True, capture_output=True, cwd=folder)
        options = f"-p {port} -k {folder} -c listen_addresses= -c max_connections=200 {'' if careful else CARELESS}"
        serve = [*servant, *_dies_with_us(), postgres, "-D", data, *options.split()]
        with Path(folder, "log").open("w") as log, subprocess.Popen(serve, stderr=log, cwd=folder) as process:
            try:
                server = PostgresServer(Path(folder), port)
                server.wait_until_up(process)
                server.prepare()
                yield server
            finally:
                process.send_signal(signal.SIGQUIT)


def _servant(folder: Path) -> list[str]:
    """How a command is put to run as somebody else, who then owns the folder; nothing where we are not root."""
    if os.geteuid() != 0:
        return []
    for name in SERVANTS if shutil.which("setpriv") else ():
        try:
            shutil.chown(folder, name)
        except LookupError:
            continue
        return ["setpriv", f"--reuid={name}", "--regid=nogroup", "--clear-groups"]
    raise NoServer(f"PostgreSQL refuses root, and there is no setpriv, or no user {' or '.join(SERVANTS)}")


def _dies_with_us() -> list[str]:
    """A run that is killed leaves no server behind, where Linux can see to it."""
    return ["setpriv", "--pdeathsig", "QUIT"] if shutil.which("setpriv") else []


def _program(name: str) -> str:
    newest = sorted(DEBIAN.glob(f"*/bin/{name}"), reverse=True)
    found = shutil.which(name) or next(map(str, newest), None)
    if found is None:
        raise NoServer(f"{name} is not installed")
    return found
