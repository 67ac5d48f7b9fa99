"""What the person at a call's end is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from simulator.audio import FRAME_SECONDS, mulaw_seconds
from simulator.soundtrack import Clip

if TYPE_CHECKING:
    from simulator.call import Call


class Ear:
    def __init__(self, call: "Call") -> None:
        self._call = call
        self.heard: list[str] = []
        """What they were told so far."""
        self.language = "en-US"
        """In which the application spoke last."""
        self.sounding: Clip | None = None
        """What they are being told."""

    def hear(self, text: str, language: str) -> None:
        """They are told something."""
        call = self._call
        call.event("said_by_app", text=text, language=language)
        with call.changed:
            self.language = language
            self.heard.append(text)
            call.changed.notify_all()

    def hear_sound(self, mulaw: bytes) -> None:
        """They hear more than words."""
        self._call.streams.sound(mulaw)

    def hear_stream(self, mulaw: bytes) -> None:
        """They hear what the application sent into a two-way stream."""
        call, seconds = self._call, mulaw_seconds(mulaw)
        call.soundtrack.told(Clip("stream", seconds, lambda: mulaw), call.network.elapsed_seconds(), seconds)
        self.hear_sound(mulaw)

    @contextmanager
    def told(self, clip: Clip) -> Iterator[Clip]:
        """What sounds in their ear for as long as this lasts."""
        call, began_seconds = self._call, self._call.network.elapsed_seconds()
        self._sound(clip)
        try:
            yield clip
        finally:
            lasted_seconds = min(call.network.elapsed_seconds() - began_seconds, clip.seconds)
            self._sound(None)
            call.soundtrack.told(clip, began_seconds, lasted_seconds)
            if call.live and lasted_seconds < clip.seconds - FRAME_SECONDS:
                call.event("cut_short", after_seconds=round(lasted_seconds, 1))

    def _sound(self, clip: Clip | None) -> None:
        call = self._call
        if call.line.echo_db is not None:
            call.streams.overhear(b"" if clip is None else clip.mulaw())
        with call.changed:
            self.sounding = clip
            call.changed.notify_all()
