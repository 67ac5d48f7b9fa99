"""`barocall callbacks` and `barocall numbers`: what people do about promises, and what programs read."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

from command.cli import main
from store.database import Store
from story import House

KIM = "+821012345678"
SEOUL = ZoneInfo("Asia/Seoul")
SHIPPED = Path("menus.yaml").read_text(encoding="utf-8")
# The commands look at the true clock.
ALWAYS_OPEN = re.sub(r"hours: \{.*\}", "hours: always", SHIPPED)


def run(store: Store, *words: str) -> Result:
    needed = {"PUBLIC_URL": "https://x.example", "TWILIO_ACCOUNT_SID": "AC" + "0" * 32, "TWILIO_AUTH_TOKEN": "t"}
    environ = {**needed, "PHONE_NUMBER": "+8215550100", "DATABASE_URL": store.url, "USER": "지민"}
    return CliRunner().invoke(main, list(words), env=environ)


@pytest.fixture
def house(store: Store) -> House:
    return House(store, now=datetime.now(UTC), menu=ALWAYS_OPEN)


def test_a_promise_is_listed_shown_moved_and_cancelled(house: House) -> None:
    house.promised()
    ours = str(house.promise_id)
    later = (datetime.now(SEOUL) + timedelta(days=1)).replace(hour=15, minute=0)

    listed = json.loads(run(house.store, "callbacks", "list", "--json").output)
    assert [(row["id"], row["state"], row["department"], row["number"]) for row in listed] == [
        (int(ours), "promised", "billing", "+8210****5678")
    ]
    moved = run(house.store, "callbacks", "postpone", ours, f"{later:%Y-%m-%d %H:%M}")
    assert (moved.exit_code, moved.output) == (0, f"promise {ours}: {later:%Y-%m-%d} 15:00\n")
    cancelled = run(house.store, "callbacks", "cancel", ours, "--why", "solved by mail", "--by", "지민")
    assert (cancelled.exit_code, cancelled.output) == (0, f"promise {ours} is cancelled\n")
    story = run(house.store, "callbacks", "show", ours).output
    assert "in their words: 결제가 두 번 됐어요" in story
    assert "지민: solved by mail" in story
    assert run(house.store, "callbacks", "list").output == "none\n"


def test_times_are_those_of_the_sites_clocks(store: Store) -> None:
    elsewhere = ALWAYS_OPEN.replace("Asia/Seoul", "America/New_York")
    assert elsewhere != ALWAYS_OPEN
    house = House(store, now=datetime.now(UTC), menu=elsewhere)
    house.promised()
    ours = str(house.promise_id)
    later = datetime.now(ZoneInfo("America/New_York")) + timedelta(days=2)

    run(house.store, "callbacks", "postpone", ours, f"{later:%Y-%m-%d} 15:00")

    [row] = json.loads(run(house.store, "callbacks", "list", "--json").output)
    due = datetime.fromisoformat(row["due_at"]).astimezone(ZoneInfo("America/New_York"))
    assert f"{due:%Y-%m-%d %H:%M}" == f"{later:%Y-%m-%d} 15:00"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("postpone", "1", "2020-01-01 15:00"), "that time has passed"),
        (("postpone", "1", "25시"), '"25시" is no time; write it like "2026-11-26 15:00" (site time)'),
        (("cancel", "99", "--why", "gone"), "there is no open promise with this number: `barocall callbacks list`"),
        (("take", "1", "+821000000000"), "no agent has the phone +821000000000; `barocall agents list` shows them"),
    ],
)
def test_what_cannot_be_done_is_told_with_what_to_do(house: House, words: tuple[str, ...], told: str) -> None:
    house.promised()

    result = run(house.store, "callbacks", *words)

    assert (result.exit_code != 0, told in " ".join(result.output.split())) == (True, True), result.output


def test_a_blocked_number_is_promised_nothing(house: House) -> None:
    blocked = run(house.store, "numbers", "block", "010-1234-5678", "--why", "nuisance", "--by", "지민")
    assert (blocked.exit_code, blocked.output) == (0, f"{KIM} is blocked\n")
    [row] = json.loads(run(house.store, "numbers", "list", "--json").output)
    assert (row["number"], row["why"], row["by"]) == (KIM, "nuisance", "지민")

    refused = run(house.store, "callbacks", "promise", KIM, "billing", _tomorrow(), "--reason", "확인 전화")

    assert refused.exit_code == 1
    assert "this number may have no promise now" in refused.output
    assert run(house.store, "numbers", "unblock", KIM).output == f"{KIM} is not blocked any more\n"
    made = run(house.store, "callbacks", "promise", KIM, "billing", _tomorrow(), "--reason", "확인 전화")
    assert made.output == "promise 1 is made\n"


def _tomorrow() -> str:
    return f"{datetime.now(SEOUL) + timedelta(days=1):%Y-%m-%d} 15:00"
