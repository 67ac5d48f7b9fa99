"""Agents who vanish without a word are freed after a while; their caller keeps the place, or is told goodbye."""

from datetime import timedelta

from sqlalchemy import update

from callbacks.sweep import VANISHED
from callqueue import agents
from callqueue.agents import AgentState
from callqueue.department import Department
from callqueue.legs import Leg
from callqueue.line import EntryState
from conftest import BILLING, Site
from store.tables import agents as agent_rows
from store.tables import calls

LONG = VANISHED.total_seconds()


def is_lost(site: Site, leg: Leg) -> None:
    """The leg is over, and nothing that followed from it was done."""
    with site.store.write() as tx:
        tx.execute(update(calls).where(calls.c.id == leg.id).values(status="completed", ended_at=site.now))


def test_the_caller_of_an_agent_who_vanished_while_ringing_keeps_the_place(site: Site) -> None:
    agent_id = site.agent()
    _call_id, entry_id = site.caller_waits()
    is_lost(site, site.rings_next())

    site.passes(seconds=LONG - 1)
    assert site.sweep.once().agents_freed == 0
    site.passes(seconds=1)
    assert site.sweep.once().agents_freed == 1

    assert (site.entry_state(entry_id), site.agent_state(agent_id)) == (EntryState.WAITING, AgentState.PAUSE)
    second = site.agent("박상담", "+821099990002")
    assert site.rings_next().agent_id == second


def test_a_promise_whose_agent_vanished_is_dialled_again(site: Site) -> None:
    callback_id = site.callback()
    site.agent()
    is_lost(site, site.rings_next())

    site.passes(seconds=LONG)
    site.sweep.once()

    assert site.story(callback_id) == ["promised", "dialling_first", "waiting_retry"]
    second = site.agent("박상담", "+821099990002")
    assert site.rings_next().agent_id == second


def test_an_agent_whose_conversation_is_gone_writes_up_and_is_ready(site: Site) -> None:
    agent_id = site.agent()
    _call_id, entry_id = site.caller_waits()
    leg = site.rings_next()
    site.agent_presses_one(leg)
    is_lost(site, leg)

    site.passes(seconds=LONG)
    site.sweep.once()
    assert (site.entry_state(entry_id), site.agent_state(agent_id)) == (EntryState.LEFT, AgentState.WRAP)

    site.passes(seconds=60)
    site.sweep.once()
    assert site.agent_state(agent_id) == AgentState.READY


def test_who_talks_is_left_alone_however_long_it_takes(site: Site) -> None:
    agent_id = site.agent()
    site.caller_waits()
    leg = site.rings_next()
    site.agent_presses_one(leg)
    with site.store.write() as tx:
        tx.execute(update(calls).where(calls.c.id == leg.id).values(status="in-progress"))

    site.passes(hours=2)

    assert site.sweep.once().agents_freed == 0
    assert site.agent_state(agent_id) == AgentState.TALK


def test_who_rings_or_talks_with_nobody_is_freed(site: Site) -> None:
    ringing, talking, holding = (site.agent(name, f"+82109999000{n}") for n, name in enumerate("가나다"))
    states = {ringing: "ringing", talking: "talk", holding: "hold"}
    with site.store.write() as tx:
        for agent_id, state in states.items():
            tx.execute(update(agent_rows).where(agent_rows.c.id == agent_id).values(state=state))

    site.passes(seconds=LONG)

    assert site.sweep.once().agents_freed == 3
    freed = [site.agent_state(agent_id) for agent_id in (ringing, talking, holding)]
    assert freed == [AgentState.READY, AgentState.WRAP, AgentState.WRAP]


def test_how_long_is_written_up_is_the_departments_to_say(site: Site) -> None:
    agent_id = site.agent()
    _call_id, entry_id = site.caller_waits()
    site.agent_presses_one(site.rings_next())
    site.talk_ends(entry_id)
    short = {"billing": Department("billing", "요금", BILLING.skills, wrap_seconds=20)}

    with site.store.write() as tx:
        limit, later = timedelta(minutes=5), site.now + timedelta(seconds=20)
        soon = agents.end_long_wraps(tx, limit=limit, now=later - timedelta(seconds=1), departments=short)
        then = agents.end_long_wraps(tx, limit=limit, now=later, departments=short)

    assert (soon, then) == (0, 1)
    assert site.agent_state(agent_id) == AgentState.READY
