"""A media stream: the person's voice to the application's WebSocket, a frame every 20 ms; sound back if two-way."""

import base64
import json
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from simple_websocket import Client, ConnectionClosed

from simulator.audio import FRAME_SECONDS, SILENCE
from simulator.clock import Clock, Flag
from simulator.line import Line, frames_of
from simulator.playback import Playback
from simulator.webhooks import sign

# The library's own thread closes the socket under a sender when the application hangs up: that send fails as OSError.
GONE = (ConnectionClosed, OSError)


# Unconfirmed: how long Twilio waits.
HANDSHAKE_SECONDS = 5.0
MOST_TRACKS = 4  # Confirmed: in one call.


class TooManyTracks(Exception):
    """One more stream would be more than a call may have."""

    def __init__(self) -> None:
        super().__init__(f"is one too many: a call has at most {MOST_TRACKS} tracks in streams")


@dataclass(frozen=True)
class StreamOrder:
    name: str
    url: str
    sid: str
    account_sid: str
    call_sid: str
    auth_token: str
    parameters: dict[str, str]
    tracks: tuple[str, ...] = ("inbound",)
    two_way: bool = False
    line: Line = field(default_factory=Line)
    signed_url: str = ""
    """The address as it is signed, where it is spelt otherwise there."""


class _Socket(Client):  # type: ignore[misc]  # The library has no types.
    """Opened within so many seconds of real time, or not at all."""

    def handshake(self) -> None:
        self.sock.settimeout(HANDSHAKE_SECONDS)
        super().handshake()
        self.sock.settimeout(None)


class Stream:
    """An actor of its own until stopped or cut. `tell` gets stream_started, stream_stopped, stream_error;
    `hears` gets what the application lets the person hear."""

    def __init__(
        self,
        order: StreamOrder,
        clock: Clock,
        tell: Callable[..., None],
        hears: Callable[[bytes], None] = lambda _: None,
    ) -> None:
        self.name = order.name
        self.sid = order.sid
        self._order = order
        self._clock = clock
        self._tell = tell
        self._echo: deque[bytes | None] = deque([None] * order.line.echo_frames)
        """What the person is told, on its way back."""
        self._told: deque[bytes] = deque()
        self._hears = hears
        self.tracks = order.tracks
        self.ended = False
        self._frames: dict[str, deque[bytes]] = {track: deque() for track in order.tracks}
        self._playback = Playback()
        self._keys: deque[str] = deque()
        self._stopped = Flag(clock)
        self._cut = False
        self._sequence = 0
        clock.spawn(f"stream-{self.sid}", self._run)

    def speak(self, mulaw: bytes) -> None:
        """The person does."""
        self._put("inbound", mulaw)

    def overhear(self, mulaw: bytes) -> None:
        """What the person is told from now on, in place of what they were told before."""
        self._told = deque(frames_of(mulaw))

    def sound(self, mulaw: bytes) -> None:
        """The person hears it."""
        self._put("outbound", mulaw)

    def press(self, digits: str) -> None:
        """Only a two-way stream is told of keys."""
        if self._order.two_way:
            self._keys.extend(digits)

    def stop(self) -> None:
        self._stopped.set()

    def cut(self) -> None:
        """The socket breaks, without a last word."""
        self._cut = True
        self._stopped.set()

    def _put(self, track: str, mulaw: bytes) -> None:
        if track in self._frames:
            self._frames[track].extend(frames_of(mulaw))

    def _run(self) -> None:
        # Confirmed: that the handshake is signed. Unconfirmed: what is signed (here the address, without parameters).
        signature = sign(self._order.auth_token, self._order.signed_url or self._order.url, {})
        try:
            socket = _Socket(self._order.url, headers={"X-Twilio-Signature": signature})
        except Exception as error:  # No address, nobody there, no answer, one that makes no sense: no stream.
            self._end("stream_error", message=str(error))
            return
        self._report("stream_started")
        try:
            self._carry(socket)
            self._end("stream_stopped")
        except GONE:
            self._end("stream_closed_by_app")
        finally:
            with suppress(*GONE):  # The application may have closed it first.
                socket.close()

    def _end(self, kind: str, **facts: str) -> None:
        self.ended = True
        self._report(kind, **facts)

    def _report(self, kind: str, **facts: str) -> None:
        self._tell(kind, ended=self.ended, stream=self.name, stream_sid=self.sid, **facts)

    def _carry(self, socket: Client) -> None:
        socket.send(json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"}))
        self._send(socket, "start", start=self._start())
        began, frames = self._clock.elapsed_seconds(), 0
        while not self._stopped.is_set():
            self._attend(socket)
            self._stopped.wait(self._order.line.holds_up_seconds(frames))
            for track in self.tracks:
                media = self._media(track, frames)
                # Unconfirmed: that the numbers of lost frames are left out.
                if track != "inbound" or not self._order.line.loses(frames):
                    self._send(socket, "media", media=media)
            frames += 1
            self._stopped.wait(began + frames * FRAME_SECONDS - self._clock.elapsed_seconds())
        if self._cut:
            return
        self._send(socket, "stop", stop={"accountSid": self._order.account_sid, "callSid": self._order.call_sid})

    # Both ways

    def _attend(self, socket: Client) -> None:
        """20 ms of it."""
        if not self._order.two_way:
            return
        while self._keys:
            self._send(socket, "dtmf", dtmf={"track": "inbound_track", "digit": self._keys.popleft()})
        while (message := socket.receive(timeout=0)) is not None:
            self._take(socket, message)
        self._give_back(socket, self._playback.due_marks())
        frame = self._playback.next_frame()
        if frame is not None:
            self._hears(frame)

    def _take(self, socket: Client, message: str | bytes) -> None:
        """A frame from the application. One that can't be read is told of."""
        try:
            frame = json.loads(message)
            if frame["streamSid"] != self.sid:
                raise ValueError(f"the stream {frame['streamSid']!r} is not this one")
            if frame["event"] == "media":
                self._playback.add_sound(base64.b64decode(frame["media"]["payload"], validate=True))
            elif frame["event"] == "mark":
                self._playback.add_mark(frame["mark"]["name"])
            elif frame["event"] == "clear":
                self._give_back(socket, self._playback.clear())
            else:
                raise ValueError(f"the event {frame['event']!r} is not spoken here")
        except (ValueError, KeyError, TypeError) as error:
            self._report("stream_error", message=f"{type(error).__name__}: {error}")

    def _give_back(self, socket: Client, marks: list[str]) -> None:
        for name in marks:
            self._send(socket, "mark", mark={"name": name})

    # Frames

    def _start(self) -> dict[str, Any]:
        return {
            "accountSid": self._order.account_sid,
            "streamSid": self.sid,
            "callSid": self._order.call_sid,
            "tracks": list(self.tracks),
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": self._order.parameters,
        }

    def _media(self, track: str, number: int) -> dict[str, str]:
        frames = self._frames[track]
        frame = frames.popleft() if frames else SILENCE
        if track == "inbound":
            self._echo.append(self._told.popleft() if self._told else None)
            frame = self._order.line.mix(number, frame, self._echo.popleft())
        return {
            "track": track,
            "chunk": str(number + 1),
            "timestamp": str(number * 20),
            "payload": base64.b64encode(frame).decode(),
        }

    def _send(self, socket: Client, event: str, **body: Any) -> None:
        self._sequence += 1
        message = {"event": event, "sequenceNumber": str(self._sequence), "streamSid": self.sid, **body}
        socket.send(json.dumps(message))
