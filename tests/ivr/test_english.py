"""A caller who would rather speak English: asked once, never again, and never worse off."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from ivr.dialogue import KEYS_FROM_THE_START, question_anew
from ivr.states import Asking, ReadingKeys
from ivr.words import LANGUAGES
from store.database import Store
from store.tables import callbacks, calls, cases
from story import House

ENGLISH_NUMBER = "+82255501990"
AT_NIGHT = datetime(2026, 11, 25, 13, 0, tzinfo=UTC)
KOREAN_LETTERS = range(ord("가"), ord("힣") + 1)


@pytest.fixture
def house(store: Store) -> House:
    """The carrier hears English, Vosk hears Korean."""
    return House(store, english_recogniser="twilio")


def is_english(spoken: str) -> bool:
    return bool(spoken) and not any(ord(letter) in KOREAN_LETTERS for letter in spoken)


def languages_kept(house: House) -> dict[str, set[str]]:
    with house.store.read() as tx:
        return {table.name: set(tx.execute(select(table.c.language)).scalars()) for table in (cases, calls, callbacks)}


def test_english_is_offered_in_english_before_the_question(house: House) -> None:
    caller = house.caller()

    caller.dials()

    spoken = caller.spoken
    assert spoken.index("폭언") < spoken.index("For English, press 9.") < spoken.index("무엇을")
    assert caller.languages == {("ko-KR", "Polly.Seoyeon"), ("en-US", "Polly.Joanna")}


def test_a_caller_goes_from_press_9_to_a_kept_callback_in_english(house: House) -> None:
    agent = house.agent("서준", "tech")
    other = house.caller("+821011110000")
    other.dials()
    other.presses("4")
    agent.accepts()
    heard = []
    caller = house.caller()

    caller.dials()
    caller.presses("9")
    heard.append(caller.spoken)
    caller.says("I cannot log in")
    caller.hears("You are next in line. The expected wait is")
    heard.append(caller.spoken)
    caller.says("yes please")
    caller.hears("zero one zero, one two three four, five six seven eight")
    heard.append(caller.spoken)
    caller.presses("1")
    caller.hears("We will call you when it is your turn.")
    heard.append(caller.spoken)
    caller.hangs_up()
    other.hangs_up()
    house.passes(seconds=61)  # The agent has written up.
    agent.picks_up()
    agent.hears("영어 고객입니다. 기술지원 콜백입니다. 고객 말씀: I cannot log in.")
    agent.presses("1")
    caller.picks_up()
    caller.hears("this is Baroshop with the call you asked for about technical support")
    heard.append(caller.spoken)
    caller.presses("1")

    assert caller.is_in_conference == agent.is_in_conference
    caller.ends_callback()
    assert house.promises() == [("+821012345678", "tech", "kept")]
    assert [is_english(spoken) for spoken in heard] == [True] * 5


def test_the_choice_is_kept_on_call_case_and_callback(house: House) -> None:
    caller = house.caller()
    caller.dials()
    caller.presses("9")
    caller.says("I want a refund")
    caller.hears("There is no agent available right now.")
    caller.says("yes")
    caller.says("yes")

    assert languages_kept(house) == {"cases": {"en"}, "calls": {"en"}, "callbacks": {"en"}}


def test_the_choice_is_no_failure(house: House) -> None:
    caller = house.caller()
    caller.dials()
    caller.stays_silent()  # One failure …

    caller.presses("9")  # … stays one
    caller.hears("How can I help you?")
    caller.stays_silent()

    caller.hears("For delivery, press 2.")


def test_who_has_chosen_is_not_offered_it_again_but_may_go_back(house: House) -> None:
    caller = house.caller()
    caller.dials()

    caller.presses("9")
    assert is_english(caller.spoken)
    assert caller.languages == {("en-US", "Polly.Joanna")}
    caller.presses("9")

    caller.hears("무엇을 도와드릴까요")
    assert "Stream" in caller.document  # Vosk listens again


def test_a_number_of_its_own_answers_in_english(store: Store) -> None:
    menu = House(store).menu.replace(
        "languages: [ko, en]", f'languages: [ko, en]\n  numbers: {{"{ENGLISH_NUMBER}": en}}'
    )
    house = House(store, menu=menu)
    caller = house.caller()

    caller.dials(ENGLISH_NUMBER)

    caller.hears("Thank you for calling Baroshop.")
    caller.hears("한국어 안내는 9번을 눌러 주세요.")


def test_without_an_english_recogniser_keys_are_read_from_the_start(store: Store) -> None:
    house = House(store)
    house.agent("하은", "general")
    caller = house.caller()
    caller.dials()

    caller.presses("9")

    caller.hears("Thank you for calling Baroshop.")
    caller.hears("To speak with a person, press 0.")
    assert caller.gather["input"] == "dtmf"
    assert 'Stop><Stream name="ear"' in caller.document
    caller.stays_silent()
    caller.hears("For delivery, press 2.")
    caller.stays_silent()
    assert caller.department == "agent"


def test_without_an_english_recogniser_nobody_is_asked_to_speak(store: Store) -> None:
    house = House(store)
    caller = house.caller()
    caller.dials()
    caller.presses("9")

    caller.presses("2")
    offered = caller.spoken
    caller.presses("1")

    assert "If you would like a call, press 1. If not, press 2." in offered
    assert caller.spoken.endswith("If that is right, press 1. For another number, press 2.")


def test_korean_words_that_arrive_after_the_choice_count_no_more(store: Store) -> None:
    house = House(store)
    caller = house.caller()
    caller.dials()
    expected = house.conversation.expecting(caller.call_id)
    assert expected is not None

    caller.presses("9")

    assert house.conversation.expecting(caller.call_id) is None
    before = caller.document
    caller.says_across(expected, "배송 조회해 주세요")
    assert (caller.state, caller.document, house.heard()) == (
        "reading_keys",
        before,
        [("배송 조회해 주세요", "late")],
    )


def test_an_ear_that_closes_after_the_choice_moves_nobody(store: Store) -> None:
    house = House(store)
    caller = house.caller()
    caller.dials()
    caller.presses("9")

    house.conversation.ear_lost(caller.call_id, 0)
    house.conversation.cannot_hear(caller.call_id)

    assert house.carrier.moves == []
    assert caller.state == "reading_keys"


def test_out_of_hours_is_told_in_english(store: Store) -> None:
    house = House(store, now=AT_NIGHT)
    caller = house.caller()
    caller.dials()
    caller.presses("9")

    caller.presses("3")

    caller.hears("We are closed at the moment. Our hours are weekdays from 9 AM to 6 PM.")
    caller.hears("Shall we call you when we open on Thursday, November 26th, at 9 AM?")


def test_a_menu_in_one_language_offers_none_and_9_means_nothing(store: Store) -> None:
    house = House(store, menu=ONLY_KOREAN)
    caller = house.caller()

    caller.dials()
    assert "press 9" not in caller.spoken
    caller.presses("9")

    caller.hears("다시 한번 말씀해 주세요")


def test_after_a_fault_the_apology_is_spoken_in_every_language_of_the_site(house: House) -> None:
    house.caller().dials()

    _status, document = house.post("/voice/now", "CA" + "0" * 32)

    assert [words.apology_fallback() in document for words in LANGUAGES.values()] == [True, True]


questions = st.builds(Asking, failures=st.integers(0, 1), quiet=st.booleans()) | st.builds(
    ReadingKeys, failures=st.integers(1, 2), quiet=st.booleans(), opening=st.booleans()
)


@given(questions, st.lists(st.booleans(), min_size=1, max_size=6))
def test_changing_the_language_to_and_fro_never_brings_anybody_nearer_to_giving_up(
    asked: Asking | ReadingKeys, heard: list[bool]
) -> None:
    now = asked
    for somebody_listens in heard:
        now = question_anew(now, heard=somebody_listens)

    assert now.failures <= max(asked.failures, KEYS_FROM_THE_START.failures)
    assert now.quiet is False
    assert heard[-1] or isinstance(now, ReadingKeys)


ONLY_KOREAN = """\
site:
  name: 바로샵
menu:
  question: 무엇을 도와드릴까요?
  examples: 상담원이라고 말씀해 주세요.
departments:
  agent:
    name: 상담원
    key: "0"
    person: true
    phrases: [상담원]
    hours: always
"""
