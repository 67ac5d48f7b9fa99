"""An agent passes a caller on: once, with the place and everything that was said, and neither is left alone."""

import pytest
from sqlalchemy import select

from callqueue.transfer import Reason, Transfer, TransferRefused, transfers_of
from ivr.handover import Wish
from store.database import Store
from store.tables import announcements, line_entries, transfers
from story import Agent, Caller, House


@pytest.fixture
def house(store: Store) -> House:
    return House(store, english_recogniser="twilio")


def talking(house: House, *, language: str = "ko") -> tuple[Agent, Caller]:
    """A caller whom the menu has put through to billing, and who wants a refund."""
    agent = house.agent("서준", "billing")
    caller = house.caller()
    caller.dials()
    if language == "en":
        caller.presses("9")
        caller.says("I was charged twice")
    else:
        caller.says("결제가 두 번 됐어요")
    agent.accepts()
    house.passes(minutes=3)
    return agent, caller


def passes_on(
    house: House, agent: Agent, to: str, reason: Reason, note: str = "", entry_id: int | None = None
) -> Transfer:
    made = house.conversation.transfer(Wish(agent.id, to, reason, note, entry_id))
    house.settle()
    return made


def busy(house: House, department: str, key: str) -> tuple[Agent, Caller]:
    agent = house.agent("하은", department)
    other = house.caller("+821099990000")
    other.dials()
    other.presses(key)
    agent.accepts()
    return agent, other


def test_the_caller_hears_why_to_whom_and_how_long(house: House) -> None:
    agent, caller = talking(house)
    busy(house, "refund", "3")

    passes_on(house, agent, "refund", Reason.WRONG_DEPARTMENT)

    caller.hears("문의하신 내용은 환불·교환에서 도와드립니다. 환불·교환 상담원에게 연결해 드리겠습니다.")
    caller.hears("다시 설명하지 않으셔도 됩니다. 바로 다음 순서이십니다.")
    agent.hears("고객을 넘겼습니다.")
    assert (caller.state, caller.department, agent.is_told_goodbye) == ("holding", "refund", True)


def test_an_english_caller_hears_it_in_english_and_the_agent_in_korean(house: House) -> None:
    agent, caller = talking(house, language="en")
    next_agent = house.agent("하은", "refund")

    passes_on(house, agent, "refund", Reason.WRONG_DEPARTMENT)
    caller.hears("can help you with this.")
    next_agent.picks_up()

    next_agent.hears(
        "영어 고객입니다. 요금·결제에서 넘어온 고객입니다. 부서가 맞지 않았습니다. 고객 말씀: I was charged twice."
    )


def test_the_next_agent_hears_reason_note_and_the_callers_words_and_both_talk(house: House) -> None:
    agent, caller = talking(house)
    next_agent = house.agent("하은", "refund")

    passes_on(house, agent, "refund", Reason.NEEDS_SPECIALIST, "이중 결제 확인함, 카드 1234-5678-9012")
    next_agent.picks_up()
    next_agent.hears(
        "요금·결제에서 넘어온 고객입니다. 전문 상담이 필요합니다. 메모: 이중 결제 확인함, 카드 ****-****-****. "
        "고객 말씀: 결제가 두 번 됐어요. 1초 기다리셨습니다."
    )
    next_agent.presses("1")

    assert caller.is_in_conference == next_agent.is_in_conference
    caller.hangs_up()
    assert house.case_outcomes() == ["served"]


def test_the_place_is_by_the_time_of_the_first_joining(house: House) -> None:
    agent, caller = talking(house)
    busy(house, "refund", "3")
    later = house.caller("+821055550000")
    later.dials()
    later.presses("3")
    later.presses("2")

    passes_on(house, agent, "refund", Reason.WRONG_DEPARTMENT)

    assert (caller.position, later.position) == (1, 2)


def test_the_first_agent_is_free_for_others_after_writing_up(house: House) -> None:
    agent, _caller = talking(house)
    house.agent("하은", "refund")

    passes_on(house, agent, "refund", Reason.WRONG_DEPARTMENT)

    assert agent.state == "wrap"
    house.passes(seconds=61)
    assert agent.state == "ready"


def test_asked_twice_it_is_done_once(house: House) -> None:
    agent, _caller = talking(house)
    busy(house, "refund", "3")

    first = passes_on(house, agent, "refund", Reason.WRONG_DEPARTMENT)
    second = passes_on(house, agent, "refund", Reason.WRONG_DEPARTMENT)

    assert first == second
    with house.store.read() as tx:
        assert transfers_of(tx, first.case_id) == (first,)


def test_a_click_that_comes_late_does_not_move_the_next_caller(house: House) -> None:
    agent, caller = talking(house)
    with house.store.read() as tx:
        old = tx.execute(select(line_entries.c.id).where(line_entries.c.state == "connected")).scalar_one()
    house.agent("하은", "refund")
    caller.hangs_up()
    agent.ends("completed")
    house.passes(seconds=61)
    second = house.caller("+821033330000")
    second.dials()
    second.presses("1")
    agent.accepts()

    with pytest.raises(TransferRefused, match="does not talk with a caller"):
        passes_on(house, agent, "refund", Reason.WRONG_DEPARTMENT, entry_id=old)

    assert second.is_in_conference == agent.is_in_conference


@pytest.mark.parametrize("who_first", ["hang-up", "transfer"])
def test_a_caller_who_hangs_up_meanwhile_is_nowhere_in_the_line(house: House, who_first: str) -> None:
    agent, caller = talking(house)
    busy(house, "refund", "3")

    if who_first == "hang-up":
        caller.hangs_up()
        with pytest.raises(TransferRefused):
            passes_on(house, agent, "refund", Reason.WRONG_DEPARTMENT)
    else:
        passes_on(house, agent, "refund", Reason.WRONG_DEPARTMENT)
        caller.hangs_up()

    assert caller.position is None
    assert agent.state == "wrap"


def test_the_conference_that_ends_for_both_changes_nothing(house: House) -> None:
    """Either leg's own news of the end comes after it was moved, or before."""
    agent, caller = talking(house)
    busy(house, "refund", "3")
    house.conversation.transfer(Wish(agent.id, "refund", Reason.WRONG_DEPARTMENT))

    for party in (caller, agent, caller):
        party.fetch("/voice/after", DialCallStatus="answered")

    assert caller.state == "holding"
    caller.hears("환불·교환에서 도와드립니다")
    agent.hears("고객을 넘겼습니다")


@pytest.mark.parametrize(
    ("to", "reason", "note", "why"),
    [
        ("refnd", Reason.WRONG_DEPARTMENT, "", 'no department is called "refnd". Did you mean "refund"?'),
        ("billing", Reason.WRONG_DEPARTMENT, "", "is with 요금·결제 already"),
        ("tech", Reason.WRONG_DEPARTMENT, "", "nobody is at work for"),
        ("refund", Reason.OTHER, " ", "add a note"),
        ("refund", Reason.OTHER, "가" * 301, "300 letters at most"),
    ],
)
def test_where_it_would_help_nobody_the_caller_stays(
    house: House, to: str, reason: Reason, note: str, why: str
) -> None:
    agent, caller = talking(house)
    house.agent("하은", "refund")

    with pytest.raises(TransferRefused, match=why.replace("?", r"\?")):
        passes_on(house, agent, to, reason, note)

    assert caller.is_in_conference == agent.is_in_conference
    with house.store.read() as tx:
        assert tx.execute(select(transfers)).all() == []


def test_whoever_was_phoned_back_can_be_passed_on_and_may_hang_up_while_waiting(house: House) -> None:
    caller = house.caller()
    caller.dials()
    caller.presses("1")  # Nobody is there: a callback is offered
    caller.presses("1")
    caller.presses("1")
    caller.hangs_up()
    agent = house.agent("서준", "billing")
    agent.accepts()
    caller.picks_up()
    caller.presses("1")
    busy(house, "refund", "3")

    passes_on(house, agent, "refund", Reason.SECOND_MATTER)

    caller.hears("다음 문의는 환불·교환에서 도와드립니다.")
    assert house.promises() == [("+821012345678", "billing", "kept")]
    caller.presses("1")  # The number that we would phone is theirs, not ours
    caller.presses("1")
    caller.hears("공일공, 일이삼사, 오육칠팔")
    caller.ends_callback()
    with house.store.read() as tx:
        assert set(tx.execute(select(line_entries.c.state)).scalars()) == {"left", "connected"}


def test_what_the_caller_is_told_in_the_other_line_is_a_promise_of_its_own(house: House) -> None:
    agent, _caller = talking(house)
    busy(house, "refund", "3")

    made = passes_on(house, agent, "refund", Reason.WRONG_DEPARTMENT)

    with house.store.read() as tx:
        row = tx.execute(select(announcements).where(announcements.c.entry_id == made.to_entry_id)).one()
    assert (row.department, row.kind, row.reason) == ("refund", "wait", None)
