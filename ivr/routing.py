"""What led a call to a department: the key, or the phrase of the menu that its caller's words were nearest to."""

from datetime import datetime

from sqlalchemy import Connection

from ivr.call import Call
from ivr.dialogue import By, GoTo
from ivr.menu.model import Menu
from ivr.states import Holding, Offering
from speech.korean import compact, likeness
from store.database import insert_row
from store.tables import routings


def record(tx: Connection, call: Call, chosen: GoTo, menu: Menu, now: datetime) -> None:
    """Keep it, so that a transfer can be traced to the line of the menu that misled."""
    by_words = chosen.by in (By.WORDS, By.CONFIRMED)
    phrase = nearest_phrase(call.words, menu.department(chosen.department).phrases) if by_words else None
    insert_row(
        tx,
        routings,
        call_id=call.id,
        entry_id=call.state.entry_id if isinstance(call.state, Holding | Offering) else None,
        menu_version_id=call.menu_version_id,
        at=now,
        department=chosen.department,
        by=chosen.by.value,
        key=chosen.key,
        phrase=phrase,
    )


def nearest_phrase(words: str, phrases: tuple[str, ...]) -> str | None:
    """Of those listed, the one that sounds most like what was said."""
    heard = compact(words)
    return max(phrases, key=lambda phrase: likeness(heard, compact(phrase)), default=None)
