"""A callback at a time: said or keyed, read back with the number, never one that can't be kept."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from store.tables import callback_slots, callbacks, line_entries
from story import Caller, House

KIM = "+821012345678"
THREE_TOMORROW = datetime(2026, 11, 26, 6, 0, tzinfo=UTC)  # 15:00 in Seoul


def is_offered_a_call(house: House, number: str = KIM) -> Caller:
    """All agents are busy: the wait is long."""
    if not house.parties:
        agent = house.agent("서준", "billing")
        other = house.caller("+821011110000")
        other.dials()
        other.presses("1")
        agent.accepts()
    caller = house.caller(number)
    caller.dials()
    caller.presses("1")
    caller.hears("원하시는 시간에 전화를 받으시려면 3번")
    return caller


def due(house: House) -> list[datetime]:
    with house.store.read() as tx:
        made = callbacks.c.state.not_in(("offered", "declined"))
        return list(tx.execute(select(callbacks.c.due_at).where(made).order_by(callbacks.c.id)).scalars())


def test_a_time_said_to_the_offer_is_read_back_with_the_number(house: House) -> None:
    caller = is_offered_a_call(house)

    caller.says("내일 오후 세 시")
    caller.hears("11월 26일 목요일 오후 세 시에 공일공, 일이삼사, 오육칠팔 번으로 전화를 드리겠습니다")
    assert house.promises() == []
    caller.says("네 맞습니다")

    caller.hears("11월 26일 목요일 오후 세 시에 꼭 전화드리겠습니다")
    assert house.promises() == [(KIM, "billing", "promised")]
    assert due(house) == [THREE_TOMORROW]


def test_nobody_is_rung_before_the_time_and_then_at_once(house: House) -> None:
    caller = is_offered_a_call(house)
    caller.says("내일 오후 세 시")
    caller.presses("1")
    caller.hangs_up()
    second = house.agent("민서", "billing")

    house.passes(days=1, minutes=59)  # 14:59
    assert second.state == "ready"
    house.passes(minutes=2)

    assert second.state == "ringing"


def test_a_free_time_is_taken_by_its_key(house: House) -> None:
    caller = is_offered_a_call(house)

    caller.presses("3")
    caller.hears("오후 두 시 반")
    caller.hears("다른 시간은 9번")
    caller.presses("2")
    caller.presses("1")

    assert due(house) == [datetime(2026, 11, 25, 6, 30, tzinfo=UTC)]  # 15:30, an hour after the first


def test_more_times_follow_the_last_one(house: House) -> None:
    caller = is_offered_a_call(house)
    caller.presses("3")

    caller.presses("9")
    caller.hears("오후 다섯 시 반")
    caller.hears("11월 26일 목요일 오전 아홉 시")

    caller.presses("9")
    caller.presses("9")
    caller.hears("11월 26일 목요일 오후")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("오늘 오전 열 시", "이미 지난 시간입니다"),
        ("내일 저녁 일곱 시", "그 시간은 상담 시간이 아닙니다. 상담 시간은 평일 오전 아홉 시부터"),
        ("일요일 오후 두 시", "그 시간은 상담 시간이 아닙니다"),
        ("십이월 이십오일 오후 두 시", "7일 안의 시간만"),
        ("이십오 시", "시간을 알아듣지 못했습니다"),
        ("그게 좋겠네요", "시간을 알아듣지 못했습니다"),
    ],
)
def test_a_time_that_cannot_be_kept_is_told_why_and_asked_again(house: House, words: str, told: str) -> None:
    caller = is_offered_a_call(house)
    caller.presses("3")

    caller.says(words)

    caller.hears(told)
    caller.hears("다른 시간은 9번")
    assert house.promises() == []
    caller.presses("1")
    caller.presses("1")
    assert house.promises() == [(KIM, "billing", "promised")]


def test_an_hour_that_can_be_two_is_asked_for(house: House) -> None:
    menu = house.menu.replace('hours: {weekdays: "09:00-18:00", saturday: "10:00-14:00"}', "hours: always", 1)
    night = House(house.store, menu=menu)
    caller = is_offered_a_call(night)
    caller.presses("3")

    caller.says("내일 여덟 시")

    caller.hears("어느 시간인지 알려 주세요")
    caller.hears("오전 여덟 시")
    caller.hears("오후 여덟 시")
    caller.presses("2")
    caller.presses("1")
    assert due(night) == [datetime(2026, 11, 26, 11, 0, tzinfo=UTC)]


def test_a_slot_that_is_full_is_offered_to_nobody(house: House) -> None:
    for n in range(3):
        caller = is_offered_a_call(house, f"+8210222200{n:02}")
        caller.says("내일 오후 세 시")
        caller.presses("1")

    late = is_offered_a_call(house)
    late.says("내일 오후 세 시")

    late.hears("그 시간은 예약이 다 찼습니다")
    late.hears("오후 두 시 반")
    late.hears("오후 세 시 반")
    assert "오후 세 시는" not in late.spoken


def test_the_last_place_is_taken_while_a_caller_still_listens(house: House) -> None:
    house.agent("지우", "delivery")
    with house.store.write() as tx:
        tx.execute(callback_slots.insert().values(department="billing", starts_at=THREE_TOMORROW, capacity=1, asked=0))
    slow, quick = is_offered_a_call(house), is_offered_a_call(house, "+821033330000")
    for caller in (slow, quick):
        caller.says("내일 오후 세 시")
        caller.hears("오후 세 시에")
    quick.presses("1")

    slow.presses("1")

    slow.hears("예약이 다 찼습니다")
    assert house.promises() == [("+821033330000", "billing", "promised")]


def test_a_place_in_a_slot_is_free_again_when_the_promise_ends(house: House) -> None:
    for n in range(3):
        caller = is_offered_a_call(house, f"+8210222200{n:02}")
        caller.says("내일 오후 세 시")
        caller.presses("1")
    with house.store.write() as tx:
        tx.execute(
            callbacks.update().where(callbacks.c.id == house.promise_id).values(state="cancelled", ended_at=house.now)
        )

    late = is_offered_a_call(house)
    late.says("내일 오후 세 시")

    late.hears("오후 세 시에 공일공")


def test_who_wants_a_call_now_is_called_when_the_turn_comes(house: House) -> None:
    caller = is_offered_a_call(house)

    caller.says("지금 전화 주세요")
    caller.presses("1")

    caller.hears("차례가 되면 꼭 전화드리겠습니다")
    assert due(house) == [house.now]


def test_part_of_a_day_is_its_first_free_time(house: House) -> None:
    caller = is_offered_a_call(house)
    caller.presses("3")

    caller.says("모레 오전")

    caller.hears("11월 27일 금요일 오전 아홉 시에")


def test_another_time_may_be_chosen_at_the_read_back(house: House) -> None:
    caller = is_offered_a_call(house)
    caller.says("내일 오후 세 시")

    caller.presses("3")
    caller.says("내일 오후 네 시")
    caller.presses("1")

    assert due(house) == [THREE_TOMORROW + timedelta(hours=1)]


def test_silence_twice_keeps_the_place_in_the_line(house: House) -> None:
    caller = is_offered_a_call(house)
    caller.presses("3")
    caller.stays_silent()
    caller.hears("말씀이 잘 들리지 않았습니다")

    caller.stays_silent()

    assert (caller.state, caller.position) == ("holding", 1)


def test_who_hangs_up_before_the_number_is_confirmed_is_promised_nothing(house: House) -> None:
    caller = is_offered_a_call(house)
    caller.says("내일 오후 세 시")

    caller.hangs_up()

    assert house.promises() == []
    assert house.case_outcomes()[-1] == "abandoned"
    with house.store.read() as tx:
        left = tx.execute(select(line_entries.c.left_reason).order_by(line_entries.c.id.desc())).scalars().first()
    assert left == "abandoned"


def test_who_hangs_up_while_the_promise_is_spoken_has_it(house: House) -> None:
    caller = is_offered_a_call(house)
    caller.presses("1")
    caller.presses("1")

    caller.hangs_up()

    assert house.promises() == [(KIM, "billing", "promised")]
    assert house.case_outcomes()[-1] is None


def test_shortly_before_closing_the_call_is_promised_for_the_next_day(house: House) -> None:
    house.now = house.now.replace(hour=8, minute=58)  # 17:58 in Seoul

    caller = is_offered_a_call(house)

    caller.hears("오늘 상담 시간 안에는 연결이 어렵습니다. 11월 26일 목요일 오전 아홉 시에 상담이 시작되면")
    caller.presses("1")
    caller.presses("1")
    assert due(house) == [datetime(2026, 11, 26, 0, 0, tzinfo=UTC)]


def test_in_english_times_are_said_and_read_back_too(house: House) -> None:
    english = House(house.store, english_recogniser="twilio")
    is_offered_a_call(english).hangs_up()
    caller = english.caller()
    caller.dials()
    caller.presses("9")
    caller.presses("1")

    caller.says("tomorrow at three in the afternoon please")

    caller.hears("three in the afternoon, Thursday 26 November")
    caller.says("yes")
    assert due(english) == [THREE_TOMORROW]
