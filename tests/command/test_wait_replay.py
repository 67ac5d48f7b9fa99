"""`barocall wait replay`: an answer to each join, before the next line is read; bad lines are told of."""

import io
import json
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from callqueue.forecast.model import WaitModel
from command.cli import main
from command.wait_replay import replay

KINDS = ("department", "roster", "agent", "join", "connect", "leave", "promise", "dial", "dial_failed", "end")
LOG = [
    {"t": 0, "type": "department", "department": "billing", "handle_time": 200},
    {"t": 10, "type": "agent", "agent": "kim", "state": "ready", "departments": ["billing"]},
    {"t": 10, "type": "join", "caller": "first", "department": "billing", "priority": 0, "credit": 0},
    {"t": 10, "type": "connect", "caller": "first", "agent": "kim"},
    {"t": 40, "type": "join", "caller": 2, "department": "billing"},
]


def lines(*more: str) -> str:
    return "".join(json.dumps(event) + "\n" for event in LOG) + "".join(f"{line}\n" for line in more)


def test_each_join_is_answered_by_one_line() -> None:
    result = CliRunner().invoke(main, ["wait", "replay", "--estimator", "ql-m"], input=lines())

    first, second = map(json.loads, result.stdout.splitlines())
    assert result.exit_code == 0
    assert list(second) == ["t", "caller", "department", "low", "mid", "high", "spoken", "estimator"]
    assert (first["caller"], second["caller"]) == ("first", "2")
    assert 0 < second["low"] < second["mid"] < second["high"]
    assert second["estimator"] == "ql-m"


def test_each_answer_comes_before_the_next_line_is_read() -> None:
    read: list[int] = []

    def reader() -> Iterator[str]:
        for number, line in enumerate(lines().splitlines()):
            read.append(number)
            yield line

    answers = replay(reader(), WaitModel(("ql-m",)), io.StringIO())
    next(answers)

    assert read == [0, 1, 2]


def test_bad_lines_are_told_of_and_the_rest_is_answered() -> None:
    result = CliRunner().invoke(
        main,
        ["wait", "replay", "--estimator", "ql-m"],
        input="what\n" + lines('{"t": 41, "type": "jion"}', '{"t": 42, "type": "leave", "caller": "nobody"}', ""),
    )

    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 2
    assert result.stderr.splitlines() == [
        "line 1: no JSON (Expecting value: line 1 column 1 (char 0)): write one object a line",
        f"line 7: \"type\" is 'jion': use one of {', '.join(KINDS)}",
        "1 × leave of an unknown caller",
        "2 × no event",
    ]


def test_of_a_department_nobody_knows_nothing_is_said() -> None:
    result = CliRunner().invoke(
        main, ["wait", "replay"], input='{"t": 1, "type": "join", "caller": "a", "department": "new"}\n'
    )

    assert json.loads(result.stdout)["mid"] is None


@pytest.mark.parametrize("name", ["guess", ""])
def test_an_unknown_estimator_lists_those_there_are(name: str) -> None:
    result = CliRunner().invoke(main, ["wait", "replay", "--estimator", name], input="")

    assert result.exit_code == 2
    assert "replay-stack, replay, ql, ql-m, les, hol, avgc-les, asterisk, mean" in " ".join(result.stderr.split())
