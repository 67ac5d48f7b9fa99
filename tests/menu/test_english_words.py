"""What callers and agents hear in English."""

import inspect
from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from callqueue.announcing import Reason
from callqueue.spoken import Spoken
from ivr.menu.hours import ALWAYS, OpeningHours, Span
from ivr.words import LANGUAGES, Words, english, korean, words_for
from ivr.words.english import describe_hours, said_time

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
    ("spoken", "told"),
    [
        ((0, 1), "less than a minute"),
        ((0, 4), "up to 4 minutes"),
        ((3, 6), "about 3 to 6 minutes"),
        ((20, None), "more than 20 minutes"),
        ((1, None), "more than 1 minute"),
    ],
)
def test_waits_are_told_as_ranges(spoken: Spoken, told: str) -> None:
    assert english.wait_told(None, spoken, None) == f"The expected wait is {told}."


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


def test_the_place_in_the_line() -> None:
    assert [english.wait_told(position, (1, 3), None) for position in (1, 2, 4)] == [
        "You are next in line. The expected wait is about 1 to 3 minutes.",
        "There is 1 person ahead of you. The expected wait is about 1 to 3 minutes.",
        "There are 3 people ahead of you. The expected wait is about 1 to 3 minutes.",
    ]


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (Reason.LONGER_CALLS, "I'm sorry, the calls ahead of you are taking longer than expected."),
        (Reason.MORE_CALLERS, "I'm sorry, there are more callers ahead of you now."),
        (Reason.FEWER_AGENTS, "I'm sorry, fewer agents are taking calls now."),
    ],
)
def test_a_longer_wait_is_told_with_its_reason(reason: Reason, sentence: str) -> None:
    assert english.wait_told(None, (5, 8), reason) == f"{sentence} The expected wait is about 5 to 8 minutes."


def test_without_a_figure_it_is_said_that_there_is_none() -> None:
    assert english.wait_unknown() == "I can't tell you right now how long the wait will be."
    assert english.nobody_to_wait_for() == (
        "No agent is available right now, so I can't tell you how long the wait will be."
    )
    assert english.callback_hint(heard=False) == "If you would rather be called back, press 1."


def test_whoever_is_passed_on_hears_why_and_need_not_explain_again() -> None:
    assert english.transferred("refunds", "wrong_department") == (
        "The people for refunds can help you with this. I will connect you with an agent for refunds. "
        "They will know what you have told us, so you need not explain again."
    )
    assert english.whisper_transfer("delivery", "second_matter", "no number yet", "I want a refund", 40) == (
        "A caller passed on from delivery. They have another matter. Note: no number yet. "
        "In their words: I want a refund. They have waited 40 seconds."
    )
    assert english.whisper_transfer("an agent", "other", "urgent", "", 40) == (
        "A caller passed on by another agent. Note: urgent. They have waited 40 seconds."
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
        "Hello, this is Baroshop with the call you asked for about delivery. To talk now, say yes or press 1."
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
