"""`barocall report`: what was promised and what came true; who reached whom at the first try."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

if TYPE_CHECKING:
    from callqueue.accounts import Account
    from callqueue.department import ServiceLevel
    from callqueue.ledger import Muted
    from callqueue.service import Served
    from ivr.routing_report import FirstTry, RoutingReport
    from store.database import Store

_SPAN = re.compile(r"(\d{1,4})([dh])", re.ASCII)


def _moment(_context: click.Context, _option: click.Parameter, written: str) -> datetime:
    """So many days (7d) or hours (12h) back, or from a day on (2026-11-20, in this machine's zone)."""
    found = _SPAN.fullmatch(written)
    if found is not None:
        amount = int(found.group(1))
        return datetime.now(UTC) - (timedelta(days=amount) if found.group(2) == "d" else timedelta(hours=amount))
    try:
        return datetime.strptime(written, "%Y-%m-%d").astimezone()
    except ValueError:
        raise click.BadParameter(f"{written}: write 7d for days, 12h for hours, or a day like 2026-11-20") from None


_since = click.option(
    "--since", metavar="7d|12h|DATE", callback=_moment, default="7d", show_default=True, help="How far to look back."
)
_as_json = click.option("--json", "as_json", is_flag=True, help="For programs.")


@click.group()
def report() -> None:
    """What came true: of announced waits, of the menu's choices."""


@report.command("waits")
@_since
@_as_json
def waits(since: datetime, as_json: bool) -> None:
    """Whether callers waited as long as they were told: docs/wait.md explains every column."""
    from callqueue import accounts, ledger

    store = _store()
    with store.write() as tx:
        ledger.judge(tx, datetime.now(UTC))
    with store.read() as tx:
        forecasts = accounts.judged(tx, since)
        muted = ledger.muted(tx)
    zone = _zone(store)
    departments, hours = accounts.by_department(forecasts), accounts.by_hour(forecasts, zone)
    if as_json:
        click.echo(_waits_json(since, departments, hours, muted))
    elif not forecasts:
        click.echo("no wait has been announced since then")
    else:
        click.echo(_waits_text(departments, hours, muted, zone))


@report.command("service")
@_since
@_as_json
def service(since: datetime, as_json: bool) -> None:
    """How many callers were answered as soon as the menu's `service_level` asks for, by department and hour.

    Who hung up sooner than that is not counted; kept places and transfers are no waits.
    """
    from callqueue import service as levels
    from ivr.catalogue import Catalogue

    store = _store()
    with store.read() as tx:
        catalogue = Catalogue()
        zone, departments = catalogue.zone(tx), catalogue.departments(tx)
        waited = {name: levels.waits(tx, name, since) for name in departments}
    rows = [
        _ServiceRow(name, hour, departments[name].service_level, levels.served(waits_, departments[name].service_level))
        for name, all_waits in waited.items()
        for hour, waits_ in ((None, all_waits), *levels.by_hour(all_waits, zone).items())
    ]
    if as_json:
        click.echo(_json({"since": since.isoformat(), "departments": [row.data() for row in rows]}))
        return
    click.echo(
        "\n".join(_table(["department", "goal", "in time", "answered", "gave up"], [row.cells() for row in rows]))
    )


@dataclass(frozen=True)
class _ServiceRow:
    department: str
    hour: int | None
    """None: of all hours."""
    goal: "ServiceLevel"
    served: "Served"

    def data(self) -> dict[str, Any]:
        return {"department": self.department, "hour": self.hour, **asdict(self.goal), **asdict(self.served)} | {
            "share": self.served.share
        }

    def cells(self) -> list[str]:
        name = self.department if self.hour is None else f"  {self.hour:02d}:00"
        goal = f"{self.goal.percent:g} % / {self.goal.within_seconds:g} s" if self.hour is None else ""
        return [name, goal, _share(self.served.share), str(self.served.answered), str(self.served.gave_up)]


@report.command("routing")
@_since
@_as_json
def routing(since: datetime, as_json: bool) -> None:
    """Who reached the right department at the first try, and which lines and words of the menu misled."""
    from ivr.routing_report import routing_report

    with _store().read() as tx:
        found = routing_report(tx, since)
    if as_json:
        click.echo(_routing_json(since, found))
    elif not found.whole.served:
        click.echo("nobody has been put through since then")
    else:
        click.echo(_routing_text(found))


# Waits

_WAIT_COLUMNS = ("forecasts", "known", "80 %", "spoken", "late", "width", "minutes", "bias", "error")


def _waits_text(
    departments: "dict[tuple[str, str], Account]",
    hours: "dict[tuple[str, int], Account]",
    muted: "tuple[Muted, ...]",
    zone: ZoneInfo,
) -> str:
    silent = {(one.department, one.estimator) for one in muted}
    rows = [
        [f"{name[0]} ({name[1]}{', muted' if name in silent else ''})", *_wait_cells(found)]
        for name, found in departments.items()
    ]
    by_hour = [[f"{department} {hour:02d}:00", *_wait_cells(found)] for (department, hour), found in hours.items()]
    return "\n".join(
        [
            *_table(["department (estimator)", *_WAIT_COLUMNS], rows),
            "",
            *_table([f"department, hour ({zone.key})", *_WAIT_COLUMNS], by_hour),
            *(
                f"{one.department}: {one.estimator} is muted since {one.since.astimezone(zone):%Y-%m-%d %H:%M}: "
                f"its spoken ranges were right for {one.coverage:.0%}"
                for one in muted
            ),
        ]
    )


def _wait_cells(found: "Account") -> list[str]:
    return [
        str(found.forecasts),
        str(found.known),
        *(_share(share) for share in (found.coverage, found.spoken_coverage, found.late_share)),
        _seconds(found.width_seconds),
        "–" if found.spoken_width_minutes is None else f"{found.spoken_width_minutes:.1f}",
        _seconds(found.bias_seconds),
        _seconds(found.error_seconds),
    ]


def _waits_json(
    since: datetime,
    departments: "dict[tuple[str, str], Account]",
    hours: "dict[tuple[str, int], Account]",
    muted: "tuple[Muted, ...]",
) -> str:
    return _json(
        {
            "since": since.isoformat(),
            "departments": [
                {"department": department, "estimator": estimator, **asdict(found)}
                for (department, estimator), found in departments.items()
            ],
            "hours": [
                {"department": department, "hour": hour, **asdict(found)} for (department, hour), found in hours.items()
            ],
            "muted": [{**asdict(one), "since": one.since.isoformat()} for one in muted],
        }
    )


# Routing


def _routing_text(found: "RoutingReport") -> str:
    lines = [
        [f"{line.file}:{line.line}", line.department, line.written, *_first_try(tried)]
        for line, tried in found.by_line.items()
    ]
    misled = [[f"{one.times} ×", one.words, f"{one.taken_for} → {one.passed_to}", one.reason] for one in found.misled]
    return "\n".join(
        [
            f"at the first try: {' of '.join(_first_try(found.whole)[1::-1])} ({found.whole.rate:.0%})",
            "",
            *_table(["meant", "served", "first try", "rate"], _first_try_rows(found.by_intent)),
            "",
            *_table(["put through by", "served", "first try", "rate"], _first_try_rows(found.by_way)),
            "",
            *_table(["line of the menu", "department", "written", "served", "first try", "rate"], lines),
            *(_section("passed on because", [[reason, str(n)] for reason, n in found.by_reason.items()])),
            *(_section("words that misled", misled)),
        ]
    )


def _first_try(tried: "FirstTry") -> list[str]:
    return [str(tried.served), str(tried.at_first_try), f"{tried.rate:.0%}"]


def _first_try_rows(tried: "dict[str, FirstTry]") -> list[list[str]]:
    return [[name, *_first_try(one)] for name, one in sorted(tried.items())]


def _routing_json(since: datetime, found: "RoutingReport") -> str:
    def rate(tried: "FirstTry") -> dict[str, Any]:
        return {**asdict(tried), "rate": round(tried.rate, 4)}

    return _json(
        {
            "since": since.isoformat(),
            "whole": rate(found.whole) if found.whole.served else None,
            "intents": [{"intent": name, **rate(tried)} for name, tried in sorted(found.by_intent.items())],
            "ways": [{"by": name, **rate(tried)} for name, tried in sorted(found.by_way.items())],
            "lines": [{**asdict(line), **rate(tried)} for line, tried in found.by_line.items()],
            "reasons": found.by_reason,
            "misled": [asdict(one) for one in found.misled],
        }
    )


# Both


def _section(title: str, rows: Sequence[Sequence[str]]) -> list[str]:
    return ["", f"{title}:", *_table([""] * len(rows[0]), rows)[1:]] if rows else []


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(_columns, column)) for column in zip(heads, *rows, strict=True)]
    return [_row(cells, widths) for cells in (heads, *rows)]


def _row(cells: Sequence[str], widths: Iterable[int]) -> str:
    padded = (cell + " " * (width - _columns(cell)) for cell, width in zip(cells, widths, strict=True))
    return "  ".join(padded).rstrip()


def _columns(text: str) -> int:
    """A Hangul letter is two columns wide on a terminal."""
    return sum(2 if "가" <= letter <= "힣" else 1 for letter in text)


def _share(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"


def _seconds(seconds: float | None) -> str:
    return "–" if seconds is None else f"{seconds:.0f} s"


def _json(found: dict[str, Any]) -> str:
    return json.dumps(found, ensure_ascii=False)


def _store() -> "Store":
    from command.environment import database_url
    from store.database import Store

    return Store(database_url())


def _zone(store: "Store") -> ZoneInfo:
    from ivr.catalogue import Catalogue

    with store.read() as tx:
        return Catalogue().zone(tx)
