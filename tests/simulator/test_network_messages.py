"""Texts: the application writes to people, people write back."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Response, request
from twilio.base.exceptions import TwilioRestException

from simulator.messages import segments

OURS = "+82215550100"
MINJUN = "+821012345678"
EMPTY = "<Response/>"


@pytest.fixture
def phone(make_stage: Callable, app) -> Any:
    """A stage with a person who can be texted and an application that is told of texts."""
    app.otherwise = {"text": EMPTY, "sent": EMPTY}
    stage = make_stage(message_url=f"{app.url}/text")
    stage.client.person(MINJUN)
    return stage


def sends(stage, to: str = MINJUN, body: str = "곧 전화드리겠습니다", **about: Any) -> str:
    given = {"to": to, "from_": OURS, "body": body, **about}
    return stage.rest.messages.create(**given, status_callback=f"{stage.app.url}/sent").sid


def becomes(stage, sid: str, status: str) -> None:
    stage.client.wait_for(lambda e: e["kind"] == f"text_{status}" and e["text"] == sid)


def told(stage, count: int) -> list[str]:
    stage.client.wait_for(lambda _: len(stage.app.asked("sent")) >= count)
    return [p["MessageStatus"] for p in stage.app.asked("sent")]


def test_a_text_arrives_on_a_persons_phone(phone) -> None:
    sid = sends(phone)
    becomes(phone, sid, "delivered")

    assert phone.client.texts(MINJUN) == ["곧 전화드리겠습니다"]
    message = phone.rest.messages(sid).fetch()
    assert (message.status, message.direction, message.num_segments) == ("delivered", "outbound-api", "1")


def test_status_callbacks_tell_how_it_goes_in_order(phone) -> None:
    sid = sends(phone)

    assert told(phone, 2) == ["sent", "delivered"]
    first = phone.app.asked("sent")[0]
    assert (first["MessageSid"], first["SmsSid"], first["To"], first["From"]) == (sid, sid, MINJUN, OURS)
    assert all(phone.app.signed)


def test_a_person_texts_the_application_and_hears_back(phone) -> None:
    phone.app.documents = {
        "text": lambda p: f"<Response><Message>{p['Body']}?</Message><Message><Body>네</Body></Message></Response>"
    }

    sid = phone.client.text(MINJUN, "취소")
    phone.client.wait_for(lambda e: e["kind"] == "text_delivered" and e["body"] == "네")

    assert sorted(phone.client.texts(MINJUN)) == ["네", "취소?"]
    said = phone.app.asked("text")[0]
    places = {f"{who}{place}": "" for who in ("To", "From") for place in ("City", "State", "Zip")}
    assert said == {
        "AccountSid": phone.rest.account_sid,
        "ApiVersion": "2010-04-01",
        "Body": "취소",
        "From": MINJUN,
        "FromCountry": "KR",
        "MessageSid": sid,
        "NumMedia": "0",
        "NumSegments": "1",
        "SmsMessageSid": sid,
        "SmsSid": sid,
        "SmsStatus": "received",
        "To": OURS,
        "ToCountry": "KR",
        **places,
    }


def test_a_person_may_always_answer_to_what_they_are_texted(phone) -> None:
    phone.client.person(MINJUN, answers_texts={"전화": "지금은 안 돼요"})

    sends(phone)
    phone.client.wait_for(lambda _: phone.app.asked("text") != [])

    assert phone.app.asked("text")[0]["Body"] == "지금은 안 돼요"


@pytest.mark.bad_twiml
@pytest.mark.parametrize(
    ("document", "named"),
    [
        ("<Response><Say>hello</Say></Response>", "<Say>"),
        ('<Response><Message action="/x">hello</Message></Response>', "action"),
        ("<Response><Message><Media>http://x</Media></Message></Response>", "<Media>"),
    ],
)
def test_an_answer_that_is_not_spoken_is_refused_by_name(phone, document: str, named: str) -> None:
    phone.app.documents = {"text": document}

    sid = phone.client.text(MINJUN, "hello")
    error = phone.client.wait_for(lambda e: e["kind"] == "error")

    assert (error["text"], error["code"], named in error["message"]) == (sid, 12200, True)


# What does not arrive


def test_a_number_without_a_person_is_undelivered_with_30003(phone) -> None:
    sid = sends(phone, to="+821055556666")

    assert told(phone, 2) == ["sent", "undelivered"]
    message = phone.rest.messages(sid).fetch()
    assert (message.error_code, message.error_message) == (30003, "Unreachable destination handset")
    assert phone.app.asked("sent")[1]["ErrorCode"] == "30003"


def test_a_landline_in_korea_is_refused_with_21635(phone) -> None:
    with pytest.raises(TwilioRestException) as refused:
        sends(phone, to="+8225550100")

    assert (refused.value.status, refused.value.code) == (400, 21635)
    assert phone.rest.messages.list() == []


def test_a_landline_in_britain_is_tried_and_undelivered_with_30006(phone) -> None:
    sid = sends(phone, to="+442079460018")
    becomes(phone, sid, "undelivered")

    assert phone.rest.messages(sid).fetch().error_code == 30006


@pytest.mark.parametrize(("code", "course"), [(30008, ["sent", "undelivered"]), (30001, ["failed"])])
def test_a_message_fails_on_demand(phone, code: int, course: list[str]) -> None:
    phone.client.faults(message_fails=code, only=MINJUN)

    sends(phone)

    assert told(phone, len(course)) == course
    becomes(phone, sends(phone), "delivered")  # Once only.


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"to": ""}, 21604),
        ({"from_": ""}, 21603),
        ({"body": ""}, 21602),
        ({"body": "x" * 1601}, 21617),
        ({"to": "010-1234"}, 21211),
        ({"from_": "+821055556666"}, 21606),
        ({"media_url": ["http://x/y.png"]}, 20001),
    ],
)
def test_a_wrong_message_gets_twilios_error(phone, wrong: dict[str, Any], code: int) -> None:
    with pytest.raises(TwilioRestException) as refused:
        sends(phone, **wrong)

    assert (refused.value.status, refused.value.code) == (400, code)


def test_messages_are_listed_by_their_ends(phone) -> None:
    mine, other = sends(phone), sends(phone, to="+821055556666")
    becomes(phone, mine, "delivered")
    becomes(phone, other, "undelivered")

    assert [m.sid for m in phone.rest.messages.list(to=MINJUN)] == [mine]
    assert [m.sid for m in phone.rest.messages.list(from_=OURS)] == [other, mine]


@pytest.mark.parametrize(
    ("body", "count"),
    [("a" * 160, 1), ("a" * 161, 2), ("a" * 307, 3), ("가" * 70, 1), ("가" * 71, 2), ("가" * 135, 3)],
)
def test_a_long_text_goes_in_segments(body: str, count: int) -> None:
    assert segments(body) == count


def test_cookies_belong_to_the_two_numbers_that_text(phone) -> None:
    seen: list[tuple[str, str | None]] = []

    def answer(parameters: dict[str, str]) -> Response:
        seen.append((parameters["From"], request.cookies.get("who")))
        response = Response(EMPTY, mimetype="text/xml")
        response.set_cookie("who", parameters["From"])
        return response

    phone.app.documents = {"text": answer}

    for number in (MINJUN, "+821055556666", MINJUN):
        sid = phone.client.text(number, "취소")
        phone.client.wait_for(lambda e, sid=sid: e["kind"] == "webhook" and e.get("message") == sid)

    assert seen == [(MINJUN, None), ("+821055556666", None), (MINJUN, MINJUN)]
