"""Hearing, on real people's speech through a simulated telephone line, where the development clips are at hand.

    python -m benchmarks.hearing [--lines clean,20,10] [--seeds 10] [--scale 1.0] [--words] [--alone]

Nothing of the clips enters the project; only scores are printed. Shares come with 95 % Wilson intervals.
"""

import argparse
import csv
import importlib.util
import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import quantiles
from types import ModuleType

import numpy as np
import soundfile

from command.bench import Outcome, outcome_of, report
from command.hear import transcriber_or_none
from ivr import trial
from ivr.menu.load import load_menu
from speech.endpoint import STARTS_AFTER_SECONDS, Endpointer, Started, Sustained
from speech.expectation import Expectation, Meaning
from speech.hearing import Ears
from speech.korean import compact, edit_distance
from speech.second_opinion import Transcriber
from speech.shares import wilson
from speech.telephone import FRAME_SECONDS, RATE_HZ, encode, narrow
from speech.vosk_recogniser import ACOUSTIC_SCALE, VoskRecogniser

CLIPS = "speech-dev"
# Speech over pink noise, in dB.
LINES = "clean,20,10"
SILENCE_SECONDS = 0.6
REST_SECONDS = 0.25


@dataclass(frozen=True)
class Clip:
    text: str
    samples: np.ndarray
    rate_hz: int


@dataclass(frozen=True)
class Line:
    """The development set's own telephone, at some noise."""

    telephone: ModuleType
    snr_db: float | None
    seed: int = 0

    def carries(self, clip: Clip) -> bytes:
        through = self.telephone.telephone(clip.samples, clip.rate_hz, self.snr_db, self.seed)
        return bytes(self.telephone.ulaw(through))

    def __str__(self) -> str:
        return "clean" if self.snr_db is None else f"{self.snr_db:.0f} dB, seed {self.seed}"


@dataclass(frozen=True)
class Wanted:
    """`seeds`: so many draws of noise at 20 dB are pooled. `words_only`: nothing is decided. `alone`: no second
    opinion."""

    lines: str = LINES
    seeds: int = 0
    scale: float = ACOUSTIC_SCALE
    words_only: bool = False
    alone: bool = False


def main(wanted: Wanted | None = None) -> int:
    """0 also where there is nothing to measure on."""
    wanted = wanted or Wanted()
    logging.getLogger("barocall").setLevel(logging.ERROR)
    folder = shared_folder() / CLIPS
    if not folder.is_dir():
        print("skipped: the development clips are not at hand (BAROCALL_SHARED)")
        return 0
    clips, clean = development_clips(folder)
    ears = Ears(VoskRecogniser(acoustic_scale=wanted.scale))
    lines = [
        replace(clean, snr_db=None if name == "clean" else float(name)) for name in wanted.lines.split(",") if name
    ]
    second = None if wanted.alone or wanted.words_only else transcriber_or_none()
    if lines and not wanted.words_only:
        _no_speech(ears, second)
        _barge_in(lines, clips)
    for line in lines:
        _measure(line, clips, ears, second, words_only=wanted.words_only)
    if wanted.seeds:
        _pooled([replace(clean, snr_db=20.0, seed=seed) for seed in range(wanted.seeds)], clips, ears, second)
    return 0


def shared_folder() -> Path:
    return Path(os.environ.get("BAROCALL_SHARED", Path(__file__).parent.parent.parent / "shared"))


def development_clips(folder: Path) -> tuple[list[Clip], Line]:
    """The clips, and the clean line that lies beside them."""
    with (folder / "transcripts.tsv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if row["lang"] == "ko"]
    clips = [Clip(row["text"], *soundfile.read(folder / row["file"], dtype="float64")) for row in rows]
    return clips, Line(_module(folder / "telephone.py"), None)


def _measure(line: Line, clips: Sequence[Clip], ears: Ears, second: Transcriber | None, *, words_only: bool) -> None:
    closed = _closed({clip.text for clip in clips})
    print(f"\n{line}: {len(clips)} clips, {len(closed.meanings)} sentences")
    _words(line, clips, ears, closed)
    if words_only:
        return
    print(report(list(_routed(line, clips, ears, closed, None)), second_opinion=False), flush=True)
    if second is not None:
        _open_speech(line, clips, second)
        print(report(list(_routed(line, clips, ears, closed, second)), second_opinion=True), flush=True)


def _barge_in(lines: Sequence[Line], clips: Sequence[Clip]) -> None:
    """From the first word to a silent prompt: how long it takes to be sure that somebody speaks, and the order to the
    carrier."""
    waits = [wait for line in lines for clip in clips if (wait := _until_sustained(line.carries(clip))) is not None]
    cuts = quantiles(waits, n=20, method="inclusive")
    print(f"first word → prompt silent, {1000 * REST_SECONDS:.0f} ms of REST: ", end="")
    print(f"median {cuts[9] + REST_SECONDS:.2f} s, p95 {cuts[18] + REST_SECONDS:.2f} s of {len(waits)}")


def _until_sustained(mulaw: bytes) -> float | None:
    endpointer, at, began = Endpointer(), 0.0, 0.0
    for frame in trial.frames(mulaw):
        at += FRAME_SECONDS
        for event in endpointer.process(frame):
            if isinstance(event, Started):
                began = at - STARTS_AFTER_SECONDS
            elif isinstance(event, Sustained):
                return at - began
    return None


def _words(line: Line, clips: Sequence[Clip], ears: Ears, closed: Expectation) -> None:
    """What the recogniser heard, before anything was decided."""
    errors = snapped = letters = nearest = 0
    for clip in clips:
        tried = trial.decisive(trial.hear(ears, line.carries(clip), closed))
        heard = compact(tried.hearing.alternatives[0].text) if tried and tried.hearing.alternatives else ""
        spoken, near = compact(clip.text), min(closed.meanings, key=lambda m: _distance(heard, compact(m.name))).name
        errors += edit_distance(heard, spoken)
        snapped += edit_distance(compact(near), spoken)
        letters += len(spoken)
        nearest += near == clip.text
    print(f"  CER of the words                   {100 * errors / letters:5.1f} %")
    print(f"  CER of the nearest sentence        {100 * snapped / letters:5.1f} %")
    print(f"  nearest sentence is the spoken one {_share(nearest, len(clips))}")


def _open_speech(line: Line, clips: Sequence[Clip], transcriber: Transcriber) -> None:
    from speech.extension import Upsampling, widen
    from speech.telephone import decode

    errors = letters = 0
    for clip in clips:
        text = transcriber.transcribe(widen(Upsampling(), decode(line.carries(clip))), "ko")
        errors += edit_distance(compact(text), compact(clip.text))
        letters += len(compact(clip.text))
    print(f"  CER of Whisper's free words        {100 * errors / letters:5.1f} %")


def _routed(
    line: Line, clips: Sequence[Clip], ears: Ears, closed: Expectation, second: Transcriber | None
) -> Iterator[Outcome]:
    """Each clip twice: with its sentence listed, and without."""
    for clip in clips:
        mulaw = line.carries(clip)
        yield outcome_of(trial.decisive(trial.hear(ears, mulaw, closed, second)), clip.text)
        without = _closed({meaning.name for meaning in closed.meanings} - {clip.text})
        yield outcome_of(trial.decisive(trial.hear(ears, mulaw, without, second)), None)


def _pooled(lines: Sequence[Line], clips: Sequence[Clip], ears: Ears, second: Transcriber | None) -> None:
    closed = _closed({clip.text for clip in clips})
    outcomes = [outcome for line in lines for outcome in _routed(line, clips, ears, closed, second)]
    print(f"\n{len(lines)} seeds of noise, pooled")
    print(report(outcomes, second_opinion=second is not None))


def _no_speech(ears: Ears, second: Transcriber | None) -> None:
    """What is no speech, on the shop's menu."""
    menu = load_menu(Path("menus.yaml").read_text(encoding="utf-8"), "menus.yaml")
    shop = Expectation("shop", tuple(Meaning(d.id, d.phrases) for d in menu.departments), SILENCE_SECONDS, is_open=True)
    outcomes = [outcome_of(trial.decisive(trial.hear(ears, s, shop, second)), None) for s in _sounds()]
    print(f"noise, tones, keys and hold music on the shop's menu: {len(outcomes)} sounds")
    print(f"  gone to, unasked                   {_share(sum(o.decision == 'go' for o in outcomes), len(outcomes))}")


def _sounds() -> Iterable[bytes]:
    dice, at = np.random.default_rng(0), np.arange(2 * RATE_HZ) / RATE_HZ
    for level in (0.01, 0.03, 0.1, 0.3):
        for _ in range(5):
            yield encode(dice.normal(0, level, len(at)).astype(np.float32))
    for hertz in ((350, 440), (440, 554, 659), (697, 1209), (941, 1477), (200, 210)):
        yield encode((0.2 * np.mean([np.sin(2 * np.pi * f * at) for f in hertz], axis=0)).astype(np.float32))
    music, rate_hz = soundfile.read("ivr/static/hold.wav", dtype="float32", always_2d=True)
    for start in range(0, len(music) - 3 * rate_hz, 3 * rate_hz):
        yield narrow(music[start : start + 3 * rate_hz, 0], rate_hz)


def _closed(sentences: set[str]) -> Expectation:
    meanings = tuple(Meaning(text, (text,)) for text in sorted(sentences))
    return Expectation("closed", meanings, SILENCE_SECONDS, is_open=True)


def _distance(one: str, other: str) -> float:
    return edit_distance(one, other) / max(len(one), len(other), 1)


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("telephone_line", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _share(hits: int, count: int) -> str:
    low, high = wilson(hits, count)
    return f"{100 * hits / count:5.1f} %  [{100 * low:.1f}, {100 * high:.1f}]"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", default=LINES)
    parser.add_argument("--seeds", type=int, default=0)
    parser.add_argument("--scale", type=float, default=ACOUSTIC_SCALE)
    parser.add_argument("--words", action="store_true", help="only what the recogniser heard")
    parser.add_argument("--alone", action="store_true", help="without a second opinion")
    given = parser.parse_args()
    main(Wanted(given.lines, given.seeds, given.scale, given.words, given.alone))
