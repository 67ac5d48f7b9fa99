"""What a caller may say in a state of the call."""

from dataclasses import dataclass

from speech.values import NO, YES, Kind, grammar_phrases


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
    value: Kind | None = None
    """What may be said beside the meanings: a number, a time. Its words are passed on, and speech.values reads them."""

    @property
    def phrases(self) -> tuple[str, ...]:
        """All that a phrase-grammar recogniser should be able to hear."""
        listed = (phrase for meaning in self.meanings for phrase in meaning.phrases)
        return (*listed, *(() if self.value is None else grammar_phrases(self.value, "ko")))


YES_NO = Expectation(
    "yes_no",
    (
        Meaning("yes", (*YES["ko"], "전화 주세요", "네 전화 주세요")),
        Meaning("no", (*NO["ko"], "계속 기다릴게요", "그냥 기다릴게요")),
    ),
    silence_seconds=0.4,
)
PHONE = Expectation(
    "phone",
    (
        # Whoever would rather not give a number goes back to where they were.
        Meaning("no", ("계속 기다릴게요", "그냥 기다릴게요", "아니요 괜찮아요", "상담원 연결")),
    ),
    # Between the groups of a number people stop and think.
    silence_seconds=1.2,
    value="phone",
)
