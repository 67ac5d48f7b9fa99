"""`barocall hear`: what a supervisor learns about recordings and sentences before writing a menu."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner, Result

from command.cli import main

FIELDS = {
    "file",
    "text",
    "alternatives",
    "recogniser",
    "intent",
    "probability",
    "decision",
    "target",
    "audio_seconds",
    "cpu_seconds",
    "delay_seconds",
}


def hear(*arguments: "str | Path") -> Result:
    return CliRunner().invoke(main, ["hear", *map(str, arguments)])


def told(*arguments: "str | Path") -> list[dict[str, Any]]:
    result = hear(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.output.splitlines()]


@pytest.fixture
def recordings(repo_root: Path) -> Path:
    return repo_root / "command/recordings"


@pytest.fixture
def phrases(tmp_path: Path) -> Path:
    path = tmp_path / "phrases.tsv"
    path.write_text(
        "delivery\t배송 조회해 주세요\ndelivery\t택배가 안 왔어요\nrefund\t환불해 주세요\n", encoding="utf-8"
    )
    return path


def test_recordings_are_heard_as_a_call_would_in_their_order(recordings: Path, repo_root: Path) -> None:
    menu = repo_root / "menus.yaml"
    tech, delivery = told(recordings / "tech.wav", recordings / "delivery.wav", "--menu", menu, "--no-second-opinion")

    assert (tech["decision"], tech["target"], tech["intent"]) == ("go", "tech", "tech")
    assert (delivery["decision"], delivery["target"]) == ("go", "delivery")
    assert delivery["text"].replace(" ", "") == "배송조회해주세요"
    assert {frozenset(tech), frozenset(delivery)} == {frozenset(FIELDS)}
    # Clear by the time that the silence of an open question has lasted.
    assert 0.6 <= delivery["delay_seconds"] < 0.8 + 1.0


def test_phrases_stand_in_for_a_menu(recordings: Path, phrases: Path) -> None:
    [one] = told(recordings / "delivery.wav", "--phrases", phrases, "--no-second-opinion")

    assert (one["decision"], one["target"], one["recogniser"]) == ("go", "delivery", "vosk")


def test_sentences_are_decided_without_sound(tmp_path: Path, phrases: Path) -> None:
    sentences = tmp_path / "sentences.tsv"
    sentences.write_text("a1\t환불해 주세요\na2\t택배가 안 왔어요\n", encoding="utf-8")

    first, second = told("--text", sentences, "--phrases", phrases)

    assert (first["file"], first["text"], first["decision"], first["target"]) == ("a1", "환불해 주세요", "go", "refund")
    assert (second["file"], second["target"], second["audio_seconds"]) == ("a2", "delivery", 0.0)


def test_what_the_menu_always_confirms_is_confirmed(tmp_path: Path, repo_root: Path) -> None:
    sentences = tmp_path / "sentences.tsv"
    sentences.write_text("a1\t해지하고 싶어요\n", encoding="utf-8")

    [one] = told("--text", sentences, "--menu", repo_root / "menus.yaml")

    assert (one["decision"], one["target"]) == ("confirm", "cancel")


def test_a_spoken_number_is_read_back(tmp_path: Path, repo_root: Path) -> None:
    sentences = tmp_path / "sentences.tsv"
    sentences.write_text("a1\t공일공 일이삼사 오육칠팔\na2\t글쎄요\n", encoding="utf-8")

    number, none = told("--text", sentences, "--menu", repo_root / "menus.yaml", "--at", "phone")

    assert (number["decision"], number["target"]) == ("confirm", "+821012345678")
    assert (none["decision"], none["target"]) == ("ask", None)


def test_at_a_yes_or_no_the_same_recording_means_something_else(recordings: Path) -> None:
    [one] = told(recordings / "no.wav", "--at", "yes-no")

    assert (one["decision"], one["target"]) == ("go", "no")


def test_silence_is_asked_again(tmp_path: Path, phrases: Path) -> None:
    silence = tmp_path / "silence.wav"
    soundfile.write(silence, np.zeros(16_000), 16_000)

    [one] = told(silence, "--phrases", phrases, "--no-second-opinion")

    assert (one["text"], one["decision"], one["target"]) == ("", "ask", None)


def test_any_rate_and_any_number_of_channels_will_do(tmp_path: Path, recordings: Path, phrases: Path) -> None:
    sound, rate_hz = soundfile.read(recordings / "delivery.wav")
    stereo = tmp_path / "stereo.flac"
    soundfile.write(stereo, np.column_stack([np.repeat(sound, 2), np.zeros(2 * len(sound))]), 2 * rate_hz)

    [one] = told(stereo, "--phrases", phrases, "--no-second-opinion")

    assert one["target"] == "delivery"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ((), "give recordings, or sentences with --text"),
        (("{text}", "--phrases", "{phrases}"), "is no recording that can be read"),
        (("{wide}", "--as-is", "--phrases", "{phrases}"), "--as-is wants telephone audio of 8000 Hz"),
        (("{wide}", "--menu", "{phrases}", "--phrases", "{phrases}"), "give either --phrases or --menu"),
    ],
)
def test_a_mistake_is_told(arguments: tuple[str, ...], complaint: str, tmp_path: Path, phrases: Path) -> None:
    wide = tmp_path / "wide.wav"
    soundfile.write(wide, np.zeros(1600), 16_000)
    names = {"text": phrases, "phrases": phrases, "wide": wide}

    result = hear(*(argument.format(**names) for argument in arguments))

    assert result.exit_code != 0
    assert complaint in result.output
