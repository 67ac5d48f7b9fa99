"""`barocall check` against a carrier, a public address and a page elsewhere that really answer."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import make_server

from callqueue.agents import add_agent
from command.check import fallback_document, find_all, site_languages
from settings import Settings
from simulator.config import NetworkConfig
from simulator.server import NetworkServer
from store.database import Store
from store.migrate import newest_revision

ACCOUNT = "AC" + "7" * 32
NUMBER = "+82215550100"
FALLBACK = "+82215550199"
SKILLS = ("billing", "delivery", "refund", "tech", "retention", "general")


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """Our public address and, by its other name, a page elsewhere; returns its port."""
    app = Flask("site")
    app.add_url_rule("/healthz", "healthz", lambda: {"status": "ok"})
    app.add_url_rule("/fallback.xml", "fallback", lambda: fallback_document(FALLBACK, ["ko"]))
    app.add_url_rule("/other.xml", "other", lambda: fallback_document("+82215550000", ["ko"]))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield str(server.server_port)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def carrier(site: str) -> NetworkConfig:
    ours = f"http://127.0.0.1:{site}/voice"
    return NetworkConfig(
        account_sid=ACCOUNT,
        auth_token="secret",
        number=NUMBER,
        voice_url=f"{ours}/answer",
        status_url=f"{ours}/status",
        fallback_url=f"http://localhost:{site}/fallback.xml",
    )


@pytest.fixture
def given(site: str, store: Store, redis_url: str, repo_root: Path) -> dict[str, str]:
    with store.write() as tx:
        add_agent(tx, name="김지우", phone="+821012345678", skills=SKILLS, now=datetime.now(UTC))
    return {
        "PUBLIC_URL": f"http://127.0.0.1:{site}",
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": "secret",
        "PHONE_NUMBER": NUMBER,
        "FALLBACK_NUMBER": FALLBACK,
        "DATABASE_URL": store.url,
        "REDIS_URL": redis_url,
        "MENU_FILE": str(repo_root / "menus.yaml"),
        "SECOND_OPINION": "none",
    }


def found(given: dict[str, str], carrier: NetworkConfig) -> dict[str, tuple[str, str]]:
    """What → verdict and words, as told while the carrier is there."""
    with NetworkServer(carrier) as network:
        findings = find_all({**given, "TWILIO_API_URL": network.url})
    return {finding.what: (finding.verdict, finding.told) for finding in findings}


def test_nothing_is_missing_where_everything_is_there(given: dict[str, str], carrier: NetworkConfig) -> None:
    told = found(given, carrier)

    assert {what: verdict for what, (verdict, _) in told.items()} == {
        "settings": "ok",
        "Redis": "ok",
        "credentials": "ok",
        "public URL": "note",  # http:// here
        "webhooks": "ok",
        "fallback URL": "ok",
        "fallback number": "ok",
        "call limit": "note",
        "recogniser": "ok",
        "second opinion": "note",  # none is wanted
        "database": "ok",
        "menu": "ok",
        "menu in force": "note",
        "English": "note",  # Keys only
        "agents": "ok",
    }
    assert told["database"] == ("ok", f"schema {newest_revision()}")


def test_wrong_credentials_are_not_mistaken_for_a_carrier_that_is_away(
    given: dict[str, str], carrier: NetworkConfig
) -> None:
    refused = found({**given, "TWILIO_AUTH_TOKEN": "wrong"}, carrier)["credentials"]
    away = {f.what: f.told for f in find_all({**given, "TWILIO_API_URL": "http://127.0.0.1:1"})}["credentials"]

    assert refused == (
        "missing",
        (
            "the carrier does not accept them (20003: Unable to fetch record: Authenticate): "
            "look at TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN"
        ),
    )
    assert away == "http://127.0.0.1:1 does not answer: is this machine allowed to reach it?"


def test_a_webhook_that_points_elsewhere_is_told_with_the_address_to_set(
    given: dict[str, str], carrier: NetworkConfig
) -> None:
    verdict, told = found(given, replace(carrier, voice_url="https://old.example.org/voice"))["webhooks"]

    wanted = f"{given['PUBLIC_URL']}/voice/answer"
    assert (verdict, told) == (
        "missing",
        f"set the number's voice_url to {wanted} (it is https://old.example.org/voice)",
    )


@pytest.mark.parametrize(
    ("host", "page", "told"),
    [
        ("127.0.0.1", "fallback.xml", "it lies on barocall's own host, which would be away too"),
        ("localhost", "nothing.xml", "is no TwiML document"),
        ("localhost", "healthz", "is no TwiML document"),
        ("localhost", "other.xml", "does not dial FALLBACK_NUMBER"),
    ],
)
def test_a_fallback_page_that_would_not_help_is_missing(
    host: str, page: str, told: str, given: dict[str, str], carrier: NetworkConfig, site: str
) -> None:
    broken = replace(carrier, fallback_url=f"http://{host}:{site}/{page}")

    verdict, words = found(given, broken)["fallback URL"]

    assert (verdict, told in words) == ("missing", True)


def test_a_department_that_nobody_can_serve_is_named(
    given: dict[str, str], carrier: NetworkConfig, store: Store
) -> None:
    with store.write() as tx:
        some = [skill for skill in SKILLS if skill != "refund"]
        add_agent(tx, name="김지우", phone="+821012345678", skills=some, now=datetime.now(UTC))

    verdict, words = found(given, carrier)["agents"]

    assert (verdict, "환불" in words) == ("missing", True)


def test_a_password_in_an_address_is_not_shown(given: dict[str, str], carrier: NetworkConfig) -> None:
    told = found({**given, "REDIS_URL": "redis://:top-secret@127.0.0.1:1/0"}, carrier)

    assert told["Redis"][0] == "missing"
    assert "top-secret" not in str(told)


@pytest.mark.parametrize("url", ["sqlite:////nowhere/at/all.sqlite3", "sqlite+odd:///x"])
def test_a_database_that_can_not_be_used_is_told_not_traced(
    url: str, given: dict[str, str], carrier: NetworkConfig
) -> None:
    verdict, words = found({**given, "DATABASE_URL": url}, carrier)["database"]

    assert (verdict, words.startswith("DATABASE_URL can't be used: ")) == ("missing", True)


@pytest.mark.parametrize(
    ("about", "verdict", "told"),
    [
        ({}, "note", "ENGLISH_RECOGNISER=twilio lets the carrier hear them"),
        ({"ENGLISH_RECOGNISER": "twilio"}, "ok", "the carrier hears callers in English"),
        ({"RECOGNISER": "twilio"}, "ok", "the carrier hears callers in English"),
    ],
)
def test_who_hears_english_is_told_and_how_to_change_it(
    given: dict[str, str], about: dict[str, str], verdict: str, told: str
) -> None:
    [finding] = [finding for finding in find_all({**given, **about}) if finding.what == "English"]

    assert (finding.verdict, told in finding.told) == (verdict, True)


def test_the_fallback_document_speaks_the_languages_of_the_menu(given: dict[str, str], repo_root: Path) -> None:
    away = {**given, "MENU_FILE": str(repo_root / "no-such-menu.yaml")}

    assert [site_languages(Settings.from_env(environ)) for environ in (given, away)] == [("ko", "en"), ("ko",)]
    assert fallback_document(FALLBACK, ["ko", "en"]).count("<Say") == 2
