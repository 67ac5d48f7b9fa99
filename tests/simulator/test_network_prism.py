"""Every kind of REST request and answer, held against Twilio's own description by Prism."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rest_check import DESCRIPTION
from twilio_description import Exchange, NotHere, Prism, exchanges_in, prism

MOBILE = "+821099990000"
ROOM = '<Response><Dial><Conference participantLabel="caller">room</Conference></Dial></Response>'


@pytest.fixture(scope="module")
def checker() -> Iterator[Prism]:
    if not DESCRIPTION.exists():
        pytest.skip("needs Twilio's OpenAPI description beside the repository")
    try:
        with prism(DESCRIPTION) as started:
            yield started
    except NotHere as reason:
        pytest.skip(f"needs Prism: {reason}")


def exchange(**about: Any) -> Exchange:
    """A legal one, but for `about`."""
    account = "AC" + "5" * 32
    return {
        "method": "POST",
        "path": f"/2010-04-01/Accounts/{account}/Calls.json",
        "form": [["To", MOBILE], ["From", "+82215550100"], ["Url", "http://127.0.0.1/x"]],
        "authorization": "Basic QUM6c2VjcmV0",
        "status": 201,
        "answer": json.dumps({"sid": "CA" + "0" * 32, "status": "queued"}),
        **about,
    }


def everything_is_asked_for(stage) -> None:
    """One request of every kind."""
    rest, url = stage.rest, stage.app.url
    stage.app.otherwise = {"answer": ROOM, "whisper": "<Response><Sing/></Response>", "status": "<Response/>"}
    caller = stage.calls({"stays": True})
    stage.client.person(MOBILE, answers_after_seconds=590)
    ordered = rest.calls.create(
        to=MOBILE,
        from_="+82215550100",
        url=f"{url}/whisper",
        method="POST",
        fallback_url=f"{url}/fallback",
        status_callback=f"{url}/status",
        status_callback_event=["initiated", "answered"],
        machine_detection="DetectMessageEnd",
        async_amd="true",
        async_amd_status_callback=f"{url}/status",
        timeout=600,
    )
    brought = rest.calls.create(to=MOBILE, from_="+82215550100", twiml="<Response/>", send_digits="1w", timeout=600)
    rest.calls.list(status="ringing", to=MOBILE, start_time=ordered.date_created, page_size=1, limit=1)
    stage.client.wait_for(lambda e: e["kind"] == "joined_conference")
    _conferences(stage, caller)
    _streams(stage, caller)
    _messages(stage)
    rest.calls(caller).update(twiml="<Response><Sing/></Response>")
    stage.ends(caller)
    rest.calls(caller).fetch()
    for sid in (ordered.sid, brought.sid):
        rest.calls(sid).update(status="canceled")
    for found in rest.notifications.list():
        rest.notifications(found.sid).fetch()
    rest.calls(caller).notifications.list()
    rest.incoming_phone_numbers.list()
    rest.api.accounts(rest.account_sid).fetch()


def _conferences(stage, caller: str) -> None:
    [conference] = stage.rest.conferences.list(friendly_name="room", status="init")
    stage.rest.conferences(conference.sid).fetch()
    participants = stage.rest.conferences(conference.sid).participants
    participants.create(
        from_="+82215550100",
        to=MOBILE,
        label="agent",
        timeout=600,
        status_callback=f"{stage.app.url}/status",
        status_callback_event=["answered"],
        conference_status_callback_event=["start", "end"],
    )
    participants("agent").fetch()
    participants.list(muted=False)
    participants(caller).update(muted=True, hold=True)
    participants("caller").fetch()
    participants("agent").delete()


def _streams(stage, caller: str) -> None:
    streams = stage.rest.calls(caller).streams
    started = streams.create(url="ws://127.0.0.1:1/x", name="ear", parameter1_name="token", parameter1_value="t")
    streams(started.sid).update(status="stopped")


def _messages(stage) -> None:
    messages = stage.rest.messages
    sent = messages.create(
        to=MOBILE, from_="+82215550100", body="곧 전화드리겠습니다", status_callback=f"{stage.app.url}/s"
    )
    stage.client.wait_for(lambda e: e["kind"] == "text_delivered")
    messages(sent.sid).fetch()
    messages.list(to=MOBILE, date_sent_after=sent.date_created)


def test_every_request_and_answer_is_as_twilio_describes_it(make_stage: Callable, tmp_path: Path, checker) -> None:
    stage = make_stage(exchanges=tmp_path)

    everything_is_asked_for(stage)

    exchanges = exchanges_in(tmp_path)
    assert len(exchanges) > 15
    assert checker.violations(exchanges) == []


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        ({"form": [["To", MOBILE], ["From", "1"], ["Method", "PUT"]]}, ["request.body.Method"]),
        ({"form": [["To", MOBILE]]}, ["request.body"]),
        ({"form": [["To", MOBILE], ["From", "1"], ["Timeout", "soon"]]}, ["request.body.Timeout"]),
        ({"path": "/2010-04-01/Accounts/AC1/Calls.json"}, ["request.path.accountsid"] * 2),
        ({"path": f"/2010-04-01/Accounts/AC{'5' * 32}/Phones.json"}, ["request"]),
        ({"answer": json.dumps({"sid": "CA" + "0" * 32, "status": "dialling"})}, ["response.body.status"]),
        ({"answer": json.dumps({"to": 5})}, ["response.body.to"]),
        ({"status": 200}, ["response"]),
        # Refused for its form: illegal on purpose. Refused for a state: it has to be legal.
        ({"form": [["To", MOBILE]], "status": 400, "answer": '{"code": 21201}'}, []),
        ({"form": [["To", MOBILE]], "status": 400, "answer": '{"code": 21220}'}, ["request.body"]),
    ],
)
def test_the_check_finds_what_is_wrong(checker, wrong: dict[str, Any], found: list[str]) -> None:
    places = [line.split(": ")[1] for line in checker.violations([exchange(**wrong)])]

    assert [place.removesuffix(".") for place in places] == found


def test_what_is_excused_is_broken_by_the_descriptions_own_examples(shared_data: Path) -> None:
    text = (shared_data / "twilio" / "twilio_api_v2010.json").read_text()

    assert '"first_page_uri": "/2010-04-01/' in text
    assert '"reason_conference_ended": null' in text


def test_exchanges_that_are_alike_are_looked_at_once(checker) -> None:
    wrong = [exchange(answer=json.dumps({"sid": f"CA{n:032x}", "to": 5})) for n in range(3)]

    assert len(checker.violations(wrong)) == 1
