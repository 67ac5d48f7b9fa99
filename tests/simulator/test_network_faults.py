"""Faults on demand: each entry of the table in docs/simulator.md happens, so often and where it is asked for."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

from simulator.faults import FAULTS

EMPTY = "<Response/>"


@pytest.fixture(autouse=True)
def answers_everything(app) -> None:
    app.otherwise = dict.fromkeys(("answer", "status", "leg", "whisper"), EMPTY)


def rings(stage, to: str = "+821099990000") -> str:
    return stage.rest.calls.create(
        to=to,
        from_="+82215550100",
        url=f"{stage.app.url}/whisper",
        status_callback=f"{stage.app.url}/leg",
        status_callback_event=["initiated", "ringing", "answered", "completed"],
    ).sid


def told(stage, count: int) -> list[str]:
    stage.client.wait_for(lambda _: len(stage.app.asked("leg")) >= count)
    return [p["CallStatus"] for p in stage.app.asked("leg")]


def test_every_fault_is_in_the_documentation_and_none_that_is_not(repo_root: Path) -> None:
    text = (repo_root / "docs" / "simulator.md").read_text()
    [table] = re.findall(r"## Faults\n(.*?)\n## ", text, re.DOTALL)

    assert set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE)) == set(FAULTS)


@pytest.mark.parametrize(
    ("wanted", "named"),
    [
        ({"earthquake": True}, "earthquake"),
        ({"rest": "418"}, "418"),
        ({"webhook_late": "soon"}, "webhook_late"),
        ({"webhook_twice": True, "times": 0}, "times"),
    ],
)
def test_a_fault_that_nobody_knows_is_refused_by_name(stage, wanted: dict, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        stage.client.faults(**wanted)

    assert stage.client.faults() == {}


def test_faults_add_up_are_used_up_and_taken_away(stage) -> None:
    stage.client.faults(webhook_twice=True, only="/leg")
    both = stage.client.faults(rest="429", times=2)

    with pytest.raises(TwilioRestException):
        rings(stage)

    assert both == {
        "webhook_twice": {"value": True, "only": "/leg", "times": None},
        "rest": {"value": "429", "only": "", "times": 2},
    }
    assert stage.client.faults(webhook_twice=False) == {"rest": {"value": "429", "only": "", "times": 1}}
    assert stage.client.faults() == {}


# Webhooks


def test_a_webhook_arrives_twice_only_where_it_was_asked_for(stage) -> None:
    stage.client.faults(webhook_twice=True, only="/status", times=1)

    stage.ends(stage.calls())
    stage.client.wait_for(lambda _: len(stage.app.asked("status")) >= 2)

    assert (len(stage.app.asked("answer")), len(stage.app.asked("status"))) == (1, 2)


def test_a_late_webhook_comes_so_many_of_the_networks_seconds_later(make_stage: Callable) -> None:
    stage = make_stage(speed=10.0)
    stage.client.faults(webhook_late=5, only="/answer")

    sid = stage.calls()
    stage.ends(sid)

    at = {e["kind"]: e["seconds"] for e in reversed(stage.client.events()) if e.get("call") == sid}
    assert 10 * (at["webhook"] - at["dialled"]) >= 5.0


def test_status_callbacks_arrive_out_of_order(stage) -> None:
    stage.client.person("+821099990000")
    stage.client.faults(status_swapped=True, only="/leg")

    rings(stage)

    assert told(stage, 4) == ["ringing", "queued", "in-progress", "completed"]
    assert [p["SequenceNumber"] for p in stage.app.asked("leg")] == ["1", "0", "2", "3"]


def test_a_status_callback_that_nothing_follows_is_delivered_all_the_same(stage) -> None:
    stage.client.faults(status_swapped=True)

    stage.calls()
    stage.client.wait_for(lambda _: len(stage.app.asked("status")) >= 1)

    assert [p["CallStatus"] for p in stage.app.asked("status")] == ["completed"]


def test_a_text_is_carried_though_status_callbacks_are_swapped(stage) -> None:
    stage.client.person("+821099990000")
    stage.client.faults(status_swapped=True)

    stage.rest.messages.create(to="+821099990000", from_="+82215550100", body="hello")
    stage.client.wait_for(lambda e: e["kind"] == "text_delivered")

    assert stage.client.texts("+821099990000") == ["hello"]


def test_an_application_that_is_heard_too_late_has_done_its_work(make_stage: Callable, app) -> None:
    app.documents = {"fallback": "<Response><Say>sorry</Say></Response>"}
    stage = make_stage(fallback_url=f"{app.url}/fallback")
    stage.client.faults(webhook_answer_lost=True, only="/answer")

    sid = stage.calls()
    stage.ends(sid)

    assert len(app.asked("answer")) == 1
    assert stage.client.look(sid)["heard"] == ["sorry"]


# REST


def test_too_many_requests_say_when_to_come_back(stage) -> None:
    stage.client.faults(rest="429", only="GET /Calls.json")

    answer = requests.get(
        f"{stage.server.url}/2010-04-01/Accounts/{stage.rest.account_sid}/Calls.json",
        auth=(stage.rest.account_sid, "secret"),
        timeout=5,
    )

    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (429, 20429, "1")


def test_a_fault_meets_only_the_request_that_was_chosen(stage) -> None:
    stage.client.faults(rest="500", only="POST To=+821011112222")

    first = rings(stage)
    with pytest.raises(TwilioRestException) as broken:
        rings(stage, to="+821011112222")

    assert (broken.value.status, broken.value.code) == (500, 20500)
    assert [call.sid for call in stage.rest.calls.list()] == [first]


def test_an_order_that_is_answered_with_an_error_may_have_been_carried_out(stage) -> None:
    stage.client.faults(rest="500_after")

    with pytest.raises(TwilioRestException) as broken:
        rings(stage)

    assert (broken.value.status, len(stage.rest.calls.list())) == (500, 1)


@pytest.mark.parametrize(("when", "placed"), [("timeout", 0), ("timeout_after", 1)])
def test_a_request_that_hangs_was_carried_out_or_not(stage, when: str, placed: int) -> None:
    stage.client.faults(rest=when)
    stage.rest.http_client.timeout = 0.3

    with pytest.raises(requests.ReadTimeout):
        rings(stage)

    stage.rest.http_client.timeout = 10
    assert len(stage.rest.calls.list()) == placed


def test_a_wrong_password_uses_up_no_fault(stage) -> None:
    stage.client.faults(rest="429")
    url = f"{stage.server.url}/2010-04-01/Accounts/{stage.rest.account_sid}/Calls.json"

    answer = requests.get(url, auth=(stage.rest.account_sid, "guess"), timeout=5)

    assert answer.status_code == 401
    assert stage.client.faults(webhook_twice=False) == {"rest": {"value": "429", "only": "", "times": 1}}


# Lines


def test_a_lost_connection_ends_the_call_of_one_number_and_no_other(stage) -> None:
    stage.app.documents = {"answer": '<Response><Play digits="w"/><Pause length="600"/></Response>'}
    lost, kept = stage.calls({"stays": True}), stage.calls({"stays": True}, number="+821055556666")

    for sid in (lost, kept):
        stage.client.wait_for(lambda e, sid=sid: e["kind"] == "answered" and e["call"] == sid)
    stage.client.faults(line_lost=True, only="+821012345678")

    assert stage.ends(lost) == "completed"
    assert stage.client.look(kept)["status"] == "in-progress"
