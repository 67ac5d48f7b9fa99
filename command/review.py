"""`barocall speech review`: what was not understood, and the phrases that a menu lacks."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from command.examples import read_menu
from ivr.review import Missed, missed, new_phrases
from store.database import Store


def listing(database_url: str, days: int, draft: Path | None) -> str:
    """As it is printed: the words, or with `draft` (a menu) what its departments lack."""
    with Store(database_url).read() as tx:
        found = missed(tx, datetime.now(UTC) - timedelta(days=days))
    if not found:
        return f"in the last {days} days everything was understood, or nothing was said"
    return _draft(found, draft) if draft is not None else "\n".join(map(_line, found))


def _line(one: Missed) -> str:
    taken = f"taken for {one.taken_for}" if one.taken_for else "not understood"
    return f"{one.times:>4} ×  {one.words}  ({taken}; {f'ended at {one.ended_at}' if one.ended_at else 'hung up'})"


def _draft(found: tuple[Missed, ...], path: Path) -> str:
    menu = read_menu(path)
    known = {phrase for department in menu.departments for phrase in department.phrases}
    lines = ["# Heard on the line. Paste what is right under each department's phrases, then `barocall menu check`."]
    for department, phrases in new_phrases(found, menu.person.id).items():
        lacking = [json.dumps(phrase, ensure_ascii=False) for phrase in phrases if phrase not in known]
        if lacking:
            lines += [f"{department}:", "  phrases:", *(f"    - {phrase}" for phrase in lacking)]
    return "\n".join(lines)
