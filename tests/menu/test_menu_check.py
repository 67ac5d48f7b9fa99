"""What `barocall menu check` says beyond the syntax, and how."""

import json
import wave
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from command.cli import main
from command.menu_world import sound_mistake
from ivr.menu.advice import WARNINGS, World
from ivr.menu.check import Checked, check
from speech.classifier import ClosePair
from speech.grammar import cut_phrase

WEDNESDAY = datetime(2026, 11, 25, 5, 0, tzinfo=UTC)
SMALL = """\
site: {name: 바로샵}
notices:
  charge: 통화료는 발신자가 부담합니다.
  abuse: 폭언을 하시면 상담이 중단될 수 있습니다.
menu:
  question: 무엇을 도와드릴까요?
  examples: 배송 조회처럼 말씀해 주세요.
departments:
  delivery:
    name: 배송
    key: "2"
    phrases: [배송 조회, 배송이 안 와요, 택배가 안 왔어요, 언제 오나요, 송장 번호요]
    hours: {weekdays: "09:00-18:00"}
  agent:
    name: 상담원
    key: "0"
    person: true
    phrases: [상담원, 상담원 바꿔 주세요, 사람이요, 직원 연결, 안내원이요]
    hours: always
"""
NOTICES = "".join(SMALL.splitlines(keepends=True)[1:4])


def small(old: str, new: str) -> str:
    assert SMALL.count(old) == 1
    return SMALL.replace(old, new)


def warnings(text: str, world: World | None = None) -> list[str]:
    """`line:column name: message`."""
    checked = check(text, "menus.yaml", world or World())
    assert checked.mistakes == ()
    return [f"{p.place.line}:{p.place.column} {p.warning}: {p.message}" for p in checked.warnings]


def mistakes(text: str, world: World | None = None) -> list[str]:
    return [str(problem) for problem in check(text, "menus.yaml", world or World(now=WEDNESDAY)).mistakes]


def test_a_menu_without_fault_is_handed_out() -> None:
    checked = check(SMALL, "menus.yaml", World(now=WEDNESDAY))

    assert checked == Checked(checked.menu, (), ())
    assert checked.or_raise().person.id == "agent"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            small(NOTICES, ""),
            [
                "1:1 ars_charge: callers are not told who pays for the call: give `notices: charge`",
                "1:1 ars_abuse: agents are not protected by a notice against abuse: give `notices: abuse`",
            ],
        ),
        (
            small("hours: always", "hours: always\n    callback: never"),
            [
                '20:5 ars_callback: department "agent" never offers a callback on arrival, however long the wait',
            ],
        ),
        (
            small("[상담원, 상담원 바꿔 주세요, 사람이요, 직원 연결, 안내원이요]", "[상담원]"),
            ['18:5 few_phrases: department "agent" has 1 phrases in "ko": with ten, callers are understood far better'],
        ),
        (
            small("배송 조회처럼 말씀해 주세요.", "가" * 101),
            ["7:3 long_text: the list of examples takes about 20 s to listen to; 20 s at most, please"],
        ),
        (
            small("통화료는 발신자가 부담합니다.", "가" * 100).replace("폭언을", "폭언을" + "가" * 50),
            [
                '2:1 long_opening: in "ko" callers listen for about 37 s before they can answer; 35 s at most, please',
            ],
        ),
        # Switched off, with a reason; and one that is not there
        (small(NOTICES, "ignore: {ars_charge: 080 번호입니다, ars_abuse: 내부 전화입니다}\n"), []),
        (
            small(NOTICES, NOTICES + "ignore: {ars_charge: 080 번호입니다}\n"),
            ['5:10 unused_ignore: "ars_charge" is switched off, but there is no such warning'],
        ),
        # Nobody could look whether it is there
        (small(NOTICES, NOTICES + "ignore: {nobody_skilled: 다음 주에 옵니다}\n"), []),
    ],
)
def test_what_deserves_a_look_is_told_by_name(text: str, told: list[str]) -> None:
    assert warnings(text) == told


def test_what_the_recogniser_cannot_spell_is_told_at_the_phrase() -> None:
    world = World(spells=lambda phrase: cut_phrase(phrase, lambda piece: piece != "송장") is not None)

    assert warnings(small("송장 번호요", "5G 송장"), World(spells=lambda phrase: "5G" not in phrase)) == [
        '12:51 unspellable: the recogniser has no sounds for "5G 송장": write it as it is spoken (5G → 파이브 지)'
    ]
    assert warnings(SMALL, world) == []


def test_a_department_that_nobody_can_serve_is_told() -> None:
    assert warnings(SMALL, World(skills=frozenset({"agent"}))) == [
        '9:3 nobody_skilled: no agent can serve "delivery" (skill delivery): see `barocall agents add --help`'
    ]


def test_a_review_that_is_overdue_is_told() -> None:
    text = small(NOTICES, NOTICES + "review_by: 2026-11-20\n")

    assert warnings(text, World(now=WEDNESDAY)) == [
        "5:1 review_due: this menu was to be looked through 5 days ago: do so, and set the next date"
    ]
    assert warnings(text) == []


def test_departments_that_are_taken_for_each_other_are_told_with_examples() -> None:
    said = (("agent", "직원 연결"), ("delivery", "언제 오나요"))
    pairs = (ClosePair("agent", "delivery", said),)

    told = check(SMALL, "menus.yaml", World(close=lambda _menu: pairs)).warnings

    assert [str(one) for one in told] == [
        (
            'menus.yaml:14:3: "agent" and "delivery" are taken for each other in "ko": "직원 연결" (agent), '
            '"언제 오나요" (delivery) [close_departments]\n'
            "      agent:\n"
            "  menus.yaml:9:3:\n"
            "      delivery:"
        )
    ]


def test_one_phrase_of_many_is_no_reason_to_worry() -> None:
    pair = ClosePair("agent", "delivery", (("agent", "직원 연결"),))

    assert warnings(SMALL, World(close=lambda _menu: (pair,))) == []


def test_a_warning_that_nobody_knows_cannot_be_switched_off() -> None:
    assert mistakes(small(NOTICES, "ignore: {ars_chage: 080}\n")) == [
        'menus.yaml:2:21: YAML reads 080 as a number: write it in quotes, "080"\n    ignore: {ars_chage: 080}'
    ]
    assert mistakes(small(NOTICES, "ignore: {ars_chage: 무료 번호}\n")) == [
        (
            'menus.yaml:2:10: no warning is called "ars_chage". Did you mean "ars_charge"?\n'
            "    ignore: {ars_chage: 무료 번호}"
        )
    ]


def test_phrases_that_only_look_different_clash_with_both_places() -> None:
    text = small("송장 번호요", "1번이요").replace("안내원이요", "일번이요")

    assert mistakes(text) == [
        (
            'menus.yaml:18:45: "일번이요" sounds like "1번이요" of department "delivery" in line 12\n'
            "        phrases: [상담원, 상담원 바꿔 주세요, 사람이요, 직원 연결, 일번이요]\n"
            "  menus.yaml:12:51:\n"
            "        phrases: [배송 조회, 배송이 안 와요, 택배가 안 왔어요, 언제 오나요, 1번이요]"
        )
    ]


def test_hours_that_lie_on_closed_days_only_never_open() -> None:
    text = small('{weekdays: "09:00-18:00"}', '{sun: "09:00-18:00"}').replace(
        "{name: 바로샵}", "{name: 바로샵, closed_on: [" + ", ".join(_sundays()) + "]}"
    )

    assert [told.partition("\n")[0] for told in mistakes(text)] == [
        'menus.yaml:13:5: department "delivery" does not open within a year'
    ]


def _sundays() -> list[str]:
    from datetime import timedelta

    first = WEDNESDAY.date() + timedelta(days=4)
    return [str(first + timedelta(weeks=week)) for week in range(54)]


def test_music_that_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    text = small("hours: always", "hours: always\n    music: /static/hol.wav")

    assert [told.partition("\n")[0] for told in mistakes(text, World(sound_mistake=sound_mistake))] == [
        'menus.yaml:20:5: there is no sound "/static/hol.wav" on this server; there are: /static/hold.wav'
    ]
    assert [sound_mistake(at) for at in ("/static/hold.wav", "https://example.com/a.mp3")] == [None, None]
    assert sound_mistake("/static/../voice.py") is not None
    assert sound_mistake("/hold.wav") == 'only sounds below /static/ are served: there is nothing at "/hold.wav"'


def test_a_sound_without_sound_is_a_mistake(tmp_path: Path) -> None:
    from command.menu_world import _form_mistake

    (tmp_path / "no.wav").write_text("no sound")
    with wave.open(str(tmp_path / "empty.wav"), "wb") as empty:
        empty.setnchannels(1)
        empty.setsampwidth(2)
        empty.setframerate(8000)

    assert _form_mistake(tmp_path / "no.wav", "/static/no.wav") == '"/static/no.wav" is no sound'
    assert _form_mistake(tmp_path / "empty.wav", "/static/empty.wav") == '"/static/empty.wav" is empty'


# The command


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No database, no model, a cache of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RECOGNISER", "none")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/none.sqlite3")
    return tmp_path


def run(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(main, ["menu", "check", "--quick", *arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.exit_code, done.stdout, done.stderr


def test_the_exit_status_tells_whether_it_can_be_published(folder: Path) -> None:
    (folder / "menus.yaml").write_text(SMALL, encoding="utf-8")
    (folder / "worth_a_look.yaml").write_text(small(NOTICES, ""), encoding="utf-8")
    (folder / "wrong.yaml").write_text(small("name: 배송", "nmae: 배송"), encoding="utf-8")
    (folder / "cp949.yaml").write_bytes(SMALL.encode("cp949"))

    assert run()[0] == 0
    assert [run(name)[0] for name in ("worth_a_look.yaml", "wrong.yaml", "cp949.yaml")] == [0, 1, 1]
    assert run("--strict", "worth_a_look.yaml")[0] == 1
    assert [run(name)[0] for name in ("missing.yaml", ".", "/dev/zero")] == [2, 2, 2]


def test_what_could_not_be_looked_at_is_said(folder: Path) -> None:
    (folder / "menus.yaml").write_text(SMALL, encoding="utf-8")

    assert run() == (
        0,
        (
            "menus.yaml: 2 departments, no mistakes, no warnings\n"
            "  not looked at: whether somebody can serve each department (no database here)\n"
        ),
        "",
    )
    assert not (folder / "none.sqlite3").exists()


def test_programs_get_the_same_as_json(folder: Path) -> None:
    (folder / "menus.yaml").write_text(small('key: "0"', 'key: "2"'), encoding="utf-8")

    status, told, _ = run("--json")
    found = json.loads(told)

    assert (status, found["publishable"], found["warnings"]) == (1, False, [])
    assert found["mistakes"] == [
        {
            "line": 16,
            "column": 10,
            "message": 'department "agent" is the way to a person: its key is "0"',
            "warning": None,
            "source": '    key: "2"',
            "other": None,
        },
        {
            "line": 16,
            "column": 10,
            "message": 'key "2" is taken by department "delivery" in line 11',
            "warning": None,
            "source": '    key: "2"',
            "other": {"line": 11, "column": 10, "source": '    key: "2"'},
        },
    ]


def test_every_warning_has_a_name_that_can_be_switched_off() -> None:
    reasons = "ignore:\n" + "".join(f"  {name}: 까닭이 있습니다\n" for name in WARNINGS)

    assert warnings(small(NOTICES, reasons)) == []
