"""Settings: everything that is wrong, at once, and no secret shown."""

from datetime import time

import pytest

from settings import Settings, SettingsErrors

GOOD = {
    "PUBLIC_URL": "https://calls.example.org/",
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "top-secret",
    "PHONE_NUMBER": "+82215550100",
}


def test_what_is_not_given_has_its_default() -> None:
    settings = Settings.from_env(GOOD)

    assert settings.public_url == "https://calls.example.org"
    assert settings.media_url == "wss://calls.example.org/media"
    assert (settings.retention_days, settings.fallback_number) == (30, None)
    assert settings.quiet_hours == (time(21), time(8))


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(SettingsErrors) as told:
        Settings.from_env({"PUBLIC_URL": "calls.example.org", "HEARING_WORKERS": "many", "QUIET_HOURS": "late"})

    assert [problem.split(":")[0] for problem in told.value.problems] == [
        'PUBLIC_URL "calls.example.org" is wrong',
        "TWILIO_ACCOUNT_SID is missing",
        "TWILIO_AUTH_TOKEN is missing",
        "PHONE_NUMBER is missing",
        'HEARING_WORKERS "many" is wrong',
        'QUIET_HOURS "late" is wrong',
    ]


def test_secrets_are_never_shown() -> None:
    assert "top-secret" not in repr(Settings.from_env(GOOD))


def test_quiet_hours_can_be_none() -> None:
    assert Settings.from_env({**GOOD, "QUIET_HOURS": "none"}).quiet_hours is None
