"""Meanings and their phrases, as the commands of `barocall speech` and `barocall hear` take them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ivr.menu.model import Menu

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
# A labelled text that belongs to none of the meanings.
NONE_OF_THEM = "-"

Examples = Mapping[str, Sequence[str]]


def examples_from(phrases: Path | None, menu: Path | None, language: str) -> Examples:
    """From exactly one of the two."""
    if (phrases is None) == (menu is None):
        raise click.UsageError("give either --phrases or --menu")
    return phrases_of(menu, language) if menu is not None else read_phrases(phrases or Path())


def read_phrases(path: Path) -> Examples:
    grouped: dict[str, list[str]] = {}
    for intent, phrase in read_pairs(path):
        grouped.setdefault(intent, []).append(phrase)
    if NONE_OF_THEM in grouped:
        raise click.ClickException(f"{path}: “{NONE_OF_THEM}” is none of the meanings and can't have phrases")
    return grouped


def phrases_of(path: Path, language: str) -> Examples:
    return {department.id: department.phrases for department in read_menu(path).spoken_in(language).departments}


def read_menu(path: Path) -> "Menu":
    from ivr.menu.load import decode_menu, load_menu
    from ivr.menu.source import MenuErrors

    try:
        return load_menu(decode_menu(path.read_bytes(), path.name), path.name)
    except MenuErrors as error:
        raise click.ClickException(str(error)) from error


def read_pairs(path: Path) -> list[tuple[str, str]]:
    """The lines of a two-column file; empty ones are skipped."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{path}: is not UTF-8") from error
    found = [(number, line.split("\t")) for number, line in enumerate(lines, start=1) if line.strip()]
    for number, columns in found:
        if len(columns) != 2 or not all(column.strip() for column in columns):
            raise click.ClickException(f"{path}:{number}: expected two columns, with a tab between them")
    if not found:
        raise click.ClickException(f"{path}: is empty")
    return [(columns[0].strip(), columns[1].strip()) for _number, columns in found]
