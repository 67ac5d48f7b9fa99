"""A sentence that was recorded is played; everything else is spoken, and stays the truth."""

from pathlib import Path

import pytest

from ivr.menu.sounds import Recording
from ivr.recordings import address
from store.database import Store
from story import PUBLIC_URL, House

SHIPPED = (Path(__file__).parents[2] / "menus.yaml").read_text(encoding="utf-8")
RECORDED = f"""\
{SHIPPED}
recordings:
  audio/question.wav: >-
    무엇을 도와드릴까요?
    필요하신 일을 한 문장으로 말씀해 주세요.
  목소리/안녕 하세요.mp3: 안녕하세요, 바로샵 고객센터입니다.
  audio/english.wav: For English, press 9.
  audio/delivery.wav: 배송 상담원에게 연결해 드리겠습니다. 송장 번호나 주문 번호가 있으면 준비해 주세요.
  audio/accept.wav: 받으시려면 1번을 눌러 주세요.
"""
QUESTION, HELLO = "audio/question.wav", "목소리/안녕 하세요.mp3"


def sound(data: bytes) -> Recording:
    return Recording("audio/wav", data)


SOUNDS = {
    QUESTION: sound(b"the question"),
    HELLO: Recording("audio/mpeg", b"hello"),
    "audio/english.wav": sound(b"english"),
    "audio/delivery.wav": sound(b"delivery"),
    "audio/accept.wav": sound(b"accept"),
}


@pytest.fixture
def house(store: Store) -> House:
    return House(store, menu=RECORDED, recordings=SOUNDS)


def at(version_id: int, path: str) -> str:
    return PUBLIC_URL + address(version_id, path)


def test_recorded_sentences_are_played_and_the_others_are_spoken_between_them(house: House) -> None:
    caller = house.caller()

    caller.dials()

    assert [caller.hears_the_sound(at(1, path)) for path in (HELLO, "audio/english.wav", QUESTION)] == [
        b"hello",
        b"english",
        b"the question",
    ]
    assert caller.played == [at(1, HELLO), at(1, "audio/english.wav"), at(1, QUESTION)]
    assert caller.spoken == (
        "통화료는 발신자가 부담합니다. 상담 내용은 서비스 품질을 위해 녹음될 수 있습니다. "
        "상담원에게 폭언이나 성희롱을 하시면 상담이 중단될 수 있습니다."
    )


def test_the_call_goes_on_as_ever_and_the_agent_hears_recordings_too(house: House) -> None:
    agent = house.agent("지우", "delivery")
    caller = house.caller()
    caller.dials()

    caller.says("배송 조회요")
    agent.picks_up()

    assert (caller.department, caller.played) == (
        "delivery",
        [at(1, "audio/delivery.wav"), f"{PUBLIC_URL}/static/hold.wav"],
    )
    assert (agent.hears_the_sound(at(1, "audio/accept.wav")), "배송 조회" in agent.spoken) == (b"accept", True)


def test_the_words_of_a_recording_are_no_answer_of_the_caller(house: House) -> None:
    """Its echo may come back by the telephone: what it says is known as if it were spoken."""
    caller = house.caller()
    caller.dials()

    expected = house.conversation.expecting(caller.call_id)

    assert expected is not None
    assert "무엇을 도와드릴까요? 필요하신 일을 한 문장으로 말씀해 주세요." in expected.prompts


def test_a_call_in_progress_keeps_its_recordings(house: House) -> None:
    early, late = house.caller(), house.caller("+821099999999")
    early.dials()

    version_id = house.publishes(RECORDED, {**SOUNDS, QUESTION: sound(b"asked anew")})
    late.dials()
    early.presses("*")

    assert early.hears_the_sound(at(1, QUESTION)) == b"the question"
    assert late.hears_the_sound(at(version_id, QUESTION)) == b"asked anew"
    assert late.hears_the_sound(at(version_id, HELLO)) == b"hello"


def test_a_sentence_whose_sound_is_not_stored_is_spoken(store: Store) -> None:
    house = House(store, menu=RECORDED, recordings={HELLO: SOUNDS[HELLO]})
    caller = house.caller()

    caller.dials()

    assert caller.played == [at(1, HELLO)]
    caller.hears("무엇을 도와드릴까요?")


# What the carrier fetches


def test_a_recording_is_served_for_good(house: House) -> None:
    answer = house.web.get(address(1, HELLO))

    assert (answer.status_code, answer.get_data(), answer.content_type) == (200, b"hello", "audio/mpeg")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    again = house.web.get(address(1, HELLO), headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/recordings/2/audio/question.wav",
        "/recordings/1/audio/other.wav",
        "/recordings/1/menus.yaml",
        "/recordings/1/../menus.yaml",
        "/recordings/1/audio/%2e%2e/%2e%2e/menus.yaml",
        "/recordings/1//etc/passwd",
        "/recordings/1/audio/question.wav%00",
        "/recordings/1/",
        "/recordings/-1/audio/question.wav",
        "/recordings/99999999999999999999/audio/question.wav",
    ],
)
def test_there_is_nothing_else(house: House, path: str) -> None:
    assert house.web.get(path).status_code == 404


def test_a_recording_can_only_be_fetched(house: House) -> None:
    assert [house.web.post(address(1, QUESTION)).status_code, house.web.delete(address(1, QUESTION)).status_code] == [
        405,
        405,
    ]
