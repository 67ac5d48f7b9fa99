"""The database, made ready from the command line."""

from pathlib import Path

import click
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from store.migrate import migrate


def prepare_database(url: str) -> None:
    """Newest schema; SQLite's folder is made where there is none. Raises click's own error with the reason."""
    try:
        _make_folder(url)
        migrate(url)
    except (SQLAlchemyError, ImportError, OSError) as error:
        raise click.ClickException(f"DATABASE_URL can't be used: {reason(error)}") from error


def reason(error: Exception) -> str:
    """The line that says it, without SQLAlchemy's pointer to its own pages."""
    return str(error).partition("\n")[0]


def _make_folder(url: str) -> None:
    at = make_url(url)
    if at.get_backend_name() == "sqlite" and at.database not in (None, "", ":memory:"):
        Path(str(at.database)).parent.mkdir(parents=True, exist_ok=True)
