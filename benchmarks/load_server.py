"""The true media server, hearing for nobody's sake: what benchmarks/load.py rings up. Lags go to a file."""

import json
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from flask import Flask

from benchmarks.hearing import CLIPS, development_clips
from benchmarks.load import MEDIA_URL, TOKEN
from ivr.conversation import Conversation
from ivr.media import media_app
from ivr.signature import SignatureCheck
from speech.expectation import Expectation, Meaning
from speech.hearing import Ears, Hearing
from speech.pool import Heard, HearingFailed, HearingPool, Listening
from speech.vosk_recogniser import VoskListener, VoskRecogniser


@dataclass(frozen=True)
class Rung:
    """As much of a call as the media socket looks at."""

    id: int = 0
    ear_step: int = 0


class Nobody:
    """In place of the conversation: expects the development sentences, and does nothing."""

    def __init__(self, sentences: list[str]) -> None:
        meanings = tuple(Meaning(text, (text,)) for text in sentences)
        self._expectation = Expectation("load", meanings, 0.6, is_open=True)

    def ear_opened(self, _sid: str, _token: str) -> Rung:
        return Rung()

    def expecting(self, _call_id: int) -> Expectation:
        return self._expectation

    def speaking(self, _call_id: int) -> None:
        return

    def heard(self, _call_id: int, _expected: Expectation, _hearing: Hearing) -> None:
        return

    def cannot_hear(self, _call_id: int) -> None:
        return

    def ear_lost(self, _call_id: int, _step: int) -> None:
        return


class TimedPool(HearingPool):
    """Writes down how long each answer took from the moment the silence had lasted."""

    def __init__(self, ears: Ears, threads: ThreadPoolExecutor, *, at_once: int, lags: Path) -> None:
        super().__init__(ears, threads, at_once=at_once)
        self._lags = lags
        self._lock = threading.Lock()

    def listen(self, expectation: Expectation) -> Listening:
        return cast(Listening, _Timed(super().listen(expectation), self._write))

    def _write(self, lag_seconds: float) -> None:
        with self._lock, self._lags.open("a") as file:
            file.write(json.dumps(lag_seconds) + "\n")


class FreeForm(VoskRecogniser):
    """Hears anything, as without a grammar."""

    def listen(self, phrases: tuple[str, ...]) -> VoskListener:
        return super().listen(())


class _Timed:
    def __init__(self, listening: Listening, write: Callable[[float], None]) -> None:
        self._listening, self._write = listening, write
        self.hear, self.drop = listening.hear, listening.drop

    def pause(self, speech_seconds: float, heard: Heard) -> None:
        self._listening.pause(speech_seconds, self._timed(heard))

    def end(self, speech_seconds: float, heard: Heard) -> None:
        self._listening.end(speech_seconds, self._timed(heard))

    def _timed(self, heard: Heard) -> Heard:
        began = time.monotonic()

        def told(result: Hearing | HearingFailed) -> None:
            self._write(time.monotonic() - began)
            heard(result)

        return told


def create() -> Flask:
    clips, _telephone = development_clips(Path(os.environ["BAROCALL_SHARED"]) / CLIPS)
    pool = TimedPool(
        Ears(FreeForm() if os.environ.get("LOAD_FREE") else VoskRecogniser()),
        ThreadPoolExecutor(int(os.environ["LOAD_WORKERS"])),
        at_once=1000,
        lags=Path(os.environ["LOAD_LAGS"]),
    )
    nobody = cast(Conversation, Nobody(sorted({clip.text for clip in clips})))
    return media_app(nobody, SignatureCheck([TOKEN], "http://load", MEDIA_URL), pool, ThreadPoolExecutor(4))
