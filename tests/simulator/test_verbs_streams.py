"""Media streams: two-way sound, marks, clear, keys, tracks, and their status callback."""

import base64
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask, request
from flask_sock import Sock
from simple_websocket import ConnectionClosed
from sounds import served, tone
from werkzeug.serving import make_server

from simulator.audio import SILENCE, read_wav
from simulator.playback import Playback

SOUND = read_wav(tone(1.0))


class Socket:
    """The application's side. `answers` is called with each frame and what sends one back."""

    def __init__(self) -> None:
        self.frames: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.answers: Callable[[dict[str, Any], Callable[..., None]], bool | None] = lambda frame, send: None
        self.url = ""
        self.closed = threading.Event()

    def of(self, event: str) -> list[Any]:
        return [frame[event] for frame in self.frames if frame["event"] == event]

    def sounds(self, track: str) -> int:
        return sum(
            base64.b64decode(media["payload"]) != SILENCE for media in self.of("media") if media["track"] == track
        )


@pytest.fixture
def socket() -> Iterator[Socket]:
    seen, flask = Socket(), Flask("socket")
    sock = Sock(flask)

    @sock.route("/media")
    def media(connection: Any) -> None:
        seen.paths.append(request.full_path)

        def send(event: str, **body: Any) -> None:
            connection.send(json.dumps({"event": event, "streamSid": seen.frames[-1]["streamSid"], **body}))

        try:
            while (text := connection.receive(timeout=5)) is not None:
                seen.frames.append(json.loads(text))
                if seen.answers(seen.frames[-1], send) or seen.frames[-1]["event"] == "stop":
                    return
        except ConnectionClosed:
            pass
        finally:
            seen.closed.set()

    server = make_server("127.0.0.1", 0, flask, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    seen.url = f"ws://127.0.0.1:{server.server_port}/media"
    yield seen
    server.shutdown()
    thread.join()
    server.server_close()


def connected(socket: Socket, attributes: str = "", before: str = "") -> str:
    stream = f'<Stream url="{socket.url}" {attributes}/>'
    return f'<Response>{before}<Connect action="/after">{stream}</Connect><Say>never heard</Say></Response>'


def payload(sound: bytes) -> dict[str, str]:
    return {"payload": base64.b64encode(sound).decode()}


def presses(stage, keys: str) -> str:
    """As soon as the stream has begun."""
    sid = stage.calls()
    stage.client.wait_for(lambda e: e["kind"] == "stream_started")
    stage.client.go_on(sid, {"presses": keys})
    return sid


def hangs_up_on(event: str) -> Callable[..., bool]:
    return lambda frame, send: frame["event"] == event


# Connect


def test_connect_blocks_until_the_application_closes_the_socket(stage, socket: Socket) -> None:
    stage.app.documents = {"answer": connected(socket), "after": "<Response><Say>on</Say></Response>"}
    socket.answers = lambda frame, send: len(socket.frames) == 30

    sid = stage.calls({"stays": True})

    stage.ends(sid)
    assert stage.client.look(sid)["heard"] == ["on"]
    assert "stream_closed_by_app" in stage.kinds(sid)


def test_in_stepped_time_too_connect_blocks_until_the_application_closes_the_socket(make_stage, socket: Socket) -> None:
    stage = make_stage(time="stepped")
    stage.app.documents = {"answer": connected(socket), "after": "<Response><Say>on</Say></Response>"}
    socket.answers = lambda frame, send: len(socket.frames) == 30

    sid = stage.calls({"stays": True})
    while stage.client.look(sid)["status"] != "completed":
        # When its word arrives is the application's own affair.
        stage.client.advance(60)

    assert stage.client.look(sid)["heard"] == ["on"]


def test_connect_without_an_action_goes_on_with_the_next_verb(stage, socket: Socket) -> None:
    document = f'<Response><Connect><Stream url="{socket.url}"/></Connect><Say>on</Say></Response>'
    stage.app.documents = {"answer": document}
    socket.answers = hangs_up_on("media")

    sid = stage.calls({"stays": True})

    stage.ends(sid)
    assert stage.client.look(sid)["heard"] == ["on"]


def test_a_call_moved_out_of_connect_ends_its_stream(stage, socket: Socket) -> None:
    stage.app.documents = {"answer": connected(socket), "now": '<Response><Pause length="60"/></Response>'}
    sid = stage.calls({"stays": True})
    stage.client.wait_for(lambda e: e["kind"] == "stream_started")

    stage.rest.calls(sid).update(url=f"{stage.app.url}/now", method="POST")

    assert socket.closed.wait(10)
    assert socket.frames[-1]["event"] == "stop"


def test_keys_are_told_to_a_two_way_stream(stage, socket: Socket) -> None:
    stage.app.documents = {"answer": connected(socket), "after": "<Response/>"}
    socket.answers = lambda frame, send: len(socket.of("dtmf")) == 2

    stage.ends(presses(stage, "4#"))

    assert socket.of("dtmf") == [
        {"track": "inbound_track", "digit": "4"},
        {"track": "inbound_track", "digit": "#"},
    ]


def test_all_numbers_in_frames_are_strings(stage, socket: Socket) -> None:
    stage.app.documents = {"answer": connected(socket), "after": "<Response/>"}

    def answers(frame: dict[str, Any], send: Callable[..., None]) -> bool:
        if frame["event"] == "start":
            send("mark", mark={"name": "7"})
        return bool(socket.of("dtmf") and socket.of("mark"))

    socket.answers = answers

    stage.ends(presses(stage, "4"))

    told, *numbered = socket.frames
    assert {frame["event"] for frame in numbered} == {"start", "media", "mark", "dtmf"}
    assert [frame["sequenceNumber"] for frame in numbered] == [str(n + 1) for n in range(len(numbered))]
    assert {type(value) for media in socket.of("media") for value in media.values()} == {str}
    assert told == {"event": "connected", "protocol": "Call", "version": "1.0.0"}


def test_keys_are_not_told_to_a_one_way_stream(stage, socket: Socket) -> None:
    start = f'<Start><Stream name="ear" url="{socket.url}"/></Start>'
    stage.app.documents = {"answer": f'<Response>{start}<Pause length="20"/></Response>'}

    stage.ends(presses(stage, "4"))

    assert socket.closed.wait(10)
    assert socket.of("dtmf") == []


def test_the_application_is_heard_and_a_mark_comes_back_when_its_sound_has_been_played(
    make_stage, socket: Socket
) -> None:
    stage = make_stage(speed=5.0)
    stage.app.documents = {"answer": connected(socket), "after": "<Response/>"}

    def answers(frame: dict[str, Any], send: Callable[..., None]) -> bool:
        if frame["event"] == "start":
            send("media", media=payload(SOUND))
            send("mark", mark={"name": "said"})
        return frame["event"] == "mark"

    socket.answers = answers

    stage.ends(stage.calls({"stays": True}))

    assert socket.of("mark") == [{"name": "said"}]
    # A second of sound is fifty frames of what the person says meanwhile.
    assert 48 <= len(socket.of("media")) <= 200


def test_clear_returns_every_pending_mark_at_once(make_stage, socket: Socket) -> None:
    stage = make_stage(speed=5.0)
    stage.app.documents = {"answer": connected(socket), "after": "<Response/>"}

    def answers(frame: dict[str, Any], send: Callable[..., None]) -> bool:
        if frame["event"] == "start":
            for name in ("one", "two"):
                send("media", media=payload(SOUND * 10))
                send("mark", mark={"name": name})
            send("clear")
        return len(socket.of("mark")) == 2

    socket.answers = answers

    stage.ends(stage.calls({"stays": True}))

    assert socket.of("mark") == [{"name": "one"}, {"name": "two"}]
    # The sound would have lasted a thousand.
    assert len(socket.of("media")) < 500


def test_what_the_application_sends_is_what_the_person_hears(stage, socket: Socket) -> None:
    """A one-way stream of both tracks listens along: it goes to the same application."""
    along = f'<Start><Stream name="along" track="outbound_track" url="{socket.url}"/></Start>'
    stage.app.documents = {"answer": connected(socket, before=along), "after": "<Response/>"}

    def answers(frame: dict[str, Any], send: Callable[..., None]) -> bool:
        if frame["event"] == "start" and frame["start"]["tracks"] == ["inbound"]:
            send("media", media=payload(SOUND))
        return socket.sounds("outbound") >= 45

    socket.answers = answers

    stage.ends(stage.calls())

    assert (socket.sounds("outbound") >= 45, socket.sounds("inbound")) == (True, 0)


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"event": "media", "media": {"payload": "?"}}, "Error"),
        ({"event": "mark"}, "KeyError: 'mark'"),
        ({"event": "sing"}, "ValueError: the event 'sing' is not spoken here"),
    ],
)
def test_a_frame_that_can_not_be_read_is_told_of(stage, socket: Socket, sent: dict[str, Any], message: str) -> None:
    stage.app.documents = {"answer": connected(socket), "after": "<Response/>"}

    def answers(frame: dict[str, Any], send: Callable[..., None]) -> bool:
        if frame["event"] == "start":
            send(**sent)
        return any(event["kind"] == "stream_error" for event in stage.server.network.events.after(0, 0))

    socket.answers = answers

    stage.ends(stage.calls({"stays": True}))

    error = stage.client.wait_for(lambda e: e["kind"] == "stream_error")
    assert message in error["message"]


# Tracks and addresses


def test_both_tracks_are_sent_each_with_its_own_chunks(stage, socket: Socket) -> None:
    start = f'<Start><Stream name="ear" track="both_tracks" url="{socket.url}"/></Start>'
    stage.app.documents = {
        "answer": f'<Response>{start}<Pause length="1"/><Play>/tone.wav</Play><Pause length="20"/></Response>',
        "tone.wav": served(tone(1)),
    }

    stage.ends(stage.calls({"stays": True}))

    assert socket.closed.wait(10)
    media = socket.of("media")
    assert socket.of("start")[0]["tracks"] == ["inbound", "outbound"]
    assert [(m["track"], m["chunk"]) for m in media[:4]] == [
        ("inbound", "1"),
        ("outbound", "1"),
        ("inbound", "2"),
        ("outbound", "2"),
    ]
    assert (45 <= socket.sounds("outbound") <= 52, socket.sounds("inbound")) == (True, 0)


def test_a_stream_url_takes_no_query_string(stage, socket: Socket) -> None:
    stage.app.documents = {"answer": f'<Response><Connect><Stream url="{socket.url}?token=x"/></Connect></Response>'}
    socket.answers = hangs_up_on("start")

    stage.ends(stage.calls({"stays": True}))

    assert socket.paths == ["/media?"]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (
            '<Connect><Stream url="wss://x.example" track="both_tracks"/></Connect>',
            "<Stream> carries the inbound_track alone where it goes both ways",
        ),
        ("<Connect/>", "<Connect> connects one <Stream>"),
        ("<Start><Stream/></Start>", "<Stream> has no url"),
        ("<Stop><Stream/></Stop>", "<Stream> is stopped by its name, and none is given"),
    ],
)
def test_what_can_not_be_streamed_is_an_error(stage, document: str, message: str) -> None:
    stage.app.documents = {"answer": f"<Response>{document}</Response>"}

    stage.ends(stage.calls())

    error = stage.client.wait_for(lambda e: e["kind"] == "error")
    assert error["message"] == f"line 1: {message}"


def test_a_call_has_at_most_four_tracks(stage, socket: Socket) -> None:
    streams = "".join(f'<Stream name="{n}" track="both_tracks" url="{socket.url}"/>' for n in "abc")
    stage.app.documents = {"answer": f"<Response><Start>{streams}</Start></Response>"}

    stage.ends(stage.calls())

    error = stage.client.wait_for(lambda e: e["kind"] == "error")
    assert error["message"] == "line 1: <Stream> is one too many: a call has at most 4 tracks in streams"


# Status


def test_the_status_callback_of_a_stream_tells_that_it_started_and_stopped(stage, socket: Socket) -> None:
    start = f'<Start><Stream name="ear" url="{socket.url}" statusCallback="/stream"/></Start>'
    stage.app.documents = {
        "answer": f'<Response>{start}<Pause length="3"/><Stop><Stream name="ear"/></Stop></Response>',
        "stream": "",
    }

    sid = stage.calls({"stays": True})
    stage.client.wait_for(lambda _: len(stage.app.asked("stream")) >= 2)

    asked = stage.app.asked("stream")
    assert [(p["StreamEvent"], p["StreamName"], p["CallSid"]) for p in asked] == [
        ("stream-started", "ear", sid),
        ("stream-stopped", "ear", sid),
    ]


def test_the_status_callback_of_a_stream_tells_of_an_error(stage) -> None:
    start = '<Start><Stream name="ear" url="ws://127.0.0.1:1/media" statusCallback="/stream"/></Start>'
    stage.app.documents = {"answer": f'<Response>{start}<Pause length="3"/></Response>', "stream": ""}

    stage.calls({"stays": True})
    stage.client.wait_for(lambda _: bool(stage.app.asked("stream")))

    [told] = stage.app.asked("stream")
    assert (told["StreamEvent"], "StreamError" in told) == ("stream-error", True)


# What is still to be played


def test_marks_come_due_behind_their_sound() -> None:
    playback = Playback()
    playback.add_mark("first")
    playback.add_sound(SOUND[:320])
    playback.add_mark("second")

    due = [playback.due_marks()]
    for _ in range(2):
        playback.next_frame()
        due.append(playback.due_marks())

    assert due == [["first"], [], ["second"]]
    assert playback.next_frame() is None


def test_a_frame_that_is_not_full_is_filled_with_silence() -> None:
    playback = Playback()
    playback.add_sound(SOUND[:100])

    assert playback.next_frame() == SOUND[:100] + SILENCE[100:]


# Over REST


def test_rest_starts_a_stream_of_both_tracks_that_is_told_of(stage, socket: Socket) -> None:
    stage.app.documents = {"answer": '<Response><Play digits="w"/><Pause length="600"/></Response>', "told": ""}
    sid = stage.calls({"stays": True})
    stage.client.wait_for(lambda e: e["kind"] == "answered")

    started = stage.rest.calls(sid).streams.create(
        url=socket.url, track="both_tracks", status_callback=f"{stage.app.url}/told"
    )
    stage.client.wait_for(lambda _: len(stage.app.asked("told")) >= 1)
    stage.rest.calls(sid).streams(started.sid).update(status="stopped")

    assert socket.closed.wait(5)
    assert socket.of("start")[0]["tracks"] == ["inbound", "outbound"]
    told = stage.app.asked("told")[0]
    assert (told["StreamSid"], told["StreamEvent"]) == (started.sid, "stream-started")


@pytest.mark.parametrize("address", ["ws://127.0.0.1:99999/", "ws://127.0.0.1:1/"])
def test_a_stream_to_nowhere_is_an_error_and_the_call_goes_on(stage, address: str) -> None:
    document = f'<Response><Connect><Stream url="{address}"/></Connect><Say>nobody there</Say></Response>'
    stage.app.documents = {"answer": document}

    sid = stage.calls({"waits_for": "nobody there"}, {"hangs_up": True})

    assert stage.ends(sid) == "completed"
    assert "stream_error" in stage.kinds(sid)


def test_a_frame_of_another_stream_is_an_error(stage, socket: Socket) -> None:
    def answers(frame: dict[str, Any], send: Callable[..., None]) -> bool | None:
        if frame["event"] == "start":
            frame["streamSid"] = "MZ" + "0" * 32
            send("mark", mark={"name": "there"})
        return None

    socket.answers = answers
    stage.app.documents = {"answer": f'<Response><Connect><Stream url="{socket.url}"/></Connect></Response>'}

    sid = stage.calls({"stays": True})
    error = stage.client.wait_for(lambda e: e["kind"] == "stream_error" and e["call"] == sid)

    assert "is not this one" in error["message"]
