"""What a text says (callbacks/texts.py), in the caller's language and within the rules for texts in Korea."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import phonenumbers
from sqlalchemy import Connection, select

from callbacks.lifecycle import OPEN
from callbacks.seals import Seals
from callbacks.texts import Text, TextKind
from ivr.catalogue import Catalogue, NoMenuPublished
from ivr.menu.model import Menu
from ivr.words import letters_english, letters_korean
from ivr.words.letters import Letter, LetterWords
from store.tables import callbacks

WORDS: dict[str, LetterWords] = {"ko": letters_korean, "en": letters_english}
LINK_PATH = "/c/"


@dataclass(frozen=True)
class LetterWriter:
    """Writes each text when it is sent, so that it tells what holds then."""

    catalogue: Catalogue
    seals: Seals
    public_url: str
    phone_number: str

    def __call__(self, tx: Connection, text: Text) -> str | None:
        """None when it has nothing left to say: what it tells of has ended, or there is no menu."""
        try:
            _version_id, menu = self.catalogue.published(tx)
        except NoMenuPublished:
            return None
        menu = menu.spoken_in(text.language)
        words = WORDS[menu.language]
        if text.kind == TextKind.CODE or text.callback_id is None:
            return sayable(words.code(menu.site.name, self.seals.code(text.id)))
        row = tx.execute(select(callbacks).where(callbacks.c.id == text.callback_id)).one()
        is_open = row.state in OPEN
        if is_open == (text.kind in (TextKind.MISSED, TextKind.CANCELLED)):
            return None
        letter = Letter(
            site=menu.site.name,
            department=_department(menu, row.department),
            at=_local(row.due_at, menu) if row.due_at > row.promised_at else None,
            timed=row.slot_at is not None,
            pin=self.seals.pin(row.id),
            link=f"{self.public_url}{LINK_PATH}{self.seals.link(row.id)}",
            phone=_at_home(self.phone_number),
        )
        return sayable(_written(words, text.kind, letter))


def sayable(body: str) -> str:
    """Only letters that Korean carriers take (EUC-KR); another one would lose the whole text, or turn into noise."""
    return "".join(letter if is_sayable(letter) else "?" for letter in body)


def is_sayable(letter: str) -> bool:
    try:
        # Python spells rare syllables out in eight bytes; phones don't.
        return len(letter.encode("euc-kr")) <= 2
    except UnicodeEncodeError:
        return False


def _written(words: LetterWords, kind: TextKind, letter: Letter) -> str:
    match kind:
        case TextKind.PROMISE:
            return words.promise(letter)
        case TextKind.MOVED:
            return words.moved(letter)
        case TextKind.SLIP:
            return words.slip(letter)
        case TextKind.MISSED:
            return words.missed(letter)
        case _:
            return words.cancelled(letter)


def _department(menu: Menu, department_id: str) -> str:
    return next((d.name for d in menu.departments if d.id == department_id), department_id)


def _local(at: datetime, menu: Menu) -> datetime:
    return at.astimezone(ZoneInfo(menu.site.time_zone))


def _at_home(e164: str) -> str:
    parsed = phonenumbers.parse(e164)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
