"""Keys in groups: for callers who press; who speaks never meets them."""

from pathlib import Path

import pytest
from test_menu_check import SMALL, mistakes

from ivr.menu.advice import World
from ivr.menu.check import check
from ivr.menu.difference import differences
from ivr.menu.load import load_menu
from ivr.menu.picture import as_text, tree
from ivr.rehearsal import Rehearsal
from store.database import Store
from story import OPEN_HOURS, Caller, House

MENUS = """\
menus:
  money: {name: 돈, key: "1", question: 어떤 돈 문의이신가요}
  cards: {name: 카드, key: "3", in: money}
"""
DEPARTMENTS = """\
  refund:
    name: 환불
    key: "1"
    in: money
    phrases: [환불해 주세요, 환불 신청, 돈을 돌려받고 싶어요, 반품하려고요, 환불이 언제 되나요]
    hours: always
  lost:
    name: 분실
    key: "1"
    in: cards
    phrases: [카드를 잃어버렸어요, 카드 분실, 분실 신고요, 카드가 없어졌어요, 지갑을 잃어버렸어요]
    hours: always
"""
LEVELS = SMALL.replace("departments:\n", f"{MENUS}departments:\n").replace("  agent:\n", f"{DEPARTMENTS}  agent:\n")


@pytest.fixture
def house(store: Store) -> House:
    house = House(store, menu=LEVELS)
    house.agent("지우", "delivery", "refund", "lost", "agent")
    return house


def pressing(house: House, keys: str) -> Caller:
    caller = house.caller()
    caller.dials()
    for key in keys:
        caller.presses(key)
    return caller


def test_a_key_opens_a_menu_that_reads_its_own_keys(house: House) -> None:
    caller = pressing(house, "1")

    caller.hears(
        "어떤 돈 문의이신가요 번호로 안내해 드리겠습니다. 환불은 1번, 카드는 3번, 상담원은 0번을 눌러 주세요. "
        "이전 메뉴는 우물 정자, 다시 들으시려면 별표를 눌러 주세요."
    )


@pytest.mark.parametrize(
    ("keys", "department"),
    [
        ("11", "refund"),
        ("131", "lost"),
        ("2", "delivery"),
        ("10", "agent"),
        ("130", "agent"),
        # Back, and on; back from the first question is the question again
        ("13#1", "refund"),
        ("1#2", "delivery"),
        ("#2", "delivery"),
        # Again
        ("1*1", "refund"),
        # A key that is none, once
        ("171", "refund"),
    ],
)
def test_keys_lead_down_and_back(house: House, keys: str, department: str) -> None:
    assert pressing(house, keys).department == department


def test_whoever_speaks_needs_no_levels(house: House) -> None:
    at_once, below = house.caller(), house.caller("+821022222222")
    at_once.dials()
    at_once.says("카드를 잃어버렸어요")
    below.dials()
    below.presses("1")
    below.says("배송이 안 와요")

    assert (at_once.department, below.department) == ("lost", "delivery")


def test_two_failures_below_are_enough_too(house: House) -> None:
    caller = pressing(house, "1")
    caller.stays_silent()
    caller.hears("환불은 1번")
    caller.stays_silent()
    caller.hears("환불은 1번")
    caller.stays_silent()

    assert caller.department == "agent"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("in: cards", "in: cadrs", 'no menu is called "cadrs". Did you mean "cards"?'),
        ("in: cards", "in: money", 'key "1" is taken by department "refund" in line 19'),
        ('key: "3", in: money', 'key: "1", in: money', 'key "1" is taken by department "refund" in line 19'),
        ('key: "3", in: money', 'key: "0", in: money', 'key "0" leads to a person in every menu: give another one'),
        ('money: {name: 돈, key: "1"', 'money: {name: 돈, in: cards, key: "1"',
         'menu "money" lies within itself (money → cards → money): nobody ever reaches it'),
        (
            "  cards: {",
            '  none: {name: 빈, key: "5"}\n  cards: {',
            'menu "none" leads nowhere: no department says `in: none`',
        ),
        ("person: true", "person: true\n    in: money", "the way to a person is in every menu: leave `in` out"),
        ("  cards: {", "  refund: {", '"refund" is the name of a department too, in line 17: give one of them another'),
    ],
)  # fmt: skip
def test_levels_that_lead_nowhere_are_told(old: str, new: str, told: str) -> None:
    found = [mistake.partition("\n")[0].split(": ", 1)[1] for mistake in mistakes(LEVELS.replace(old, new, 1))]

    assert told in found


def deep(levels: int) -> str:
    menus = "".join(
        f'  m{n}: {{name: 단계{n}, key: "3"' + (f", in: m{n - 1}" if n > 1 else "") + "}\n" for n in range(1, levels)
    )
    return (
        LEVELS.replace(MENUS, f"menus:\n{menus}")
        .replace("in: money", "in: m1")
        .replace("in: cards", f"in: m{levels - 1}")
    )


def test_three_levels_are_well_five_are_the_most() -> None:
    def told(levels: int) -> tuple[list[str], list[str | None]]:
        checked = check(deep(levels), "m", World())
        return [one.message for one in checked.mistakes], [one.warning for one in checked.warnings]

    assert (told(3), told(4), told(5)) == (([], []), ([], ["ars_depth"]), ([], ["ars_depth"]))
    assert told(6)[0] == ['menu "m5" is on level 6: 5 are the most']


def test_levels_are_drawn_compared_and_tried(tmp_path: Path) -> None:
    menu = load_menu(LEVELS, "menus.yaml")
    tests = LEVELS + 'tests:\n  - {pressed: "131", ends: lost, questions: 3}\n'
    trial = load_menu(tests, "menus.yaml")

    assert [line for line in as_text(tree(menu, "en", None)).splitlines() if "→" in line] == [
        "├─ key 1 → 돈 (money)",
        "│  ├─ key 1 → 환불 (refund)",
        "│  └─ key 3 → 카드 (cards)",
        "│     └─ key 1 → 분실 (lost)",
        "├─ key 2 → 배송 (delivery)",
        "└─ key 0 → 상담원 (agent)",
    ]
    moved = load_menu(LEVELS.replace('key: "3", in: money', 'key: "3"'), "menus.yaml")
    assert [change.en for change in differences(menu, moved)] == ["menu cards (ko): now “3 카드”, was “3 카드 · money”"]
    assert Rehearsal(tests, trial, tmp_path, OPEN_HOURS).play(trial.trials[0]).faults == ()
