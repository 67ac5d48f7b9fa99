"""`barocall menu test`: the menu's own tests, through the true call flow."""

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from command.menu_files import MENU_FILE, read_or_stop, say, show_problems

if TYPE_CHECKING:
    from command.menu_world import Studies
    from ivr.menu.model import Menu
    from ivr.rehearsal import Tried


@click.command()
@click.argument("file", type=MENU_FILE, default="menus.yaml")
@click.option("--all", "show_all", is_flag=True, help="Show the calls of passed tests too.")
def test(file: Path, show_all: bool) -> None:
    """Play FILE's `tests:` through the true call flow, and show where each ended.

    What callers say reaches the menu as text; recognition itself is tried by `barocall call` and `barocall hear`.
    Exit 0: all passed, 1: some failed, or the menu has mistakes.
    """
    from command.menu_world import Studies, remembered_encoder
    from ivr.menu.load import load_menu
    from ivr.menu.source import MenuErrors

    text = read_or_stop(file)
    try:
        menu = load_menu(text, file.name)
    except MenuErrors as error:
        show_problems(error.problems)
        sys.exit(1)
    with remembered_encoder() as encoder:
        tried = play(text, menu, Studies(encoder))
    show(file, tried, show_all=show_all)
    sys.exit(0 if all(one.passed for one in tried) else 1)


def play(text: str, menu: "Menu", studies: "Studies") -> "tuple[Tried, ...]":
    """Every test; what the phrases teach is learned first."""
    from ivr.dialogue import open_question
    from ivr.rehearsal import Rehearsal
    from speech.hearing import remember

    if not menu.trials:
        return ()
    for language in menu.languages:
        question = open_question(menu.spoken_in(language))
        remember(question.meanings, question.language, studies.train(question))
    with tempfile.TemporaryDirectory(prefix="barocall-rehearsal-") as folder:
        rehearsal = Rehearsal(text, menu, Path(folder), datetime.now(UTC))
        return tuple(rehearsal.play(trial) for trial in menu.trials)


def show(file: Path, tried: "tuple[Tried, ...]", *, show_all: bool = False) -> None:
    from ivr.rehearsal import confusions

    for one in tried:
        if not one.passed or show_all:
            click.echo(f"{'✓' if one.passed else '✗'} {file.name}:{one.trial.line}: the caller {one.trial.told}")
            for step in one.story:
                click.echo(f"      {step}")
            for fault in one.faults:
                click.echo(f"    → {fault}")
    failed = sum(not one.passed for one in tried)
    if any(should != ended for should, ended in confusions(tried)):
        _show_confusions(confusions(tried))
    if not tried:
        click.echo(say(f"{file}: no tests", f"{file}: 시험 없음"))
        return
    click.echo(
        say(f"{file}: {len(tried)} tests, {failed or 'none'} failed", f"{file}: 시험 {len(tried)}개, 실패 {failed}개")
    )


def _show_confusions(found: dict[tuple[str, str], int]) -> None:
    """Rows: where callers should end. Columns: where they did."""
    rows = sorted({should for should, _ended in found})
    columns = sorted({ended for _should, ended in found})
    width = max(len(name) for name in (*rows, *columns)) + 2
    click.echo("\n" + " " * width + "".join(f"{name:>{width}}" for name in columns))
    for row in rows:
        counts = (found.get((row, column), 0) for column in columns)
        click.echo(f"{row:<{width}}" + "".join(f"{count or '·':>{width}}" for count in counts))
    click.echo("")
