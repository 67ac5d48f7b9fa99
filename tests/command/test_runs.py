"""Where commands that start the whole product keep what they do."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import requests

from command.fallback_page import FallbackPage
from command.runs import folder_of_its_own

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)


def runs(root: Path, count: int) -> list[str]:
    """So many, one after the other, each leaving something behind."""
    names = []
    for number in range(count):
        with folder_of_its_own(root, NOW + timedelta(minutes=number), kept=3) as folder:
            (folder / "log").mkdir()
            names.append(folder.name)
    return names


def folders(root: Path) -> list[str]:
    return sorted(path.name for path in root.iterdir() if path.is_dir())


def test_the_last_runs_are_kept_and_older_ones_are_not(tmp_path: Path) -> None:
    names = runs(tmp_path, 5)

    assert folders(tmp_path) == names[-3:]
    assert sorted(path.name for path in tmp_path.glob("*.lock")) == [f"{name}.lock" for name in names[-3:]]


def test_two_runs_at_the_same_second_have_a_folder_each(tmp_path: Path) -> None:
    with folder_of_its_own(tmp_path, NOW) as one, folder_of_its_own(tmp_path, NOW) as other:
        assert folders(tmp_path) == sorted([one.name, other.name])


def test_the_folder_of_a_run_that_goes_on_is_left_alone_however_old_it_is(tmp_path: Path) -> None:
    with folder_of_its_own(tmp_path, NOW - timedelta(days=1)) as long_one:
        names = runs(tmp_path, 5)
        assert folders(tmp_path) == [long_one.name, *names[-3:]]

    assert folders(tmp_path) == [long_one.name, *names[-3:]]


def test_what_is_no_folder_of_a_run_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()

    runs(tmp_path, 5)

    assert "notes" in folders(tmp_path)


def test_the_fallback_document_is_there_by_both_methods() -> None:
    with FallbackPage("<Response><Say>잠시만요</Say></Response>") as page:
        answers = [requests.get(page.url, timeout=5), requests.post(page.url, data={"ErrorCode": "11200"}, timeout=5)]

    kinds = {answer.headers["Content-Type"] for answer in answers}
    assert ([answer.content.decode() for answer in answers], kinds) == (
        ["<Response><Say>잠시만요</Say></Response>"] * 2,
        {"text/xml; charset=utf-8"},
    )
