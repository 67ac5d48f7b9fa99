"""What is read back, and that whoever hears it means the same."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import phonenumbers
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from speech.values import (
    NO,
    YES,
    Amount,
    Currency,
    Kind,
    Language,
    Moment,
    PhoneNumber,
    Span,
    Value,
    When,
    amount,
    grammar_phrases,
    phone_number,
    possible,
    said,
    said_time,
    when,
    yes_or_no,
)
from speech.values.numerals import LARGEST, english, native, plain_words, read_english, read_native, read_sino, sino
from speech.vosk_recogniser import VoskRecogniser

SEOUL = ZoneInfo("Asia/Seoul")
NOW = datetime(2026, 11, 25, 14, 0, tzinfo=SEOUL)
TOMORROW = datetime(2026, 11, 26, tzinfo=SEOUL)
LANGUAGES = st.sampled_from(["ko", "en"])
# A region's telephone numbers are loaded when the first of them is met; that takes what it takes.
unhurried = settings(deadline=None)


def tomorrow(hour: int, minute: int = 0) -> datetime:
    return TOMORROW + timedelta(hours=hour, minutes=minute)


@pytest.mark.parametrize(
    ("value", "korean", "in_english"),
    [
        (
            Moment(tomorrow(15, 30)),
            "내일 11월 26일 목요일 오후 세 시 반",
            "three thirty in the afternoon, tomorrow (Thursday 26 November)",
        ),
        (
            Moment(tomorrow(24, 5)),  # Twelve at night belongs to the day before.
            "내일 11월 26일 목요일 밤 열두 시 오 분",
            "twelve oh five at night, tomorrow (Thursday 26 November)",
        ),
        (Moment(datetime(2026, 12, 3, 12, tzinfo=SEOUL)), "12월 3일 목요일 낮 열두 시", "noon, Thursday 3 December"),
        (
            Moment(datetime(2027, 12, 3, 9, 45, tzinfo=SEOUL)),
            "2027년 12월 3일 금요일 오전 아홉 시 사십오 분",
            "nine forty five in the morning, Friday 3 December 2027",
        ),
        (Span(tomorrow(0), tomorrow(24)), "내일 11월 26일 목요일", "tomorrow (Thursday 26 November)"),
        (
            Span(tomorrow(6), tomorrow(12)),
            "내일 11월 26일 목요일 오전",
            "in the morning, tomorrow (Thursday 26 November)",
        ),
        (
            Span(tomorrow(18), tomorrow(24)),
            "내일 11월 26일 목요일 오후 여섯 시 이후",
            "after six in the evening, tomorrow (Thursday 26 November)",
        ),
        (
            Span(tomorrow(14), tomorrow(16)),
            "내일 11월 26일 목요일 오후 두 시부터 오후 네 시까지",
            "from two in the afternoon to four in the afternoon, tomorrow (Thursday 26 November)",
        ),
        (
            Span(datetime(2026, 11, 30, tzinfo=SEOUL), datetime(2026, 12, 7, tzinfo=SEOUL)),
            "11월 30일 월요일부터 12월 6일 일요일까지",
            "from Monday 30 November to Sunday 6 December",
        ),
        (Span(TOMORROW, None), "내일 11월 26일 목요일부터", "from tomorrow (Thursday 26 November) on"),
        (
            PhoneNumber("+821012345678"),
            "공일공, 일이삼사, 오육칠팔",
            "zero one zero, one two three four, five six seven eight",
        ),
        (PhoneNumber("+8225550100"), "공이, 오오오, 공일공공", "zero two, five five five, zero one zero zero"),
        (PhoneNumber("+82311234567"), "공삼일, 일이삼, 사오육칠", "zero three one, one two three, four five six seven"),
        (Amount(Decimal(35_000), "KRW"), "삼만 오천 원", "thirty five thousand won"),
        (Amount(Decimal("12.5"), "USD"), "십이 달러 오십 센트", "twelve dollars and fifty cents"),
        (Amount(Decimal(1), "EUR"), "일 유로", "one euro"),
    ],
)
def test_a_value_is_read_back(value: Value, korean: str, in_english: str) -> None:
    assert (said(value, "ko", NOW), said(value, "en", NOW)) == (korean, in_english)


def test_without_the_present_a_day_is_called_by_its_date_alone() -> None:
    assert said(Moment(tomorrow(9)), "ko") == "11월 26일 목요일 오전 아홉 시"


@pytest.mark.parametrize(
    ("at", "korean", "in_english"),
    [
        (time(9), "오전 아홉 시", "nine in the morning"),
        (time(18, 30), "오후 여섯 시 반", "six thirty in the evening"),
        (time(12), "낮 열두 시", "noon"),
        (time(0), "밤 열두 시", "midnight"),
        (time(0, 30), "밤 열두 시 반", "twelve thirty at night"),
        (time(11, 5), "오전 열한 시 오 분", "eleven oh five in the morning"),
    ],
)
def test_times_of_day_are_said_as_people_say_them(at: time, korean: str, in_english: str) -> None:
    assert (said_time(at, "ko"), said_time(at, "en")) == (korean, in_english)


# Round trips: what is said is heard as the same value.

MINUTES = st.integers(0, 24 * 60 - 1).map(lambda minutes: timedelta(minutes=minutes))
PRESENTS = st.builds(
    lambda day, ago: datetime.combine(day, time(), SEOUL) + ago,
    st.dates(date(2024, 1, 1), date(2032, 12, 31)),
    MINUTES,
)


@st.composite
def moments(draw: st.DrawFn) -> tuple[When, datetime]:
    now = draw(PRESENTS)
    ahead = draw(st.one_of(st.integers(0, 3 * 24 * 60), st.integers(0, 500 * 24 * 60)))
    return Moment(now + timedelta(minutes=ahead)), now


@st.composite
def spans(draw: st.DrawFn) -> tuple[When, datetime]:
    now = draw(PRESENTS)
    today = datetime.combine(now.date(), time(), SEOUL)
    day = today + timedelta(days=draw(st.integers(1, 300)))
    match draw(st.integers(0, 3)):
        case 0:
            begins = draw(st.integers(0, 24 * 60 - 1))
            lasts = draw(st.integers(1, 24 * 60 - begins))
            return Span(day + timedelta(minutes=begins), day + timedelta(minutes=begins + lasts)), now
        case 1:
            return Span(day, day + timedelta(days=draw(st.integers(1, 10)))), now
        case 2:
            return Span(day, None), now
        case _:
            begins, ends = draw(MINUTES), draw(MINUTES)
            return Span(day + begins, day + ends + timedelta(days=draw(st.integers(1, 10)))), now


@unhurried
@given(st.one_of(moments(), spans()), LANGUAGES)
@example((Moment(NOW), NOW), "ko")
@example((Moment(datetime(2028, 2, 29, 0, 30, tzinfo=SEOUL)), NOW), "en")
@example((Moment(datetime(2026, 11, 25, 0, 0, tzinfo=SEOUL)), datetime(2026, 11, 25, 0, 0, tzinfo=SEOUL)), "ko")
def test_a_time_that_is_read_back_is_heard_as_the_same(told: tuple[When, datetime], language: Language) -> None:
    value, now = told

    assert when(said(value, language, now), language, now) == (value,)


@unhurried
@given(st.sampled_from(["10", "2", "31", "51", "64", "70"]), st.integers(1000, 9999), st.integers(0, 9999), LANGUAGES)
def test_a_number_that_is_read_back_is_heard_as_the_same(area: str, middle: int, last: int, language: Language) -> None:
    digits = f"+82{area}{middle}{last:04}"
    if not phonenumbers.is_valid_number(phonenumbers.parse(digits)):
        return

    assert phone_number(said(PhoneNumber(digits), language), language) == PhoneNumber(digits)


@unhurried
@given(
    st.one_of(
        st.builds(Amount, st.integers(10, LARGEST).map(Decimal), st.sampled_from(["KRW", "JPY"])),
        st.builds(
            Amount, st.integers(1, 10**8).map(lambda cents: Decimal(cents) / 100), st.sampled_from(["USD", "EUR"])
        ),
    ),
    LANGUAGES,
)
def test_a_sum_that_is_read_back_is_heard_as_the_same(value: Amount, language: Language) -> None:
    other: Currency = "JPY" if value.currency == "KRW" else "KRW"

    assert amount(said(value, language), language, other) == value


@given(st.integers(0, LARGEST))
def test_numbers_are_spoken_and_read(number: int) -> None:
    assert read_sino(sino(number).replace(" ", "")) == number
    assert read_english(plain_words(english(number))) == number


@given(st.integers(1, 99))
def test_counted_numbers_are_spoken_and_read(number: int) -> None:
    assert read_native(native(number)) == number


# Nothing that is said breaks anything.

KOREAN_WORDS = (
    "네 아니요 공 일 이 삼 사 오 육 칠 팔 구 십 백 천 만 억 열 두 세 시 분 반 월 요일 내일 모레 다음 이번 주 주말"
    " 오전 오후 밤 뒤 후 전 부터 까지 사이 이후 원 달러 센트 아니 말고 안돼"
)
ENGLISH_WORDS = (
    "yes no not oh one two twenty fifty hundred thousand third tomorrow next week friday november noon midnight half"
    " quarter past to after before between and in an hour pm am from until dollars cents won"
)
MARKS = "$ 12 3:30 99 010 2027 th 0 . : - +"
WORDS = st.lists(st.sampled_from(f"{KOREAN_WORDS} {ENGLISH_WORDS} {MARKS}".split()), max_size=12)
TEXTS = st.one_of(st.text(), WORDS.map(" ".join), WORDS.map("".join))


@unhurried
@given(TEXTS, LANGUAGES)
@example("9" * 5000, "ko")
@example("9" * 5000, "en")
@example("억" * 500, "ko")
@example("²시", "ko")
def test_any_text_is_taken(text: str, language: Language) -> None:
    assert yes_or_no(text, language) in ("yes", "no", None)
    assert isinstance(phone_number(text, language), PhoneNumber | None)
    assert isinstance(amount(text, language), Amount | None)
    assert all(isinstance(reading, Moment | Span) for reading in when(text, language, NOW))


@unhurried
@given(TEXTS, LANGUAGES, PRESENTS)
def test_no_time_lies_in_the_past(text: str, language: Language, now: datetime) -> None:
    today = datetime.combine(now.date(), time(), SEOUL)
    for reading in when(text, language, now):
        match reading:
            case Moment(at):
                assert at >= now
            case Span(earliest, None):
                assert earliest >= today
            case Span(earliest, latest):
                assert latest is not None
                assert now <= earliest < latest


@unhurried
@given(TEXTS, LANGUAGES, st.sets(st.integers(0, 23)))
def test_opening_hours_choose_among_the_readings_and_never_take_the_last_one(
    text: str, language: Language, open_hours: set[int]
) -> None:
    readings = when(text, language, NOW)

    chosen = possible(readings, lambda at: at.hour in open_hours)

    assert set(chosen) <= set(readings)
    assert bool(chosen) == bool(readings)


# What a recogniser is told


@pytest.mark.parametrize("kind", ["yes_no", "phone", "when", "amount"])
def test_the_korean_model_has_sounds_for_every_phrase(recogniser: VoskRecogniser, kind: Kind) -> None:
    assert recogniser.grammar(grammar_phrases(kind, "ko")).unspellable == ()


@pytest.mark.parametrize("digit", list("공영일이삼사오육륙칠팔구"))
def test_every_digit_is_a_word_of_its_own(recogniser: VoskRecogniser, digit: str) -> None:
    heard = {piece for phrase in recogniser.grammar(grammar_phrases("phone", "ko")).phrases for piece in phrase.split()}

    assert digit in heard


@pytest.mark.parametrize("language", ["ko", "en"])
def test_phrases_for_yes_mean_yes_and_phrases_for_no_mean_no(language: Language) -> None:
    assert {yes_or_no(phrase, language) for phrase in YES[language]} == {"yes"}
    assert {yes_or_no(phrase, language) for phrase in NO[language]} == {"no"}


@pytest.mark.parametrize("language", ["ko", "en"])
def test_phrases_for_times_and_sums_are_understood(language: Language) -> None:
    morning = NOW.replace(hour=0)

    assert [phrase for phrase in grammar_phrases("when", language) if not when(phrase, language, morning)] == []
    assert [phrase for phrase in grammar_phrases("amount", language) if amount(phrase, language) is None] == []
