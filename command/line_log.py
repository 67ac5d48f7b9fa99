"""The log of the line, for estimators here and elsewhere."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from callqueue import events
from callqueue.department import Department
from callqueue.events import Kind, LineEvent
from ivr.catalogue import Catalogue
from store.database import Store

PAGE = 1000

Line = dict[str, Any]


def export(store: Store, since: datetime | None) -> Iterator[str]:
    """The log as `barocall wait replay` reads it, line by line; with `since`, what stood at that moment comes first."""
    with store.read() as tx:
        departments = Catalogue().departments(tx)
    lines: Iterator[Line] = (events.as_line(event, departments) for event in events.steadily(read_all(store)))
    if since is not None:
        lines = standing_first(lines, since.timestamp())
    return (json.dumps(line, ensure_ascii=False) for line in with_priors(lines, departments))


def read_all(store: Store, cursor: str = events.START) -> Iterator[LineEvent]:
    """The whole log behind `cursor`, page by page."""
    while True:
        with store.read() as tx:
            page = events.since(tx, cursor, PAGE)
        if not page:
            return
        yield from page
        cursor = page[-1].cursor


def with_priors(lines: Iterator[Line], departments: Mapping[str, Department]) -> Iterator[Line]:
    """The handle times that the menu expects, before the first event."""
    first = next(lines, None)
    if first is None:
        return
    for name, department in departments.items():
        expected = department.handle_seconds
        yield {"t": first["t"], "type": "department", "department": name, "handle_time": expected}
    yield first
    yield from lines


def standing_first(lines: Iterator[Line], since: float) -> Iterator[Line]:
    """The lines from `since` on (Unix seconds). Of the earlier ones, those that say how things stood then: the last of
    each agent, all of each caller who was still there."""
    standing: dict[tuple[str, int], list[Line]] = {}
    for line in lines:
        if line["t"] >= since:
            yield from _in_order(standing)
            yield line
            break
        _keep(standing, line)
    else:
        yield from _in_order(standing)
    yield from lines


def _keep(standing: dict[tuple[str, int], list[Line]], line: Line) -> None:
    if "caller" not in line:
        standing[line["type"], line["agent"]] = [line]
        return
    caller = "caller", line["caller"]
    if line["type"] in (Kind.END, Kind.LEAVE):
        standing.pop(caller, None)
    else:
        standing.setdefault(caller, []).append(line)


def _in_order(standing: Mapping[tuple[str, int], list[Line]]) -> list[Line]:
    # Sorting is stable, and a caller's own lines are in order; times never fall here.
    return sorted((line for kept in standing.values() for line in kept), key=lambda line: float(line["t"]))
