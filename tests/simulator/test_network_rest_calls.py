"""Calls over REST, with the twilio package as the client: ordered, refused, changed, listed, looked at."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

from simulator.config import NetworkConfig
from simulator.detection import verdict
from simulator.order import Detection
from simulator.people import Person
from simulator.server import NetworkServer

EMPTY = "<Response/>"
LONG = '<Response><Play digits="w"/><Pause length="600"/></Response>'
MOBILE = "+821099990000"
STAYS = [{"stays": True}]


@pytest.fixture
def app(app) -> Any:
    """It answers everything."""
    app.otherwise = dict.fromkeys(("answer", "status", "leg", "whisper", "found"), EMPTY)
    return app


def orders(stage, **about: Any) -> str:
    given = {"to": MOBILE, "from_": "+82215550100", "url": f"{stage.app.url}/whisper", **about}
    return stage.rest.calls.create(**{name: value for name, value in given.items() if value is not None}).sid


@pytest.fixture(scope="module")
def desk() -> Iterator[NetworkServer]:
    """A network for requests that change nothing."""
    account = "AC" + "5" * 32
    with NetworkServer(NetworkConfig(account, "secret", "+82215550100", "http://127.0.0.1:1/answer")) as server:
        yield server


def ask(
    server: NetworkServer, path: str, form: dict[str, Any] | None = None, method: str = "POST"
) -> requests.Response:
    config = server.network.config
    url = f"{server.url}/2010-04-01/Accounts/{config.account_sid}{path}"
    return requests.request(method, url, data=form, auth=(config.account_sid, config.auth_token), timeout=5)


def seen(stage, kind: str, sid: str) -> dict[str, Any]:
    return stage.client.wait_for(lambda e: e["kind"] == kind and e.get("call") == sid)


# Refused


@pytest.mark.parametrize(
    ("wrong", "code", "named"),
    [
        ({"To": None}, 21201, "'To'"),
        ({"From": None}, 21213, "'From'"),
        ({"To": "+821"}, 21211, "+821"),
        ({"To": "sip:me@example.com"}, 21211, "sip:"),
        ({"From": "12"}, 21212, "12"),
        ({"From": "+821055556666"}, 21210, "+821055556666"),
        ({"Url": None}, 21205, "Url"),
        ({"Url": "/whisper"}, 21205, "/whisper"),
        ({"Url": "http://["}, 21205, "http://["),
        ({"FallbackUrl": "ftp://x/y"}, 21205, "FallbackUrl"),
        ({"Method": "PUT"}, 21209, "PUT"),
        ({"Timeout": "soon"}, 21208, "soon"),
        ({"Timeout": "601"}, 21208, "601"),
        ({"SendDigits": "1,2"}, 21206, "1,2"),
        ({"StatusCallbackEvent": "sneezed"}, 20001, "sneezed"),
        ({"MachineDetection": "Maybe"}, 20001, "MachineDetection"),
        ({"MachineDetection": "Maybe", "SendDigits": "1"}, 20001, "MachineDetection"),
        ({"AsyncAmd": "true"}, 20001, "AsyncAmd is only for a call with MachineDetection"),
        ({"MachineDetectionTimeout": "9"}, 20001, "MachineDetectionTimeout is only"),
        ({"Twiml": "x" * 4001, "Url": None}, 20001, "4000"),
        ({"Record": "perhaps"}, 20001, "Record: true or false"),
        ({"Record": "true", "RecordingChannels": "dual"}, 20001, "RecordingChannels: one of mono"),
        ({"Record": "true", "RecordingTrack": "both"}, 20001, "RecordingTrack is not spoken here"),
        ({"Trim": "trim-silence"}, 20001, "Trim is only for a call with Record=true"),
        ({"ApplicationSid": "AP" + "0" * 32}, 20001, "ApplicationSid"),
    ],
)
def test_a_wrong_order_gets_twilios_error_and_calls_nobody(
    desk: NetworkServer, wrong: dict, code: int, named: str
) -> None:
    order = {"To": MOBILE, "From": "+82215550100", "Url": "http://127.0.0.1/x", **wrong}

    answer = ask(desk, "/Calls.json", {name: value for name, value in order.items() if value is not None})

    told = answer.json()
    assert (answer.status_code, told["code"], told["status"]) == (400, code, 400)
    assert named in told["message"]
    assert told["more_info"] == f"https://www.twilio.com/docs/errors/{code}"
    assert desk.network.calls == {}


def test_another_number_may_be_shown_where_it_was_verified(make_stage: Callable) -> None:
    stage = make_stage(caller_ids=("+8225550199",))

    assert stage.rest.calls(orders(stage, from_="+8225550199")).fetch().status in ("queued", "ringing")


def test_what_the_api_does_not_do_is_refused_by_name(desk: NetworkServer) -> None:
    answer = ask(desk, "/Calls.json", method="DELETE")

    assert (answer.status_code, answer.json()["code"]) == (405, 20004)


def test_reaching_the_limit_of_simultaneous_calls_is_error_16021(make_stage: Callable) -> None:
    stage = make_stage(most_calls=1)
    stage.app.documents = {"answer": LONG}
    first = stage.calls({"stays": True})

    with pytest.raises(TwilioRestException) as refused:
        orders(stage)
    stage.rest.calls(first).update(status="completed")

    assert (refused.value.status, refused.value.code) == (400, 16021)
    assert orders(stage).startswith("CA")


def test_a_queue_longer_than_a_day_is_error_22005(make_stage: Callable) -> None:
    stage = make_stage(calls_per_second=1 / 50_000)

    waits = [stage.rest.calls(orders(stage)).fetch().queue_time for _ in range(2)]

    with pytest.raises(TwilioRestException) as refused:
        orders(stage)
    assert (waits, refused.value.code) == (["0", "50000000"], 22005)


def test_one_call_a_second_is_placed_and_the_rest_is_queued_with_its_time(make_stage: Callable) -> None:
    stage = make_stage(calls_per_second=1.0, time="stepped")

    sids = [orders(stage) for _ in range(3)]

    calls = [stage.rest.calls(sid).fetch() for sid in sids]
    assert [call.queue_time for call in calls] == ["0", "1000", "2000"]
    assert [call.status for call in calls[1:]] == ["queued", "queued"]


# Ordered


def test_a_call_may_bring_its_document_along(stage) -> None:
    stage.client.person(MOBILE)

    sid = orders(stage, url=None, twiml="<Response><Say>hello</Say></Response>")
    stage.ends(sid)

    assert (stage.client.look(sid)["heard"], stage.app.asked("whisper")) == (["hello"], [])


def test_where_url_and_twiml_are_both_given_twiml_is_ignored(stage) -> None:
    stage.app.documents = {"whisper": "<Response><Say>from the address</Say></Response>"}
    stage.client.person(MOBILE)

    sid = orders(stage, twiml="<Response><Say>hello</Say></Response>")
    stage.ends(sid)

    assert stage.client.look(sid)["heard"] == ["from the address"]


def test_only_the_end_is_told_where_no_events_are_named(stage) -> None:
    stage.client.person(MOBILE)

    stage.ends(orders(stage, status_callback=f"{stage.app.url}/leg"))
    stage.client.wait_for(lambda _: stage.app.asked("leg") != [])

    assert [p["CallStatus"] for p in stage.app.asked("leg")] == ["completed"]


def test_the_default_ring_timeout_is_sixty_seconds(make_stage: Callable) -> None:
    stage = make_stage(speed=100.0)
    stage.client.person(MOBILE, answers_with="no-answer")

    sid = orders(stage)
    stage.ends(sid)

    assert 60 <= 100 * (seen(stage, "ended", sid)["seconds"] - seen(stage, "ringing", sid)["seconds"]) < 600


@pytest.mark.bad_twiml
def test_a_failing_document_of_an_order_leads_to_its_fallback_by_its_method(stage) -> None:
    stage.app.documents = {
        "whisper": "<Response><Sing/></Response>",
        "rescue": "<Response><Say>sorry</Say></Response>",
    }
    stage.client.person(MOBILE)

    sid = orders(stage, fallback_url=f"{stage.app.url}/rescue", fallback_method="GET")
    stage.ends(sid)

    # A GET carries no form.
    assert (stage.client.look(sid)["heard"], stage.app.asked("rescue")) == (["sorry"], [{}])


def test_digits_are_sent_before_the_document_begins(stage) -> None:
    stage.client.person(MOBILE)

    sid = orders(stage, send_digits="W12w#")
    stage.ends(sid)

    told = [e for e in stage.client.events() if e.get("call") == sid]
    assert [e["digits"] for e in told if e["kind"] == "digits_played"] == ["W12w#"]
    assert [e["kind"] for e in told].index("digits_played") < [e["kind"] for e in told].index("webhook")


@pytest.mark.parametrize(("trim", "seconds"), [("trim-silence", 3), ("do-not-trim", 13)])
def test_a_call_is_recorded_where_its_order_says_so(make_stage: Callable, trim: str, seconds: int) -> None:
    """A prompt of three seconds and a tenth, then ten of silence."""
    stage = make_stage(time="stepped")
    stage.app.documents["whisper"] = f'<Response><Say>{"a" * 40}</Say><Pause length="10"/></Response>'
    stage.client.person(MOBILE, steps=STAYS)
    sid = orders(stage, record=True, trim=trim, recording_status_callback=f"{stage.app.url}/found")

    stage.client.advance(60)

    [recording] = stage.rest.calls(sid).recordings.list()
    assert (recording.status, recording.source, recording.duration) == ("completed", "OutboundAPI", str(seconds))
    [told] = stage.app.asked("found")
    assert (told["RecordingSid"], told["RecordingStatus"]) == (recording.sid, "completed")
    assert requests.get(f"{told['RecordingUrl']}.wav", timeout=5).content.startswith(b"RIFF")


def test_nothing_is_recorded_that_was_not_ordered_or_not_answered(make_stage: Callable) -> None:
    stage = make_stage(time="stepped")
    stage.client.person(MOBILE, answers_with="busy")
    orders(stage, record=True)
    stage.client.advance(60)
    stage.client.person(MOBILE, steps=STAYS)
    orders(stage)

    stage.client.advance(60)

    assert stage.rest.recordings.list() == []


# Who picked up


@pytest.mark.parametrize(
    ("about", "detection", "known"),
    [
        ({}, Detection(), ("human", 2.0)),
        ({"is_machine": True}, Detection(), ("machine_start", 3.0)),
        ({"is_machine": True, "greeting_seconds": 9}, Detection(awaits_message_end=True), ("machine_end_beep", 9)),
        (
            {"is_machine": True, "greeting_seconds": 9, "beep": False},
            Detection(awaits_message_end=True),
            ("machine_end_silence", 9),
        ),
        ({"is_fax": True}, Detection(), ("fax", 3.0)),
        # Longer than the limit
        ({"is_machine": True, "greeting_seconds": 9}, Detection(awaits_message_end=True, seconds=5), ("unknown", 5.0)),
    ],
)
def test_detection_knows_people_from_machines(about: dict, detection: Detection, known: tuple[str, float]) -> None:
    assert verdict(Person(MOBILE, **about), detection) == known


def test_synchronous_detection_holds_the_voice_url_until_it_is_known(make_stage: Callable) -> None:
    stage = make_stage(speed=10.0)
    stage.client.person(MOBILE, is_machine=True, steps=STAYS)

    sid = orders(stage, machine_detection="Enable")
    stage.ends(sid)

    assert [p["AnsweredBy"] for p in stage.app.asked("whisper")] == ["machine_start"]
    assert 10 * (seen(stage, "webhook", sid)["seconds"] - seen(stage, "answered", sid)["seconds"]) >= 3.0
    assert stage.rest.calls(sid).fetch().answered_by == "machine_start"


def test_asynchronous_detection_tells_its_callback_while_the_call_goes_on(stage) -> None:
    stage.app.documents = {"whisper": LONG}
    stage.client.person(MOBILE, steps=STAYS)

    sid = orders(
        stage,
        machine_detection="Enable",
        async_amd="true",
        async_amd_status_callback=f"{stage.app.url}/found",
    )
    stage.client.wait_for(lambda _: stage.app.asked("found") != [])

    assert stage.app.asked("found") == [
        {
            "AccountSid": stage.rest.account_sid,
            "CallSid": sid,
            "AnsweredBy": "human",
            "MachineDetectionDuration": "2000",
        }
    ]
    assert "AnsweredBy" not in stage.app.asked("whisper")[0]


def test_asynchronous_detection_without_a_callback_is_warning_21262(stage) -> None:
    stage.client.person(MOBILE)

    sid = orders(stage, machine_detection="Enable", async_amd="true")
    stage.ends(sid)

    [warning] = stage.rest.calls(sid).notifications.list(log=1)
    assert (warning.error_code, warning.log) == ("21262", "1")


def test_detection_is_ignored_where_digits_are_sent(stage) -> None:
    stage.client.person(MOBILE, is_machine=True)

    stage.ends(orders(stage, send_digits="1", machine_detection="Enable"))

    assert "AnsweredBy" not in stage.app.asked("whisper")[0]


# Changed


def test_an_update_may_bring_a_document_along(stage) -> None:
    stage.app.documents = {"answer": LONG}
    sid = stage.calls({"stays": True})
    seen(stage, "answered", sid)

    stage.rest.calls(sid).update(twiml="<Response><Say>moved</Say></Response>")

    stage.ends(sid)
    assert stage.client.look(sid)["heard"] == ["moved"]


def test_canceled_leaves_a_call_alone_that_is_in_progress_and_completed_ends_it(stage) -> None:
    stage.app.documents = {"answer": LONG}
    sid = stage.calls({"stays": True})
    seen(stage, "answered", sid)

    spared = stage.rest.calls(sid).update(status="canceled").status
    ended = stage.rest.calls(sid).update(status="completed").status

    assert (spared, ended) == ("in-progress", "completed")


def test_canceled_ends_a_call_that_rings(stage) -> None:
    stage.client.person(MOBILE, answers_after_seconds=50)
    sid = orders(stage)
    seen(stage, "ringing", sid)

    assert stage.rest.calls(sid).update(status="canceled").status == "canceled"


def test_an_update_changes_who_is_told_of_the_end(stage) -> None:
    stage.app.documents = {"answer": LONG}
    sid = stage.calls({"stays": True})
    seen(stage, "answered", sid)

    stage.rest.calls(sid).update(status_callback=f"{stage.app.url}/leg", status="completed")
    stage.client.wait_for(lambda _: stage.app.asked("leg") != [])

    assert (stage.app.asked("leg")[0]["CallStatus"], stage.app.asked("status")) == ("completed", [])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, 21205),
        ({"Status": "banana"}, 20001),
        ({"Url": "http://127.0.0.1/x", "Twiml": EMPTY}, 20001),
        ({"TimeLimit": "5"}, 20001),
    ],
)
def test_a_wrong_update_gets_twilios_error_and_changes_nothing(stage, change: dict, code: int) -> None:
    stage.app.documents = {"answer": LONG}
    sid = stage.calls({"stays": True})
    seen(stage, "answered", sid)

    answer = ask(stage.server, f"/Calls/{sid}.json", change)

    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert stage.client.look(sid)["status"] == "in-progress"


def test_a_refused_update_leaves_where_the_end_is_told_as_it_was(stage) -> None:
    """It rings, so it cannot be moved."""
    stage.client.person(MOBILE, answers_after_seconds=60)
    sid = orders(stage, status_callback=f"{stage.app.url}/leg")
    seen(stage, "ringing", sid)

    change = {"Url": f"{stage.app.url}/x", "StatusCallback": f"{stage.app.url}/found"}
    refused = ask(stage.server, f"/Calls/{sid}.json", change).json()["code"]
    stage.rest.calls(sid).update(status="canceled")
    stage.client.wait_for(lambda _: stage.app.asked("leg") + stage.app.asked("found") != [])

    assert (refused, len(stage.app.asked("leg")), stage.app.asked("found")) == (21220, 1, [])


def test_the_last_place_is_given_once_however_many_ask_at_once(make_stage: Callable) -> None:
    stage = make_stage(most_calls=3, speed=1.0)
    order = {"To": MOBILE, "From": "+82215550100", "Url": f"{stage.app.url}/whisper"}

    with ThreadPoolExecutor(12) as people:
        answers = list(people.map(lambda _: ask(stage.server, "/Calls.json", order), range(12)))

    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [400] * 9
    assert {answer.json()["code"] for answer in answers if answer.status_code == 400} == {16021}


def test_no_conference_is_made_for_a_participant_whose_call_is_not_taken(make_stage: Callable) -> None:
    stage = make_stage(most_calls=0)

    with pytest.raises(TwilioRestException) as refused:
        stage.rest.conferences("room").participants.create(from_="+82215550100", to=MOBILE)

    assert (refused.value.code, stage.rest.conferences.list()) == (16021, [])


def test_a_call_that_nobody_knows_is_error_20404(stage) -> None:
    with pytest.raises(TwilioRestException) as refused:
        stage.rest.calls("CA" + "0" * 32).fetch()

    assert (refused.value.status, refused.value.code) == (404, 20404)


# Listed


def test_legs_are_listed_by_the_call_that_dialled_them(stage) -> None:
    stage.app.documents = {"answer": f"<Response><Dial>{MOBILE}</Dial></Response>"}
    stage.client.person(MOBILE, answers_with="busy")
    sid = stage.calls()
    stage.ends(sid)

    [leg] = stage.rest.calls.list(parent_call_sid=sid)

    assert (leg.to, leg.status, leg.direction, leg.parent_call_sid) == (MOBILE, "busy", "outbound-dial", sid)


def test_calls_are_listed_by_the_day_they_began_and_ended(stage) -> None:
    sid = stage.calls()
    stage.ends(sid)
    rang = orders(stage)
    call = stage.rest.calls(sid).fetch()

    today, before, after = call.start_time.date(), call.start_time.replace(year=2020), call.end_time.replace(year=2999)

    def listed(**asked: Any) -> list[str]:
        return [found.sid for found in stage.rest.calls.list(**asked)]

    assert listed(start_time=today) == [sid]  # Who never began has no date.
    assert listed(start_time_after=before, end_time_before=after) == [sid]
    assert listed(start_time_before=before) == listed(end_time_after=after) == []
    assert set(listed()) == {sid, rang}


def test_pages_say_where_they_are(stage) -> None:
    for _ in range(3):
        stage.ends(stage.calls())

    page = ask(stage.server, "/Calls.json?PageSize=2&Page=1&From=%2B821012345678", method="GET").json()

    assert {name: page[name] for name in ("page", "page_size", "start", "end", "next_page_uri")} == {
        "page": 1,
        "page_size": 2,
        "start": 2,
        "end": 2,
        "next_page_uri": None,
    }
    assert "PageSize=2&Page=0" in page["previous_page_uri"]
    assert len(page["calls"]) == 1


@pytest.mark.parametrize(
    "what", ["Calls", "Conferences", "Messages", "Notifications", "Queues", "Recordings", "IncomingPhoneNumbers"]
)
@pytest.mark.parametrize("query", ["PageSize=0", "PageSize=1001", "Page=last", "Colour=red"])
def test_a_listing_that_cannot_be_is_refused(desk: NetworkServer, query: str, what: str) -> None:
    answer = ask(desk, f"/{what}.json?{query}", method="GET")

    assert (answer.status_code, query.split("=")[0] in answer.json()["message"]) == (400, True)


def test_the_end_is_told_to_those_alone_who_asked_for_it(stage) -> None:
    """<Call StatusCallbackEvent>"""
    stage.app.documents = {"answer": "<Response/>", "ringing-only": "", "usual": ""}
    stage.client.person("+821090000001", steps=[{"stays": True}])
    about = {"to": "+821090000001", "from_": "+82215550100", "url": f"{stage.app.url}/answer"}

    only = stage.rest.calls.create(
        **about, status_callback=f"{stage.app.url}/ringing-only", status_callback_event=["ringing"]
    )
    usual = stage.rest.calls.create(**about, status_callback=f"{stage.app.url}/usual")
    stage.ends(only.sid)
    stage.ends(usual.sid)
    stage.client.wait_for(lambda _: bool(stage.app.asked("usual")))

    assert [told["CallStatus"] for told in stage.app.asked("ringing-only")] == ["ringing"]
    assert [told["CallStatus"] for told in stage.app.asked("usual")] == ["completed"]
