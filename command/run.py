"""`barocall run`: everything that serves callers, under one supervisor."""

import secrets
from collections.abc import Mapping
from pathlib import Path

import click

from app import House
from command.database import prepare_database
from command.supervisor import NotReady, Supervisor, barocall, free_port, redis_command
from ivr.menu.file import Unreadable
from ivr.menu.source import MenuErrors
from ivr.versions import publications
from settings import Settings, SettingsErrors
from store.database import Store

FOLDER = Path("var")


def run_all(environ: Mapping[str, str]) -> int:
    """Serve until SIGINT or SIGTERM; exit status."""
    given = dict(environ)
    own_redis = not given.get("REDIS_URL")
    redis_port = free_port()
    if own_redis:
        given["REDIS_URL"] = f"redis://127.0.0.1:{redis_port}/0"
    given["CONSOLE_TOKEN"] = given.get("CONSOLE_TOKEN") or secrets.token_urlsafe(24)
    try:
        settings = Settings.from_env(given)
        prepare_database(settings.database_url)
        # Before anything starts: a wrong menu is told here, not in some log.
        House(settings).publish_menu()
    except (SettingsErrors, MenuErrors) as error:
        click.echo(f"barocall can't start:\n{error}", err=True)
        return 2
    except Unreadable as error:
        click.echo(f"barocall can't start:\nMENU_FILE: {error} (in {Path.cwd()})", err=True)
        return 2
    with Supervisor(FOLDER.absolute() / "log", say=click.echo) as supervisor:
        try:
            if own_redis:
                command = redis_command(redis_port, FOLDER.absolute() / "redis")
                supervisor.start("redis", command, given, port=redis_port)
                supervisor.wait_ready()
            _start_parts(supervisor, settings, given)
        except NotReady as error:
            click.echo(str(error), err=True)
            return 1
        click.echo(f"Menu:      {_menu_in_force(settings)}")
        click.echo(f"Callers:   {settings.public_url}/voice/answer → 127.0.0.1:{settings.voice_port}")
        click.echo(f"Media:     {settings.media_url} → 127.0.0.1:{settings.media_port}")
        click.echo(f"Live page: http://127.0.0.1:{settings.console_port}/?token={settings.console_token} (opens once)")
        click.echo(f"Logs:      {FOLDER}/log    Ctrl-C stops everything.")
        supervisor.wait()
    return 0


def _menu_in_force(settings: Settings) -> str:
    store = Store(settings.database_url)
    try:
        with store.read() as tx:
            latest = publications(tx)[0]
    finally:
        store.close()
    return f"version {latest.version_id}; edits of {settings.menu_file} count once `barocall menu publish` has run"


def _start_parts(supervisor: Supervisor, settings: Settings, given: Mapping[str, str]) -> None:
    ports = {"voice": settings.voice_port, "media": settings.media_port, "console": settings.console_port}
    for name, port in ports.items():
        supervisor.start(name, barocall("serve", name), given, port=port, healthz=True)
    for name in ("worker", "sweep"):
        supervisor.start(name, barocall(name), given)
    supervisor.wait_ready()
