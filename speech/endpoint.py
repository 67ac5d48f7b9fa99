"""Where an utterance begins and ends. The audio's own length is the clock."""

from collections import deque
from dataclasses import dataclass

import numpy as np

from speech.telephone import FRAME_BYTES, FRAME_SECONDS, decode

# A frame is speech when it is so much louder than the line's own noise, and not quieter than any telephone.
ABOVE_NOISE_DB = 9.0
QUIETEST_SPEECH_DBFS = -48.0
# The noise floor follows quieter frames quickly and louder ones slowly, so that speech does not lift it.
FLOOR_FALLS = 0.2
FLOOR_RISES = 0.004
FLOOR_AT_START_DBFS = -55.0

STARTS_AFTER_SECONDS = 0.06
SUSTAINED_SECONDS = 0.25
"""So long, and it is meant: a cough or a knock is shorter."""
SHORTEST_SPEECH_SECONDS = 0.12
LONGEST_UTTERANCE_SECONDS = 12.0
BEFORE_SPEECH_SECONDS = 0.3
"""Kept from before the onset: Korean's first consonants are soft."""


@dataclass(frozen=True)
class Started:
    """Somebody may be speaking."""


@dataclass(frozen=True)
class Sustained:
    """Somebody is speaking."""


@dataclass(frozen=True)
class Ended:
    """An utterance, with a little of the line before and after it."""

    audio: bytes
    """mu-law"""
    speech_seconds: float


SpeechEvent = Started | Sustained | Ended


class Endpointer:
    """`silence_seconds` of silence end an utterance; it may be changed at any time, as the question changes."""

    def __init__(self, silence_seconds: float = 0.6) -> None:
        self.silence_seconds = silence_seconds
        self._rest = b""
        self._floor_dbfs = FLOOR_AT_START_DBFS
        self._before: deque[bytes] = deque(maxlen=round(BEFORE_SPEECH_SECONDS / FRAME_SECONDS))
        self._reset()

    def _reset(self) -> None:
        self._utterance = bytearray()
        self._speech_seconds = 0.0
        self._silent_seconds = 0.0
        self._onset_seconds = 0.0
        self._sustained = False
        self._before.clear()

    def process(self, mulaw: bytes) -> list[SpeechEvent]:
        """Any number of bytes; what they bring to light."""
        data = self._rest + mulaw
        whole = len(data) - len(data) % FRAME_BYTES
        self._rest = data[whole:]
        events: list[SpeechEvent] = []
        for start in range(0, whole, FRAME_BYTES):
            events += self._frame(data[start : start + FRAME_BYTES])
        return events

    def _frame(self, frame: bytes) -> list[SpeechEvent]:
        is_speech = self._is_speech(frame)
        if not self._utterance:
            return self._before_speech(frame, is_speech)
        return self._in_speech(frame, is_speech)

    def _before_speech(self, frame: bytes, is_speech: bool) -> list[SpeechEvent]:
        self._before.append(frame)
        self._onset_seconds = self._onset_seconds + FRAME_SECONDS if is_speech else 0.0
        if self._onset_seconds < STARTS_AFTER_SECONDS - FRAME_SECONDS / 2:
            return []
        self._utterance = bytearray(b"".join(self._before))
        self._speech_seconds = self._onset_seconds
        return [Started()]

    def _in_speech(self, frame: bytes, is_speech: bool) -> list[SpeechEvent]:
        self._utterance += frame
        events: list[SpeechEvent] = []
        if is_speech:
            self._speech_seconds += FRAME_SECONDS
            self._silent_seconds = 0.0
        else:
            self._silent_seconds += FRAME_SECONDS
        if not self._sustained and self._speech_seconds >= SUSTAINED_SECONDS:
            self._sustained = True
            events.append(Sustained())
        too_long = len(self._utterance) / FRAME_BYTES * FRAME_SECONDS >= LONGEST_UTTERANCE_SECONDS
        if self._silent_seconds >= self.silence_seconds or too_long:
            events += self._end()
        return events

    def _end(self) -> list[SpeechEvent]:
        ended = Ended(bytes(self._utterance), self._speech_seconds)
        self._reset()
        return [ended] if ended.speech_seconds >= SHORTEST_SPEECH_SECONDS else []

    def _is_speech(self, frame: bytes) -> bool:
        power = float(np.mean(decode(frame) ** 2))
        level_dbfs = 10 * float(np.log10(power + 1e-9))
        weight = FLOOR_FALLS if level_dbfs < self._floor_dbfs else FLOOR_RISES
        self._floor_dbfs += weight * (level_dbfs - self._floor_dbfs)
        return level_dbfs > max(self._floor_dbfs + ABOVE_NOISE_DB, QUIETEST_SPEECH_DBFS)
