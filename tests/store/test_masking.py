import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.masking import mask_number, mask_words


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("+821012345678", "+8210****5678"),
        ("+8225550100", "+82****0100"),
        ("112", "***"),  # too short to show anything
        ("", ""),
    ],
)
def test_numbers(number: str, masked: str) -> None:
    assert mask_number(number) == masked


@pytest.mark.parametrize(
    ("words", "masked"),
    [
        ("제 번호는 010-1234-5678 이에요", "제 번호는 ***-****-**** 이에요"),
        ("주민번호 900101 1234567", "주민번호 ****** *******"),
        ("12345번 주문", "12345번 주문"),  # five digits may stay
        ("배송 조회요", "배송 조회요"),
        ("공일공 일이삼사 오육칠팔로 전화 주세요", "*** **** ****로 전화 주세요"),  # as recognisers write them
        ("이번 일로 전화했어요", "이번 일로 전화했어요"),
    ],
)
def test_words(words: str, masked: str) -> None:
    assert mask_words(words) == masked


@given(st.text("0123456789 -.가나", max_size=40))
def test_no_run_of_six_digits_survives(words: str) -> None:
    assert not re.search(r"\d{6}", re.sub(r"[ \-.]", "", mask_words(words)))
