"""What comes after the end: of a call, of the network."""

import threading
from pathlib import Path
from typing import Any

from simulator.clock import RealClock
from simulator.events import EventLog

MOBILE = "+821099990000"


def tellers(sid: str) -> list[str]:
    """Who still waits for something to tell of the call."""
    return [thread.name for thread in threading.enumerate() if thread.name == f"status-{sid}"]


def test_an_event_after_the_end_of_the_log_is_kept_but_written_nowhere(tmp_path: Path) -> None:
    log = EventLog(RealClock(), tmp_path / "events.jsonl")
    log.add("first")
    log.close()

    log.add("late")

    assert [event["kind"] for event in log.after(0, 0)] == ["first", "late"]
    assert (tmp_path / "events.jsonl").read_text().count("\n") == 1


def test_nothing_is_told_of_a_call_that_was_ended_before_its_turn(stage) -> None:
    stage.app.documents = {"leg": ""}
    told: Any = {"status_callback": f"{stage.app.url}/leg", "status_callback_event": ["initiated", "completed"]}
    sid = stage.rest.calls.create(to=MOBILE, from_="+82215550100", url=stage.app.url, **told).sid
    call = stage.server.network.calls[sid]
    call.end("canceled")
    stage.client.wait_for(lambda _: "canceled" in [p["CallStatus"] for p in stage.app.asked("leg")])
    before = len(stage.app.asked("leg"))

    call.tell_status("queued", "initiated")  # As the pace does, when it comes to the call at that moment.

    assert (len(stage.app.asked("leg")), stage.client.wait_for(lambda _: tellers(sid) == [])["n"] > 0) == (before, True)
