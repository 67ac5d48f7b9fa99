"""`barocall wait`: the log of a site, and estimates from one."""

from datetime import datetime

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
    from command.environment import settings
    from store.database import Store

    for line in line_log.export(Store(settings().database_url), since and since.astimezone()):
        click.echo(line)
