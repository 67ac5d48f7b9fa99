"""The media socket: only the carrier, only for a call of ours, whatever else the frames leave out."""

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from simple_websocket import Client, ConnectionClosed
from sqlalchemy import select
from twilio.request_validator import RequestValidator
from werkzeug.serving import make_server

from ivr.media import media_app
from ivr.signature import SignatureCheck
from speech.hearing import Ears
from speech.pool import HearingPool
from speech.recogniser import Listener
from speech.scripted import ScriptedRecogniser
from store.tables import calls
from story import PUBLIC_URL, TOKEN, Caller, House

MEDIA_URL = "wss://calls.example.org/media"
TONE = bytes([0x10, 0x90] * 80)  # Loud: 20 ms of a 4 kHz square.
SILENCE = bytes([0xFF]) * 160


class BrokenRecogniser:
    def listen(self, phrases: tuple[str, ...]) -> Listener:
        raise RuntimeError("the model fell over")


@dataclass
class Line:
    """A served media app, and a caller at the open question."""

    house: House
    caller: Caller
    url: str

    def socket(self, *, signed_with: str = TOKEN) -> Client:
        signature = RequestValidator(signed_with).compute_signature(MEDIA_URL, {})
        return Client(self.url, headers={"X-Twilio-Signature": signature})

    @property
    def token(self) -> str:
        with self.house.store.read() as tx:
            return str(tx.execute(select(calls.c.stream_token)).scalar_one())

    def start(self, socket: Client, token: str | None = None, **more: Any) -> None:
        start = {"callSid": self.caller.sid, "customParameters": {"token": token or self.token}, **more}
        socket.send(json.dumps({"event": "connected"}))
        socket.send(json.dumps({"event": "start", "start": start}))

    def speak(self, socket: Client, frames: int = 50) -> None:
        """A second of sound, and the silence that ends it."""
        for frame in [SILENCE] * 10 + [TONE] * frames + [SILENCE] * 40:
            socket.send(json.dumps({"event": "media", "media": {"payload": base64.b64encode(frame).decode()}}))

    def until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 10
        while not condition():
            assert time.monotonic() < deadline, f"still {self.caller.state}"
            threading.Event().wait(0.02)


def served(house: House, pool: HearingPool | None) -> Iterator[Line]:
    caller = house.caller()
    caller.dials()
    signature = SignatureCheck([TOKEN], PUBLIC_URL, MEDIA_URL)
    errands = ThreadPoolExecutor(4)
    server = make_server("127.0.0.1", 0, media_app(house.conversation, signature, pool, errands), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Line(house, caller, f"ws://127.0.0.1:{server.server_port}/media")
    server.shutdown()
    thread.join()
    server.server_close()
    errands.shutdown()
    if pool is not None:
        pool.close()


def pool_of(*texts: str) -> HearingPool:
    return HearingPool(Ears(ScriptedRecogniser(texts)), ThreadPoolExecutor(1), at_once=5)


@pytest.fixture
def hearing(house: House) -> Iterator[Line]:
    yield from served(house, pool_of("배송 조회해 주세요"))


@pytest.fixture
def broken(house: House) -> Iterator[Line]:
    yield from served(house, HearingPool(Ears(BrokenRecogniser()), ThreadPoolExecutor(1), at_once=1))


@pytest.fixture
def full(house: House) -> Iterator[Line]:
    pool = pool_of("배송 조회해 주세요")
    for _ in range(5):
        pool._room.acquire()  # As if five callers spoke at this moment.
    yield from served(house, pool)


@pytest.fixture
def deaf(house: House) -> Iterator[Line]:
    yield from served(house, None)


def test_frames_without_track_chunk_or_timestamp_are_heard(hearing: Line) -> None:
    socket = hearing.socket()
    hearing.start(socket)

    hearing.speak(socket)

    hearing.until(lambda: hearing.house.heard() == [("배송 조회해 주세요", "go")])
    socket.close()


@pytest.mark.parametrize("token", [None, "stolen"])
def test_a_socket_that_the_carrier_has_not_signed_is_refused(hearing: Line, token: str | None) -> None:
    handshake = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "eA==",
    }
    if token is not None:
        handshake["X-Twilio-Signature"] = RequestValidator(token).compute_signature(MEDIA_URL, {})

    answer = requests.get(hearing.url.replace("ws", "http", 1), headers=handshake, timeout=5)

    assert answer.status_code == 403


def test_a_wrong_token_hears_nothing(hearing: Line) -> None:
    socket = hearing.socket()
    hearing.start(socket, token="guessed")

    hearing.until(lambda: not socket.connected or _closed(socket))

    assert hearing.house.heard() == []


@pytest.mark.parametrize(
    "message",
    [
        "no JSON",
        "[]",
        "42",
        '{"event": "start"}',
        '{"event": "start", "start": {"callSid": "CAunknown", "customParameters": {"token": "x"}}}',
        '{"event": "start", "start": {"callSid": 5, "customParameters": 7}}',
    ],
)
def test_a_message_that_is_none_ends_the_socket_and_nothing_else(hearing: Line, message: str) -> None:
    socket = hearing.socket()
    with suppress(ConnectionClosed):  # The first one may be the last that is listened to.
        socket.send(message)
        socket.send(message)

    hearing.until(lambda: _closed(socket))

    assert hearing.caller.state == "asking"


@pytest.mark.parametrize("payload", ["?", "", "A" * 40_000, None, 5, "////"])
def test_odd_frames_are_dropped_and_the_call_is_heard_on(hearing: Line, payload: object) -> None:
    socket = hearing.socket()
    hearing.start(socket)

    socket.send(json.dumps({"event": "media", "media": {"payload": payload}}))
    hearing.speak(socket)

    hearing.until(lambda: hearing.house.heard() == [("배송 조회해 주세요", "go")])
    socket.close()


def test_a_lost_socket_is_asked_for_again_and_the_third_time_the_keys_are_read(hearing: Line) -> None:
    states = []
    for _ in range(3):
        socket = hearing.socket()
        hearing.start(socket)
        before = _step(hearing)
        socket.close()
        hearing.until(lambda before=before: _step(hearing) > before)
        states.append(hearing.caller.state)
        document = hearing.caller.fetch("/voice/now")

    assert states == ["asking", "asking", "reading_keys"]
    assert "배송은 2번" in document


def test_a_recogniser_that_breaks_leaves_the_keys(broken: Line) -> None:
    socket = broken.socket()
    broken.start(socket)

    broken.speak(socket)

    broken.until(lambda: broken.caller.state == "reading_keys")
    socket.close()


def test_a_full_recogniser_leaves_the_keys_at_once(full: Line) -> None:
    socket = full.socket()
    full.start(socket)

    full.speak(socket)

    full.until(lambda: full.caller.state == "reading_keys")
    socket.close()


def test_without_a_model_the_keys_are_read(deaf: Line) -> None:
    socket = deaf.socket()
    deaf.start(socket)

    deaf.until(lambda: deaf.caller.state == "reading_keys")


def test_speech_over_the_prompt_makes_it_fall_silent(hearing: Line) -> None:
    socket = hearing.socket()
    hearing.start(socket)
    for frame in [SILENCE] * 10 + [TONE] * 30:
        socket.send(json.dumps({"event": "media", "media": {"payload": base64.b64encode(frame).decode()}}))

    hearing.until(lambda: hearing.house.carrier.moves == [(hearing.caller.sid, "/voice/now")])

    assert hearing.caller.fetch("/voice/now") and hearing.caller.spoken == ""
    socket.close()


def _step(line: Line) -> int:
    with line.house.store.read() as tx:
        return int(tx.execute(select(calls.c.step)).scalar_one())


def _closed(socket: Client) -> bool:
    try:
        return socket.receive(timeout=0) is None and not socket.connected
    except Exception:
        return True
