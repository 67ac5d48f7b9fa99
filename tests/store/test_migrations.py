from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from callbacks.lifecycle import OPEN
from store.database import Store
from store.migrate import current_revision, migrate, newest_revision
from store.tables import _OPEN_CALLBACK, metadata
from tools.postgres_server import PostgresServer


def test_the_migrations_make_exactly_the_tables_of_today(store: Store) -> None:
    with store.read() as tx:
        # Alembic does not know that an index may be for one kind of database alone; the next tests do.
        of_both = {"include_object": _not_an_index}
        assert compare_metadata(MigrationContext.configure(tx, opts=of_both), metadata) == []


def _not_an_index(_object: object, _name: str, kind: str, *_: object) -> bool:
    return kind != "index"


def test_the_migrations_make_exactly_the_indexes_of_today(sqlite_store: Store, tmp_path: Path) -> None:
    # Alembic does not compare an index's WHERE, and "one caller, one agent, once" is such a WHERE.
    today = Store(f"sqlite:///{tmp_path}/today.sqlite3")
    with today.write() as tx:
        metadata.create_all(tx)

    listed = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    assert _indexes(sqlite_store, listed) == _indexes(today, listed)
    today.close()


def test_on_postgresql_too(postgres_store: Store, postgres: PostgresServer) -> None:
    url = postgres.new_database("template0")
    today = Store(url)
    with today.write() as tx:
        metadata.create_all(tx)

    listed = "SELECT indexname AS name, indexdef AS sql FROM pg_indexes WHERE schemaname = 'public'"
    theirs = _indexes(postgres_store, listed)
    today_s = _indexes(today, listed)
    today.close()
    postgres.drop(url)
    assert {name: sql for name, sql in theirs.items() if "alembic" not in name} == today_s


def test_an_index_covers_the_same_rows_on_both_databases() -> None:
    wheres = [index.dialect_options for table in metadata.tables.values() for index in table.indexes]

    assert [str(options["sqlite"]["where"]) for options in wheres] == [
        str(options["postgresql"]["where"]) for options in wheres
    ]


def test_migrating_twice_does_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/x.sqlite3"

    assert current_revision(f"sqlite:///{tmp_path}/empty.sqlite3") is None
    migrate(url)
    migrate(url)
    assert current_revision(url) == newest_revision()


def test_an_open_promise_is_the_same_to_the_database_and_to_us() -> None:
    listed = ", ".join(f"'{state}'" for state in OPEN)

    assert f"state IN ({listed})" == _OPEN_CALLBACK


def _indexes(store: Store, listed: str) -> dict[str, str]:
    with store.read() as tx:
        return {name: " ".join(sql.split()) for name, sql in tx.execute(text(listed))}
