"""Script files, and the program that runs one call from them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from test_network_media import recording

from simulator.__main__ import main
from simulator.scripts import CallScript, read_script

MENU = """<Response>
  <Gather numDigits="1" action="/chosen"><Say>Press 1 for sales.</Say></Gather>
</Response>"""
ALICE = """\
caller:
  name: Alice
  number: "+821011112222"
  steps:
    - waits_for: Press 1
    - presses: "1"
    - waits_for: You chose 1
    - hangs_up
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "alice.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def menu(app):
    app.documents = {
        "voice": MENU,
        "chosen": lambda p: f'<Response><Say>You chose {p["Digits"]}.</Say><Pause length="5"/></Response>',
        "status": "",
    }
    return app


def run(app, path: Path, *options: str) -> Result:
    told = ["--auth-token", "secret", "--port", "0", "--speed", "20", "--settle-seconds", "0.3"]
    return CliRunner().invoke(main, ["call", "--voice-url", f"{app.url}/voice", "--script", str(path), *told, *options])


def test_a_script_file_has_a_caller_and_people(tmp_path: Path) -> None:
    file = recording(tmp_path / "hello.wav", seconds=0.2)
    people = 'people:\n  - {number: "+821033334444", answers_with: busy}\n'

    script = read_script(written(tmp_path, ALICE.replace("hangs_up", "says: hello.wav") + people))

    steps = [{"waits_for": "Press 1"}, {"presses": "1"}, {"waits_for": "You chose 1"}, {"says": str(file)}]
    assert script == CallScript(
        {"name": "Alice", "number": "+821011112222", "steps": steps},
        ({"number": "+821033334444", "answers_with": "busy", "steps": []},),
    )


def test_json_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "alice.json"
    path.write_text(json.dumps({"caller": {"steps": ["stays"]}}, indent=2))

    assert read_script(path) == CallScript({"number": "+821012345678", "steps": [{"stays": True}]})


def test_all_mistakes_of_a_script_are_told_each_with_its_line(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """\
caller:
  naem: Alice
  steps:
    - wait_for: Press 1
    - presses: "1"
      loudly: true
    - says: nowhere.wav
people:
  - number: 5
color: red
""",
    )

    result = CliRunner().invoke(main, ["call", "--voice-url", "http://127.0.0.1:1", "--script", str(path)])

    assert result.exit_code == 2
    lines = [line.removeprefix(f"{path}:") for line in result.stderr.splitlines()]
    starts = [": ".join(line.split(": ")[:2]) for line in lines]
    assert starts == [
        "10: color",
        "4: {'wait_for'",
        "5: {'presses'",
        "7: says nowhere.wav",
        "1: naem",
        "9: number 5",
    ]
    assert "Did you mean waits_for?" in lines[1]


@pytest.mark.parametrize("text", ["", "just words", "- a list", "people: []", "caller: [1]", "caller: {steps: 5}"])
def test_what_is_no_script_is_told(tmp_path: Path, text: str) -> None:
    result = CliRunner().invoke(
        main, ["call", "--voice-url", "http://127.0.0.1:1", "--script", str(written(tmp_path, text))]
    )

    assert (result.exit_code, "alice.yaml:1: " in result.stderr) == (2, True)


def test_what_is_no_yaml_is_told(tmp_path: Path) -> None:
    path = written(tmp_path, "caller: [")

    result = CliRunner().invoke(main, ["call", "--voice-url", "http://127.0.0.1:1", "--script", str(path)])

    assert (result.exit_code, "no YAML" in result.stderr) == (2, True)


def test_a_call_that_goes_as_written_exits_0_with_its_transcript(menu, tmp_path: Path) -> None:
    result = run(menu, written(tmp_path, ALICE))

    assert result.exit_code == 0, result.output
    told = [line[11:].strip() for line in result.output.splitlines()]
    assert [line for line in told if line.startswith("Alice")] == [
        "Alice phones +82215550100",
        "Alice: answered",
        "Alice hears: “Press 1 for sales.”",
        "Alice presses 1",
        "Alice hears: “You chose 1.”",
        "Alice hangs up",
        "Alice: call ended (completed)",
    ]
    assert menu.asked("chosen")[0]["From"] == "+821011112222"
    assert all(menu.signed)


def test_a_call_that_does_not_exits_1_and_says_what_was_heard_instead(menu, tmp_path: Path) -> None:
    result = run(menu, written(tmp_path, ALICE.replace("You chose 1", "You chose 2")))

    assert result.exit_code == 1
    assert result.output.splitlines()[-1] == (
        "FAILED: Alice: the call ended while they waited for “You chose 2”; heard instead: “You chose 1.”"
    )


def test_an_application_that_fails_exits_1(menu, tmp_path: Path) -> None:
    del menu.documents["chosen"]

    result = run(menu, written(tmp_path, "caller: {steps: [{waits_for: Press 1}, {presses: '1'}, stays]}"))

    assert result.exit_code == 1
    assert f"FAILED: error 11200: {menu.url}/chosen: HTTP 404" in result.output


def test_a_call_that_never_ends_exits_1(menu, tmp_path: Path) -> None:
    menu.documents["voice"] = '<Response><Pause length="3600"/></Response>'

    result = run(menu, written(tmp_path, "caller: {steps: [stays]}"), "--seconds", "1")

    assert (result.exit_code, result.output.splitlines()[-1]) == (1, "FAILED: the call was not over after 1 s")


def test_in_stepped_time_a_long_call_is_over_at_once_and_the_same_each_time(menu, tmp_path: Path) -> None:
    menu.documents["chosen"] = '<Response><Pause length="600"/><Say>You chose 1.</Say></Response>'
    script = written(tmp_path, ALICE.replace("waits_for: You", "within_seconds: 4000\n      waits_for: You"))

    one, other = (run(menu, script, "--time", "stepped", "--seconds", "1000") for _ in range(2))

    assert (one.exit_code, one.output) == (0, other.output), one.output
    assert "  600.0 s  Alice hangs up\n" in one.output


def test_who_is_rung_is_in_the_transcript_too(menu, tmp_path: Path) -> None:
    menu.documents["voice"] = "<Response><Dial><Number>+821033334444</Number></Dial></Response>"
    people = 'people:\n  - {number: "+821033334444", name: Bob, answers_after_rings: 2, steps: [hangs_up]}\n'

    result = run(menu, written(tmp_path, "caller: {name: Alice, steps: [stays]}\n" + people))

    assert result.exit_code == 0, result.output
    told = [line[11:].strip() for line in result.output.splitlines()]
    assert {"Alice phones +82215550100", "Bob: it rings", "Bob: answered", "Bob hangs up"} <= set(told)


def test_calls_are_written_down_where_the_program_is_asked_to(menu, tmp_path: Path) -> None:
    run(menu, written(tmp_path, ALICE), "--record", str(tmp_path / "calls"))

    assert sorted(path.suffix for path in (tmp_path / "calls").iterdir()) == [".jsonl", ".txt", ".wav"]


def test_an_unknown_voice_is_told_and_nothing_is_called(menu, tmp_path: Path) -> None:
    result = run(menu, written(tmp_path, ALICE), "--voice", "sing")

    assert (result.exit_code, "sing: The voice is" in result.output) == (1, True)
    assert menu.requests == []


def test_help_names_both_commands() -> None:
    text = CliRunner().invoke(main, ["--help"]).output

    assert "\n  call " in text and "\n  serve " in text
