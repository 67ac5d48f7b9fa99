"""Menus that somebody's hands slipped on: an answer every time, never a traceback, in bounded time."""

import random
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from test_menu_check import SMALL, WEDNESDAY

from ivr.menu.advice import World
from ivr.menu.check import check
from ivr.menu.file import Unreadable, read_menu_file
from ivr.menu.source import LARGEST_FILE_BYTES, MenuErrors

SHIPPED = (Path(__file__).parents[2] / "menus.yaml").read_text(encoding="utf-8")
CORPUS = {"shipped": SHIPPED, "small": SMALL}
MUTANTS = {"shipped": 5, "small": 50}
LONGEST_SECONDS = 20.0
WORLD = World(now=WEDNESDAY, spells=lambda phrase: len(phrase) % 7 != 0, skills=frozenset({"general"}))

Mutation = Callable[[str, random.Random], str]


def _lines(change: Callable[[list[str], random.Random], None]) -> Mutation:
    def mutate(text: str, dice: random.Random) -> str:
        lines = text.splitlines(keepends=True)
        change(lines, dice)
        return "".join(lines)

    return mutate


def _drop(lines: list[str], dice: random.Random) -> None:
    del lines[dice.randrange(len(lines))]


def _double(lines: list[str], dice: random.Random) -> None:
    at = dice.randrange(len(lines))
    lines.insert(at, lines[at])


def _swap(lines: list[str], dice: random.Random) -> None:
    one, other = dice.randrange(len(lines)), dice.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]


def _indent(lines: list[str], dice: random.Random) -> None:
    at = dice.randrange(len(lines))
    lines[at] = dice.choice(["\t", " ", "  ", "　"]) + lines[at].lstrip(" ")


def _letter(text: str, dice: random.Random) -> str:
    at = dice.randrange(len(text))
    return text[:at] + dice.choice(":\"'[]{}#&*!|>%@`,-?\t\0\u2028\ud800가0") + text[at + dice.randrange(2) :]


def _cut(text: str, dice: random.Random) -> str:
    return text[: dice.randrange(len(text))]


def _unquoted(text: str, dice: random.Random) -> str:
    quotes = [at for at, letter in enumerate(text) if letter == '"']
    at = dice.choice(quotes) if quotes else 0
    return text[:at] + text[at + 1 :]


def _value(text: str, dice: random.Random) -> str:
    odd = ["yes", "0o7", "1:30", "~", "{}", "[]", "1e999", "!!str x", "&a x", "*a", "2026-13-45", "||", "999999999999"]
    lines = text.splitlines(keepends=True)
    at = dice.choice([place for place, line in enumerate(lines) if ":" in line])
    lines[at] = f"{lines[at].partition(':')[0]}: {dice.choice(odd)}\n"
    return "".join(lines)


MUTATIONS: dict[str, Mutation] = {
    "line dropped": _lines(_drop),
    "line doubled": _lines(_double),
    "lines swapped": _lines(_swap),
    "line moved in or out": _lines(_indent),
    "letter typed": _letter,
    "file cut off": _cut,
    "quote forgotten": _unquoted,
    "value replaced": _value,
}


@pytest.mark.parametrize("slip", MUTATIONS)
@pytest.mark.parametrize("menu", CORPUS)
def test_no_slip_brings_a_traceback(menu: str, slip: str) -> None:
    dice = random.Random(f"{menu} {slip}")
    for _ in range(MUTANTS[menu]):
        text = CORPUS[menu]
        for _ in range(dice.randint(1, 3)):
            text = MUTATIONS[slip](text, dice) or text

        checked = check(text, "menus.yaml", WORLD)

        assert (checked.menu is None) == bool(checked.mistakes)
        assert all(problem.message and str(problem) for problem in (*checked.mistakes, *checked.warnings))


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c]\n",
        "[" * 100_000,
        "{a: " * 50_000,
        "- " * 100_000,
        "? " * 100_000,
        '"' + "\\x41" * 50_000,
        "departments:\n" + "".join(f"  d{number}: {{}}\n" for number in range(5_000)),
        "ignore: {" + ", ".join(f"w{number}: x" for number in range(5_000)) + "}",
        "#" * (LARGEST_FILE_BYTES - 1),
        "가" * (LARGEST_FILE_BYTES // 3),
    ],
)
def test_what_is_made_to_explode_is_answered_in_bounded_time(text: str) -> None:
    began = time.process_time()

    checked = check(text, "menus.yaml", WORLD)

    assert checked.mistakes
    assert time.process_time() - began < LONGEST_SECONDS


def test_of_a_file_far_too_large_only_a_piece_is_read(tmp_path: Path) -> None:
    path = tmp_path / "menus.yaml"
    with path.open("wb") as file:
        file.truncate(10_000_000_000)  # Takes no room on the disk; reading it all would take the memory.

    with pytest.raises(MenuErrors) as caught:
        read_menu_file(path)

    assert str(caught.value) == f"menus.yaml:1:1: the file is larger than {LARGEST_FILE_BYTES:,} bytes"


def test_a_file_that_is_being_written_is_read_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "menus.yaml"
    versions = [f"# {number}\n" + f"x: {number}\n" * 2_000 for number in range(10)]
    path.write_text(versions[0], encoding="utf-8")
    over = threading.Event()

    def save_again_and_again() -> None:
        while not over.is_set():
            for version in versions:
                path.write_text(version, encoding="utf-8")

    writer = threading.Thread(target=save_again_and_again)
    writer.start()
    try:
        read = [_read_or_none(path) for _ in range(5)]
    finally:
        over.set()
        writer.join()

    assert {text for text in read if text is not None} <= set(versions)


def _read_or_none(path: Path) -> str | None:
    try:
        return read_menu_file(path)
    except Unreadable:
        return None


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "menus.yaml")

    with pytest.raises(Unreadable, match="is no file"):
        read_menu_file(tmp_path / "menus.yaml")
