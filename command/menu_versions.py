"""`barocall menu publish | rollback | log | diff`: versions of the menu."""

import getpass
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from command.environment import database_url, is_sqlite_without_file, language
from command.menu_files import MENU_FILE, NOT_CHECKED, read_or_stop, say, show_checked, show_problems
from command.menu_test import play, show

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from ivr.menu.check import Checked
    from ivr.menu.model import Menu
    from ivr.menu.recording_files import RecordingFiles
    from ivr.rehearsal import Tried
    from ivr.versions import Lesson
    from store.database import Store

BY = click.option("--by", default=None, help="Who you are, for the log; by default your name on this machine.")


@click.command()
@click.argument("file", type=MENU_FILE, default="menus.yaml")
@BY
@click.option("--untested", is_flag=True, help="Whatever its tests say.")
def publish(file: Path, by: str | None, untested: bool) -> None:
    """Put FILE in force: calls that begin from now on get it, in every process within two seconds.

    Calls in progress keep the menu they began with. A menu with mistakes, or whose tests fail, is not published.
    Exit 0: it is in force, 1: it has mistakes or fails, 2: it could not be read.
    """
    from ivr.menu.recording_files import RecordingFiles
    from ivr.menu.source import MenuErrors
    from ivr.versions import in_force, publish

    text, files = read_or_stop(file), RecordingFiles(file.parent)
    try:
        checked, lessons, tried = _prepared(text, file.name, files, tested=not untested)
        show_checked(file, checked, [])
        menu = checked.or_raise()
        show(file, tried)
        if not all(one.passed for one in tried):
            raise MenuErrors([])
        sounds = files.all(menu.recordings)
        with writing() as tx:
            before = in_force(tx)
            version_id = publish(
                tx, text, file.name, by=by or _me(), now=datetime.now(UTC), lessons=lessons, recordings=sounds
            )
    except MenuErrors:
        click.echo(say("not published: the menu in force stays", "공개하지 않았습니다. 지금 메뉴가 그대로 쓰입니다"))
        sys.exit(1)
    _show_change(before, version_id)


def _prepared(
    text: str, file_name: str, files: "RecordingFiles", *, tested: bool
) -> "tuple[Checked, dict[str, Lesson], tuple[Tried, ...]]":
    """Checked, what it teaches, and tried: sentences are encoded once for all three."""
    from command.menu_world import Studies, remembered_encoder, world_here
    from ivr.menu.check import check
    from ivr.watch import lessons

    with remembered_encoder() as encoder:
        studies = Studies(encoder)
        world, _missing = world_here(files, close=studies.close)
        checked = check(text, file_name, world)
        if checked.menu is None:
            return checked, {}, ()
        taught = lessons(checked.menu, studies.train)
        return checked, taught, play(text, checked.menu, studies) if tested else ()


@click.command()
@click.argument("version", type=int, required=False)
@BY
def rollback(version: int | None, by: str | None) -> None:
    """Put an earlier version in force again: the one before, or VERSION (`barocall menu log` lists them)."""
    from ivr.versions import NoSuchVersion, in_force, rollback

    try:
        with writing() as tx:
            before = in_force(tx)
            version_id = rollback(tx, version, by=by or _me(), now=datetime.now(UTC))
    except NoSuchVersion as error:
        raise click.ClickException(str(error)) from error
    _show_change(before, version_id)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def log(as_json: bool) -> None:
    """List what was in force when, who put it there, and what it changed; latest first."""
    from ivr.versions import publications

    with reading() as tx:
        history = publications(tx)
    menus = {version_id: _version(version_id) for version_id in {one.version_id for one in history}}
    shown = []
    for at, one in enumerate(history):
        earlier = history[at + 1].version_id if at + 1 < len(history) else None
        changes = () if earlier is None else _told(menus[earlier], menus[one.version_id])
        shown.append({"version": one.version_id, "at": one.at.isoformat(), "by": one.by, "how": one.how.value})
        shown[-1]["changes"] = list(changes)
        if not as_json:
            zone = ZoneInfo(menus[one.version_id].site.time_zone)
            when = one.at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
            click.echo(f"{'→' if at == 0 else ' '} {one.version_id:>4}  {when}  {one.how:<8}  {one.by}")
            _echo(changes)
    if as_json:
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
    elif not history:
        click.echo(say("nothing has been published yet", "아직 공개한 메뉴가 없습니다"))


@click.command()
@click.argument("one", default="published")
@click.argument("other", default="menus.yaml")
def diff(one: str, other: str) -> None:
    """Tell in words what changes for callers from ONE to OTHER.

    Each is a file, the number of a version, or "published". By default: from what is in force to menus.yaml.
    With one file alone: from what is in force to that file. Exit 0: no difference, 1: some.
    """
    context = click.get_current_context()
    alone = context.get_parameter_source("other") == click.core.ParameterSource.DEFAULT
    if alone and one != "published" and not one.isdecimal():
        one, other = "published", one
    changes = _told(_named(one), _named(other))
    _echo(changes or [say("no difference for callers", "고객에게는 달라지는 것이 없습니다")], indent="")
    sys.exit(1 if changes else 0)


def _named(name: str) -> "Menu":
    from ivr.menu.load import load_menu
    from ivr.menu.source import MenuErrors

    if name == "published":
        return version_in_force()
    if name.isdecimal():
        return _version(int(name))
    try:
        return _with_sounds(load_menu(read_or_stop(Path(name)), Path(name).name), Path(name).parent)
    except MenuErrors as error:
        show_problems(error.problems)
        sys.exit(NOT_CHECKED)


def _with_sounds(menu: "Menu", folder: Path) -> "Menu":
    """Of a file. Ends the command where one of its recordings can't be played."""
    from ivr.menu.file import Unreadable
    from ivr.menu.in_korean import in_korean
    from ivr.menu.recording_files import RecordingFiles

    try:
        return RecordingFiles(folder).heard_in(menu)
    except Unreadable as error:
        click.echo(say(f"can't read this: {error}", f"읽을 수 없습니다: {in_korean(str(error))}"), err=True)
        sys.exit(NOT_CHECKED)


def version_in_force() -> "Menu":
    """Ends the command where there is none."""
    from ivr.versions import in_force

    with reading() as tx:
        version_id = in_force(tx)
    if version_id is None:
        raise click.ClickException(say("nothing has been published yet", "아직 공개한 메뉴가 없습니다"))
    return _version(version_id)


def _version(version_id: int) -> "Menu":
    from ivr.menu.load import load_menu
    from ivr.recordings import recorded
    from ivr.versions import version

    with reading() as tx:
        found = version(tx, version_id)
        if found is None:
            raise click.ClickException(f"there is no version {version_id}; `barocall menu log` lists them")
        return recorded(tx, version_id, load_menu(found.source, f"version {version_id}"))


def _show_change(before: int | None, now: int) -> None:
    if before == now:
        click.echo(say(f"version {now} was in force already", f"{now}판이 이미 쓰이고 있습니다"))
        return
    was_en, was_ko = ("", "") if before is None else (f" (was version {before})", f"(전에는 {before}판)")
    click.echo(say(f"version {now} is in force{was_en}", f"이제 {now}판이 쓰입니다{was_ko}"))
    if before is not None:
        _echo(_told(_version(before), _version(now)))


def _told(old: "Menu", new: "Menu") -> tuple[str, ...]:
    from ivr.menu.difference import differences

    return tuple(change.in_language(language()) for change in differences(old, new))


def _echo(lines: Sequence[str], indent: str = "        ") -> None:
    for line in lines:
        click.echo(f"{indent}{line}")


def _me() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # A container's user without a name.
        return f"user {os.getuid()}"


@contextmanager
def reading() -> "Iterator[Connection]":
    with closing(_opened_store()) as store, store.read() as tx:
        yield tx


@contextmanager
def writing() -> "Iterator[Connection]":
    with closing(_opened_store()) as store, store.write() as tx:
        yield tx


def _opened_store() -> "Store":
    """The database of the house; a new one where there is none yet."""
    from sqlalchemy.exc import SQLAlchemyError

    from command.database import prepare_database, reason
    from store.database import Store
    from store.migrate import current_revision

    url = database_url()
    try:
        new = is_sqlite_without_file(url) or current_revision(url) is None
    except (SQLAlchemyError, ImportError, OSError) as error:
        raise click.ClickException(f"DATABASE_URL can't be used: {reason(error)}") from error
    if new:
        prepare_database(url)
    return Store(url)
