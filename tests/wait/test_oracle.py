"""Perfect knowledge of a small world is as sure as it says, and no surer."""

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from benchmarks.wait.centres import CENTRES, Centre, Department, Team
from benchmarks.wait.draws import PEAK, profile
from benchmarks.wait.forward import arrivals_factor
from benchmarks.wait.oracle import compute, run_forward
from benchmarks.wait.peers import Peers
from benchmarks.wait.people import Caller
from benchmarks.wait.tails import lognormal_rest, upper_quantile, upper_tail
from benchmarks.wait.truth import live
from benchmarks.wait.world import World


def test_its_errors_are_as_large_as_it_predicts() -> None:
    centre = replace(CENTRES["clinic"], days=4)

    found = compute(centre, seed=2, runs=50)
    _, truths = live(centre, 2)

    waits = np.array([truths[number].wait for number in found.numbers])
    rmse, predicted = np.sqrt(((found.means - waits) ** 2).mean()), np.sqrt((found.sds**2).mean())
    assert [t.caller for t in truths if t.scored] == [truths[number].caller for number in found.numbers]
    assert rmse == pytest.approx(predicted, rel=0.15)
    assert np.mean((waits >= found.quantiles[:, 0]) & (waits <= found.quantiles[:, 2])) == pytest.approx(0.79, abs=0.05)


def test_one_agent_and_nobody_ahead_is_the_rest_of_one_call() -> None:
    """Nothing but the call in progress stands between: its mean rest is known by numbers."""
    department = Department("A", 10, 100, 0.5, 1e6)
    centre = Centre("one", (department,), (Team(1, ("A",)),), flat=True, days=1)
    means: list[tuple[float, float]] = []

    def look(world: World, caller: Caller) -> None:
        agent = world.agents[0]
        if not any(world.waiting["A"].values()) and 5 < world.now - agent.since < 200:
            waits = run_forward(world, caller, 4000)
            means.append((waits.mean(), _mean_rest(department, agent.agent.speed, world.now - agent.since)))

    World(centre, 1, on_join=look).run()

    assert len(means) > 5
    assert [found for found, _ in means] == pytest.approx([exact for _, exact in means], rel=0.08)


def test_the_tail_and_its_inverse_agree() -> None:
    for p in (1e-12, 1e-4, 0.02, 0.3, 0.5, 0.7, 0.99):
        assert upper_tail(upper_quantile(p)) == pytest.approx(p, rel=1e-6)
    draws = [lognormal_rest(math.log(100), 0.5, 150.0) for _ in range(2000)]
    assert min(draws) >= 0


def test_both_ways_of_writing_the_profile_agree() -> None:
    for hour in (8, 10.7, 12.5, 17.9):
        assert arrivals_factor(3600 * hour, False) == pytest.approx(float(profile(3600 * hour)))
        assert arrivals_factor(3600 * hour, False) < PEAK


def test_peers_say_the_same_in_a_centre_as_by_hand() -> None:
    """One agent, calls of 100 s: the third caller finds one waiting 30 s and one talking."""
    peers = Peers()
    events = [
        {"t": 0, "type": "department", "department": "A", "handle_time": 100},
        {"t": 0, "type": "agent", "agent": "kim", "state": "ready", "departments": ["A"]},
        {"t": 10, "type": "join", "caller": "1", "department": "A"},
        {"t": 10, "type": "connect", "caller": "1", "agent": "kim"},
        {"t": 20, "type": "join", "caller": "2", "department": "A"},
        {"t": 50, "type": "join", "caller": "3", "department": "A"},
        {"t": 110, "type": "end", "caller": "1", "agent": "kim"},
        {"t": 110, "type": "connect", "caller": "2", "agent": "kim"},
        {"t": 120, "type": "leave", "caller": "3", "reason": "abandoned"},
        {"t": 210, "type": "end", "caller": "2", "agent": "kim"},
        {"t": 210, "type": "agent", "agent": "kim", "state": "pause", "departments": ["A"]},
        {"t": 220, "type": "join", "caller": "4", "department": "A"},
    ]

    said = {event["caller"]: guesses for event in events if (guesses := peers.apply(event))}

    third = {name: guess.mid for name, guess in said["3"].items()}
    assert (third["ql"], third["hol"], third["les"], third["twilio"]) == (200, 30, 0, 30)
    assert (third["genesys-stat-server"], third["google"]) == (200, 210)
    # H was 0, then (3 × 0 + 90) >> 2
    assert (said["4"]["asterisk"].mid, said["4"]["les"].mid) == (22, 90)


def _mean_rest(department: Department, speed: float, elapsed: float) -> float:
    """Trapezoids over the survival of the handle time beyond what has passed."""
    mu = math.log(department.handle_seconds) - department.handle_log_sd**2 / 2
    ages = [elapsed + step for step in range(0, 4000, 2)]
    left = [upper_tail((math.log(age / speed) - mu) / department.handle_log_sd) for age in ages]
    return sum(a + b for a, b in pairwise(left)) / left[0]
