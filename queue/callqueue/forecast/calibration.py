"""From a prediction to a range that is true as often as it claims, and that learns from what came true.

A past forecast's score says where its wait fell, in units of the forecast's own spread: -1 a usual step below the
prediction, +1 one above. Scores of past forecasts near in predicted wait are the distribution of the next one
(split conformal prediction, local in the prediction). Levels then follow the truth (Gibbs & Candès 2021), so that
drifts do not last.
"""

import math
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist
from typing import Any

import numpy as np

from callqueue.forecast.replay import Floats
from callqueue.forecast.spoken import shortest_true
from callqueue.spoken import Spoken, holds

KEPT = 10_000
NEAREST = 500
"""Long waits come in a few peaks a day, and those in one peak are told too little or too much alike: the scores must be
of many peaks, not of the last two."""
PRIOR_SCORES: Floats = np.array([1.2 * NormalDist().inv_cdf((k + 0.5) / 25) for k in range(25)])
SOFT_SECONDS = 10.0
FEW_LABELS = 20
FEW_WIDER = 1.5
TAIL, AIMED_TAIL = 0.1, 0.095
"""Aimed at is a little less than what is claimed, as with the spoken range."""
SPOKEN_TRUE = 0.87
"""A little above the 85 % that is promised: what was right lately need not be right next."""
STEP, LEAK = 0.01, 0.002
FIRST_SHARE = 0.75
SMALLEST_SPREAD = 0.03


@dataclass(frozen=True)
class Prediction:
    seconds: float
    down: float
    """Spread below, in the logarithm of (wait + 10 s)."""
    up: float
    middle: float | None = None
    """Where the prediction itself knows its middle better than past scores do."""

    def score(self, wait: float) -> float:
        distance = math.log((wait + SOFT_SECONDS) / (self.seconds + SOFT_SECONDS))
        return distance / (self.up if distance > 0 else self.down)

    def waits(self, scores: Floats) -> Floats:
        """The waits that these scores stand for, sorted as they are."""
        steps = np.where(scores > 0, self.up, self.down) * scores
        return np.maximum((self.seconds + SOFT_SECONDS) * np.exp(steps) - SOFT_SECONDS, 0.0)


@dataclass(frozen=True)
class Range:
    low: float
    mid: float
    high: float
    spoken: Spoken


class Calibration:
    def __init__(self) -> None:
        self.places: Floats = np.empty(0)
        self.scores: Floats = np.empty(0)
        self.labels = 0
        self.low_tail = self.high_tail = TAIL
        self.share = FIRST_SHARE
        """Of the scores, that a spoken range has to hold."""

    def range(self, prediction: Prediction) -> Range:
        scores = self._near(prediction)
        at = prediction.waits(np.interp([self.low_tail, 0.5, 1 - self.high_tail], _shares(len(scores)), scores))
        if prediction.middle is not None:
            at[1] = min(max(prediction.middle, at[0]), at[2])
        return Range(float(at[0]), float(at[1]), float(at[2]), shortest_true(prediction.waits(scores), self.share))

    def _near(self, prediction: Prediction) -> Floats:
        scores = self.scores
        if len(scores) > NEAREST:
            distance = np.abs(self.places - math.log(prediction.seconds + SOFT_SECONDS))
            scores = scores[np.argpartition(distance, NEAREST)[:NEAREST]]
        widened = FEW_WIDER if self.labels < FEW_LABELS else 1.0
        return np.sort(np.concatenate([scores, PRIOR_SCORES])) * widened

    def learn(self, prediction: Prediction, told: Range, wait: float) -> None:
        """A forecast's wait is known."""
        self.places = np.append(self.places, math.log(prediction.seconds + SOFT_SECONDS))[-KEPT:]
        self.scores = np.append(self.scores, prediction.score(wait))[-KEPT:]
        self.labels += 1
        self.low_tail = _followed(self.low_tail, AIMED_TAIL, wait < told.low, TAIL, 0.03, 0.2)
        self.high_tail = _followed(self.high_tail, AIMED_TAIL, wait > told.high, TAIL, 0.03, 0.2)
        self.share = _followed(self.share, SPOKEN_TRUE, holds(told.spoken, wait), FIRST_SHARE, 0.5, 0.95)

    def dump(self) -> dict[str, Any]:
        return {**vars(self), "places": self.places.tolist(), "scores": self.scores.tolist()}

    def load(self, data: dict[str, Any]) -> None:
        vars(self).update(data)
        self.places, self.scores = np.array(data["places"]), np.array(data["scores"])


def _followed(level: float, target: float, happened: bool, start: float, lowest: float, highest: float) -> float:
    """A level that rises while its event is rarer than `target`, and falls while it is more frequent."""
    return min(max(level + STEP * (target - happened) + LEAK * (start - level), lowest), highest)


@cache
def _shares(count: int) -> Floats:
    """The share of a distribution that each of `count` sorted values stands for, so that the outermost are beyond
    what one more value would reach (conformal: k / (n + 1))."""
    return np.arange(1, count + 1) / (count + 1)
