"""`barocall speech bench`: recordings of which the intent is known, counted."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from command.bench import Outcome, report
from command.cli import main

HEARD = [
    Outcome("delivery", "go", "delivery", 0.65, 2.0, 0.2),
    Outcome("refund", "go", "delivery", 0.65, 2.0, 0.2),
    Outcome("refund", "confirm", "refund", 0.85, 2.0, 0.2),
    Outcome("tech", "ask", None, 0.85, 2.0, 0.2),
    Outcome(None, "ask", None, None, 0.0, 0.0),
]


def bench(*arguments: "str | Path") -> tuple[int, str]:
    result = CliRunner().invoke(main, ["speech", "bench", *map(str, arguments), "--no-second-opinion"])
    return result.exit_code, result.output


def shares(told: str) -> dict[str, str]:
    """What is counted → "hits of count"."""
    rows = [line for line in told.splitlines() if " of " in line and "%" in line]
    return {line[:36].strip(): line.rsplit("  ", 1)[1] for line in rows}


def test_every_recording_is_counted_where_it_belongs() -> None:
    assert shares(report(HEARD, second_opinion=False)) == {
        "right, unasked": "1 of 4",
        "wrong, unasked": "1 of 4",
        "asked back, rightly": "1 of 4",
        "asked back, wrongly": "0 of 4",
        "asked again": "1 of 4",
        "none of the meanings, yet gone to": "0 of 1",
    }


def test_recordings_are_found_beside_the_list(tmp_path: Path, repo_root: Path) -> None:
    recordings, labelled = repo_root / "command/recordings", tmp_path / "labelled.tsv"
    lines = [
        f"delivery\t{recordings / 'delivery.wav'}",
        f"tech\t{recordings / 'tech.wav'}",
        f"-\t{recordings / 'unclear.wav'}",
    ]
    labelled.write_text("\n".join(lines), encoding="utf-8")

    status, told = bench(labelled, "--menu", repo_root / "menus.yaml")

    assert status == 0
    assert (shares(told)["right, unasked"], shares(told)["none of the meanings, yet gone to"]) == ("2 of 2", "0 of 1")


@pytest.mark.parametrize(
    ("line", "complaint"),
    [("nowhere\tx.wav", "labels without phrases: nowhere"), ("delivery\tx.wav", "is no recording that can be read")],
)
def test_a_mistake_in_the_list_is_told(line: str, complaint: str, tmp_path: Path, repo_root: Path) -> None:
    labelled = tmp_path / "labelled.tsv"
    labelled.write_text(line, encoding="utf-8")

    status, told = bench(labelled, "--menu", repo_root / "menus.yaml")

    assert (status, complaint in told) == (1, True)
