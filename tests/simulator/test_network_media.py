"""A person's voice on its way to the application's socket."""

import base64
import json
import threading
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from flask import Flask, request
from flask_sock import Sock
from twilio.base.exceptions import TwilioRestException
from werkzeug.serving import make_server

from simulator.audio import SILENCE, BadRecording, encode, read_wav
from simulator.webhooks import sign


class Ear:
    def __init__(self) -> None:
        self.messages: list[dict] = []
        self.signature = ""
        self.closed = threading.Event()
        self.patience: int | None = None
        """Hangs up after so many messages."""


@pytest.fixture
def ear() -> Iterator[Ear]:
    heard, flask = Ear(), Flask("ear")
    sock = Sock(flask)

    @sock.route("/media")
    def media(socket) -> None:
        heard.signature = request.headers["X-Twilio-Signature"]
        while (text := socket.receive(timeout=5)) is not None:
            heard.messages.append(json.loads(text))
            if heard.messages[-1]["event"] == "stop":
                heard.closed.set()
                return
            if len(heard.messages) == heard.patience:
                return

    server = make_server("127.0.0.1", 0, flask, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    heard.url = f"ws://127.0.0.1:{server.server_port}/media"
    yield heard
    server.shutdown()
    thread.join()
    server.server_close()


def recording(path: Path, seconds: float = 1.0, rate: int = 16_000) -> Path:
    at = np.arange(int(seconds * rate)) / rate
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((0.3 * np.sin(2 * np.pi * 1000 * at) * 32767).astype("<i2").tobytes())
    return path


def streaming(url: str) -> str:
    start = f'<Start><Stream name="ear" url="{url}"><Parameter name="token" value="t"/></Stream></Start>'
    return f'<Response>{start}<Say>말씀하세요</Say><Pause length="4"/><Stop><Stream name="ear"/></Stop></Response>'


def test_frames_arrive_in_order_with_what_twilio_sends(stage, ear: Ear, tmp_path: Path) -> None:
    stage.app.documents = {"answer": streaming(ear.url)}
    file = recording(tmp_path / "tone.wav")

    sid = stage.calls({"waits_for": "말씀하세요"}, {"waits_seconds": 1}, {"says": str(file)})
    assert ear.closed.wait(10)

    assert [m["event"] for m in ear.messages[:2]] == ["connected", "start"]
    start = ear.messages[1]["start"]
    assert (start["callSid"], start["customParameters"], start["tracks"]) == (sid, {"token": "t"}, ["inbound"])
    media = [m["media"] for m in ear.messages if m["event"] == "media"]
    assert [m["chunk"] for m in media[:3]] == ["1", "2", "3"]
    assert all(len(base64.b64decode(m["payload"])) == 160 for m in media)
    voiced = [m for m in media if base64.b64decode(m["payload"]) != SILENCE]
    assert 45 <= len(voiced) <= 52  # a second of it


def test_in_stepped_time_a_stream_carries_fifty_frames_a_second(make_stage, ear: Ear) -> None:
    stage = make_stage(time="stepped")
    # A pause of four seconds, and what is said: five syllables of 6.5 a second, and a breath.
    stage.app.documents = {"answer": streaming(ear.url)}
    stage.calls()

    stage.client.advance(60)

    assert ear.closed.wait(10)
    timestamps = [int(m["media"]["timestamp"]) for m in ear.messages if m["event"] == "media"]
    assert timestamps == list(range(0, 5070, 20))


def test_the_handshake_is_signed(stage, ear: Ear) -> None:
    stage.app.documents = {"answer": streaming(ear.url)}

    stage.calls()
    assert ear.closed.wait(10)

    assert ear.signature == sign("secret", ear.url, {})


def test_an_application_without_a_socket_is_told_and_the_call_goes_on(stage) -> None:
    stage.app.documents = {"answer": streaming("ws://127.0.0.1:1/media")}

    sid = stage.calls()

    assert stage.ends(sid) == "completed"
    assert "stream_error" in stage.kinds(sid)


def test_an_application_that_closes_its_socket_is_told_of_and_the_call_goes_on(stage, ear: Ear) -> None:
    ear.patience = 3
    stage.app.documents = {"answer": streaming(ear.url)}

    sid = stage.calls()

    assert stage.ends(sid) == "completed"
    assert "stream_closed_by_app" in stage.kinds(sid)


def test_streams_are_cut_on_demand(stage, ear: Ear) -> None:
    stage.app.documents = {"answer": streaming(ear.url)}
    sid = stage.calls()
    stage.client.wait_for(lambda e: e["kind"] == "stream_started")

    stage.client.faults(cut_streams=True)

    assert ear.closed.wait(10)
    assert stage.ends(sid) == "completed"


@pytest.mark.parametrize("survives", [True, False])
def test_a_stream_outlives_a_move_or_not_as_configured(make_stage, ear: Ear, survives: bool) -> None:
    stage = make_stage(truths={"stream_survives_update": survives})
    stage.app.documents = {"answer": streaming(ear.url), "now": '<Response><Pause length="40"/></Response>'}
    sid = stage.calls()
    stage.client.wait_for(lambda e: e["kind"] == "stream_started")

    stage.rest.calls(sid).update(url=f"{stage.app.url}/now", method="POST")
    stage.ends(sid)
    stopped = stage.client.wait_for(lambda e: e["kind"] == "stream_stopped")

    [ended] = [e for e in stage.client.events() if e["kind"] == "ended"]
    # A surviving stream ends with the call, forty of the network's seconds later: 1.6 here.
    assert (ended["seconds"] - stopped["seconds"] > 0.8) is not survives


def test_a_recording_is_narrowed_to_a_telephones_band(tmp_path: Path) -> None:
    low = 0.3 * np.sin(2 * np.pi * 100 * np.arange(16_000) / 16_000)
    middle = 0.3 * np.sin(2 * np.pi * 1000 * np.arange(16_000) / 16_000)

    from simulator.audio import telephone
    from speech.telephone import decode

    levels = [float(np.std(decode(telephone(sound, 16_000)))) for sound in (low, middle)]

    assert levels[0] < 0.05 * levels[1]


def test_mu_law_is_the_standards() -> None:
    # G.711: zero is 0xFF, full scale 0x80 and 0x00.
    assert encode(np.array([0.0, 1.0, -1.0])) == bytes([0xFF, 0x80, 0x00])


def test_what_is_no_recording_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    path.write_text("no sound")

    with pytest.raises(BadRecording):
        read_wav(path)


def test_a_cut_socket_breaks_without_a_last_word(stage, ear: Ear) -> None:
    stage.app.documents = {"answer": streaming(ear.url)}
    sid = stage.calls()
    stage.client.wait_for(lambda e: e["kind"] == "stream_started")

    stage.client.faults(media_cut=True, only=sid)
    stage.ends(sid)

    assert "stop" not in [m["event"] for m in ear.messages]


@pytest.mark.parametrize("survives", [True, False])
def test_which_truth_holds_of_streams_and_moves_can_be_said_at_any_time(stage, survives: bool) -> None:
    stage.client.faults(stream_survives_update=survives)

    assert stage.server.network.faults.truth("stream_survives_update") is survives


# Over REST


def test_rest_starts_a_stream_with_parameters_and_stops_it_by_name(stage, ear: Ear) -> None:
    stage.app.documents = {"answer": '<Response><Play digits="w"/><Pause length="600"/></Response>'}
    sid = stage.calls({"stays": True})
    stage.client.wait_for(lambda e: e["kind"] == "answered")
    streams = stage.rest.calls(sid).streams

    started = streams.create(url=ear.url, name="ear", parameter1_name="token", parameter1_value="t")
    stage.client.wait_for(lambda e: e["kind"] == "stream_started")
    stopped = streams("ear").update(status="stopped")

    assert ear.closed.wait(10)
    assert ear.messages[1]["start"]["customParameters"] == {"token": "t"}
    assert (started.status, stopped.status, stopped.sid) == ("in-progress", "stopped", started.sid)
    assert ear.messages[1]["start"]["streamSid"] == started.sid


@pytest.mark.parametrize(
    "about",
    [
        {"url": "http://x/y"},
        {"url": "wss://["},
        {"url": "wss://x/y?token=t"},
        {"url": "wss://x/y", "track": "every_track"},
    ],
)
def test_a_stream_that_cannot_be_is_refused(stage, about: dict[str, str]) -> None:
    stage.app.documents = {"answer": '<Response><Play digits="w"/><Pause length="600"/></Response>'}
    sid = stage.calls({"stays": True})
    stage.client.wait_for(lambda e: e["kind"] == "answered")

    with pytest.raises(TwilioRestException) as refused:
        stage.rest.calls(sid).streams.create(**about)

    assert refused.value.status == 400


def test_no_stream_starts_on_a_call_that_is_over(stage) -> None:
    stage.app.documents = {"answer": "<Response/>"}
    sid = stage.calls()
    stage.ends(sid)

    with pytest.raises(TwilioRestException) as refused:
        stage.rest.calls(sid).streams.create(url="wss://127.0.0.1/x")

    assert refused.value.code == 21220


def test_a_call_has_four_tracks_in_streams_whoever_starts_them(stage, ear: Ear) -> None:
    start = f'<Start><Stream url="{ear.url}" track="both_tracks"/></Start>'
    stage.app.documents = {"answer": f'<Response>{start}<Say>hello</Say><Pause length="600"/></Response>'}
    sid = stage.calls({"stays": True})
    stage.client.wait_for(lambda e: e["kind"] == "said_by_app")
    streams = stage.rest.calls(sid).streams
    streams.create(url=ear.url, track="both_tracks", name="second")

    with pytest.raises(TwilioRestException, match="at most 4 tracks") as refused:
        streams.create(url=ear.url, name="third")

    assert refused.value.status == 400
    assert streams.create(url=ear.url, name="second").status == "in-progress"  # In place of what it was.
