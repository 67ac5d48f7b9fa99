"""Where Twilio documents nothing, each of several truths can be played."""

from collections.abc import Callable
from typing import Any

import pytest
import requests
from click.testing import CliRunner
from flask import Response
from twilio.request_validator import RequestValidator

from simulator.__main__ import main
from simulator.truths import TRUTHS, BadTruth, address_signed, truths_of
from simulator.webhooks import sign

MOBILE = "+821099990000"
EMPTY = "<Response/>"


def leg_statuses(stage) -> list[dict[str, str]]:
    """What a call that the application orders tells of itself."""
    stage.app.documents |= {"leg": "", "whisper": EMPTY}
    stage.client.person(MOBILE)
    told: Any = {"status_callback": f"{stage.app.url}/leg", "status_callback_event": ["initiated", "completed"]}
    stage.rest.calls.create(to=MOBILE, from_="+82215550100", url=f"{stage.app.url}/whisper", **told)
    stage.client.wait_for(lambda _: len(stage.app.asked("leg")) == 2)
    return list(stage.app.asked("leg"))


@pytest.mark.parametrize("status", ["queued", "initiated"])
def test_the_event_initiated_comes_with_either_status(make_stage: Callable, status: str) -> None:
    stage = make_stage(truths={"initiated_status": status})

    assert [told["CallStatus"] for told in leg_statuses(stage)] == [status, "completed"]


def test_status_callbacks_may_carry_nothing_but_the_status(make_stage: Callable) -> None:
    stage = make_stage(truths={"status_details": False})

    details = {"CallbackSource", "SequenceNumber", "Timestamp", "CallDuration"}
    assert [details & told.keys() for told in leg_statuses(stage)] == [set(), set()]


@pytest.mark.parametrize(("retried", "asked"), [("ct", 1), ("all", 2)])
def test_a_webhook_that_fails_may_be_tried_again(make_stage: Callable, app, retried: str, asked: int) -> None:
    app.documents = {"answer": lambda _: Response(status=500), "status": ""}
    stage = make_stage(truths={"webhook_retried": retried})

    stage.ends(stage.calls())

    assert len(app.asked("answer")) == asked


@pytest.mark.parametrize(("says_when", "header"), [(True, "1"), (False, None)])
def test_429_may_say_when_to_ask_again(stage, says_when: bool, header: str | None) -> None:
    stage.client.faults(rest="429", retry_after=says_when)
    config = stage.server.network.config
    url = f"{stage.server.network.account_url}/Calls.json"

    answer = requests.get(url, auth=(config.account_sid, config.auth_token), timeout=5)

    assert (answer.status_code, answer.headers.get("Retry-After")) == (429, header)


@pytest.mark.parametrize(
    ("spelling", "url"),
    [
        ("given", "wss://media.example.com/media"),
        ("given/", "wss://media.example.com/media/"),
        ("http", "https://media.example.com/media"),
        ("http/", "https://media.example.com/media/"),
    ],
)
def test_a_media_socket_is_signed_in_any_spelling(spelling: str, url: str) -> None:
    signature = sign("secret", address_signed("wss://media.example.com/media", spelling), {})

    assert RequestValidator("secret").validate(url, {}, signature)


def test_truths_are_chosen_by_name() -> None:
    assert truths_of(["stream_survives_update=false", "webhook_retried=all"]) == {
        "stream_survives_update": False,
        "webhook_retried": "all",
    }


@pytest.mark.parametrize(
    ("pair", "named"), [("sky=blue", "sky"), ("retry_after=often", "often"), ("retry_after", "none of")]
)
def test_what_is_no_truth_is_refused_by_name(pair: str, named: str) -> None:
    with pytest.raises(BadTruth, match=named):
        truths_of([pair])
    refused = CliRunner().invoke(main, ["serve", "--auth-token", "t", "--voice-url", "http://x/", "--truth", pair])
    assert (refused.exit_code, named in refused.output) == (2, True)


def test_every_truth_has_more_than_one_side() -> None:
    assert {name for name, truth in TRUTHS.items() if len(set(truth.values)) < 2} == set()
