"""Another number than the caller's own is called only once it is shown that it may be."""

import re

import pytest
from sqlalchemy import select
from test_returning_caller import busy

from callbacks import safety
from store.database import Store
from store.tables import attempts, refusals
from story import Caller, House

OTHER, LANDLINE = "+821055556666", "+8225550123"


def wants_called(house: House, keyed: str) -> Caller:
    busy(house)
    caller = house.caller("anonymous")
    caller.dials()
    caller.presses("1")
    caller.presses("1")
    caller.presses(keyed)
    caller.presses("1")
    return caller


def test_a_mobile_is_sent_a_code_that_has_to_be_keyed(house: House) -> None:
    caller = wants_called(house, "01055556666")

    assert house.promises() == []
    assert [text[:17] for text in house.texts(OTHER)] == ["[바로샵 고객센터] 확인 번호 "]
    caller.keys_the_code_sent_to(OTHER)

    assert house.promises() == [(OTHER, "billing", "promised")]


def test_a_wrong_code_three_times_promises_nothing(house: House) -> None:
    caller = wants_called(house, "01055556666")

    caller.presses("000000")
    caller.hears("확인 번호가 맞지 않습니다")
    caller.presses("000001")
    caller.presses("000002")

    assert (caller.state, house.promises()) == ("holding", [])
    with house.store.read() as tx:
        assert tx.execute(select(refusals.c.number, refusals.c.why)).all() == [(OTHER, "wrong_code")] * 3


def test_nobody_is_flooded_with_codes(house: House) -> None:
    caller = wants_called(house, "01055556666")
    for _ in range(8):
        caller.presses("0")
        caller.presses("1")  # Asks for the callback again …
        caller.presses("1")
        caller.presses("01055556666")
        caller.presses("1")

    assert len(house.texts(OTHER)) <= 6


def test_a_landline_asks_whoever_picks_up_for_the_code_that_the_caller_was_told(house: House) -> None:
    caller = wants_called(house, "025550123")
    code = re.search("확인 번호는 ([0-9 ]{7})", caller.spoken)
    assert code is not None
    caller.hangs_up()
    house.agent("민서", "billing").accepts()

    called = house.caller(LANDLINE)
    called.picks_up()
    called.hears("확인 번호 네 자리를 눌러 주세요")
    called.presses(code.group(1).replace(" ", ""))

    assert called.is_in_conference is not None
    assert house.texts(LANDLINE) == []


def test_a_stranger_who_is_rung_is_rung_once(house: House) -> None:
    wants_called(house, "025550123").hangs_up()
    house.agent("민서", "billing").accepts()
    stranger = house.caller(LANDLINE)
    stranger.picks_up()

    stranger.presses("9999")

    assert house.promises() == [(LANDLINE, "billing", "expired")]
    with house.store.read() as tx:
        assert tx.execute(select(attempts.c.outcome)).scalars().all() == ["wrong_code"]


def test_where_no_texts_are_sent_mobiles_are_asked_on_pick_up_too(store: Store) -> None:
    house = House(store, text_number=None)

    caller = wants_called(house, "01055556666")

    caller.hears("확인 번호는")
    assert house.promises() == [(OTHER, "billing", "promised")]
    assert house.carrier.texts == []


@pytest.mark.parametrize("number", ["0607001234", "15881234", "0012025550123", "112"])
def test_numbers_that_cost_money_are_never_promised(house: House, number: str) -> None:
    busy(house)
    caller = house.caller("anonymous")
    caller.dials()
    caller.presses("1")
    caller.presses("1")

    caller.presses(number)

    caller.hears("그 번호로는 전화를 드릴 수 없습니다")


def test_a_blocked_number_is_offered_no_callback(house: House) -> None:
    busy(house)
    with house.store.write() as tx:
        safety.block(tx, "+821012345678", by="지수", why="장난 전화", now=house.now)
    caller = house.caller()
    caller.dials()

    caller.presses("1")

    assert (caller.state, caller.position) == ("holding", 1)


def test_a_blocked_number_out_of_hours_is_told_the_hours(house: House) -> None:
    house.now = house.now.replace(hour=13)
    with house.store.write() as tx:
        safety.block(tx, "+821012345678", by="지수", why="장난 전화", now=house.now)
    caller = house.caller()
    caller.dials()

    caller.presses("1")

    caller.hears("지금은 상담 시간이 아닙니다")
    assert caller.is_told_goodbye
    assert house.promises() == []
