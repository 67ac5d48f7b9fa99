"""`barocall menu`: check, try, compare and publish the phone menu."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from ivr.menu.check import Checked
    from ivr.menu.source import MenuProblem

MENU_FILE = click.Path(path_type=Path)
NOTHING_WRONG, MISTAKES, NOT_CHECKED = 0, 1, 2


@click.group()
def menu() -> None:
    """Check, try, compare and publish the phone menu (docs/menus.md)."""


@menu.command("check")
@click.argument("file", type=MENU_FILE, default="menus.yaml")
@click.option("--quick", is_flag=True, help="Leave out what takes seconds: whether departments' phrases are too alike.")
@click.option("--strict", is_flag=True, help="Warnings count as mistakes.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def menu_check(file: Path, quick: bool, strict: bool, as_json: bool) -> None:
    """Show every mistake in FILE with its line, and what deserves a look.

    \b
    Exit 0: no mistakes; it can be published
         1: mistakes, or with --strict warnings
         2: the file could not be read
    """
    from command.menu_world import looking_around
    from ivr.menu.check import Checked, check
    from ivr.menu.source import MenuErrors

    try:
        text = _read(file)
        with looking_around(quick=quick) as (world, not_looked_at):
            checked = check(text, file.name, world)
    except MenuErrors as error:
        checked, not_looked_at = Checked(None, error.problems), []
    if as_json:
        click.echo(json.dumps(_as_json(file, checked, not_looked_at), ensure_ascii=False, indent=2))
    else:
        _show(file, checked, not_looked_at)
    sys.exit(MISTAKES if checked.mistakes or (strict and checked.warnings) else NOTHING_WRONG)


@menu.command("schema")
def menu_schema() -> None:
    """Print the language as JSON Schema, for editors that complete and check while you type."""
    from ivr.menu.reference import json_schema

    click.echo(json.dumps(json_schema(), ensure_ascii=False, indent=2))


@menu.command("reference")
@click.option("--language", type=click.Choice(["ko", "en"]), default="en", show_default=True)
@click.option("--into", type=click.Path(exists=True, path_type=Path), help="Renew the reference in this page.")
def menu_reference(language: str, into: Path | None) -> None:
    """Print every key with its meaning, form, default and an example."""
    from ivr.menu.reference import reference, with_reference

    if into is None:
        click.echo(reference(language), nl=False)
    else:
        into.write_text(with_reference(into.read_text(encoding="utf-8"), language), encoding="utf-8")


def _read(file: Path) -> str:
    """Ends the command where the file can't be read. Raises MenuErrors for what is no text."""
    from ivr.menu.file import Unreadable, read_menu_file

    try:
        return read_menu_file(file)
    except Unreadable as error:
        click.echo(f"can't check this: {error}", err=True)
        sys.exit(NOT_CHECKED)


def _show(file: Path, checked: "Checked", not_looked_at: Sequence[str]) -> None:
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


def _as_json(file: Path, checked: "Checked", not_looked_at: Sequence[str]) -> dict[str, Any]:
    return {
        "file": str(file),
        "publishable": not checked.mistakes,
        "mistakes": [_problem(problem) for problem in checked.mistakes],
        "warnings": [_problem(problem) for problem in checked.warnings],
        "not_looked_at": list(not_looked_at),
    }


def _problem(problem: "MenuProblem") -> dict[str, Any]:
    other = problem.other
    clash = None if other is None else {"line": other.line, "column": other.column, "source": problem.other_line}
    return {
        "line": problem.place.line,
        "column": problem.place.column,
        "message": problem.message,
        "warning": problem.warning,
        "source": problem.source_line,
        "other": clash,
    }
