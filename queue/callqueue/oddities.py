"""What came and could not be: ignored, counted, told. A supervisor who sees a count rise looks for its cause."""

import logging
from collections import Counter
from collections.abc import Mapping

log = logging.getLogger("barocall.line")

_counts: Counter[str] = Counter()


def ignored(what: str, **who: object) -> None:
    """Say that news was ignored, how often that has happened in this process, and of whom it was (ids only)."""
    _counts[what] += 1
    told = ", ".join(f"{name} {value}" for name, value in who.items())
    log.warning("ignored, %d times so far: %s (%s)", _counts[what], what, told)


def counts() -> Mapping[str, int]:
    """How often each was ignored since this process began."""
    return dict(_counts)
