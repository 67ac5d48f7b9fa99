"""When a call that comes in is answered, and what an application may answer its webhook with."""

import io
import wave
from collections.abc import Callable
from typing import Any

import pytest
from flask import Response
from twilio.base.exceptions import TwilioRestException

EMPTY = "<Response/>"


@pytest.fixture
def stage(make_stage: Callable, app) -> Any:
    app.otherwise = {"status": EMPTY}
    return make_stage(time="stepped")


def lives(stage, document: Any, **others: Any) -> str:
    """A call to its end, or a minute of it."""
    stage.app.documents = {"answer": document, **others}
    sid = stage.calls()
    stage.client.advance(60)
    return sid


def times(stage, sid: str, *kinds: str) -> list[tuple[str, float]]:
    return [(e["kind"], e["seconds"]) for e in stage.client.events() if e.get("call") == sid and e["kind"] in kinds]


def errors(stage) -> list[int]:
    return [e["code"] for e in stage.client.events() if e["kind"] == "error"]


# Answered


def test_it_rings_while_the_first_document_is_asked_for_and_is_in_progress_afterwards(stage) -> None:
    lives(stage, "<Response><Redirect>/next</Redirect></Response>", next=EMPTY)

    asked = [stage.app.asked(path)[0]["CallStatus"] for path in ("answer", "next", "status")]
    assert asked == ["ringing", "in-progress", "completed"]


@pytest.mark.parametrize("document", ["<Response><Say>hello</Say></Response>", "<Response><Hangup/></Response>", EMPTY])
def test_any_answer_but_reject_picks_up(stage, document: str) -> None:
    sid = lives(stage, document)

    call = stage.rest.calls(sid).fetch()
    assert (times(stage, sid, "answered"), call.status) == ([("answered", 0.0)], "completed")


@pytest.mark.parametrize(("reason", "status"), [("", "no-answer"), (' reason="busy"', "busy")])
def test_reject_as_the_first_verb_does_not_pick_up(stage, reason: str, status: str) -> None:
    sid = lives(stage, f"<Response><Reject{reason}/></Response>")

    call = stage.rest.calls(sid).fetch()
    assert (call.status, call.start_time, times(stage, sid, "answered")) == (status, None, [])
    assert stage.app.asked("status")[0]["CallStatus"] == status


def test_reject_ends_a_call_that_was_answered_as_hangup_does(stage) -> None:
    sid = lives(stage, "<Response><Say>no</Say><Reject/></Response>")

    assert stage.rest.calls(sid).fetch().status == "completed"


def test_a_pause_that_comes_first_lets_it_ring_for_so_long(stage) -> None:
    sid = lives(stage, '<Response><Pause length="5"/><Say>hello</Say></Response>')

    assert times(stage, sid, "answered", "said_by_app") == [("answered", 5.0), ("said_by_app", 5.0)]


def test_a_call_that_rings_cannot_be_moved(stage) -> None:
    refused: list[int | None] = []

    def impatient(asked: dict[str, str]) -> str:
        with pytest.raises(TwilioRestException) as error:
            stage.rest.calls(asked["CallSid"]).update(twiml="<Response><Say>moved</Say></Response>")
        refused.append(error.value.code)
        return "<Response><Say>here</Say></Response>"

    sid = lives(stage, impatient)

    assert (refused, stage.client.look(sid)["heard"]) == ([21220], ["here"])


def test_an_application_that_fails_is_apologised_for_on_an_answered_call(stage) -> None:
    sid = lives(stage, lambda _: Response(status=500))

    assert times(stage, sid, "answered") == [("answered", 0.0)]
    assert stage.rest.calls(sid).fetch().status == "completed"


# Answered with


def sound(seconds: float) -> bytes:
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\0\1" * round(8000 * seconds))
    return content.getvalue()


def test_a_sound_as_answer_is_played_and_the_call_ends(stage) -> None:
    sid = lives(stage, lambda _: Response(sound(3), mimetype="audio/wav"))

    assert times(stage, sid, "answered", "played", "ended") == [("answered", 0.0), ("played", 0.0), ("ended", 3.0)]


def test_plain_text_as_answer_is_read_out(stage) -> None:
    sid = lives(stage, lambda _: Response("Sales & support are closed.", mimetype="text/plain"))

    assert stage.client.look(sid)["heard"] == ["Sales & support are closed."]


@pytest.mark.parametrize(
    ("headers", "code"),
    [({"Content-Type": "application/json"}, 12300), ({"Content-Type": "image/png"}, 12300), ({}, 11200)],
)
def test_an_answer_of_a_kind_that_cannot_be_processed_is_error_12300(stage, headers: dict, code: int) -> None:
    def answer(_: dict[str, str]) -> Response:
        response = Response(EMPTY)
        del response.headers["Content-Type"]
        response.headers.extend(headers)
        return response

    lives(stage, answer)

    assert errors(stage) == [code]


def test_a_document_of_more_than_64_kb_is_error_11750(stage) -> None:
    lives(stage, lambda _: Response(f"<Response><Say>{'a' * 70_000}</Say></Response>", mimetype="text/xml"))

    assert errors(stage) == [11750]
