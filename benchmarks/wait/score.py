"""How good announcements were, against the waits that came true."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from benchmarks.wait.said import Said

MISS_COST = 10.0
"""Of the Winkler score at 80 %: 2 / 0.2 for each second that the wait lies outside."""
COLD_START = 300
# Student's t at 97.5 % by degrees of freedom; above 30, the normal's is used.
T975 = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131)


@dataclass(frozen=True)
class Score:
    """Seconds, shares and minutes; NaN where nothing of the kind was said."""

    callers: float
    rmse: float
    mae: float
    bias: float
    coverage: float
    """Of the 80 % range."""
    worst_fifth: float
    """The lowest coverage among five equal parts by predicted wait."""
    late: float
    """Waited longer than the range's upper end."""
    width: float
    winkler: float
    spoken_right: float
    spoken_width: float
    """Minutes; an open range counts up to its 90 % quantile."""
    spoken_open: float
    silent: float
    """Share to whom nothing could be said; they are in none of the other figures."""
    cold_coverage: float
    """Of the first 300 who had to wait, with nothing learnt before."""
    cold_mae: float
    ms_each: float


def score(said: Said) -> Score:
    cold, scored = said.only(slice(0, COLD_START)), said.only(said.scored)
    told = scored.only(~np.isnan(scored.mid))
    error = told.mid - told.wait
    inside = (told.wait >= told.low) & (told.wait <= told.high)
    return Score(
        callers=len(scored.wait),
        rmse=_root_mean_square(error),
        mae=_mean(np.abs(error)),
        bias=_mean(error),
        coverage=_share(inside, told.low),
        worst_fifth=worst_fifth(told.only(~np.isnan(told.low))),
        late=_share(told.wait > told.high, told.high),
        width=_mean(told.high - told.low),
        winkler=_mean(winkler(told)),
        **_spoken(told),
        silent=_mean(np.isnan(scored.mid)),
        cold_coverage=_share((cold.wait >= cold.low) & (cold.wait <= cold.high), cold.low),
        cold_mae=_mean(np.abs(cold.mid - cold.wait)[~np.isnan(cold.mid)]),
        ms_each=float(said.ms_each),
    )


def winkler(said: Said) -> np.ndarray:
    """Width, and 10 times the miss below or above."""
    below, above = np.maximum(said.low - said.wait, 0), np.maximum(said.wait - said.high, 0)
    return said.high - said.low + MISS_COST * (below + above)


def worst_fifth(told: Said) -> float:
    inside = (told.wait >= told.low) & (told.wait <= told.high)
    by_forecast = inside[np.argsort(told.mid, kind="stable")]
    return min((float(part.mean()) for part in np.array_split(by_forecast, 5) if len(part)), default=math.nan)


def _spoken(told: Said) -> dict[str, float]:
    spoke = told.only(~np.isnan(told.first_minute))
    if not len(spoke.wait):
        return {"spoken_right": math.nan, "spoken_width": math.nan, "spoken_open": math.nan}
    is_open = np.isinf(spoke.last_minute)
    right = (spoke.wait >= 60 * spoke.first_minute) & (spoke.wait <= 60 * spoke.last_minute)
    ends = np.where(is_open, np.ceil(spoke.high / 60), spoke.last_minute)
    return {
        "spoken_right": float(right.mean()),
        "spoken_width": float((ends - spoke.first_minute).mean()),
        "spoken_open": float(is_open.mean()),
    }


def _root_mean_square(values: np.ndarray) -> float:
    return math.sqrt(_mean(values * values)) if len(values) else math.nan


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else math.nan


def _share(hits: np.ndarray, of: np.ndarray) -> float:
    known = ~np.isnan(of)
    return float(hits[known].mean()) if known.any() else math.nan


@dataclass(frozen=True)
class Mean:
    """Over seeds, with the half-width of its 95 % confidence interval; NaN for a single seed."""

    value: float
    half: float

    def __format__(self, spec: str) -> str:
        if math.isnan(self.value):
            return "–"
        return f"{self.value:{spec}}" + ("" if math.isnan(self.half) else f" ± {self.half:{spec.lstrip('+')}}")


def mean_over(values: Sequence[float]) -> Mean:
    known = [value for value in values if not math.isnan(value)]
    if len(known) < 2:
        return Mean(known[0] if known else math.nan, math.nan)
    t = T975[len(known) - 2] if len(known) - 2 < len(T975) else 1.96
    return Mean(float(np.mean(known)), float(t * np.std(known, ddof=1) / math.sqrt(len(known))))


def over_seeds(scores: Sequence[Score]) -> dict[str, Mean]:
    return {field.name: mean_over([getattr(each, field.name) for each in scores]) for field in fields(Score)}
