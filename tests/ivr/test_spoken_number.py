"""The number to call back is said as well as keyed in; it is read back, and nothing is promised before a yes."""

import pytest

from store.database import Store
from story import Caller, House


def wants_a_call(house: House) -> Caller:
    """Their own number is withheld, the only agent is busy, and they have just said yes to a callback."""
    agent = house.agent("서준", "billing")
    other = house.caller("+821011110000")
    other.dials()
    other.presses("1")
    agent.accepts()
    caller = house.caller("anonymous")
    caller.dials()
    caller.presses("1")
    caller.presses("1")
    return caller


@pytest.fixture
def caller(house: House) -> Caller:
    return wants_a_call(house)


def test_a_spoken_number_is_read_back_and_promised_after_a_yes(house: House, caller: Caller) -> None:
    caller.hears("010부터 말씀해 주세요")

    caller.says("공일공에 오오오오에 육육육육이요")
    caller.hears("공일공, 오오오오, 육육육육 번으로 전화를 드리겠습니다")
    assert house.promises() == []
    caller.says("네 맞습니다")
    caller.keys_the_code_sent_to("+821055556666")

    caller.hears("꼭 전화드리겠습니다")
    assert house.promises() == [("+821055556666", "billing", "promised")]


def test_a_number_heard_wrongly_is_said_again(house: House, caller: Caller) -> None:
    caller.says("공일공 오오오오 육육육칠")

    caller.says("아니요")
    caller.hears("010부터 말씀해 주세요")
    caller.says("공 일 공 오 오 오 오 육 육 육 육")
    caller.presses("1")
    caller.keys_the_code_sent_to("+821055556666")

    assert house.promises() == [("+821055556666", "billing", "promised")]


def test_words_that_are_no_number_are_asked_once_more_and_then_only_keys_count(house: House, caller: Caller) -> None:
    caller.says("제 번호가 뭐였더라")
    caller.hears("한 자리씩 다시 말씀하시거나")
    caller.says("공일공 오오오오 육육")
    caller.hears("번호를 알아듣지 못했습니다. 전화받으실 번호를 지역 번호나 010부터 누르고")

    assert house.conversation.expecting(caller.call_id) is None
    caller.presses("01055556666")
    caller.presses("1")
    caller.keys_the_code_sent_to("+821055556666")
    assert house.promises() == [("+821055556666", "billing", "promised")]


def test_words_twice_and_then_no_key_keep_the_place_in_the_line(house: House, caller: Caller) -> None:
    caller.says("제 번호가 뭐였더라")
    caller.says("잘 모르겠어요")

    caller.stays_silent()

    assert (caller.state, caller.position) == ("holding", 1)
    assert house.promises() == []


def test_silence_is_asked_once_more_and_then_the_place_is_kept(caller: Caller) -> None:
    caller.stays_silent()
    caller.hears("말씀이 잘 들리지 않았습니다. 전화받으실 번호를")
    caller.stays_silent()

    assert (caller.state, caller.position) == ("holding", 1)


def test_a_number_that_costs_money_is_refused_when_it_is_said_too(house: House, caller: Caller) -> None:
    caller.says("공육공 칠공공 일이삼사")
    caller.hears("그 번호로는 전화를 드릴 수 없습니다")
    caller.hears("말씀하시거나")

    assert house.promises() == []


def test_a_correction_halfway_is_asked_again_rather_than_guessed(caller: Caller) -> None:
    caller.says("공일공 오오오오 육육육육 아니 육육육칠")

    caller.hears("번호를 알아듣지 못했습니다")


def test_who_would_rather_wait_says_so(caller: Caller) -> None:
    caller.says("그냥 기다릴게요")

    assert (caller.state, caller.position) == ("holding", 1)


def test_a_number_may_be_keyed_over_the_silence_that_listens(house: House, caller: Caller) -> None:
    house.conversation.speaking(caller.call_id)
    house.settle()
    assert caller.spoken == ""

    caller.presses("01055556666")

    caller.hears("공일공, 오오오오, 육육육육")


def test_a_number_spoken_across_the_time_out_is_not_lost(house: House, caller: Caller) -> None:
    expected = house.conversation.expecting(caller.call_id)

    caller.stays_silent()
    assert house.conversation.expecting(caller.call_id) == expected
    caller.says("공일공 오오오오 육육육육")

    caller.hears("공일공, 오오오오, 육육육육")


def test_who_cannot_be_heard_keys_the_number_in(house: House, caller: Caller) -> None:
    house.conversation.cannot_hear(caller.call_id)
    house.settle()

    caller.hears("전화받으실 번호를 지역 번호나 010부터 누르고 우물 정자를 눌러 주세요")
    assert 'Stop><Stream name="ear"' in caller.document


def test_a_spoken_number_is_stored_masked(house: House, caller: Caller) -> None:
    caller.says("공일공 오오오오 육육육육")

    assert house.heard() == [("*** **** ****", "confirm")]


def test_without_a_recogniser_nobody_is_asked_to_speak(store: Store) -> None:
    house = House(store, recogniser="none")

    caller = wants_a_call(house)

    caller.hears("010부터 누르고 우물 정자를 눌러 주세요")
