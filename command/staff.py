"""Agents, from the command line."""

from datetime import UTC, datetime

import click

from callqueue.agents import BEST_LEVEL, Agent, AgentState, IllegalMove, PauseReason, add_agent, all_agents, move_agent
from settings import Settings
from store.database import Store
from store.tables import ORDINARY_LEVEL


def add(settings: Settings, name: str, phone: str, skills: tuple[str, ...]) -> str:
    """Raises click's own error for a number that can't be dialled, or a level that is none."""
    if not phone.startswith("+") or not phone[1:].isdigit():
        raise click.BadParameter("a phone number begins with + and the country: +821012345678")
    with Store(settings.database_url).write() as tx:
        add_agent(tx, name=name, phone=phone, skills=dict(map(_levelled, skills)), now=datetime.now(UTC))
    return f"{name} ({phone}) can serve {', '.join(skills)}; sign them in with: barocall agents set {phone} ready"


def listing(settings: Settings) -> str:
    with Store(settings.database_url).read() as tx:
        everybody = all_agents(tx)
    if not everybody:
        return "no agents yet: barocall agents add NAME +8210… SKILL…"
    return "\n".join(map(_row, everybody))


def _why(state: str, reason: str | None) -> str:
    if state != AgentState.PAUSE:
        if reason is not None:
            raise click.BadParameter("only a pause has a reason")
        return "command line"
    try:
        return PauseReason(reason or PauseReason.BREAK).value
    except ValueError:
        raise click.BadParameter(f"{reason}: a reason to pause is one of {', '.join(PauseReason)}") from None


def _row(agent: Agent) -> str:
    state = f"{agent.state} ({agent.state_reason})" if agent.state == AgentState.PAUSE else agent.state
    skills = ", ".join(_skill(*known) for known in sorted(agent.skills.items()))
    return f"{agent.name:<16} {agent.phone:<16} {state:<8} {skills}"


def _skill(name: str, level: int) -> str:
    return name if level == ORDINARY_LEVEL else f"{name}:{level}"


def _levelled(skill: str) -> tuple[str, int]:
    name, colon, level = skill.partition(":")
    if not colon:
        return name, ORDINARY_LEVEL
    if not level.isascii() or not level.isdigit() or not 1 <= int(level) <= BEST_LEVEL:
        raise click.BadParameter(f"{skill}: a level is a number from 1 to {BEST_LEVEL}, like {name}:7")
    return name, int(level)


def set_state(settings: Settings, phone: str, state: str, reason: str | None = None) -> str:
    """Raises click's own errors: for a phone that nobody has, for who is in a call, for a reason that is none."""
    why = _why(state, reason)
    now = datetime.now(UTC)
    with Store(settings.database_url).write() as tx:
        agent = next((agent for agent in all_agents(tx) if agent.phone == phone), None)
        if agent is None:
            raise click.ClickException(f"no agent has the phone {phone}; `barocall agents list` shows them")
        try:
            move_agent(tx, agent.id, AgentState(state), now=now, reason=why)
        except IllegalMove as error:
            raise click.ClickException(f"{agent.name} is in a call ({agent.state}): wait for its end") from error
    return f"{agent.name}: {state}"
