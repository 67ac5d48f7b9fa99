"""A caller with a promise phones again: the place is theirs, the details need the PIN of the text."""

import pytest
from sqlalchemy import select

from store.tables import cases, line_entries, refusals
from story import Agent, Caller, House

KIM = "+821012345678"


def busy(house: House, name: str = "서준") -> tuple[Agent, Caller]:
    agent = house.agent(name, "billing")
    other = house.caller("+821011110000")
    other.dials()
    other.presses("1")
    agent.accepts()
    return agent, other


def phones_again(house: House, number: str = KIM) -> Caller:
    caller = house.caller(number)
    caller.dials()
    caller.hears("이 번호로 약속된 전화가")
    return caller


@pytest.fixture
def desk(house: House) -> tuple[Agent, Caller]:
    """The agent, and whom they talk with."""
    return busy(house)


def test_the_number_alone_opens_no_details(house: House, desk: tuple[Agent, Caller]) -> None:
    house.promised()

    caller = phones_again(house)

    assert "요금" not in caller.spoken
    assert "11월" not in caller.spoken
    assert "결제" not in caller.spoken


def test_who_takes_the_held_place_stands_before_those_who_came_later(house: House, desk: tuple[Agent, Caller]) -> None:
    house.promised()
    late = house.caller("+821033330000")
    late.dials()
    late.presses("1")
    late.presses("2")

    caller = phones_again(house)
    caller.presses("1")

    assert (caller.state, caller.position) == ("holding", 1)
    late.stays_silent()
    assert late.position == 2


def test_who_is_served_is_not_called_any_more(house: House, desk: tuple[Agent, Caller]) -> None:
    agent, other = desk
    house.promised()
    caller = phones_again(house)
    caller.presses("1")
    other.hangs_up()
    house.passes(seconds=61)

    agent.picks_up()
    agent.hears("결제가 두 번 됐어요")  # What they said when they were promised the call.
    agent.presses("1")
    assert caller.is_in_conference == agent.is_in_conference
    caller.hangs_up()

    assert house.promises() == [(KIM, "billing", "replaced")]
    assert house.promise_story() == ["offered", "promised", "replaced"]
    assert house.case_outcomes() == ["served", "served", "joined"]
    house.passes(hours=1)
    assert KIM not in house.rung()


def test_who_hangs_up_again_keeps_the_promise_and_its_place(house: House, desk: tuple[Agent, Caller]) -> None:
    agent, other = desk
    house.promised()
    with house.store.read() as tx:
        before = tx.execute(select(line_entries.c.id, line_entries.c.joined_at).where(line_entries.c.id == 2)).one()
    house.passes(seconds=30)
    caller = phones_again(house)
    caller.presses("1")

    caller.hangs_up()

    assert house.promises() == [(KIM, "billing", "promised")]
    with house.store.read() as tx:
        kept = tx.execute(select(line_entries).where(line_entries.c.callback_id.is_not(None))).one()
    assert (kept.id, kept.joined_at, kept.state) == (before.id, before.joined_at, "waiting")
    other.hangs_up()
    house.passes(seconds=61)
    agent.accepts()
    assert house.rung().count(KIM) == 1


def test_a_window_that_ends_while_the_caller_waits_at_the_held_place_waits_with_them(
    house: House, desk: tuple[Agent, Caller]
) -> None:
    agent, other = desk
    house.promised()
    house.passes(days=1, hours=3, minutes=55)  # It is five to six on the day after: the window ends at six.
    caller = phones_again(house)
    caller.presses("1")

    house.passes(minutes=10)

    assert house.promises() == [(KIM, "billing", "promised")]
    other.hangs_up()
    house.passes(seconds=61)
    agent.accepts()
    caller.hangs_up()
    assert house.promises() == [(KIM, "billing", "replaced")]


def test_a_window_that_has_ended_ends_the_promise_when_its_caller_leaves_the_held_place(
    house: House, desk: tuple[Agent, Caller]
) -> None:
    house.promised()
    house.passes(days=1, hours=3, minutes=55)
    caller = phones_again(house)
    caller.presses("1")
    house.passes(minutes=10)

    caller.hangs_up()
    house.passes(seconds=2)

    assert house.promises() == [(KIM, "billing", "expired")]


def test_a_call_whose_end_was_never_told_gives_the_place_back_too(house: House, desk: tuple[Agent, Caller]) -> None:
    house.promised()
    promised_id = house.promise_id
    caller = phones_again(house)
    caller.presses("1")
    assert caller.sid is not None
    house.carrier.gone.add(caller.sid)

    for _ in range(4):
        house.passes(minutes=6)

    with house.store.read() as tx:
        places = select(line_entries.c.callback_id).where(line_entries.c.state == "waiting")
        assert tx.execute(places).scalars().all() == [promised_id]


def test_who_phones_while_the_agents_phone_rings_for_them_is_put_through(
    house: House, desk: tuple[Agent, Caller]
) -> None:
    agent, other = desk
    house.promised()
    other.hangs_up()
    house.passes(seconds=61)
    assert agent.state == "ringing"

    caller = phones_again(house)
    caller.presses("1")
    agent.accepts()

    assert caller.is_in_conference == agent.is_in_conference
    assert KIM not in house.rung()
    caller.hangs_up()
    assert house.promise_story() == ["offered", "promised", "dialling_first", "waiting_retry", "replaced"]


def test_who_would_rather_be_called_is_called(house: House, desk: tuple[Agent, Caller]) -> None:
    house.promised()
    caller = phones_again(house)

    caller.says("그대로 둘게요")

    caller.hears("약속한 대로 전화드리겠습니다")
    assert house.promises() == [(KIM, "billing", "promised")]


def test_another_matter_goes_to_the_open_question(house: House, desk: tuple[Agent, Caller]) -> None:
    house.promised()
    caller = phones_again(house)

    caller.presses("4")

    caller.hears("무엇을 도와드릴까요")
    assert "안녕하세요" not in caller.spoken


def test_silence_twice_goes_to_the_open_question(house: House, desk: tuple[Agent, Caller]) -> None:
    house.promised()
    caller = phones_again(house)
    caller.stays_silent()

    caller.stays_silent()

    caller.hears("무엇을 도와드릴까요")


def test_with_the_pin_the_promise_is_told_and_cancelled(house: House, desk: tuple[Agent, Caller]) -> None:
    house.promised()
    caller = phones_again(house)
    caller.presses("3")
    caller.keys_the_pin_sent_to(KIM)
    caller.hears("요금·결제 상담 전화를 차례가 되면 드리기로 했습니다")

    caller.presses("3")
    caller.hears("취소할까요")
    assert house.promises() == [(KIM, "billing", "promised")]
    caller.presses("1")

    caller.hears("취소했습니다")
    assert house.promises() == [(KIM, "billing", "cancelled")]
    assert "취소되었습니다" in house.texts(KIM)[-1]
    house.passes(hours=2)
    assert KIM not in house.rung()


def test_with_the_pin_it_gets_another_time(house: House, desk: tuple[Agent, Caller]) -> None:
    house.promised()
    caller = phones_again(house)
    caller.presses("3")
    caller.keys_the_pin_sent_to(KIM)

    caller.presses("2")
    caller.says("내일 오후 세 시")
    caller.hears("11월 26일 목요일 오후 세 시에 전화를 드리는 것으로 바꿀까요")
    caller.presses("1")

    caller.hears("바꾸었습니다. 11월 26일 목요일 오후 세 시에 전화드리겠습니다")
    house.passes(hours=2)
    assert KIM not in house.rung()


def test_a_wrong_pin_opens_nothing_and_is_counted(house: House, desk: tuple[Agent, Caller]) -> None:
    house.promised()
    caller = phones_again(house)
    caller.presses("3")

    caller.presses("000000")
    caller.hears("비밀번호가 맞지 않습니다")
    caller.presses("111111")
    caller.presses("222222")

    caller.hears("무엇을 도와드릴까요")
    with house.store.read() as tx:
        assert tx.execute(select(refusals.c.why)).scalars().all() == ["wrong_pin"] * 3


def test_pins_cannot_be_tried_one_after_the_other(house: House, desk: tuple[Agent, Caller]) -> None:
    house.promised()
    for _ in range(2):
        guesser = phones_again(house)
        guesser.presses("3")
        for n in range(3):
            guesser.presses(f"00000{n}")

    caller = phones_again(house)
    caller.presses("3")
    caller.keys_the_pin_sent_to(KIM)

    caller.hears("비밀번호가 맞지 않습니다")


def test_people_who_share_a_number_have_a_promise_each_told_apart_by_pin(
    house: House, desk: tuple[Agent, Caller]
) -> None:
    house.promised()
    colleague = phones_again(house)
    colleague.presses("4")
    colleague.presses("1")
    colleague.presses("1")
    colleague.presses("1")
    colleague.hears("다른 분의 새 약속이면")
    colleague.presses("2")
    colleague.hears("꼭 전화드리겠습니다")
    colleague.hangs_up()
    first_text, second_text = house.texts(KIM)

    one = phones_again(house)
    one.hears("여러 건")
    one.presses("3")
    one.keys_the_pin_sent_to(KIM)  # The second one's.
    one.presses("3")
    one.presses("1")

    assert house.promises() == [(KIM, "billing", "promised"), (KIM, "billing", "cancelled")]
    assert first_text != second_text


def test_of_several_promises_the_place_is_taken_with_the_pin(house: House, desk: tuple[Agent, Caller]) -> None:
    house.promised()
    colleague = phones_again(house)
    for key in ("4", "1", "1", "1", "2"):
        colleague.presses(key)
    colleague.hangs_up()

    one = phones_again(house)
    one.presses("1")
    one.keys_the_pin_sent_to(KIM)

    assert one.state == "holding"


def test_a_withheld_number_is_recognised_by_nobody(house: House, desk: tuple[Agent, Caller]) -> None:
    house.promised()
    for number in ("anonymous", "+266696687"):
        caller = house.caller(number)

        caller.dials()

        caller.hears("무엇을 도와드릴까요")


def test_before_the_time_that_was_agreed_on_the_place_is_at_the_end(house: House, desk: tuple[Agent, Caller]) -> None:
    early = house.caller()
    early.dials()
    early.presses("1")
    early.says("내일 오후 세 시")
    early.presses("1")
    early.hangs_up()
    house.passes(minutes=1)
    waiting = house.caller("+821033330000")
    waiting.dials()
    waiting.presses("1")
    waiting.presses("2")
    house.passes(minutes=1)

    caller = phones_again(house)
    caller.presses("1")

    assert (waiting.position, caller.position) == (1, 2)


def test_out_of_hours_the_promise_stands(house: House, desk: tuple[Agent, Caller]) -> None:
    house.promised()
    house.now = house.now.replace(hour=10)  # 19:00 in Seoul

    caller = phones_again(house)
    caller.presses("1")

    caller.hears("지금은 상담 시간이 아닙니다")
    caller.hears("약속한 대로 전화드리겠습니다")
    assert house.promises() == [(KIM, "billing", "promised")]


def test_the_case_of_the_second_call_is_closed_with_the_first(house: House, desk: tuple[Agent, Caller]) -> None:
    house.promised()
    caller = phones_again(house)

    caller.presses("1")

    with house.store.read() as tx:
        assert tx.execute(select(cases.c.outcome).order_by(cases.c.id)).scalars().all() == [None, None, "joined"]
