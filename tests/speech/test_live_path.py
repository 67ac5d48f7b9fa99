"""Real audio through the real model, a frame at a time: what callers of the demo say, and what is no speech at all."""

from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from ivr import trial
from simulator.audio import encode, read_wav
from speech.decide import AskAgain, Decision, Go, Keys, Thresholds, decide
from speech.expectation import YES_NO, Expectation
from speech.hearing import Ears, Hearing
from speech.telephone import MULAW_SILENCE, RATE_HZ
from speech.vosk_recogniser import VoskRecogniser

RECORDINGS = Path("command/recordings")
SILENCE = bytes([MULAW_SILENCE]) * RATE_HZ


def hear(ears: Ears, mulaw: bytes, expectation: Expectation) -> list[Hearing]:
    return [tried.hearing for tried in trial.hear(ears, mulaw, expectation)]


def decided(hearing: Hearing, failures: int = 0) -> Decision:
    return decide(hearing, Thresholds(), failures=failures, always_confirm=False)


@pytest.mark.parametrize(
    ("recording", "meaning", "words"),
    [
        ("delivery", "delivery", "배송 조회해 주세요"),
        ("tech", "tech", "홈페이지에 접속이 안 돼요"),
    ],
)
def test_a_clear_request_goes_to_its_department(
    ears: Ears, departments: Expectation, recording: str, meaning: str, words: str
) -> None:
    [hearing] = hear(ears, read_wav(RECORDINGS / f"{recording}.wav"), departments)

    assert (decided(hearing), hearing.words) == (Go(meaning), words)


@pytest.mark.parametrize("said", ["yes", "no"])
def test_yes_and_no_are_told_apart(ears: Ears, said: str) -> None:
    [hearing] = hear(ears, read_wav(RECORDINGS / f"{said}.wav"), YES_NO)

    assert decided(hearing) == Go(said)


def test_mumbling_is_asked_again_and_then_the_keys_are_read(ears: Ears, departments: Expectation) -> None:
    [first] = hear(ears, read_wav(RECORDINGS / "unclear.wav"), departments)
    [second] = hear(ears, read_wav(RECORDINGS / "unclear_again.wav"), departments)

    assert (decided(first), decided(second, failures=1)) == (AskAgain(), Keys())


def tone(*hertz: float, seconds: float = 2.0, level: float = 0.2) -> bytes:
    at = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    return encode(level * np.mean([np.sin(2 * np.pi * f * at) for f in hertz], axis=0))


def noise(level: float, seconds: float = 2.0) -> bytes:
    return encode(np.random.default_rng(1).normal(0, level, int(seconds * RATE_HZ)))


NO_SPEECH = {
    "white noise": noise(0.1),
    "quiet noise": noise(0.01),
    "a dial tone": tone(350, 440),
    "a chord": tone(440, 554, 659),
    "keys of a phone": tone(770, 1336, seconds=0.3),
    "clipped noise": noise(2.0),
    "clicks": (encode(np.repeat([0.9, -0.9], 40)) + bytes([MULAW_SILENCE]) * 3000) * 4,
}


@pytest.mark.parametrize("sound", NO_SPEECH)
def test_what_is_no_speech_never_goes_anywhere(ears: Ears, departments: Expectation, sound: str) -> None:
    hearings = hear(ears, NO_SPEECH[sound], departments)

    assert [h for h in hearings if isinstance(decided(h), Go)] == []


def test_silence_is_no_utterance(ears: Ears, departments: Expectation) -> None:
    assert hear(ears, SILENCE * 3, departments) == []


def test_every_phrase_of_the_shops_menu_can_be_heard(recogniser: VoskRecogniser, departments: Expectation) -> None:
    phrases = tuple(phrase for meaning in departments.meanings for phrase in meaning.phrases)

    assert recogniser.grammar(phrases).unspellable == ()


@pytest.mark.parametrize(
    ("recording", "words"), [("delivery", "배송 조회해 주세요"), ("tech", "홈페이지에 접속이 안 돼요")]
)
def test_at_a_pause_the_last_words_are_there_too(
    ears: Ears, departments: Expectation, recording: str, words: str
) -> None:
    utterance = ears.listen(departments)
    utterance.hear(SILENCE[: RATE_HZ // 3] + read_wav(RECORDINGS / f"{recording}.wav") + SILENCE[: 2 * RATE_HZ // 5])

    assert utterance.so_far(speech_seconds=1.6).words == words


def test_callers_are_heard_by_one_thread_each(ears: Ears) -> None:
    blas = {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}

    assert blas == {1}
