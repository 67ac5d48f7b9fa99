"""Schema migrations (Alembic)."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from store.database import make_engine


def migrate(url: str) -> None:
    """Bring the database at `url` to the newest schema; harmless when it is there already."""
    command.upgrade(_config(url), "head")
    _adopt_the_log(url)


def _adopt_the_log(url: str) -> None:
    """The log of the line knows its transactions by the server's own numbers. Restored into another server, they may
    lie in its future, and nobody would read what they wrote: it counts as written long ago."""
    engine = make_engine(url, write=True)
    if engine.dialect.name == "postgresql":
        with engine.begin() as tx:
            tx.exec_driver_sql(
                "UPDATE line_events SET written_by = 0"
                " WHERE written_by >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
            )
    engine.dispose()


def newest_revision() -> str:
    return str(ScriptDirectory.from_config(_config("")).get_current_head())


def current_revision(url: str) -> str | None:
    with make_engine(url).connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["url"] = url
    return config
