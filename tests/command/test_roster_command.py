"""`barocall roster` as a supervisor uses it."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from callqueue import agents
from command.cli import main
from store.database import Store

TODAY = datetime.now().astimezone().date()


@pytest.fixture
def roster(sqlite_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Runs the command in a folder of its own, in a house where 지우 works."""
    for name, value in {
        "PUBLIC_URL": "http://127.0.0.1:1",
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "secret",
        "PHONE_NUMBER": "+82215550100",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "DATABASE_URL": sqlite_store.url,
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    with sqlite_store.write() as tx:
        now = datetime.now().astimezone()
        agents.add_agent(tx, name="지우", phone="+821012345678", skills=["billing"], now=now)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["roster", *arguments])

    return run


def written(name: str, *lines: str, encoding: str = "utf-8") -> str:
    Path(name).write_text("\n".join(["날짜,상담원,시작,종료,휴식", *lines]) + "\n", encoding=encoding)
    return name


def test_a_roster_is_taken_over_and_shown(roster) -> None:  # type: ignore[no-untyped-def]
    day = TODAY + timedelta(days=1)
    file = written("week.csv", f"{day},지우,09:00,18:00,12:00-13:00", encoding="cp949")

    taken, shown = roster("import", file), roster("show")

    assert (taken.exit_code, taken.output) == (0, "week.csv: 1 shifts of 1 agents\n")
    assert shown.output.split() == [str(day), "09:00-18:00", "지우", "12:00-13:00"]


def test_a_roster_with_mistakes_shows_all_of_them_and_the_old_one_stays(roster) -> None:  # type: ignore[no-untyped-def]
    day = TODAY + timedelta(days=1)
    roster("import", written("good.csv", f"{day},지우,09:00,18:00,"))

    bad = roster("import", written("bad.csv", f"{day},지우,10:00,19:00,", f"{day},지오,10:00,19:00,", "soon,지우,1,2,"))

    assert bad.exit_code == 1
    assert bad.stderr.splitlines() == [
        'bad.csv:3: no agent is called "지오". `barocall agents list` shows them.',
        'bad.csv:4: "1" is no time: write it like 09:00',
        'bad.csv:4: "2" is no time: write it like 18:00',
        'bad.csv:4: "soon" is no date: write it like 2026-11-30',
    ]
    assert roster("show").output.split()[1] == "09:00-18:00"


def test_without_a_roster_it_says_how_to_get_one(roster) -> None:  # type: ignore[no-untyped-def]
    assert roster("show").output == "no shifts in the next 7 days: barocall roster import FILE\n"
