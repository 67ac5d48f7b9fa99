"""Agents, from the command line."""

from datetime import UTC, datetime

import click

from callqueue.agents import AgentState, IllegalMove, add_agent, all_agents, move_agent
from settings import Settings
from store.database import Store


def add(settings: Settings, name: str, phone: str, skills: tuple[str, ...]) -> str:
    """Raises click's own error for a number that can't be dialled."""
    if not phone.startswith("+") or not phone[1:].isdigit():
        raise click.BadParameter("a phone number begins with + and the country: +821012345678")
    with Store(settings.database_url).write() as tx:
        add_agent(tx, name=name, phone=phone, skills=skills, now=datetime.now(UTC))
    return f"{name} ({phone}) can serve {', '.join(skills)}; sign them in with: barocall agents set {phone} ready"


def listing(settings: Settings) -> str:
    with Store(settings.database_url).read() as tx:
        everybody = all_agents(tx)
    if not everybody:
        return "no agents yet: barocall agents add NAME +8210… SKILL…"
    rows = (f"{a.name:<16} {a.phone:<16} {a.state:<8} {', '.join(sorted(a.skills))}" for a in everybody)
    return "\n".join(rows)


def set_state(settings: Settings, phone: str, state: str) -> str:
    now = datetime.now(UTC)
    with Store(settings.database_url).write() as tx:
        agent = next((agent for agent in all_agents(tx) if agent.phone == phone), None)
        if agent is None:
            raise click.ClickException(f"no agent has the phone {phone}; `barocall agents list` shows them")
        try:
            move_agent(tx, agent.id, AgentState(state), now=now, reason="command line")
        except IllegalMove as error:
            raise click.ClickException(f"{agent.name} is in a call ({agent.state}): wait for its end") from error
    return f"{agent.name}: {state}"
