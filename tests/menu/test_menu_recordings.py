"""Recordings in a menu: what is wrong with them is told by line."""

import inspect
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import recorded_sounds as sounds
from test_menu_check import NOTICES, SMALL, mistakes, warnings

from ivr.menu.advice import World
from ivr.menu.check import check
from ivr.menu.in_korean import in_korean
from ivr.menu.load import load_menu
from ivr.menu.recording_files import RecordingFiles
from ivr.menu.recordings import MOST_RECORDINGS
from ivr.menu.sounds import LARGEST_RECORDING_BYTES, MP3, WAV, NotPlayable, recording
from ivr.sentences import sentences
from ivr.words import LANGUAGES
from ivr.words import promises as promise_words
from simulator.audio import mulaw_seconds, read_sound

SHIPPED = (Path(__file__).parents[2] / "menus.yaml").read_text(encoding="utf-8")
GROUPED = (
    SHIPPED.replace('key: "5"', 'in: more\n    key: "5"') + 'menus: {more: {name: {ko: 더, en: more}, key: "6"}}\n'
)
QUESTION = "무엇을 도와드릴까요?"
HERE = len(SMALL.splitlines()) + 2
"""The line of the first recording."""


def with_recordings(*lines: str) -> str:
    return SMALL + "recordings:\n" + "".join(f"  {line}\n" for line in lines)


RECORDED = with_recordings(f"audio/question.wav: {QUESTION}")


def told(text: str, world: World | None = None) -> list[str]:
    return [one.removeprefix("menus.yaml:").partition("\n")[0] for one in mistakes(text, world)]


# What the menu says


@pytest.mark.parametrize(
    ("lines", "wrong"),
    [
        (
            ["../question.wav: 무엇을", "/srv/question.wav: 말씀", "audio\\question.wav: 하세요", "./question.wav: 네"],
            [
                f'{HERE + at}:3: "{path}": the file lies below the menu\'s folder, and is written from there: '
                "audio/welcome.wav"
                for at, path in enumerate(
                    ("../question.wav", "/srv/question.wav", "audio\\question.wav", "./question.wav")
                )
            ],
        ),
        (["question.ogg: 무엇을"], [f'{HERE}:3: "question.ogg": a recording is a file .wav or .mp3']),
        (
            ["a.wav: 무엇을  도와드릴까요?", "b.mp3: 무엇을 도와드릴까요?"],
            [f'{HERE + 1}:3: "b.mp3" says the same as "a.wav" in line {HERE}: which one is meant?'],
        ),
        (
            ["a.wav: '대기 시간은 {wait}, {department}은/는 잠시만요'"],
            [
                f'{HERE}:10: "a.wav": a recording can\'t hold what is filled in when it is spoken: "{{{name}}}"'
                for name in ("department", "wait")
            ],
        ),
        (["a.wav: 12"], [f'{HERE}:10: YAML reads 12 as a number: write it in quotes, "12"']),
        (["a.wav: '...'"], [f"{HERE}:10: there is nothing to say in this text"]),
        (
            [f"{at}.wav: 문장 {at}" for at in range(MOST_RECORDINGS + 1)],
            [f"{HERE}:3: {MOST_RECORDINGS + 1} recordings are too many: {MOST_RECORDINGS} at most, please"],
        ),
    ],
)
def test_a_mistake_is_told_with_its_line(lines: list[str], wrong: list[str]) -> None:
    text = with_recordings(*lines)

    assert told(text) == wrong
    assert [one for one in check(text, "m", World()).mistakes if in_korean(one.message) == one.message] == []


def test_a_list_of_files_says_nothing() -> None:
    assert told(SMALL + "recordings: [a.wav]\n") == [
        f"{HERE - 1}:13: each file has the sentence that it says: `audio/welcome.wav: 안녕하세요.`"
    ]


def test_both_files_of_a_sentence_are_shown() -> None:
    text = with_recordings(f"a.wav: {QUESTION}", f"b.wav: {QUESTION}")

    assert mistakes(text) == [
        (
            f'menus.yaml:{HERE + 1}:3: "b.wav" says the same as "a.wav" in line {HERE}: which one is meant?\n'
            f"      b.wav: {QUESTION}\n  menus.yaml:{HERE}:3:\n      a.wav: {QUESTION}"
        )
    ]


def test_who_looks_for_audio_is_led_to_recordings() -> None:
    text = SMALL.replace("  question:", "  audio: question.wav\n  question:")

    assert told(text) == [
        (
            '6:3: menu: no key "audio" is known here: a recorded sentence stands in `recordings`, '
            "beside `menu` and `departments`"
        )
    ]


def test_a_recording_of_what_nobody_says_is_worth_a_look() -> None:
    text = with_recordings("a.wav: 무엇을 도와드릴까요", "b.wav: 지금은 밤입니다.", f"c.wav: {QUESTION}")

    assert warnings(text) == [
        (
            f'{HERE}:3 never_played: "a.wav" is never played: nothing says exactly “무엇을 도와드릴까요”. '
            f'Did you mean "{QUESTION}"?'
        ),
        f'{HERE + 1}:3 never_played: "b.wav" is never played: nothing says exactly “지금은 밤입니다.”.',
    ]
    assert warnings(text.replace(NOTICES, NOTICES + "ignore: {never_played: 다음 주에 씁니다}\n")) == []


# What is said the same in each call


def test_what_the_product_says_without_a_value_can_be_recorded() -> None:
    """A sentence that takes nothing, or only whether somebody listens, is said the same in each call."""
    known = set(sentences(load_menu(GROUPED, "m")))
    for language, words in LANGUAGES.items():
        for module in (words, promise_words.LANGUAGES[language]):
            left = {name for name, said in _without_values(module) if not said <= known}
            # After a fault nobody knows any more which menu the call began with.
            assert left - {"apology", "apology_fallback"} == set(), "give them lines in ivr/sentences.py"


def _without_values(module: object) -> Iterator[tuple[str, set[str]]]:
    for name, sentence in vars(module).items():
        if inspect.isfunction(sentence) and not name.startswith("_") and sentence.__module__ == module.__name__:
            choices = inspect.signature(sentence).parameters.values()
            if all(choice.annotation is bool for choice in choices):
                yield name, _every_way(sentence, [choice.name for choice in choices])


def _every_way(sentence: Callable[..., str], names: list[str]) -> set[str]:
    ways = itertools.product((True, False), repeat=len(names))
    return {sentence(**dict(zip(names, way, strict=True))) for way in ways}


def test_a_prompt_can_be_recorded_as_it_is_filled_in() -> None:
    text = SMALL.replace(
        "hours: always", "hours: always\n    prompt: 네, {department}입니다. 대기 시간은 {wait}입니다."
    )

    assert [one for one in sentences(load_menu(text, "m")) if one.startswith("네,")] == ["네, 상담원입니다."]


# The files


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (sounds.wav(), WAV),
        (sounds.wav(kind=6), WAV),
        (sounds.wav(kind=1, bits=16, channels=2, rate_hz=44100), WAV),
        (sounds.wav(kind=1, bits=8), WAV),
        # Windows' own form: the true one stands further back
        (sounds.extensible_wav(), WAV),
        # Sixty seconds to the byte
        (sounds.wav(bytes(480_000)), WAV),
        (sounds.MP3, MP3),
        (b"ID3\x04" + bytes(100), MP3),
    ],
)
def test_what_the_carrier_plays_is_taken(data: bytes, kind: str) -> None:
    assert recording(data).media_type == kind


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "is neither WAV nor MP3, whatever its name says"),
        (b"OggS" + bytes(100), "is neither WAV nor MP3, whatever its name says"),
        (b"\xff\xff\xff\xff", "is neither WAV nor MP3, whatever its name says"),
        (b"RIFF\x04\x00\x00\x00WAVE", "is a WAV file that breaks off: export it again"),
        (sounds.wav()[:40], "is a WAV file that breaks off: export it again"),
        (sounds.wav(b""), "has no sound in it"),
        (sounds.wav(rate_hz=0), "has no sound in it"),
        (
            sounds.wav(kind=1, bits=24),
            "is WAV of 24 bit: export it as PCM of 16 bit (or 8), µ-law or A-law",
        ),
        (
            sounds.wav(kind=3, bits=32),
            "is WAV of floating point: export it as PCM of 16 bit (or 8), µ-law or A-law",
        ),
        (sounds.wav(kind=2, bits=4), "is WAV of ADPCM: export it as PCM of 16 bit (or 8), µ-law or A-law"),
        (sounds.wav(channels=6), "has 6 channels: export it as mono"),
        (sounds.wav(bytes(488_000)), "takes 61 s; 60 s at most, please"),
        (sounds.MP3 + bytes(LARGEST_RECORDING_BYTES), "is larger than 2 MB"),
    ],
)
def test_what_the_carrier_does_not_play_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(NotPlayable) as refused:
        recording(data)

    assert str(refused.value) == why
    assert in_korean(f'"a.wav" {why}') != f'"a.wav" {why}'


def test_the_stand_in_network_plays_what_is_taken() -> None:
    assert mulaw_seconds(read_sound(recording(sounds.wav()).data)) == 0.5
    assert mulaw_seconds(read_sound(recording(sounds.extensible_wav()).data)) == 0.5


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "menu"
    (folder / "audio").mkdir(parents=True)
    (folder / "audio" / "question.wav").write_bytes(sounds.wav())
    return folder


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("audio/other.wav", 'there is no file "audio/other.wav" in the menu\'s folder'),
        ("audio/folder.wav", 'there is no file "audio/folder.wav" in the menu\'s folder'),
        ("audio/outside.wav", '"audio/outside.wav" leads out of the menu\'s folder: put the file itself there'),
        ("audio/text.wav", '"audio/text.wav" is neither WAV nor MP3, whatever its name says'),
        (f"{'가' * 100}.wav", f'there is no file "{"가" * 100}.wav" in the menu\'s folder'),
    ],
)
def test_a_file_that_cannot_be_played_is_told_with_its_line(folder: Path, path: str, why: str) -> None:
    (folder.parent / "outside.wav").write_bytes(sounds.wav())
    (folder / "audio" / "outside.wav").symlink_to(folder.parent / "outside.wav")
    (folder / "audio" / "folder.wav").mkdir()
    (folder / "audio" / "text.wav").write_text("no sound")

    found = told(with_recordings(f"{path}: {QUESTION}"), World(recording_mistake=RecordingFiles(folder).mistake))

    assert found == [f"{HERE}:3: {why}"]
    assert in_korean(why) != why


def test_what_was_checked_is_what_is_published(folder: Path) -> None:
    files = RecordingFiles(folder)
    assert files.mistake("audio/question.wav") is None

    (folder / "audio" / "question.wav").write_text("no sound")

    assert files.recording("audio/question.wav").data == sounds.wav()
