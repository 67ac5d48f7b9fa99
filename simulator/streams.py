"""A one-way media stream: the person's voice to the application's WebSocket, a frame every 20 ms."""

import base64
import json
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import simple_websocket
from simple_websocket import Client, ConnectionClosed

from simulator.audio import FRAME_BYTES, FRAME_SECONDS, SILENCE
from simulator.clock import Clock, Flag
from simulator.webhooks import sign

# The library's own thread closes the socket under a sender when the application hangs up: that send fails as OSError.
GONE = (ConnectionClosed, OSError)


@dataclass(frozen=True)
class StreamOrder:
    name: str
    url: str
    sid: str
    account_sid: str
    call_sid: str
    auth_token: str
    parameters: dict[str, str]


class Stream:
    """An actor of its own until stopped or cut. `tell` gets stream_started, stream_stopped, stream_error."""

    def __init__(self, order: StreamOrder, clock: Clock, tell: Callable[..., None]) -> None:
        self.name = order.name
        self.sid = order.sid
        self._order = order
        self._clock = clock
        self._tell = tell
        self._frames: deque[bytes] = deque()
        self._stopped = Flag(clock)
        self._cut = False
        self._sequence = 0
        clock.spawn(f"stream-{self.sid}", self._run)

    def speak(self, mulaw: bytes) -> None:
        self._frames.extend(mulaw[i : i + FRAME_BYTES] for i in range(0, len(mulaw), FRAME_BYTES))

    def stop(self) -> None:
        self._stopped.set()

    def cut(self) -> None:
        """The socket breaks, without a last word."""
        self._cut = True
        self._stopped.set()

    def _run(self) -> None:
        signature = sign(self._order.auth_token, self._order.url, {})
        try:
            socket = Client(self._order.url, headers={"X-Twilio-Signature": signature})
        except (simple_websocket.ConnectionError, OSError) as error:
            self._tell("stream_error", stream=self.name, message=str(error))
            return
        self._tell("stream_started", stream=self.name, stream_sid=self.sid)
        try:
            self._carry(socket)
            self._tell("stream_stopped", stream=self.name)
        except GONE:
            self._tell("stream_closed_by_app", stream=self.name)
        finally:
            with suppress(*GONE):  # The application may have closed it first.
                socket.close()

    def _carry(self, socket: Client) -> None:
        socket.send(json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"}))
        self._send(socket, "start", start=self._start())
        began, frames = self._clock.elapsed_seconds(), 0
        while not self._stopped.is_set():
            self._send(socket, "media", media=self._media(frames))
            frames += 1
            self._stopped.wait(began + frames * FRAME_SECONDS - self._clock.elapsed_seconds())
        if self._cut:
            return
        self._send(socket, "stop", stop={"accountSid": self._order.account_sid, "callSid": self._order.call_sid})

    def _start(self) -> dict[str, Any]:
        return {
            "accountSid": self._order.account_sid,
            "streamSid": self.sid,
            "callSid": self._order.call_sid,
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": self._order.parameters,
        }

    def _media(self, number: int) -> dict[str, str]:
        frame = self._frames.popleft() if self._frames else SILENCE
        return {
            "track": "inbound",
            "chunk": str(number + 1),
            "timestamp": str(number * 20),
            "payload": base64.b64encode(frame).decode(),
        }

    def _send(self, socket: Client, event: str, **body: Any) -> None:
        self._sequence += 1
        message = {"event": event, "sequenceNumber": str(self._sequence), "streamSid": self.sid, **body}
        socket.send(json.dumps(message))
