"""The command line as a newcomer meets it."""

import json
import os
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from command.cli import main

BAROCALL = str(Path(sys.executable).parent / "barocall")


def settings(tmp_path: Path) -> dict[str, str]:
    return {
        "PUBLIC_URL": "http://127.0.0.1:1",
        "TWILIO_API_URL": "http://127.0.0.1:1",
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "secret",
        "PHONE_NUMBER": "+82215550100",
        "DATABASE_URL": f"sqlite:///{tmp_path}/x.sqlite3",
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }


def barocall(*arguments: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BAROCALL, *arguments], cwd=cwd, env={**os.environ, **environ}, capture_output=True, text=True, timeout=60
    )


def test_without_settings_it_says_what_is_missing_and_where_to_read(tmp_path: Path) -> None:
    done = barocall("worker", cwd=tmp_path)

    assert done.returncode == 2
    assert "PUBLIC_URL is missing" in done.stderr
    assert "`barocall settings` explains them" in done.stderr
    assert "Traceback" not in done.stderr


def test_agents_are_added_listed_and_signed_in(tmp_path: Path) -> None:
    given = settings(tmp_path)
    barocall("migrate", cwd=tmp_path, **given)

    barocall("agents", "add", "김지우", "+821012345678", "delivery", "refund", cwd=tmp_path, **given)
    barocall("agents", "set", "+821012345678", "ready", cwd=tmp_path, **given)
    listed = barocall("agents", "list", cwd=tmp_path, **given).stdout

    assert listed.split() == ["김지우", "+821012345678", "ready", "delivery,", "refund"]


def test_levels_and_pauses_are_said_and_shown(tmp_path: Path) -> None:
    given = settings(tmp_path)
    barocall("migrate", cwd=tmp_path, **given)
    barocall("agents", "add", "김지우", "+821012345678", "delivery:8", "refund", cwd=tmp_path, **given)

    barocall("agents", "set", "+821012345678", "pause", "--reason", "lunch", cwd=tmp_path, **given)
    listed = barocall("agents", "list", cwd=tmp_path, **given).stdout
    wrong_level = barocall("agents", "add", "김지우", "+821012345678", "delivery:ten", cwd=tmp_path, **given)
    wrong_reason = barocall("agents", "set", "+821012345678", "pause", "--reason", "tired", cwd=tmp_path, **given)

    assert listed.split() == ["김지우", "+821012345678", "pause", "(lunch)", "delivery:8,", "refund"]
    assert "delivery:ten: a level is a number from 1 to 9, like delivery:7" in wrong_level.stderr
    assert "tired: a reason to pause is one of break, lunch" in wrong_reason.stderr


def test_a_database_without_tables_is_explained(tmp_path: Path) -> None:
    done = barocall("agents", "list", cwd=tmp_path, **settings(tmp_path))

    assert done.returncode == 1
    assert "`barocall migrate`" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_agents_number_has_a_country(tmp_path: Path) -> None:
    done = barocall("agents", "add", "김지우", "010-1234", "delivery", cwd=tmp_path, **settings(tmp_path))

    assert done.returncode == 2
    assert "+821012345678" in done.stderr


def test_check_tells_all_that_is_missing_and_what_to_do(tmp_path: Path, repo_root: Path) -> None:
    (tmp_path / "menus.yaml").write_bytes((repo_root / "menus.yaml").read_bytes())
    given = settings(tmp_path) | {"SECOND_OPINION": "none"}
    barocall("migrate", cwd=tmp_path, **given)

    done = barocall("check", "--json", cwd=tmp_path, **given)

    found = {f["what"]: f["verdict"] for f in json.loads(done.stdout)}
    assert done.returncode == 1
    assert found == {
        "settings": "ok",
        "credentials": "missing",
        "public URL": "missing",
        "webhooks": "missing",
        "fallback number": "missing",
        "call limit": "note",
        "recogniser": "ok",
        "second opinion": "note",
        "English": "note",
        "Redis": "missing",
        "database": "ok",
        "menu": "ok",
        "menu in force": "note",
        "agents": "missing",
    }


def test_a_wrong_menu_stops_the_start_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "menus.yaml").write_text("site: {name: x}\nmenu: {question: 네, exampels: 네}\n", encoding="utf-8")

    done = barocall("run", cwd=tmp_path, **settings(tmp_path))

    assert done.returncode == 2
    assert "menus.yaml:2:" in done.stderr
    assert 'Did you mean "examples"?' in done.stderr


def test_menu_check_is_quiet_about_a_good_menu(repo_root: Path) -> None:
    done = CliRunner().invoke(main, ["menu", "check", str(repo_root / "menus.yaml")])

    assert (done.exit_code, "no mistakes" in done.output) == (0, True)


def test_the_fallback_document_dials_the_fallback_number(tmp_path: Path) -> None:
    done = barocall("fallback-twiml", cwd=tmp_path, **settings(tmp_path), FALLBACK_NUMBER="+82215550199")

    assert "<Dial>+82215550199</Dial>" in done.stdout
