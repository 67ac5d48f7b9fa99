"""Several predictions into one: the replay corrected by what the classical figures knew better of late."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

HALF_LIFE_LABELS = 900.0
PENALTY = 30.0
"""In labels: after so many of usual size the data weigh as much as the belief that the replay is right."""
SOFT_SECONDS = 40.0


SURE_SIGMAS = 2.5
"""Better by so many standard errors, the correction is believed whole; not better, not at all."""
PROOF_LABELS = 60.0


class Stack:
    """Rolling ridge regression of (wait - replay) on (other - replay); shrunk to 0, that is to the replay alone.

    Errors grow with the wait, so labels are weighted by 1 / (replay + 40 s). The correction is believed as far as it
    has proved better than the replay on labels that it had not seen.
    """

    def __init__(self, others: int) -> None:
        size = others + 2
        self.gram = np.zeros((size, size))
        self.target = np.zeros(size)
        self.labels = 0.0
        self.gain = self.gain_squared = 0.0
        self._weights: NDArray[np.float64] | None = None

    @staticmethod
    def row(replay: float, others: Iterable[float]) -> list[float]:
        return [SOFT_SECONDS, replay, *(other - replay for other in others)]

    def predict(self, replay: float, others: Iterable[float]) -> float:
        """At least 0 seconds, and within a factor of 3 of what was put in."""
        return replay + self.trust * (self._corrected(replay, list(others)) - replay)

    def _corrected(self, replay: float, others: list[float]) -> float:
        told = replay + float(self.weights @ np.array(self.row(replay, others)))
        return min(max(told, min(replay, *others) / 3), 3 * max(replay, *others) + 10.0)

    @property
    def trust(self) -> float:
        """0 to 1: by how many standard errors its squared errors were smaller of late."""
        if self.labels < PROOF_LABELS:
            return 0.0
        sigmas = self.gain / np.sqrt(self.gain_squared) if self.gain_squared > 0 else 0.0
        return float(min(max(sigmas / SURE_SIGMAS, 0.0), 1.0))

    @property
    def weights(self) -> NDArray[np.float64]:
        if self._weights is None:
            # A penalty in the units of the regressors themselves: their mean square.
            scale = np.maximum(np.diag(self.gram) / max(self.labels, 1.0), 1e-6)
            solved = np.linalg.solve(self.gram + PENALTY * np.diag(scale), self.target)
            self._weights = solved.astype(np.float64)
        return self._weights

    def learn(self, replay: float, others: Iterable[float], wait: float) -> None:
        row, corrected = np.array(self.row(replay, others)), self._corrected(replay, list(others))
        weight = 1 / (replay + SOFT_SECONDS)
        keep = 0.5 ** (1 / HALF_LIFE_LABELS)
        self.gram = keep * self.gram + np.outer(row, row) * weight
        self.target = keep * self.target + row * (wait - replay) * weight
        self.labels = keep * self.labels + 1.0
        gain = ((replay - wait) ** 2 - (corrected - wait) ** 2) * weight
        self.gain, self.gain_squared = keep * self.gain + gain, keep * self.gain_squared + gain * gain
        self._weights = None

    def dump(self) -> dict[str, Any]:
        return {
            "gram": self.gram.tolist(),
            "target": self.target.tolist(),
            "labels": self.labels,
            "gain": self.gain,
            "gain_squared": self.gain_squared,
        }

    def load(self, data: dict[str, Any]) -> None:
        self.gram, self.target, self.labels = np.array(data["gram"]), np.array(data["target"]), data["labels"]
        self.gain, self.gain_squared = data["gain"], data["gain_squared"]
        self._weights = None
