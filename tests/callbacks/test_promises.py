"""Making a promise: one per number and department, the place kept, the job known."""

import threading
from datetime import timedelta

from callbacks.lifecycle import CallbackState, move
from callbacks.promises import AlreadyPromised, JobDue, PromiseMade, job_due
from callqueue.line import EntryState

KIM, CHOI = "+821012345678", "+821087654321"


def test_a_waiting_caller_keeps_the_place(site):
    call_id, entry_id = site.caller_waits()
    site.passes(minutes=2)
    made = site.promises(call_id, entry_id)

    entry = site.entry_of(made.callback_id)
    assert (entry.id, entry.call_id, entry.state) == (entry_id, None, EntryState.WAITING)
    assert entry.joined_at == site.now - timedelta(minutes=2)
    assert site.story(made.callback_id) == ["promised"]


def test_who_was_never_in_line_gets_a_place_that_waits_for_its_time(site):
    call_id = site.caller_rings()
    tomorrow = site.now + timedelta(days=1)
    made = site.promises(call_id, due_at=tomorrow)
    site.agent()

    assert site.entry_of(made.callback_id).not_before == tomorrow
    assert site.dialling.dispatch() == 0
    site.passes(days=1)
    assert site.dialling.dispatch() == 1


def test_two_numbers_are_two_promises(site):
    first = site.promises(site.caller_rings(KIM), number=KIM)
    second = site.promises(site.caller_rings(CHOI), number=CHOI)
    assert first != second
    assert isinstance(second, PromiseMade)


def test_the_open_promise_stands_and_after_its_end_a_new_one_is_made(site):
    first = site.promises(site.caller_rings())
    assert site.promises(site.caller_rings()) == AlreadyPromised(first.callback_id)

    with site.store.write() as tx:
        promised, cancelled = (CallbackState.PROMISED,), CallbackState.CANCELLED
        move(tx, first.callback_id, promised, cancelled, who="caller", why="solved", now=site.now)
    assert site.promises(site.caller_rings()) == PromiseMade(first.callback_id + 1)


def test_promised_twice_at_the_same_moment_it_is_one_promise(site):
    calls = [site.caller_rings() for _ in range(6)]
    made = []
    threads = [threading.Thread(target=lambda c=c: made.append(site.promises(c))) for c in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one.callback_id for one in made}) == 1
    assert sum(isinstance(one, PromiseMade) for one in made) == 1


def test_the_job_that_a_promise_needs(site):
    due_at = site.now + timedelta(hours=1)
    made = site.promises(site.caller_rings(), due_at=due_at)
    with site.store.read() as tx:
        assert job_due(tx, made.callback_id) == JobDue(generation=0, due_at=due_at)
        assert job_due(tx, 4711) is None
