"""`<Dial>` a number: a second leg, and what the application learns of it."""

import pytest

OPERATOR = "+8225550100"
DIAL = f'<Response><Dial action="/after" timeout="5">{OPERATOR}</Dial></Response>'


def test_the_dialled_person_and_the_caller_talk_until_one_hangs_up(stage) -> None:
    stage.app.documents = {"answer": DIAL, "after": "<Response><Say>bye</Say></Response>"}
    stage.client.person(OPERATOR, steps=[{"waits_seconds": 30}, {"hangs_up": True}])

    sid = stage.calls({"stays": True})

    assert stage.ends(sid) == "completed"
    assert stage.client.look(sid)["heard"] == ["bye"]
    [after] = stage.app.asked("after")
    leg = stage.rest.calls(after["DialCallSid"]).fetch()
    assert (leg.parent_call_sid, leg.direction, leg.status) == (sid, "outbound-dial", "completed")
    assert (after["DialCallStatus"], after["DialBridged"], after["DialCallDuration"]) == (
        "completed",
        "true",
        leg.duration,
    )


@pytest.mark.parametrize(
    ("about", "status"),
    [
        ({"answers_with": "busy"}, "busy"),
        ({"answers_with": "decline"}, "busy"),
        ({"answers_with": "no-answer"}, "no-answer"),
        # Slower than the five seconds that the document rings.
        ({"answers_after_seconds": 6}, "no-answer"),
    ],
)
def test_whoever_does_not_answer_is_told_of(stage, about: dict[str, object], status: str) -> None:
    stage.app.documents = {"answer": DIAL, "after": "<Response/>"}
    stage.client.person(OPERATOR, **about)

    stage.ends(stage.calls({"stays": True}))

    [after] = stage.app.asked("after")
    assert (after["DialCallStatus"], after["DialBridged"]) == (status, "false")
    assert "DialCallDuration" not in after


def test_a_caller_who_hangs_up_while_it_rings_takes_the_leg_along(stage) -> None:
    stage.app.documents = {"answer": DIAL}
    sid = stage.calls({"stays": True})
    ringing = stage.client.wait_for(lambda e: e["kind"] == "ringing")

    stage.rest.calls(sid).update(status="completed")

    assert stage.ends(ringing["call"]) == "canceled"
