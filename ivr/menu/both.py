"""What a supervisor reads, in the two languages of the house."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Both:
    """The same text twice."""

    en: str
    ko: str

    def in_language(self, language: str) -> str:
        """English in every language but Korean."""
        return self.ko if language == "ko" else self.en
