"""A forecast in whole minutes, as it is said."""

import numpy as np
from numpy.typing import NDArray

from callqueue.spoken import MINUTE_SECONDS, Spoken, banded

LATE_SHARE = 0.12
"""Whoever waits longer than was said hangs up half as often again (Webb, Yu, Bretthauer): at most so many do."""
LONGEST_MINUTES = 60


def shortest_true(waits_seconds: NDArray[np.float64], share: float, late_share: float = LATE_SHARE) -> Spoken:
    """The narrowest range of whole minutes that holds at least `share` of the (sorted) waits and is exceeded by at
    most `late_share` of them; of equally narrow ones the likeliest."""
    count = len(waits_seconds)
    highest = min(int(waits_seconds[-1] // MINUTE_SECONDS) + 1, LONGEST_MINUTES)
    below = np.searchsorted(waits_seconds, float(MINUTE_SECONDS) * np.arange(highest + 1), side="left") / count
    for width in range(1, highest + 1):
        held = below[width:] - below[: highest + 1 - width]
        fits = (held >= share) & (1 - below[width:] <= late_share)
        if fits.any():
            first = int(np.argmax(np.where(fits, held, -1.0)))
            return banded(first, first + width)
    # Longer than anybody is told: of these waits all but a few last at least so long.
    least = int(np.searchsorted(below, 1 - share, side="right")) - 1
    return (least, None) if least > 0 else (0, highest)
