"""`barocall agents transfer`: pass a caller on, for whoever has no page open."""

import click

from callqueue.agents import all_agents
from callqueue.transfer import Reason, TransferRefused
from ivr.handover import Wish
from settings import Settings


def pass_on(settings: Settings, phone: str, department: str, reason: str, note: str) -> str:
    """Raises click's own error when nobody can be passed on, saying why."""
    from app import House  # app imports command

    if reason not in set(Reason):
        raise click.BadParameter(f"{reason}: a reason is one of {', '.join(Reason)}")
    house = House(settings)
    with house.store.read() as tx:
        agent = next((agent for agent in all_agents(tx) if agent.phone == phone), None)
    if agent is None:
        raise click.ClickException(f"no agent has the phone {phone}; `barocall agents list` shows them")
    try:
        made = house.conversation().transfer(Wish(agent.id, department, Reason(reason), note))
    except TransferRefused as error:
        raise click.ClickException(str(error)) from error
    return f"{agent.name}: the caller is passed on from {made.from_department} to {made.to_department}"
