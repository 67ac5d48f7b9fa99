"""Which file says which sentence: `recordings` of a menu. Pure; the files are read in ivr/menu/recording_files.py."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ivr.menu import values
from ivr.menu.source import Key, Problems, Value
from ivr.menu.variables import variables_in

MOST_RECORDINGS = 100
_ENDINGS = (".wav", ".mp3")
_PART = re.compile(r"[^/\\\x00-\x1f]+")


@dataclass(frozen=True)
class Recorded:
    """A sentence that is played in place of being spoken, once its sound is known."""

    path: str
    """Of the file, from the menu's folder."""
    sha256: str | None = None
    """Of the sound; None where nobody has looked: the sentence is spoken."""


Recordings = Mapping[str, Recorded]
"""By the sentence, as `as_said` writes it."""


def as_said(text: str) -> str:
    """How it is written does not matter: line breaks and spaces are not heard."""
    return " ".join(text.split())


def with_sounds(recordings: Recordings, digests: Mapping[str, str]) -> Recordings:
    """The same, with what is known of the sounds: path → SHA-256."""
    return {text: replace(one, sha256=digests.get(one.path)) for text, one in recordings.items()}


def read_recordings(value: Value, problems: Problems) -> dict[Key, str] | None:
    """File → sentence; both as they have to be."""
    if not isinstance(value.data, dict):
        problems.add(value.place, "each file has the sentence that it says: `audio/welcome.wav: 안녕하세요.`")
        return None
    if len(value.data) > MOST_RECORDINGS:
        problems.add(value.place, f"{len(value.data)} recordings are too many: {MOST_RECORDINGS} at most, please")
        return None
    read: dict[Key, str] = {}
    for path, said in value.data.items():
        _check_path(path, problems)
        sentence = None if said is None else _sentence(path, said, problems)
        if sentence is not None:
            _check_twice(path, sentence, read, problems)
            read[path] = sentence
    return read


def _sentence(path: Key, value: Value, problems: Problems) -> str | None:
    text = values.prompt(value, problems)
    for name in sorted(variables_in(text or "")):
        told = f'"{path.text}": a recording can\'t hold what is filled in when it is spoken: "{{{name}}}"'
        problems.add(value.place, told)
    return None if text is None else as_said(text)


def _check_path(path: Key, problems: Problems) -> None:
    parts = path.text.split("/")
    if not all(_PART.fullmatch(part) and part not in (".", "..") for part in parts):
        told = f'"{path.text}": the file lies below the menu\'s folder, and is written from there: audio/welcome.wav'
        problems.add(path.place, told)
    elif not path.text.lower().endswith(_ENDINGS):
        problems.add(path.place, f'"{path.text}": a recording is a file .wav or .mp3')


def _check_twice(path: Key, sentence: str, before: Mapping[Key, str], problems: Problems) -> None:
    for earlier, said in before.items():
        if said == sentence:
            told = f'"{path.text}" says the same as "{earlier.text}" in line {earlier.place.line}: which one is meant?'
            problems.add(path.place, told, earlier.place)
            return
