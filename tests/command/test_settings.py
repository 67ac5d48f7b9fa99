"""Settings: everything that is wrong, at once, and no secret shown."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settings import SettingRow, Settings, SettingsErrors, settings_table

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


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("PUBLIC_URL", "https://", "the address names no server"),
        ("PUBLIC_URL", "https://x.org/?a=1", "an address without ? and # is expected: paths are put behind it"),
        # A digit to Python, but no number.
        ("NO_INPUT_SECONDS", "²", "a whole number from 1 to 30 is expected"),
        ("NO_INPUT_SECONDS", "-3", "a whole number from 1 to 30 is expected"),
        ("CALLS_PER_SECOND", "nan", "a number above 0 is expected"),
        ("CALLS_PER_SECOND", "0", "a number above 0 is expected"),
        ("PHONE_NUMBER", "02-555-0100", "a phone number like +82215550100 is expected"),
        ("RECOGNISER", "whisper", "one of vosk, twilio, none is expected"),
        ("MEDIA_PORT", "8000", "VOICE_PORT has the same port, give another one"),
    ],
)
def test_a_wrong_value_is_told_with_what_is_expected(variable: str, value: str, told: str) -> None:
    with pytest.raises(SettingsErrors) as error:
        Settings.from_env({**GOOD, variable: value})

    (problem,) = error.value.problems
    assert problem.startswith(variable)
    assert problem.endswith(f"is wrong: {told}")


@given(st.sampled_from(settings_table()), st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_whatever_is_written_the_answer_is_settings_or_all_problems(row: SettingRow, value: str) -> None:
    try:
        settings = Settings.from_env({**GOOD, row.variable: value})
    except SettingsErrors as error:
        assert [problem.startswith(row.variable) for problem in error.problems] == [True]
    else:
        assert isinstance(settings, Settings)


def test_secrets_are_never_shown() -> None:
    secret = {
        "TWILIO_AUTH_TOKEN": "top-secret",
        "TWILIO_AUTH_TOKEN_NEXT": "top-secret",
        "CONSOLE_TOKEN": "top-secret",
        "DATABASE_URL": "postgresql://desk:top-secret@db/barocall",
        "REDIS_URL": "redis://:top-secret@redis/0",
    }

    assert "top-secret" not in repr(Settings.from_env({**GOOD, **secret}))


def test_a_wrong_secret_is_not_shown_either() -> None:
    with pytest.raises(SettingsErrors) as error:
        Settings.from_env({**GOOD, "DATABASE_URL": "postgres://desk:top-secret@db", "REDIS_URL": "top-secret@redis"})

    assert [problem.split(":")[0] for problem in error.value.problems] == [
        "DATABASE_URL is wrong",
        "REDIS_URL is wrong",
    ]
    assert "top-secret" not in str(error.value)


def test_quiet_hours_can_be_none() -> None:
    assert Settings.from_env({**GOOD, "QUIET_HOURS": "none"}).quiet_hours is None
