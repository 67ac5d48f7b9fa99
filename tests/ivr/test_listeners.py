"""Who hears callers in each language."""

import pytest

from app import House
from ivr.listeners import Listener, listeners_by
from settings import Settings
from store.database import Store

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


@pytest.mark.parametrize(
    ("recogniser", "media_url"),
    [("vosk", "wss://calls.example.org/media"), ("twilio", None), ("none", None)],
)
def test_the_house_opens_media_streams_only_for_a_recogniser_of_its_own(
    store: Store, recogniser: str, media_url: str | None
) -> None:
    house = House(
        Settings.from_env(
            {
                "PUBLIC_URL": "https://calls.example.org",
                "TWILIO_ACCOUNT_SID": "AC" + "7" * 32,
                "TWILIO_AUTH_TOKEN": "secret",
                "PHONE_NUMBER": "+82215550100",
                "DATABASE_URL": store.url,
                "RECOGNISER": recogniser,
                "ENGLISH_RECOGNISER": "twilio",
            }
        )
    )

    site = house.site()

    assert (site.media_url, site.listeners["en"]) == (media_url, CARRIERS)
    house.store.close()
