"""Which menu is in force, and which one a call began with."""

import threading
import time
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, select, update
from sqlalchemy.exc import IntegrityError

from callqueue.department import Department
from ivr.menu.load import load_menu, menu_digest
from ivr.menu.model import Menu
from store.database import insert_row
from store.tables import menu_versions


class NoMenuPublished(Exception):
    """No menu has been published. Start with a MENU_FILE, or run `barocall menu publish`."""


DEFAULT_LANGUAGE = "ko"
FRESH_SECONDS = 1.0
"""A menu that another process publishes is in force here so much later at most."""


class Catalogue:
    """Published menus, each parsed once a process. A version never changes, so the cache never lies."""

    def __init__(self) -> None:
        self._parsed: dict[int, Menu] = {}
        self._lock = threading.Lock()
        self._looked: tuple[float, int] | None = None

    def published(self, tx: Connection) -> tuple[int, Menu]:
        """The version that new calls get. Raises NoMenuPublished."""
        version_id = self._newest(tx)
        return version_id, self.version(tx, version_id)

    def _newest(self, tx: Connection) -> int:
        looked = self._looked
        if looked is not None and time.monotonic() - looked[0] < FRESH_SECONDS:
            return looked[1]
        newest = select(menu_versions.c.id).order_by(menu_versions.c.published_at.desc(), menu_versions.c.id.desc())
        version_id = tx.execute(newest.limit(1)).scalar()
        if version_id is None:
            raise NoMenuPublished
        self._looked = (time.monotonic(), version_id)
        return int(version_id)

    def version(self, tx: Connection, version_id: int) -> Menu:
        menu = self._parsed.get(version_id)
        if menu is None:
            menu = self._parse(tx, version_id)
        return menu

    def departments(self, tx: Connection) -> Mapping[str, Department]:
        """The departments of the menu in force, as the line knows them; none before the first menu is published."""
        try:
            _version_id, menu = self.published(tx)
        except NoMenuPublished:
            return {}
        return {department.id: department.for_line() for department in menu.departments}

    def languages(self) -> tuple[str, ...]:
        """Of the newest menu that this process has met, without asking the database."""
        newest = self._parsed.get(max(self._parsed, default=0))
        return (DEFAULT_LANGUAGE,) if newest is None else newest.languages

    def parsed(self, version_id: int) -> Menu | None:
        """A version that this process has met already, without asking the database."""
        return self._parsed.get(version_id)

    def _parse(self, tx: Connection, version_id: int) -> Menu:
        row = tx.execute(select(menu_versions).where(menu_versions.c.id == version_id)).one()
        with self._lock:
            return self._parsed.setdefault(version_id, load_menu(row.source, row.file_name))


def publish(tx: Connection, source: str, file_name: str, *, by: str, now: datetime) -> int:
    """Put a menu in force; returns its version. The same text published again is the same version.

    Raises MenuErrors for a menu with mistakes; the one in force stays.
    """
    load_menu(source, file_name)
    digest = menu_digest(source)
    known = tx.execute(select(menu_versions.c.id).where(menu_versions.c.digest == digest)).scalar()
    if known is not None:
        tx.execute(update(menu_versions).where(menu_versions.c.id == known).values(published_at=now, published_by=by))
        return int(known)
    row = {"digest": digest, "file_name": file_name, "source": source, "published_at": now, "published_by": by}
    try:
        with tx.begin_nested():
            return insert_row(tx, menu_versions, **row)
    except IntegrityError:  # Another process starts with the same file at the same moment.
        return publish(tx, source, file_name, by=by, now=now)
