"""What a menu file says, and what is said about its mistakes."""

import json
import re
from datetime import time
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callqueue.department import Announcements, ServiceLevel
from ivr.menu.hours import ALWAYS, OpeningHours, Span
from ivr.menu.load import MenuErrors, decode_menu, load_menu, menu_digest
from ivr.menu.model import Department, Menu, Notices, Site
from ivr.menu.schema import FIELDS
from ivr.menu.source import LARGEST_FILE_BYTES

SHIPPED = (Path(__file__).parents[2] / "menus.yaml").read_text(encoding="utf-8")
NOT_YAML = "{}: this is not valid YAML: "
SMALL = """\
site:
  name: 바로샵
menu:
  question: 무엇을 도와드릴까요?
  examples: 배송 조회처럼 말씀해 주세요.
departments:
  delivery:
    name: 배송
    key: "2"
    phrases: [배송 조회, 배송이 안 와요]
    hours: {weekdays: "09:00-18:00", saturday: "10:00-14:00", wed: closed}
  agent:
    name: 상담원
    key: "0"
    person: true
    phrases: [상담원]
    hours: always
"""


def mistakes(text: str) -> list[str]:
    """`line:column: message` of each mistake, without the file and the shown line."""
    with pytest.raises(MenuErrors) as caught:
        load_menu(text, "menus.yaml")
    return [f"{p.place.line}:{p.place.column}: {p.message}" for p in caught.value.problems]


def small(old: str, new: str) -> str:
    """The small menu with one thing changed."""
    assert SMALL.count(old) == 1
    return SMALL.replace(old, new)


# Right menus


def test_a_small_menu_is_filled_up_with_defaults() -> None:
    nine_to_six, ten_to_two = (Span(*(time(int(part)) for part in hours)) for hours in (("9", "18"), ("10", "14")))
    assert load_menu(SMALL, "menus.yaml") == Menu(
        site=Site("바로샵", "Asia/Seoul", "Polly.Seoyeon"),
        notices=Notices(None, None, None),
        question="무엇을 도와드릴까요?",
        examples="배송 조회처럼 말씀해 주세요.",
        departments=(
            Department(
                id="delivery",
                name="배송",
                key="2",
                phrases=("배송 조회", "배송이 안 와요"),
                skills=("delivery",),
                hours=OpeningHours(
                    "Asia/Seoul",
                    (nine_to_six, nine_to_six, None, nine_to_six, nine_to_six, ten_to_two, None),
                    "KR",
                ),
                person=False,
                always_confirm=False,
                callback_above_seconds=180.0,
                handle_seconds=240.0,
                patience_seconds=420.0,
                priority=0,
                prompt=None,
                music="/static/hold.wav",
                announcements=Announcements(every_seconds=90, position_up_to=5),
                service_level=ServiceLevel(percent=80, within_seconds=20),
            ),
            Department(
                id="agent",
                name="상담원",
                key="0",
                phrases=("상담원",),
                skills=("agent",),
                hours=OpeningHours("Asia/Seoul", ALWAYS, None),
                person=True,
                always_confirm=False,
                callback_above_seconds=180.0,
                handle_seconds=240.0,
                patience_seconds=420.0,
                priority=0,
                prompt=None,
                music="/static/hold.wav",
                announcements=Announcements(every_seconds=90, position_up_to=5),
                service_level=ServiceLevel(percent=80, within_seconds=20),
            ),
        ),
    )


def test_every_key_of_the_language_can_be_given() -> None:
    menu = load_menu(
        dedent("""\
            site:
              name: 바로샵
              time_zone: Europe/Berlin
              voice: Polly.Vicki
              holidays: none
              closed_on: [2026-12-31, "2027-01-04"]
            notices: {charge: 통화료가 듭니다., recording: 녹음됩니다., abuse: 폭언은 안 됩니다.}
            menu: {question: "무엇을 도와드릴까요?", examples: 해지처럼 말씀해 주세요.}
            departments:
              agent:
                name: 상담원
                key: "0"
                person: true
                phrases: ["119", 상담원]
                skills: [general, cancel]
                hours: {weekdays: "00:00-24:00", saturday: closed}
                confirm: always
                callback: {above_minutes: 2.5}
                handle_minutes: 6
                patience_minutes: 3
                priority: 5
                music: /static/hold.wav
            """),
        "menus.yaml",
    )

    agent = menu.person
    assert menu.site == Site("바로샵", "Europe/Berlin", "Polly.Vicki")
    assert menu.notices == Notices("통화료가 듭니다.", "녹음됩니다.", "폭언은 안 됩니다.")
    assert [day.isoformat() for day in sorted(agent.hours.closed_on)] == ["2026-12-31", "2027-01-04"]
    assert (agent.hours.zone, agent.hours.country, agent.hours.days) == (
        "Europe/Berlin",
        None,
        (*ALWAYS[:5], None, None),
    )
    assert (agent.phrases, agent.skills, agent.always_confirm) == (("119", "상담원"), ("general", "cancel"), True)
    assert (agent.callback_above_seconds, agent.handle_seconds, agent.patience_seconds) == (150.0, 360.0, 180.0)
    assert (agent.priority, agent.music) == (5, "/static/hold.wav")


def test_a_department_may_have_its_callers_rung_first() -> None:
    menu = load_menu(small("hours: always", "hours: always\n    callback: {first: caller}"), "menus.yaml")

    of_line = menu.person.for_line()
    assert (of_line.callback_first, of_line.callback_above_seconds) == ("caller", 180.0)
    assert of_line.hours == menu.person.hours


def test_a_department_may_never_offer_callbacks_for_a_long_line() -> None:
    menu = load_menu(small("hours: always", "hours: always\n    callback: never"), "menus.yaml")

    assert menu.person.callback_above_seconds is None


def test_departments_are_found_by_name() -> None:
    menu = load_menu(SMALL, "menus.yaml")

    assert menu.person == menu.department("agent")
    with pytest.raises(KeyError):
        menu.department("biling")


def test_the_line_gets_what_it_needs_of_a_department() -> None:
    of_line = load_menu(SMALL, "menus.yaml").department("delivery").for_line()

    assert (of_line.id, of_line.name, of_line.skills) == ("delivery", "배송", ("delivery",))
    assert (of_line.handle_seconds, of_line.patience_seconds, of_line.callback_above_seconds) == (240.0, 420.0, 180.0)


def test_the_shipped_menu_is_right() -> None:
    menu = load_menu(SHIPPED, "menus.yaml")

    assert [(d.id, d.name, d.key) for d in menu.departments] == [
        ("billing", "요금·결제", "1"),
        ("delivery", "배송", "2"),
        ("refund", "환불·교환", "3"),
        ("tech", "기술지원", "4"),
        ("cancel", "해지", "5"),
        ("agent", "상담원", "0"),
    ]
    assert [d.id for d in menu.departments if d.always_confirm] == ["cancel"]
    assert menu.person.id == "agent"


def test_the_digest_names_the_text() -> None:
    assert menu_digest("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert menu_digest(SMALL) != menu_digest(SMALL + " ")


# How mistakes are told


def test_a_mistake_is_told_with_place_hint_and_the_users_own_line() -> None:
    with pytest.raises(MenuErrors) as caught:
        load_menu(small("phrases: [배송 조회, 배송이 안 와요]", "phrase: [배송 조회]"), "shop.yaml")

    assert str(caught.value) == (
        'shop.yaml:10:5: department "delivery": no key "phrase" is known here. Did you mean "phrases"?\n'
        "        phrase: [배송 조회]"
    )


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("never", Announcements(every_seconds=None)),
        ("{every_seconds: 120}", Announcements(120, 5)),
        ("{position_up_to: 0}", Announcements(90, 0)),  # The place is never told
    ],
)
def test_how_those_who_wait_are_told_again(written: str, read: Announcements) -> None:
    menu = load_menu(small("hours: always", f"hours: always\n    announcements: {written}"), "menus.yaml")

    assert menu.department("agent").for_line().announcements == read


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    text = SMALL.replace("name: 바로샵", "nmae: 바로샵").replace('"2"', "2").replace("hours: always", "hours: allways")

    assert mistakes(text) == [
        '2:3: site: no key "nmae" is known here. Did you mean "name"?',
        '9:10: a key is written in quotes: "2"',
        '17:12: hours are "always", or given by days: `weekdays: "09:00-18:00"`',
    ]


def test_a_flood_of_mistakes_is_cut_short() -> None:
    with pytest.raises(MenuErrors) as caught:
        load_menu(SMALL + "".join(f"x{number}: 1\n" for number in range(120)), "menus.yaml")

    assert len(caught.value.problems) == 120
    assert str(caught.value).endswith("… and 20 more")


# Mistakes of meaning


@pytest.mark.parametrize(
    ("text", "told"),
    [
        # Keys of the phone
        (small('key: "2"', "key: 2"), ['9:10: a key is written in quotes: "2"']),
        (small('key: "0"', "key: 0"), ['14:10: a key is written in quotes: "0"']),
        (small('key: "2"', "key: “2”"), ['9:10: a key is written in quotes: "2"']),
        (
            small('key: "2"', 'key: "12"'),
            ['9:10: a key is one digit in quotes, "0" to "9"; * and # repeat the question'],
        ),
        (
            small('key: "2"', "key: []"),
            ['9:10: a key is one digit in quotes, "0" to "9"; * and # repeat the question'],
        ),
        (
            small('key: "2"', 'key: "#"'),
            ['9:10: a key is one digit in quotes, "0" to "9"; * and # repeat the question'],
        ),
        (
            small('key: "2"', 'key: "0"'),
            [
                '9:10: key "0" belongs to the department marked `person: true`',
                '14:10: key "0" is taken by department "delivery" in line 9',
            ],
        ),
        (
            small('key: "0"', 'key: "9"'),
            ['14:10: department "agent" is the way to a person: its key is "0"'],
        ),
        # A way to a person
        (
            small("    person: true\n", ""),
            [
                "7:3: no department is marked `person: true`: callers need a way to a person",
                '14:10: key "0" belongs to the department marked `person: true`',
            ],
        ),
        (
            small("name: 배송\n", "name: 배송\n    person: true\n").replace('"2"', '"0"'),
            [
                '13:3: department "agent": only one may be `person: true`, and "delivery" is, in line 7',
                '15:10: key "0" is taken by department "delivery" in line 10',
            ],
        ),
        (small("person: true", 'person: "true"'), ["15:13: true or false is expected here, without quotes"]),
        # Phrases
        (
            small("phrases: [상담원]", "phrases: [상담원, 배송조회!]"),
            ['16:20: "배송조회!" is said for department "delivery" too, in line 10: which one is meant?'],
        ),
        (
            small("phrases: [상담원]", "phrases: [상담원, 상담 원]"),
            ['16:20: "상담 원" stands in line 16 already: once is enough'],
        ),
        (small("phrases: [상담원]", 'phrases: [상담원, "?!"]'), ["16:20: there is nothing to hear in this phrase"]),
        (
            small("phrases: [상담원]", "phrases: []"),
            ["16:14: a list of things that callers say is expected, one a line with a dash"],
        ),
        (
            small("phrases: [상담원]", "phrases: [119]"),
            ['16:15: YAML reads 119 as a number: write it in quotes, "119"'],
        ),
        # Hours
        (
            small('"10:00-14:00"', "10-14"),
            ['11:48: "10-14" is no span of time; write "10:00-14:00" or closed'],
        ),
        (small('"10:00-14:00"', '"10:00-25:00"'), ['11:48: "10:00-25:00": there is no such time of day']),
        (small('"10:00-14:00"', '"14:00-10:00"'), ['11:48: "14:00-10:00" ends before it begins']),
        (small('"10:00-14:00"', "off"), ['11:48: "off" is no span of time; write "09:00-18:00" or closed']),
        (small("hours: always", "hours: {sun: closed}"), ["17:12: with these hours the department never opens"]),
        # Texts
        (small("name: 배송", "name: on"), ['8:11: YAML reads on as true or false: write it in quotes, "on"']),
        (small("name: 배송", "name:"), ["8:10: text is expected here"]),
        (
            small("무엇을 도와드릴까요?", "가" * 201),
            ["4:13: 201 syllables are more than callers remember: 200 at most, please"],
        ),
        (small("무엇을 도와드릴까요?", '"..."'), ["4:13: there is nothing to say in this text"]),
        # Other values
        (
            small("name: 바로샵", "name: 바로샵\n  time_zone: Asia/Soul"),
            ['3:14: no time zone "Asia/Soul" is known. Did you mean "Asia/Seoul"?'],
        ),
        (
            small("name: 바로샵", "name: 바로샵\n  time_zone: [Asia/Seoul]"),
            ['3:14: no time zone "" is known.'],
        ),
        (
            small("name: 바로샵", "name: 바로샵\n  holidays: [KR]"),
            ['3:13: a country whose holidays are known is expected, like KR, or "none"'],
        ),
        (
            small("name: 바로샵", "name: 바로샵\n  closed_on: [2026-02-30, 내일]"),
            [
                '3:15: "2026-02-30": the calendar has no such day',
                '3:27: "내일" is no date; write 2026-12-31',
            ],
        ),
        (
            small("hours: always", "hours: always\n    confirm: alway"),
            ['18:14: one of always, unsure is expected here. Did you mean "always"?'],
        ),
        (
            small("hours: always", "hours: always\n    handle_minutes: long"),
            ["18:21: a number from 0.1 to 240 is expected here, without quotes"],
        ),
        (
            small("hours: always", "hours: always\n    priority: 1.5"),
            ["18:15: a whole number from 0 to 9 is expected; larger is served first"],
        ),
        (
            small("hours: always", "hours: always\n    callback: {first: calller}"),
            ['18:23: one of agent, caller is expected here. Did you mean "caller"?'],
        ),
        (
            small("hours: always", "hours: always\n    callback: 3"),
            ['18:15: callback is "never", or has a limit: `above_minutes: 3`'],
        ),
        (
            small("hours: always", "hours: always\n    music: hold.wav"),
            ['18:12: music is "none", an https:// address, or a path of this server: /static/hold.wav'],
        ),
        (
            small("hours: always", "hours: always\n    announcements: {every_seconds: 5, position_up_to: few}"),
            [
                "18:36: a number from 30 to 600 is expected here, without quotes",
                "18:55: a whole number from 0 to 99 is expected here, without quotes",
            ],
        ),
        (
            small("hours: always", "hours: always\n    announcements: sometimes"),
            ['18:20: announcements are "never", or have their own keys: `every_seconds: 90`'],
        ),
        (
            small("hours: always", "hours: always\n    announcements: {every_second: 60}"),
            ['18:21: announcements: no key "every_second" is known here. Did you mean "every_seconds"?'],
        ),
        (
            small("hours: always", "hours: always\n    skills: general"),
            ["18:13: a list of skills is expected, like [billing]"],
        ),
        # Structure
        (small("  delivery:", "  배송:"), ['7:3: "배송": a department is named in small letters here, like billing']),
        (small("    name: 배송\n", ""), ['8:5: department "delivery": "name" is missing']),
        (small("site:\n  name: 바로샵\n", ""), ['1:1: the file: "site" is missing']),
        (
            small("  name: 바로샵", "  name：바로샵"),
            ['2:3: site: keys with values are expected here, like `name: …`; "：" is not YAML\'s ":"'],
        ),
        ("- a\n- b\n", ["1:1: the file: keys with values are expected here, like `name: …`"]),
    ],
)
def test_a_mistake_of_meaning_is_told_in_the_users_words(text: str, told: list[str]) -> None:
    assert mistakes(text) == told


# Mistakes of YAML


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ["1:1: the file is empty"]),
        ("# nothing\n", ["1:1: the file is empty"]),
        (
            small("  name: 바로샵", "\tname: 바로샵"),
            [NOT_YAML.format("2:1") + "a tab stands where spaces are meant; YAML is indented with spaces only"],
        ),
        (
            small('key: "2"', "key: *"),
            [NOT_YAML.format("9:11") + "* and & mean something else in YAML: write the text in quotes"],
        ),
        (
            small("name: 배송", "name: 배송: 조회"),
            [
                NOT_YAML.format("8:13")
                + 'a text with ": " in it is written in quotes; or is the line indented too far?',
            ],
        ),
        (
            small("name: 상담원", 'name: "상담원'),
            [
                NOT_YAML.format("14:11")
                + "a quote before this is not closed, or the line is indented unlike its neighbours"
            ],
        ),
        (
            small("[상담원]", "[상담원?, {]"),
            [NOT_YAML.format("16:18") + "inside { } and [ ] a text with ? , [ ] { } in it is written in quotes"],
        ),
        (SMALL + "---\na: b\n", [NOT_YAML.format("18:1") + "a second document begins here (---); a menu is one"]),
        (
            small("name: 배송", "name: 배송\n    name: 택배"),
            ['9:5: "name" stands here a second time; the first is in line 8'],
        ),
        (
            small("name: 배송", "name: &here 배송").replace("name: 상담원", "name: *here"),
            [
                "8:11: anchors and aliases (&, *) are not part of this language: write it out",
                "13:11: anchors and aliases (&, *) are not part of this language: write it out",
            ],
        ),
        (
            small("name: 배송", "name: !!python/name:os 배송"),
            ["8:11: tags (!!python/name:os) are not part of this language: leave it out"],
        ),
        (small("name: 배송", "name: !!int 배송"), ["8:11: tags (!!int) are not part of this language: leave it out"]),
        (small("name: 배송", "name: !!str 7"), ["8:11: tags (!!str) are not part of this language: leave it out"]),
        (
            small("name: 배송", "? [name]\n    : 배송"),
            [
                '8:5: department "delivery": "name" is missing',
                "8:7: a key is one word, not a list or a mapping",
            ],
        ),
        (small("name: 배송", "name: 배\x07송"), ["8:12: a character that no keyboard types (#x0007)"]),
        ("[" * 5000, ["1:1: the file nests deeper than any menu does"]),
        (
            "site: " + "[" * 30 + "]" * 30,
            [
                '1:1: the file: "menu" is missing',
                '1:1: the file: "departments" is missing',
                "1:7: site: keys with values are expected here, like `name: …`",
                "1:27: the file nests deeper than any menu does",
            ],
        ),
        ("#" * (LARGEST_FILE_BYTES + 1), ["1:1: the file is larger than 250,000 bytes"]),
    ],
)
def test_what_is_not_yaml_of_ours_is_told(text: str, told: list[str]) -> None:
    assert mistakes(text) == told


def test_a_file_in_another_encoding_is_refused_with_its_line() -> None:
    with pytest.raises(MenuErrors) as caught:
        decode_menu(SMALL.encode("cp949"), "menus.yaml")

    assert str(caught.value) == (
        "menus.yaml:2:1: the file is not UTF-8 (CP949 or UTF-16, perhaps): save it again as UTF-8"
    )


def test_a_byte_order_mark_is_not_part_of_the_menu() -> None:
    assert decode_menu(b"\xef\xbb\xbf" + SMALL.encode(), "menus.yaml") == SMALL


# No text breaks the loader


def load_or_tell(text: str) -> None:
    """Either a menu, or mistakes whose places lie in the file. Nothing else may come out."""
    try:
        load_menu(text, "menus.yaml")
    except MenuErrors as errors:
        assert errors.problems
        assert all(p.place.line >= 1 and p.place.column >= 1 and p.message for p in errors.problems)


LINES = SHIPPED.splitlines()
yaml_signs = st.sampled_from([*" \t\n\"'[]{}:,-#*&!%@`|>?~=<", "- ", "<<: ", "&a ", "*a", "---\n", "%YAML 9.9\n"])
odd_values = st.sampled_from(
    [".inf", ".nan", "yes", "null", "0", "1:30", "1_0", "0x_", "0b_", "2026-13-45", "{}", "[]"]
)
odd_tags = st.sampled_from(["!!int ", "!!timestamp ", "!!binary ", "!!float ", "!x "])
odd_letters = st.sampled_from(["\u2028", "\x85", "\ufeff", "\\ud800", "𝕏"])
known_keys = st.sampled_from(sorted({key for fields in FIELDS.values() for key in fields}))
scraps = yaml_signs | odd_values | odd_tags | odd_letters | known_keys | st.text(max_size=4)


@given(st.integers(0, len(SMALL)), st.integers(0, 12), scraps)
@settings(max_examples=300, deadline=None)
def test_no_slip_of_the_keyboard_breaks_the_loader(at: int, cut: int, typed: str) -> None:
    load_or_tell(SMALL[:at] + typed + SMALL[at + cut :])


@given(st.lists(st.sampled_from(LINES), max_size=25), scraps)
@settings(max_examples=60, deadline=None)
def test_no_shuffling_of_lines_breaks_the_loader(lines: list[str], typed: str) -> None:
    load_or_tell("\n".join(lines) + typed)


yaml_trees = st.recursive(
    scraps,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(scraps, inner, max_size=4),
    max_leaves=12,
)


@given(st.sampled_from(sorted(FIELDS)), st.data())
@settings(max_examples=150, deadline=None)
def test_no_value_in_any_place_breaks_the_loader(table: str, data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(FIELDS[table])))
    value = json.dumps(data.draw(yaml_trees), ensure_ascii=False)
    inside = {
        "test": "tests: [{%s}]",
        "menu file": "{%s}",
        "site": "site: {%s}",
        "notices": "notices: {%s}",
        "menu": "menu: {%s}",
        "submenu": "menus: {payments: {%s}}",
    }
    deeper = {"department": "{%s}"} | {
        name: f"{{{name}: {{%s}}}}" for name in ("hours", "callback", "overflow", "announcements", "service_level")
    }
    frame = inside.get(table) or "departments: {agent: " + deeper[table] + "}"

    load_or_tell(frame % f"{key}: {value}")


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("slot_minutes: 20", "one of 15, 30, 60 is expected here, without quotes"),
        ('per_slot: "3"', "a whole number from 0 to 1000 is expected here, without quotes"),
        ("per_slots: 3", 'Did you mean "per_slot"?'),
    ],
)
def test_a_wrong_slot_is_told(written: str, told: str) -> None:
    source = SHIPPED
    wrong = source.replace("callback: {above_minutes: 3}", f"callback: {{above_minutes: 3, {written}}}", 1)

    with pytest.raises(MenuErrors, match=re.escape(told)):
        load_menu(wrong, "menus.yaml")


def test_a_department_has_slots_of_its_own() -> None:
    source = SHIPPED
    slots = "callback: {above_minutes: 3, slot_minutes: 60, per_slot: 8}"

    menu = load_menu(source.replace("callback: {above_minutes: 3}", slots, 1), "menus.yaml")

    assert [(d.slot_minutes, d.per_slot) for d in menu.departments[:2]] == [(60, 8), (30, 3)]
