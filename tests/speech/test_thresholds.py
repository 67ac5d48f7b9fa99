"""Thresholds chosen from labelled texts, and what they promise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.decide import Thresholds
from speech.shares import wilson
from speech.thresholds import NEVER, Rates, Scored, TooFewLabelled, choose_thresholds, rates


def right(probability: float) -> Scored:
    return Scored(probability, right=True, in_scope=True)


def wrong(probability: float) -> Scored:
    return Scored(probability, right=False, in_scope=True)


def outside(probability: float) -> Scored:
    return Scored(probability, right=False, in_scope=False)


def test_it_goes_as_low_as_what_goes_wrong_allows() -> None:
    texts = [*[right(0.9)] * 60, *[right(0.6)] * 30, wrong(0.5), *[right(0.45)] * 8]

    thresholds, expected = choose_thresholds(texts, wrong_at_most=0.01)

    assert thresholds == Thresholds(go=0.6, confirm=0.45)
    assert expected == Rates(texts=99, go=90, confirm=9, ask=0, wrong=0, confirmed_wrong=1, outside=0, outside_gone=0)


def test_one_wrong_text_is_spent_where_two_are_allowed() -> None:
    texts = [*[right(0.9)] * 60, wrong(0.7), *[right(0.6)] * 30, wrong(0.5), *[right(0.4)] * 7]

    thresholds, expected = choose_thresholds(texts, wrong_at_most=0.02)

    assert (thresholds.go, expected.wrong) == (0.6, 1)


def test_words_from_outside_count_as_wrong() -> None:
    texts = [*[right(0.9)] * 60, *[outside(0.8)] * 20, *[right(0.7)] * 20]

    thresholds, expected = choose_thresholds(texts, wrong_at_most=0.02)

    assert thresholds.go == 0.9
    assert (expected.outside, expected.outside_gone) == (20, 0)


def test_nothing_goes_unasked_where_the_surest_are_wrong() -> None:
    texts = [*[wrong(1.0)] * 30, *[right(0.9)] * 70]

    thresholds, expected = choose_thresholds(texts)

    assert thresholds.go == NEVER
    assert expected.go == 0


def test_a_question_that_is_mostly_answered_no_is_not_asked() -> None:
    texts = [*[right(0.9)] * 90, *[wrong(0.3)] * 10]

    thresholds, expected = choose_thresholds(texts)

    assert (thresholds.confirm, expected.ask) == (0.9, 10)


def test_too_few_texts_promise_nothing() -> None:
    with pytest.raises(TooFewLabelled, match=r"20 labelled texts are too few .* label at least 49"):
        choose_thresholds([right(0.9)] * 20, wrong_at_most=0.02)


SCORED = st.lists(
    st.builds(Scored, st.floats(0, 1), st.booleans(), st.booleans()).map(
        lambda one: Scored(one.probability, one.right and one.in_scope, one.in_scope)
    ),
    min_size=49,
    max_size=120,
)


@given(SCORED)
def test_no_more_goes_wrong_than_allowed_with_one_to_spare(texts: list[Scored]) -> None:
    thresholds, expected = choose_thresholds(texts, wrong_at_most=0.02)

    assert (expected.wrong + 1) / (len(texts) + 1) <= 0.02 + 1e-9
    assert thresholds.confirm <= thresholds.go


@given(SCORED, st.floats(0, 1), st.floats(0, 1))
def test_every_text_ends_somewhere(texts: list[Scored], one: float, other: float) -> None:
    counted = rates(texts, Thresholds(go=max(one, other), confirm=min(one, other)))

    assert counted.go + counted.confirm + counted.ask == counted.texts == len(texts)


@given(SCORED)
def test_the_order_of_the_texts_does_not_matter(texts: list[Scored]) -> None:
    assert choose_thresholds(texts) == choose_thresholds(texts[::-1])


@pytest.mark.parametrize(
    ("hits", "count", "low", "high"),
    [
        (0, 67, 0.0, 5.4),
        (5, 10, 23.7, 76.3),
        (67, 67, 94.6, 100.0),
        (0, 0, 0.0, 100.0),  # nothing counted
    ],
)
def test_wilson_interval(hits: int, count: int, low: float, high: float) -> None:
    bounds = wilson(hits, count)

    assert [round(100 * bound, 1) for bound in bounds] == [low, high]
