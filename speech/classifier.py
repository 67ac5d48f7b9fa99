"""What words mean, learned from a menu's phrases when it is published.

1. Rows of numbers for phrases and everyday talk (speech/features.py).
2. Two softmax regressions: any meaning or none; which meaning, given that it is one.
3. Both are calibrated on phrases that they were not trained on (cross-validation).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from speech.everyday import EVERYDAY
from speech.features import Encoder, Features, learn_features
from speech.korean import compact
from speech.matrix import Chosen, Matrix, Places
from speech.softmax import basis, fit_softmax, softmax

PENALTY = 0.1
# Everyday talk is easier to tell apart than what callers really say beside the matter: keeps from certainty.
LINE_PENALTY = 1.0
FOLDS = 5
# From here on, one fold is plenty to calibrate on, and five would take minutes.
MANY_PHRASES = 1000
TEMPERATURES = np.geomspace(0.02, 5.0, 60)
# Phrases imagined beside those held out, of which anything could be meant: few phrases make nothing certain.
IMAGINED = 2
# With nothing to calibrate on: what small menus come to.
USUAL_TEMPERATURE = 0.65
# A listed phrase, word for word, is its meaning.
LISTED = 0.98
# What cross-validation takes for something else by so much is worth a supervisor's look.
CLOSE = 0.5

INSIDE, OUTSIDE = 0, 1
EVERYDAY_LABEL = NEVER_HELD = -1


@dataclass(frozen=True)
class Judgement:
    """What words mean."""

    probabilities: Mapping[str, float]
    """Of each meaning, provided that it is one of them. They sum to 1."""
    in_scope: float
    """That it is one of them at all."""

    @property
    def likeliest(self) -> str:
        return max(self.probabilities, key=self.probabilities.__getitem__)

    @property
    def probability(self) -> float:
        """That the likeliest is meant, all doubts included."""
        return self.in_scope * self.probabilities[self.likeliest]


@dataclass(frozen=True)
class ClosePair:
    """Two meanings whose phrases are taken for each other."""

    one: str
    other: str
    phrases: tuple[tuple[str, str], ...]
    """(meaning, phrase of it that sounds like the other's)"""


@dataclass(frozen=True)
class Classifier:
    """Made by `train`. Safe to use from threads."""

    meanings: tuple[str, ...]
    _features: Features
    _meaning_weights: Matrix
    _scope_weights: Matrix
    _scope_line: Matrix
    _listed: Mapping[str, tuple[int, ...]]

    def probabilities(self, readings: Sequence[tuple[str, float]]) -> Judgement:
        """Of words that may be read in several ways, each with its weight."""
        meant, inside = self.each([text for text, _weight in readings])
        weights = np.array([weight for _text, weight in readings])
        share = weights / weights.sum() * inside
        in_scope = float(share.sum())
        mixed = share @ meant if in_scope > 0 else meant.sum(axis=0)
        return Judgement(dict(zip(self.meanings, (mixed / mixed.sum()).tolist(), strict=True)), min(in_scope, 1.0))

    def judge(self, text: str) -> Judgement:
        """Of words that are certain."""
        return self.probabilities([(text, 1.0)])

    def each(self, texts: Sequence[str]) -> tuple[Matrix, Matrix]:
        """Many texts at once: a row of probabilities for each, in the order of `meanings`; and whether it is any."""
        rows = self._features.rows(texts)
        meant = softmax((rows @ self._meaning_weights).astype(np.float64))
        inside = softmax(_scope_rows(rows, self._scope_weights) @ self._scope_line)[:, INSIDE].astype(np.float64)
        for i, text in enumerate(compact(text) for text in texts):
            if not text:
                inside[i] = 0.0
            elif claimed := self._listed.get(text):
                meant[i] *= 1 - LISTED
                meant[i, list(claimed)] += LISTED / len(claimed)
                inside[i] = max(inside[i], LISTED)
        return meant, inside


def train(examples: Mapping[str, Sequence[str]], language: str, *, encoder: Encoder | None = None) -> Classifier:
    """From each meaning's phrases. The order of the examples makes no difference, nor does saying one twice."""
    return Study(examples, language, encoder=encoder).classifier


def close_pairs(
    examples: Mapping[str, Sequence[str]], language: str, *, encoder: Encoder | None = None
) -> tuple[ClosePair, ...]:
    """Meanings that a classifier which doesn't know the phrase takes for each other; most phrases first."""
    return Study(examples, language, encoder=encoder).close_pairs()


class Study:
    """Examples looked at once, for whoever wants both: holding phrases out is what takes time."""

    def __init__(self, examples: Mapping[str, Sequence[str]], language: str, *, encoder: Encoder | None = None) -> None:
        self._lesson = _prepare(examples, language, encoder)
        self._held, self._scores = _held_out_meanings(self._lesson)
        self._temperature = _temperature(self._lesson, self._held, self._scores)

    @cached_property
    def classifier(self) -> Classifier:
        lesson = self._lesson
        everything = np.ones(len(lesson.rows), dtype=bool)
        return Classifier(
            meanings=lesson.meanings,
            _features=lesson.features,
            _meaning_weights=lesson.turn @ _meaning_weights(lesson, everything) / np.float32(self._temperature),
            _scope_weights=lesson.turn @ _scope_weights(lesson, everything),
            _scope_line=_scope_line(lesson),
            _listed=_listed(lesson),
        )

    def close_pairs(self) -> tuple[ClosePair, ...]:
        lesson = self._lesson
        found: dict[tuple[int, int], list[tuple[str, str]]] = defaultdict(list)
        for row, likely in zip(self._held, softmax(self._scores / self._temperature), strict=True):
            meant, taken = int(lesson.labels[row]), int(likely.argmax())
            if taken != meant and likely[taken] >= CLOSE:
                found[min(meant, taken), max(meant, taken)].append((lesson.meanings[meant], lesson.texts[row]))
        names = lesson.meanings
        pairs = (ClosePair(names[a], names[b], tuple(sorted(said))) for (a, b), said in found.items())
        return tuple(sorted(pairs, key=lambda pair: (-len(pair.phrases), pair.one, pair.other)))


@dataclass(frozen=True)
class _Lesson:
    """The examples in one order, whatever order they came in: phrases first, then everyday talk."""

    meanings: tuple[str, ...]
    texts: tuple[str, ...]
    labels: Places
    """The meaning's place; EVERYDAY_LABEL for everyday talk."""
    folds: Places
    """The part of the examples that this one is held out with; NEVER_HELD: none, it is its meaning's only phrase."""
    features: Features
    turn: Matrix
    """From the features' directions to fewer, where there are more of them than examples."""
    rows: Matrix
    """Turned."""

    @property
    def phrases(self) -> Chosen:
        return np.not_equal(self.labels, EVERYDAY_LABEL)

    @property
    def fold_numbers(self) -> range:
        return range(1 if self.phrases.sum() >= MANY_PHRASES else FOLDS)


def _prepare(examples: Mapping[str, Sequence[str]], language: str, encoder: Encoder | None) -> _Lesson:
    meanings = tuple(sorted(examples))
    said = [(place, _different(examples[meaning])) for place, meaning in enumerate(meanings)]
    listed = {compact(phrase) for _place, phrases in said for phrase in phrases}
    if not listed:
        raise ValueError("there is nothing to learn from: no meaning has a phrase")
    everyday = [text for text in EVERYDAY[language] if compact(text) not in listed]
    groups = [*said, (EVERYDAY_LABEL, everyday)]
    texts = tuple(text for _place, group in groups for text in group)
    features, rows = learn_features(texts, encoder)
    wide = rows.shape[1] > rows.shape[0]
    turn = basis(rows) if wide else np.eye(rows.shape[1], dtype=np.float32)
    return _Lesson(
        meanings=meanings,
        texts=texts,
        labels=np.array([place for place, group in groups for _text in group], dtype=np.int64),
        folds=np.array([fold for place, group in groups for fold in _folds(place, len(group))], dtype=np.int64),
        features=features,
        turn=turn,
        rows=rows @ turn if wide else rows,
    )


def _different(phrases: Sequence[str]) -> list[str]:
    """In one order. What differs by spaces alone would tell on itself when it is held out."""
    return sorted({compact(phrase): phrase for phrase in sorted(phrases) if compact(phrase)}.values())


def _folds(place: int, count: int) -> list[int]:
    return [NEVER_HELD] if count == 1 else [(place + i) % FOLDS for i in range(count)]


def _meaning_weights(lesson: _Lesson, chosen: Chosen) -> Matrix:
    known = chosen & lesson.phrases
    return fit_softmax(lesson.rows[known], lesson.labels[known], len(lesson.meanings), penalty=PENALTY)


def _scope_weights(lesson: _Lesson, chosen: Chosen) -> Matrix:
    return fit_softmax(lesson.rows[chosen], _scope_labels(lesson)[chosen], 2, penalty=PENALTY)


def _held_out_meanings(lesson: _Lesson) -> tuple[Places, Matrix]:
    """Phrases by row, and how they score with a classifier that never saw them."""
    held = [np.flatnonzero(lesson.phrases & (lesson.folds == fold)) for fold in lesson.fold_numbers]
    scores = [
        lesson.rows[rows] @ _meaning_weights(lesson, lesson.folds != fold)
        for fold, rows in zip(lesson.fold_numbers, held, strict=True)
    ]
    return np.concatenate(held), np.concatenate(scores)


def _temperature(lesson: _Lesson, held: Places, scores: Matrix) -> float:
    """What the scores are divided by, so that of phrases called 80 % sure four in five are right."""
    if len(held) == 0:
        return USUAL_TEMPERATURE
    right = np.arange(len(held)), lesson.labels[held]
    losses = []
    for temperature in TEMPERATURES:
        loss = -np.log(softmax(scores / temperature) + 1e-9)
        losses.append(loss[right].sum() + IMAGINED * loss.mean())
    return float(TEMPERATURES[int(np.argmin(losses))])


def _scope_line(lesson: _Lesson) -> Matrix:
    """From the lead of "any" over "none" to a probability (Platt), on examples that were held out."""
    held = [np.flatnonzero(lesson.folds == fold) for fold in lesson.fold_numbers]
    leads = [
        _scope_rows(lesson.rows[rows], _scope_weights(lesson, lesson.folds != fold))
        for fold, rows in zip(lesson.fold_numbers, held, strict=True)
    ]
    return fit_softmax(np.concatenate(leads), _scope_labels(lesson)[np.concatenate(held)], 2, penalty=LINE_PENALTY)


def _scope_labels(lesson: _Lesson) -> Places:
    return np.where(lesson.phrases, INSIDE, OUTSIDE)


def _scope_rows(rows: Matrix, weights: Matrix) -> Matrix:
    scores = rows @ weights
    return np.column_stack([scores[:, INSIDE] - scores[:, OUTSIDE], np.ones(len(scores), dtype=np.float32)])


def _listed(lesson: _Lesson) -> Mapping[str, tuple[int, ...]]:
    claimed: dict[str, set[int]] = defaultdict(set)
    for text, label in zip(lesson.texts, lesson.labels.tolist(), strict=True):
        if label != EVERYDAY_LABEL:
            claimed[compact(text)].add(label)
    return {text: tuple(sorted(places)) for text, places in claimed.items()}
