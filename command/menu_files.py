"""A menu file on the command line: read, and what was found in it shown."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ivr.menu.check import Checked

MENU_FILE = click.Path(path_type=Path)
NOTHING_WRONG, MISTAKES, NOT_CHECKED = 0, 1, 2


def read_or_stop(file: Path) -> str:
    """The text; ends the command where there is none."""
    from ivr.menu.file import Unreadable, read_menu_file
    from ivr.menu.source import MenuErrors

    try:
        return read_menu_file(file)
    except Unreadable as error:
        click.echo(f"can't read this: {error}", err=True)
        sys.exit(NOT_CHECKED)
    except MenuErrors as error:
        click.echo(str(error), err=True)
        sys.exit(MISTAKES)


def show_checked(file: Path, checked: "Checked", not_looked_at: Sequence[str]) -> None:
    from ivr.menu.source import listed

    for problems in (checked.mistakes, checked.warnings):
        if problems:
            click.echo(listed(problems) + "\n", err=True)
    departments = "" if checked.menu is None else f"{_count(len(checked.menu.departments), 'department')}, "
    mistakes, warnings = _count(len(checked.mistakes), "mistake"), _count(len(checked.warnings), "warning")
    click.echo(f"{file}: {departments}{mistakes}, {warnings}")
    for note in not_looked_at:
        click.echo(f"  not looked at: {note}")


def _count(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'' if number == 1 else 's'}"
