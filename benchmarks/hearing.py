"""Hearing, on real people's speech through a simulated telephone line, where the development clips are at hand.

Nothing of the clips enters the project; only scores are printed. Shares come with 95 % Wilson intervals.
"""

import csv
import math
import os
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from ivr.menu.load import load_menu
from simulator.audio import FRAME_BYTES, telephone
from speech.decide import Go, Thresholds, decide
from speech.endpoint import Ended, Endpointer
from speech.expectation import Expectation, Meaning
from speech.extension import Extension, Upsampling
from speech.hearing import Ears, Hearing
from speech.korean import compact, edit_distance
from speech.learned_extension import LearnedExtension
from speech.telephone import MULAW_SILENCE, RATE_HZ
from speech.vosk_recogniser import VoskRecogniser

LEVEL_DBFS = -26.0
SILENCE = bytes([MULAW_SILENCE]) * RATE_HZ
CLIPS = "speech-dev"


@dataclass(frozen=True)
class Clip:
    text: str
    mulaw: bytes


def main() -> int:
    folder = Path(os.environ.get("BAROCALL_SHARED", Path(__file__).parent.parent.parent / "shared")) / CLIPS
    if not folder.is_dir():
        print("skipped: the development clips are not at hand (BAROCALL_SHARED)")
        return 0
    clips = _clips(folder)
    recogniser = VoskRecogniser()
    for name, extension in (("upsampled", Upsampling()), ("learned extension", LearnedExtension())):
        _measure(name, extension, recogniser, clips)
    return 0


def _measure(name: str, extension: Extension, recogniser: VoskRecogniser, clips: list[Clip]) -> None:
    ears = Ears(recogniser, extension)
    sentences = sorted({clip.text for clip in clips})
    closed = Expectation("closed", tuple(Meaning(text, (text,)) for text in sentences), 0.6)
    began, audio_seconds = time.process_time(), 0.0
    right = wrong = nearest = errors = letters = 0
    for clip in clips:
        hearing = _hear(ears, clip.mulaw, closed)
        audio_seconds += len(clip.mulaw) / RATE_HZ
        words = hearing.alternatives[0].text if hearing is not None and hearing.alternatives else ""
        errors += edit_distance(compact(words), compact(clip.text))
        letters += len(compact(clip.text))
        nearest += hearing is not None and hearing.meaning == clip.text
        gone = _goes(hearing)
        right, wrong = right + (gone == clip.text), wrong + (gone not in (None, clip.text))
    cpu = (time.process_time() - began) / audio_seconds
    shop = _shop()
    strangers = sum(_goes(_hear(ears, clip.mulaw, shop)) is not None for clip in clips)
    removed = sum(_goes(_hear(ears, clip.mulaw, _without(closed, clip.text))) is not None for clip in clips)
    count = len(clips)
    print(f"{name}: {count} clips, closed set of {len(sentences)} sentences, CPU {cpu:.3f} s per s of audio")
    print(f"  CER of the words                   {100 * errors / letters:5.1f} %")
    print(f"  nearest sentence is the spoken one {_share(nearest, count)}")
    print(f"  right and unconfirmed              {_share(right, count)}")
    print(f"  wrong and unconfirmed              {_share(wrong, count)}")
    print(f"  own sentence removed, yet go       {_share(removed, count)}")
    print(f"  the shop's menu, yet go            {_share(strangers, count)}")


def _hear(ears: Ears, mulaw: bytes, expectation: Expectation) -> Hearing | None:
    """The live path; of several utterances the longest."""
    endpointer, line = Endpointer(expectation.silence_seconds), SILENCE + mulaw + SILENCE
    frames = (line[start : start + FRAME_BYTES] for start in range(0, len(line), FRAME_BYTES))
    ended = [event for frame in frames for event in endpointer.process(frame) if isinstance(event, Ended)]
    if not ended:
        return None
    longest = max(ended, key=lambda event: len(event.audio))
    return ears.understand(longest.audio, expectation, longest.speech_seconds)


def _goes(hearing: Hearing | None) -> str | None:
    if hearing is None:
        return None
    decision = decide(hearing, Thresholds(), failures=0, always_confirm=False)
    return decision.meaning if isinstance(decision, Go) else None


def _without(closed: Expectation, text: str) -> Expectation:
    return Expectation("open", tuple(m for m in closed.meanings if m.name != text), closed.silence_seconds)


def _shop() -> Expectation:
    menu = load_menu(Path("menus.yaml").read_text(encoding="utf-8"), "menus.yaml")
    return Expectation("departments", tuple(Meaning(d.id, d.phrases) for d in menu.departments), 0.6)


def _clips(folder: Path) -> list[Clip]:
    with (folder / "transcripts.tsv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if row["lang"] == "ko"]
    return [Clip(row["text"], _narrow(folder / row["file"])) for row in rows]


def _narrow(path: Path) -> bytes:
    samples, rate = soundfile.read(path, dtype="float64", always_2d=True)
    loud = samples[:, 0] * 10 ** (LEVEL_DBFS / 20) / np.sqrt(np.mean(samples[:, 0] ** 2))
    return telephone(loud, rate)


def _share(hits: int, count: int) -> str:
    """Per cent with a 95 % Wilson interval."""
    z, share = 1.96, hits / count
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return f"{100 * share:5.1f} %  [{100 * max(middle - half, 0):.1f}, {100 * (middle + half):.1f}]"
