"""Several predictions into one: the replay corrected by what the classical figures knew better of late."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

HALF_LIFE_LABELS = 900.0
PENALTY = 30.0
"""In labels: after so many of usual size the data weigh as much as the belief that the replay is right."""
SOFT_SECONDS = 40.0


class Stack:
    """Rolling ridge regression of (wait - replay) on (other - replay); shrunk to 0, that is to the replay alone.

    Errors grow with the wait, so labels are weighted by 1 / (replay + 40 s).
    """

    def __init__(self, others: int) -> None:
        size = others + 2
        self.gram = np.zeros((size, size))
        self.target = np.zeros(size)
        self.labels = 0.0
        self._weights: NDArray[np.float64] | None = None

    @staticmethod
    def row(replay: float, others: Iterable[float]) -> list[float]:
        return [SOFT_SECONDS, replay, *(other - replay for other in others)]

    def predict(self, replay: float, others: Iterable[float]) -> float:
        """At least 0 seconds, and within a factor of 3 of what was put in."""
        values = list(others)
        told = replay + float(self.weights @ np.array(self.row(replay, values)))
        lowest, highest = min(replay, *values) / 3, 3 * max(replay, *values)
        return min(max(told, lowest), highest + 10.0)

    @property
    def weights(self) -> NDArray[np.float64]:
        if self._weights is None:
            # A penalty in the units of the regressors themselves: their mean square.
            scale = np.maximum(np.diag(self.gram) / max(self.labels, 1.0), 1e-6)
            solved = np.linalg.solve(self.gram + PENALTY * np.diag(scale), self.target)
            self._weights = solved.astype(np.float64)
        return self._weights

    def learn(self, replay: float, others: Iterable[float], wait: float) -> None:
        row = np.array(self.row(replay, others))
        weight = 1 / (replay + SOFT_SECONDS)
        keep = 0.5 ** (1 / HALF_LIFE_LABELS)
        self.gram = keep * self.gram + np.outer(row, row) * weight
        self.target = keep * self.target + row * (wait - replay) * weight
        self.labels = keep * self.labels + 1.0
        self._weights = None

    def dump(self) -> dict[str, Any]:
        return {"gram": self.gram.tolist(), "target": self.target.tolist(), "labels": self.labels}

    def load(self, data: dict[str, Any]) -> None:
        self.gram, self.target, self.labels = np.array(data["gram"]), np.array(data["target"]), data["labels"]
        self._weights = None
