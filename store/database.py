"""Sessions: `read()` and `write()` are the only two ways to the database."""

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache, partial, wraps
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Engine,
    Insert,
    Select,
    String,
    Table,
    bindparam,
    create_engine,
    event,
    literal_column,
    make_url,
    select,
)
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

# A writer behind a hundred others still gets its turn; a caller would have given up on the silence before.
BUSY_TIMEOUT_SECONDS = 10
LOOK_AGAIN_SECONDS = 0.0005
REST_SECONDS = 2.0
# Writing the log back into the database waits for the disk, up to a tenth of a second: the sweep does it, a webhook
# only when the log has grown to 40 MB because no sweep runs.
RARE_CHECKPOINT = "wal_autocheckpoint=10000"


class DatabaseAway(Exception):
    """The database did not answer. Say an apology to the caller; look at DATABASE_URL and the server."""


class Collided(DatabaseAway):
    """Two transactions waited for each other, and the database undid this one: do it again from the start."""


# PostgreSQL's codes: a deadlock, and a serialization failure.
_COLLISIONS = ("40P01", "40001")
TRIES_AGAINST_COLLISIONS = 3

P = ParamSpec("P")
R = TypeVar("R")


def again_when_collided(do: Callable[P, R]) -> Callable[P, R]:
    """For what is one transaction: done again when another one was in its way."""

    @wraps(do)
    def again(*args: P.args, **kwargs: P.kwargs) -> R:
        for _ in range(TRIES_AGAINST_COLLISIONS - 1):
            try:
                return do(*args, **kwargs)
            except Collided:
                continue
        return do(*args, **kwargs)

    return again


class Store:
    """The database behind `url`. Safe to share between threads; make a new one after a fork."""

    def __init__(self, url: str, *, rest_seconds: float = REST_SECONDS) -> None:
        self.url = url
        self.engine = make_engine(url, rest_seconds=rest_seconds)
        self._writing = make_engine(url, write=True, rest_seconds=rest_seconds)

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

    @property
    def many_write(self) -> bool:
        """Whether several transactions write at once, each without seeing what the others have not committed."""
        return self.engine.dialect.name != "sqlite"

    def tidy(self) -> None:
        """SQLite: write the log back as far as nobody reads from it. Never blocks anybody."""
        if self.engine.dialect.name == "sqlite":
            with _named_when_away(), self.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")

    def close(self) -> None:
        self.engine.dispose()
        self._writing.dispose()


def make_engine(url: str, *, write: bool = False, rest_seconds: float = REST_SECONDS) -> Engine:
    """`write`: transactions of this engine take SQLite's write lock when they begin. `rest_seconds`: a connection to a
    server that has lain unused for longer is asked whether it lives before it is used."""
    if make_url(url).get_backend_name() != "sqlite":
        # PostgreSQL shows each statement of a transaction the newest rows, unless it is told to keep to one view.
        # Whoever writes wants the newest: after waiting for a row, what the other has made of it.
        isolation = "READ COMMITTED" if write else "REPEATABLE READ"
        engine = create_engine(url, hide_parameters=True, isolation_level=isolation)
        event.listen(engine, "checkin", _note_rest)
        event.listen(engine, "checkout", partial(_ask_after_rest, rest_seconds))
        return engine
    # Parameters are phone numbers and people's words: an error that is logged must not show them.
    timeout_seconds = 0 if write else BUSY_TIMEOUT_SECONDS
    engine = create_engine(url, connect_args={"timeout": timeout_seconds}, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_write if write else _begin_read)
    return engine


def _note_rest(_dbapi: Any, record: Any) -> None:
    record.info["rests_since"] = time.monotonic()


def _ask_after_rest(rest_seconds: float, dbapi: Any, record: Any, _proxy: Any) -> None:
    """A connection that has lain about may be dead: asked each time, that cost a busy process a fifth of its queries.
    Raises DisconnectionError, upon which the pool makes a new one."""
    if time.monotonic() - record.info.get("rests_since", 0.0) < rest_seconds:
        return
    try:
        with dbapi.cursor() as cursor:
            cursor.execute("SELECT 1")
        dbapi.rollback()
    except Exception as error:
        raise DisconnectionError from error


def _prepare_sqlite(dbapi: Any, _record: Any) -> None:
    # Python's driver would begin by itself, and only at the first write: too late to queue for the lock.
    dbapi.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", RARE_CHECKPOINT):
        dbapi.execute(f"PRAGMA {pragma}")


def _begin_read(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _begin_write(connection: Connection) -> None:
    """A read that turns into a write fails with "database is locked"; IMMEDIATE takes the lock from the start.

    SQLite itself waits for the lock in sleeps that grow to a tenth of a second, while a transaction here takes a
    millisecond or two: we look again much sooner. Raises sqlite3.OperationalError after BUSY_TIMEOUT_SECONDS.
    """
    dbapi: Any = connection.connection.dbapi_connection
    deadline = time.monotonic() + BUSY_TIMEOUT_SECONDS
    while True:
        try:
            dbapi.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(LOOK_AGAIN_SECONDS)


@contextmanager
def _named_when_away() -> Iterator[None]:
    try:
        yield
    except (OperationalError, sqlite3.OperationalError) as error:
        collided = getattr(getattr(error, "orig", None), "sqlstate", None) in _COLLISIONS
        raise (Collided if collided else DatabaseAway)(str(error)) from error


def one_of(column: ColumnElement[str], values: Iterable[str]) -> ColumnElement[bool]:
    """`column IN values`, for names that this program gives, such as states; they stand in the SQL itself.

    As parameters they would hide from PostgreSQL, once it keeps a plan, which partial index fits and how rare a value
    is: it then reads a table as a whole. Raises ValueError for anything but a plain name.
    """
    return column.in_([literal_column(f"'{_plain(value)}'", String) for value in sorted(values)])


def _plain(name: str) -> str:
    if not name.replace("-", "").isidentifier():
        raise ValueError(f"{name!r} is no plain name")
    return str(name)


class object_of(FunctionElement[dict[str, Any]]):  # noqa: N801 -- named as SQL's functions are
    """SQL: one JSON object of all rows, from names and values; an empty one where there is no row."""

    type = JSON()
    inherit_cache = True


@compiles(object_of)
def _object_in_sqlite(element: object_of, compiler: SQLCompiler, **given: Any) -> str:
    return f"json_group_object({compiler.process(element.clauses, **given)})"


@compiles(object_of, "postgresql")
def _object_in_postgresql(element: object_of, compiler: SQLCompiler, **given: Any) -> str:
    return f"coalesce(json_object_agg({compiler.process(element.clauses, **given)}), '{{}}')"


def hold_row(tx: Connection, table: Table, row_id: int) -> None:
    """Until the transaction ends, whoever else holds this row waits. SQLite has one writer at a time anyway."""
    if tx.dialect.name != "sqlite":
        tx.execute(_holding(table), {"held_id": row_id})


@cache
def _holding(table: Table) -> Select[Any]:
    # Not FOR UPDATE: that would make everybody wait who adds a row that refers to this one.
    return select(table.c.id).where(table.c.id == bindparam("held_id")).with_for_update(key_share=True)


@cache
def _insert(table: Table) -> Insert:
    return table.insert()


def insert_row(tx: Connection, table: Table, **values: Any) -> int:
    """Add a row; returns its id."""
    key = tx.execute(_insert(table), values).inserted_primary_key
    return int(key[0]) if key is not None else 0
