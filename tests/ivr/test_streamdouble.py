"""A Media Streams client that others wrote (streamdouble) calls the product's media socket."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import websockets
from sqlalchemy import select
from streamdouble.protocol import StreamIdentity
from streamdouble.session import Session, SessionConfig, SessionResult
from test_media_socket import MEDIA_URL, SILENCE, TONE, pool_of
from twilio.request_validator import RequestValidator
from werkzeug.serving import make_server

from ivr.media import media_app
from ivr.signature import SignatureCheck
from store.tables import calls
from story import PUBLIC_URL, TOKEN, House

Wsgi = Callable[..., object]


@pytest.fixture
def serve(house: House) -> Iterator[Callable[[str | None], str]]:
    """The media app behind what signs handshakes with a token, since streamdouble has no headers of its own."""
    signature, errands = SignatureCheck([TOKEN], PUBLIC_URL, MEDIA_URL), ThreadPoolExecutor(4)
    pool = pool_of("배송 조회해 주세요")
    app = media_app(house.conversation, signature, pool, errands)
    servers = []

    def start(token: str | None) -> str:
        server = make_server("127.0.0.1", 0, signing(app, token), threaded=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        servers.append((server, thread))
        return f"ws://127.0.0.1:{server.server_port}/media"

    yield start
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()
    errands.shutdown()
    pool.close()


def signing(app: Wsgi, token: str | None) -> Wsgi:
    if token is None:
        return app
    signature = RequestValidator(token).compute_signature(MEDIA_URL, {})
    return lambda environ, answer: app({**environ, "HTTP_X_TWILIO_SIGNATURE": signature}, answer)


def stream(url: str, call_sid: str, secret: str) -> SessionResult:
    """A second of sound and the silence that ends it, one way, as `<Start><Stream>` sends it."""
    config = SessionConfig(
        custom_parameters={"token": secret},
        fork=True,
        strict_fork=True,
        tracks=["inbound"],
        response_timeout_s=0.1,
        quiet_period_s=0.1,
    )
    frames = [SILENCE] * 10 + [TONE] * 50 + [SILENCE] * 40
    session = Session(url, frames, config=config, identity=StreamIdentity(call_sid=call_sid))
    return asyncio.run(session.run())


def secret_of(house: House) -> str:
    with house.store.read() as tx:
        return str(tx.execute(select(calls.c.stream_token)).scalar_one())


def test_its_caller_is_heard(house: House, serve: Callable[[str | None], str]) -> None:
    caller = house.caller()
    caller.dials()

    result = stream(serve(TOKEN), caller.sid, secret_of(house))

    assert house.heard() == [("배송 조회해 주세요", "go")]
    # We answer nothing on a one-way stream, and nothing that the protocol does not know.
    assert (result.violations, result.warnings, result.media_frames_received) == ([], [], 0)


@pytest.mark.parametrize("token", [None, "stolen"])
def test_it_is_refused_where_the_carrier_has_not_signed(
    house: House, serve: Callable[[str | None], str], token: str | None
) -> None:
    caller = house.caller()
    caller.dials()

    with pytest.raises(websockets.InvalidStatus, match="403"):
        stream(serve(token), caller.sid, secret_of(house))

    assert house.heard() == []
