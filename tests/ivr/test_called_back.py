"""The call back itself: who is there, person or machine, and who waits for whom."""

from dataclasses import replace
from pathlib import Path

import pytest

from carrier.port import CarrierBusy, CarrierUnsure
from store.database import Store
from story import Agent, Caller, House

KIM = "+821012345678"


@pytest.fixture
def rung(house: House) -> tuple[Caller, Agent]:
    """An agent has accepted, and the caller's phone rings."""
    return _rung(house)


def _promised(house: House) -> Caller:
    """In words, since nobody is free."""
    caller = house.caller()
    caller.dials()
    caller.says("결제가 두 번 됐어요")
    caller.says("네")
    caller.says("네 맞습니다")
    caller.hangs_up()
    return caller


def _rung(house: House) -> tuple[Caller, Agent]:
    caller = _promised(house)
    agent = house.agent("서준", "billing")
    agent.accepts()
    return caller, agent


def _rung_first(house: House) -> tuple[Caller, Agent]:
    """The caller waits on the phone, the agent's phone rings."""
    caller = _promised(house)
    agent = house.agent("서준", "billing")
    caller.picks_up()
    caller.presses("1")
    return caller, agent


@pytest.fixture
def caller_first(store: Store) -> House:
    """Callers of billing are rung before an agent is."""
    menu = Path("menus.yaml").read_text(encoding="utf-8")
    return House(store, menu.replace("callback: {above_minutes: 3}", "callback: {above_minutes: 3, first: caller}", 1))


def test_a_person_says_yes_in_place_of_a_key(house: House, rung: tuple[Caller, Agent]) -> None:
    caller, agent = rung
    caller.picks_up()
    caller.hears("지금 통화하시려면 네라고 말씀하시거나 1번을 눌러 주세요")

    caller.says("네")

    assert caller.is_in_conference == agent.is_in_conference
    assert house.promises() == [(KIM, "billing", "connected")]


def test_a_person_says_no(house: House, rung: tuple[Caller, Agent]) -> None:
    caller, agent = rung
    caller.picks_up()

    caller.says("아니요")

    assert caller.is_told_goodbye
    assert (agent.state, house.promises()) == ("ready", [(KIM, "billing", "waiting_retry")])


def test_a_machine_gets_a_short_message_with_when_we_try_again(house: House, rung: tuple[Caller, Agent]) -> None:
    caller, agent = rung
    caller.picks_up()
    caller.is_taken_for("machine_start")

    caller.stays_silent()

    caller.hears("바로샵 고객센터입니다. 요청하신 요금·결제 상담으로 전화드렸습니다.")
    caller.hears("오후 세 시 이후에 다시 전화드리겠습니다")  # It is two in the afternoon.
    assert caller.is_told_goodbye
    assert agent.state == "ready"
    assert house.promises() == [(KIM, "billing", "waiting_retry")]


def test_a_machines_greeting_is_not_taken_for_a_yes(house: House, rung: tuple[Caller, Agent]) -> None:
    caller, _agent = rung
    caller.picks_up()
    caller.is_taken_for("machine_start")

    caller.says("네")

    assert house.promises() == [(KIM, "billing", "dialling_second")]


def test_a_person_who_was_taken_for_a_machine_presses_one(house: House, rung: tuple[Caller, Agent]) -> None:
    caller, agent = rung
    caller.picks_up()
    caller.is_taken_for("machine_start")

    caller.presses("1")

    assert caller.is_in_conference == agent.is_in_conference is not None


def test_whoever_says_nothing_is_asked_twice_and_then_told_the_same(house: House, rung: tuple[Caller, Agent]) -> None:
    caller, _agent = rung
    caller.picks_up()
    caller.stays_silent()
    caller.hears("지금 통화하시려면")

    caller.stays_silent()

    caller.hears("오후 두 시 반 이후에 다시 전화드리겠습니다")


def test_after_the_last_attempt_the_message_says_so(store: Store) -> None:
    house = House(store)
    house.rules = replace(house.rules, attempts=1)
    house.conversation.desk = replace(house.conversation.desk, rules=house.rules)
    caller, _agent = _rung(house)
    caller.picks_up()
    caller.is_taken_for("machine_end_beep")

    caller.stays_silent()

    caller.hears("더 이상 전화드리지 않습니다")
    assert house.promises() == [(KIM, "billing", "expired")]


def test_a_second_call_for_one_order_is_ended_before_anybody_picks_up(house: House, rung: tuple[Caller, Agent]) -> None:
    caller, _agent = rung
    _sid, path = caller.house_leg()
    second = "CA" + "f" * 32

    house.post(f"{path}/status", second, CallStatus="initiated")
    house.post(f"{path}/status", second, CallStatus="initiated")

    assert house.carrier.ended == [second, second]
    _status, document = house.post(path, second, CallStatus="in-progress")
    assert document.endswith("<Response><Hangup /></Response>")
    assert house.strays() == 1
    caller.picks_up()
    caller.presses("1")
    assert house.promises() == [(KIM, "billing", "connected")]


def test_the_caller_first_and_the_agent_a_moment_later(caller_first: House) -> None:
    house = caller_first
    caller = _promised(house)
    agent = house.agent("서준", "billing")
    assert house.rung() == [KIM]

    caller.picks_up()
    caller.presses("1")
    caller.hears("요금·결제 상담원에게 연결해 드리겠습니다")
    agent.accepts()

    assert caller.is_in_conference == agent.is_in_conference is not None
    caller.ends_callback()
    assert house.promises() == [(KIM, "billing", "kept")]
    assert agent.state == "wrap"


def test_a_caller_rung_first_who_presses_one_twice_waits_on(caller_first: House) -> None:
    house = caller_first
    caller, agent = _rung_first(house)

    caller.presses("1")
    caller.stays_silent()

    assert house.promises() == [(KIM, "billing", "dialling_second")]
    agent.accepts()
    assert caller.is_in_conference == agent.is_in_conference is not None


def test_a_caller_rung_first_who_hangs_up_while_waiting_is_rung_again(caller_first: House) -> None:
    house = caller_first
    caller, agent = _rung_first(house)
    agent.picks_up()

    caller.ends_callback()

    agent.hears("고객이 전화를 받지 않았습니다")
    assert house.promises() == [(KIM, "billing", "waiting_retry")]
    house.passes(minutes=6)
    assert house.rung() == [KIM, agent.number, KIM]


# Offers


def test_an_offer_that_is_turned_down_is_on_record(house: House) -> None:
    caller = house.caller()
    caller.dials()
    caller.says("결제가 두 번 됐어요")

    caller.says("아니요")

    assert house.offers() == [(None, "offered", "nobody"), ("offered", "declined", "said no")]
    assert house.promises() == []


def test_a_caller_who_accepts_and_hangs_up_before_the_number_is_confirmed_has_no_promise(house: House) -> None:
    caller = house.caller()
    caller.dials()
    caller.says("결제가 두 번 됐어요")
    caller.says("네")

    caller.hangs_up()

    assert house.offers() == [(None, "offered", "nobody"), ("offered", "declined", "hung up")]
    assert house.promises() == []


def test_the_record_of_a_promise_begins_with_its_offer(house: House, rung: tuple[Caller, Agent]) -> None:
    assert house.promise_story() == ["offered", "promised", "dialling_first", "dialling_second"]
    assert house.offers() == []


def test_a_carrier_that_is_away_does_not_hold_up_who_reports_a_stray_call(
    house: House, rung: tuple[Caller, Agent]
) -> None:
    caller, _agent = rung
    _sid, path = caller.house_leg()

    def away(sid: str) -> None:
        raise CarrierUnsure("time-out")

    house.carrier.end_call = away
    status, _document = house.post(f"{path}/status", "CA" + "e" * 32, CallStatus="ringing")
    assert status == 200


def test_a_caller_is_not_joined_with_an_agent_whose_line_broke_unheard(
    house: House, rung: tuple[Caller, Agent]
) -> None:
    caller, agent = rung
    caller.picks_up()
    house.carrier.gone.add(agent.sid or "")  # The webhook that says so was lost.

    caller.presses("1")

    caller.hears("상담원과 연결이 끊겼습니다. 곧 다시 전화드리겠습니다.")
    assert caller.is_told_goodbye
    # The next attempt begins at once.
    assert house.promises() == [(KIM, "billing", "dialling_first")]
    assert (agent.state, house.rung()[-1]) == ("ringing", agent.number)


def test_who_was_rung_first_and_has_left_unheard_is_no_agents_caller(caller_first: House) -> None:
    house = caller_first
    caller, agent = _rung_first(house)
    agent.picks_up()
    house.carrier.gone.add(caller.sid or "")

    agent.presses("1")

    agent.hears("나중에 다시 걸겠습니다")
    assert house.promises() == [(KIM, "billing", "waiting_retry")]


def test_a_carrier_that_cannot_be_asked_lets_the_two_talk(house: House, rung: tuple[Caller, Agent]) -> None:
    caller, agent = rung
    caller.picks_up()
    house.carrier.status_of = _away  # type: ignore[method-assign]

    caller.presses("1")

    assert caller.is_in_conference == agent.is_in_conference is not None


def _away(sid: str) -> str:
    raise CarrierBusy(sid)


def test_an_agent_whose_phone_still_speaks_is_not_rung(house: House, rung: tuple[Caller, Agent]) -> None:
    """They are told that the caller could not be reached: until they have heard it, their phone would be busy."""
    caller, agent = rung
    late = house.caller("+821033330000")
    late.dials()
    late.presses("1")
    heard = len(house.rung())

    agent.keeps_the_phone_up()
    caller.does_not_pick_up("busy")

    assert (agent.state, len(house.rung())) == ("ready", heard)
    agent.hangs_up()
    assert (agent.state, house.rung()[heard:]) == ("ringing", [agent.number])
