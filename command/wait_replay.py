"""`barocall wait replay`: the live estimator on a log of events, one answer to each caller who joins."""

import json
import sys
from collections.abc import Iterable, Iterator
from typing import Any, TextIO

from callqueue.forecast.events import BadEvent, Joined, parse
from callqueue.forecast.model import Forecast, WaitModel


def replay(lines: Iterable[str], model: WaitModel, warn: TextIO) -> Iterator[dict[str, Any]]:
    """One answer to each join, before the next line is read. Lines that are no event are told of and left out."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            event = parse(line)
        except BadEvent as wrong:
            model.warnings["no event"] += 1
            warn.write(f"line {number}: {wrong}\n")
            continue
        forecast = model.apply(event)
        if isinstance(event, Joined):
            yield answer(event, forecast)


def answer(event: Joined, forecast: Forecast | None) -> dict[str, Any]:
    who = {"t": event.t, "caller": event.caller, "department": event.department}
    if forecast is None:
        return {**who, "low": None, "mid": None, "high": None, "spoken": None, "estimator": None}
    return {
        **who,
        "low": round(forecast.low_seconds, 1),
        "mid": round(forecast.mid_seconds, 1),
        "high": round(forecast.high_seconds, 1),
        "spoken": None if forecast.spoken is None else list(forecast.spoken),
        "estimator": forecast.estimator,
    }


def run(source: TextIO, model: WaitModel) -> int:
    """Returns the exit status: 0, or 1 when any line was no event or an event was left out."""
    # Line by line, not by blocks: whoever pipes events in waits for each answer before writing on.
    for each in replay(iter(source.readline, ""), model, sys.stderr):
        sys.stdout.write(json.dumps(each, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    for what, count in sorted(model.warnings.items()):
        sys.stderr.write(f"{count} × {what}\n")
    return 1 if model.warnings else 0
