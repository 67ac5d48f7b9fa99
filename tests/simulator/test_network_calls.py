"""Calls through the stand-in network, as an application meets them."""

import threading
from collections.abc import Callable
from itertools import pairwise

import pytest
import requests
from flask import Response
from twilio.base.exceptions import TwilioRestException

ASK = '<Response><Gather numDigits="1" action="/key" timeout="2"><Say>누르세요</Say></Gather><Say>없음</Say></Response>'
CONFERENCE = (
    '<Response><Dial action="/after"><Conference endConferenceOnExit="true">room</Conference></Dial></Response>'
)


def test_a_caller_hears_presses_and_is_answered(stage) -> None:
    stage.app.documents = {"answer": ASK, "key": lambda p: f"<Response><Say>{p['Digits']}번</Say></Response>"}

    sid = stage.calls({"waits_for": "누르세요"}, {"presses": "7"})

    assert stage.ends(sid) == "completed"
    assert stage.client.look(sid)["heard"] == ["누르세요", "7번"]


def test_every_webhook_is_signed_and_says_who_calls(stage) -> None:
    stage.app.documents = {"answer": "<Response><Hangup/></Response>", "status": "<Response/>"}

    sid = stage.calls()
    stage.ends(sid)
    stage.client.wait_for(lambda e: e["kind"] == "webhook" and e["url"].endswith("/status"))

    assert all(stage.app.signed)
    asked = stage.app.asked("answer")[0]
    known = {name: asked[name] for name in ("CallSid", "From", "To", "Direction", "CallStatus", "ApiVersion")}
    assert known == {
        "CallSid": sid,
        "From": "+821012345678",
        "To": "+82215550100",
        "Direction": "inbound",
        "CallStatus": "ringing",
        "ApiVersion": "2010-04-01",
    }
    assert stage.app.asked("status")[0]["CallStatus"] == "completed"


def test_an_empty_gather_falls_through(stage) -> None:
    stage.app.documents = {"answer": ASK}

    sid = stage.calls()

    stage.ends(sid)
    assert stage.client.look(sid)["heard"] == ["누르세요", "없음"]
    assert stage.app.asked("key") == []


def test_a_gather_collects_until_its_finishing_key(stage) -> None:
    stage.app.documents = {
        "answer": '<Response><Gather action="/key" numDigits="11"><Say>누르세요</Say></Gather></Response>',
        "key": "<Response/>",
    }

    stage.ends(stage.calls({"waits_for": "누르세요"}, {"presses": "0101#"}))

    assert stage.app.asked("key")[0]["Digits"] == "0101"


def test_hash_is_a_key_where_no_key_finishes(stage) -> None:
    stage.app.documents = {
        "answer": '<Response><Gather action="/key" finishOnKey="" numDigits="1"><Say>자</Say></Gather></Response>',
        "key": "<Response/>",
    }

    stage.ends(stage.calls({"waits_for": "자"}, {"presses": "#"}))

    assert stage.app.asked("key")[0]["Digits"] == "#"


def test_a_relative_redirect_starts_from_the_document(stage) -> None:
    stage.app.documents = {
        "answer": "<Response><Redirect>/deep/one</Redirect></Response>",
        "deep/one": "<Response><Redirect>two</Redirect></Response>",
        "deep/two": "<Response><Say>here</Say></Response>",
    }

    sid = stage.calls()

    stage.ends(sid)
    assert stage.client.look(sid)["heard"] == ["here"]


def test_a_failing_application_is_followed_by_its_fallback(make_stage: Callable, app) -> None:
    app.documents = {"fallback": "<Response><Say>sorry</Say></Response>"}
    stage = make_stage(fallback_url=f"{app.url}/fallback")

    sid = stage.calls()

    stage.ends(sid)
    assert stage.client.look(sid)["heard"] == ["sorry"]
    assert (app.asked("fallback")[0]["ErrorCode"], app.asked("fallback")[0]["ErrorUrl"]) == (
        "11200",
        f"{app.url}/answer",
    )


def test_a_webhook_delivered_twice_carries_one_token(stage) -> None:
    stage.app.documents = {"answer": "<Response/>"}
    stage.client.faults(webhook_twice=True)

    stage.ends(stage.calls())

    tokens = [
        h["I-Twilio-Idempotency-Token"]
        for h, (path, _) in zip(stage.app.headers, stage.app.requests, strict=True)
        if path == "answer"
    ]
    assert len(tokens) == 2
    assert tokens[0] == tokens[1]


# Calls that the application places


def rings(stage, **about: object) -> str:
    url = stage.app.url
    return stage.rest.calls.create(
        to="+821099990000",
        from_="+82215550100",
        url=f"{url}/whisper",
        status_callback=f"{url}/leg",
        status_callback_event=["initiated", "ringing", "answered", "completed"],
        timeout=10,
        **about,
    ).sid


def test_a_call_is_initiated_rings_is_answered_and_completes_in_order(stage) -> None:
    stage.app.documents = {"whisper": "<Response><Say>hello</Say></Response>", "leg": "<Response/>"}
    stage.client.person("+821099990000", steps=[{"stays": True}])

    sid = rings(stage)
    stage.ends(sid)
    stage.client.wait_for(lambda e: e["kind"] == "webhook" and len(stage.app.asked("leg")) >= 4)

    assert [p["CallStatus"] for p in stage.app.asked("leg")] == ["queued", "ringing", "in-progress", "completed"]
    assert [p["SequenceNumber"] for p in stage.app.asked("leg")] == ["0", "1", "2", "3"]


@pytest.mark.parametrize(
    ("about", "status"),
    [
        ({"answers_with": "busy"}, "busy"),
        ({"answers_with": "decline"}, "busy"),
        ({"answers_with": "no-answer"}, "no-answer"),
    ],
)
def test_people_may_not_answer(stage, about: dict[str, str], status: str) -> None:
    stage.app.documents = {"leg": "<Response/>"}
    stage.client.person("+821099990000", **about)

    assert stage.ends(rings(stage)) == status


def test_who_is_unknown_never_answers(stage) -> None:
    stage.app.documents = {"leg": "<Response/>"}

    assert stage.ends(rings(stage)) == "no-answer"


def test_calls_are_placed_one_after_the_other(make_stage: Callable) -> None:
    stage = make_stage(time="stepped", calls_per_second=5.0)
    stage.app.documents = {"leg": "<Response/>", "whisper": "<Response/>"}
    stage.client.person("+821099990000", answers_with="busy")

    sids = [rings(stage) for _ in range(4)]
    stage.client.advance(5)
    ringing = [stage.client.wait_for(lambda e, sid=sid: e["kind"] == "ringing" and e["call"] == sid) for sid in sids]

    gaps = [later["seconds"] - earlier["seconds"] for earlier, later in pairwise(ringing)]
    assert [round(gap, 3) for gap in gaps] == [0.2] * 3


def test_two_people_meet_in_a_conference_and_it_ends_with_them(stage) -> None:
    stage.app.documents = {"answer": CONFERENCE, "after": "<Response><Say>bye</Say></Response>"}
    first = stage.calls({"waits_to_talk": True}, {"waits_seconds": 5}, {"hangs_up": True})

    second = stage.calls({"stays": True}, number="+821055556666")

    assert (stage.ends(first), stage.ends(second)) == ("completed", "completed")
    assert stage.client.look(second)["heard"] == ["bye"]
    assert stage.app.asked("after")[0]["DialCallStatus"] == "answered"


def test_a_moved_call_leaves_what_it_did(stage) -> None:
    stage.app.documents = {
        "answer": '<Response><Say loop="0">wait</Say></Response>',
        "now": "<Response><Say>moved</Say></Response>",
    }
    sid = stage.calls()
    stage.client.wait_for(lambda e: e["kind"] == "said_by_app")

    stage.rest.calls(sid).update(url=f"{stage.app.url}/now", method="POST")

    stage.ends(sid)
    assert stage.client.look(sid)["heard"][-1] == "moved"


def test_a_call_moved_while_its_webhook_is_on_the_way_drops_that_answer(stage) -> None:
    def slow(parameters: dict[str, str]) -> str:
        stage.rest.calls(parameters["CallSid"]).update(url=f"{stage.app.url}/now", method="POST")
        return "<Response><Say>too late</Say></Response>"

    stage.app.documents = {
        "answer": "<Response><Redirect>/slow</Redirect></Response>",
        "slow": slow,
        "now": "<Response><Say>moved</Say></Response>",
    }

    sid = stage.calls()

    assert stage.ends(sid) == "completed"
    assert stage.client.look(sid)["heard"] == ["moved"]


def test_a_redirected_webhook_is_signed_for_its_new_address(stage) -> None:
    def moved(_: dict[str, str]) -> Response:
        return Response(status=302, headers={"Location": "/elsewhere"})

    stage.app.documents = {"answer": moved, "elsewhere": "<Response><Say>here</Say></Response>"}

    sid = stage.calls()

    stage.ends(sid)
    assert stage.client.look(sid)["heard"] == ["here"]
    assert stage.app.signed[:2] == [True, True]


def test_a_call_that_has_ended_cannot_be_moved(stage) -> None:
    stage.app.documents = {"answer": "<Response/>"}
    sid = stage.calls()
    stage.ends(sid)

    with pytest.raises(TwilioRestException) as refused:
        stage.rest.calls(sid).update(url=f"{stage.app.url}/now")

    assert (refused.value.status, refused.value.code) == (400, 21220)


@pytest.mark.parametrize(
    ("order", "status", "code"),
    [
        ({"From": "+82215550100", "Url": "http://x"}, 400, 21201),
        ({"To": "010-1234", "From": "+82215550100", "Url": "http://x"}, 400, 21211),
        ({"To": "+821011112222", "From": "+82215550100"}, 400, 21205),
    ],
)
def test_wrong_orders_get_twilios_errors(stage, order: dict[str, str], status: int, code: int) -> None:
    account = stage.rest.account_sid
    url = f"{stage.server.url}/2010-04-01/Accounts/{account}/Calls.json"

    answer = requests.post(url, data=order, auth=(account, "secret"), timeout=5)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_wrong_password_is_refused(stage) -> None:
    account = stage.rest.account_sid
    url = f"{stage.server.url}/2010-04-01/Accounts/{account}/Calls.json"

    answer = requests.get(url, auth=(account, "guess"), timeout=5)

    assert (answer.status_code, answer.json()["code"]) == (401, 20003)


def test_faults_on_demand(stage) -> None:
    stage.app.documents = {"leg": "<Response/>"}
    stage.client.faults(rest_create="429", times=1)

    with pytest.raises(TwilioRestException) as busy:
        rings(stage)

    assert (busy.value.status, busy.value.code) == (429, 20429)
    assert rings(stage).startswith("CA")  # Once only.


def test_an_answer_that_is_lost_has_placed_its_call(stage) -> None:
    stage.app.documents = {"leg": "<Response/>"}
    stage.client.person("+821099990000", answers_with="busy")
    stage.client.faults(rest_create="timeout_after_placing", times=1)
    stage.rest.http_client.timeout = 0.5

    with pytest.raises(requests.ReadTimeout):
        rings(stage)

    placed = stage.client.wait_for(lambda e: e["kind"] == "ordered")
    assert stage.ends(placed["call"]) == "busy"


def test_live_calls_can_be_listed_by_number_and_status(stage) -> None:
    stage.app.documents = {"leg": "<Response/>", "whisper": '<Response><Pause length="60"/></Response>'}
    stage.client.person("+821099990000", steps=[{"stays": True}])
    sid = rings(stage)
    stage.client.wait_for(lambda e: e["kind"] == "answered")

    found = stage.rest.calls.list(to="+821099990000", status="in-progress")

    assert [call.sid for call in found] == [sid]


def test_a_long_listing_keeps_its_question_from_page_to_page(stage) -> None:
    stage.app.documents = {"answer": "<Response/>"}
    mine = {stage.calls() for _ in range(3)}
    stage.calls(number="+821055556666")

    found = stage.rest.calls.list(from_="+821012345678", page_size=1)

    assert [call.sid in mine for call in found] == [True, True, True]


def test_an_address_that_is_not_served_gets_twilios_error(stage) -> None:
    with pytest.raises(TwilioRestException) as refused:
        stage.rest.queues("QU" + "0" * 32).fetch()

    assert (refused.value.status, refused.value.code) == (404, 20404)


def test_threads_of_a_call_end_with_it(stage) -> None:
    stage.app.documents = {"answer": "<Response/>", "status": "<Response/>"}
    sid = stage.calls()
    stage.ends(sid)
    stage.client.wait_for(lambda e: e["kind"] == "webhook" and e["url"].endswith("/status"))

    for thread in [t for t in threading.enumerate() if sid in t.name]:
        thread.join(5)

    assert [t.name for t in threading.enumerate() if sid in t.name] == []


def test_a_step_that_nobody_knows_is_told(stage) -> None:
    with pytest.raises(ValueError, match="waits_for"):
        stage.calls({"sings": "la"})
