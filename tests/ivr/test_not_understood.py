"""Two failures are enough: asked again, then the keys, then a person."""

from store.database import Store
from story import House


def test_silence_is_asked_again_then_keys_then_a_person(house: House) -> None:
    house.agent("하은", "general")
    caller = house.caller()
    caller.dials()

    caller.stays_silent()
    caller.hears("다시 한번 말씀해 주세요")
    caller.stays_silent()
    caller.hears("배송은 2번")
    caller.stays_silent()

    assert caller.department == "agent"


def test_words_that_are_none_of_the_phrases_go_the_same_way(house: House) -> None:
    caller = house.caller()
    caller.dials()

    caller.says("오늘 날씨가 참 좋네요")
    caller.hears("다시 한번 말씀해 주세요")
    caller.says("어제 영화를 봤는데요")
    caller.hears("배송은 2번")

    assert [decision for _words, decision in house.heard()] == ["ask", "keys"]


def test_what_was_not_understood_is_never_told_to_an_agent(house: House) -> None:
    agent = house.agent("하은", "general")
    caller = house.caller()
    caller.dials()
    caller.says("오늘 날씨가 참 좋네요")

    caller.presses("0")
    agent.picks_up()

    assert "날씨" not in agent.spoken


def test_a_word_spoken_across_the_time_out_is_not_lost(house: House) -> None:
    house.agent("지우", "delivery")
    caller = house.caller()
    caller.dials()
    expected = house.conversation.expecting(caller.call_id)

    caller.stays_silent()  # The time-out comes first …
    assert house.conversation.expecting(caller.call_id) == expected
    caller.says("배송 조회해 주세요")  # … and the words, begun before it, still count.

    assert caller.department == "delivery"


def test_numbers_in_the_callers_words_are_masked_before_they_are_stored(house: House) -> None:
    caller = house.caller()
    caller.dials()

    caller.says("제 번호는 01012345678 입니다")

    assert house.heard() == [("제 번호는 *********** 입니다", "ask")]


def test_without_a_recogniser_the_keys_are_read_from_the_start(store: Store) -> None:
    house = House(store, recogniser="none")
    caller = house.caller()

    caller.dials()

    caller.hears("안녕하세요")
    caller.hears("배송은 2번")
    assert "Stream" not in caller.document
