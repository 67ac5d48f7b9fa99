"""Versions of the menu: put in force, taken back, listed. The latest publication says which one is in force."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Select, select
from sqlalchemy.exc import IntegrityError

from ivr.menu.load import load_menu, menu_digest
from ivr.menu.sounds import Recording
from ivr.recordings import keep_recordings
from store.database import insert_row
from store.tables import menu_lessons, menu_publications, menu_versions


class How(StrEnum):
    START = "start"
    """The first menu of a new house, from its file."""
    PUBLISH = "publish"
    ROLLBACK = "rollback"
    """An earlier version again."""


class NoSuchVersion(Exception):
    """No version has this number. `barocall menu log` lists them."""


@dataclass(frozen=True)
class Lesson:
    """What a version's phrases teach in a language, trained with an encoder."""

    language: str
    encoder: str
    data: bytes


@dataclass(frozen=True)
class Version:
    id: int
    file_name: str
    source: str


@dataclass(frozen=True)
class Publication:
    version_id: int
    at: datetime
    by: str
    how: How


def publish(
    tx: Connection,
    source: str,
    file_name: str,
    *,
    by: str,
    now: datetime,
    how: How = How.PUBLISH,
    lessons: Mapping[str, Lesson] | None = None,
    recordings: Mapping[str, Recording] | None = None,
) -> int:
    """Put a menu in force; returns its version. The same text with the same recordings is the same version, and if
    that is in force already nothing happens.

    Raises MenuErrors for a menu with mistakes; the one in force stays. `lessons`: by language, where they are learned.
    `recordings`: by path; a sentence whose recording is not among them is spoken.
    """
    load_menu(source, file_name)
    digest = menu_digest(source, {path: found.sha256 for path, found in (recordings or {}).items()})
    known = tx.execute(select(menu_versions.c.id).where(menu_versions.c.digest == digest)).scalar()
    if known is None:
        row = {"digest": digest, "file_name": file_name, "source": source, "published_at": now, "published_by": by}
        try:
            with tx.begin_nested():
                known = insert_row(tx, menu_versions, **row)
                keep_recordings(tx, known, recordings or {})
        except IntegrityError:  # Another process starts with the same file at the same moment.
            return publish(tx, source, file_name, by=by, now=now, how=how, lessons=lessons, recordings=recordings)
    for lesson in (lessons or {}).values():
        keep_lesson(tx, known, lesson)
    _put_in_force(tx, known, by=by, now=now, how=how)
    return int(known)


def rollback(tx: Connection, version_id: int | None, *, by: str, now: datetime) -> int:
    """Put an earlier version in force again: the one before, or the one that is named. Raises NoSuchVersion."""
    known = before(tx) if version_id is None else version_id
    if known is None or version(tx, known) is None:
        raise NoSuchVersion(
            "there is no earlier version" if version_id is None else f"there is no version {version_id}"
        )
    _put_in_force(tx, known, by=by, now=now, how=How.ROLLBACK)
    return known


def _put_in_force(tx: Connection, version_id: int, *, by: str, now: datetime, how: How) -> None:
    if in_force(tx) != version_id:
        insert_row(tx, menu_publications, menu_version_id=version_id, at=now, by=by, how=how.value)


def in_force(tx: Connection) -> int | None:
    """The version that new calls get; None before the first."""
    found = tx.execute(_NEWEST).first()
    return None if found is None else int(found[0])


def before(tx: Connection) -> int | None:
    """What a rollback leads to: further back with each one, never to and fro."""
    stack: list[int] = []
    for publication in reversed(publications(tx)):
        if publication.how == How.ROLLBACK and publication.version_id in stack:
            while stack[-1] != publication.version_id:
                stack.pop()
        else:
            stack.append(publication.version_id)
    return stack[-2] if len(stack) > 1 else None


def version(tx: Connection, version_id: int) -> Version | None:
    columns = menu_versions.c.id, menu_versions.c.file_name, menu_versions.c.source
    row = tx.execute(select(*columns).where(menu_versions.c.id == version_id)).first()
    return None if row is None else Version(*row)


def publications(tx: Connection) -> list[Publication]:
    """Latest first."""
    columns = (menu_publications.c[name] for name in ("menu_version_id", "at", "by", "how"))
    rows = tx.execute(select(*columns).order_by(menu_publications.c.id.desc()))
    return [Publication(version_id, at, by, How(how)) for version_id, at, by, how in rows]


def keep_lesson(tx: Connection, version_id: int, lesson: Lesson) -> None:
    """The first one stays: they are all the same."""
    if lesson_of(tx, version_id, lesson.language, lesson.encoder) is not None:
        return
    try:
        with tx.begin_nested():
            insert_row(tx, menu_lessons, menu_version_id=version_id, **vars(lesson))
    except IntegrityError:
        return  # Another process was faster.


def lesson_of(tx: Connection, version_id: int, language: str, encoder: str) -> Lesson | None:
    table = menu_lessons.c
    kept = select(table.data).where(
        table.menu_version_id == version_id, table.language == language, table.encoder == encoder
    )
    data = tx.execute(kept).scalar()
    return None if data is None else Lesson(language, encoder, data)


_NEWEST: Select[Any] = select(menu_publications.c.menu_version_id).order_by(menu_publications.c.id.desc()).limit(1)
