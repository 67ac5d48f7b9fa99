"""What callers and agents hear in English."""

import inspect
from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.menu.hours import ALWAYS, OpeningHours, Span
from ivr.words import LANGUAGES, Words, english, korean, words_for
from ivr.words.english import describe_hours, said_time
from ivr.words.waits import Between, MoreThan, Within, whole_minutes

SEOUL = ZoneInfo("Asia/Seoul")
NINE_TO_SIX = Span(time(9), time(18))
TEN_TO_TWO = Span(time(10), time(14))
WEEK = (NINE_TO_SIX,) * 5
OPENS = datetime(2026, 11, 26, 9, tzinfo=SEOUL)
SENTENCES = sorted(name for name in vars(Words) if not name.startswith("_") and name.islower())


def test_every_language_says_every_sentence_with_the_same_values() -> None:
    signatures = [
        {name: list(inspect.signature(getattr(words, name)).parameters) for name in SENTENCES}
        for words in LANGUAGES.values()
    ]

    assert signatures[0] == signatures[1]
    assert {language: words.LOCALE for language, words in LANGUAGES.items()} == {"ko": "ko-KR", "en": "en-US"}
    assert (words_for("ko"), words_for("en")) == (korean, english)
    with pytest.raises(KeyError):
        words_for("fr")


@pytest.mark.parametrize(
    ("low_seconds", "high_seconds", "spoken"),
    [
        (0, 40, "less than a minute"),
        (0, 60, "less than a minute"),
        (30, 200, "up to 4 minutes"),
        (185, 355, "about 3 to 6 minutes"),
        (120, 120, "about 2 to 3 minutes"),
        (1200, 3600, "more than 20 minutes"),
    ],
)
def test_waits_are_told_as_ranges(low_seconds: float, high_seconds: float, spoken: str) -> None:
    assert english.wait_range(low_seconds, high_seconds) == spoken


@given(st.floats(0, 20_000), st.floats(0, 20_000))
def test_a_spoken_range_is_never_tighter_than_what_is_known(one: float, other: float) -> None:
    low, high = sorted((one, other))

    match whole_minutes(low, high):
        case Within(minutes):
            assert high <= minutes * 60
        case Between(low_minutes, high_minutes):
            assert low_minutes * 60 <= low <= high <= high_minutes * 60
            assert low_minutes < high_minutes
        case MoreThan(minutes):
            assert minutes * 60 <= low


@pytest.mark.parametrize(
    ("count", "spoken"),
    [
        (1, "first"),
        (2, "second"),
        (10, "tenth"),
        (11, "11th"),
        (21, "21st"),
        (102, "102nd"),
        (111, "111th"),
    ],
)
def test_ordinals(count: int, spoken: str) -> None:
    assert english.ordinal(count) == spoken


@pytest.mark.parametrize(
    ("e164", "spoken"),
    [
        ("+821012345678", "zero one zero, one two three four, five six seven eight"),
        ("+82215550100", "zero two, one five five five, zero one zero zero"),
    ],
)
def test_phone_numbers_are_read_digit_by_digit_in_groups(e164: str, spoken: str) -> None:
    assert english.number_spoken(e164) == spoken


@pytest.mark.parametrize(
    ("at", "spoken"),
    [
        (time(9), "9 AM"),
        (time(18, 30), "6:30 PM"),
        (time(11, 5), "11:05 AM"),
        (time(12), "noon"),
        (time(12, 30), "12:30 PM"),
        (time(0), "midnight"),
        (time(0, 30), "12:30 AM"),
    ],
)
def test_times_of_day(at: time, spoken: str) -> None:
    assert said_time(at) == spoken


@pytest.mark.parametrize(
    ("days", "spoken"),
    [
        ((*WEEK, None, None), "weekdays from 9 AM to 6 PM"),
        ((*WEEK, TEN_TO_TWO, None), "weekdays from 9 AM to 6 PM and Saturdays from 10 AM to 2 PM"),
        ((*WEEK, TEN_TO_TWO, TEN_TO_TWO), "weekdays from 9 AM to 6 PM and weekends from 10 AM to 2 PM"),
        ((NINE_TO_SIX,) * 7, "every day from 9 AM to 6 PM"),
        (
            (NINE_TO_SIX, None, TEN_TO_TWO, None, None, None, Span(time(18), time(0))),
            "Mondays from 9 AM to 6 PM, Wednesdays from 10 AM to 2 PM and Sundays from 6 PM to midnight",
        ),
        (ALWAYS, "24 hours a day, every day"),
        ((*ALWAYS[:5], None, None), "weekdays all day"),
    ],
)
def test_hours(days: tuple[Span | None, ...], spoken: str) -> None:
    assert describe_hours(OpeningHours("Asia/Seoul", days)) == spoken


@pytest.mark.parametrize(
    ("position", "told", "spoken"),
    [
        (1, (60.0, 170.0), "You are next in line. The expected wait is about 1 to 3 minutes. Please stay on the line."),
        (2, None, "There is 1 person ahead of you. Please stay on the line."),
        (4, None, "There are 3 people ahead of you. Please stay on the line."),
        (1, (0.0, 0.0), "One moment, please."),
        (None, None, "One moment, please."),
    ],
)
def test_the_place_in_the_line(position: int | None, told: tuple[float, float] | None, spoken: str) -> None:
    assert english.holding(position, told) == spoken


def test_news_while_waiting_give_a_reason_for_a_longer_wait() -> None:
    assert english.still_waiting(2, (300, 480), longer=True) == (
        "The calls ahead of you are taking longer than expected. There is 1 person ahead of you. "
        "The expected wait is about 5 to 8 minutes. If you would rather be called back, press 1."
    )
    assert english.still_waiting(None, None, longer=False) == (
        "We are connecting you with an agent. One moment, please."
    )


def test_the_question_and_its_keys() -> None:
    assert english.greeting("Baroshop") == "Thank you for calling Baroshop."
    assert english.ask_again("Say delivery.") == "Please tell me once more. Say delivery."
    assert english.keys_options([("delivery", "2"), ("an agent", "0")]) == (
        "For delivery, press 2. To speak with a person, press 0."
    )
    assert english.confirm("cancellation") == (
        "Is this about cancellation? If so, say yes or press 1. If not, say no or press 2."
    )
    assert english.confirm("Operator").startswith("Would you like to speak with a person?")
    assert (english.connecting("delivery"), english.connecting("Agent")) == (
        "I will connect you with an agent for delivery.",
        "I will connect you with an agent.",
    )


def test_a_callback_is_offered_read_back_and_promised() -> None:
    assert english.offer_callback(None, None) == (
        "Instead of waiting, shall we call you when it is your turn? "
        "If you would like a call, say yes or press 1. To keep waiting, press 2."
    )
    assert english.offer_callback_closed(OPENS) == (
        "Shall we call you when we open on Thursday, November 26th, at 9 AM? "
        "If so, say yes or press 1. If not, say no or press 2."
    )
    assert english.confirm_number("+821012345678") == (
        "We will call you on zero one zero, one two three four, five six seven eight. "
        "If that is right, say yes or press 1. For another number, press 2."
    )
    assert english.promised(OPENS, again=False) == (
        "We will call you after Thursday, November 26th, at 9 AM. Your place in line is kept. "
        "You may hang up now. Thank you."
    )
    assert english.callback_greeting("Baroshop", "delivery") == (
        "Hello, this is Baroshop with the call you asked for about delivery. To talk now, press 1."
    )


def test_nobody_is_asked_to_say_what_nobody_hears() -> None:
    asked = [
        question
        for words in LANGUAGES.values()
        for question in (
            words.confirm("x", heard=False),
            words.offer_callback(1, None, heard=False),
            words.offer_callback_nobody(heard=False),
            words.offer_callback_closed(None, heard=False),
            words.confirm_number("+821012345678", heard=False),
        )
    ]

    assert [("say " in text, "말씀" in text) for text in asked] == [(False, False)] * 10
    assert [("press 1" in text or "1번" in text) for text in asked] == [True] * 10


def test_agents_hear_who_waits_and_why() -> None:
    assert english.whisper_live("delivery", "where is my package", 200) == (
        "A caller about delivery. In their words: where is my package. They have waited 4 minutes."
    )
    assert english.whisper_live("an agent", "", 1) == "A caller for an agent. They have waited 1 second."
    assert english.whisper_callback("delivery", "", 7500, 2) == (
        "Callback: A caller about delivery. Asked for 2 hours 5 minutes ago; this is the second attempt. "
        "If you accept, the caller is dialled."
    )
    assert (english.caller_speaks("ko"), korean.caller_speaks("en")) == (
        "The caller speaks Korean.",
        "영어 고객입니다.",
    )
