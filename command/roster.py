"""`barocall roster`: when agents mean to work."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from callqueue.roster import Read, Shift
    from store.database import Store

# A calendar may repeat a shift for ever.
BEHIND, AHEAD = timedelta(days=7), timedelta(days=91)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def roster() -> None:
    """When agents mean to work: shifts and breaks."""


@roster.command("import")
@click.argument("file", type=FILE)
def import_roster(file: Path) -> None:
    """Take over the shifts in FILE, a table (.csv) or a calendar (.ics): docs/roster.md says how they are written.

    They take the place of all shifts between the first and the last of the file. A file with a mistake changes nothing.
    Exit 0: taken over, 1: mistakes.
    """
    from callqueue.roster import RosterErrors, replace_roster, shifts_of

    store, zone, now = _site()
    try:
        with store.write() as tx:
            shifts = shifts_of(_read(file, zone, now), _people(tx))
            replace_roster(tx, shifts, now)
    except RosterErrors as error:
        for problem in error.problems:
            click.echo(f"{file.name}:{problem.line}: {problem.message}", err=True)
        raise click.exceptions.Exit(1) from error
    click.echo(f"{file.name}: {len(shifts)} shifts of {len({shift.agent_id for shift in shifts})} agents")


@roster.command("show")
@click.option("--days", type=click.IntRange(1, 366), default=7, show_default=True, help="How far ahead.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def show(days: int, as_json: bool) -> None:
    """List the shifts from today on."""
    from callqueue.agents import all_agents
    from callqueue.roster import shifts_between

    store, zone, now = _site()
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    with store.read() as tx:
        names = {agent.id: agent.name for agent in all_agents(tx)}
        shifts = shifts_between(tx, today, today + timedelta(days=days))
    if not shifts and not as_json:
        click.echo(f"no shifts in the next {days} days: barocall roster import FILE")
    for shift in shifts:
        row = _row(shift, names[shift.agent_id], zone)
        click.echo(json.dumps(row, ensure_ascii=False) if as_json else _line(row))


def _read(file: Path, zone: "ZoneInfo", now: datetime) -> "Read":
    """Raises RosterErrors for what is no text."""
    from callqueue.roster_csv import read_csv
    from callqueue.roster_ical import read_ical

    text = _decode(file.read_bytes())
    if text.lstrip().upper().startswith("BEGIN:VCALENDAR"):
        return read_ical(text, zone, now - BEHIND, now + AHEAD)
    return read_csv(text, zone)


def _decode(content: bytes) -> str:
    """Korean spreadsheets still write CP949. Raises RosterErrors."""
    from callqueue.roster import Problem, RosterErrors

    for encoding in ("utf-8-sig", "cp949"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RosterErrors([Problem(1, "this file is no text: save it as CSV (UTF-8), or as a calendar (.ics)")])


def _people(tx: Any) -> dict[str, list[int]]:
    """Who has a name, or a telephone number."""
    from callqueue.agents import all_agents

    people: dict[str, list[int]] = {}
    for agent in all_agents(tx):
        for called in {agent.name, agent.phone}:
            people.setdefault(called, []).append(agent.id)
    return people


def _row(shift: "Shift", name: str, zone: "ZoneInfo") -> dict[str, Any]:
    on, off = shift.on.astimezone(zone), shift.off.astimezone(zone)
    breaks = [[f"{moment.astimezone(zone):%H:%M}" for moment in pause] for pause in shift.breaks]
    return {"date": f"{on:%Y-%m-%d}", "agent": name, "start": f"{on:%H:%M}", "end": f"{off:%H:%M}", "breaks": breaks}


def _line(row: dict[str, Any]) -> str:
    breaks = " ".join("-".join(pause) for pause in row["breaks"])
    return f"{row['date']}  {row['start']}-{row['end']}  {row['agent']:<16} {breaks}".rstrip()


def _site() -> "tuple[Store, ZoneInfo, datetime]":
    """The database, the zone in which its supervisors think, and the moment there."""
    from command.environment import database_url
    from ivr.catalogue import Catalogue
    from store.database import Store

    store = Store(database_url())
    with store.read() as tx:
        zone = Catalogue().zone(tx)
    return store, zone, datetime.now(zone)
