"""Yes, no, or neither."""

import re
from typing import Literal

from speech.values.model import Language
from speech.values.numerals import plain_words, tight

Answer = Literal["yes", "no"]

# An answer is made of these words and nothing else: 네 시에요 is no yes, and 네 배송이요 is more than one. The longer
# words come first: 안 맞아요 is a no that contains a yes.
_KO = re.compile(
    r"(?P<no>안(?:맞(?:아요?|습니다|네요|는데요)|돼요?|됩니다|할게요|할래요|해요)"
    r"|(?:맞|그렇)지않(?:아요?|습니다|은데요)"
    r"|아니(?:에요|예요|요|오|야|라니까요|라고요)?|아뇨|아닙니다|아닌데요?|아닌거?것?같(?:아요|은데요|습니다)"
    r"|틀(?:렸(?:어요?|습니다|는데요|네요)|려요?|립니다|린데요)|잘못(?:됐어요|됐습니다|들으셨어요)"
    r"|싫(?:어요?|습니다|은데요)|괜찮(?:아요?|습니다)|됐(?:어요|습니다)|필요(?:없어요|없습니다)"
    r"|하지마세요|그만(?:하세요|할게요|둘게요))"
    r"|(?P<yes>네|넵|넹|녜|예|옙|응|맞(?:아요?|습니다|네요|는데요|죠|다|는것같(?:아요|습니다))"
    r"|그래요?|그럼요?|그렇(?:습니다|죠|지요|네요)|그러세요|좋(?:아요?|습니다|죠|네요)"
    r"|(?:그|이)번호로(?:해주세요|전화주세요|부탁드려요)|그렇게(?:해주세요|해주십시오|할게요|하세요)|(?:전화)?해주세요|전화주세요|부탁(?:드려요|드립니다|드릴게요|해요|합니다)"
    r"|물론(?:이죠|입니다|이에요)|당연하죠|당연히|알겠(?:어요|습니다)|확실(?:해요|합니다)|틀림없(?:어요|습니다)|오케이)"
    r"|(?P<filler>(?:그|이|제)?번호(?:가|는|로)?|음|어|아|저기|저|뭐|그게|그거|그|에|요|이요|다|정말|감사합니다|고맙습니다)"
)
_EN = re.compile(
    r"(?P<no>(?:absolutely|definitely|of course|certainly) not|no thank you|no thanks|no|nope|nah|never mind"
    r"|dont|do not|i dont|please dont|incorrect|wrong"
    r"|(?:thats|it is|its|that is) (?:not (?:it|right|correct|true)|wrong|incorrect)|not (?:right|correct|really|now)"
    r"|it isnt)\b"
    r"|(?P<yes>yes|yeah|yep|yup|yea|ya|aye|sure|ok|okay|right|correct|exactly|absolutely|definitely|certainly|of course"
    r"|thats (?:it|right|correct|fine|true|the one)|that is (?:it|right|correct|fine|true)|its (?:right|correct)"
    r"|go ahead|go on|do that|i do|it is|that works|sounds good|fine|true|please do|indeed|i think so|uh huh|mm hmm)\b"
    r"|(?P<filler>um+|uh+|er+|hm+|oh|ah|well|please|thank you|thanks|so|i think|i guess|quite|very|is|it|that)\b"
)


def yes_or_no(text: str, language: Language) -> Answer | None:
    """None for both at once, for more than an answer, and for anything else."""
    said, answer = (tight(text), _KO) if language == "ko" else (" ".join(plain_words(text)), _EN)
    found: set[str | None] = set()
    position = 0
    while position < len(said):
        word = answer.match(said, position)
        if word is None:
            return None
        found.add(word.lastgroup)
        position = word.end() + said.startswith(" ", word.end())
    answers = found - {"filler"}
    if answers == {"yes"}:
        return "yes"
    return "no" if answers == {"no"} else None
