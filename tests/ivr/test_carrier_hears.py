"""The carrier recognises speech itself (RECOGNISER=twilio): words and keys come from one Gather."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.render import LONGEST_HINT_LETTERS, MOST_HINTS, hints
from speech.expectation import Expectation, Meaning
from store.database import Store
from story import House

SAID = "배송 조회해 주세요"


@pytest.fixture
def house(store: Store) -> House:
    return House(store, recogniser="twilio")


def test_a_request_that_the_carrier_hears_is_put_through(house: House) -> None:
    agent = house.agent("지우", "delivery")
    caller = house.caller()

    caller.dials()
    caller.hears("무엇을 도와드릴까요")
    caller.says(SAID)
    caller.hears("배송 상담원에게 연결해 드리겠습니다")
    agent.picks_up()
    agent.hears(SAID)
    agent.presses("1")

    assert caller.is_in_conference == agent.is_in_conference == "barocall-1"
    assert house.heard() == [(SAID, "go")]


def test_the_question_listens_for_words_and_a_key_and_opens_no_stream(house: House) -> None:
    caller = house.caller()

    caller.dials()

    gather = caller.gather
    assert {name: gather[name] for name in ("input", "language", "speechTimeout", "numDigits", "finishOnKey")} == {
        "input": "dtmf speech",
        "language": "ko-KR",
        "speechTimeout": "auto",
        "numDigits": "1",
        "finishOnKey": "",
    }
    assert gather["action"] == "/voice/heard?step=0"
    assert gather["hints"].split(",")[:3] == ["요금 문의", "배송 조회", "환불 신청"]
    assert "Stream" not in caller.document


def test_a_key_in_the_same_gather_is_a_key(house: House) -> None:
    house.agent("지우", "delivery")
    caller = house.caller()
    caller.dials()

    caller.presses("2")

    assert caller.department == "delivery"


def test_a_yes_is_heard_where_a_yes_is_asked_for(house: House) -> None:
    house.agent("서준", "cancel")
    caller = house.caller()
    caller.dials()

    caller.says("멤버십을 해지해 주세요")
    assert "네 맞아요" in caller.gather["hints"].split(",")
    caller.says("네, 맞아요.")

    assert caller.department == "cancel"


def test_words_that_mean_nothing_are_asked_again_then_keys_then_a_person(house: House) -> None:
    house.agent("하은", "general")
    caller = house.caller()
    caller.dials()

    for _ in range(3):
        caller.says("오늘 날씨가 참 좋네요")

    assert [decision for _words, decision in house.heard()] == ["ask", "keys", "person"]
    assert caller.department == "agent"


def test_an_empty_result_is_silence(house: House) -> None:
    caller = house.caller()
    caller.dials()

    caller.fetch("/voice/heard?step=0", SpeechResult="", Confidence="0.0")

    caller.hears("말씀이 잘 들리지 않았습니다")
    assert house.heard() == []


def test_words_without_a_confidence_count(house: House) -> None:
    house.agent("지우", "delivery")
    caller = house.caller()
    caller.dials()

    caller.fetch("/voice/heard?step=0", SpeechResult=SAID)

    assert caller.department == "delivery"


def test_words_that_are_posted_twice_are_heard_once(house: House) -> None:
    house.agent("지우", "delivery")
    caller = house.caller()
    caller.dials()

    first = caller.fetch("/voice/heard?step=0", SpeechResult=SAID, Confidence="0.9")
    second = caller.fetch("/voice/heard?step=0", SpeechResult=SAID, Confidence="0.9")

    assert first == second
    assert house.heard() == [(SAID, "go")]


def test_words_to_an_older_question_change_nothing(house: House) -> None:
    caller = house.caller()
    caller.dials()
    caller.stays_silent()

    caller.fetch("/voice/heard?step=0", SpeechResult=SAID, Confidence="0.9")

    assert (caller.state, house.heard()) == ("asking", [])


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/voice/heard", {"SpeechResult": SAID}),  # Which question?
        ("/voice/heard?step=one", {"SpeechResult": SAID}),
        ("/voice/heard?step=0", {}),
        ("/voice/heard?step=0", {"Confidence": "0.9"}),
        ("/voice/heard?step=0", {"SpeechResult": SAID, "Confidence": "very"}),
        ("/voice/heard?step=0", {"SpeechResult": SAID, "Confidence": "nan"}),
        ("/voice/heard?step=0", {"SpeechResult": "가" * 5001}),
    ],
)
def test_nonsense_is_refused(house: House, path: str, fields: dict[str, str]) -> None:
    caller = house.caller()
    caller.dials()
    assert caller.sid is not None

    status, _document = house.post(path, caller.sid, **fields)

    assert (status, caller.state, house.heard()) == (400, "asking", [])


def test_words_that_nobody_signed_are_refused(house: House) -> None:
    caller = house.caller()
    caller.dials()
    assert caller.sid is not None

    status, _document = house.post("/voice/heard?step=0", caller.sid, token="guess", SpeechResult=SAID)

    assert (status, house.heard()) == (403, [])


def test_numbers_in_the_words_are_masked_and_words_reach_no_log(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    caller = house.caller()
    caller.dials()

    caller.says("제 번호는 01012345678 입니다")

    assert [words for words, _decision in house.heard()] == ["제 번호는 *********** 입니다"]
    assert ("01012345678" in caplog.text, "제 번호는" in caplog.text) == (False, False)


def test_words_for_a_document_that_is_over_change_nothing(house: House) -> None:
    house.agent("지우", "delivery")
    caller = house.caller()
    caller.dials()
    caller.presses("2")
    before = caller.state

    caller.fetch("/voice/heard?step=0", SpeechResult="전화 주세요", Confidence="0.9")

    assert (before, caller.state) == ("holding", "holding")


phrases = st.lists(st.text(st.sampled_from("가나다,. "), min_size=1, max_size=150), max_size=300)


@given(st.lists(phrases, max_size=5))
def test_hints_stay_within_the_carriers_limits_and_serve_every_meaning(listed: list[list[str]]) -> None:
    meanings = tuple(Meaning(str(n), tuple(some)) for n, some in enumerate(listed))

    given_hints = hints(Expectation("any", meanings, 0.6)).split(",")

    assert len(given_hints) <= MOST_HINTS
    assert all(len(hint) <= LONGEST_HINT_LETTERS for hint in given_hints)
    first = [
        m.phrases[0].replace(",", " ") for m in meanings if m.phrases and len(m.phrases[0]) <= LONGEST_HINT_LETTERS
    ]
    assert set(first) <= set(given_hints) or not first
