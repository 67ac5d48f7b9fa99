"""A roster as a table: one shift a line, as spreadsheets write it."""

import csv
import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo

from callqueue.roster import Planned, Problem, Read, Span

COLUMNS = ("date", "agent", "start", "end", "breaks")
KOREAN = {"날짜": "date", "상담원": "agent", "시작": "start", "종료": "end", "휴식": "breaks"}
_DATE = re.compile(r"(\d{4})[-./] ?(\d{1,2})[-./] ?(\d{1,2})\.?", re.ASCII)
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::00)?", re.ASCII)
_BREAK = re.compile(r"(\d{1,2}:\d{2})\s*[-~–]\s*(\d{1,2}:\d{2})", re.ASCII)


def read_csv(text: str, zone: ZoneInfo) -> Read:
    """Every line that can be read, and what is wrong with the others."""
    lines = text.splitlines()
    reader = csv.reader(lines, delimiter=_delimiter(lines[0] if lines else ""))
    problems: list[Problem] = []
    rows = _rows(reader, problems)
    head = [KOREAN.get(cell.strip().lower(), cell.strip().lower()) for cell in next(rows, [])]
    if wrong := _wrong_columns(head):
        return Read(problems=wrong)
    planned = [shift for row in rows if (shift := _shift(reader.line_num, head, row, zone, problems)) is not None]
    return Read(tuple(planned), tuple(problems))


def _rows(reader: Any, problems: list[Problem]) -> Iterator[list[str]]:
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            problems.append(Problem(reader.line_num, f"this line can't be read: {error}"))


def _delimiter(first_line: str) -> str:
    return max(",;\t", key=first_line.count)


def _wrong_columns(names: list[str]) -> tuple[Problem, ...]:
    told = [_unknown(name) for name in names if name and name not in COLUMNS]
    missing = [name for name in COLUMNS[:-1] if name not in names]
    if len(missing) > len(told):  # One that is misspelt was told of: once is enough.
        told.append(f"the first line names the columns {', '.join(COLUMNS)}; missing: {', '.join(missing)}")
    told += [f'two columns are called "{name}"' for name in COLUMNS if names.count(name) > 1]
    return tuple(Problem(1, message) for message in told)


def _unknown(name: str) -> str:
    near = get_close_matches(name, [*COLUMNS, *KOREAN], 1, 0.6)
    hint = f'Did you mean "{near[0]}"?' if near else f"Known are: {', '.join(COLUMNS)}."
    return f'no column "{name}" is known. {hint}'


def _shift(line: int, head: list[str], row: list[str], zone: ZoneInfo, problems: list[Problem]) -> Planned | None:
    """None for an empty line, and for one that can't be read."""
    if not any(cell.strip() for cell in row):
        return None
    if any(cell.strip() for cell in row[len(head) :]):
        told = f"{len(row)} values stand here, and the first line names {len(head)} columns"
        problems.append(Problem(line, told))
        return None
    cells = dict.fromkeys(COLUMNS, "") | {name: cell.strip() for name, cell in zip(head, row, strict=False)}
    day, start, end = _date(cells["date"]), _time(cells["start"]), _time(cells["end"])
    breaks = _breaks(cells["breaks"])
    problems += (
        Problem(line, told)
        for wrong, told in (
            (day is None, f'"{cells["date"]}" is no date: write it like 2026-11-30'),
            (not cells["agent"], "whose shift is it? The agent is missing"),
            (start is None, f'"{cells["start"]}" is no time: write it like 09:00'),
            (end is None, f'"{cells["end"]}" is no time: write it like 18:00'),
            (breaks is None, f'"{cells["breaks"]}": breaks are written like 12:00-13:00 15:30-15:45'),
        )
        if wrong
    )
    if day is None or start is None or end is None or breaks is None or not cells["agent"]:
        return None
    on = datetime.combine(day, start, zone)
    return Planned(line, cells["agent"], on, _from(on, end), tuple(_break(on, *pause) for pause in breaks))


def _break(on: datetime, begin: time, end: time) -> Span:
    begins = on.replace(hour=begin.hour, minute=begin.minute)
    if begins < on:  # After midnight.
        begins += timedelta(days=1)
    return begins, _from(begins, end)


def _from(begin: datetime, end: time) -> datetime:
    """That time of the day, or of the next: a night shift ends before it begins."""
    ends = begin.replace(hour=end.hour, minute=end.minute)
    return ends if ends > begin else ends + timedelta(days=1)


def _date(written: str) -> date | None:
    found = _DATE.fullmatch(written)
    try:
        return None if found is None else date(*(int(part) for part in found.groups()))
    except ValueError:
        return None


def _time(written: str) -> time | None:
    found = _TIME.fullmatch(written)
    try:
        return None if found is None else time(int(found[1]), int(found[2]))
    except ValueError:
        return None


def _breaks(written: str) -> tuple[tuple[time, time], ...] | None:
    if _BREAK.sub("", written).strip(" ,;/"):
        return None
    spans = []
    for first, last in _BREAK.findall(written):
        begin, end = _time(first), _time(last)
        if begin is None or end is None:
            return None
        spans.append((begin, end))
    return tuple(spans)
