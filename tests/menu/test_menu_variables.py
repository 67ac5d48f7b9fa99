"""What is filled in when it is spoken; and the other rules that a supervisor may add."""

from datetime import UTC, datetime

import pytest
from test_menu_check import SMALL, mistakes, small

from ivr.menu.load import load_menu
from ivr.menu.variables import fill
from ivr.words import korean
from store.database import Store
from store.tables import line_entries
from story import House


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{department}은/는 쉽니다.", "배송은 쉽니다."),
        ("{site}은/는 쉽니다.", "바로샵은 쉽니다."),
        ("{hours}이/가 상담 시간입니다.", "평일 여섯 시까지가 상담 시간입니다."),
        ("{department}으로/로 연결합니다.", "배송으로 연결합니다."),
        ("{wait} 기다리십니다. 감사합니다.", "감사합니다."),
        ("안녕하세요. {department}입니다! {wait}?", "안녕하세요. 배송입니다!"),
        ("1.5배 요금이 듭니다.", "1.5배 요금이 듭니다."),
        ("{wait}", ""),
    ],
)
def test_a_variable_is_filled_in_with_its_particle_or_its_sentence_left_out(text: str, said: str) -> None:
    values = {"department": "배송", "site": "바로샵", "hours": "평일 여섯 시까지", "wait": None}

    assert fill(text, values, korean.with_particle) == said


@pytest.mark.parametrize(
    ("prompt", "told"),
    [
        ("{wiat} 기다리십니다", 'nothing is filled in for "{wiat}". Did you mean "wait"?'),
        (
            "{opens}에 엽니다",
            'nothing is filled in for "{opens}". Known here are: site, department, hours, position, wait.',
        ),
        ("대기 {wait 입니다", "a brace is opened and not closed, or the other way round"),
    ],
)
def test_a_variable_that_is_none_is_told(prompt: str, told: str) -> None:
    text = small("name: 배송", f'name: 배송\n    prompt: "{prompt}"')

    assert [mistake.partition("\n")[0] for mistake in mistakes(text)] == [f"menus.yaml:11:13: {told}"]


def test_a_caller_hears_the_prompt_with_place_and_wait(store: Store) -> None:
    prompt = "{department}은/는 지금 {position}이에요/예요. 대기 시간은 {wait}입니다."
    house = House(store, menu=small("name: 배송", f'name: 배송\n    callback: never\n    prompt: "{prompt}"'))
    house.agent("지우", "delivery")
    callers = [house.caller(f"+8210{number:08d}") for number in range(3)]
    for caller in callers:
        caller.dials()
        caller.presses("2")

    callers[2].hears("배송은 지금 두 번째예요. 대기 시간은")
    assert callers[2].spoken.count("대기 시간") == 1


def test_nothing_is_said_of_a_wait_that_is_none(store: Store) -> None:
    house = House(store, menu=small("name: 배송", 'name: 배송\n    prompt: "배송팀입니다. 대기 시간은 {wait}입니다."'))
    house.agent("지우", "delivery")
    caller = house.caller()
    caller.dials()
    caller.presses("2")

    caller.hears("배송팀입니다. 잠시만 기다려 주세요.")


def test_out_of_hours_callers_hear_the_menus_own_words(store: Store) -> None:
    closed = 'closed_prompt: "{site}은/는 {opens}에 다시 엽니다."'
    house = House(store, menu=small("name: 배송", f"name: 배송\n    {closed}"))
    house.now = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)  # 21:00 in Seoul.
    caller = house.caller()
    caller.dials()
    caller.presses("2")

    caller.hears("바로샵은 내일 오전 아홉 시에 다시 엽니다." if "내일" in caller.spoken else "바로샵은 11월 26일")
    assert "상담 시간은" not in caller.spoken


def test_a_listed_caller_is_served_first(store: Store) -> None:
    listed = small("{name: 바로샵}", '{name: 바로샵, callers: {"+821099999999": 7}}')
    house = House(store, menu=listed)
    house.agent("지우", "delivery")
    for number in ("+821011111111", "+821022222222", "+821099999999"):
        caller = house.caller(number)
        caller.dials()
        caller.presses("2")

    with store.read() as tx:
        assert list(tx.execute(line_entries.select().order_by(line_entries.c.id)).mappings())[2]["priority"] == 7
    assert caller.position == 1


def test_a_day_may_have_hours_of_its_own() -> None:
    text = small("{name: 바로샵}", '{name: 바로샵, open_on: {2026-12-25: "10:00-12:00", 2026-11-26: "09:00-12:00"}}')
    hours = load_menu(text, "menus.yaml").department("delivery").hours

    open_at = [
        datetime(2026, 12, 25, 2, 0, tzinfo=UTC),  # Christmas, 11:00 in Seoul
        datetime(2026, 12, 25, 4, 0, tzinfo=UTC),
        datetime(2026, 11, 26, 2, 0, tzinfo=UTC),  # A Thursday, 11:00
        datetime(2026, 11, 26, 5, 0, tzinfo=UTC),
    ]
    assert [hours.is_open(at) for at in open_at] == [True, False, True, False]


@pytest.mark.parametrize(
    ("site", "told"),
    [
        ('callers: {"010-1234": 5}', '"010-1234": a number is written like "+82255501990", in quotes'),
        ('callers: {"+821012345678": high}', "a whole number from 0 to 9 is expected; larger is served first"),
        ("open_on: {2026-13-01: closed}", '"2026-13-01": the calendar has no such day'),
        ("open_on: {2026-12-01: closed}", "a closed day stands in `closed_on`"),
    ],
)
def test_a_rule_that_makes_no_sense_is_told(site: str, told: str) -> None:
    found = mistakes(small("{name: 바로샵}", f"{{name: 바로샵, {site}}}"))

    assert told in [mistake.partition("\n")[0].split(": ", 1)[1] for mistake in found]


def test_the_small_menu_has_none_of_these() -> None:
    menu = load_menu(SMALL, "menus.yaml")

    assert (menu.callers, menu.department("delivery").closed_prompt, menu.department("delivery").hours.open_on) == (
        {},
        None,
        (),
    )
