"""The media streams of one call."""

import threading
from itertools import count
from typing import TYPE_CHECKING

from simulator.stream_status import StreamTeller
from simulator.streams import MOST_TRACKS, Stream, StreamOrder, TooManyTracks
from simulator.truths import address_signed

if TYPE_CHECKING:
    from simulator.call import Call
    from simulator.verbs.fetch import Fetch


class CallStreams:
    """By name. A stream that ended by itself stays until its name is taken or stopped, and counts no more."""

    def __init__(self, call: "Call") -> None:
        self._call = call
        self._all: dict[str, Stream] = {}
        self._numbers = count(1)
        self._lock = threading.Lock()

    def start(
        self,
        name: str | None,
        url: str,
        parameters: dict[str, str],
        *,
        tracks: tuple[str, ...] = ("inbound",),
        two_way: bool = False,
        status: "Fetch | None" = None,
    ) -> Stream:
        """In place of one of the same name. `status`: where the application is told that it started, stopped or
        failed. Raises TooManyTracks, in whichever way it was asked for."""
        call, network, config = self._call, self._call.network, self._call.network.config
        with self._lock:
            self._refuse_too_many(name, tracks)
            order = StreamOrder(
                name or f"stream-{next(self._numbers)}",
                url,
                network.new_sid("MZ"),
                config.account_sid,
                call.sid,
                config.auth_token,
                parameters,
                tracks,
                two_way,
                call.line,
                address_signed(url, network.faults.truth("stream_signature")),
            )
            self.stop(order.name)
            stream = Stream(order, network.clock, StreamTeller(call, status), call.ear.hear_stream)
            self._all[order.name] = stream
        if not call.live:  # It ended meanwhile, and has stopped those streams that there were.
            self.stop(order.name)
        return stream

    def stop(self, name: str) -> None:
        stream = self._all.pop(name, None)
        if stream is not None:
            stream.stop()

    def stop_all(self) -> None:
        for name in tuple(self._all):
            self.stop(name)

    def cut_all(self) -> None:
        """Their sockets break."""
        for name in tuple(self._all):
            stream = self._all.pop(name, None)
            if stream is not None:
                stream.cut()

    def find(self, sid_or_name: str) -> Stream | None:
        return next((s for s in tuple(self._all.values()) if sid_or_name in (s.sid, s.name)), None)

    # What they carry

    def press(self, digits: str) -> None:
        for stream in tuple(self._all.values()):
            stream.press(digits)

    def speak(self, mulaw: bytes) -> None:
        """The person does."""
        for stream in tuple(self._all.values()):
            stream.speak(mulaw)

    def sound(self, mulaw: bytes) -> None:
        """The person hears it."""
        for stream in tuple(self._all.values()):
            stream.sound(mulaw)

    def overhear(self, mulaw: bytes) -> None:
        """It comes back from the person's end."""
        for stream in tuple(self._all.values()):
            stream.overhear(mulaw)

    def _refuse_too_many(self, name: str | None, tracks: tuple[str, ...]) -> None:
        others = [s for s in self._all.values() if not s.ended and s.name != name]
        if sum(len(stream.tracks) for stream in others) + len(tracks) > MOST_TRACKS:
            raise TooManyTracks
