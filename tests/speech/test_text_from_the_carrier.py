"""Words that the carrier recognised: text in place of audio, in either language."""

import pytest

from speech.expectation import YES_NO_BY_LANGUAGE
from speech.guard import decoys
from speech.hearing import understand_text
from speech.recogniser import Alternative

SAID = [
    (language, meaning.name, phrase)
    for language, yes_no in YES_NO_BY_LANGUAGE.items()
    for meaning in yes_no.meanings
    for phrase in meaning.phrases
]
DECOYS = [(language, decoy) for language, yes_no in YES_NO_BY_LANGUAGE.items() for decoy in decoys(yes_no)]


@pytest.mark.parametrize(("language", "meaning", "phrase"), SAID)
def test_each_listed_yes_and_no_is_understood_however_it_is_written(language: str, meaning: str, phrase: str) -> None:
    heard = understand_text(Alternative(f"{phrase.capitalize()}.", 0.8), YES_NO_BY_LANGUAGE[language])

    assert (heard.meaning, heard.words, heard.probability >= 0.35) == (meaning, phrase, True)


@pytest.mark.parametrize(("language", "decoy"), DECOYS)
def test_everyday_openings_mean_nothing(language: str, decoy: str) -> None:
    assert understand_text(Alternative(decoy, 0.8), YES_NO_BY_LANGUAGE[language]).probability == 0.0


def test_the_carriers_confidence_is_kept_and_decides_nothing() -> None:
    readings = [Alternative("yes please", confidence) for confidence in (0.9, 0.0)]

    sure, unsure = (understand_text(reading, YES_NO_BY_LANGUAGE["en"]) for reading in readings)

    assert sure.probability == unsure.probability
    assert [*sure.alternatives, *unsure.alternatives] == readings
