"""`barocall wait`: the log of a site, and estimates from one."""

import sys
from datetime import datetime
from typing import TextIO

import click


@click.group()
def wait() -> None:
    """The waits: the log of a site, and estimates from one."""


@wait.command("export")
@click.option("--since", type=click.DateTime(), help="Only from this moment (this machine's time zone) on.")
def export(since: datetime | None) -> None:
    """Write the log of this site as JSON Lines, as `barocall wait replay` reads them.

    With --since, what stood at that moment comes first: who is at work, and who is in the line since when.
    """
    from command import line_log
    from command.environment import database_url
    from store.database import Store

    for line in line_log.export(Store(database_url()), since and since.astimezone()):
        click.echo(line)


@wait.command("replay")
@click.argument("file", type=click.File("r", encoding="utf-8"), default="-")
@click.option("--estimator", metavar="NAME", help="Another than the live one; an unknown name lists them.")
def replay(file: TextIO, estimator: str | None) -> None:
    """Read a log of events (JSON Lines, in time order) and write one forecast for each caller who joins.

    FILE - is the standard input; each answer is written before the next line is read. docs/wait.md describes both
    forms. Events that cannot be are left out and told of on the standard error; then the exit status is 1.
    """
    # They take half a second to load.
    from callqueue.forecast.model import DEFAULT, WaitModel
    from command.wait_replay import run

    try:
        model = WaitModel(DEFAULT if estimator is None else (estimator,))
    except ValueError as unknown:
        raise click.BadParameter(str(unknown), param_hint="--estimator") from None
    sys.exit(run(file, model))
