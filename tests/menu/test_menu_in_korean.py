"""A Korean supervisor is told in Korean."""

import pytest
import test_menu_check
import test_menu_load
import test_menu_trials

from ivr.menu.advice import World
from ivr.menu.check import check
from ivr.menu.in_korean import SENTENCES, in_korean
from ivr.menu.source import listed


def cases(test: object) -> list[str]:
    """The texts of a parametrised test."""
    return [case[0] for case in test.pytestmark[0].args[1]]  # type: ignore[attr-defined]


TEXTS = [
    *cases(test_menu_load.test_a_mistake_of_meaning_is_told_in_the_users_words),
    *cases(test_menu_load.test_what_is_not_yaml_of_ours_is_told),
    *cases(test_menu_check.test_what_deserves_a_look_is_told_by_name),
    *(
        f"{test_menu_check.SMALL}tests:\n  - {test}\n"
        for test in cases(test_menu_trials.test_a_test_that_makes_no_sense_is_told)
    ),
]


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_told_is_told_in_korean(text: str) -> None:
    checked = check(text, "menus.yaml", World(now=test_menu_check.WEDNESDAY))
    english = {problem.message for problem in (*checked.mistakes, *checked.warnings)}

    left = {message for message in english if in_korean(message) == message}
    assert left == set(), "give them lines in ivr/menu/in_korean.py"


def test_a_mistake_in_korean_has_the_same_places() -> None:
    text = test_menu_check.small('key: "2"', "key: 2").replace("name: 배송", "nmae: 배송")

    told = listed(check(text, "menus.yaml", World()).mistakes, in_korean)

    assert told == (
        'menus.yaml:10:5: "delivery" 부서: "nmae"(이)라는 키는 없습니다. "name"을(를) 쓰려던 것인가요?\n'
        "        nmae: 배송\n"
        'menus.yaml:11:10: 번호는 따옴표로 묶습니다: "2"\n'
        "        key: 2"
    )


@pytest.mark.parametrize(("english", "korean"), SENTENCES.items())
def test_each_sentence_fills_in_what_the_english_one_does(english: str, korean: str) -> None:
    blanks = english.count("{}")
    said = english.format(*(f"⟨{number}⟩" for number in range(blanks)))

    assert in_korean(said) != said
    assert all(f"⟨{number}⟩" in in_korean(said) for number in range(blanks))


def test_what_nobody_has_translated_is_shown_as_it_is() -> None:
    assert in_korean("something new") == "something new"
