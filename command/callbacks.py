"""Promises and numbers from the command line: `barocall callbacks …`, `barocall numbers …`."""

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import click

from callbacks import desk, safety, slots
from callbacks.changes import CalledOff, Change
from callbacks.desk import FollowUp, Outcome, PromiseStory, PromiseView
from callbacks.kept import Kept, kept
from callbacks.lifecycle import OPEN, CallbackState
from callbacks.promises import AlreadyPromised, PromiseMade, Refused
from callbacks.slots import Slot
from callqueue.agents import all_agents
from command.environment import settings
from command.options import AS_JSON, operator
from ivr.menu.model import Department, Menu
from ivr.promising import CallingHours
from store.masking import mask_number
from store.tables import callbacks as callbacks_table

EXPLAINED = {
    Change.SAME: "it is so already",
    Change.BUSY: "it is being dialled, its caller is on the line, or the agent is not free: try again in a minute",
    Change.OVER: "there is no open promise with this number: `barocall callbacks list` shows them",
    Change.FULL: "that slot is full: take another time",
}
BY = click.option("--by", default=operator, show_default="your user name", help="Who does this, for the record.")
WHICH = click.argument("callback_id", type=int, metavar="ID")


class When(click.ParamType[datetime]):
    """A time as the site's clocks show it, without a zone, or with one: 2026-11-26 15:00."""

    name = "YYYY-MM-DD HH:MM"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            self.fail(f'"{value}" is no time; write it like "2026-11-26 15:00" (site time)', param, ctx)


AT = click.argument("at", type=When())


@click.group()
def callbacks() -> None:
    """What callers were promised: look, dial, move, cancel, promise.

    Exit 0: done, or so already. 1: it could not be done; the message says why.
    """


@callbacks.command("list")
@click.option("--state", "states", type=click.Choice([s.value for s in CallbackState]), multiple=True)
@click.option("--department")
@click.option("--to-close", is_flag=True, help="Those that have ended and whose caller may not know: see to them.")
@AS_JSON
def list_promises(states: tuple[str, ...], department: str | None, to_close: bool, as_json: bool) -> None:
    """Open promises, overdue ones first."""
    house = _house()
    wanted = tuple(CallbackState(state) for state in states) or OPEN
    with house.store.read() as tx:
        found = desk.promises(tx, _now(), states=wanted, department=department, to_close=to_close)
        refused = safety.refusal_counts(tx, _now() - timedelta(days=1))
    if as_json:
        click.echo(_json([_as_data(view) for view in found]))
        return
    zone = house.zone()
    click.echo("\n".join(_row(view, zone) for view in found) or "none")
    if refused:
        click.echo("refused in the last 24 hours: " + ", ".join(f"{why} {count}" for why, count in refused.items()))


@callbacks.command()
@WHICH
@AS_JSON
def show(callback_id: int, as_json: bool) -> None:
    """All that happened to one promise."""
    house = _house()
    with house.store.read() as tx:
        story = desk.story(tx, callback_id, _now())
    if story is None:
        raise click.ClickException(EXPLAINED[Change.OVER])
    click.echo(_json(_story_data(story)) if as_json else _told(story, house.zone()))


@callbacks.command()
@WHICH
@BY
def dial(callback_id: int, by: str) -> None:
    """Call as soon as an agent is free, before all others."""
    house = _house()
    with house.store.write() as tx:
        changed = desk.dial(tx, callback_id, who=by, now=_now())
    _explain(changed)
    house.dialling().dispatch()
    click.echo(f"promise {callback_id} is next")


@callbacks.command()
@WHICH
@click.argument("agent_phone")
def take(callback_id: int, agent_phone: str) -> None:
    """Ring the agent with AGENT_PHONE now, and then the caller."""
    house = _house()
    with house.store.write() as tx:
        agent = next((agent for agent in all_agents(tx) if agent.phone == agent_phone), None)
        if agent is None:
            raise click.ClickException(f"no agent has the phone {agent_phone}; `barocall agents list` shows them")
        taken = desk.take(
            tx,
            callback_id,
            agent.id,
            house.catalogue.departments(tx),
            house.settings.phone_number,
            house.rules(),
            _now(),
        )
    if isinstance(taken, Change):
        _explain(taken)
        return
    house.dialling().jobs.ring(taken, generation=0)
    click.echo(f"{agent.name}'s phone rings for promise {callback_id}")


@callbacks.command()
@WHICH
@AT
@BY
@click.option("--any-time-after", is_flag=True, help="From then on, when the turn comes; else at that time.")
def move(callback_id: int, at: datetime, by: str, any_time_after: bool) -> None:
    """Promise another time; the caller is told by text."""
    _move(callback_id, at, by, any_time_after)


@callbacks.command()
@WHICH
@AT
@BY
def postpone(callback_id: int, at: datetime, by: str) -> None:
    """Not before AT; the caller is told by text."""
    _move(callback_id, at, by, any_time_after=True)


@callbacks.command()
@WHICH
@click.option("--why", required=True, help="For the record.")
@BY
def cancel(callback_id: int, why: str, by: str) -> None:
    """Nobody calls; the caller is told by text."""
    _call_off(callback_id, lambda tx: desk.cancel(tx, callback_id, who=by, why=why, now=_now()))
    click.echo(f"promise {callback_id} is cancelled")


@callbacks.command()
@WHICH
@click.argument("outcome", type=click.Choice([outcome.value for outcome in Outcome]))
@BY
def finish(callback_id: int, outcome: str, by: str) -> None:
    """Close its matter: the caller knows, or nobody can tell them."""
    _call_off(callback_id, lambda tx: desk.finish(tx, callback_id, Outcome(outcome), who=by, now=_now()))
    click.echo(f"promise {callback_id}: {outcome}")


@callbacks.command("promise")
@click.argument("number")
@click.argument("department")
@AT
@click.option("--reason", required=True, help="Told to whoever calls.")
@click.option("--language", type=click.Choice(["ko", "en"]), default="ko", show_default=True)
@click.option("--case", "case_id", type=int, help="The matter it belongs to; by default a new one.")
@BY
@AS_JSON
def promise_follow_up(
    number: str,
    department: str,
    at: datetime,
    reason: str,
    language: str,
    case_id: int | None,
    by: str,
    as_json: bool,
) -> None:
    """Promise NUMBER that DEPARTMENT will call at AT."""
    house = _house()
    at = _on_the_sites_clock(house, at)
    e164 = house.numbers().usable(number)
    if e164 is None:
        raise click.ClickException("that number may not be called: a mobile or landline number under CALLBACK_PREFIXES")
    with house.store.write() as tx:
        _version, menu = house.catalogue.published(tx)
        served = _department(menu, department)
        wish = FollowUp(
            number=e164,
            department=served.for_line(),
            reason=reason,
            due_at=at,
            slot=_slot(house, served, at),
            language=language,
            agent=by,
            case_id=case_id,
        )
        made = desk.follow_up(tx, wish, house.rules(), _now())
    match made:
        case PromiseMade(callback_id=callback_id):
            click.echo(_json({"id": callback_id}) if as_json else f"promise {callback_id} is made")
        case AlreadyPromised(callback_id=callback_id):
            raise click.ClickException(f"this number has an open promise by that department: {callback_id}")
        case Refused(why=why):
            raise click.ClickException(f"this number may have no promise now: {why.value}")
        case _:
            raise click.ClickException(EXPLAINED[Change.FULL])


@callbacks.command("kept")
@click.option("--since", "days", type=click.IntRange(1), default=7, show_default=True, help="Days to look back.")
@AS_JSON
def kept_rate(days: int, as_json: bool) -> None:
    """How many promises were kept, and why the others were not."""
    with _house().store.read() as tx:
        found = kept(tx, _now() - timedelta(days=days), _now())
        refused = safety.refusal_counts(tx, _now() - timedelta(days=days))
    if as_json:
        rows = [{**asdict(row), "kept_rate": row.kept_rate} for row in found]
        click.echo(_json({"departments": rows, "refused": refused}))
        return
    click.echo("\n".join(map(_kept_row, found)) or f"no promise ended in the last {days} days")
    for why, count in refused.items():
        click.echo(f"refused: {why} {count}")


@callbacks.command("room")
@click.argument("department")
@AT
@click.argument("room", type=click.IntRange(0), required=False)
def set_room(department: str, at: datetime, room: int | None) -> None:
    """So many promises in the slot of AT; without ROOM as many as the menu says. Those that were made stay."""
    house = _house()
    at = _on_the_sites_clock(house, at)
    with house.store.write() as tx:
        _version, menu = house.catalogue.published(tx)
        slot = slots.slot_of(_department(menu, department).for_line(), at, house.zone())
        slots.set_room(tx, slot, room)
    told = "as many as the menu says" if room is None else str(room)
    click.echo(f"{department}, {_local(slot.starts_at, house.zone())}: {told}")


@click.group()
def numbers() -> None:
    """Numbers that are promised no calls."""


@numbers.command()
@click.argument("number")
@click.option("--why", required=True, help="For the record.")
@BY
def block(number: str, why: str, by: str) -> None:
    """Promise NUMBER nothing from now on. Promises that were made stay: cancel them by themselves."""
    house = _house()
    e164 = _e164(house, number)
    with house.store.write() as tx:
        new = safety.block(tx, e164, by=by, why=why, now=_now())
    click.echo(f"{e164} is blocked" if new else f"{e164} was blocked before")


@numbers.command()
@click.argument("number")
def unblock(number: str) -> None:
    """Promise NUMBER calls again."""
    house = _house()
    e164 = _e164(house, number)
    with house.store.write() as tx:
        was = safety.unblock(tx, e164)
    click.echo(f"{e164} is not blocked any more" if was else f"{e164} was not blocked")


@numbers.command("list")
@AS_JSON
def list_blocked(as_json: bool) -> None:
    """Blocked numbers, the latest first."""
    house = _house()
    with house.store.read() as tx:
        found = safety.blocked(tx)
    if as_json:
        click.echo(_json([asdict(one) for one in found]))
        return
    zone = house.zone()
    rows = (f"{one.number:<16} {_local(one.since, zone)}  {one.by}: {one.why}" for one in found)
    click.echo("\n".join(rows) or "none")


def _move(callback_id: int, at: datetime, by: str, any_time_after: bool) -> None:
    house = _house()
    at = _on_the_sites_clock(house, at)
    if at <= _now():
        raise click.ClickException("that time has passed")
    with house.store.write() as tx:
        slot = None if any_time_after else _slot_of_promise(house, tx, callback_id, at)
        changed = desk.move(tx, callback_id, at, slot, who=by, now=_now())
    _explain(changed)
    click.echo(f"promise {callback_id}: {_local(at, house.zone())}")


def _slot_of_promise(house: Any, tx: Any, callback_id: int, at: datetime) -> Slot:
    row = tx.execute(callbacks_table.select().where(callbacks_table.c.id == callback_id)).first()
    if row is None:
        raise click.ClickException(EXPLAINED[Change.OVER])
    _version, menu = house.catalogue.published(tx)
    return _slot(house, _department(menu, row.department), at)


def _slot(house: Any, department: Department, at: datetime) -> Slot:
    slot = slots.slot_of(department.for_line(), at, house.zone())
    if at <= _now():
        raise click.ClickException("that time has passed")
    if not slots.is_served(slot, CallingHours(department.hours, house.rules())):
        raise click.ClickException("the department is closed then")
    return slot


def _department(menu: Menu, department_id: str) -> Department:
    known = [department.id for department in menu.departments]
    if department_id not in known:
        raise click.ClickException(f'no department is called "{department_id}"; there are {", ".join(known)}')
    return menu.department(department_id)


def _call_off(callback_id: int, do: Callable[[Any], CalledOff]) -> None:
    house = _house()
    with house.store.write() as tx:
        off = do(tx)
    house.dialling().hang_up(off.in_vain)
    _explain(off.change)


def _explain(change: Change) -> None:
    """Raises click's own error where nothing could be done."""
    if change not in (Change.DONE, Change.SAME):
        raise click.ClickException(EXPLAINED[change])


def _e164(house: Any, number: str) -> str:
    """Numbers of any kind may be blocked, if they are numbers."""
    e164 = house.numbers().usable(number) or number
    if not e164.startswith("+") or not e164[1:].isdigit():
        raise click.ClickException(f'"{number}" is no telephone number; write +821012345678 or 010-1234-5678')
    return str(e164)


def _row(view: PromiseView, zone: ZoneInfo) -> str:
    due = _local(view.due_at, zone) if view.due_at > view.promised_at else "in turn"
    late = " OVERDUE" if view.overdue else ""
    number = mask_number(view.number)
    return f"{view.id:>6} {view.state:<16} {view.department:<12} {number:<16} {due:<17} {view.attempts_made}{late}"


def _told(story: PromiseStory, zone: ZoneInfo) -> str:
    moves = [f"  {_local(m.at, zone)}  {m.to_state:<16} {m.who}: {m.why}" for m in story.moves]
    tries = [f"  {_local(t.started_at, zone)}  attempt {t.ordinal}: {t.outcome or 'running'}" for t in story.attempts]
    told = [f"  {_local(t.created_at, zone)}  text {t.kind}: {t.state}" for t in story.texts]
    reason = [f"  in their words: {story.promise.words}"] if story.promise.words else []
    see_to = ["  nothing tells that the caller knows: see to them, then finish it"] if story.promise.to_close else []
    return "\n".join([_row(story.promise, zone), *reason, *moves, *tries, *told, *see_to])


def _kept_row(row: Kept) -> str:
    rate = "  –  " if row.kept_rate is None else f"{row.kept_rate:>5.0%}"
    counts = f"kept {row.kept} (late {row.late}), replaced {row.replaced}"
    counts += f", cancelled {row.cancelled}, expired {row.expired}"
    reasons = "".join(f"\n    {why}: {count}" for why, count in row.why_not.items())
    return f"{row.department:<14} {rate}  {counts}{reasons}"


def _story_data(story: PromiseStory) -> dict[str, Any]:
    told = [{name: value for name, value in asdict(text).items() if name != "number"} for text in story.texts]
    moves, tries = [asdict(move) for move in story.moves], [asdict(one) for one in story.attempts]
    return {**_as_data(story.promise), "moves": moves, "attempts": tries, "texts": told}


def _as_data(view: PromiseView) -> dict[str, Any]:
    return {**asdict(view), "number": mask_number(view.number)}


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2, default=_written)


def _written(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _on_the_sites_clock(house: Any, at: datetime) -> datetime:
    return at.replace(tzinfo=house.zone()) if at.tzinfo is None else at


def _local(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _now() -> datetime:
    return datetime.now(UTC)


def _house() -> Any:
    from app import House

    return House(settings())
