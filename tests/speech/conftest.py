from pathlib import Path

import pytest

from ivr.menu.load import load_menu
from speech.expectation import Expectation, Meaning
from speech.hearing import Ears
from speech.vosk_recogniser import VoskRecogniser


@pytest.fixture(scope="session")
def recogniser() -> VoskRecogniser:
    """The real model: it takes three seconds to load, so all tests share it."""
    return VoskRecogniser()


@pytest.fixture(scope="session")
def ears(recogniser: VoskRecogniser) -> Ears:
    return Ears(recogniser)


@pytest.fixture(scope="session")
def departments() -> Expectation:
    menu = load_menu(Path("menus.yaml").read_text(encoding="utf-8"), "menus.yaml")
    return Expectation("departments", tuple(Meaning(d.id, d.phrases) for d in menu.departments), 0.6, is_open=True)
