"""Make the recordings of `command/recordings` with espeak-ng, and show how each is heard.

    .venv/bin/python tools/make_recordings.py            # needs Debian's espeak-ng
    .venv/bin/python tools/make_recordings.py --search   # finds other voices where one is no longer heard

espeak-ng's Korean is plain: only some of its voices survive the telephone and the recogniser, and which ones changes
with everything in between. The ones below do, however their frames fall. They show that the road works; they say
nothing about how well real callers are heard (docs/hearing.md does).
"""

import itertools
import re
import subprocess
import sys
import tempfile
import wave
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from command.hear import OPEN_SILENCE_SECONDS, telephone_audio
from ivr import trial
from ivr.dialogue import THRESHOLDS, open_question
from ivr.menu.load import load_menu
from simulator.audio import SILENCE, read_wav
from speech.decide import decide, decision_name
from speech.expectation import YES_NO, Expectation, Meaning
from speech.hearing import Ears, Hearing
from speech.vosk_recogniser import VoskRecogniser

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "command" / "recordings"
RATE_HZ = 16_000
LEVEL_DBFS = -23.0
WORDS_A_MINUTE, PITCHES = (130, 150, 170), (20, 40, 60, 80)
SHIFTS = (0, 37, 80, 123)
"""Bytes by which the frames are moved: a recording has to be heard however they fall."""


@dataclass(frozen=True)
class Recording:
    name: str
    text: str
    voice: str
    words_a_minute: int
    pitch: int
    meaning: str | None
    """What has to be gone to, with just these words; None: nothing may be."""
    noise_dbfs: float | None = None
    yes_no: bool = False


RECORDINGS = (
    Recording("delivery", "배송 조회해 주세요", "ko+Andrea", 150, 35, "delivery"),
    Recording("tech", "홈페이지에 접속이 안 돼요", "ko+belinda", 130, 20, "tech"),
    Recording("yes", "네 맞습니다", "ko+adam", 130, 20, "yes", yes_no=True),
    Recording("no", "아니에요", "ko+Alex", 150, 30, "no", yes_no=True),
    Recording("unclear", "아 그거 있는데 뭐지", "ko+whisper", 220, 30, None, noise_dbfs=-28),
    Recording("unclear_again", "그러니까 그게 말이에요", "ko+whisperf", 200, 80, None, noise_dbfs=-28),
)


def main() -> None:
    ears = Ears(VoskRecogniser())
    FOLDER.mkdir(exist_ok=True)
    for planned in RECORDINGS:
        recording = found(ears, planned) if "--search" in sys.argv else planned
        path = FOLDER / f"{recording.name}.wav"
        write(path, speak(recording))
        print(recording)
        for hearing in heard(ears, read_wav(path), expectations(recording)[0]):
            print(f"    heard {hearing.words!r} → {hearing.meaning} {hearing.probability:.2f}", flush=True)


def found(ears: Ears, planned: Recording) -> Recording:
    """The recording as planned, or in the first voice in which it is heard as it should be."""
    return next(recording for recording in (planned, *others(planned)) if is_heard(ears, recording))


def others(planned: Recording) -> Iterator[Recording]:
    listed = subprocess.run(["espeak-ng", "--voices=variant"], capture_output=True, text=True, check=True).stdout
    voices = [f"ko+{name}" for name in re.findall(r"!v/(\S+)", listed)]
    for words_a_minute, pitch, voice in itertools.product(WORDS_A_MINUTE, PITCHES, voices):
        yield replace(planned, voice=voice, words_a_minute=words_a_minute, pitch=pitch)


def is_heard(ears: Ears, recording: Recording) -> bool:
    """Over the stand-in's line and over that of `barocall hear`, however the frames fall."""
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        write(Path(file.name), speak(recording))
        lines = (read_wav(Path(file.name)), telephone_audio(Path(file.name), as_is=False))
    return all(
        is_right(heard(ears, SILENCE[:shift] + mulaw, expectation), recording)
        for shift, mulaw, expectation in itertools.product(SHIFTS, lines, expectations(recording))
    )


def is_right(hearings: list[Hearing], recording: Recording) -> bool:
    if len(hearings) != 1:
        return False
    decision = decision_name(decide(hearings[0], THRESHOLDS, failures=0, always_confirm=False))
    if recording.meaning is None:
        return decision == "ask"
    return (decision, hearings[0].meaning, hearings[0].words) == ("go", recording.meaning, recording.text)


def speak(recording: Recording) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        options = ["-v", recording.voice, "-s", str(recording.words_a_minute), "-p", str(recording.pitch)]
        subprocess.run(["espeak-ng", *options, "-w", file.name, recording.text], check=True)
        with wave.open(file.name) as spoken:
            samples = np.frombuffer(spoken.readframes(spoken.getnframes()), dtype="<i2") / 32768
            rate = spoken.getframerate()
    length = int(len(samples) * RATE_HZ / rate)
    samples = np.fft.irfft(np.fft.rfft(samples)[: length // 2 + 1], length) * length / len(samples)
    samples *= 10 ** (LEVEL_DBFS / 20) / np.sqrt(np.mean(samples**2))
    if recording.noise_dbfs is not None:
        samples += np.random.default_rng(0).normal(0, 10 ** (recording.noise_dbfs / 20), length)
    return samples


def write(path: Path, samples: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())


def expectations(recording: Recording) -> tuple[Expectation, ...]:
    if recording.yes_no:
        return (YES_NO,)
    menu = load_menu((ROOT / "menus.yaml").read_text(encoding="utf-8"), "menus.yaml").spoken_in("ko")
    departments = tuple(Meaning(d.id, d.phrases) for d in menu.departments)
    return open_question(menu), Expectation("departments", departments, OPEN_SILENCE_SECONDS, is_open=True)


def heard(ears: Ears, mulaw: bytes, expectation: Expectation) -> list[Hearing]:
    return [tried.hearing for tried in trial.hear(ears, mulaw, expectation)]


if __name__ == "__main__":
    main()
