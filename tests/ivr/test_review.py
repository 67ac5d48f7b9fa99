"""What was not understood teaches the menu: the words, and where the caller was served in the end."""

from datetime import timedelta
from pathlib import Path

import pytest

from command.review import listing
from ivr.review import Missed, missed, new_phrases
from store.database import Store
from story import House


@pytest.fixture
def house(store: Store) -> House:
    house = House(store)
    for skill in ("delivery", "billing", "general"):
        house.agent(skill, skill)
    return house


def look(house: House) -> tuple[Missed, ...]:
    with house.store.read() as tx:
        return missed(tx, house.now - timedelta(days=1))


def test_words_that_were_understood_are_not_listed(house: House) -> None:
    caller = house.caller()
    caller.dials()
    caller.says("배송 조회해 주세요")

    assert look(house) == ()


def test_words_that_were_not_understood_show_where_the_caller_went_by_key(house: House) -> None:
    for number in ("+821011110000", "+821011110001"):
        caller = house.caller(number)
        caller.dials()
        caller.says("소포가 감감무소식이네")
        caller.presses("2")

    assert look(house) == (Missed("소포가 감감무소식이네", None, "delivery", 2),)


def test_who_hung_up_is_listed_without_an_end(house: House) -> None:
    caller = house.caller()
    caller.dials()
    caller.says("에라 모르겠다")
    caller.ends("completed")

    assert [(one.words, one.ended_at) for one in look(house)] == [("에라 모르겠다", None)]


def test_only_words_with_one_clear_end_become_phrases() -> None:
    found = (
        Missed("소포가 감감무소식이네", None, "delivery", 2),
        Missed("그거 있잖아요", None, "delivery", 1),
        Missed("그거 있잖아요", None, "billing", 1),
        Missed("여보세요", None, "agent", 5),
        Missed("에라 모르겠다", None, None, 1),
    )

    assert new_phrases(found, person="agent") == {"delivery": ("소포가 감감무소식이네",)}


def test_the_draft_can_be_pasted_into_the_menu(house: House, repo_root: Path) -> None:
    caller = house.caller()
    caller.dials()
    caller.says("소포가 감감무소식이네")
    caller.presses("2")
    # The command looks at the true clock: far enough back for the story's.
    draft = listing(house.store.url, 36_500, repo_root / "menus.yaml")

    assert draft.splitlines()[1:] == ["delivery:", "  phrases:", '    - "소포가 감감무소식이네"']
