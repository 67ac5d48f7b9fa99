"""What an estimator said to everyone who had to wait, side by side with what came true."""

from dataclasses import asdict, dataclass

import numpy as np


@dataclass(frozen=True)
class Said:
    """Of everyone who had to wait, in order of joining; NaN where nothing was said, inf where the range is open."""

    wait: np.ndarray
    scored: np.ndarray
    low: np.ndarray
    mid: np.ndarray
    high: np.ndarray
    first_minute: np.ndarray
    last_minute: np.ndarray
    ms_each: np.ndarray
    """One number: the mean time an estimate took, the reading of all events included."""

    def only(self, which: np.ndarray | slice) -> "Said":
        parts = {name: value if name == "ms_each" else value[which] for name, value in asdict(self).items()}
        return Said(**parts)
