"""The media socket: the carrier streams the caller's voice here."""

import base64
import binascii
import json
import logging
from concurrent.futures import Executor
from typing import Any

from flask import Flask, abort, request
from flask_sock import Sock
from simple_websocket import ConnectionClosed, Server

from ivr.conversation import Conversation
from ivr.ear import Ear
from ivr.signature import SignatureCheck
from speech.pool import HearingPool

log = logging.getLogger("barocall.media")

START_SECONDS = 10
"""A socket that has not said by then which call it carries is closed."""
SILENT_LINE_SECONDS = 30
"""The carrier sends 50 frames a second; after so long without one the line is dead."""
LARGEST_MESSAGE_BYTES = 65_536
LARGEST_FRAME_BYTES = 8_000
"""One second of audio. Frames carry 20 or 40 ms; anything longer than this is not a frame."""


def media_app(
    conversation: Conversation, signature: SignatureCheck, pool: HearingPool | None, errands: Executor
) -> Flask:
    """`pool` None: no recogniser could be had, so every call that wants to be heard goes on with keys."""
    app = Flask("barocall.media")
    app.config["SOCK_SERVER_OPTIONS"] = {"max_message_size": LARGEST_MESSAGE_BYTES}
    sock = Sock(app)

    @app.before_request
    def only_the_carrier() -> None:
        if request.path == "/healthz":
            return
        if not signature.socket(request.headers.get("X-Twilio-Signature", "")):
            log.warning("refused a media socket: not signed by our carrier account")
            abort(403)

    @app.get("/healthz")
    def healthz() -> dict[str, Any]:
        return {"status": "ok", "hears": pool is not None}

    @sock.route("/media")
    def media(socket: Server) -> None:
        try:
            _carry(socket, conversation, pool, errands)
        except ConnectionClosed:
            return

    return app


def _carry(socket: Server, conversation: Conversation, pool: HearingPool | None, errands: Executor) -> None:
    start = _start(socket)
    call = None
    if start is not None:
        call = conversation.ear_opened(start.get("callSid", ""), _token(start))
    if call is None or call.ear_step is None:
        log.warning("refused a media socket: no such call, or its secret is wrong")
        return
    if pool is None:
        conversation.cannot_hear(call.id)
        return
    ear = Ear(call.id, conversation, pool, errands)
    try:
        _listen(socket, ear)
    finally:
        ear.close()
        conversation.ear_lost(call.id, call.ear_step)


def _start(socket: Server) -> dict[str, Any] | None:
    """The `start` message, which may follow `connected`."""
    for _ in range(2):
        message = _message(socket, START_SECONDS)
        if message is None:
            return None
        if message.get("event") == "start" and isinstance(message.get("start"), dict):
            start: dict[str, Any] = message["start"]
            return start
    return None


def _token(start: dict[str, Any]) -> str:
    parameters = start.get("customParameters")
    return str(parameters.get("token", "")) if isinstance(parameters, dict) else ""


def _listen(socket: Server, ear: Ear) -> None:
    while (message := _message(socket, SILENT_LINE_SECONDS)) is not None:
        match message.get("event"):
            case "media":
                frame = _frame(message)
                if frame is not None:
                    ear.frame(frame)
            case "stop":
                return
            case _:
                continue


def _message(socket: Server, timeout_seconds: float) -> dict[str, Any] | None:
    """The next message; None when the line is dead or speaks no JSON."""
    try:
        text = socket.receive(timeout=timeout_seconds)
        message = json.loads(text) if text is not None else None
    except (ConnectionClosed, ValueError):
        return None
    return message if isinstance(message, dict) else None


def _frame(message: dict[str, Any]) -> bytes | None:
    # Track, chunk, timestamp and sequence number are not needed, and not every carrier sends them.
    media = message.get("media")
    if not isinstance(media, dict) or media.get("track", "inbound") != "inbound":
        return None
    try:
        frame = base64.b64decode(media.get("payload", ""), validate=True)
    except (binascii.Error, TypeError, ValueError):
        return None
    return frame if len(frame) <= LARGEST_FRAME_BYTES else None
