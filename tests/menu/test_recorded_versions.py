"""Recordings and versions: stored with the menu that plays them, told when they come, change and go."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import recorded_sounds as sounds
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select
from test_menu_check import SMALL
from test_menu_recordings import HERE, QUESTION, RECORDED, with_recordings

from app import House
from command.check import _menu_and_agents as menu_and_agents
from command.cli import main
from command.stage import spoken
from ivr.menu.file import Unreadable
from ivr.menu.load import load_menu
from ivr.menu.sounds import recording
from ivr.recordings import address, recording_of
from ivr.recordings_web import recordings_blueprint
from ivr.versions import in_force, publish, rollback
from settings import Settings
from store.database import Store
from store.tables import recordings
from story import OPEN_HOURS


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "menu"
    (folder / "audio").mkdir(parents=True)
    (folder / "menus.yaml").write_text(RECORDED, encoding="utf-8")
    (folder / "audio" / "question.wav").write_bytes(sounds.wav())
    monkeypatch.chdir(folder)
    monkeypatch.setenv("RECOGNISER", "none")
    monkeypatch.setenv("BAROCALL_LANGUAGE", "en")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return folder


# Versions


def put(store: Store, source: str, data: bytes | None, minutes: int = 0) -> int:
    found = {} if data is None else {"audio/question.wav": recording(data)}
    with store.write() as tx:
        return publish(tx, source, "m", by="지우", now=OPEN_HOURS + timedelta(minutes=minutes), recordings=found)


def sound_of(store: Store, version_id: int) -> bytes | None:
    with store.read() as tx:
        found = recording_of(tx, version_id, "audio/question.wav")
        return None if found is None else found.data


def test_another_sound_is_another_version_and_the_old_one_stays(store: Store) -> None:
    quiet, loud = sounds.wav(), sounds.wav(b"\x80" * 4000)
    first, second = put(store, RECORDED, quiet), put(store, RECORDED, loud, 1)

    assert (first, second, put(store, RECORDED, quiet, 2), put(store, SMALL, None, 3)) == (1, 2, 1, 3)
    assert [sound_of(store, version_id) for version_id in (first, second, 3)] == [quiet, loud, None]


def test_a_sound_is_stored_once_however_often_the_text_changes(store: Store) -> None:
    for at in range(3):
        put(store, f"{RECORDED}# {at}\n", sounds.wav(), at)

    with store.read() as tx:
        assert tx.execute(select(func.count()).select_from(recordings)).scalar_one() == 1
    assert [sound_of(store, version_id) for version_id in (1, 2, 3)] == [sounds.wav()] * 3


def test_a_publication_that_fails_stores_no_sound(store: Store) -> None:
    class TheProcessDies(Exception):
        pass

    with pytest.raises(TheProcessDies), store.write() as tx:
        publish(tx, RECORDED, "m", by="x", now=OPEN_HOURS, recordings={"audio/question.wav": recording(sounds.wav())})
        raise TheProcessDies

    with store.read() as tx:
        assert tx.execute(select(func.count()).select_from(recordings)).scalar_one() == 0
    assert sound_of(store, 1) is None


def test_a_rollback_brings_the_earlier_sound(store: Store) -> None:
    put(store, RECORDED, sounds.wav())
    put(store, RECORDED, sounds.wav(b"\x80" * 4000), 1)

    with store.write() as tx:
        back = rollback(tx, None, by="민서", now=OPEN_HOURS)

    assert sound_of(store, back) == sounds.wav()


@pytest.fixture
def house(folder: Path, store: Store) -> Iterator[House]:
    """Before its first start."""
    given = {
        "PUBLIC_URL": "https://calls.example.org",
        "TWILIO_ACCOUNT_SID": "AC" + "7" * 32,
        "TWILIO_AUTH_TOKEN": "secret",
        "PHONE_NUMBER": "+82215550100",
        "DATABASE_URL": store.url,
        "MENU_FILE": str(folder / "menus.yaml"),
    }
    house = House(Settings.from_env(given))
    yield house
    house.store.close()


def test_the_first_start_publishes_the_recordings_beside_the_menu(house: House, store: Store) -> None:
    house.publish_menu()

    assert sound_of(store, 1) == sounds.wav()


def test_a_recording_that_is_missing_stops_the_first_start(house: House, store: Store, folder: Path) -> None:
    (folder / "audio" / "question.wav").unlink()

    with pytest.raises(Unreadable, match=r'there is no file "audio/question\.wav"'):
        house.publish_menu()

    with store.read() as tx:
        assert in_force(tx) is None


def test_an_address_that_no_file_can_have_finds_nothing(store: Store) -> None:
    version_id = put(store, RECORDED, sounds.wav())
    app = Flask("test")
    app.register_blueprint(recordings_blueprint(store))
    right = address(version_id, "audio/question.wav")

    asked = [app.test_client().get(at).status_code for at in (right, f"{right}%00", f"{right}%ff")]

    assert asked == [200, 404, 404]


# The commands


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["menu", *arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def test_a_supervisor_records_publishes_compares_and_takes_back(folder: Path) -> None:
    menu, question = folder / "menus.yaml", folder / "audio" / "question.wav"
    menu.write_text(SMALL, encoding="utf-8")
    assert run("publish")[1].endswith("version 1 is in force\n")
    menu.write_text(RECORDED, encoding="utf-8")
    came, changed, went = (
        f"“{QUESTION}” is now played from a recording\n",
        f"“{QUESTION}” has another recording\n",
        f"“{QUESTION}” is no longer played from a recording\n",
    )

    assert run("diff") == (1, came)
    assert run("publish")[1].endswith(f"version 2 is in force (was version 1)\n        {came}")
    assert run("diff") == (0, "no difference for callers\n")
    question.write_bytes(sounds.wav(b"\x80" * 4000))
    assert run("diff") == (1, changed)
    assert run("publish")[1].endswith(f"version 3 is in force (was version 2)\n        {changed}")
    assert run("publish")[1].endswith("version 3 was in force already\n")
    assert run("rollback")[1] == f"version 2 is in force (was version 3)\n        {changed}"
    assert run("rollback")[1] == f"version 1 is in force (was version 2)\n        {went}"
    assert [line.strip() for line in run("log")[1].splitlines() if line.startswith("        ")] == [
        one.strip() for one in (went, changed, changed, came)
    ]


def test_a_recording_that_is_missing_keeps_the_menu_from_being_published(folder: Path) -> None:
    (folder / "audio" / "question.wav").unlink()
    why = 'there is no file "audio/question.wav" in the menu\'s folder'

    status, output = run("check", "--quick")
    assert (status, f"menus.yaml:{HERE}:3: {why}" in output) == (1, True)
    status, output = run("publish")
    assert (status, why in output, output.splitlines()[-1]) == (1, True, "not published: the menu in force stays")
    assert run("diff", "menus.yaml", "menus.yaml") == (2, f"can't read this: {why}\n")


def test_a_recording_that_was_made_anew_waits_to_be_published(house: House, folder: Path) -> None:
    house.publish_menu()
    published = _menu_findings(house)
    (folder / "audio" / "question.wav").write_bytes(sounds.wav(b"\x80" * 4000))
    anew = _menu_findings(house)
    (folder / "audio" / "question.wav").unlink()

    assert [published["menu in force"], anew["menu in force"]] == ["ok", "note"]
    assert _menu_findings(house) == {"menu": "missing"}


def _menu_findings(house: House) -> dict[str, str]:
    return {one.what: one.verdict for one in menu_and_agents(house.settings) if one.what.startswith("menu")}


def test_what_can_be_recorded_is_listed(folder: Path) -> None:
    status, output = run("sentences")

    assert (status, output.splitlines()[:6]) == (
        0,
        [
            "안녕하세요, 바로샵입니다.",
            "통화료는 발신자가 부담합니다.",
            "폭언을 하시면 상담이 중단될 수 있습니다.",
            f"audio/question.wav: {QUESTION}",
            "말씀이 잘 들리지 않았습니다.",
            "다시 한번 말씀해 주세요. 배송 조회처럼 말씀해 주세요.",
        ],
    )


def test_a_menus_tests_hear_the_words_of_a_recording(folder: Path) -> None:
    tests = 'tests:\n  - {pressed: "0", ends: agent, hears: 상담원에게 연결해}\n'
    menu = with_recordings("agent.wav: 상담원에게 연결해 드리겠습니다.") + tests
    (folder / "menus.yaml").write_text(menu, encoding="utf-8")

    assert run("test") == (0, "menus.yaml: 1 tests, none failed\n")


def test_a_scripted_call_hears_the_words_of_a_recording() -> None:
    assert load_menu(spoken(RECORDED), "m") == load_menu(SMALL, "m")
    assert load_menu(spoken(RECORDED + "review_by: 2027-01-01\n"), "m").recordings == {}
