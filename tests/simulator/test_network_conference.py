"""Conferences: waiting, meeting, being watched, and being changed by REST."""

from typing import Any

import pytest
from flask import Response, request
from twilio.base.exceptions import TwilioRestException

SECOND = "+821055556666"


def room(attributes: str = "") -> str:
    return f'<Response><Dial action="/after"><Conference {attributes}>room</Conference></Dial></Response>'


def told(stage, count: int) -> list[str]:
    """What the application was told of the conference, once that was so many things."""
    stage.client.wait_for(lambda _: len(stage.app.asked("room")) >= count)
    return [p["StatusCallbackEvent"] for p in stage.app.asked("room")]


def in_room(stage, *sids: str) -> None:
    for sid in sids:
        stage.client.wait_for(lambda e, sid=sid: e["kind"] == "joined_conference" and e["call"] == sid)


def test_whoever_is_first_hears_the_waiting_document_until_somebody_comes(stage) -> None:
    stage.app.documents = {
        "answer": room('waitUrl="/wait" endConferenceOnExit="true"'),
        "wait": "<Response><Say>one moment</Say></Response>",
        "after": "<Response/>",
    }
    first = stage.calls({"waits_for": "one moment"}, {"waits_for": "one moment"}, {"stays": True})
    stage.client.wait_for(lambda e: e["kind"] == "webhook" and len(stage.app.asked("wait")) >= 2)

    second = stage.calls({"waits_to_talk": True}, {"hangs_up": True}, number=SECOND)
    stage.ends(first)

    assert stage.client.look(second)["heard"] == []
    assert stage.app.asked("wait")[0]["FriendlyName"] == "room"


def test_a_conference_waits_for_who_may_start_it(stage) -> None:
    attributes = iter(['startConferenceOnEnter="false"', 'startConferenceOnEnter="false"', "", ""])
    stage.app.documents = {"answer": lambda _: room(next(attributes))}
    sids = [stage.calls({"stays": True}, number=f"+82105555000{i}") for i in range(2)]
    in_room(stage, *sids)
    [waiting] = stage.rest.conferences.list(friendly_name="room")

    in_room(stage, stage.calls({"stays": True}))

    assert waiting.status == "init"
    assert stage.rest.conferences(waiting.sid).fetch().status == "in-progress"


def test_the_application_is_told_who_comes_and_goes(stage) -> None:
    stage.app.documents = {
        "answer": room('statusCallback="/room" statusCallbackEvent="start end join leave" endConferenceOnExit="true"'),
        "after": "<Response/>",
        "room": "",
    }
    first = stage.calls({"waits_to_talk": True}, {"hangs_up": True})
    in_room(stage, first)

    second = stage.calls({"stays": True}, number=SECOND)

    assert told(stage, 6) == [
        "participant-join",
        "participant-join",
        "conference-start",
        "participant-leave",
        "participant-leave",
        "conference-end",
    ]
    asked = stage.app.asked("room")
    assert [p["SequenceNumber"] for p in asked] == ["0", "1", "2", "3", "4", "5"]
    assert [p.get("CallSid") for p in asked] == [first, second, None, first, second, None]
    assert (asked[5]["ReasonConferenceEnded"], asked[5]["CallSidEndingConference"]) == (
        "participant-with-end-conference-on-exit-left",
        first,
    )
    assert all(stage.app.signed)


def test_who_stays_behind_goes_on_waiting_where_nobody_ends_it(stage) -> None:
    stage.app.documents = {"answer": room(), "after": "<Response/>"}
    first = stage.calls({"stays": True})
    in_room(stage, first)

    second = stage.calls({"waits_to_talk": True}, {"hangs_up": True}, number=SECOND)
    stage.ends(second)

    assert (stage.client.look(first)["conference"], stage.client.look(first)["talks"]) == ("room", False)


def test_a_participant_is_muted_held_and_found_by_label(stage) -> None:
    stage.app.documents = {
        "answer": room('participantLabel="caller" statusCallback="/room" statusCallbackEvent="mute hold"'),
        "room": "",
    }
    in_room(stage, stage.calls({"stays": True}))
    [conference] = stage.rest.conferences.list()

    changed = conference.participants("caller").update(muted=True, hold=True)
    changed = stage.rest.conferences(conference.sid).participants("caller").update(hold=False)

    assert (changed.label, changed.muted, changed.hold) == ("caller", True, False)
    assert told(stage, 3) == ["participant-mute", "participant-hold", "participant-unhold"]


def test_a_participant_who_is_thrown_out_goes_on_with_their_document(stage) -> None:
    stage.app.documents = {"answer": room(), "after": "<Response><Say>out</Say></Response>"}
    first, second = stage.calls({"stays": True}), stage.calls({"stays": True}, number=SECOND)
    in_room(stage, first, second)
    [conference] = stage.rest.conferences.list()

    conference.participants(second).delete()

    stage.ends(second)
    assert stage.client.look(second)["heard"] == ["out"]
    assert [p.call_sid for p in conference.participants.list()] == [first]


def test_a_conference_ended_by_rest_lets_everybody_go_on(stage) -> None:
    stage.app.documents = {"answer": room(), "after": "<Response><Say>over</Say></Response>"}
    sids = [stage.calls({"stays": True}), stage.calls({"stays": True}, number=SECOND)]
    in_room(stage, *sids)
    [conference] = stage.rest.conferences.list(status="in-progress")

    conference.update(status="completed")

    assert [stage.ends(sid) for sid in sids] == ["completed", "completed"]
    assert [stage.client.look(sid)["heard"] for sid in sids] == [["over"], ["over"]]
    ended = stage.rest.conferences(conference.sid).fetch()
    assert (ended.status, ended.reason_conference_ended) == ("completed", "conference-ended-via-api")


def test_a_moved_call_is_out_of_its_conference(stage) -> None:
    stage.app.documents = {"answer": room(), "now": '<Response><Pause length="60"/></Response>'}
    first, second = stage.calls({"stays": True}), stage.calls({"stays": True}, number=SECOND)
    in_room(stage, first, second)

    stage.rest.calls(first).update(url=f"{stage.app.url}/now", method="POST")
    stage.client.wait_for(lambda e: e["kind"] == "left_conference" and e["call"] == first)

    [conference] = stage.rest.conferences.list()
    assert [p.call_sid for p in conference.participants.list()] == [second]


def test_a_waiting_document_that_fails_is_told_of_and_the_call_waits_on(stage) -> None:
    stage.app.documents = {"answer": room('waitUrl="/wait"'), "wait": "<Response><Dial>1</Dial></Response>"}

    sid = stage.calls({"stays": True})
    error = stage.client.wait_for(lambda e: e["kind"] == "error")

    assert (error["call"], error["code"], "<Dial>" in error["message"]) == (sid, 13238, True)
    assert stage.client.look(sid)["conference"] == "room"


def both_in_room(stage, attributes: str = "") -> tuple[str, str, Any]:
    stage.app.documents |= {"answer": room(attributes), "room": "", "after": "<Response/>"}
    first, second = stage.calls({"stays": True}), stage.calls({"stays": True}, number=SECOND)
    in_room(stage, first, second)
    [conference] = stage.rest.conferences.list()
    return first, second, conference


def test_who_is_held_hears_the_document_of_hold_url_by_get_until_taken_back(stage) -> None:
    methods: list[str] = []

    def music(_: dict[str, str]) -> str:
        methods.append(request.method)
        return "<Response><Say>la la la</Say></Response>"

    first, second, conference = both_in_room(stage)
    stage.app.documents["music"] = music

    conference.participants(first).update(hold=True, hold_url=f"{stage.app.url}/music")
    stage.client.wait_for(lambda _: len(methods) >= 2)
    conference.participants(first).update(hold=False)
    asked = len(methods)
    conference.update(status="completed")

    assert (stage.ends(first), set(methods), len(methods) <= asked + 1) == ("completed", {"GET"}, True)
    assert set(stage.client.look(first)["heard"]) == {"la la la"}
    assert stage.client.look(second)["heard"] == []


def test_an_announcement_is_heard_by_one_participant_or_by_all(stage) -> None:
    first, second, conference = both_in_room(stage, 'statusCallback="/room" statusCallbackEvent="announcement"')
    stage.app.documents["one"] = "<Response><Say>to one</Say></Response>"
    stage.app.documents["all"] = "<Response><Say>to all</Say></Response>"

    conference.participants(first).update(announce_url=f"{stage.app.url}/one")
    assert told(stage, 1) == ["announcement-end"]
    conference.update(announce_url=f"{stage.app.url}/all")
    assert told(stage, 3) == ["announcement-end"] * 3

    heard = [stage.client.look(sid)["heard"] for sid in (first, second)]
    assert heard == [["to one", "to all"], ["to all"]]
    assert {stage.client.look(sid)["conference"] for sid in (first, second)} == {"room"}


@pytest.mark.bad_twiml
def test_an_announcement_that_fails_is_told_of_and_nobody_leaves(stage) -> None:
    first, _, conference = both_in_room(stage, 'statusCallback="/room" statusCallbackEvent="announcement"')
    stage.app.documents["one"] = "<Response><Dial>+8225550100</Dial></Response>"

    conference.participants(first).update(announce_url=f"{stage.app.url}/one")

    assert told(stage, 1) == ["announcement-fail"]
    assert stage.client.look(first)["conference"] == "room"


def test_rest_makes_a_participant_a_coach_and_none_again(stage) -> None:
    first, second, conference = both_in_room(stage, 'statusCallback="/room" statusCallbackEvent="modify"')
    coach = conference.participants(second)

    coaching = coach.update(call_sid_to_coach=first)
    over = coach.update(coaching=False)

    assert (coaching.coaching, coaching.call_sid_to_coach) == (True, first)
    assert (over.coaching, over.call_sid_to_coach) == (False, None)
    assert told(stage, 2) == ["participant-modify"] * 2


@pytest.mark.parametrize(
    ("about", "named"),
    [
        ({"hold_url": "http://127.0.0.1/music"}, "HoldUrl: only with Hold"),
        ({"hold": True, "hold_url": "music"}, "HoldUrl is not a valid URL"),
        ({"coaching": True}, "CallSidToCoach is needed"),
        ({"call_sid_to_coach": "CA" + "0" * 32}, "is not in this conference"),
        ({"beep_on_exit": True}, "BeepOnExit is not spoken here"),
        ({"wait_url": "http://127.0.0.1/music"}, "WaitUrl is not spoken here"),
    ],
)
def test_what_cannot_be_of_a_participant_is_refused_by_name(stage, about: dict[str, Any], named: str) -> None:
    stage.app.documents = {"answer": room()}
    sid = stage.calls({"stays": True})
    in_room(stage, sid)
    [conference] = stage.rest.conferences.list()

    with pytest.raises(TwilioRestException, match=named) as refused:
        conference.participants(sid).update(**about)

    assert refused.value.status == 400


# Whom REST calls into a conference

AGENT = "+821099990000"
OURS = "+82215550100"


def test_rest_calls_somebody_into_a_conference_by_its_name(stage) -> None:
    stage.app.documents = {"answer": room('endConferenceOnExit="true"'), "after": "<Response/>", "room": "", "leg": ""}
    caller = stage.calls({"waits_to_talk": True}, {"waits_seconds": 5}, {"hangs_up": True})
    in_room(stage, caller)
    stage.client.person(AGENT, steps=[{"waits_to_talk": True}, {"stays": True}])

    invited = stage.rest.conferences("room").participants.create(
        from_=OURS,
        to=AGENT,
        label="agent",
        beep="false",
        end_conference_on_exit=True,
        status_callback=f"{stage.app.url}/leg",
        status_callback_event=["ringing", "answered"],
    )
    in_room(stage, invited.call_sid)
    [conference] = stage.rest.conferences.list()
    joined = conference.participants("agent").fetch()

    assert (invited.status, invited.conference_sid, invited.label) == ("queued", conference.sid, "agent")
    assert (joined.call_sid, joined.status, joined.end_conference_on_exit) == (invited.call_sid, "connected", True)
    assert stage.ends(caller) == stage.ends(invited.call_sid) == "completed"
    assert [p["CallStatus"] for p in stage.app.asked("leg")][:2] == ["ringing", "in-progress"]


def test_a_conference_begins_with_whom_rest_calls_and_is_told_of_as_ordered(stage) -> None:
    stage.app.documents = {"room": ""}
    for number in (AGENT, SECOND):
        stage.client.person(number, steps=[{"stays": True}])

    participants = [
        stage.rest.conferences("sales").participants.create(
            from_=OURS,
            to=number,
            conference_status_callback=f"{stage.app.url}/room",
            conference_status_callback_event=["start", "join"],
        )
        for number in (AGENT, SECOND)
    ]

    assert told(stage, 3) == ["participant-join", "participant-join", "conference-start"]
    assert len({participant.conference_sid for participant in participants}) == 1


def test_who_is_still_called_is_a_participant_and_can_be_called_off(stage) -> None:
    stage.client.person(AGENT, answers_after_seconds=50)
    invited = stage.rest.conferences("room").participants.create(from_=OURS, to=AGENT, label="agent")
    stage.client.wait_for(lambda e: e["kind"] == "ringing")
    participants = stage.rest.conferences(invited.conference_sid).participants

    assert [(p.call_sid, p.status) for p in participants.list()] == [(invited.call_sid, "ringing")]
    assert participants("agent").fetch().status == "ringing"

    participants("agent").delete()

    assert stage.ends(invited.call_sid) == "canceled"
    assert participants.list() == []


@pytest.mark.parametrize(
    ("about", "code"),
    [
        ({"to": "010"}, 21211),
        ({"from_": "+821055556666"}, 21210),
        ({"record": True}, 20001),
        ({"beep": "loud"}, 20001),
        ({"conference_status_callback_event": ["dance"]}, 20001),
        ({"timeout": 601}, 21208),
    ],
)
def test_a_participant_that_cannot_be_called_gets_twilios_error(stage, about: dict, code: int) -> None:
    with pytest.raises(TwilioRestException) as refused:
        stage.rest.conferences("room").participants.create(**{"from_": OURS, "to": AGENT, **about})

    assert (refused.value.status, refused.value.code) == (400, code)
    assert stage.rest.calls.list() == []


def test_a_conference_that_is_unknown_by_its_sid_is_not_found(stage) -> None:
    with pytest.raises(TwilioRestException) as refused:
        stage.rest.conferences("CF" + "0" * 32).participants.create(from_=OURS, to=AGENT)

    assert refused.value.code == 20404


def test_an_announcement_from_nowhere_is_refused_by_name(stage) -> None:
    stage.app.documents = {"answer": room()}
    in_room(stage, stage.calls({"stays": True}))
    [conference] = stage.rest.conferences.list()

    with pytest.raises(TwilioRestException, match="AnnounceUrl is not a valid URL"):
        conference.update(announce_url="news")


def test_cookies_belong_to_one_conference(stage) -> None:
    seen: list[tuple[str, str | None]] = []

    def told(parameters: dict[str, str]) -> Response:
        name = parameters["FriendlyName"]
        seen.append((name, request.cookies.get("room")))
        response = Response("")
        response.set_cookie("room", name)
        return response

    def into(name: str) -> str:
        about = 'statusCallback="/told" statusCallbackEvent="join leave"'
        return f"<Response><Dial><Conference {about}>{name}</Conference></Dial></Response>"

    stage.app.documents = {"told": told, "answer": lambda p: into(p["From"][-4:]), "status": ""}

    for number in ("+821000001111", "+821000002222"):
        stage.ends(stage.calls({"waits_seconds": 5}, {"hangs_up": True}, number=number))
    stage.client.wait_for(lambda _: len(seen) == 4)

    assert seen == [("1111", None), ("1111", "1111"), ("2222", None), ("2222", "2222")]
