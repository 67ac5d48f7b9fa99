"""A later figure never rises above what was told without a reason, however slowly it creeps up."""

import pytest

from ivr.settle import _held_against_promise
from ivr.states import Holding


def told(*highs: float | None) -> list[bool]:
    """Whether each announcement has to be explained."""
    promised, explained = None, []
    for high in highs:
        news = _held_against_promise(Holding(department="d", entry_id=1, high_seconds=high), promised)
        promised = news.promised_high_seconds
        explained.append(news.longer_than_told)
    return explained


@pytest.mark.parametrize(
    ("highs", "explained"),
    [
        ([300, 240, 180], [False, False, False]),  # it gets shorter
        ([300, 355], [False, False]),  # less than a minute more is not heard
        ([300, 365], [False, True]),  # a minute more is
        ([300, 350, 400], [False, False, True]),  # creeping up counts from the lowest that was told
        ([300, 180, 250], [False, False, True]),
        ([300, 400, 420], [False, True, False]),  # explained once: there is a new promise
        ([None, 300, None, 400], [False, False, False, True]),  # no figure for a while forgives nothing
    ],
)
def test_what_has_to_be_explained(highs: list[float | None], explained: list[bool]) -> None:
    assert told(*highs) == explained
