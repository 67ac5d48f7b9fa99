"""What a menu is held against on this machine: the clock, agents, sounds, the recogniser's vocabulary, a classifier."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from command.environment import cache_folder, database_url, environ, is_sqlite_without_file
from command.menu_files import say
from ivr.menu.advice import Likeness, World
from ivr.menu.model import Menu
from ivr.menu.recording_files import RecordingFiles

if TYPE_CHECKING:
    from speech.classifier import Classifier, Study
    from speech.expectation import Expectation, Meaning
    from speech.features import Encoder

STATIC = "/static/"
FORMS = ("WAV", "MP3", "AIFF", "AU")
"""What the carrier plays."""


def world_here(
    recordings: RecordingFiles, *, close: Callable[[Menu], tuple[Likeness, ...]] | None = None
) -> tuple[World, list[str]]:
    """The world, and what of it could not be looked at. `close`: left out, departments are not compared."""
    missing: list[str] = []
    world = World(
        now=datetime.now(UTC),
        spells=_speller(missing),
        skills=_skills(missing),
        close=close,
        sound_mistake=sound_mistake,
        recording_mistake=recordings.mistake,
    )
    return world, missing


@contextmanager
def remembered_encoder() -> "Iterator[Encoder | None]":
    """The sentence encoder, if it is installed, with what it computed before."""
    from speech.remembered import RememberedVectors
    from speech.sentence_vectors import encoder_name, sentence_vectors

    encoder = sentence_vectors()
    if encoder is None:
        yield None
    else:
        with RememberedVectors(encoder, encoder_name(), cache_folder()) as remembered:
            yield remembered


class Studies:
    """What phrases teach and which are too alike, each language of each menu studied once."""

    def __init__(self, encoder: "Encoder | None") -> None:
        self._encoder = encoder
        self._known: dict[tuple[str, tuple[Meaning, ...]], Study] = {}

    def train(self, question: "Expectation") -> "Classifier":
        return self._study(question).classifier

    def close(self, menu: Menu) -> tuple[Likeness, ...]:
        from ivr.dialogue import open_question

        return self._study(open_question(menu)).close_pairs()

    def _study(self, question: "Expectation") -> "Study":
        from speech.classifier import Study

        key = question.language, question.meanings
        if key not in self._known:
            phrases = {meaning.name: meaning.phrases for meaning in question.meanings}
            self._known[key] = Study(phrases, question.language, encoder=self._encoder)
        return self._known[key]


def _speller(missing: list[str]) -> Callable[[str], bool] | None:
    from speech.recogniser import ModelMissing
    from speech.vocabulary import NoVocabulary, vocabulary
    from speech.vosk_recogniser import find_model

    given = environ()
    if given.get("RECOGNISER", "vosk") != "vosk":
        return None
    try:
        return vocabulary(find_model(given.get("VOSK_MODEL") or None), cache_folder()).spells
    except (ModelMissing, NoVocabulary) as error:
        why = str(error) or say("no model is installed", "모델이 없습니다")
        told = say("whether the recogniser can hear the phrases", "음성 인식기가 적힌 말을 알아듣는지")
        missing.append(f"{told} ({why})")
        return None


def _skills(missing: list[str]) -> frozenset[str] | None:
    from sqlalchemy.exc import SQLAlchemyError

    from callqueue.agents import all_agents
    from store.database import DatabaseAway, Store

    try:
        if is_sqlite_without_file(database_url()):
            raise FileNotFoundError
        with Store(database_url()).read() as tx:
            return frozenset(skill for agent in all_agents(tx) for skill in agent.skills)
    except (DatabaseAway, SQLAlchemyError, ImportError, OSError):
        told = say(
            "whether somebody can serve each department (no database here)",
            "부서마다 맡을 상담원이 있는지(여기에는 데이터베이스가 없습니다)",
        )
        missing.append(told)
        return None


def sound_mistake(address: str) -> str | None:
    """What is wrong with a sound on this server; addresses of others are not fetched."""
    if not address.startswith("/"):
        return None
    if not address.startswith(STATIC):
        return f'only sounds below {STATIC} are served: there is nothing at "{address}"'
    import ivr

    folder = (Path(ivr.__file__).parent / "static").resolve()
    path = (folder / address.removeprefix(STATIC)).resolve()
    if not path.is_relative_to(folder) or not path.is_file():
        known = ", ".join(sorted(f"{STATIC}{found.name}" for found in folder.iterdir()))
        return f'there is no sound "{address}" on this server; there are: {known}'
    return _form_mistake(path, address)


def _form_mistake(path: Path, address: str) -> str | None:
    import soundfile

    try:
        about = soundfile.info(str(path))
    except soundfile.LibsndfileError:
        return f'"{address}" is no sound'
    if about.format not in FORMS:
        return f'"{address}" is {about.format}: the carrier plays {", ".join(FORMS)}'
    return f'"{address}" is empty' if about.frames == 0 else None
