"""The forecast of the live line: the log of the line, read on and applied; what was learned is kept over restarts.

Each process has its own model. All read the same log in the same order, so all say the same.
"""

import json
import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from callqueue import events
from callqueue.department import Department
from callqueue.forecast.events import BadEvent, DepartmentKnown, from_plain
from callqueue.forecast.model import DEFAULT, Forecast, OtherVersion, WaitModel
from callqueue.wait import WaitEstimator, WaitRange
from store.database import DatabaseAway, Store
from store.tables import wait_models

log = logging.getLogger(__name__)

PAGE = 500
FOLLOW_SECONDS = 0.5
KEPT_EVERY = timedelta(minutes=10)
KEPT_MODELS = 2

Departments = Callable[[Connection], Mapping[str, Department]]


class LiveWait(WaitEstimator):
    """Forecasts for the callers of this site. Safe to share between threads; make a new one after a fork."""

    def __init__(self, store: Store, departments: Departments, *, pace_seconds: float = 0.0) -> None:
        """`pace_seconds`: between two calls that the house places."""
        super().__init__()
        self._store, self._departments, self._pace_seconds = store, departments, pace_seconds
        self._turn = threading.Lock()
        self._model: WaitModel | None = None
        self._cursor = events.START
        self._expected: dict[str, float] = {}
        self._kept_at: datetime | None = None

    def estimate(
        self, tx: Connection, department: Department, position: int, now: datetime, entry_id: int | None = None
    ) -> WaitRange | None:
        """The wait of an entry, or of one who joined now; None when there is nothing to say.

        The log is read apart from `tx`, which may still be rolled back: what it has done itself is not seen yet.
        """
        with self._turn:
            model = self._caught_up()
            at = now.timestamp()
            forecast = None if entry_id is None else model.forecast(str(entry_id), at)
            if forecast is None:
                forecast = model.forecast_newcomer(department.id, department.priority, at)
        return _said(forecast)

    def catch_up(self) -> None:
        """Read on in the log."""
        with self._turn:
            self._caught_up()

    def follow(self) -> threading.Thread:
        """Catch up all the time, so that no caller waits for it; compiles what is compiled, too."""
        thread = threading.Thread(target=self._follow, name="wait-model", daemon=True)
        thread.start()
        return thread

    def keep(self, now: datetime) -> bool:
        """Store what was learned, when it is time to; a process that starts goes on from there."""
        if self._kept_at is not None and now - self._kept_at < KEPT_EVERY:
            return False
        with self._turn:
            data, cursor = self._caught_up().dump(), self._cursor
        self._kept_at = now
        with self._store.write() as tx:
            tx.execute(insert(wait_models).values(stored_at=now, cursor=cursor, data=json.dumps(data)))
            newest = select(wait_models.c.id).order_by(wait_models.c.id.desc()).limit(KEPT_MODELS)
            tx.execute(delete(wait_models).where(wait_models.c.id.not_in(newest)))
        return True

    def _follow(self) -> None:
        pause = threading.Event()
        while True:
            try:
                self.catch_up()
            except DatabaseAway as error:
                log.warning("the log of the line cannot be read: %s", error)
            pause.wait(FOLLOW_SECONDS)

    def _caught_up(self) -> WaitModel:
        with self._store.read() as tx:
            model = self._model = self._model or self._restored(tx)
            departments = self._departments(tx)
            self._expect(model, departments)
            while page := events.since(tx, self._cursor, PAGE):
                for event in page:
                    _apply(model, events.as_line(event, departments))
                self._cursor = page[-1].cursor
        return model

    def _restored(self, tx: Connection) -> WaitModel:
        """As last stored, or new: then it learns from the whole log."""
        model = WaitModel(DEFAULT, pace_seconds=self._pace_seconds)
        row = tx.execute(select(wait_models).order_by(wait_models.c.id.desc()).limit(1)).first()
        if row is None:
            return model
        try:
            model.load(json.loads(row.data))
        except OtherVersion as other:
            log.info("%s: learning anew from the log of the line", other)
            return model
        self._cursor = row.cursor
        return model

    def _expect(self, model: WaitModel, departments: Mapping[str, Department]) -> None:
        """The configured handle times, where they have changed."""
        for department in departments.values():
            if self._expected.get(department.id) != department.handle_seconds:
                self._expected[department.id] = department.handle_seconds
                model.apply(DepartmentKnown(0.0, department.id, department.handle_seconds))


def _apply(model: WaitModel, line: Mapping[str, Any]) -> None:
    try:
        model.apply(from_plain(line))
    except BadEvent as wrong:
        log.warning("an event of the line is left out: %s", wrong)
        model.warnings["no event"] += 1


def _said(forecast: Forecast | None) -> WaitRange | None:
    if forecast is None or forecast.spoken is None:
        return None
    return WaitRange(
        forecast.low_seconds, forecast.mid_seconds, forecast.high_seconds, forecast.estimator, said=forecast.spoken
    )
