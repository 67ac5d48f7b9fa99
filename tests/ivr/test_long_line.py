"""The wait is honest, and a callback keeps the place."""

from dataclasses import dataclass

from story import PUBLIC_URL, Agent, Caller, House


@dataclass
class Busy:
    """The only billing agent, and the caller they talk with."""

    agent: Agent
    caller: Caller


def busy_billing(house: House) -> Busy:
    agent = house.agent("서준", "billing")
    other = house.caller("+821011110000")
    other.dials()
    other.presses("1")
    agent.accepts()
    return Busy(agent, other)


def promised(house: House) -> tuple[Caller, Busy]:
    """A caller who has taken the callback."""
    busy = busy_billing(house)
    caller = house.caller()
    caller.dials()
    caller.says("결제가 두 번 됐어요")
    caller.says("네 전화 주세요")
    caller.hears("공일공")
    caller.says("네 맞습니다")
    return caller, busy


def test_a_long_line_is_told_as_a_range_and_a_callback_is_offered(house: House) -> None:
    busy_billing(house)
    caller = house.caller()
    caller.dials()

    caller.says("결제가 두 번 됐어요")

    caller.hears("바로 다음 순서이십니다. 12분 안에 연결될 것으로 보입니다.")
    caller.hears("전화를 드릴까요")
    assert caller.position == 1


def test_who_keeps_waiting_keeps_the_place(house: House) -> None:
    busy_billing(house)
    first, second = house.caller("+821022220001"), house.caller("+821022220002")
    for caller in (first, second):
        caller.dials()
        caller.presses("1")
    second.hears("앞에 한 분이 계십니다")
    for caller in (first, second):
        caller.presses("2")

    assert (first.position, second.position) == (1, 2)
    # The figure was told with the offer: it is not told again in the same breath.
    assert second.spoken == "요금·결제 상담원에게 연결해 드리겠습니다. 끊지 말고 기다려 주세요."


def test_a_promise_is_kept_agent_first_then_the_caller(house: House) -> None:
    caller, busy = promised(house)
    caller.hears("꼭 전화드리겠습니다")
    caller.hangs_up()
    agent = busy.agent
    busy.caller.hangs_up()

    house.passes(seconds=61)  # The agent has written up.
    agent.picks_up()
    agent.hears("콜백")
    agent.hears("결제가 두 번 됐어요")
    agent.presses("1")
    caller.picks_up()
    caller.hears("요청하신 요금·결제 상담 전화입니다")
    caller.presses("1")

    assert caller.is_in_conference == agent.is_in_conference
    caller.ends_callback()
    assert house.promises() == [("+821012345678", "billing", "kept")]
    assert house.promise_story() == ["offered", "promised", "dialling_first", "dialling_second", "connected", "kept"]
    assert house.rung().count("+821012345678") == 1


def test_a_promise_counts_in_the_position_of_those_behind(house: House) -> None:
    first, _busy = promised(house)
    first.hangs_up()
    late = house.caller("+821033330000")
    late.dials()

    late.presses("1")

    assert late.position == 2


def test_a_busy_caller_is_tried_again_in_five_minutes(house: House) -> None:
    caller, busy = promised(house)
    caller.hangs_up()
    agent = busy.agent
    busy.caller.hangs_up()
    house.passes(seconds=61)
    agent.accepts()

    caller.does_not_pick_up("busy")

    agent.hears("고객이 전화를 받지 않았습니다")
    assert agent.state == "ready"
    assert house.promises() == [("+821012345678", "billing", "waiting_retry")]
    house.passes(minutes=4, seconds=59)
    assert house.rung().count(agent.number) == 2
    house.passes(seconds=2)
    assert house.rung().count(agent.number) == 3


def test_after_three_attempts_the_promise_expires_and_the_case_stays_open(house: House) -> None:
    caller, busy = promised(house)
    caller.hangs_up()
    agent = busy.agent
    busy.caller.hangs_up()
    house.passes(seconds=61)

    for _ in range(3):
        agent.accepts()
        caller.does_not_pick_up("no-answer")
        house.passes(minutes=61)

    assert house.promises() == [("+821012345678", "billing", "expired")]
    assert house.rung().count(caller.number) == 3
    assert house.case_outcomes() == ["served", None]


def test_an_agent_who_declines_is_set_aside_and_the_next_is_rung(house: House) -> None:
    caller, busy = promised(house)
    caller.hangs_up()
    agent = busy.agent
    busy.caller.hangs_up()
    second = house.agent("민서", "billing")  # Ready at once: rung first.
    second.picks_up()
    second.presses("9")

    house.passes(seconds=61)

    assert (second.state, agent.state) == ("pause", "ringing")
    assert house.rung().count(caller.number) == 0


def test_a_second_promise_for_the_same_number_is_not_made(house: House) -> None:
    first, _busy = promised(house)
    first.hangs_up()
    again = house.caller()
    again.dials()
    again.presses("4")  # Another matter than the promise, they think.
    again.presses("1")
    again.presses("1")

    again.presses("1")
    again.hears("이 번호로 이미 전화를 드리기로 했습니다")
    again.presses("1")

    again.hears("약속한 대로 전화드리겠습니다")
    assert house.promises() == [("+821012345678", "billing", "promised")]


def test_a_withheld_number_has_to_key_one_in(house: House) -> None:
    busy_billing(house)
    caller = house.caller("anonymous")
    caller.dials()
    caller.presses("1")

    caller.presses("1")
    caller.hears("번호를")
    caller.presses("01055556666")
    caller.hears("오오오오")
    caller.presses("1")
    caller.keys_the_code_sent_to("+821055556666")

    assert house.promises() == [("+821055556666", "billing", "promised")]


def test_a_premium_number_is_refused_and_the_place_kept(house: House) -> None:
    busy_billing(house)
    caller = house.caller("anonymous")
    caller.dials()
    caller.presses("1")
    caller.presses("1")

    caller.presses("0607001234")
    caller.hears("드릴 수 없습니다")
    caller.presses("0607001234")

    assert (caller.state, caller.position) == ("holding", 1)
    assert house.promises() == []


def test_out_of_hours_the_callback_is_due_at_the_next_opening(house: House) -> None:
    house.now = house.now.replace(hour=13)  # 22:00 in Seoul
    house.agent("서준", "billing")
    caller = house.caller()
    caller.dials()

    caller.presses("1")
    caller.hears("지금은 상담 시간이 아닙니다")
    caller.presses("1")
    caller.presses("1")
    caller.hears("11월 26일 목요일 오전 아홉 시")
    caller.hangs_up()

    house.passes(hours=10, minutes=59)  # 08:59
    assert house.rung() == []
    house.passes(minutes=1)
    assert house.rung() == ["+821090000000"]


def test_with_nobody_signed_in_no_figure_is_told(house: House) -> None:
    caller = house.caller()
    caller.dials()

    caller.presses("1")

    caller.hears("지금은 연결할 수 있는 상담원이 없습니다")
    assert "예상 대기 시간" not in caller.spoken


def test_who_waits_hears_music_of_the_house(house: House) -> None:
    busy_billing(house)
    caller = house.caller()
    caller.dials()
    caller.presses("1")
    caller.presses("2")

    assert f"<Play>{PUBLIC_URL}/static/hold.wav</Play>" in caller.document


def test_while_waiting_a_key_asks_for_the_callback(house: House) -> None:
    busy_billing(house)
    caller = house.caller()
    caller.dials()
    caller.presses("1")
    caller.presses("2")
    caller.stays_silent()

    caller.presses("1")
    caller.presses("1")
    caller.presses("1")

    assert house.promises() == [("+821012345678", "billing", "promised")]
