"""Does the audio fit the words at all?

A grammar has no way to say "none of these": noise, music and other talk come back as one of the phrases, fully sure.
Three simple witnesses speak against that; each gives a factor from 0 to 1.
"""

from speech.expectation import Expectation
from speech.intent import Intent
from speech.korean import compact, likeness

# Everyday openings that mean nothing yet. In the grammar beside the real phrases they attract what is none of those.
_DECOYS_KOREAN = (
    "여보세요",
    "잠깐만요",
    "그게 뭐냐면",
    "안녕하세요",
    "누구세요",
    "지금 뭐라고 했어요",
    "어제 저녁에 집에서",
    "우리 같이 밥 먹으러 가자",
    "아니 그게 아니라",
    "시간이 얼마나 남았지",
)
_DECOYS_ENGLISH = (
    "hello",
    "hello can you hear me",
    "hang on a second",
    "wait a minute",
    "what did you say",
    "who is this",
    "I don't know what to say",
    "let me think",
    "at home last night",
    "shall we go and eat something",
)
_DECOYS = {"ko": _DECOYS_KOREAN, "en": _DECOYS_ENGLISH}
# No answer to an open question.
_SHORT = {
    "ko": ("네", "예", "응", "음", "어", "아니요", "아니에요", "네 네"),
    "en": ("yes", "yeah", "no", "um", "okay"),
}

# The words should be a listed phrase, not a mixture of pieces: full trust from the upper likeness, none at the lower.
# Chance makes short texts alike sooner than long ones, so long ones need less to be trusted.
LIKENESS_NONE, LIKENESS_FULL, LIKENESS_FULL_OF_LONG = 0.45, 0.92, 0.68
SHORT_SYLLABLES, LONG_SYLLABLES = 6, 20
# Korean is spoken at 3 to 8 syllables a second; outside of 2 to 13 the words can't be what was said: music is
# heard as a few words stretched over seconds. Words that are exactly a listed phrase may be a little slower, or faster:
# not all of speech is loud enough to be counted.
SLOWEST, SLOW, FAST, FASTEST = 2.0, 3.2, 9.0, 13.0
EXACT, FASTER_WHEN_EXACT, SLOWER_WHEN_EXACT = 0.97, 2.5, 1.0


def decoys(expectation: Expectation) -> tuple[str, ...]:
    """What belongs into the grammar beside the phrases that are listed."""
    short = _SHORT[expectation.language] if expectation.is_open else ()
    return (*_DECOYS[expectation.language], *short, *expectation.prompts)


def fits(intent: Intent, heard: str, expectation: Expectation, speech_seconds: float) -> float:
    """How well the audio fits `heard`, the best reading; multiplies the intent's probability."""
    if intent.meaning is None or speech_seconds <= 0:
        return 0.0
    pace = len(compact(heard)) / speech_seconds
    return fits_words(intent, heard, expectation) * _plausible(pace, exact=intent.likeness >= EXACT)


def fits_words(intent: Intent, heard: str, expectation: Expectation) -> float:
    """The same of words that come without their audio."""
    if intent.meaning is None or _nearest_decoy(heard, expectation) >= intent.likeness:
        return 0.0
    long = _ramp(len(compact(intent.nearest_phrase)), SHORT_SYLLABLES, LONG_SYLLABLES)
    full = LIKENESS_FULL + (LIKENESS_FULL_OF_LONG - LIKENESS_FULL) * long
    return _ramp(intent.likeness, LIKENESS_NONE, full)


def _nearest_decoy(heard: str, expectation: Expectation) -> float:
    text = compact(heard)
    return max(likeness(text, compact(decoy)) for decoy in decoys(expectation))


def _plausible(syllables_per_second: float, *, exact: bool) -> float:
    faster, slower = (FASTER_WHEN_EXACT, SLOWER_WHEN_EXACT) if exact else (0.0, 0.0)
    slow = _ramp(syllables_per_second, SLOWEST - slower, SLOW - slower)
    fast = 1.0 - _ramp(syllables_per_second, FAST + faster, FASTEST + faster)
    return min(slow, fast)


def _ramp(value: float, low: float, high: float) -> float:
    return min(max((value - low) / (high - low), 0.0), 1.0)
