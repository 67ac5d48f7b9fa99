"""The states of a promise: only the moves that the table knows, each recorded."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from callbacks.lifecycle import MOVES, OPEN, CallbackState, IllegalMove, move, state_of
from store.tables import callback_moves, callbacks, cases

NOW = datetime(2026, 3, 4, 3, tzinfo=UTC)
STATES = st.sampled_from(list(CallbackState))


def test_open_means_the_same_in_python_and_in_the_database():
    index = next(i for i in callbacks.indexes if i.name == "uq_callbacks_open_promise")
    in_sql = re.findall(r"'(\w+)'", str(index.dialect_options["sqlite"]["where"]))
    assert sorted(in_sql) == sorted(OPEN)
    assert str(index.dialect_options["postgresql"]["where"]) == str(index.dialect_options["sqlite"]["where"])


def test_every_state_has_its_moves_and_every_open_one_an_end():
    assert set(MOVES) == set(CallbackState)
    assert {state for state in CallbackState if not MOVES[state]} == set(CallbackState) - {*OPEN, CallbackState.OFFERED}
    for state in OPEN:
        assert _reachable(state) - set(OPEN) != set()


def test_an_illegal_move_is_refused_by_name(site):
    promised = site.callback()
    with pytest.raises(IllegalMove, match=f"callback {promised}: promised → kept"), site.store.write() as tx:
        move(tx, promised, (CallbackState.PROMISED,), CallbackState.KEPT, who="test", why="test", now=NOW)
    assert site.state(promised) == CallbackState.PROMISED


def test_an_unknown_callback_does_not_move(site):
    with site.store.write() as tx:
        assert not _try(tx, 4711, CallbackState.PROMISED, CallbackState.CANCELLED)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(orders=st.lists(st.tuples(STATES, STATES), max_size=12))
def test_whatever_is_asked_only_known_moves_happen_and_all_are_recorded(site, orders):
    with site.store.write() as tx:
        callback_id = _fresh(tx)
        for expected, to in orders:
            before = state_of(tx, callback_id)
            try:
                moved = _try(tx, callback_id, expected, to)
            except IllegalMove:
                assert to not in MOVES[expected]
                moved = False
            else:
                assert moved == (expected == before)
            assert state_of(tx, callback_id) == (to if moved else before)
        _recorded_without_gaps(tx, callback_id)
        _ended_when_closed(tx, callback_id)
        tx.execute(update(callbacks).where(callbacks.c.id == callback_id).values(state="cancelled"))


def _try(tx, callback_id, expected, to):
    return move(tx, callback_id, (expected,), to, who="test", why="test", now=NOW)


def _fresh(tx):
    case_id = tx.execute(
        insert(cases).values(number="+821012345678", language="ko", opened_at=NOW)
    ).inserted_primary_key[0]
    values = {
        "case_id": case_id,
        "department": "billing",
        "number": "+821012345678",
        "language": "ko",
        "state": "promised",
        "promised_at": NOW,
        "due_at": NOW,
    }
    return tx.execute(insert(callbacks).values(**values)).inserted_primary_key[0]


def _recorded_without_gaps(tx, callback_id):
    moves = select(callback_moves.c.from_state, callback_moves.c.to_state)
    rows = tx.execute(moves.where(callback_moves.c.callback_id == callback_id).order_by(callback_moves.c.id)).all()
    state = "promised"
    for from_state, to_state in rows:
        assert from_state == state
        state = to_state
    assert state == state_of(tx, callback_id)


def _ended_when_closed(tx, callback_id):
    row = tx.execute(select(callbacks.c.state, callbacks.c.ended_at).where(callbacks.c.id == callback_id)).one()
    assert (row.ended_at is None) == (row.state in OPEN)


def _reachable(state):
    seen, ahead = set(), {state}
    while ahead:
        found = ahead.pop()
        seen.add(found)
        ahead |= MOVES[found] - seen
    return seen
