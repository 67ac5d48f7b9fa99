"""Which numbers may be promised a call."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callbacks.diallable import usable_number


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("+821012345678", "+821012345678"),
        ("01012345678", "+821012345678"),
        ("010-1234-5678", "+821012345678"),
        ("025550100", "+8225550100"),
        ("0311234567", "+82311234567"),
        ("07012345678", "+827012345678"),
        ("821012345678", "+821012345678"),
        ("+82 10 1234 5678", "+821012345678"),
    ],
)
def test_korean_mobile_fixed_and_internet_numbers(raw, number):
    assert usable_number(raw) == number


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "anonymous",
        "Anonymous",
        "unknown",
        "+266696687",
        "+7378742833",
        "+2562533",
        "+8656696",
        "+86282452253",
        "0601234567",  # premium
        "060-700-1234",
        "15881234",  # shared cost
        "+8215881234",
        "0801234567",  # free for the caller, not for us
        "112",
        "119",
        "114",
        "+12025550123",
        "+81312345678",
        "0012025550123",
        "01012",
        "0101234567890123",
        "sip:kim@example.com",
        "client:kim",
        "0",
    ],
)
def test_everything_else_is_refused(raw):
    assert usable_number(raw) is None


@given(raw=st.text(max_size=30))
def test_whatever_is_sent_the_answer_is_a_korean_number_or_nothing(raw):
    number = usable_number(raw)
    assert number is None or number.startswith("+82")
    assert number is None or usable_number(number) == number
