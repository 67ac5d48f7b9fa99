"""`barocall report`: what supervisors read, and what programs do."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from callqueue.transfer import Reason
from command.cli import main
from ivr.handover import Wish
from ivr.routing_report import line_of
from store.database import Store
from story import House

SHIPPED = (Path(__file__).parents[2] / "menus.yaml").read_text(encoding="utf-8")
LINES = SHIPPED.splitlines()


def run(store: Store, *words: str) -> Result:
    needed = {"PUBLIC_URL": "https://x.example", "TWILIO_ACCOUNT_SID": "AC" + "0" * 32, "TWILIO_AUTH_TOKEN": "t"}
    environ = {**needed, "PHONE_NUMBER": "+8215550100", "DATABASE_URL": store.url}
    return CliRunner().invoke(main, ["report", *words], env=environ)


@pytest.fixture
def house(store: Store) -> House:
    """Two callers put through to billing by the same words, one of them passed on; one by key, served."""
    house = House(store)
    agent, refunds = house.agent("서준", "billing"), house.agent("하은", "refund")
    for n, passed_on in enumerate((True, False)):
        caller = house.caller(f"+82101111000{n}")
        caller.dials()
        caller.says("결제가 두 번 됐어요")
        agent.accepts()
        if passed_on:
            house.conversation.transfer(Wish(agent.id, "refund", Reason.WRONG_DEPARTMENT))
            house.settle()
            refunds.accepts()
        caller.hangs_up()
        house.passes(seconds=61)
    by_key = house.caller("+821022220000")
    by_key.dials()
    by_key.presses("1")
    agent.accepts()
    house.conversation.transfer(Wish(agent.id, "refund", Reason.SECOND_MATTER))
    house.settle()
    return house


def test_routing_names_the_line_and_the_words_that_misled(house: House) -> None:
    shown = run(house.store, "routing", "--since", "2026-01-01")

    assert shown.exit_code == 0, shown.output
    text = " ".join(shown.output.split())
    line = LINES.index("        - 결제가 두 번 됐어요") + 1
    assert "at the first try: 2 of 3 (67%)" in text
    assert f"menus.yaml:{line} billing 결제가 두 번 됐어요 2 1 50%" in text
    assert "1 × 결제가 두 번 됐어요 billing → refund wrong_department" in text


def test_routing_for_programs(house: House) -> None:
    found = json.loads(run(house.store, "routing", "--since", "2026-01-01", "--json").output)

    assert found["whole"] == {"served": 3, "at_first_try": 2, "rate": 0.6667}
    assert found["intents"] == [{"intent": "billing", "served": 2, "at_first_try": 1, "rate": 0.5}]
    assert [way["by"] for way in found["ways"]] == ["key", "words"]
    # A second matter is nobody's mistake, but a transfer all the same.
    assert found["reasons"] == {"second_matter": 1, "wrong_department": 1}
    assert [(one["words"], one["times"]) for one in found["misled"]] == [("결제가 두 번 됐어요", 1)]
    assert found["lines"][1]["written"] == 'key "1"'
    assert found["lines"][1]["line"] == LINES.index('    key: "1"') + 1


def test_waits_for_people_and_for_programs(house: House) -> None:
    waiting = house.caller("+821055550000")
    waiting.dials()
    waiting.presses("1")  # Behind an agent who writes up

    text = run(house.store, "waits", "--since", "2026-01-01").output
    found = json.loads(run(house.store, "waits", "--since", "2026-01-01", "--json").output)

    assert "billing (erlang-a)" in text
    assert found["departments"][-1]["department"] in text
    assert {"coverage", "spoken_coverage", "late_share", "width_seconds"} <= found["departments"][0].keys()
    assert found["muted"] == []


def test_an_empty_house_says_so(store: Store) -> None:
    assert [run(store, what).output for what in ("waits", "routing")] == [
        "no wait has been announced since then\n",
        "nobody has been put through since then\n",
    ]


@pytest.mark.parametrize("written", ["7", "d", "yesterday", "2026-13-01"])
def test_since_says_how_it_is_written(store: Store, written: str) -> None:
    shown = run(store, "waits", "--since", written)

    assert (shown.exit_code, "write 7d for days, 12h for hours" in " ".join(shown.output.split())) == (2, True)


@pytest.mark.parametrize(
    ("department", "key", "phrase", "line"),
    [
        ("billing", None, "영수증을 보내 주세요", "        - 영수증을 보내 주세요"),
        ("billing", None, "my bill is wrong", "        - my bill is wrong"),
        ("delivery", "2", None, '    key: "2"'),
        ("billing", None, "was there once", "  billing:"),  # Changed since: the version of the call still has it
    ],
)
def test_a_decision_is_found_in_the_menu(department: str, key: str | None, phrase: str | None, line: str) -> None:
    found = line_of(SHIPPED, department, key, phrase)

    assert found - 1 in (LINES.index(line), LINES.index(line) + 1)


def test_service_by_department_and_hour(house: House) -> None:
    text = run(house.store, "service", "--since", "2026-01-01").output
    found = json.loads(run(house.store, "service", "--since", "2026-01-01", "--json").output)

    billing = [row for row in found["departments"] if row["department"] == "billing"]
    assert [(row["hour"], row["answered"], row["gave_up"], row["share"]) for row in billing] == [
        (None, 3, 0, 1.0),
        (14, 3, 0, 1.0),
    ]
    assert "billing     80 % / 20 s  100%     3         0" in text
