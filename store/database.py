"""Sessions: `read()` and `write()` are the only two ways to the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, make_url
from sqlalchemy.exc import OperationalError

# A writer behind a hundred others still gets its turn; a caller would have given up on the silence before.
BUSY_TIMEOUT_SECONDS = 10


class DatabaseAway(Exception):
    """The database did not answer. Say an apology to the caller; look at DATABASE_URL and the server."""


class Store:
    """The database behind `url`. Safe to share between threads; make a new one after a fork."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = make_engine(url)
        self._writing = self.engine.execution_options(barocall_write=True)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view. Raises DatabaseAway."""
        with _named_when_away(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction, committed at the end of the block or not at all. Raises DatabaseAway.

        Keep it short, and never talk to the network inside: on SQLite it holds the only write lock.
        """
        with _named_when_away(), self._writing.begin() as connection:
            yield connection

    def close(self) -> None:
        self.engine.dispose()


def make_engine(url: str) -> Engine:
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(dbapi: Any, _record: Any) -> None:
    # Python's driver would begin by itself, and only at the first write: too late to queue for the lock.
    dbapi.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
    ):
        dbapi.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A read that turns into a write fails with "database is locked"; IMMEDIATE waits in line from the start.
    writing = connection.get_execution_options().get("barocall_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


@contextmanager
def _named_when_away() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise DatabaseAway(str(error.orig)) from error


def insert_row(tx: Connection, table: Table, **values: Any) -> int:
    """Add a row; returns its id."""
    key = tx.execute(table.insert().values(**values)).inserted_primary_key
    return int(key[0]) if key is not None else 0
