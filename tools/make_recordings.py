"""Make the recordings of `command/recordings` with espeak-ng, and show how each is heard.

    .venv/bin/python tools/make_recordings.py        # needs Debian's espeak-ng

espeak-ng's Korean is plain: of some sixty phrases in a hundred voices only a few survive the telephone and the
recogniser. The ones below do, in the voice, speed and pitch that stand beside them. They show that the road works;
they say nothing about how well real callers are heard (docs/hearing.md does).
"""

import subprocess
import tempfile
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ivr.menu.load import load_menu
from simulator.audio import read_wav
from speech.endpoint import Ended, Endpointer
from speech.expectation import YES_NO, Expectation, Meaning
from speech.hearing import Ears, Hearing
from speech.telephone import FRAME_BYTES, MULAW_SILENCE
from speech.vosk_recogniser import VoskRecogniser

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "command" / "recordings"
RATE_HZ = 16_000
LEVEL_DBFS = -23.0


@dataclass(frozen=True)
class Recording:
    name: str
    text: str
    voice: str
    words_a_minute: int
    pitch: int
    noise_dbfs: float | None = None
    yes_no: bool = False


RECORDINGS = (
    Recording("delivery", "배송 조회해 주세요", "ko+Andrea", 150, 35),
    Recording("tech", "홈페이지에 접속이 안 돼요", "ko+Andrea", 140, 20),
    Recording("yes", "네 맞습니다", "ko+robert", 150, 70, yes_no=True),
    Recording("no", "아니에요", "ko+Alex", 150, 30, yes_no=True),
    Recording("unclear", "아 그거 있는데 뭐지", "ko+whisper", 220, 30, noise_dbfs=-28),
    Recording("unclear_again", "그러니까 그게 말이에요", "ko+whisperf", 200, 80, noise_dbfs=-28),
)


def main() -> None:
    ears = Ears(VoskRecogniser())
    FOLDER.mkdir(exist_ok=True)
    for recording in RECORDINGS:
        path = FOLDER / f"{recording.name}.wav"
        write(path, speak(recording))
        for hearing in hear(ears, path, YES_NO if recording.yes_no else departments()):
            words, meaning, probability = hearing.words, hearing.meaning, hearing.probability
            print(f"{recording.name:14} {recording.text:20} heard: {words!r} → {meaning} {probability:.2f}")


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


def departments() -> Expectation:
    menu = load_menu((ROOT / "menus.yaml").read_text(encoding="utf-8"), "menus.yaml")
    return Expectation("departments", tuple(Meaning(d.id, d.phrases) for d in menu.departments), 0.6)


def hear(ears: Ears, path: Path, expectation: Expectation) -> list[Hearing]:
    """Exactly the live path, a frame at a time, with a second of silence around."""
    silence = bytes([MULAW_SILENCE]) * FRAME_BYTES * 50
    mulaw = silence + read_wav(path) + silence
    endpointer = Endpointer(expectation.silence_seconds)
    frames = (mulaw[i : i + FRAME_BYTES] for i in range(0, len(mulaw), FRAME_BYTES))
    ended = [event for frame in frames for event in endpointer.process(frame) if isinstance(event, Ended)]
    return [ears.understand(event.audio, expectation, event.speech_seconds) for event in ended]


if __name__ == "__main__":
    main()
