"""The menu's own tests: played through the true conversation, and told so that one sees what to mend."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from test_menu_check import SMALL, mistakes

from command.cli import main
from ivr.menu.load import load_menu
from ivr.rehearsal import Rehearsal, Tried, confusions
from story import OPEN_HOURS

SHIPPED = (Path(__file__).parents[2] / "menus.yaml").read_text(encoding="utf-8")


def play(tests: str, folder: Path, menu: str = SMALL) -> tuple[Tried, ...]:
    source = f"{menu}tests:\n{tests}"
    loaded = load_menu(source, "menus.yaml")
    rehearsal = Rehearsal(source, loaded, folder, OPEN_HOURS)
    return tuple(rehearsal.play(trial) for trial in loaded.trials)


@pytest.mark.parametrize(
    "test",
    [
        "  - {said: 배송이 안 와요, ends: delivery, questions: 1, callback: false}\n",
        '  - {pressed: "2", ends: delivery}\n',
        '  - {said: 여보세요, pressed: "2", ends: delivery, questions: 2}\n',
        # Nothing understood twice, then the keys, then a person
        "  - {said: [아야어여, 오요우유, 으이가나], ends: agent, questions: 3}\n",
        # Six wait before: half an hour
        '  - {pressed: "2", ends: delivery, waiting: 6, callback: true, hears: 전화를 드릴까요}\n',
        # A Sunday
        '  - {pressed: "2", ends: delivery, at: 2026-11-29 12:00, callback: true, hears: 상담 시간이 아닙니다}\n',
        '  - {pressed: "0", ends: agent, at: 2026-11-29 12:00, callback: false}\n',
    ],
)
def test_a_menu_that_does_what_its_test_says_passes(test: str, tmp_path: Path) -> None:
    assert [one.faults for one in play(test, tmp_path)] == [()]


@pytest.mark.parametrize(
    ("test", "faults"),
    [
        ("  - {said: 상담원, ends: delivery}\n", ("ended at agent, not at delivery",)),
        ("  - {said: 여보세요, ends: delivery}\n", ("was still being asked, not at delivery",)),
        ('  - {said: 여보세요, pressed: "2", ends: delivery, questions: 1}\n', ("2 questions were asked, not 1",)),
        ('  - {pressed: "2", ends: delivery, callback: true}\n', ("a callback was not offered",)),
        ('  - {pressed: "2", ends: delivery, waiting: 6, callback: false}\n', ("a callback was offered",)),
        ('  - {pressed: "2", ends: delivery, hears: 안녕히}\n', ("did not hear “안녕히”",)),
    ],
)
def test_what_is_not_as_the_test_says_is_told(test: str, faults: tuple[str, ...], tmp_path: Path) -> None:
    assert [one.faults for one in play(test, tmp_path)] == [faults]


def test_whoever_is_asked_whether_that_is_right_tells_the_truth(tmp_path: Path) -> None:
    always = SMALL.replace('key: "2"', 'key: "2"\n    confirm: always')

    right, wrong = play("  - {said: 배송 조회, ends: delivery}\n  - {said: 배송 조회, ends: agent}\n", tmp_path, always)

    assert (right.ended, right.questions, right.story[-2]) == ("delivery", 2, "presses 1")
    assert (wrong.ended, wrong.story[-2], right.passed, wrong.passed) == (None, "presses 2", True, False)


def test_what_was_taken_for_what_is_counted(tmp_path: Path) -> None:
    tests = "".join(f"  - {{said: {said}, ends: delivery}}\n" for said in ("배송 조회", "상담원", "여보세요"))

    tried = play(f'{tests}  - {{pressed: "0", ends: agent}}\n', tmp_path)

    assert confusions(tried) == {("delivery", "delivery"): 1, ("delivery", "agent"): 1, ("delivery", "–"): 1}


@pytest.mark.parametrize(
    ("test", "told"),
    [
        ("{ends: delivery}", 'a test needs what the caller does: `said: 배송 조회` or `pressed: "2"`'),
        ("{said: 배송, ends: delivry}", 'no department is called "delivry". Did you mean "delivery"?'),
        (
            "{pressed: 2, ends: delivery}",
            'keys are written in quotes, in the order in which they are pressed: "2" or "02"',
        ),
        ("{said: 배송, ends: delivery, at: 내일}", '"내일" is no moment; write 2026-12-24 14:00'),
        ("{said: 배송, ends: delivery, waiting: many}", "a whole number from 0 to 50 is expected here"),
        ("{said: 배송}", 'test: "ends" is missing'),
    ],
)
def test_a_test_that_makes_no_sense_is_told(test: str, told: str) -> None:
    found = [mistake.partition("\n")[0].split(": ", 1)[1] for mistake in mistakes(f"{SMALL}tests:\n  - {test}\n")]

    assert found == [told]


def test_the_command_shows_the_call_that_failed_and_a_table(tmp_path: Path) -> None:
    tests = "tests:\n  - {said: 배송 조회, ends: delivery}\n  - {said: 상담원, ends: delivery}\n"
    (tmp_path / "menus.yaml").write_text(SMALL + tests, encoding="utf-8")

    done = CliRunner().invoke(main, ["menu", "test", str(tmp_path / "menus.yaml")])

    assert done.exit_code == 1
    assert done.output.splitlines() == [
        "✗ menus.yaml:22: the caller says “상담원”",
        (
            "      hears “안녕하세요, 바로샵입니다. 통화료는 발신자가 부담합니다. "
            "폭언을 하시면 상담이 중단될 수 있습니다. 무엇을 도와드릴까요?”"
        ),
        "      says  “상담원”",
        "      hears “상담원에게 연결해 드리겠습니다. 잠시만 기다려 주세요.”",
        "    → ended at agent, not at delivery",
        "",
        "               agent  delivery",
        "delivery           1         1",
        "",
        f"{tmp_path}/menus.yaml: 2 tests, 1 failed",
    ]


def test_the_shipped_menu_passes_its_own_tests(tmp_path: Path) -> None:
    loaded = load_menu(SHIPPED, "menus.yaml")
    rehearsal = Rehearsal(SHIPPED, loaded, tmp_path, OPEN_HOURS)

    assert [rehearsal.play(trial).faults for trial in loaded.trials] == [()] * 7


def test_a_menu_whose_tests_fail_is_not_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RECOGNISER", "none")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("BAROCALL_LANGUAGE", "en")
    (tmp_path / "menus.yaml").write_text(f"{SMALL}tests:\n  - {{said: 상담원, ends: delivery}}\n", encoding="utf-8")

    refused = CliRunner().invoke(main, ["menu", "publish"])
    published = CliRunner().invoke(main, ["menu", "publish", "--untested"])

    assert (refused.exit_code, refused.output.splitlines()[-1]) == (1, "not published: the menu in force stays")
    assert (published.exit_code, published.output.splitlines()[-1]) == (0, "version 1 is in force")
