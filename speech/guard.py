"""Does the audio fit the words at all?

A grammar has no way to say "none of these": noise, music and other talk come back as one of the phrases, fully sure.
Three simple witnesses speak against that; each gives a factor from 0 to 1.
"""

from speech.intent import Intent
from speech.korean import compact

# Everyday openings that mean nothing yet. In the grammar beside the real phrases they attract what is none of those.
DECOYS = (
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
DECOYS_BY_LANGUAGE = {"ko": DECOYS, "en": _DECOYS_ENGLISH}

# The words should be a listed phrase, not a mixture of pieces: full trust from the upper likeness, none at the lower.
LIKENESS_NONE, LIKENESS_FULL = 0.45, 0.85
# Korean is spoken at 3 to 8 syllables a second; outside of 1.5 to 12 the words can't be what was said.
SLOWEST, SLOW, FAST, FASTEST = 1.2, 2.0, 9.0, 13.0


def fits(intent: Intent, heard: str, speech_seconds: float) -> float:
    """How well the audio fits `heard`, the best reading; multiplies the intent's probability."""
    if intent.meaning is None or speech_seconds <= 0:
        return 0.0
    return fits_words(intent, heard) * _pace(len(compact(heard)) / speech_seconds)


def fits_words(intent: Intent, heard: str) -> float:
    """The same of words that come without their audio."""
    text = compact(heard)
    decoys = {compact(decoy) for language in DECOYS_BY_LANGUAGE.values() for decoy in language}
    if intent.meaning is None or text in decoys:
        return 0.0
    return _ramp(intent.likeness, LIKENESS_NONE, LIKENESS_FULL)


def _pace(syllables_per_second: float) -> float:
    slow = _ramp(syllables_per_second, SLOWEST, SLOW)
    fast = 1.0 - _ramp(syllables_per_second, FAST, FASTEST)
    return min(slow, fast)


def _ramp(value: float, low: float, high: float) -> float:
    return min(max((value - low) / (high - low), 0.0), 1.0)
