"""Queues: waiting with a document, being taken out in all the ways there are, and what the action is told."""

from typing import Any

import pytest
from sounds import served, tone
from twilio.base.exceptions import TwilioRestException

AGENT = "+821077770000"
WAIT = "<Response><Say>please hold</Say></Response>"


def line(attributes: str = 'waitUrl="/wait"', name: str = "support", *, action: bool = True) -> dict[str, Any]:
    asked = ' action="/after"' if action else ""
    return {
        "answer": f"<Response><Enqueue{asked} {attributes}>{name}</Enqueue><Say>next verb</Say></Response>",
        "wait": WAIT,
        "after": "<Response><Say>goodbye</Say></Response>",
    }


def waits(stage, *steps: dict[str, Any], number: str = "+821012345678") -> str:
    sid = stage.calls(*(steps or ({"stays": True},)), number=number)
    stage.client.wait_for(lambda e: e["kind"] == "enqueued" and e["call"] == sid)
    return sid


def agent_dials(stage, document: str, *steps: dict[str, Any]) -> str:
    """An agent phones in to talk with the first of the queue."""
    stage.app.documents["answer"] = f"<Response>{document}</Response>"
    return stage.calls(*(steps or ({"stays": True},)), number=AGENT)


def dial(noun: str = "<Queue>support</Queue>", attributes: str = "") -> str:
    return f'<Dial action="/agent" {attributes}>{noun}</Dial>'


def results(stage) -> list[str]:
    return [parameters["QueueResult"] for parameters in stage.app.asked("after")]


def talks(stage, sid: str) -> None:
    stage.client.wait_for(lambda e: e["kind"] == "bridged" and e["call"] == sid)


# Waiting


def test_a_queue_is_created_on_demand_for_a_thousand(stage) -> None:
    stage.app.documents = line()

    waits(stage)

    [queue] = stage.rest.queues.list()
    assert (queue.friendly_name, queue.max_size, queue.current_size) == ("support", 1000, 1)


def test_the_waiting_document_is_asked_again_when_it_runs_out(stage) -> None:
    stage.app.documents = line()

    sid = waits(stage)
    stage.client.wait_for(lambda _: len(stage.app.asked("wait")) >= 3)

    asked = stage.app.asked("wait")[0]
    names = ("CallSid", "QueuePosition", "CurrentQueueSize", "MaxQueueSize", "QueueTime", "AvgQueueTime", "QueueSid")
    [queue] = stage.rest.queues.list()
    assert [asked[name] for name in names] == [sid, "1", "1", "1000", "0", "0", queue.sid]


def test_the_position_counts_from_the_front(stage) -> None:
    stage.app.documents = line()
    waits(stage)

    second = waits(stage, number="+821055556666")
    stage.client.wait_for(lambda _: second in [p["CallSid"] for p in stage.app.asked("wait")])

    positions = {p["CallSid"]: p["QueuePosition"] for p in stage.app.asked("wait")}
    assert positions[second] == "2"


def test_a_redirect_stays_in_the_waiting_document(stage) -> None:
    stage.app.documents = line() | {
        "wait": "<Response><Redirect>/more</Redirect></Response>",
        "more": "<Response><Say>and on</Say></Response>",
    }

    sid = waits(stage, {"waits_for": "and on"}, {"waits_for": "and on"}, {"hangs_up": True})

    stage.ends(sid)
    stage.client.wait_for(lambda _: bool(results(stage)))
    assert results(stage) == ["hangup"]


def test_a_gather_in_the_waiting_document_is_answered_in_it(stage) -> None:
    gather = '<Gather numDigits="1" action="/chosen"><Say>press 1 to leave</Say></Gather>'
    stage.app.documents = line() | {
        "wait": f"<Response>{gather}</Response>",
        "chosen": lambda p: f"<Response>{'<Leave/>' if p['Digits'] == '1' else '<Say>no</Say>'}</Response>",
    }

    sid = waits(stage, {"waits_for": "press 1"}, {"presses": "2"}, {"waits_for": "press 1"}, {"presses": "1"})

    stage.ends(sid)
    assert results(stage) == ["leave"]
    assert "QueuePosition" in stage.app.asked("chosen")[0]


def test_an_empty_wait_url_is_silence_and_none_is_music(stage) -> None:
    stage.app.documents = line('waitUrl=""')
    silent = waits(stage)
    stage.app.documents = line("")

    with_music = waits(stage, number="+821055556666")
    stage.client.wait_for(lambda e: e["kind"] == "played" and e["call"] == with_music)

    assert [e["url"] for e in stage.client.events() if e["kind"] == "played"] == ["hold music"]
    assert stage.client.look(silent)["heard"] == []


def test_a_static_file_is_waited_with(stage) -> None:
    stage.app.documents = line('waitUrl="/music.wav" waitUrlMethod="GET"') | {"music.wav": served(tone(2))}

    waits(stage)
    stage.client.wait_for(lambda _: len(stage.app.asked("music.wav")) >= 2)

    assert {e["url"].split("?")[0] for e in stage.client.events() if e["kind"] == "played"} == {
        f"{stage.app.url}/music.wav"
    }


@pytest.mark.parametrize("verb", ["<Dial>+8225550100</Dial>", "<Record/>", "<Enqueue>x</Enqueue>", "<Reject/>"])
def test_a_wait_url_document_may_use_only_play_say_pause_hangup_redirect_leave_and_gather(stage, verb: str) -> None:
    stage.app.documents = line() | {"wait": f"<Response>{verb}</Response>"}

    sid = waits(stage)

    stage.ends(sid)
    error = stage.client.wait_for(lambda e: e["kind"] == "error" and e["call"] == sid)
    name = verb.split(">")[0].strip("</")
    assert (error["code"], error["message"]) == (
        14202,
        f"line 1: <{name}> may not stand in the waitUrl of an <Enqueue>",
    )
    assert results(stage) == ["error"]


# Leaving


def test_leave_goes_on_after_enqueue_where_there_is_no_action(stage) -> None:
    stage.app.documents = line(action=False) | {"wait": "<Response><Leave/></Response>"}

    sid = waits(stage)

    stage.ends(sid)
    assert stage.client.look(sid)["heard"] == ["next verb"]
    assert stage.rest.queues.list()[0].current_size == 0


def test_leave_asks_the_action_at_once(stage) -> None:
    stage.app.documents = line() | {"wait": "<Response><Leave/></Response>"}

    sid = waits(stage)

    stage.ends(sid)
    assert stage.client.look(sid)["heard"] == ["goodbye"]
    assert results(stage) == ["leave"]


def test_leave_where_nobody_waits_is_an_error(stage) -> None:
    stage.app.documents = {"answer": "<Response><Leave/></Response>"}

    stage.ends(stage.calls())

    error = stage.client.wait_for(lambda e: e["kind"] == "error")
    assert error["message"] == "line 1: <Leave> stands in no document of a queue"


def test_hangup_in_the_waiting_document_ends_the_call(stage) -> None:
    stage.app.documents = line() | {"wait": "<Response><Hangup/></Response>"}

    sid = waits(stage)

    assert stage.ends(sid) == "completed"
    stage.client.wait_for(lambda _: bool(results(stage)))
    assert results(stage) == ["hangup"]


def test_a_full_queue_is_told_at_once(stage) -> None:
    stage.app.documents = line('waitUrl="/wait" maxQueueSize="1"')
    waits(stage)

    second = stage.calls(number="+821055556666")

    stage.ends(second)
    assert results(stage) == ["queue-full"]


def test_a_moved_call_leaves_its_queue_and_the_action_is_told(stage) -> None:
    stage.app.documents = line() | {"now": "<Response><Say>moved</Say></Response>"}
    sid = waits(stage)

    stage.rest.calls(sid).update(url=f"{stage.app.url}/now", method="POST")

    stage.ends(sid)
    assert (results(stage), stage.client.look(sid)["heard"][-1]) == (["redirected"], "moved")


# Being put through


def test_the_first_of_the_queue_is_put_through_and_the_action_is_asked_when_they_have_talked(stage) -> None:
    stage.app.documents = line() | {"agent": "<Response/>"}
    first = waits(stage)
    second = waits(stage, number="+821055556666")

    agent = agent_dials(stage, dial(), {"waits_to_talk": True}, {"waits_seconds": 20}, {"hangs_up": True})
    talks(stage, agent)
    before = results(stage)
    stage.ends(first)

    assert (before, results(stage)) == ([], ["bridged"])
    assert stage.client.look(first)["heard"][-1] == "goodbye"
    assert [m.call_sid for m in stage.rest.queues.list()[0].members.list()] == [second]


def test_dial_queue_tells_with_whom_they_talked(stage) -> None:
    stage.app.documents = line() | {"agent": "<Response/>"}
    caller = waits(stage, {"waits_to_talk": True}, {"waits_seconds": 25}, {"hangs_up": True})

    stage.ends(agent_dials(stage, dial()))

    [told] = stage.app.asked("agent")
    assert (told["DialCallSid"], told["DialCallStatus"], told["DialBridged"]) == (caller, "completed", "true")
    assert 24 <= int(told["DialCallDuration"]) <= 35
    assert results(stage) == ["bridged"]


def test_an_empty_queue_is_waited_at_until_somebody_comes(stage) -> None:
    stage.app.documents = line() | {"agent": "<Response/>"}
    stage.rest.queues.create(friendly_name="support")
    enqueuing = stage.app.documents["answer"]
    agent = agent_dials(stage, dial(attributes='timeout="600"'))
    stage.client.wait_for(lambda e: e["kind"] == "twiml" and e["call"] == agent)
    stage.app.documents["answer"] = enqueuing

    caller = waits(stage)

    talks(stage, agent)
    assert stage.client.look(caller)["talks"]


def test_an_empty_queue_is_waited_at_until_the_dial_timeout(stage) -> None:
    stage.app.documents = {"agent": "<Response><Say>nobody</Say></Response>"}
    stage.rest.queues.create(friendly_name="support")

    agent = agent_dials(stage, dial(attributes='timeout="3"'))

    stage.ends(agent)
    assert [p["DialCallStatus"] for p in stage.app.asked("agent")] == ["no-answer"]


def test_a_missing_queue_is_an_error_status(stage) -> None:
    stage.app.documents = {"agent": "<Response/>"}

    stage.ends(agent_dials(stage, dial("<Queue>nowhere</Queue>")))

    assert [p["DialCallStatus"] for p in stage.app.asked("agent")] == ["failed"]


def test_the_queues_url_document_runs_on_the_queued_caller_before_the_bridge(stage) -> None:
    stage.app.documents = line() | {
        "agent": "<Response/>",
        "whisper": "<Response><Say>you will be recorded</Say><Redirect>/more</Redirect></Response>",
        "more": "<Response><Say>here they are</Say></Response>",
    }
    caller = waits(stage)

    agent = agent_dials(stage, dial('<Queue url="/whisper">support</Queue>'))
    talks(stage, agent)

    assert stage.client.look(caller)["heard"][-2:] == ["you will be recorded", "here they are"]
    assert stage.client.look(agent)["heard"] == []
    [asked] = stage.app.asked("whisper")
    [queue] = stage.rest.queues.list()
    assert (asked["CallSid"], asked["DequeingCallSid"], asked["QueueSid"]) == (caller, agent, queue.sid)
    assert int(asked["QueueTime"]) >= 0


def test_a_queue_url_document_may_use_only_play_say_pause_and_redirect(stage) -> None:
    stage.app.documents = line() | {"agent": "<Response/>", "whisper": "<Response><Hangup/></Response>"}
    caller = waits(stage)

    stage.ends(agent_dials(stage, dial('<Queue url="/whisper">support</Queue>')))

    error = stage.client.wait_for(lambda e: e["kind"] == "error" and e["call"] == caller)
    assert (error["code"], error["message"]) == (14211, "line 1: <Hangup> may not stand in the url of a <Queue>")
    assert results(stage) == ["error"]


def test_a_call_moved_while_it_talks_is_redirected_from_the_bridge(stage) -> None:
    stage.app.documents = line() | {"agent": "<Response/>", "now": "<Response><Say>moved</Say></Response>"}
    caller = waits(stage)
    agent = agent_dials(stage, dial())
    talks(stage, agent)

    stage.rest.calls(caller).update(url=f"{stage.app.url}/now", method="POST")

    stage.ends(agent)
    stage.ends(caller)
    assert (results(stage), stage.client.look(caller)["heard"][-1]) == (["redirected-from-bridged"], "moved")


# REST


def test_queues_are_created_listed_fetched_changed_and_deleted(stage) -> None:
    created = stage.rest.queues.create(friendly_name="support", max_size=7)

    changed = stage.rest.queues(created.sid).update(friendly_name="help", max_size=8)

    fetched = stage.rest.queues(created.sid).fetch()
    assert (created.friendly_name, created.max_size, created.current_size) == ("support", 7, 0)
    assert (changed.friendly_name, fetched.max_size) == ("help", 8)
    assert [queue.sid for queue in stage.rest.queues.list()] == [created.sid]
    assert stage.rest.queues(created.sid).delete()
    assert stage.rest.queues.list() == []


def test_members_are_listed_in_order_and_found_by_call_or_at_the_front(stage) -> None:
    stage.app.documents = line()
    first, second = waits(stage), waits(stage, number="+821055556666")
    [queue] = stage.rest.queues.list()

    members = stage.rest.queues(queue.sid).members

    assert [(m.call_sid, m.position) for m in members.list()] == [(first, 1), (second, 2)]
    found = stage.rest.queues(queue.sid)
    assert (found.members("Front").fetch().call_sid, found.members(second).fetch().position) == (first, 2)


def test_the_front_is_dequeued_by_url_and_the_action_is_asked_at_once(stage) -> None:
    stage.app.documents = line() | {"now": "<Response><Say>your turn</Say></Response>"}
    first, second = waits(stage), waits(stage, number="+821055556666")
    [queue] = stage.rest.queues.list()

    taken = stage.rest.queues(queue.sid).members("Front").update(url=f"{stage.app.url}/now", method="POST")

    stage.ends(first)
    assert (taken.call_sid, stage.client.look(first)["heard"][-1]) == (first, "your turn")
    assert results(stage) == ["redirected"]
    assert stage.rest.queues(queue.sid).members("Front").fetch().call_sid == second


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        (lambda rest, sid: rest.queues("QU" + "0" * 32).fetch(), 404, 20404),
        (lambda rest, sid: rest.queues(sid).members("Front").fetch(), 404, 20404),
        (lambda rest, sid: rest.queues.create(friendly_name="support"), 400, 22003),
        (lambda rest, sid: rest.queues.create(friendly_name="x" * 65), 400, 20001),
        (lambda rest, sid: rest.queues.create(friendly_name="more", max_size=5001), 400, 20001),
    ],
)
def test_what_a_queue_can_not_do_gets_twilios_error(stage, asked: Any, status: int, code: int) -> None:
    sid = stage.rest.queues.create(friendly_name="support").sid

    with pytest.raises(TwilioRestException) as refused:
        asked(stage.rest, sid)

    assert (refused.value.status, refused.value.code) == (status, code)


def test_only_an_empty_queue_is_deleted(stage) -> None:
    stage.app.documents = line()
    waits(stage)
    [queue] = stage.rest.queues.list()

    with pytest.raises(TwilioRestException) as refused:
        stage.rest.queues(queue.sid).delete()

    assert (refused.value.status, refused.value.code) == (400, 22001)
