"""Calls in stepped time: hours pass at once, and the same day is the same to the last byte."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from simulator.clock import NotStepped
from simulator.config import START, NetworkConfig
from simulator.network import PhoneNetwork
from simulator.order import Order
from simulator.people import Person

AGENT = "+821099990000"
HOUR = 3600
ACTORS = ("call-", "person-", "status-", "ring-", "pace")
# A pause that comes first would let the call ring.
ON = "<Response><Redirect>/held</Redirect></Response>"
MOVED = "<Response><Say>moved</Say></Response>"
HOLD = '<Response><Say>one moment</Say><Pause length="90"/></Response>'


def stepped(app) -> NetworkConfig:
    return NetworkConfig(
        account_sid="AC" + "5" * 32,
        auth_token="secret",
        number="+82215550100",
        voice_url=f"{app.url}/answer",
        status_url=f"{app.url}/status",
        time="stepped",
    )


@pytest.fixture
def stage(make_stage: Callable):
    return make_stage(time="stepped")


def events(stage, sid: str, *kinds: str) -> list[tuple[str, float]]:
    return [(e["kind"], e["seconds"]) for e in stage.client.events() if e.get("call") == sid and e["kind"] in kinds]


def test_an_hour_passes_at_once(stage) -> None:
    stage.app.documents = {"answer": ON, "held": '<Response><Pause length="3000"/><Say>there</Say></Response>'}
    sid = stage.calls()

    at = stage.client.advance(HOUR)

    assert at == stage.client.now() == START + timedelta(hours=1)
    # "there": five letters, 14 a second, and a breath.
    assert events(stage, sid, "answered", "said_by_app", "ended") == [
        ("answered", 0.0),
        ("said_by_app", 3000.0),
        ("ended", 3000.657),
    ]


def test_a_scripted_call_is_played_to_its_end(stage) -> None:
    stage.app.documents = {"answer": HOLD, "status": ""}
    steps = [{"waits_for": "moment"}, {"waits_seconds": 30}, {"hangs_up": True}]

    sid = stage.client.play("+821012345678", steps=steps)

    assert events(stage, sid, "ended") == [("ended", 30.0)]


def test_a_whisper_that_leads_to_itself_does_not_hold_time_still(stage) -> None:
    dial = '<Response><Dial timeLimit="60"><Number url="/whisper">+821090000001</Number></Dial></Response>'
    stage.app.documents = {
        "answer": dial,
        "whisper": "<Response><Redirect>/whisper</Redirect></Response>",
        "status": "",
    }
    stage.client.person("+821090000001", steps=[{"waits_seconds": 20}, {"hangs_up": True}])
    sid = stage.calls({"stays": True})

    stage.client.advance(120)

    assert events(stage, sid, "ended") != []


def test_nothing_is_asked_before_time_moves(stage) -> None:
    stage.app.documents = {"answer": "<Response/>"}
    stage.calls()
    before = list(stage.app.requests)

    stage.client.advance(0)

    assert (before, [path for path, _ in stage.app.requests]) == ([], ["answer", "status"])


def test_dates_and_durations_are_those_of_the_clock(stage) -> None:
    stage.app.documents = {"answer": ON, "held": '<Response><Pause length="90"/></Response>', "status": ""}
    stage.client.advance(HOUR)
    sid = stage.calls()

    stage.client.advance(HOUR)

    call = stage.rest.calls(sid).fetch()
    assert (call.date_created, call.start_time, call.end_time, call.duration) == (
        START + timedelta(hours=1),
        START + timedelta(hours=1),
        START + timedelta(hours=1, seconds=90),
        "90",
    )
    [told] = stage.app.asked("status")
    assert (told["CallDuration"], told["Timestamp"]) == ("90", "Mon, 05 Jan 2026 10:01:30 +0000")
    assert stage.client.events()[-1]["at"] == "2026-01-05T10:01:30+00:00"


def test_the_day_may_begin_on_any_date(make_stage: Callable) -> None:
    stage = make_stage(time="stepped", start=datetime(2027, 12, 31, 23, 59, tzinfo=UTC))

    assert stage.client.advance(60) == datetime(2028, 1, 1, tzinfo=UTC)


def test_an_answer_takes_no_time(stage) -> None:
    stage.app.documents = {"answer": "<Response/>"}
    stage.calls()

    stage.client.advance(1)

    assert [e["ms"] for e in stage.client.events() if e["kind"] == "webhook" and "answer" in e["url"]] == [0.0]


def test_calls_placed_by_rest_are_a_second_apart_to_the_millisecond(make_stage: Callable) -> None:
    stage = make_stage(time="stepped", calls_per_second=1.0)
    sids = [
        stage.rest.calls.create(to=AGENT, from_="+82215550100", url=f"{stage.app.url}/leg", timeout=20).sid
        for _ in range(3)
    ]

    stage.client.advance(60)

    assert [events(stage, sid, "ringing", "ended") for sid in sids] == [
        [("ringing", 0.0), ("ended", 20.0)],
        [("ringing", 1.0), ("ended", 21.0)],
        [("ringing", 2.0), ("ended", 22.0)],
    ]
    assert [stage.rest.calls(sid).fetch().queue_time for sid in sids] == ["0", "1000", "2000"]


def test_an_application_may_ask_rest_while_it_is_asked(stage) -> None:
    def move_and_ring(parameters: dict[str, str]) -> str:
        stage.rest.calls.create(to=AGENT, from_="+82215550100", url=f"{stage.app.url}/leg")
        stage.rest.calls(parameters["CallSid"]).update(url=f"{stage.app.url}/now", method="POST")
        return "<Response><Say>too late</Say></Response>"

    stage.app.documents = {"answer": ON, "held": move_and_ring, "now": MOVED, "leg": HOLD}
    stage.client.person(AGENT, answers_after_seconds=3, steps=[{"waits_for": "moment"}, {"hangs_up": True}])
    sid = stage.calls()

    stage.client.advance(60)

    [leg] = stage.rest.calls.list(to=AGENT)
    assert stage.client.look(sid)["heard"] == ["moved"]
    assert (leg.status, events(stage, leg.sid, "answered")) == ("completed", [("answered", 3.0)])


def test_an_application_cannot_advance_the_clock_from_its_answer(stage) -> None:
    answers = []

    def hasty(_: dict[str, str]) -> str:
        wanted = {"advance_seconds": 60}
        answers.append(requests.post(f"{stage.server.url}/simulator/clock", json=wanted, timeout=5))
        return "<Response/>"

    stage.app.documents = {"answer": hasty}
    stage.calls()

    stage.client.advance(1)

    assert [(a.status_code, "advanced already" in a.json()["error"]) for a in answers] == [(409, True)]


def test_real_time_cannot_be_advanced(make_stage: Callable) -> None:
    stage = make_stage()
    refused = requests.post(f"{stage.server.url}/simulator/clock", json={"advance_seconds": 1}, timeout=5)

    assert (refused.status_code, refused.json()) == (409, {"error": NotStepped.__doc__})
    assert requests.get(f"{stage.server.url}/simulator/clock", timeout=5).json()["time"] == "real"


@pytest.mark.parametrize("body", [{"advance_seconds": -1}, {"advance_seconds": "soon"}, {"seconds": 1}])
def test_a_step_that_is_none_is_refused(stage, body: dict[str, Any]) -> None:
    assert requests.post(f"{stage.server.url}/simulator/clock", json=body, timeout=5).status_code == 400


def test_a_document_that_leads_to_itself_does_not_hold_time_still(stage) -> None:
    stage.app.documents = {"answer": "<Response><Redirect/></Response>"}
    sid = stage.calls({"waits_seconds": 3}, {"hangs_up": True})

    stage.client.advance(60)

    assert events(stage, sid, "ended") == [("ended", 3.0)]


def test_closing_the_network_ends_every_call_and_every_thread(app) -> None:
    app.documents = {"answer": HOLD, "status": "<Response/>"}
    network = PhoneNetwork(stepped(app))
    network.start()
    sids = [network.dial_in(Person(f"+82101111000{n}", steps=[{"stays": True}])).sid for n in range(5)]
    network.place(Order(AGENT, "+82215550100", "outbound-api", f"{app.url}/answer"))
    network.advance(60)

    network.close()

    assert [network.calls[sid].status for sid in sids] == ["completed"] * 5
    assert len(app.asked("status")) == 5
    for thread in threading.enumerate():
        if thread.name.startswith(ACTORS):
            thread.join(5)
            assert not thread.is_alive()


def test_closing_the_network_while_time_is_advanced_ends_the_advance(app) -> None:
    def close(_: dict[str, str]) -> str:
        threading.Thread(target=network.close).start()
        network.events.after(2, wait_seconds=5)  # Dialled, answered; next, it has ended.
        return HOLD

    network = PhoneNetwork(stepped(app))
    app.documents = {"answer": close, "status": ""}
    network.start()
    network.dial_in(Person("+821011110000", steps=[{"stays": True}]))

    assert network.advance(24 * HOUR) < START + timedelta(hours=1)
