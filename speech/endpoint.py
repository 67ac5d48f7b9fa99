"""Where an utterance begins and ends. The audio's own length is the clock."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from speech.expectation import SUSTAINED_SECONDS
from speech.telephone import FRAME_BYTES, FRAME_SECONDS, decode, seconds

# A frame is speech when it is so much louder than the line's own noise, and not quieter than any telephone.
ABOVE_NOISE_DB = 9.0
QUIETEST_SPEECH_DBFS = -48.0
# The noise floor follows quieter frames quickly and louder ones slowly, so that speech does not lift it.
FLOOR_FALLS = 0.2
FLOOR_RISES = 0.004
FLOOR_AT_START_DBFS = -55.0

STARTS_AFTER_SECONDS = 0.06
SHORTEST_SPEECH_SECONDS = 0.12
LONGEST_UTTERANCE_SECONDS = 12.0
PATIENCE_SECONDS = 0.2
HALF_A_FRAME = FRAME_SECONDS / 2
BEFORE_SPEECH_SECONDS = 0.3
"""Kept from before the onset: Korean's first consonants are soft."""


@dataclass(frozen=True)
class Started:
    """Somebody may be speaking."""

    audio: bytes
    """mu-law, with a little of the line from before."""


@dataclass(frozen=True)
class Went:
    """The utterance goes on."""

    audio: bytes


@dataclass(frozen=True)
class Sustained:
    """Somebody is speaking, and means it."""


@dataclass(frozen=True)
class Paused:
    """Silent for so long that it may have been all."""

    speech_seconds: float


@dataclass(frozen=True)
class Ended:
    """Silent for so long that it was all, or cut off. `speech_seconds` 0: a knock, no utterance."""

    speech_seconds: float


SpeechEvent = Started | Went | Sustained | Paused | Ended


class Endpointer:
    """Silence of `silence_seconds` is a pause, after which `patience_seconds` more end the utterance. All may be
    changed at any time, as the question changes."""

    def __init__(self, silence_seconds: float = 0.6, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self.silence_seconds = silence_seconds
        self.patience_seconds = patience_seconds
        self.sustained_seconds = SUSTAINED_SECONDS
        self._rest = b""
        self._floor_dbfs = FLOOR_AT_START_DBFS
        self._before: deque[bytes] = deque(maxlen=round(BEFORE_SPEECH_SECONDS / FRAME_SECONDS))
        self.restart()

    def restart(self) -> None:
        """Forget the utterance: it was understood before its end. What comes next is a new one."""
        self._seconds = 0.0
        self._speech_seconds = 0.0
        self.silent_seconds = 0.0
        self._onset_seconds = 0.0
        self._sustained = False
        self._before.clear()

    def process(self, mulaw: bytes) -> Iterator[SpeechEvent]:
        """Any number of bytes; what they bring to light."""
        data = self._rest + mulaw
        whole = len(data) - len(data) % FRAME_BYTES
        self._rest = data[whole:]
        for start in range(0, whole, FRAME_BYTES):
            frame = data[start : start + FRAME_BYTES]
            is_speech = self._is_speech(frame)
            yield from self._in_speech(frame, is_speech) if self._seconds else self._before_speech(frame, is_speech)

    def _before_speech(self, frame: bytes, is_speech: bool) -> Iterator[SpeechEvent]:
        self._before.append(frame)
        self._onset_seconds = self._onset_seconds + FRAME_SECONDS if is_speech else 0.0
        if self._onset_seconds < STARTS_AFTER_SECONDS - HALF_A_FRAME:
            return
        audio = b"".join(self._before)
        self._seconds = seconds(audio)
        self._speech_seconds = self._onset_seconds
        yield Started(audio)

    def _in_speech(self, frame: bytes, is_speech: bool) -> Iterator[SpeechEvent]:
        self._seconds += FRAME_SECONDS
        yield Went(frame)
        if is_speech:
            self._speech_seconds += FRAME_SECONDS
            self.silent_seconds = 0.0
        else:
            self.silent_seconds += FRAME_SECONDS
        if not self._sustained and self._speech_seconds >= self.sustained_seconds - HALF_A_FRAME:
            self._sustained = True
            yield Sustained()
        yield from self._silence()

    def _silence(self) -> Iterator[SpeechEvent]:
        over = self.silent_seconds - self.silence_seconds
        spoken = self._speech_seconds if self._speech_seconds >= SHORTEST_SPEECH_SECONDS - HALF_A_FRAME else 0.0
        if abs(over) < HALF_A_FRAME and spoken:
            yield Paused(spoken)
        too_long = self._seconds >= LONGEST_UTTERANCE_SECONDS - HALF_A_FRAME
        if self._seconds and (over > self.patience_seconds - HALF_A_FRAME or too_long):
            self.restart()
            yield Ended(spoken)

    def _is_speech(self, frame: bytes) -> bool:
        power = float(np.mean(decode(frame) ** 2))
        level_dbfs = 10 * float(np.log10(power + 1e-9))
        weight = FLOOR_FALLS if level_dbfs < self._floor_dbfs else FLOOR_RISES
        self._floor_dbfs += weight * (level_dbfs - self._floor_dbfs)
        return level_dbfs > max(self._floor_dbfs + ABOVE_NOISE_DB, QUIETEST_SPEECH_DBFS)
