"""Callback policies are compared in the same worlds, and lose nobody."""

import math
from dataclasses import replace

import pytest

from benchmarks.wait.callbacks import POLICIES, DialAhead, Study, by_forecast, erlang_below, never, outcome
from benchmarks.wait.centres import CENTRES

BUSY_WEEK = replace(CENTRES["promising"], days=2, bursts=4)


def test_every_policy_meets_the_same_callers_and_each_has_an_end() -> None:
    worlds = [Study(BUSY_WEEK, 1, offer=never), Study(BUSY_WEEK, 1, offer=by_forecast)]
    worlds.append(DialAhead(BUSY_WEEK, 1, offer=by_forecast))

    lived = [world.run() for world in worlds]

    assert [[c.draw for c in callers] for callers in lived] == [[c.draw for c in lived[0]]] * 3
    assert {c.outcome for callers in lived for c in callers} == {"connected", "abandoned", "unreached"}
    assert all(not c.promised for c in lived[0])
    assert all(c.offered_wait is not None for callers in lived for c in callers)
    assert {c.outcome for c in lived[2] if c.promised} == {"connected", "unreached"}


def test_callbacks_cost_agents_the_dialling_and_dialling_ahead_costs_callees_the_hold() -> None:
    crowd = replace(CENTRES["callbacks"], days=1)

    waiting, dialled = (outcome(policy, crowd, 0) for policy in POLICIES[2:])

    # Twelve seconds for the four of five who answer, 25 for the others, some of whom are dialled twice
    assert 14 < waiting.idle < 22
    assert waiting.held == 0
    assert dialled.idle < waiting.idle
    assert dialled.held > 0


def test_a_sum_of_exponentials_by_hand() -> None:
    assert erlang_below(1, 0.1, 10) == pytest.approx(1 - math.exp(-1))
    assert erlang_below(2, 0.1, 10) == pytest.approx(1 - 2 * math.exp(-1))
