"""Texts in more than one language: how they stand in the file, and whether each is there in every language."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ivr.menu.source import Key, Place, Problems, Value
from ivr.menu.values import Read, did_you_mean

KNOWN_LANGUAGES = ("ko", "en")
LANGUAGE_KEY = "9"
"""Pressed at the open question, it changes the language of a menu that has two."""


@dataclass(frozen=True)
class Spoken:
    """One text, or one list of phrases, by language. `plain`: it stands there without one, in the first language."""

    place: Place
    plain: Any = None
    by_language: Mapping[Key, Any] | None = None

    def languages(self, first: str) -> frozenset[str]:
        return frozenset({first} if self.by_language is None else (key.text for key in self.by_language))

    def in_language(self, language: str, first: str) -> Any:
        """None where it is not given in this language."""
        if self.by_language is None:
            return self.plain if language == first else None
        return next((read for key, read in self.by_language.items() if key.text == language), None)


def by_language(read: Read) -> Read:
    """What `read` reads, or a mapping of it: `{ko: 배송, en: Delivery}`."""

    def read_spoken(value: Value, problems: Problems) -> Spoken | None:
        mistakes = len(problems.found)
        spoken = _read(value, problems)
        # What is wrong has been told; that it is missing too would be once too often.
        return None if len(problems.found) > mistakes else spoken

    def _read(value: Value, problems: Problems) -> Spoken:
        if not isinstance(value.data, dict):
            return Spoken(value.place, plain=read(value, problems))
        found = {}
        for key, inner in value.data.items():
            if key.text not in KNOWN_LANGUAGES:
                problems.add(key.place, _unknown(key.text))
            elif inner is not None:
                found[key] = read(inner, problems)
        return Spoken(value.place, by_language=found)

    return read_spoken


def languages(value: Value, problems: Problems) -> tuple[str, ...] | None:
    """The site's languages, the first one first; None when one of them is wrong."""
    if not isinstance(value.data, list) or not value.data:
        problems.add(value.place, "a list of languages is expected, the first one first: [ko, en]")
        return None
    mistakes = len(problems.found)
    read: list[str] = []
    for language in value.data:
        if language.data not in KNOWN_LANGUAGES:
            problems.add(language.place, _unknown(language.written))
        elif language.data in read:
            problems.add(language.place, f'"{language.data}" stands here twice: once is enough')
        else:
            read.append(language.data)
    return None if len(problems.found) > mistakes else tuple(read)


def check_languages(read: Mapping[str, Any], listed: tuple[str, ...], problems: Problems) -> None:
    """Every text is there in each language that the site lists, and in no other."""
    for name, spoken in _texts(read):
        given = spoken.languages(listed[0])
        for language in listed:
            # A voice has a default in every language.
            if language not in given and name != "voice":
                problems.add(spoken.place, f'{name}: "{language}" is missing{_how(spoken, listed)}')
        for key in spoken.by_language or ():
            if key.text not in listed:
                problems.add(key.place, f'"{key.text}" is none of the site\'s languages: add it to site: languages')


def _how(spoken: Spoken, listed: tuple[str, ...]) -> str:
    """How a text without a language is written where there are two."""
    written = ", ".join(f"{language}: …" for language in listed)
    return f"; where the site has several languages, write {{{written}}}" if spoken.by_language is None else ""


def _texts(read: Mapping[str, Any]) -> Iterator[tuple[str, Spoken]]:
    for name, value in read.items():
        if isinstance(value, Spoken):
            yield name, value
        elif isinstance(value, Mapping):
            yield from _texts(value)


def _unknown(written: str) -> str:
    hint = did_you_mean(written, KNOWN_LANGUAGES) or f" Known are: {', '.join(KNOWN_LANGUAGES)}."
    return f'no language "{written}" is spoken here.{hint}'
