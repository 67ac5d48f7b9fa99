"""`overflow` and `wrap_minutes`: whoever has waited long is served by others too; writing up has an end."""

import pytest

from callqueue.department import Overflow
from ivr.menu.load import MenuErrors, load_menu

MENU = """\
site:
  name: 바로샵
menu:
  question: 무엇을 도와드릴까요?
  examples: 배송 조회처럼 말씀해 주세요.
departments:
  delivery:
    name: 배송
    key: "2"
    phrases: [배송 조회]
    skills: [parcels, general]
    hours: always
  refund:
    name: 환불
    key: "3"
    phrases: [환불]
    hours: always
    REFUND
  agent:
    name: 상담원
    key: "0"
    person: true
    phrases: [상담원]
    hours: always
"""


def refund(rule: str) -> str:
    return MENU.replace("REFUND", rule)


@pytest.mark.parametrize(
    ("rule", "meant"),
    [
        ("overflow: {after_minutes: 2, to: [delivery]}", Overflow(120, ("parcels", "general"))),
        ("overflow: {after_minutes: 0.5, skills: [seniors]}", Overflow(30, ("seniors",))),
        (
            "overflow: {after_minutes: 0, to: [agent, delivery], skills: [general]}",
            Overflow(0, ("agent", "parcels", "general")),
        ),
        ("priority: 0", None),
    ],
)
def test_who_helps_and_from_when_on(rule: str, meant: Overflow | None) -> None:
    assert load_menu(refund(rule), "menus.yaml").department("refund").for_line().overflow == meant


def test_how_long_agents_may_write_up() -> None:
    menu = load_menu(refund("wrap_minutes: 1.5"), "menus.yaml")

    assert [department.for_line().wrap_seconds for department in menu.departments] == [None, 90, None]


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("overflow: {to: [delivery]}", '18:15: overflow: "after_minutes" is missing'),
        (
            "overflow: {after_minutes: 2, to: [delivry]}",
            '18:39: no department is called "delivry". Did you mean "delivery"?',
        ),
        (
            "overflow: {after_minutes: 2, to: [refund]}",
            '18:39: department "refund" serves its own callers anyway: name another one',
        ),
        ("overflow: {after_minutes: 2, to: delivery}", "18:38: a list of departments is expected, like [delivery]"),
        ("overflow: {after_minutes: 2, to: [1]}", '18:39: YAML reads 1 as a number: write it in quotes, "1"'),
        (
            "overflow: {after_minutes: soon, to: [delivery]}",
            "18:31: a number from 0 to 240 is expected here, without quotes",
        ),
        (
            "overflow: {after_minutes: 2}",
            '13:3: overflow of department "refund": say who helps, by `to: [delivery]` or `skills: [general]`',
        ),
        ("overflow: delivery", "18:15: overflow: keys with values are expected here, like `name: …`"),
        ("wrap_minutes: 0", "18:19: a number from 0.1 to 240 is expected here, without quotes"),
    ],
)
def test_mistakes_are_told_with_their_place(rule: str, told: str) -> None:
    with pytest.raises(MenuErrors) as caught:
        load_menu(refund(rule), "menus.yaml")

    assert [f"{p.place.line}:{p.place.column}: {p.message}" for p in caught.value.problems] == [told]
