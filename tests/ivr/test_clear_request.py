"""Say it once: from the question to the right line in one sentence."""

from story import House


def test_a_clear_request_reaches_an_agent_with_the_callers_words(house: House) -> None:
    agent = house.agent("지우", "delivery")
    caller = house.caller()

    caller.dials()
    caller.hears("무엇을 도와드릴까요")
    caller.says("배송 조회해 주세요")
    caller.hears("배송 상담원에게 연결해 드리겠습니다")
    agent.picks_up()
    agent.hears("배송 조회해 주세요")
    agent.presses("1")

    assert caller.is_in_conference == agent.is_in_conference == "barocall-1"
    assert agent.state == "talk"
    assert house.heard() == [("배송 조회해 주세요", "go")]


def test_when_the_caller_hangs_up_the_case_is_closed_and_the_agent_wraps_up(house: House) -> None:
    agent = house.agent("지우", "delivery")
    caller = house.caller()
    caller.dials()
    caller.presses("2")
    agent.accepts()

    caller.hangs_up()

    assert agent.is_told_goodbye
    assert agent.state == "wrap"
    assert house.case_outcomes() == ["served"]


def test_when_the_agent_hangs_up_first_the_caller_is_told_goodbye(house: House) -> None:
    agent = house.agent("지우", "delivery")
    caller = house.caller()
    caller.dials()
    caller.presses("2")
    agent.accepts()

    agent.hangs_up()
    caller.leaves_the_conference()

    caller.hears("감사합니다")
    assert caller.is_told_goodbye
    assert house.case_outcomes() == ["served"]


def test_an_agent_who_has_written_up_for_a_minute_is_ready_again(house: House) -> None:
    agent = house.agent("지우", "delivery")
    caller = house.caller()
    caller.dials()
    caller.presses("2")
    agent.accepts()
    caller.hangs_up()

    house.passes(seconds=61)

    assert agent.state == "ready"


def test_a_cancellation_is_always_confirmed(house: House) -> None:
    house.agent("서준", "cancel")
    caller = house.caller()
    caller.dials()

    caller.says("멤버십을 해지해 주세요")
    caller.hears("해지")
    assert caller.department is None
    caller.says("네 맞아요")

    assert caller.department == "cancel"


def test_a_no_to_the_confirmation_asks_again(house: House) -> None:
    house.agent("서준", "cancel")
    caller = house.caller()
    caller.dials()

    caller.says("멤버십을 해지해 주세요")
    caller.says("아니요")

    caller.hears("다시 한번 말씀해 주세요")


def test_the_notices_are_spoken_before_the_question(house: House) -> None:
    caller = house.caller()

    caller.dials()

    spoken = caller.spoken
    assert spoken.index("통화료") < spoken.index("녹음") < spoken.index("폭언") < spoken.index("무엇을")


def test_zero_is_a_person_from_the_first_question_on(house: House) -> None:
    house.agent("하은", "general")
    caller = house.caller()
    caller.dials()

    caller.presses("0")

    assert caller.department == "agent"


def test_asking_for_a_person_is_enough(house: House) -> None:
    house.agent("하은", "general")
    caller = house.caller()
    caller.dials()

    caller.says("상담원 연결해 주세요")

    assert caller.department == "agent"


def test_a_star_repeats_the_question(house: House) -> None:
    caller = house.caller()
    caller.dials()

    caller.presses("*")

    assert caller.spoken == "무엇을 도와드릴까요? 필요하신 일을 한 문장으로 말씀해 주세요."


def test_the_end_of_a_declined_leg_does_not_close_the_callers_case(house: House) -> None:
    agent = house.agent("지우", "delivery")
    caller = house.caller()
    caller.dials()
    caller.presses("2")
    agent.picks_up()
    agent.presses("9")

    agent.hangs_up()

    assert house.case_outcomes() == [None]
    assert caller.position == 1
