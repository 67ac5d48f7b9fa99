"""What a person hears: Say, Play, Pause."""

import io
import threading
import time
from collections.abc import Iterator

import pytest
import soundfile
from flask import Flask, Response
from sounds import served, tone
from werkzeug.serving import make_server

from simulator.audio import mulaw_seconds, read_sound
from simulator.bodies import BROKEN, fetched


def seconds_between(stage, one: str, other: str) -> float:
    """In the network's time."""
    at = {event["kind"]: event["seconds"] for event in reversed(stage.client.events())}
    return float(at[other] - at[one]) * stage.server.network.config.speed


def test_say_is_repeated(stage) -> None:
    stage.app.documents = {"answer": '<Response><Say loop="3">wait</Say></Response>'}

    sid = stage.calls()

    stage.ends(sid)
    assert stage.client.look(sid)["heard"] == ["wait"] * 3


def test_a_relative_file_is_fetched_from_beside_its_document_and_lasts_as_long_as_it_does(stage) -> None:
    stage.app.documents = {
        "answer": "<Response><Redirect>/deep/music</Redirect></Response>",
        "deep/music": '<Response><Play loop="2">tone.wav</Play></Response>',
        "deep/tone.wav": served(tone(10)),
    }

    stage.ends(stage.calls())

    assert [e["url"] for e in stage.client.events() if e["kind"] == "played"] == [f"{stage.app.url}/deep/tone.wav"] * 2
    assert 20 <= seconds_between(stage, "played", "ended") < 28


def test_any_format_of_sound_is_played() -> None:
    mp3 = io.BytesIO()
    soundfile.write(mp3, soundfile.read(io.BytesIO(tone(2)))[0], 16_000, format="MP3")

    assert round(mulaw_seconds(read_sound(mp3.getvalue()))) == 2


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("<Response><Play>/none.wav</Play></Response>", 11200),
        ("<Response><Play>/text.wav</Play></Response>", 13420),
        ("<Response><Play>http://127.0.0.1:1/x.wav</Play></Response>", 11200),
        ("<Response><Play/></Response>", 12200),
    ],
)
def test_what_can_not_be_played_is_an_error(stage, document: str, code: int) -> None:
    stage.app.documents = {"answer": document, "text.wav": lambda _: Response("no sound", mimetype="audio/wav")}

    stage.ends(stage.calls())

    error = stage.client.wait_for(lambda e: e["kind"] == "error")
    assert error["code"] == code


def test_digits_are_played_as_keys(stage) -> None:
    stage.app.documents = {"answer": '<Response><Play digits="ww12#"/></Response>'}

    stage.ends(stage.calls())

    assert [e["digits"] for e in stage.client.events() if e["kind"] == "digits_played"] == ["ww12#"]
    assert 2.5 <= seconds_between(stage, "digits_played", "ended") < 6


def test_a_pause_lasts_as_long_as_it_says(stage) -> None:
    stage.app.documents = {"answer": '<Response><Say>x</Say><Pause length="10"/></Response>'}

    stage.ends(stage.calls())

    assert 10 <= seconds_between(stage, "said_by_app", "ended") < 15


def test_urls_must_be_absolute_in_a_call_that_was_updated_with_twiml(stage) -> None:
    stage.app.documents = {
        "answer": '<Response><Play digits="w"/><Pause length="60"/></Response>',
        "key": "<Response/>",
    }
    sid = stage.calls({"waits_for": "press"}, {"presses": "1"}, {"stays": True})
    stage.client.wait_for(lambda e: e["kind"] == "answered")

    twiml = '<Response><Gather action="/key" numDigits="1"><Say>press</Say></Gather></Response>'
    stage.rest.calls(sid).update(twiml=twiml)

    error = stage.client.wait_for(lambda e: e["kind"] == "error")
    assert (error["code"], stage.app.asked("key")) == (11100, [])


def test_urls_must_be_absolute_in_a_call_that_was_started_with_twiml(stage) -> None:
    stage.app.documents = {"after": "<Response><Say>here</Say></Response>"}
    stage.client.person("+821099990000", steps=[{"stays": True}])

    def places(action: str) -> str:
        twiml = f"<Response><Redirect>{action}</Redirect></Response>"
        return stage.rest.calls.create(to="+821099990000", from_="+82215550100", twiml=twiml).sid

    relative, whole = places("/after"), places(f"{stage.app.url}/after")
    stage.ends(relative)
    stage.ends(whole)

    errors = [(e["call"], e["code"]) for e in stage.client.events() if e["kind"] == "error" and e["call"] == relative]
    assert errors == [(relative, 11100)]
    assert stage.client.look(whole)["heard"] == ["here"]


# Files that do not end


@pytest.mark.parametrize("piece_seconds", [0.0, 0.05])
def test_a_file_that_does_not_end_is_error_11200(piece_seconds: float) -> None:
    """Too large, or too slow."""
    pieces = Flask("pieces")

    @pieces.get("/endless")
    def endless() -> Response:
        def body() -> Iterator[bytes]:
            while True:
                time.sleep(piece_seconds)
                yield b"x" * 1000

        return Response(body(), mimetype="audio/wav")

    server = make_server("127.0.0.1", 0, pieces, threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    began = time.monotonic()

    with pytest.raises(BROKEN):
        fetched(f"http://127.0.0.1:{server.server_port}/endless", seconds=1, most_bytes=1_000_000)

    assert time.monotonic() - began < 5
    server.shutdown()


def test_a_file_is_fetched_without_the_users_proxies(monkeypatch: pytest.MonkeyPatch, stage) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "")
    stage.app.documents = {"tone.wav": served(tone())}

    assert fetched(f"{stage.app.url}/tone.wav", seconds=5, most_bytes=1_000_000) == tone()
