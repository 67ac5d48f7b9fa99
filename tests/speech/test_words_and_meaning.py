"""From words to a meaning with a probability, and from that to a decision."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.decide import AskAgain, Confirm, Decision, Go, Keys, Person, Thresholds, decide
from speech.expectation import YES_NO, Expectation, Meaning
from speech.grammar import build_grammar, cut_word
from speech.guard import decoys, fits
from speech.hearing import Ears, Hearing
from speech.intent import classify
from speech.korean import compact, edit_distance, jamo, likeness
from speech.recogniser import Alternative
from speech.scripted import ScriptedRecogniser
from speech.telephone import decode, encode

SHOP = Expectation(
    "shop",
    (
        Meaning("delivery", ("배송 조회", "배송이 안 와요")),
        Meaning("refund", ("환불해 주세요", "교환하고 싶어요")),
    ),
    silence_seconds=0.6,
    is_open=True,
)


def heard(text: str, score: float = 1.0) -> Alternative:
    return Alternative(text, score)


def hearing(probability: float, meaning: str | None = "delivery") -> Hearing:
    return Hearing("", (), meaning, probability, audio_seconds=1.0, cpu_seconds=0.0)


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("배송 조회", "delivery"),
        ("배 송이 안 와 요", "delivery"),  # the recogniser's pieces
        ("환불 해 줘요", "refund"),  # another ending
        ("교환 하고 싶은데요", "refund"),
    ],
)
def test_words_find_their_meaning(said: str, meaning: str) -> None:
    intent = classify((heard(said),), SHOP)

    assert intent.meaning == meaning
    assert intent.probability > 0.75


def test_readings_are_weighed_by_their_scores() -> None:
    mostly_refund = classify((heard("환불해 주세요", 100.0), heard("배송 조회", 60.0)), SHOP)

    assert mostly_refund.meaning == "refund"


def test_nothing_heard_means_nothing() -> None:
    assert classify((), SHOP).meaning is None


@given(
    st.lists(
        st.tuples(st.text("가나다라배송환불조회", min_size=1, max_size=8), st.floats(-100, 300)), min_size=1, max_size=5
    )
)
def test_a_probability_is_one(readings: list[tuple[str, float]]) -> None:
    intent = classify(tuple(heard(text, score) for text, score in readings), SHOP)

    assert 0.0 <= intent.probability <= 1.0


@pytest.mark.parametrize("decoy", decoys(SHOP))
def test_a_decoy_fits_nothing(decoy: str) -> None:
    assert fits(classify((heard(decoy),), SHOP), decoy, SHOP, speech_seconds=1.5) == 0.0


@pytest.mark.parametrize(
    ("said", "seconds", "fitting"),
    [
        ("배송 조회", 0.9, True),  # four syllables in a second: how people speak
        ("배송 조회", 8.0, False),  # … in eight seconds: something else went on
        ("배송 조회", 0.2, False),  # … in a fifth: nobody can
        ("배송 환불해 교환 싶어요", 2.0, False),  # a mixture of pieces is no phrase
    ],
)
def test_the_guard_believes_what_can_have_been_said(said: str, seconds: float, fitting: bool) -> None:
    assert (fits(classify((heard(said),), SHOP), said, SHOP, seconds) == 1.0) is fitting


@pytest.mark.parametrize(
    ("probability", "failures", "always", "decision"),
    [
        (0.90, 0, False, Go("delivery")),
        (0.75, 2, False, Go("delivery")),  # at the threshold
        (0.90, 0, True, Confirm("delivery")),  # a cancellation is always read back
        (0.50, 0, False, Confirm("delivery")),
        (0.20, 0, False, AskAgain()),
        (0.20, 1, False, Keys()),
        (0.20, 2, False, Person()),
        (0.20, 9, False, Person()),
    ],
)
def test_what_follows(probability: float, failures: int, always: bool, decision: Decision) -> None:
    assert decide(hearing(probability), Thresholds(), failures=failures, always_confirm=always) == decision


def test_no_meaning_is_never_gone_to() -> None:
    assert decide(hearing(0.99, meaning=None), Thresholds(), failures=0, always_confirm=False) == AskAgain()


def test_a_scripted_recogniser_goes_the_whole_road() -> None:
    utterance = Ears(ScriptedRecogniser(["네 맞아요"])).listen(YES_NO)
    utterance.hear(bytes(8000))
    understood = utterance.end(speech_seconds=1.0)

    assert (understood.meaning, understood.words) == ("yes", "네 맞아요")


# Pieces of the vocabulary

VOCABULARY = {"배", "송이", "배송", "요금", "요금을", "을", "안", "와", "요"}


@pytest.mark.parametrize(
    ("word", "pieces"),
    [
        ("배송", ["배송"]),
        ("배송이", ["배", "송이"]),  # 배송 + 이 is not possible: 이 is no piece
        ("요금을", ["요금을"]),  # the fewest pieces
        ("환불", None),
    ],
)
def test_words_are_cut_into_the_fewest_pieces(word: str, pieces: list[str] | None) -> None:
    assert cut_word(word, VOCABULARY.__contains__) == pieces


def test_phrases_without_pieces_are_reported() -> None:
    grammar = build_grammar(["배송이, 안 와요?", "환불해 주세요"], VOCABULARY.__contains__)

    assert (grammar.phrases, grammar.unspellable) == (("배 송이 안 와 요",), ("환불해 주세요",))


@given(st.text("배송이요금을안와환", max_size=10))
def test_pieces_put_together_are_the_word(word: str) -> None:
    pieces = cut_word(word, VOCABULARY.__contains__)

    assert pieces is None or "".join(pieces) == word


# Text


@pytest.mark.parametrize(
    ("text", "plain"), [("배송, 조회!", "배송조회"), ("[17]번", "일칠번"), ("{만} (천)원", "만천원")]
)
def test_compact_text_is_what_is_heard(text: str, plain: str) -> None:
    assert compact(text) == plain


def test_letters_of_syllables() -> None:
    assert jamo("배송 안") == "ㅂㅐㅅㅗㅇ ㅏㄴ"


@given(st.text(max_size=12), st.text(max_size=12))
def test_distance_is_symmetric_and_zero_only_for_the_same(one: str, other: str) -> None:
    assert edit_distance(one, other) == edit_distance(other, one)
    assert (edit_distance(one, other) == 0) == (one == other)


def test_what_sounds_alike_is_alike() -> None:
    assert likeness("배송", "배송") == 1.0
    assert likeness("결제", "결재") > likeness("결제", "환불")


@given(st.binary(min_size=1, max_size=400))
def test_mu_law_goes_there_and_back(mulaw: bytes) -> None:
    # 0x7F and 0xFF are both silence.
    assert decode(encode(decode(mulaw))).tolist() == decode(mulaw).tolist()
