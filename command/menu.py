"""`barocall menu`: check, try, compare and publish the phone menu."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from command.menu_draw import draw
from command.menu_files import MENU_FILE, MISTAKES, NOT_CHECKED, NOTHING_WRONG, say, show_checked
from command.menu_replay import replay
from command.menu_sentences import sentences
from command.menu_test import test
from command.menu_versions import diff, log, publish, rollback

if TYPE_CHECKING:
    from ivr.menu.check import Checked
    from ivr.menu.source import MenuProblem


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
    from ivr.menu.check import Checked
    from ivr.menu.file import Unreadable, read_menu_file
    from ivr.menu.source import MenuErrors

    try:
        text = read_menu_file(file)
        checked, not_looked_at = _checked(text, file, quick=quick)
    except MenuErrors as error:
        checked, not_looked_at = Checked(None, error.problems), []
    except Unreadable as error:
        click.echo(f"can't check this: {error}", err=True)
        sys.exit(NOT_CHECKED)
    if as_json:
        click.echo(json.dumps(_as_json(file, checked, not_looked_at), ensure_ascii=False, indent=2))
    else:
        show_checked(file, checked, not_looked_at)
    sys.exit(MISTAKES if checked.mistakes or (strict and checked.warnings) else NOTHING_WRONG)


def _checked(text: str, file: Path, *, quick: bool) -> "tuple[Checked, list[str]]":
    from command.menu_world import Studies, remembered_encoder, world_here
    from ivr.menu.check import check
    from ivr.menu.recording_files import RecordingFiles

    recordings = RecordingFiles(file.parent)
    if quick:
        world, missing = world_here(recordings)
        return check(text, file.name, world), missing
    with remembered_encoder() as encoder:
        world, missing = world_here(recordings, close=Studies(encoder).close)
        return check(text, file.name, world), missing


@menu.command("new")
@click.argument("file", type=MENU_FILE, default="menus.yaml")
def menu_new(file: Path) -> None:
    """Write a small menu to begin with. A file that is there is left alone."""
    starter = (Path(__file__).parent / "starter.yaml").read_text(encoding="utf-8")
    try:
        with file.open("x", encoding="utf-8") as new:
            new.write(starter)
    except FileExistsError:
        raise click.ClickException(say(f"there is a {file} already", f"{file} 파일이 이미 있습니다")) from None
    click.echo(say(f"{file}: a menu with two departments", f"{file}: 부서가 둘인 메뉴를 만들었습니다"))


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


for command in (test, replay, draw, sentences, publish, rollback, log, diff):
    menu.add_command(command)
