"""A second recogniser for what the first one was not sure of: asked when it helps, told exactly once."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from ivr.trial import SameThread
from speech.decide import Go, Thresholds, decide
from speech.expectation import YES_NO, Expectation, Meaning
from speech.extension import Wide
from speech.hearing import Ears, Hearing
from speech.pool import HearingFailed, HearingPool
from speech.recogniser import Alternative
from speech.scripted import ScriptedRecogniser
from speech.second_opinion import Asked, SecondOpinion, both, is_wanted, opinion

SHOP = Expectation(
    "departments",
    (
        Meaning("delivery", ("배송 조회해 주세요", "택배가 안 왔어요", "물건이 아직 도착하지 않았어요")),
        Meaning("refund", ("환불해 주세요", "교환하고 싶어요", "반품 접수해 주세요")),
    ),
    silence_seconds=0.6,
    is_open=True,
)
SECOND_OF_SPEECH = bytes(8000)


def heard(words: str, meaning: str | None, probability: float) -> Hearing:
    return Hearing(words, (Alternative(words, 0.0),), meaning, probability, audio_seconds=1.0, cpu_seconds=0.0)


class Transcribes:
    """What it is told to; may be kept waiting."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def transcribe(self, audio: Wide, language: str) -> str:
        assert self.may_go_on.wait(10)
        if self.text == "breaks":
            raise RuntimeError("the model fell over")
        return self.text


def asked(first: Hearing) -> Asked:
    return Asked(SECOND_OF_SPEECH, SHOP, 1.0, first)


def test_mush_becomes_clear_when_the_second_hears_it() -> None:
    told: list[Hearing] = []
    second = SecondOpinion(Transcribes("택배가 안 왔어요."), SameThread(), deadline_seconds=None)

    second.ask(asked(heard("주세요", "refund", 0.1)), told.append)

    [hearing] = told
    assert decide(hearing, Thresholds(), failures=0, always_confirm=False) == Go("delivery")
    assert (hearing.words, hearing.recogniser) == ("택배가 안 왔어요.", "vosk+whisper")


def test_who_agrees_is_surer_than_each() -> None:
    assert both(heard("환불", "refund", 0.6), heard("환불", "refund", 0.5)).probability == pytest.approx(0.8)


def test_who_disagrees_is_less_sure_than_the_surer_one() -> None:
    together = both(heard("배송", "delivery", 0.4), heard("환불", "refund", 0.8))

    assert (together.meaning, together.probability) == ("refund", pytest.approx(0.48))


@pytest.mark.parametrize(
    ("expectation", "first", "wanted"),
    [
        (SHOP, heard("주세요", "refund", 0.1), True),
        (SHOP, heard("환불해 주세요", "refund", 0.99), False),  # sure already
        (SHOP, heard("네", None, 0.0), False),  # somebody who only follows
        (YES_NO, heard("아니", "no", 0.2), False),  # a short list hears short words better
    ],
)
def test_it_is_asked_only_where_it_can_help(expectation: Expectation, first: Hearing, wanted: bool) -> None:
    assert is_wanted(expectation, first) is wanted


@pytest.mark.parametrize("text", ["", "breaks"])
def test_where_nothing_comes_of_it_the_first_opinion_stands(text: str) -> None:
    told: list[Hearing] = []
    first = heard("주세요", "refund", 0.1)

    SecondOpinion(Transcribes(text), SameThread(), deadline_seconds=None).ask(asked(first), told.append)

    assert told == [first]


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as executor:
        yield executor


def test_at_the_deadline_the_first_opinion_stands_and_the_late_one_is_not_told(threads: ThreadPoolExecutor) -> None:
    slow, told, first_told = Transcribes("택배가 안 왔어요"), [], threading.Event()
    slow.may_go_on.clear()
    first = heard("주세요", "refund", 0.1)

    def tell(hearing: Hearing) -> None:
        told.append(hearing)
        first_told.set()

    SecondOpinion(slow, threads, deadline_seconds=0.01).ask(asked(first), tell)
    assert first_told.wait(5)
    slow.may_go_on.set()
    threads.shutdown()

    assert told == [first]


def test_while_it_is_busy_first_opinions_stand(threads: ThreadPoolExecutor) -> None:
    slow, told = Transcribes("택배가 안 왔어요"), []
    slow.may_go_on.clear()
    second = SecondOpinion(slow, threads, deadline_seconds=None)
    waiting, other = heard("주세요", "refund", 0.1), heard("아직", "delivery", 0.2)

    second.ask(asked(waiting), told.append)
    second.ask(asked(other), told.append)
    assert told == [other]

    slow.may_go_on.set()
    threads.shutdown()
    assert [hearing.meaning for hearing in told] == ["delivery", "delivery"]


def test_what_nobody_listed_is_not_gone_to() -> None:
    assert opinion("오늘 저녁에 뭐 먹을까", SHOP, speech_seconds=1.5).probability < Thresholds().go


def test_the_pool_asks_it_with_the_whole_utterance() -> None:
    told: list[Hearing | HearingFailed] = []
    second = SecondOpinion(Transcribes("물건이 아직 도착하지 않았어요"), SameThread(), deadline_seconds=None)
    pool = HearingPool(Ears(ScriptedRecogniser(["물건"])), SameThread(), at_once=1, second_opinion=second)

    listening = pool.listen(replace(SHOP))
    listening.hear(SECOND_OF_SPEECH)
    listening.end(1.0, told.append)

    [hearing] = told
    assert isinstance(hearing, Hearing)
    assert (hearing.meaning, hearing.words) == ("delivery", "물건이 아직 도착하지 않았어요")
