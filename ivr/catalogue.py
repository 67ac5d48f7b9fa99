"""Which menu is in force, and which one a call began with."""

import threading
import time
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from callqueue.department import Department
from ivr.menu.load import load_menu
from ivr.menu.model import Menu
from ivr.recordings import recorded
from ivr.versions import in_force, publish
from store.tables import menu_versions

__all__ = ["Catalogue", "NoMenuPublished", "publish"]


class NoMenuPublished(Exception):
    """No menu has been published. Start with a MENU_FILE, or run `barocall menu publish`."""


DEFAULT_LANGUAGE = "ko"
DEFAULT_ZONE = "Asia/Seoul"
FRESH_SECONDS = 1.0
"""A menu that another process publishes is in force here so much later at most."""
WATCHED_SECONDS = 60.0
"""The same where a thread looks (ivr.watch), and prepares what it finds before it is in force here."""


class Catalogue:
    """Published menus, each parsed once a process. A version never changes, so the cache never lies."""

    def __init__(self) -> None:
        self._parsed: dict[int, Menu] = {}
        self._lock = threading.Lock()
        self._looked: tuple[float, int] | None = None
        self._fresh_seconds = FRESH_SECONDS

    def published(self, tx: Connection) -> tuple[int, Menu]:
        """The version that new calls get. Raises NoMenuPublished."""
        version_id = self._newest(tx)
        return version_id, self.version(tx, version_id)

    def _newest(self, tx: Connection) -> int:
        looked = self._looked
        if looked is not None and time.monotonic() - looked[0] < self._fresh_seconds:
            return looked[1]
        version_id = in_force(tx)
        if version_id is None:
            raise NoMenuPublished
        self._looked = (time.monotonic(), version_id)
        return version_id

    def use(self, version_id: int) -> None:
        """A watching thread has looked, and prepared this version: calls that begin now get it."""
        self._looked = (time.monotonic(), version_id)
        self._fresh_seconds = WATCHED_SECONDS

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

    def zone(self, tx: Connection) -> ZoneInfo:
        """In which the site's people think of time; Seoul's before the first menu is published."""
        try:
            return ZoneInfo(self.published(tx)[1].site.time_zone)
        except NoMenuPublished:
            return ZoneInfo(DEFAULT_ZONE)

    def languages(self) -> tuple[str, ...]:
        """Of the newest menu that this process has met, without asking the database."""
        newest = self._parsed.get(max(self._parsed, default=0))
        return (DEFAULT_LANGUAGE,) if newest is None else newest.languages

    def parsed(self, version_id: int) -> Menu | None:
        """A version that this process has met already, without asking the database."""
        return self._parsed.get(version_id)

    def _parse(self, tx: Connection, version_id: int) -> Menu:
        row = tx.execute(select(menu_versions).where(menu_versions.c.id == version_id)).one()
        menu = recorded(tx, version_id, load_menu(row.source, row.file_name))
        with self._lock:
            return self._parsed.setdefault(version_id, menu)
