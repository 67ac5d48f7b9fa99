"""What a caller may say in a state of the call."""

from dataclasses import dataclass, replace

from speech.values import NO, YES, Kind, Language, grammar_phrases

SUSTAINED_SECONDS = 0.45
"""So long, and it is meant: a cough, or the 네 and 음 of somebody who follows what we say, is shorter."""
ANSWER_SUSTAINED_SECONDS = 0.25
"""The same where 네 is an answer."""


@dataclass(frozen=True)
class Meaning:
    """One of the things that can be meant, and how people say it."""

    name: str
    phrases: tuple[str, ...]


@dataclass(frozen=True)
class Expectation:
    """`name` tells expectations apart: words count as long as the call still expects the same."""

    name: str
    meanings: tuple[Meaning, ...]
    silence_seconds: float
    """So long a silence ends the utterance: short for a yes, longer for a sentence."""
    language: Language = "ko"
    is_open: bool = False
    """Anything may be said in any words; the phrases are examples."""
    prompts: tuple[str, ...] = ()
    """What we say ourselves at that moment: its echo is no answer."""
    sustained_seconds: float = SUSTAINED_SECONDS
    """Speech of that length stops our prompt."""
    value: Kind | None = None
    """What may be said beside the meanings: a number, a time. Its words are passed on, and speech.values reads them."""

    @property
    def phrases(self) -> tuple[str, ...]:
        """All that a phrase-grammar recogniser should be able to hear."""
        listed = (phrase for meaning in self.meanings for phrase in meaning.phrases)
        return (*listed, *(() if self.value is None else grammar_phrases(self.value, self.language)))


YES_NO = Expectation(
    "yes_no",
    (
        Meaning("yes", (*YES["ko"], "전화 주세요", "네 전화 주세요")),
        Meaning("no", (*NO["ko"], "계속 기다릴게요", "그냥 기다릴게요")),
    ),
    silence_seconds=0.3,
    sustained_seconds=ANSWER_SUSTAINED_SECONDS,
)
_YES_NO_ENGLISH = Expectation(
    "yes_no",
    (
        Meaning(
            "yes",
            (
                "yes",
                "yeah",
                "yep",
                "yes please",
                "yes that's right",
                "that's right",
                "that is correct",
                "correct",
                "right",
                "sure",
                "okay",
                "of course",
                "please call me",
                "yes please call me",
                "yes call me back",
            ),
        ),
        Meaning(
            "no",
            (
                "no",
                "nope",
                "no thanks",
                "no thank you",
                "no that's wrong",
                "that's wrong",
                "that's not right",
                "not that",
                "I'll wait",
                "no I'll wait",
                "I'd rather wait",
                "I'll keep waiting",
                "don't call me",
            ),
        ),
    ),
    silence_seconds=0.3,
    sustained_seconds=ANSWER_SUSTAINED_SECONDS,
    language="en",
)
YES_NO_BY_LANGUAGE = {"ko": YES_NO, "en": _YES_NO_ENGLISH}
HOLD_BY_LANGUAGE: dict[Language, Expectation] = {
    "ko": Expectation(
        "hold",
        (
            Meaning(
                "callback",
                (
                    *(
                        "전화 주세요",
                        "전화해 주세요",
                        "나중에 전화 주세요",
                        "차례가 되면 전화 주세요",
                        "다시 전화 주세요",
                    ),
                    *("전화로 받을게요", "콜백", "콜백 신청", "콜백 해 주세요", "기다리기 힘들어요"),
                ),
            ),
            Meaning(
                "how_long",
                (
                    *("얼마나 남았어요", "얼마나 기다려야 해요", "얼마나 더 기다려요", "몇 분 남았어요"),
                    *("몇 번째예요", "앞에 몇 명 있어요", "언제 연결돼요", "대기 시간 알려 주세요"),
                ),
            ),
        ),
        silence_seconds=0.6,
    ),
    "en": Expectation(
        "hold",
        (
            Meaning(
                "callback",
                (
                    *("call me back", "please call me back", "call me", "call me later", "I'd like a callback"),
                    *("callback", "callback please", "give me a call", "I don't want to wait"),
                ),
            ),
            Meaning(
                "how_long",
                (
                    *("how long", "how long will it take", "how much longer", "how long do I have to wait"),
                    *("what is my position", "how many people are ahead of me", "what is the wait"),
                ),
            ),
        ),
        silence_seconds=0.6,
        language="en",
    ),
}
"""What somebody who waits may ask for."""
_PHONE = Expectation(
    "phone",
    (
        # Whoever would rather not give a number goes back to where they were.
        Meaning("no", ("계속 기다릴게요", "그냥 기다릴게요", "아니요 괜찮아요", "상담원 연결")),
    ),
    # Between the groups of a number people stop and think.
    silence_seconds=1.2,
    value="phone",
)
PHONE_BY_LANGUAGE = {
    "ko": _PHONE,
    "en": replace(_PHONE, meanings=(Meaning("no", ("I'll wait", "no thanks", "an agent please")),), language="en"),
}
