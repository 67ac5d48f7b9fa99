"""What texts tell of, and the sentences each language has for it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Letter:
    """All that a text about a promise may say."""

    site: str
    department: str
    at: datetime | None
    """In the site's zone; None: as soon as the turn comes."""
    timed: bool
    """At that time, not from then on."""
    pin: str
    link: str
    phone: str
    """Ours, as it is dialled at home: nobody can answer a text here."""


class LetterWords(Protocol):
    """Service texts: no sales talk, which would need a consent of its own, and nothing that asks for a reply."""

    def code(self, site: str, code: str, /) -> str: ...
    def promise(self, letter: Letter, /) -> str: ...
    def moved(self, letter: Letter, /) -> str: ...
    def slip(self, letter: Letter, /) -> str: ...
    def missed(self, letter: Letter, /) -> str: ...
    def cancelled(self, letter: Letter, /) -> str: ...
