"""Was the first department the right one? By what callers meant, by line of the menu, and by the words that misled."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TypeVar

from sqlalchemy import Connection, func, select

from callqueue.transfer import Reason
from ivr.dialogue import DEPARTMENTS, By
from ivr.menu.source import Problems, Value, read_yaml
from store.tables import line_entries, menu_versions, routings, transfers, utterances

Key = TypeVar("Key")
SPOKEN = (By.WORDS.value, By.CONFIRMED.value)


@dataclass(frozen=True)
class Served:
    """A call that reached an agent by the menu, and whether it went on from there."""

    call_id: int
    department: str
    by: str
    key: str | None
    phrase: str | None
    menu_version_id: int
    reason: Reason | None
    """Why it was passed on; None: it was not."""
    passed_to: str | None

    @property
    def at_first_try(self) -> bool:
        """Whoever is served, and then has another matter, was put through rightly."""
        return self.reason in (None, Reason.SECOND_MATTER)


@dataclass(frozen=True)
class FirstTry:
    served: int
    at_first_try: int

    @property
    def rate(self) -> float:
        return self.at_first_try / self.served


@dataclass(frozen=True)
class MenuLine:
    """What stands in the menu and led callers somewhere: a key, or a phrase."""

    file: str
    line: int
    department: str
    written: str


@dataclass(frozen=True)
class Misled:
    """Words that led to the wrong department."""

    words: str
    taken_for: str
    passed_to: str
    reason: Reason
    times: int


@dataclass(frozen=True)
class RoutingReport:
    whole: FirstTry
    by_intent: dict[str, FirstTry]
    """Calls that were put through by what was said."""
    by_way: dict[str, FirstTry]
    by_line: dict[MenuLine, FirstTry]
    """Worst first."""
    by_reason: dict[str, int]
    misled: tuple[Misled, ...]
    """Most frequent first. Words are kept for the days of RETENTION_DAYS only."""


def routing_report(tx: Connection, since: datetime) -> RoutingReport:
    """Calls that were put through since then and reached an agent."""
    served = _served(tx, since)
    menus = _menus(tx, served)
    by_line = _first_tries((_menu_line(menus[call.menu_version_id], call), call) for call in served)
    return RoutingReport(
        whole=_first_try(served),
        by_intent=_first_tries((call.department, call) for call in served if call.by in SPOKEN),
        by_way=_first_tries((call.by, call) for call in served),
        by_line=dict(sorted(by_line.items(), key=lambda item: (item[1].rate, -item[1].served, item[0].line))),
        by_reason=_by_reason(tx, since),
        misled=_misled(tx, served),
    )


def _served(tx: Connection, since: datetime) -> list[Served]:
    rows = tx.execute(
        select(
            routings.c.call_id,
            routings.c.department,
            routings.c.by,
            routings.c.key,
            routings.c.phrase,
            routings.c.menu_version_id,
            transfers.c.reason,
            transfers.c.to_department,
        )
        .join(line_entries, line_entries.c.id == routings.c.entry_id)
        .join(transfers, transfers.c.from_entry_id == line_entries.c.id, isouter=True)
        .where(routings.c.at >= since, line_entries.c.connected_at.is_not(None))
        .order_by(routings.c.id)
    )
    return [
        Served(*row[:6], reason=None if row.reason is None else Reason(row.reason), passed_to=row.to_department)
        for row in rows
    ]


def _by_reason(tx: Connection, since: datetime) -> dict[str, int]:
    """All transfers, also the second and third of a case."""
    counted = select(transfers.c.reason, func.count()).where(transfers.c.at >= since).group_by(transfers.c.reason)
    rows = [(str(reason), int(count)) for reason, count in tx.execute(counted)]
    return dict(sorted(rows, key=lambda row: (-row[1], row[0])))


def _misled(tx: Connection, served: list[Served]) -> tuple[Misled, ...]:
    found: Counter[tuple[str, str, str, Reason]] = Counter()
    for call in served:
        if call.by not in SPOKEN or call.at_first_try or call.reason is None or call.passed_to is None:
            continue
        words = _words_of(tx, call)
        if words:
            found[words, call.department, call.passed_to, call.reason] += 1
    listed = [Misled(*key, times=times) for key, times in found.items()]
    return tuple(sorted(listed, key=lambda one: (-one.times, one.words)))


def _words_of(tx: Connection, call: Served) -> str | None:
    """The last words that were taken for this department; none when they have expired."""
    said = (
        select(utterances.c.words)
        .where(utterances.c.call_id == call.call_id, utterances.c.expectation == DEPARTMENTS)
        .where(utterances.c.meaning == call.department, utterances.c.decision.in_(("go", "confirm")))
    )
    words: str | None = tx.execute(said.order_by(utterances.c.id.desc()).limit(1)).scalar()
    return words


def _first_try(served: list[Served]) -> FirstTry:
    return FirstTry(len(served), sum(call.at_first_try for call in served))


def _first_tries(keyed: Iterable[tuple[Key, Served]]) -> dict[Key, FirstTry]:
    groups: dict[Key, list[Served]] = defaultdict(list)
    for key, call in keyed:
        groups[key].append(call)
    return {key: _first_try(calls) for key, calls in groups.items()}


def _menus(tx: Connection, served: list[Served]) -> dict[int, tuple[str, str]]:
    """(file, text) of the versions that led these calls."""
    wanted = {call.menu_version_id for call in served}
    versions = select(menu_versions.c.id, menu_versions.c.file_name, menu_versions.c.source)
    return {row.id: (row.file_name, row.source) for row in tx.execute(versions.where(menu_versions.c.id.in_(wanted)))}


def _menu_line(menu: tuple[str, str], call: Served) -> MenuLine:
    file_name, source = menu
    written = call.phrase or (f'key "{call.key}"' if call.key else "person: true")
    return MenuLine(file_name, line_of(source, call.department, call.key, call.phrase), call.department, written)


@cache
def line_of(source: str, department: str, key: str | None, phrase: str | None) -> int:
    """Where in a menu's text the key or phrase of a department stands; its name where neither is found."""
    root = read_yaml(source, Problems("", source))
    found = _child(_child(root, "departments"), department)
    if found is None:
        return 1
    wanted = _child(found, "key") if key is not None else _phrase(_child(found, "phrases"), phrase)
    return (wanted or _child(found, "person") or found).place.line


def _child(value: Value | None, name: str) -> Value | None:
    if value is None or not isinstance(value.data, dict):
        return None
    return next((inner for key, inner in value.data.items() if key.text == name), None)


def _phrase(value: Value | None, phrase: str | None) -> Value | None:
    """Phrases stand in a list, or in one for each language."""
    if value is None or phrase is None:
        return None
    if isinstance(value.data, dict):
        each = (_phrase(inner, phrase) for inner in value.data.values())
        return next((found for found in each if found is not None), None)
    return next((one for one in value.data if str(one.data).strip() == phrase), None)
