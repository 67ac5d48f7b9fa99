"""A day at an exchange, in stepped time: the same to the last byte, whenever it is lived."""

import json
import random
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug import Request, Response
from werkzeug.serving import make_server

from simulator.config import NetworkConfig
from simulator.network import PhoneNetwork
from simulator.people import Person

CALLS = 100
DAY_SECONDS = 24 * 3600
OPERATOR = "+82215550101"
CLERK = "+82215550102"
GREETING = (
    '<Response><Gather numDigits="1" action="/key" timeout="5"><Say>press a key</Say></Gather>'
    "<Say>nothing was pressed</Say><Redirect>/answer</Redirect></Response>"
)
OPERATED = f'<Response><Dial action="/after" timeout="15">{OPERATOR}</Dial></Response>'
ROOM = '<Response><Dial><Conference waitUrl="/hold" endConferenceOnExit="true">room</Conference></Dial></Response>'
LINE = '<Response><Enqueue waitUrl="/hold" action="/left">line</Enqueue></Response>'
NEXT_PLEASE = '<Response><Dial timeout="60"><Queue url="/hold">line</Queue></Dial></Response>'
VOICEMAIL = '<Response><Record maxLength="30" timeout="3" action="/kept"/><Say>nothing said</Say></Response>'
SORRY = "<Response><Say>no such number</Say><Hangup/></Response>"
HOLD = '<Response><Say>one moment</Say><Pause length="90"/></Response>'


@Request.application
def exchange(request: Request) -> Response:
    form = request.form
    documents = {
        "/answer": NEXT_PLEASE if form.get("From") == CLERK else GREETING,
        "/key": {"1": OPERATED, "2": ROOM, "3": LINE, "4": VOICEMAIL}.get(form.get("Digits", ""), SORRY),
        "/hold": HOLD,
        "/after": f"<Response><Say>{form.get('DialCallStatus')}</Say></Response>",
        "/left": f"<Response><Say>{form.get('QueueResult')} after {form.get('QueueTime')} seconds</Say></Response>",
        "/kept": f"<Response><Say>{form.get('RecordingDuration')} seconds are kept</Say></Response>",
    }
    return Response(documents[request.path], mimetype="text/xml")


@pytest.fixture
def url() -> Iterator[str]:
    server = make_server("127.0.0.1", 0, exchange, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def caller(number: int, chance: random.Random) -> Person:
    """Four of five press a key, say a word, and have four minutes' patience; the others say nothing and soon hang up.

    Now and then it is the clerk, who takes the next one out of the line and talks for a minute.
    """
    if number % 5 == 4:
        return Person(CLERK, steps=[{"waits_seconds": 60}, {"hangs_up": True}])
    keys: list[dict[str, Any]] = [{"waits_for": "press a key"}, {"presses": chance.choice("12233449")}]
    patience: list[dict[str, Any]] = [{"waits_seconds": 1}, {"mumbles": 2}, {"waits_seconds": 240}]
    steps = [*keys, *patience] if chance.random() < 0.8 else [{"waits_seconds": chance.randint(1, 20)}]
    return Person(f"+8210{number:08}", steps=[*steps, {"hangs_up": True}])


def a_day(url: str, log: Path) -> bytes:
    """Its events. The operator is slow and talks long; the others meet in a room, if two come within four minutes."""
    config = NetworkConfig("AC" + "5" * 32, "secret", "+82215550100", f"{url}/answer", time="stepped")
    network, chance = PhoneNetwork(config, log), random.Random(8)
    network.start()
    network.know(Person(OPERATOR, answers_after_seconds=4, steps=[{"waits_seconds": 150}, {"hangs_up": True}]))
    for number in range(CALLS):
        network.dial_in(caller(number, chance))
        network.advance(chance.expovariate(CALLS / DAY_SECONDS))
    network.advance(3600)
    network.close()
    return log.read_bytes()


def test_a_day_of_a_hundred_calls_is_the_same_twice(url: str, tmp_path: Path) -> None:
    one, other = a_day(url, tmp_path / "one.jsonl"), a_day(url, tmp_path / "other.jsonl")

    assert one == other
    events = [json.loads(line) for line in one.splitlines()]
    kinds = Counter(event["kind"] for event in events)
    operated = sum(event["kind"] == "answered" and event["number"] == OPERATOR for event in events)
    assert (kinds["answered"], kinds["ended"]) == (CALLS + operated, CALLS + operated)
    told = " ".join(event["text"] for event in events if event["kind"] == "said_by_app")
    assert min(operated, kinds["joined_conference"], told.count("bridged after"), told.count("are kept")) >= 2
