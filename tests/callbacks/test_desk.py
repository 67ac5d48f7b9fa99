"""What agents and supervisors do with promises."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from callbacks import desk, slots
from callbacks.changes import Change
from callbacks.desk import FollowUp, Outcome
from callbacks.kept import ON_TIME, kept
from callbacks.lifecycle import CallbackState
from callbacks.promises import PromiseMade, Refused
from callbacks.safety import Refusal
from callqueue.department import Department
from store.tables import cases, texts

KIM, CHOI, OFFICE = "+821012345678", "+821087654321", "+8225550123"
FRONT_DESK = "+8225550100"
BILLING = Department(id="billing", name="요금", skills=("billing",))


def do(site, function, *args, **more):
    with site.store.write() as tx:
        return function(tx, *args, **more)


def listed(site, **which):
    with site.store.read() as tx:
        return [(view.id, view.overdue) for view in desk.promises(tx, site.now, **which)]


def slot_at(site, at):
    return slots.slot_of(BILLING, at, site.rules.zone)


def kinds(site):
    with site.store.read() as tx:
        return list(tx.execute(select(texts.c.kind).order_by(texts.c.id)).scalars())


def test_overdue_promises_come_first(site):
    in_turn = site.callback(KIM)
    tomorrow = site.now + timedelta(hours=3)
    timed = site.promises(site.caller_rings(CHOI), number=CHOI, due_at=tomorrow, slot=slot_at(site, tomorrow))
    assert listed(site) == [(in_turn, False), (timed.callback_id, False)]

    site.passes(hours=3, minutes=3)

    assert listed(site) == [(timed.callback_id, True), (in_turn, False)]


def test_the_whole_story_of_a_promise(site):
    promised = site.callback()
    site.agent()
    site.agent_fails(site.rings_next())

    with site.store.read() as tx:
        story = desk.story(tx, promised, site.now)

    assert [(move.to_state, move.who) for move in story.moves] == [
        ("promised", "caller"),
        ("dialling_first", "line"),
        ("waiting_retry", "agent"),
    ]
    assert [(one.ordinal, one.outcome) for one in story.attempts] == [(1, "agent_declined")]
    assert [text.kind for text in story.texts] == ["promise"]
    with site.store.read() as tx:
        assert desk.story(tx, 4711, site.now) is None


def test_an_agent_takes_a_promise_out_of_its_turn(site):
    first, second = site.callback(KIM), site.callback(CHOI)
    agent = site.agent()

    leg_id = do(site, desk.take, second, agent, {"billing": BILLING}, FRONT_DESK, site.rules, site.now)
    site.jobs.ring(leg_id, generation=0)
    site.agent_presses_one(site.worker_rings())
    site.worker_rings()

    assert site.rung[-1] == CHOI
    assert site.state(first) == CallbackState.PROMISED
    assert do(site, desk.take, second, agent, {"billing": BILLING}, FRONT_DESK, site.rules, site.now) == Change.BUSY
    assert do(site, desk.take, first, agent, {"billing": BILLING}, FRONT_DESK, site.rules, site.now) == Change.BUSY
    assert do(site, desk.take, 4711, agent, {"billing": BILLING}, FRONT_DESK, site.rules, site.now) == Change.OVER


def test_what_a_supervisor_wants_dialled_comes_before_all_others(site):
    site.callback(KIM)
    later = site.now + timedelta(days=1)
    wanted = site.promises(site.caller_rings(CHOI), number=CHOI, due_at=later).callback_id

    assert do(site, desk.dial, wanted, who="지수", now=site.now) == Change.DONE
    site.agent()
    site.agent_presses_one(site.rings_next())
    site.worker_rings()

    assert site.rung[-1] == CHOI


def test_another_time_is_told_once_for_each_time(site):
    promised = site.callback()
    at = site.now + timedelta(days=1)

    for _ in range(2):
        do(site, desk.move, promised, at, slot_at(site, at), who="지수", now=site.now)
    assert kinds(site) == ["promise", "moved"]
    do(site, desk.move, promised, at + timedelta(hours=1), None, who="지수", now=site.now)

    assert kinds(site) == ["promise", "moved", "moved"]
    site.agent()
    assert site.dialling.dispatch() == 0
    site.passes(days=1, hours=1)
    assert site.dialling.dispatch() == 1


def test_a_promise_is_not_moved_into_a_full_slot(site):
    at = site.now + timedelta(days=1)
    for n in range(3):
        number = f"+8210222200{n:02}"
        site.promises(site.caller_rings(number), number=number, due_at=at, slot=slot_at(site, at))
    promised = site.callback()

    assert do(site, desk.move, promised, at, slot_at(site, at), who="지수", now=site.now) == Change.FULL
    assert site.row(promised).due_at == site.now


def test_a_supervisor_closes_a_slot(site):
    at = site.now + timedelta(days=1)
    do(site, slots.set_room, slot_at(site, at), 0)
    promised = site.callback()

    assert do(site, desk.move, promised, at, slot_at(site, at), who="지수", now=site.now) == Change.FULL
    do(site, slots.set_room, slot_at(site, at), None)
    assert do(site, desk.move, promised, at, slot_at(site, at), who="지수", now=site.now) == Change.DONE


def test_a_promise_cancelled_while_the_agents_phone_rings_rings_nobody(site):
    promised = site.callback()
    agent = site.agent()
    leg = site.rings_next()

    off = do(site, desk.cancel, promised, who="지수", why="solved", now=site.now)

    assert (off.change, off.in_vain) == (Change.DONE, (leg.sid,))
    assert site.agent_state(agent) == "ready"
    assert site.agent_presses_one(leg) is None
    assert site.outcomes(promised) == ["called_off"]
    assert do(site, desk.cancel, promised, who="지수", why="solved", now=site.now).change == Change.SAME


def test_while_the_caller_is_rung_nothing_is_changed(site):
    promised = site.callback()
    site.agent()
    site.agent_presses_one(site.rings_next())

    assert do(site, desk.cancel, promised, who="지수", why="x", now=site.now).change == Change.BUSY
    assert do(site, desk.dial, promised, who="지수", now=site.now) == Change.BUSY
    assert do(site, desk.finish, promised, Outcome.RESOLVED, who="지수", now=site.now).change == Change.BUSY


def test_a_matter_that_was_settled_otherwise_is_closed_without_a_text(site):
    promised = site.callback()

    off = do(site, desk.finish, promised, Outcome.REACHED_OTHERWISE, who="서준", now=site.now)

    assert (off.change, site.state(promised)) == (Change.DONE, CallbackState.CANCELLED)
    with site.store.read() as tx:
        assert tx.execute(select(cases.c.outcome)).scalars().all() == ["reached_otherwise"]
        sent = tx.execute(select(texts.c.kind, texts.c.state)).all()
    assert sent == [("promise", "planned"), ("cancelled", "impossible")]
    assert listed(site, to_close=True) == []


def follow_up(site, number=KIM, **more):
    at = site.now + timedelta(days=1)
    wish = FollowUp(
        number=number,
        department=BILLING,
        reason="환불 확인",
        due_at=at,
        slot=slot_at(site, at),
        language="ko",
        agent="서준",
        **more,
    )
    return do(site, desk.follow_up, wish, site.rules, site.now)


def test_a_follow_up_is_a_promise_like_every_other(site):
    made = follow_up(site)
    site.agent()
    assert site.dialling.dispatch() == 0

    site.passes(days=1)
    site.agent_presses_one(site.rings_next())
    site.caller_presses_one(site.worker_rings())
    site.talk_ends(site.entry_of(made.callback_id).id)

    assert site.state(made.callback_id) == CallbackState.KEPT
    assert kinds(site) == ["promise"]
    assert site.row(made.callback_id).words == "환불 확인"


def test_a_follow_up_keeps_the_rules_of_numbers(site):
    assert follow_up(site, "+82607001234") == Refused(Refusal.NOT_DIALLABLE)
    with site.store.read() as tx:
        assert tx.execute(select(cases.c.outcome)).scalars().all() == ["not promised"]
    assert isinstance(follow_up(site), PromiseMade)


@pytest.mark.parametrize("late", [False, True])
def test_kept_and_why_not(site, late):
    site.agent()
    at = site.now + timedelta(hours=1)
    made = site.promises(site.caller_rings(), due_at=at, slot=slot_at(site, at), told_until=at)
    cancelled = site.callback(CHOI)
    do(site, desk.cancel, cancelled, who="지수", why="solved", now=site.now)
    site.passes(hours=1)
    if late:
        site.passes(seconds=ON_TIME.total_seconds() + 1)
    site.agent_presses_one(site.rings_next())
    site.caller_presses_one(site.worker_rings())
    site.talk_ends(site.entry_of(made.callback_id).id)

    with site.store.read() as tx:
        (found,) = kept(tx, site.now - timedelta(days=1), site.now + timedelta(days=1))

    assert (found.kept, found.late, found.cancelled, found.expired) == (1, int(late), 1, 0)
    assert (found.kept_rate, found.why_not) == (1.0, {"지수: solved": 1})


def test_nothing_was_to_be_kept(site):
    with site.store.read() as tx:
        assert kept(tx, site.now - timedelta(days=1), site.now) == ()
