"""A menu file on the command line: read, and what was found in it shown."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from command.environment import language

if TYPE_CHECKING:
    from ivr.menu.check import Checked
    from ivr.menu.source import MenuProblem

MENU_FILE = click.Path(path_type=Path)
NOTHING_WRONG, MISTAKES, NOT_CHECKED = 0, 1, 2


def read_or_stop(file: Path) -> str:
    """The text; ends the command where there is none."""
    from ivr.menu.file import Unreadable, read_menu_file
    from ivr.menu.source import MenuErrors

    try:
        return read_menu_file(file)
    except Unreadable as error:
        click.echo(say(f"can't read this: {error}", f"읽을 수 없습니다: {error}"), err=True)
        sys.exit(NOT_CHECKED)
    except MenuErrors as error:
        show_problems(error.problems)
        sys.exit(MISTAKES)


def show_checked(file: Path, checked: "Checked", not_looked_at: Sequence[str]) -> None:
    for problems in (checked.mistakes, checked.warnings):
        if problems:
            show_problems(problems)
            click.echo("", err=True)
    korean = language() == "ko"
    counts = ([len(checked.menu.departments)] if checked.menu is not None else []) + [
        len(checked.mistakes),
        len(checked.warnings),
    ]
    names = ("department", "mistake", "warning")[-len(counts) :]
    told = _count_in_korean if korean else _count
    click.echo(f"{file}: {', '.join(told(count, name) for count, name in zip(counts, names, strict=True))}")
    for note in not_looked_at:
        click.echo(f"  {'살펴보지 못한 것' if korean else 'not looked at'}: {note}")


def say(en: str, ko: str) -> str:
    """Whichever the supervisor reads."""
    return ko if language() == "ko" else en


def show_problems(problems: "Sequence[MenuProblem]") -> None:
    """In the supervisor's language."""
    from ivr.menu.in_korean import in_korean
    from ivr.menu.source import listed

    click.echo(listed(problems, in_korean) if language() == "ko" else listed(problems), err=True)


def _count(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'' if number == 1 else 's'}"


def _count_in_korean(number: int, what: str) -> str:
    name, unit = {"department": ("부서", "개"), "mistake": ("잘못", "곳"), "warning": ("경고", "개")}[what]
    return f"{name} {number}{unit}" if number else f"{name} 없음"
