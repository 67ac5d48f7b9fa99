"""Recorded prompts in the database, beside the version of the menu that plays them. A version's never change."""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote

from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from ivr.menu.model import Menu
from ivr.menu.recordings import with_sounds
from ivr.menu.sounds import Recording
from store.database import insert_row
from store.tables import menu_recordings, recordings

ROUTE = "/recordings"


def address(version_id: int, path: str) -> str:
    """Of a version's recording on this server."""
    return f"{ROUTE}/{version_id}/{quote(path)}"


def keep_recordings(tx: Connection, version_id: int, found: Mapping[str, Recording]) -> None:
    """By path, for a version that is new."""
    for path, recording in found.items():
        row = {"menu_version_id": version_id, "path": path, "recording_id": _sound(tx, recording)}
        insert_row(tx, menu_recordings, **row)


def _sound(tx: Connection, recording: Recording) -> int:
    known = select(recordings.c.id).where(recordings.c.sha256 == recording.sha256)
    found = tx.execute(known).scalar()
    if found is not None:
        return int(found)
    row = {"sha256": recording.sha256, "media_type": recording.media_type, "data": recording.data}
    try:
        with tx.begin_nested():
            return insert_row(tx, recordings, **row)
    except IntegrityError:  # Another process publishes the same sound at the same moment.
        return int(tx.execute(known).scalar_one())


def recorded(tx: Connection, version_id: int, menu: Menu) -> Menu:
    """The menu of a version, with the sounds that are stored for it: without one a sentence is spoken."""
    if not menu.recordings:
        return menu
    kept = (
        select(menu_recordings.c.path, recordings.c.sha256)
        .join(recordings)
        .where(menu_recordings.c.menu_version_id == version_id)
    )
    digests = {row.path: row.sha256 for row in tx.execute(kept)}
    return replace(menu, recordings=with_sounds(menu.recordings, digests))


def recording_of(tx: Connection, version_id: int, path: str) -> Recording | None:
    kept = (
        select(recordings.c.media_type, recordings.c.data)
        .join(menu_recordings)
        .where(menu_recordings.c.menu_version_id == version_id, menu_recordings.c.path == path)
    )
    row = tx.execute(kept).first()
    return None if row is None else Recording(*row)
