"""Every offer is on record, and what became of it."""

import pytest

from callbacks import offers
from callbacks.lifecycle import CallbackState
from store.tables import callback_moves, callbacks


@pytest.fixture
def offered(site):
    """A caller is being asked."""
    site.call_id = site.caller_rings()
    with site.store.write() as tx:
        return _offer(tx, site)


def _offer(tx, site):
    case_id = site.case_of(site.call_id)
    return offers.offered(tx, case_id=case_id, department="billing", language="ko", why="long", now=site.now)


def moves(site):
    with site.store.read() as tx:
        columns = [callback_moves.c[name] for name in ("callback_id", "from_state", "to_state", "who", "why")]
        ordered = callback_moves.select().with_only_columns(*columns).order_by(callback_moves.c.id)
        return [tuple(row) for row in tx.execute(ordered)]


def test_an_offer_is_no_promise(site, offered):
    site.agent()
    assert site.state(offered) == CallbackState.OFFERED
    assert moves(site) == [(offered, None, "offered", "line", "long")]
    assert site.dialling.dispatch() == 0


def test_asked_again_in_the_same_matter_it_is_the_same_offer(site, offered):
    with site.store.write() as tx:
        assert _offer(tx, site) == offered


def test_an_offer_is_declined_once(site, offered):
    with site.store.write() as tx:
        case_id = site.case_of(site.call_id)
        assert offers.declined(tx, case_id, why="said no", now=site.now)
        assert not offers.declined(tx, case_id, why="hung up", now=site.now)
    assert site.state(offered) == CallbackState.DECLINED
    assert moves(site)[1] == (offered, "offered", "declined", "caller", "said no")


def test_the_record_of_a_promise_begins_with_its_offer(site, offered):
    made = site.promises(site.call_id)
    with site.store.write() as tx:
        offers.accepted(tx, site.case_of(site.call_id), made.callback_id)
    assert moves(site) == [
        (made.callback_id, None, "offered", "line", "long"),
        (made.callback_id, "offered", "promised", "caller", "accepted"),
    ]
    with site.store.read() as tx:
        assert list(tx.execute(callbacks.select().with_only_columns(callbacks.c.id)).scalars()) == [made.callback_id]


def test_what_was_never_offered_is_neither_declined_nor_accepted(site):
    call_id = site.caller_rings()
    made = site.promises(call_id)
    with site.store.write() as tx:
        assert not offers.declined(tx, site.case_of(call_id), why="said no", now=site.now)
        offers.accepted(tx, site.case_of(call_id), made.callback_id)
    assert site.story(made.callback_id) == ["promised"]
