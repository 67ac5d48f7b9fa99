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
        ("anonymous", "anonymous"),  # nobody's number: nothing to hide
        ("sip:kim@example.com", "********"),  # a name, not a number
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
        ("[010] 일 이 삼 [4] 오육칠팔", "[***] * * * [*] ****"),
        ("다섯 여섯 일곱 여덟 아홉 하나", "* * * * * *"),
        ("Zero one zero, double five six", "* * *, * * *"),
        ("one of two parcels", "one of two parcels"),
        ("이번 일로 전화했어요", "이번 일로 전화했어요"),
    ],
)
def test_words(words: str, masked: str) -> None:
    assert mask_words(words) == masked


@given(st.text("0123456789 -.,가나", max_size=40))
def test_no_run_of_six_figures_survives(words: str) -> None:
    assert not re.search(r"[0-9]{6}", re.sub(r"[ \-.,]", "", mask_words(words)))


@given(st.text("공영일이삼사오육륙칠팔구 -.,가나", max_size=40))
def test_no_run_of_six_digits_read_aloud_survives(words: str) -> None:
    assert not re.search("[공영일이삼사오육륙칠팔구]{6}", re.sub(r"[ \-.,]", "", mask_words(words)))


@given(st.text("0123456789공일이 -.,가나", max_size=40))
def test_masking_changes_digits_into_stars_and_nothing_else(words: str) -> None:
    masked = mask_words(words)

    assert len(masked) == len(words)
    assert all(new == old or (new == "*" and old in "0123456789공일이") for old, new in zip(words, masked, strict=True))


@given(st.text("0123456789공일이 -.,*가나", max_size=40))
def test_masked_words_stay_as_they_are(words: str) -> None:
    once = mask_words(words)

    assert mask_words(once) == once
