"""`barocall menu sentences`: what can be recorded."""

import sys
from pathlib import Path

import click

from command.menu_files import MENU_FILE, read_or_stop, show_problems


@click.command()
@click.argument("file", type=MENU_FILE, default="menus.yaml")
def sentences(file: Path) -> None:
    """List every sentence of FILE that is said the same in each call, for whoever records them.

    One a line, exactly as `recordings` wants it; those that have a recording already with their file before them.
    """
    from ivr.menu.load import load_menu
    from ivr.menu.source import MenuErrors
    from ivr.sentences import sentences

    try:
        menu = load_menu(read_or_stop(file), file.name)
    except MenuErrors as error:
        show_problems(error.problems)
        sys.exit(1)
    for text in sentences(menu):
        recorded = menu.recordings.get(text)
        click.echo(text if recorded is None else f"{recorded.path}: {text}")
