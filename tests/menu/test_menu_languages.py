"""A menu in two languages: every text in both, and what is said where one is missing."""

from dataclasses import replace
from pathlib import Path

import pytest

from ivr.menu.load import MenuErrors, load_menu

SHIPPED = (Path(__file__).parents[2] / "menus.yaml").read_text(encoding="utf-8")
BOTH = """\
site:
  name: {ko: 바로샵, en: Baroshop}
  languages: [ko, en]
  numbers: {"+82255501990": en}
notices:
  charge: {ko: 통화료가 듭니다., en: You pay for this call.}
menu:
  question: {ko: "무엇을 도와드릴까요?", en: How can I help you}
  examples: {ko: 상담원처럼 말씀해 주세요., en: Say agent.}
departments:
  agent:
    name: {ko: 상담원, en: an agent}
    key: "0"
    person: true
    prompt: {ko: 연결합니다., en: Connecting.}
    phrases: {ko: [상담원, FAQ], en: [agent, FAQ]}
    hours: always
"""
ANOTHER = """\
  other:
    name: {ko: 기타, en: other}
    key: "9"
    phrases: {ko: [기타], en: [agent]}
    hours: always
"""


def mistakes(text: str) -> list[str]:
    with pytest.raises(MenuErrors) as caught:
        load_menu(text, "menus.yaml")
    return [f"{p.place.line}:{p.place.column}: {p.message}" for p in caught.value.problems]


def both(old: str, new: str) -> str:
    assert BOTH.count(old) == 1
    return BOTH.replace(old, new)


def test_each_language_has_its_own_texts_and_voice_and_everything_else_in_common() -> None:
    korean = load_menu(BOTH, "menus.yaml")
    english = korean.spoken_in("en")

    said = [
        (menu.site.name, menu.site.voice, menu.notices.charge, menu.question, menu.person.name, menu.person.phrases)
        for menu in (korean, english)
    ]
    assert said == [
        ("바로샵", "Polly.Seoyeon", "통화료가 듭니다.", "무엇을 도와드릴까요?", "상담원", ("상담원", "FAQ")),
        ("Baroshop", "Polly.Joanna", "You pay for this call.", "How can I help you", "an agent", ("agent", "FAQ")),
    ]
    assert replace(english.person, name="상담원", phrases=korean.person.phrases, prompt="연결합니다.") == korean.person


def test_the_first_language_comes_first_and_the_other_can_be_chosen() -> None:
    menu = load_menu(both("[ko, en]", "[en, ko]"), "menus.yaml")

    assert (menu.language, menu.languages, menu.other_language) == ("en", ("en", "ko"), "ko")
    assert menu.spoken_in("ko").other_language == "en"
    assert menu.spoken_in("en") is menu
    assert (menu.language_for("+82255501990"), menu.language_for("+82215550100")) == ("en", "en")


def test_a_number_may_answer_in_the_other_language() -> None:
    menu = load_menu(BOTH, "menus.yaml")

    assert (menu.language_for("+82255501990"), menu.language_for("+82215550100")) == ("en", "ko")


def test_voices_may_be_given_for_one_language_or_each() -> None:
    found = {}
    for written in ("Polly.X", "{en: Polly.Y}"):
        menu = load_menu(both("  languages", f"  voice: {written}\n  languages"), "menus.yaml")
        found[written] = (menu.site.voice, menu.spoken_in("en").site.voice)

    assert found == {"Polly.X": ("Polly.X", "Polly.Joanna"), "{en: Polly.Y}": ("Polly.Seoyeon", "Polly.Y")}


def test_the_shipped_menu_speaks_english_with_eight_phrases_or_more_for_each_department() -> None:
    menu = load_menu(SHIPPED, "menus.yaml")

    assert menu.languages == ("ko", "en")
    assert [len(d.phrases) >= 8 for d in menu.spoken_in("en").departments] == [True] * len(menu.departments)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        # Listed, but not complete
        (both(", en: How can I help you", ""), ['8:13: question: "en" is missing']),
        (both("{ko: 상담원, en: an agent}", "{en: an agent}"), ['12:11: name: "ko" is missing']),
        (
            both("{ko: 통화료가 듭니다., en: You pay for this call.}", "통화료가 듭니다."),
            ['6:11: charge: "en" is missing; where the site has several languages, write {ko: …, en: …}'],
        ),
        (
            both("{ko: [상담원, FAQ], en: [agent, FAQ]}", "[상담원]"),
            ['16:14: phrases: "en" is missing; where the site has several languages, write {ko: …, en: …}'],
        ),
        (both("{ko: 연결합니다., en: Connecting.}", "{ko: 연결합니다.}"), ['15:13: prompt: "en" is missing']),
        # Not listed
        (
            both('  languages: [ko, en]\n  numbers: {"+82255501990": en}\n', ""),
            [
                f'{place}: "en" is none of the site\'s languages: add it to site: languages'
                for place in ("2:19", "4:27", "6:33", "7:34", "10:21", "13:26", "14:31")
            ],
        ),
        (
            both("{ko: 상담원, en: an agent}", "{ko: 상담원, eng: an agent}"),
            [
                '12:21: no language "eng" is spoken here. Did you mean "en"?',
            ],
        ),
        # The list itself
        (both("[ko, en]", "[ko, fr]"), ['3:19: no language "fr" is spoken here. Known are: ko, en.']),
        (both("[ko, en]", "[ko, en, ko]"), ['3:23: "ko" stands here twice: once is enough']),
        (both("[ko, en]", "ko"), ["3:14: a list of languages is expected, the first one first: [ko, en]"]),
        # Numbers
        (
            both('"+82255501990"', '"02-555-0199"'),
            ['4:13: "02-555-0199": a number is written like "+82255501990", in quotes'],
        ),
        (
            both(": en}\nnotices", ": fr}\nnotices"),
            ["4:29: +82255501990: one of the site's languages (ko, en) is expected here"],
        ),
        (both('{"+82255501990": en}', "en"), ['4:12: numbers have a language each: {"+82255501990": en}']),
        # The key that changes the language, and phrases of one language only
        (
            BOTH + ANOTHER,
            [
                '20:10: key "9" changes the language: give department "other" another one',
                '21:30: "agent" is said for department "agent" too, in line 16: which one is meant?',
            ],
        ),
        # A third of a syllable a letter
        (
            both("How can I help you", "a" * 601),
            ["8:37: 201 syllables are more than callers remember: 200 at most, please"],
        ),
    ],
)
def test_what_is_missing_in_a_language_is_told_with_its_place(text: str, told: list[str]) -> None:
    assert mistakes(text) == told
