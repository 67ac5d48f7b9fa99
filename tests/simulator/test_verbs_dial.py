"""Dial: several numbers, clients, what the called person hears first, limits, and where the call goes on."""

from typing import Any

import pytest

FIRST, SECOND = "+8225550100", "+8225550101"


def dialling(nouns: str, attributes: str = "", after: str = "") -> dict[str, str]:
    return {
        "answer": f'<Response><Dial action="/after" {attributes}>{nouns}</Dial>{after}</Response>',
        "after": "<Response/>",
        "leg": "<Response/>",
    }


def outcome(stage, *steps: dict[str, Any]) -> dict[str, str]:
    stage.ends(stage.calls(*(steps or ({"stays": True},))))
    [told] = stage.app.asked("after")
    return told


def leg_to(stage, number: str) -> str:
    return str(stage.client.wait_for(lambda e: e["kind"] == "ringing" and e["number"] == number)["call"])


def test_dial_without_an_action_falls_through(stage) -> None:
    stage.app.documents = {"answer": f"<Response><Dial>{FIRST}</Dial><Say>goodbye</Say></Response>"}
    stage.client.person(FIRST, answers_with="busy")

    sid = stage.calls()

    stage.ends(sid)
    assert stage.client.look(sid)["heard"] == ["goodbye"]


def test_with_an_action_later_verbs_are_not_reached(stage) -> None:
    stage.app.documents = dialling(FIRST, after="<Say>never heard</Say>")
    stage.client.person(FIRST, answers_with="busy")

    sid = stage.calls()

    stage.ends(sid)
    assert (stage.client.look(sid)["heard"], len(stage.app.asked("after"))) == ([], 1)


def test_the_first_of_several_to_answer_is_put_through_and_the_others_are_hung_up(stage) -> None:
    stage.app.documents = dialling(f"<Number>{FIRST}</Number><Number>{SECOND}</Number>")
    stage.client.person(FIRST, answers_after_seconds=20)
    # They talk for longer than the other takes to answer.
    stage.client.person(SECOND, answers_after_seconds=2, steps=[{"waits_seconds": 30}, {"hangs_up": True}])

    told = outcome(stage)

    assert (told["DialCallSid"], told["DialCallStatus"]) == (leg_to(stage, SECOND), "completed")
    assert stage.ends(leg_to(stage, FIRST)) == "canceled"


def test_the_dialled_person_hears_the_document_of_their_url_first(stage) -> None:
    stage.app.documents = dialling(f'<Number url="/whisper">{FIRST}</Number>') | {
        "whisper": "<Response><Say>a caller for you</Say></Response>"
    }
    stage.client.person(FIRST, steps=[{"waits_to_talk": True}, {"hangs_up": True}])

    told = outcome(stage)

    leg = leg_to(stage, FIRST)
    assert (told["DialBridged"], stage.client.look(leg)["heard"]) == ("true", ["a caller for you"])
    assert stage.app.asked("whisper")[0]["CallSid"] == leg


def test_a_dialled_person_may_decline_by_the_document_of_their_url(stage) -> None:
    gather = '<Gather numDigits="1" action="/key"><Say>press 1 to take it</Say></Gather><Hangup/>'
    stage.app.documents = dialling(f'<Number url="/whisper">{FIRST}</Number>') | {
        "whisper": f"<Response>{gather}</Response>",
        "key": lambda p: "<Response/>" if p["Digits"] == "1" else "<Response><Hangup/></Response>",
    }
    stage.client.person(FIRST, steps=[{"waits_for": "press 1"}, {"presses": "2"}, {"stays": True}])

    assert outcome(stage)["DialBridged"] == "false"


def test_a_dialled_person_may_not_dial(stage) -> None:
    stage.app.documents = dialling(f'<Number url="/whisper">{FIRST}</Number>') | {
        "whisper": f"<Response><Dial>{SECOND}</Dial></Response>"
    }
    stage.client.person(FIRST, steps=[{"stays": True}])

    assert outcome(stage)["DialBridged"] == "false"

    error = stage.client.wait_for(lambda e: e["kind"] == "error" and e["number"] == FIRST)
    assert error["code"] == 13201


def test_the_legs_own_status_callback_tells_of_it_in_order(stage) -> None:
    events = 'statusCallback="/leg" statusCallbackEvent="initiated ringing answered completed"'
    stage.app.documents = dialling(f"<Number {events}>{FIRST}</Number>")
    stage.client.person(FIRST, steps=[{"waits_to_talk": True}, {"hangs_up": True}])

    outcome(stage)
    stage.client.wait_for(lambda _: len(stage.app.asked("leg")) >= 4)

    asked = stage.app.asked("leg")
    assert [p["CallStatus"] for p in asked] == ["queued", "ringing", "in-progress", "completed"]
    assert {p["Direction"] for p in asked} == {"outbound-dial"}


def test_digits_are_sent_when_a_number_answers(stage) -> None:
    stage.app.documents = dialling(f'<Number sendDigits="wwww1928">{FIRST}</Number>')
    stage.client.person(FIRST, steps=[{"waits_to_talk": True}, {"hangs_up": True}])

    outcome(stage)

    sent = stage.client.wait_for(lambda e: e["kind"] == "digits_played")
    assert (sent["number"], sent["digits"]) == (FIRST, "wwww1928")


@pytest.mark.parametrize(
    "noun",
    [
        "<Client>joey</Client>",
        '<Client><Identity>joey</Identity><Parameter name="case" value="7"/></Client>',
    ],
)
def test_a_client_is_rung_by_name(stage, noun: str) -> None:
    stage.app.documents = dialling(noun)
    stage.client.person("client:joey", steps=[{"waits_to_talk": True}, {"hangs_up": True}])

    assert outcome(stage)["DialCallStatus"] == "completed"


def test_the_callers_number_is_shown_unless_another_is_given(stage) -> None:
    stage.app.documents = dialling(FIRST)
    stage.client.person(FIRST, answers_with="busy")
    first = outcome(stage)["DialCallSid"]
    stage.app.documents = dialling(FIRST, 'callerId="+82215550100"')

    stage.ends(stage.calls())

    second = stage.app.asked("after")[1]["DialCallSid"]
    assert [stage.rest.calls(sid).fetch()._from for sid in (first, second)] == ["+821012345678", "+82215550100"]


def test_a_star_hangs_up_on_the_other_where_it_may(stage) -> None:
    stage.app.documents = dialling(FIRST, 'hangupOnStar="true"')
    stage.client.person(FIRST, steps=[{"stays": True}])

    told = outcome(stage, {"waits_to_talk": True}, {"presses": "*"}, {"stays": True})

    assert (told["DialCallStatus"], told["CallStatus"]) == ("completed", "in-progress")


def test_a_time_limit_ends_the_talk(stage) -> None:
    stage.app.documents = dialling(FIRST, 'timeLimit="5"')
    stage.client.person(FIRST, steps=[{"stays": True}])

    assert outcome(stage)["DialCallStatus"] == "completed"


def test_a_leg_that_rest_moves_leaves_the_talk_and_goes_on(stage) -> None:
    stage.app.documents = dialling(FIRST) | {"now": "<Response><Say>moved</Say></Response>"}
    stage.client.person(FIRST, steps=[{"stays": True}])
    sid = stage.calls({"stays": True})
    stage.client.wait_for(lambda e: e["kind"] == "bridged")
    leg = leg_to(stage, FIRST)

    stage.rest.calls(leg).update(url=f"{stage.app.url}/now", method="POST")

    stage.ends(leg)
    stage.ends(sid)
    assert stage.client.look(leg)["heard"] == ["moved"]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("<Dial/>", "dials either a number as text or what is nested"),
        (f"<Dial>{FIRST}<Number>{SECOND}</Number></Dial>", "dials either a number as text or what is nested"),
        (
            f"<Dial><Number>{FIRST}</Number><Queue>x</Queue></Dial>",
            "dials one queue, one conference, or numbers and clients",
        ),
        ("<Dial>soon</Dial>", "“soon” is no telephone number"),
        (f"<Dial>{f'<Number>{FIRST}</Number>' * 11}</Dial>", "rings at most 10 numbers at once"),
    ],
)
def test_what_can_not_be_dialled_is_an_error(stage, document: str, message: str) -> None:
    stage.app.documents = {"answer": f"<Response>{document}</Response>"}

    stage.ends(stage.calls())

    error = stage.client.wait_for(lambda e: e["kind"] == "error")
    assert error["message"] == f"line 1: <Dial> {message}"


def test_a_leg_that_rest_moves_while_it_is_whispered_to_counts_as_completed(stage) -> None:
    """Of the statuses that Twilio names for DialCallStatus, in-progress is none."""
    stage.app.documents = dialling(f'<Number url="/leg">{FIRST}</Number>')
    stage.app.documents |= {"leg": '<Response><Say>a call</Say><Pause length="60"/></Response>'}
    stage.app.documents["now"] = "<Response><Say>moved</Say></Response>"
    stage.client.person(FIRST, steps=[{"stays": True}])
    sid = stage.calls({"stays": True})
    leg = leg_to(stage, FIRST)
    stage.client.wait_for(lambda e: e["kind"] == "said_by_app" and e["call"] == leg)

    stage.rest.calls(leg).update(url=f"{stage.app.url}/now", method="POST")

    stage.ends(sid)
    told = stage.app.asked("after")[0]
    assert (told["DialCallSid"], told["DialCallStatus"], told["DialBridged"]) == (leg, "completed", "false")
    assert told["DialCallDuration"].isdecimal()
