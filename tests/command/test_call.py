"""`barocall call`: a supervisor's draft menu, called from a script through the whole product."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from command.call import needs_sound
from command.cli import main
from command.stage import open_at_any_hour
from ivr.menu.hours import ALWAYS, OpeningHours
from ivr.menu.load import load_menu
from simulator.scripts import CallScript

BAROCALL = str(Path(sys.executable).parent / "barocall")
DRAFT = """\
site: {name: 새벽서점, languages: [ko], time_zone: Asia/Seoul, holidays: KR}
menu:
  question: 어떤 책을 찾으세요?
  examples: 책 주문처럼 말씀해 주세요.
departments:
  orders:
    name: 주문
    key: "1"
    phrases: [책 주문, 책을 주문하고 싶어요, 주문 조회]
    hours:
      # Nobody calls then.
      sunday: "03:00-03:30"
    callback: {above_minutes: 3}
  agent:
    name: 상담원
    key: "0"
    person: true
    phrases: [상담원 바꿔 주세요]
    hours: {sunday: "03:00-03:30"}
# A script waits for words: they are spoken, whatever file there is.
recordings:
  audio/question.wav: 어떤 책을 찾으세요?
"""
CALLER = """\
caller:
  name: 민준
  steps:
    - waits_for: 어떤 책을 찾으세요
    - hears_out
    - says_text: 책을 주문하고 싶어요
    - waits_for: 주문 상담원에게 연결해
    - waits_to_talk
    - hangs_up
"""


@pytest.fixture
def workplace(tmp_path: Path) -> Path:
    (tmp_path / "draft.yaml").write_text(DRAFT, encoding="utf-8")
    (tmp_path / "caller.yaml").write_text(CALLER, encoding="utf-8")
    return tmp_path


def test_a_draft_is_called_and_what_was_heard_understood_and_decided_is_shown(workplace: Path) -> None:
    done = subprocess.run(
        [BAROCALL, "call", "--menu", "draft.yaml", "caller.yaml"], cwd=workplace, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stdout + done.stderr
    told = [line[11:].strip() for line in done.stdout.splitlines() if " s  " in line]
    # With sentence vectors installed the probability is another one by a hundredth.
    told = [line.replace("orders 1.00", "orders 0.99") for line in told]
    heard = "barocall heard “책을 주문하고 싶어요” → orders 0.99 → go"
    said = [
        line for line in told if line.startswith(("민준 hears: “어떤", "민준 says", "barocall heard", "민준 joins"))
    ]
    assert said == [
        "민준 hears: “어떤 책을 찾으세요?”",
        "민준 says: “책을 주문하고 싶어요”",
        heard,
        "민준 joins conference barocall-1",
    ]
    assert done.stdout.splitlines()[-2:] == ["Department: orders", "Ended: served, with agent 1"]


def test_two_calls_at_once_do_not_disturb_each_other(workplace: Path) -> None:
    command = [BAROCALL, "call", "--menu", "draft.yaml", "caller.yaml"]

    both = [subprocess.Popen(command, cwd=workplace, stdout=subprocess.PIPE, text=True) for _ in range(2)]

    told = [one.communicate()[0] for one in both]
    assert [one.returncode for one in both] == [0, 0], told
    assert [text.splitlines()[-1] for text in told] == ["Ended: served, with agent 1"] * 2


def test_a_draft_with_mistakes_is_not_called(workplace: Path) -> None:
    (workplace / "draft.yaml").write_text(DRAFT.replace("phrases", "frases"), encoding="utf-8")

    result = CliRunner().invoke(main, ["call", "--menu", str(workplace / "draft.yaml"), str(workplace / "caller.yaml")])

    assert (result.exit_code, 'Did you mean "phrases"' in result.output) == (1, True), result.output


def test_a_script_with_mistakes_is_not_played(workplace: Path) -> None:
    (workplace / "caller.yaml").write_text(CALLER.replace("says_text", "say_text"), encoding="utf-8")

    result = CliRunner().invoke(main, ["call", "--menu", str(workplace / "draft.yaml"), str(workplace / "caller.yaml")])

    assert (result.exit_code, "caller.yaml:6: " in result.output) == (2, True), result.output


def test_the_opening_hours_of_a_draft_are_put_aside_however_they_are_written() -> None:
    menu = load_menu(open_at_any_hour(DRAFT), "draft.yaml")

    assert {department.hours for department in menu.departments} == {OpeningHours("Asia/Seoul", ALWAYS, country=None)}


@pytest.mark.parametrize(
    ("step", "sound"),
    [
        ({"says_text": "주문"}, False),
        ({"says": "order.wav", "text": "주문"}, False),
        ({"says": "order.wav"}, True),
        ({"says_base64": "UklGRg=="}, True),
    ],
)
def test_recordings_without_their_words_are_recognised_as_in_a_true_call(step: dict, sound: bool) -> None:
    assert needs_sound(CallScript({"number": "+821012345678", "steps": [step]})) is sound
