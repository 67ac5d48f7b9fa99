"""A trained classifier as bytes, so that it is trained once and not in every process."""

import io
import json
from collections.abc import Mapping
from typing import Any
from zipfile import BadZipFile

import numpy as np

from speech.classifier import Classifier
from speech.features import Encoder, Features, Pieces

FORM = 1


class NoLesson(Exception):
    """These bytes are none of ours, or of another form: train again."""


def pack(classifier: Classifier) -> bytes:
    """Some megabytes for a large menu."""
    features = classifier._features
    about = {
        "form": FORM,
        "meanings": classifier.meanings,
        "listed": classifier._listed,
        "encoded": features.encoder is not None,
        "pieces": [_about(pieces) for pieces in (features.syllables, features.letters)],
    }
    written = io.BytesIO()
    np.savez(
        written,
        about=np.frombuffer(json.dumps(about, ensure_ascii=False).encode(), dtype=np.uint8),
        syllables=features.syllables.weights,
        letters=features.letters.weights,
        middle=features.middle,
        meaning_weights=classifier._meaning_weights,
        scope_weights=classifier._scope_weights,
        scope_line=classifier._scope_line,
    )
    return written.getvalue()


def unpack(data: bytes, encoder: Encoder | None) -> Classifier:
    """`encoder`: the same as it was trained with. Raises NoLesson."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as kept:
            about = json.loads(bytes(kept["about"]))
            if about["form"] != FORM or about["encoded"] != (encoder is not None):
                raise NoLesson
            return _classifier(about, kept, encoder)
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise NoLesson from error


def _classifier(about: Mapping[str, Any], kept: Mapping[str, Any], encoder: Encoder | None) -> Classifier:
    syllables, letters = (
        Pieces(of["shortest"], of["longest"], {piece: at for at, piece in enumerate(of["pieces"])}, kept[name])
        for of, name in zip(about["pieces"], ("syllables", "letters"), strict=True)
    )
    return Classifier(
        meanings=tuple(about["meanings"]),
        _features=Features(syllables, letters, encoder, kept["middle"]),
        _meaning_weights=kept["meaning_weights"],
        _scope_weights=kept["scope_weights"],
        _scope_line=kept["scope_line"],
        _listed={text: tuple(places) for text, places in about["listed"].items()},
    )


def _about(pieces: Pieces) -> dict[str, Any]:
    return {"shortest": pieces.shortest, "longest": pieces.longest, "pieces": list(pieces.place)}
