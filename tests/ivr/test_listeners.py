"""Who hears callers in each language."""

import pytest

from ivr.listeners import Listener, listeners_by

OURS, CARRIERS, NOBODY = Listener.OURS, Listener.CARRIERS, Listener.NOBODY


@pytest.mark.parametrize(
    ("recogniser", "english_recogniser", "korean", "english"),
    [
        ("vosk", "none", OURS, NOBODY),
        ("vosk", "twilio", OURS, CARRIERS),
        ("twilio", "none", CARRIERS, CARRIERS),
        ("none", "none", NOBODY, NOBODY),
        ("none", "twilio", NOBODY, CARRIERS),
    ],
)
def test_who_hears_follows_from_the_settings(
    recogniser: str, english_recogniser: str, korean: Listener, english: Listener
) -> None:
    assert listeners_by(recogniser, english_recogniser) == {"ko": korean, "en": english}
