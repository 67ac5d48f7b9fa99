"""Dial Conference: beeps, coaches, who fits in, and what a waiting document may use."""

import pytest

SECOND = "+821055556666"


def room(attributes: str = "", dial: str = "") -> str:
    return f'<Response><Dial action="/after" {dial}><Conference {attributes}>room</Conference></Dial></Response>'


def joins(stage, attributes: str = "", *, number: str = "+821012345678") -> str:
    stage.app.documents |= {"answer": room(attributes), "after": "<Response/>"}
    sid = stage.calls({"stays": True}, number=number)
    stage.client.wait_for(lambda e: e["kind"] == "joined_conference" and e["call"] == sid)
    return sid


@pytest.mark.parametrize(
    ("beep", "heard"),
    [("", 2), ('beep="true"', 2), ('beep="false"', 0), ('beep="onEnter"', 1), ('beep="onExit"', 1)],
)
def test_beep_is_on_by_default_for_who_comes_and_who_goes(stage, beep: str, heard: int) -> None:
    first = joins(stage)
    second = joins(stage, beep, number=SECOND)

    stage.rest.calls(second).update(status="completed")

    stage.client.wait_for(lambda e: e["kind"] == "left_conference" and e["call"] == second)
    stage.ends(second)
    assert stage.kinds(first).count("beep") == heard


def test_a_coach_is_told_of_as_one(stage) -> None:
    agent = joins(stage)

    joins(
        stage,
        f'coach="{agent}" statusCallback="/room" statusCallbackEvent="join"',
        number=SECOND,
    )

    [conference] = stage.rest.conferences.list()
    coaching = {p.call_sid_to_coach: p.coaching for p in conference.participants.list()}
    assert coaching == {None: False, agent: True}


def test_a_full_conference_lets_nobody_in(stage) -> None:
    joins(stage, 'maxParticipants="1"')
    stage.app.documents["answer"] = room('maxParticipants="1"')

    second = stage.calls({"stays": True}, number=SECOND)

    stage.ends(second)
    error = stage.client.wait_for(lambda e: e["kind"] == "error" and e["call"] == second)
    assert (error["code"], [p["DialCallStatus"] for p in stage.app.asked("after")]) == (16020, ["failed"])


def test_waiting_without_a_wait_url_is_music_and_with_an_empty_one_silence(stage) -> None:
    with_music = joins(stage)
    stage.client.wait_for(lambda e: e["kind"] == "played")
    stage.rest.calls(with_music).update(status="completed")
    stage.ends(with_music)

    silent = joins(stage, 'waitUrl=""', number=SECOND)

    assert ["played" in stage.kinds(sid) for sid in (with_music, silent)] == [True, False]


def test_who_comes_to_a_conference_that_has_begun_hears_no_music(stage) -> None:
    stage.app.documents = {"wait": "<Response><Say>one moment</Say></Response>"}
    joins(stage, 'waitUrl="/wait"')

    second = joins(stage, 'waitUrl="/wait"', number=SECOND)
    stage.rest.calls(second).update(status="completed")

    stage.ends(second)
    assert stage.client.look(second)["heard"] == []
    assert second not in [p["CallSid"] for p in stage.app.asked("wait")]


@pytest.mark.parametrize("verb", ["Hangup", "Gather", "Record", "Leave"])
def test_a_waiting_document_may_use_only_say_play_pause_and_redirect(stage, verb: str) -> None:
    stage.app.documents = {"wait": f"<Response><{verb}/></Response>"}

    sid = joins(stage, 'waitUrl="/wait"')

    error = stage.client.wait_for(lambda e: e["kind"] == "error")
    assert (error["code"], error["message"]) == (
        13238,
        f"line 1: <{verb}> may not stand in the waitUrl of a <Conference>",
    )
    assert stage.client.look(sid)["conference"] == "room"


def test_a_star_leaves_the_conference_where_it_may(stage) -> None:
    stage.app.documents = {
        "answer": room(dial='hangupOnStar="true"'),
        "after": "<Response><Say>out</Say></Response>",
    }
    joins_first = stage.calls({"waits_to_talk": True}, {"presses": "*"}, {"stays": True})
    stage.client.wait_for(lambda e: e["kind"] == "joined_conference")

    stage.calls({"stays": True}, number=SECOND)

    stage.ends(joins_first)
    assert stage.client.look(joins_first)["heard"] == ["out"]
