"""What the commands are given from outside: settings, and a place for what can be computed again."""

import os
import sys
import tempfile
from pathlib import Path

import click
from dotenv import dotenv_values

from settings import Settings, SettingsErrors, settings_table


def environ() -> dict[str, str]:
    """The environment, over what .env says."""
    written = {name: value for name, value in dotenv_values(".env").items() if value is not None}
    return {**written, **os.environ}


def settings() -> Settings:
    """Ends the command where one is missing or wrong."""
    given = environ()
    os.environ.update(given)
    try:
        return Settings.from_env(given)
    except SettingsErrors as error:
        click.echo(f"barocall can't start:\n{error}\n`barocall settings` explains them.", err=True)
        sys.exit(2)


def database_url() -> str:
    """Where a command needs the database and nothing else: the other settings may be missing still."""
    default = next(row.default for row in settings_table() if row.variable == "DATABASE_URL")
    return environ().get("DATABASE_URL", "").strip() or str(default)


def is_sqlite_without_file(url: str) -> bool:
    """Looking into it would make one."""
    from sqlalchemy import make_url

    at = make_url(url)
    return at.get_backend_name() == "sqlite" and not Path(str(at.database)).is_file()


def language() -> str:
    """In which a supervisor is answered: "ko" or "en". BAROCALL_LANGUAGE, else the terminal's own."""
    given = environ()
    names = ("BAROCALL_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    told = next((given[name] for name in names if given.get(name)), "")
    return "ko" if told.lower().startswith("ko") else "en"


def cache_folder() -> Path:
    """Losing it costs seconds."""
    given = os.environ.get("XDG_CACHE_HOME")
    try:
        return (Path(given) if given else Path.home() / ".cache") / "barocall"
    except RuntimeError:  # No home.
        return Path(tempfile.gettempdir()) / "barocall-cache"
