"""A new menu is read, and what its phrases teach is fetched, before it is in force in this process: no caller waits."""

import logging
import threading
from collections.abc import Callable, Iterable

from ivr.catalogue import Catalogue
from ivr.dialogue import open_question
from ivr.menu.model import Menu
from ivr.versions import Lesson, in_force, keep_lesson, lesson_of
from speech.classifier import Classifier
from speech.expectation import Expectation
from speech.hearing import learned, remember
from speech.lesson_file import NoLesson, pack, unpack
from speech.sentence_vectors import encoder_name, sentence_vectors
from store.database import DatabaseAway, Store

log = logging.getLogger("barocall.menu")

LOOK_SECONDS = 0.5


class MenuWatch:
    """Looks for what other processes publish. `learns`: whether callers' free words are understood here, by language.

    `look()` may be called without the thread.
    """

    def __init__(self, store: Store, catalogue: Catalogue, learns: Callable[[str], bool]) -> None:
        self._store = store
        self._catalogue = catalogue
        self._learns = learns
        self._prepared: int | None = None
        self._over = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._run, name="menu-watch", daemon=True).start()

    def stop(self) -> None:
        self._over.set()

    def look(self) -> None:
        """Prepare what is in force and use it. Nothing happens before the first menu. Raises DatabaseAway."""
        with self._store.read() as tx:
            version_id = in_force(tx)
            if version_id is None:
                return
            menu = self._catalogue.version(tx, version_id)
        if version_id != self._prepared:
            for language in filter(self._learns, menu.languages):
                self._learn(version_id, open_question(menu.spoken_in(language)))
            self._prepared = version_id
            log.info("menu version %s is in force", version_id)
        self._catalogue.use(version_id)

    def _run(self) -> None:
        while not self._over.wait(LOOK_SECONDS):
            try:
                self.look()
            except DatabaseAway:
                continue  # Whoever answers calls says so; the menu stays what it is.
            except Exception:
                # A version that this release can't read, say: calls go on with the one before.
                log.exception("the published menu can't be used")
                self._over.wait(LOOK_SECONDS * 20)

    def _learn(self, version_id: int, question: Expectation) -> None:
        """From what another process has learned; else here, for the others too."""
        with self._store.read() as tx:
            kept = lesson_of(tx, version_id, question.language, encoder_name())
        try:
            if kept is not None:
                remember(question.meanings, question.language, unpack(kept.data, sentence_vectors()))
                return
        except NoLesson:
            log.warning("what menu version %s teaches can't be read: it is learned again", version_id)
        classifier = learned(question.meanings, question.language)
        if kept is None:
            with self._store.write() as tx:
                keep_lesson(tx, version_id, lesson(question, classifier))


def lesson(question: Expectation, classifier: Classifier) -> Lesson:
    """As it is stored beside the version."""
    return Lesson(question.language, encoder_name(), pack(classifier))


def lessons(menu: Menu, train: Callable[[Expectation], Classifier]) -> dict[str, Lesson]:
    """What a menu teaches, by language."""
    questions: Iterable[Expectation] = (open_question(menu.spoken_in(language)) for language in menu.languages)
    return {question.language: lesson(question, train(question)) for question in questions}
