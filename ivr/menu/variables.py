"""`{wait}` in a prompt: what is filled in when it is spoken, with the Korean particle that fits."""

import re
from collections.abc import Callable, Collection, Mapping

from ivr.menu.source import Problems, Value
from ivr.menu.values import Read, did_you_mean

ARRIVING = ("site", "department", "hours", "position", "wait")
CLOSED = ("site", "department", "hours", "opens")
TELL_THE_WAIT = frozenset({"position", "wait"})
PARTICLES = ("은/는", "이/가", "을/를", "과/와", "으로/로", "이라고/라고", "이에요/예요")
"""After a consonant / after a vowel."""

_VARIABLE = re.compile(r"\{([^{}]*)\}(" + "|".join(map(re.escape, PARTICLES)) + ")?")
_SENTENCE = re.compile(r".+?(?:[.?!](?=\s|$)|$)", re.DOTALL)

WithParticle = Callable[[str, str, str], str]


def with_variables(read: Read, known: Collection[str]) -> Read:
    """A text that may hold these variables, each in braces."""

    def read_text(value: Value, problems: Problems) -> str | None:
        said: str | None = read(value, problems)
        for name in variables_in(said or ""):
            if name not in known:
                hint = did_you_mean(name, known) or f" Known here are: {', '.join(known)}."
                problems.add(value.place, f'nothing is filled in for "{{{name}}}".{hint}')
        if said is not None and re.search(r"[{}]", _VARIABLE.sub("", said)):
            problems.add(value.place, "a brace is opened and not closed, or the other way round")
        return said

    return read_text


def variables_in(text: str) -> frozenset[str]:
    return frozenset(found[1] for found in _VARIABLE.finditer(text))


def fill(text: str, values: Mapping[str, str | None], with_particle: WithParticle) -> str:
    """A sentence with a variable that is not known now is left out: nothing is said where nothing is known."""
    sentences = (found.group().strip() for found in _SENTENCE.finditer(text))
    known = (one for one in sentences if all(values.get(name) is not None for name in variables_in(one)))
    return " ".join(_filled(one, values, with_particle) for one in known if one)


def _filled(sentence: str, values: Mapping[str, str | None], with_particle: WithParticle) -> str:
    def put(found: "re.Match[str]") -> str:
        word = values[found[1]] or ""
        if found[2] is None:
            return word
        return with_particle(word, *found[2].split("/"))

    return _VARIABLE.sub(put, sentence)
