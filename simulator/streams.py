"""A one-way media stream: the person's voice to the application's WebSocket, a frame every 20 ms."""

import base64
import json
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import simple_websocket
from simple_websocket import Client, ConnectionClosed

from simulator.audio import FRAME_SECONDS, SILENCE
from simulator.line import Line, frames_of
from simulator.webhooks import sign

# The library's own thread closes the socket under a sender when the application hangs up: that send fails as OSError.
GONE = (ConnectionClosed, OSError)


@dataclass(frozen=True)
class StreamOrder:
    name: str
    url: str
    account_sid: str
    call_sid: str
    auth_token: str
    parameters: dict[str, str]
    speed: float
    line: Line = field(default_factory=Line)


class Stream:
    """Runs in a thread of its own until stopped or cut. `tell` gets stream_started, stream_stopped, stream_error."""

    def __init__(self, order: StreamOrder, tell: Callable[..., None]) -> None:
        self.name = order.name
        self.sid = f"MZ{secrets.token_hex(16)}"
        self._order = order
        self._tell = tell
        self._frames: deque[bytes] = deque()
        self._echo: deque[bytes | None] = deque([None] * order.line.echo_frames)
        """What the person is told, on its way back."""
        self._told: deque[bytes] = deque()
        self._stopped = threading.Event()
        self._sequence = 0
        self._thread = threading.Thread(target=self._run, name=f"stream-{self.sid}", daemon=True)
        self._thread.start()

    def speak(self, mulaw: bytes) -> None:
        self._frames.extend(frames_of(mulaw))

    def overhear(self, mulaw: bytes) -> None:
        """What the person is told from now on, in place of what they were told before."""
        self._told = deque(frames_of(mulaw))

    def stop(self) -> None:
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
        began, frames = time.monotonic(), 0
        while not self._stopped.is_set():
            self._stopped.wait(self._order.line.holds_up_seconds(frames) / self._order.speed)
            media = self._media(frames)
            # Unconfirmed: that the numbers of lost frames are left out.
            if not self._order.line.loses(frames):
                self._send(socket, "media", media=media)
            frames += 1
            ahead = began + frames * FRAME_SECONDS / self._order.speed - time.monotonic()
            if ahead > 0:
                self._stopped.wait(ahead)
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
        voice = self._frames.popleft() if self._frames else SILENCE
        self._echo.append(self._told.popleft() if self._told else None)
        frame = self._order.line.mix(number, voice, self._echo.popleft())
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
