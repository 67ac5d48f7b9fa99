"""What people say, as recognisers write it down, and what it means. A table of small stories."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from speech.values import (
    Amount,
    Currency,
    Language,
    Moment,
    PhoneNumber,
    Span,
    amount,
    phone_number,
    possible,
    when,
    yes_or_no,
)

SEOUL = ZoneInfo("Asia/Seoul")
# A Wednesday.
NOW = datetime(2026, 11, 25, 14, 0, 37, tzinfo=SEOUL)


def at(moment: str) -> datetime:
    """ "11-26 15:30" of the running winter; "2027-02-03 10:00"."""
    text = moment if moment.startswith("20") else f"2026-{moment}"
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=SEOUL)


def reading(text: str) -> Moment | Span:
    """ "11-26 15:30", "11-26 12:00 – 11-26 18:00", "11-26 00:00 –"."""
    first, dash, last = text.partition(" –")
    if not dash:
        return Moment(at(first))
    return Span(at(first), at(last.strip()) if last else None)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("네", "yes"),
        ("예", "yes"),
        ("네네네", "yes"),
        ("어 그래요", "yes"),
        ("네 맞 아요", "yes"),  # the recogniser's pieces
        ("맞습니다", "yes"),
        ("네, 그렇게 해 주세요.", "yes"),
        ("네 그 번호 맞아요", "yes"),
        ("틀림없어요", "yes"),  # begins like 틀렸어요
        ("아니요", "no"),
        ("아뇨", "no"),
        ("아니요 괜찮아요", "no"),
        ("틀렸어요", "no"),
        ("안 맞아요", "no"),  # a yes inside a no
        ("맞지 않아요", "no"),
        ("아닌 것 같아요", "no"),
        ("아니에요 맞아요", None),
        ("네 아니요", None),
        ("네 시에요", None),  # four o'clock
        ("네 배송이 안 와요", None),
        ("음", None),
        ("", None),
    ],
)
def test_a_korean_yes_or_no(text: str, answer: str | None) -> None:
    assert yes_or_no(text, "ko") == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("yeah", "yes"),
        ("Yes, please.", "yes"),
        ("That's right.", "yes"),
        ("um, okay", "yes"),
        ("I think so", "yes"),
        ("no thanks", "no"),
        ("No, thank you.", "no"),
        ("that's not right", "no"),
        ("no, that's wrong", "no"),
        ("no, that's right", None),
        ("absolutely not", "no"),
        ("not wrong", None),
        ("yes no", None),
        ("yes at four", None),
        ("well", None),
    ],
)
def test_an_english_yes_or_no(text: str, answer: str | None) -> None:
    assert yes_or_no(text, "en") == answer


@pytest.mark.parametrize(
    ("text", "e164"),
    [
        ("공일공 일이삼사 오육칠팔", "+821012345678"),
        ("공 일 공 일 이 삼 사 오 육 칠 팔", "+821012345678"),  # the recogniser's pieces
        ("영일영 일이삼사 오륙칠팔", "+821012345678"),
        ("공일공에 일이삼사에 오육칠팔이에요", "+821012345678"),  # 이에요 ends in no two
        ("공일공 일이삼사 오육칠팔구요", "+821012345678"),
        ("공일공 일이삼사 오육칠이요", "+821012345672"),  # this 이 is one
        ("공일공 하나둘셋넷 다섯여섯일곱여덟", "+821012345678"),
        ("제 번호는 공일공 음 일이삼사 어 오육칠팔입니다", "+821012345678"),
        ("이 번호 말고 공일공 구구구구 팔팔팔팔", "+821099998888"),
        ("010-1234-5678", "+821012345678"),
        ("[010] 일이삼사 [5678]", "+821012345678"),
        ("+82 10-1234-5678", "+821012345678"),
        ("플러스 팔이 일공 일이삼사 오육칠팔", "+821012345678"),
        ("공이 오오오 국에 공일공공", "+8225550100"),
        ("공칠공 일이삼사 오육칠팔", "+827012345678"),
        ("공일공 일이삼사 오육칠팔 공일공 일이삼사 오육칠팔", "+821012345678"),  # said twice, to be sure
        ("공일공 일이삼사 오육칠팔 아니 오육칠구", None),  # which end is meant?
        ("공일공 일이삼사 오육칠", None),
        ("일공 일이삼사 오육칠팔", None),  # at home a number begins with 0
        ("공일공 일이삼사 오육칠팔 구", None),
        ("잘 모르겠어요", None),
        ("", None),
    ],
)
def test_a_korean_telephone_number(text: str, e164: str | None) -> None:
    assert phone_number(text, "ko") == (None if e164 is None else PhoneNumber(e164))


@pytest.mark.parametrize(
    ("text", "region", "e164"),
    [
        ("oh one oh one two three four five six seven eight", "KR", "+821012345678"),
        ("zero one zero, double five triple six, 7 8 9", "KR", "+821055666789"),
        ("it's oh one oh, um, double one double two, double three double four", "KR", "+821011223344"),
        ("010-1234-5678", "KR", "+821012345678"),
        ("plus 82 ten 1234 5678", "KR", "+821012345678"),
        ("oh one oh twelve thirty four fifty six seventy eight", "KR", "+821012345678"),
        ("oh two oh, seven nine four six, double oh one eight", "GB", "+442079460018"),
        ("zero one zero one two three four five six seven eight no five six seven nine", "KR", None),
        ("double", "KR", None),
        ("my number please", "KR", None),
    ],
)
def test_an_english_telephone_number(text: str, region: str, e164: str | None) -> None:
    assert phone_number(text, "en", region) == (None if e164 is None else PhoneNumber(e164))


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("내일 오후 세 시 반", ["11-26 15:30"]),
        ("내 일 오 후 세 시 반", ["11-26 15:30"]),
        ("내일 오후 3시 반", ["11-26 15:30"]),
        ("내일 15:30", ["11-26 15:30"]),
        ("십오 시 삼십 분", ["11-25 15:30"]),
        ("오후 [5]시 [17]분", ["11-25 17:17"]),  # the recogniser's tags
        ("저녁 여섯 시쯤", ["11-25 18:00"]),
        ("십이월 삼 일 오후 두 시", ["12-03 14:00"]),
        ("이십일일 오후 네 시", ["12-21 16:00"]),  # of this month it has passed
        ("이십일 일곱 시 저녁", ["12-20 19:00"]),
        ("다음 달 삼 일 오전 열 시", ["12-03 10:00"]),
        ("다음 주 월요일 오전 열 시", ["11-30 10:00"]),
        ("수요일 오후 한 시", ["12-02 13:00"]),  # today it has passed
        ("이틀 뒤 오후 세 시", ["11-27 15:00"]),
        ("밤 열두 시 반", ["11-26 00:30"]),
        ("오늘 밤 한 시", ["11-26 01:00"]),
        ("내일 새벽 두 시", ["11-26 02:00"]),
        ("내일 정오", ["11-26 12:00"]),
        ("오늘 자정", ["11-26 00:00"]),
        ("아니요 내일 오후 세 시요", ["11-26 15:00"]),  # the answer to a wrong read-back
        ("지금은 안 되고 내일 오전 열 시에", ["11-26 10:00"]),
        ("한 시간 뒤에", ["11-25 15:00"]),
        ("한 시간 반 뒤에", ["11-25 15:30"]),
        ("삼십 분 있다가", ["11-25 14:30"]),
        ("두 시간 십 분 후에 전화 주세요", ["11-25 16:10"]),
        ("지금 바로요", ["11-25 14:00"]),
        ("2027년 1월 3일 오후 두 시", ["2027-01-03 14:00"]),
        ("이월 이십구일 오전 열 시", ["2028-02-29 10:00"]),  # the next one there is
        # spans
        ("모레 오전", ["11-27 06:00 – 11-27 12:00"]),
        ("다음 주 월요일 오전", ["11-30 06:00 – 11-30 12:00"]),
        ("점심때", ["11-26 12:00 – 11-26 13:00"]),  # today's has passed
        ("이번 주 금요일", ["11-27 00:00 – 11-28 00:00"]),
        ("오늘 오후", ["11-25 14:00 – 11-25 18:00"]),  # what is left of it
        ("이번 주말", ["11-28 00:00 – 11-30 00:00"]),
        ("다음 주에요", ["11-30 00:00 – 12-07 00:00"]),
        ("오후 다섯 시 이후에", ["11-25 17:00 – 11-26 00:00"]),
        ("내일 점심 먹고", ["11-26 13:00 – 11-27 00:00"]),
        ("내일 오후 두 시에서 네 시 사이", ["11-26 14:00 – 11-26 16:00"]),
        ("오후 2~4시", ["11-25 14:00 – 11-25 16:00"]),
        ("토요일 두 시부터 네 시", ["11-28 02:00 – 11-28 04:00", "11-28 14:00 – 11-28 16:00"]),
        ("평일 오후", ["11-25 14:00 – 11-25 18:00"]),
        ("밤 열 시부터 새벽 두 시까지", ["11-25 22:00 – 11-26 02:00"]),
        ("다섯 시 전에", ["11-25 14:00 – 11-25 17:00"]),
        ("금요일까지", ["11-25 14:00 – 11-28 00:00"]),
        ("월요일부터 수요일까지", ["11-30 00:00 – 12-03 00:00"]),
        ("한 시간 안에", ["11-25 14:00 – 11-25 15:00"]),
        ("월요일 이후", ["11-30 00:00 –"]),
        # ambiguous: one has to ask
        ("세 시", ["11-25 15:00", "11-26 03:00"]),
        ("내일 세 시", ["11-26 03:00", "11-26 15:00"]),
        ("십이월 삼 일 두 시", ["12-03 02:00", "12-03 14:00"]),
        ("다음 금요일", ["11-27 00:00 – 11-28 00:00", "12-04 00:00 – 12-05 00:00"]),
        ("다음 월요일", ["11-30 00:00 – 12-01 00:00"]),  # the coming one is next week's
        ("오늘 세 시", ["11-25 15:00"]),  # three in the morning has passed
        # impossible or not understood
        ("이월 삼십일", []),
        ("이십오 시", []),
        ("세 시 칠십 분", []),
        ("오전 십오 시", []),
        ("내일 금요일", []),  # it is a Thursday
        ("오늘 오전 아홉 시", []),
        ("어제 세 시", []),
        ("두세 시쯤", []),
        ("내일 말고 모레", []),
        ("여섯 시 전에는 안 돼요", []),
        ("내일 두 시 세 시", []),
        ("오시면 돼요", []),
        ("주말 세 시", []),  # Saturday or Sunday?
        ("다음 달", []),
        ("배송이 안 와요", []),
        ("", []),
    ],
)
def test_a_korean_time(text: str, readings: list[str]) -> None:
    assert when(text, "ko", NOW) == tuple(reading(one) for one in readings)


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("tomorrow at 3:30 p.m.", ["11-26 15:30"]),
        ("three oh five in the afternoon", ["11-25 15:05"]),
        ("seven p.m.", ["11-25 19:00"]),
        ("fourteen thirty", ["11-25 14:30"]),
        ("tonight at eight", ["11-25 20:00"]),
        ("26 November at 3 pm", ["11-26 15:00"]),
        ("December the third at ten in the morning", ["12-03 10:00"]),
        ("the day after tomorrow at ten in the morning", ["11-27 10:00"]),
        ("next Monday at 9 o'clock in the morning", ["11-30 09:00"]),
        ("tomorrow at noon", ["11-26 12:00"]),
        ("midnight", ["11-26 00:00"]),
        ("in half an hour", ["11-25 14:30"]),
        ("in an hour and a half", ["11-25 15:30"]),
        ("two hours from now", ["11-25 16:00"]),
        ("in three days at four pm", ["11-28 16:00"]),
        ("as soon as possible", ["11-25 14:00"]),
        ("good morning, tomorrow at three in the afternoon", ["11-26 15:00"]),
        ("I am free on Monday at three pm", ["11-30 15:00"]),  # not three a.m.
        # spans
        ("next Monday morning", ["11-30 06:00 – 11-30 12:00"]),
        ("tomorrow afternoon", ["11-26 12:00 – 11-26 18:00"]),
        ("after lunch tomorrow", ["11-26 13:00 – 11-27 00:00"]),
        ("after six in the evening", ["11-25 18:00 – 11-26 00:00"]),
        ("tomorrow morning after ten", ["11-26 10:00 – 11-27 00:00"]),
        ("by five", ["11-25 14:00 – 11-25 17:00"]),
        ("within an hour", ["11-25 14:00 – 11-25 15:00"]),
        ("before Friday", ["11-25 14:00 – 11-27 00:00"]),
        ("until Friday", ["11-25 14:00 – 11-28 00:00"]),
        ("Monday through Wednesday", ["11-30 00:00 – 12-03 00:00"]),
        ("next week", ["11-30 00:00 – 12-07 00:00"]),
        ("from ten in the morning to five tomorrow", ["11-26 10:00 – 11-26 17:00"]),
        # ambiguous
        ("half past three", ["11-25 15:30", "11-26 03:30"]),
        ("quarter to five", ["11-25 16:45", "11-26 04:45"]),
        ("Friday at 2", ["11-27 02:00", "11-27 14:00"]),
        ("after six tomorrow", ["11-26 06:00 – 11-27 00:00", "11-26 18:00 – 11-27 00:00"]),
        ("between two and four tomorrow", ["11-26 02:00 – 11-26 04:00", "11-26 14:00 – 11-26 16:00"]),
        ("next Friday", ["11-27 00:00 – 11-28 00:00", "12-04 00:00 – 12-05 00:00"]),
        # impossible or not understood
        ("the thirty first of February", []),
        ("tomorrow at twenty five", []),
        ("yesterday", []),
        ("I can't tomorrow", []),
        ("Monday or Tuesday", []),
        ("where is my parcel", []),
    ],
)
def test_an_english_time(text: str, readings: list[str]) -> None:
    assert when(text, "en", NOW) == tuple(reading(one) for one in readings)


def in_shop_hours(moment: datetime) -> bool:
    return moment.weekday() < 5 and 9 <= moment.hour < 18


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("내일 세 시", ["11-26 15:00"]),
        ("두 시 반 이후", ["11-25 14:30 – 11-26 00:00"]),
        ("내일 다섯 시 전에", ["11-26 00:00 – 11-26 17:00"]),
        ("다음 금요일", ["11-27 00:00 – 11-28 00:00", "12-04 00:00 – 12-05 00:00"]),  # open on both
        ("내일 여덟 시", ["11-26 08:00", "11-26 20:00"]),  # open at neither: that is for others to say
    ],
)
def test_of_two_readings_the_one_is_meant_at_which_somebody_is_there(text: str, readings: list[str]) -> None:
    assert possible(when(text, "ko", NOW), in_shop_hours) == tuple(reading(one) for one in readings)


def test_a_time_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="zone"):
        when("내일", "ko", datetime(2026, 11, 25))  # noqa: DTZ001


def test_an_hour_is_an_hour_when_the_clocks_change() -> None:
    berlin = ZoneInfo("Europe/Berlin")

    heard = when("in three hours", "en", datetime(2026, 10, 25, 1, 0, tzinfo=berlin))

    assert heard == (Moment(datetime(2026, 10, 25, 3, 0, tzinfo=berlin)),)


@pytest.mark.parametrize(
    ("text", "language", "value", "currency"),
    [
        ("삼만 오천 원", "ko", "35000", "KRW"),
        ("십이만삼천 원", "ko", "123000", "KRW"),
        ("3만원", "ko", "30000", "KRW"),
        ("3만 5천원이요", "ko", "35000", "KRW"),
        ("35,000원", "ko", "35000", "KRW"),
        ("{만} (천)원", "ko", "11000", "KRW"),
        ("만 원", "ko", "10000", "KRW"),
        ("일억 이천만 원", "ko", "120000000", "KRW"),
        ("삼만 오천", "ko", "35000", "KRW"),
        ("십이 달러 오십 센트", "ko", "12.5", "USD"),
        ("12.5달러", "ko", "12.5", "USD"),
        ("thirty five dollars", "en", "35", "USD"),
        ("thirty-five thousand won", "en", "35000", "KRW"),
        ("twelve fifty", "en", "12.5", "USD"),
        ("twelve dollars and fifty cents", "en", "12.5", "USD"),
        ("twelve dollars fifty", "en", "12.5", "USD"),
        ("$12.50", "en", "12.5", "USD"),
        ("₩35,000", "en", "35000", "KRW"),
        ("a hundred and twenty euros", "en", "120", "EUR"),
        ("twelve hundred dollars", "en", "1200", "USD"),
        ("fifty cents", "en", "0.5", "USD"),
    ],
)
def test_an_amount(text: str, language: Language, value: str, currency: Currency) -> None:
    assert amount(text, language, "KRW" if language == "ko" else "USD") == Amount(Decimal(value), currency)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("상담원 연결해 주세요", "ko"),
        ("사원이에요", "ko"),  # an employee, not four won
        ("오십천 원", "ko"),
        ("만 원에서 이만 원", "ko"),  # which of the two?
        ("", "ko"),
        ("twelve fifty", "en"),  # of won, which have no hundredths
        ("twelve dollars or twenty dollars", "en"),
        ("a", "en"),
        ("no money at all", "en"),
    ],
)
def test_no_amount(text: str, language: Language) -> None:
    assert amount(text, language) is None
