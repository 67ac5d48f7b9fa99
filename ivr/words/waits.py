"""Times that have passed, before they have a language."""

import math

MINUTE_SECONDS = 60
HOUR_MINUTES = 60


def hours_and_minutes(seconds: float) -> tuple[int, int]:
    """Begun minutes count."""
    return divmod(math.ceil(seconds / MINUTE_SECONDS), HOUR_MINUTES)
