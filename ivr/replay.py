"""What callers really said, held against a draft: who would go elsewhere?

Both menus, the published one and the draft, are asked the same way today, so what differs is the menu's doing alone.
Sound is not kept: a phrase that only the draft has could not be heard by a grammar that did not list it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from ivr.dialogue import DEPARTMENTS, THRESHOLDS, open_question
from ivr.menu.model import Menu
from speech import guard
from speech.decide import Confirm, Go, decide
from speech.expectation import Expectation
from speech.hearing import Hearing, learned
from speech.intent import classify
from speech.korean import compact
from speech.recogniser import Alternative
from speech.second_opinion import both, opinion
from store.tables import calls, utterances

AT_ONCE = 500
"""Texts that are judged together."""
SHORTEST_SPEECH_SECONDS = 0.3
NOWHERE = "–"


@dataclass(frozen=True)
class Said:
    """An utterance at the open question, as it was stored."""

    words: str
    readings: tuple[Alternative, ...]
    language: str
    audio_seconds: float
    """0: the carrier heard it."""


@dataclass(frozen=True)
class Lead:
    """Where words lead: to a department at once or after a question; to none."""

    department: str
    asked: bool

    def __str__(self) -> str:
        return f"{self.department} (asked back)" if self.asked and self.department != NOWHERE else self.department


@dataclass(frozen=True)
class Replayed:
    utterances: int
    different: int
    """Different ones among them: the same words are judged once."""
    moved: Mapping[tuple[str, str], Counter[str]]
    """(department now, in the draft) → the words, and how often each was said."""
    surer: int
    """Go there at once in the draft; now they are asked back."""
    less_sure: int

    @property
    def elsewhere(self) -> int:
        return sum(words.total() for words in self.moved.values())


def said_since(tx: Connection, since: datetime) -> list[Said]:
    """Everything that was answered to the open question, and not understood either."""
    rows = tx.execute(
        select(utterances.c.words, utterances.c.alternatives, calls.c.language, utterances.c.audio_seconds)
        .join(calls, calls.c.id == utterances.c.call_id)
        .where(utterances.c.at >= since, utterances.c.expectation == DEPARTMENTS, utterances.c.words != "")
        .order_by(utterances.c.id)
    )
    return [
        Said(words, tuple(Alternative(text, score) for text, score in readings), language, seconds)
        for words, readings, language, seconds in rows
    ]


def replay(said: Sequence[Said], published: Menu, draft: Menu) -> Replayed:
    """Judge every utterance by both menus."""
    counted = Counter(said)
    now, then = leads(counted, published), leads(counted, draft)
    moved: dict[tuple[str, str], Counter[str]] = {}
    surer = less_sure = 0
    for one, times in counted.items():
        before, after = now[one], then[one]
        if before.department != after.department:
            moved.setdefault((before.department, after.department), Counter())[one.words] += times
        else:
            surer += times * (before.asked > after.asked)
            less_sure += times * (before.asked < after.asked)
    return Replayed(len(said), len(counted), moved, surer, less_sure)


def leads(said: Iterable[Said], menu: Menu) -> dict[Said, Lead]:
    """Where each utterance leads; those in a language that the menu is not spoken in lead nowhere."""
    found = {}
    for language in menu.languages:
        spoken = [one for one in said if one.language == language]
        question = open_question(menu.spoken_in(language))
        for one, hearing in _heard(spoken, question).items():
            found[one] = _lead(hearing, menu)
    return {one: found.get(one, Lead(NOWHERE, asked=False)) for one in said}


def never_said(said: Iterable[Said], menu: Menu) -> dict[str, tuple[str, ...]]:
    """By department, the phrases of the first language that nobody said as they stand there."""
    heard = {compact(reading.text) for one in said for reading in one.readings[:1]} | {
        compact(one.words) for one in said
    }
    return {
        department.id: tuple(phrase for phrase in department.phrases if compact(phrase) not in heard)
        for department in menu.departments
    }


def _lead(hearing: Hearing, menu: Menu) -> Lead:
    always = hearing.meaning is not None and menu.department(hearing.meaning).always_confirm
    match decide(hearing, THRESHOLDS, failures=0, always_confirm=always):
        case Go(meaning):
            return Lead(meaning, asked=False)
        case Confirm(meaning):
            return Lead(meaning, asked=True)
        case _:
            return Lead(NOWHERE, asked=True)


def _heard(said: Sequence[Said], question: Expectation) -> dict[Said, Hearing]:
    by_carrier = [one for one in said if one.audio_seconds == 0]
    heard = {one: _by_sound(one, question) for one in said if one.audio_seconds > 0}
    for start in range(0, len(by_carrier), AT_ONCE):
        heard.update(_learned(by_carrier[start : start + AT_ONCE], question))
    return heard


def _learned(said: Sequence[Said], question: Expectation) -> dict[Said, Hearing]:
    classifier = learned(question.meanings, question.language)
    meant, inside = classifier.each([one.words for one in said])
    chosen = meant.argmax(axis=1)
    sure = inside * meant[range(len(said)), chosen]
    return {
        one: _hearing(one, classifier.meanings[int(place)], float(probability))
        for one, place, probability in zip(said, chosen, sure, strict=True)
    }


def _by_sound(one: Said, question: Expectation) -> Hearing:
    """As our recogniser's readings were understood; with the second opinion, where the first was not sure."""
    second = one.readings[0] if len(one.readings) > 1 and one.readings[0].score == 0 else None
    readings = one.readings if second is None else one.readings[1:]
    seconds = max(one.audio_seconds - question.silence_seconds, SHORTEST_SPEECH_SECONDS)
    intent = classify(readings, question)
    words = readings[0].text if readings else ""
    first = _hearing(one, intent.meaning, intent.probability * guard.fits(intent, words, question, seconds))
    return first if second is None else both(first, opinion(second.text, question, seconds))


def _hearing(one: Said, meaning: str | None, probability: float) -> Hearing:
    return Hearing(one.words, one.readings, meaning, probability, one.audio_seconds, cpu_seconds=0.0)
