"""`barocall menu draw`: the menu as a picture."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from command.environment import language
from command.menu_files import MENU_FILE, read_or_stop, show_problems
from command.menu_replay import SINCE

if TYPE_CHECKING:
    from ivr.choices import Choices
    from ivr.menu.picture import Counts


@click.command()
@click.argument("file", type=MENU_FILE, default="menus.yaml")
@click.option(
    "--into", type=click.Path(dir_okay=False, path_type=Path), help="An .svg file; without it, text is shown."
)
@SINCE
def draw(file: Path, into: Path | None, since: timedelta) -> None:
    """Draw FILE: what leads where, and how many callers went there."""
    from ivr.menu.load import load_menu
    from ivr.menu.picture import as_svg, as_text, tree
    from ivr.menu.source import MenuErrors

    try:
        menu = load_menu(read_or_stop(file), file.name)
    except MenuErrors as error:
        show_problems(error.problems)
        sys.exit(1)
    chosen = _choices(since)
    drawn = tree(menu, language(), None if chosen is None or not chosen.total else _counted(chosen))
    if into is None:
        click.echo(as_text(drawn), nl=False)
    else:
        into.write_text(as_svg(drawn), encoding="utf-8")
        click.echo(f"{into}: drawn" + (f", with {chosen.total} calls" if chosen is not None and chosen.total else ""))


def _choices(since: timedelta) -> "Choices | None":
    """None where there is no database to ask."""
    from command.environment import database_url, is_sqlite_without_file
    from command.menu_versions import reading
    from ivr.choices import choices
    from store.database import DatabaseAway

    if is_sqlite_without_file(database_url()):
        return None
    try:
        with reading() as tx:
            return choices(tx, datetime.now(UTC) - since)
    except (DatabaseAway, click.ClickException):
        return None


def _counted(chosen: "Choices") -> "Counts":
    def count(department: str, how: str) -> int:
        return chosen.by(how, department)

    return count
