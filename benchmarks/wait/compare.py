"""Every estimator beside the limit, over centres and seeds: scores, ratios, and whether the aims hold."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.wait.centres import CENTRES
from benchmarks.wait.oracle import MINUTES, RUNS, OracleForecasts, oracle
from benchmarks.wait.peers import VENDORS
from benchmarks.wait.said import Said
from benchmarks.wait.score import Mean, Score, mean_over, score
from benchmarks.wait.trials import Trial, said
from benchmarks.wait.truth import truth_of
from benchmarks.wait.world import World

ORACLE, OURS, OURS_WITH_ROSTER = "oracle", "barocall", "barocall + roster"
SPOKEN_SHARE = 0.85
Scores = dict[str, list[Score]]
"""By estimator, one for each seed."""


def scores(centre: str, seeds: Sequence[int], estimators: Sequence[str] = (OURS, "peers")) -> Scores:
    """Of one simulated centre, the oracle among them; ours with and without roster."""
    found: Scores = {}
    for seed in seeds:
        found.setdefault(ORACLE, []).append(oracle_score(centre, seed))
        for estimator in estimators:
            for name, each in said(Trial(centre, seed), estimator).items():
                found.setdefault(name, []).append(score(each))
            if estimator != "peers":
                for name, each in said(Trial(centre, seed, roster=True), estimator).items():
                    found.setdefault(f"{name} + roster", []).append(score(each))
    return found


def bank_scores(estimators: Sequence[str] = (OURS, "peers")) -> Scores:
    return {name: [score(each)] for estimator in estimators for name, each in said(Trial("bank"), estimator).items()}


def oracle_score(centre: str, seed: int) -> Score:
    """Its mean is judged by RMSE and bias, its median by MAE: each is the best there is for that score."""
    known = oracle(CENTRES[centre], seed)
    callers = World(CENTRES[centre], seed).run()
    waits = np.array([truth_of(CENTRES[centre], callers[number]).wait for number in known.numbers])
    error = known.means - waits
    # What an oracle costs and how it starts is nobody's question.
    return replace(
        score(_oracle_said(known, waits)),
        rmse=float(np.sqrt((error**2).mean())),
        bias=float(error.mean()),
        cold_coverage=float("nan"),
        cold_mae=float("nan"),
        ms_each=float("nan"),
    )


def _oracle_said(known: OracleForecasts, waits: np.ndarray) -> Said:
    spoken = np.array([narrowest(row / RUNS) for row in known.below], dtype=float)
    everyone = np.ones(len(waits), dtype=bool)
    return Said(waits, everyone, *known.quantiles.T, *spoken.T, ms_each=np.array(np.nan))


def narrowest(below: np.ndarray, share: float = SPOKEN_SHARE) -> tuple[int, int]:
    """The narrowest range of whole minutes that holds `share`, of equally narrow ones the likeliest, where `below` is
    the share of waits shorter than 0, 1, 2 … minutes. The limit for any rule that promises this much each time."""
    for width in range(1, MINUTES):
        held = below[width:] - below[:-width]
        first = int(np.argmax(held))
        if held[first] >= share:
            return first, first + width
    return 0, MINUTES - 1


@dataclass(frozen=True)
class Aim:
    what: str
    figure: Callable[[Scores], Mean]
    holds: Callable[[float], bool]
    bound: str


def ratio(above: str, part: str, below: str) -> Callable[[Scores], Mean]:
    def figure(found: Scores) -> Mean:
        if above not in found or below not in found:
            return Mean(float("nan"), float("nan"))
        pairs = zip(found[above], found[below], strict=True)
        return mean_over([getattr(a, part) / getattr(b, part) for a, b in pairs])

    return figure


def of(name: str, part: str) -> Callable[[Scores], Mean]:
    return lambda found: mean_over([getattr(each, part) for each in found.get(name, [])])


def best(found: Mapping[str, list[Score]], names: Sequence[str], part: str = "mae") -> str:
    """The name whose mean over the seeds is smallest."""
    return min(names, key=lambda name: mean_over([getattr(each, part) for each in found[name]]).value)


def against_best_vendor(found: Scores) -> Mean:
    return ratio(OURS, "mae", best(found, VENDORS))(found)


AIMS = (
    Aim("RMSE / oracle, with roster", ratio(OURS_WITH_ROSTER, "rmse", ORACLE), lambda x: x <= 1.03, "≤ 1.03"),
    Aim("RMSE / oracle, without", ratio(OURS, "rmse", ORACLE), lambda x: x <= 1.08, "≤ 1.08"),
    Aim("MAE / Asterisk", ratio(OURS, "mae", "asterisk"), lambda x: x <= 0.68, "≤ 0.68"),
    Aim("MAE / best vendor formula", against_best_vendor, lambda x: x <= 0.90, "≤ 0.90"),
    Aim("80 % range covers", of(OURS, "coverage"), lambda x: 0.79 <= x <= 0.82, "0.79–0.82"),
    Aim("… the worst fifth of forecasts", of(OURS, "worst_fifth"), lambda x: x >= 0.77, "≥ 0.77"),
    Aim("spoken range right", of(OURS, "spoken_right"), lambda x: x >= 0.85, "≥ 0.85"),
    Aim("spoken width / oracle", ratio(OURS, "spoken_width", ORACLE), lambda x: x <= 1.15, "≤ 1.15"),
    Aim("first 300: coverage", of(OURS, "cold_coverage"), lambda x: x >= 0.78, "≥ 0.78"),
    Aim("ms an estimate", of(OURS, "ms_each"), lambda x: x <= 5, "≤ 5"),
)
BANK_RIVALS = ("asterisk", "qlm", "avgc-les")
BANK_AIMS = (
    Aim(
        "MAE / best of Asterisk, QL_m, AvgC-LES",
        lambda found: ratio(OURS, "mae", best(found, BANK_RIVALS))(found),
        lambda x: x <= 1,
        "≤ 1",
    ),
    Aim("Winkler / QL_m", ratio(OURS, "winkler", "qlm"), lambda x: x <= 1, "≤ 1"),
)
