"""`barocall menu replay`: last week's callers on a draft."""

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from command.menu_files import MENU_FILE, read_or_stop, show_problems

if TYPE_CHECKING:
    from ivr.choices import Choices
    from ivr.menu.model import Menu
    from ivr.replay import Replayed, Said

UNITS = {"h": "hours", "d": "days", "w": "weeks"}
WORDS_SHOWN = 3


def span(value: str) -> timedelta:
    """7d, 12h, 4w."""
    found = re.fullmatch(r"(\d{1,4})([hdw])", value)
    if found is None:
        raise click.BadParameter(f"{value!r} is no span: write 7d, 12h or 4w")
    return timedelta(**{UNITS[found[2]]: int(found[1])})


SINCE = click.option("--since", type=span, default="7d", show_default=True, help="How far to look back.")


@click.command()
@click.argument("draft", type=MENU_FILE, default="menus.yaml")
@SINCE
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def replay(draft: Path, since: timedelta, as_json: bool) -> None:
    """Send what callers really said through DRAFT: who would go elsewhere than with the published menu?

    Also what nobody used: keys never pressed, departments never reached, phrases never said.
    """
    from command.menu_versions import reading, version_in_force
    from ivr.choices import choices
    from ivr.menu.load import load_menu
    from ivr.menu.source import MenuErrors
    from ivr.replay import said_since

    try:
        new = load_menu(read_or_stop(draft), draft.name)
    except MenuErrors as error:
        show_problems(error.problems)
        sys.exit(1)
    published = version_in_force()
    begin = datetime.now(UTC) - since
    with reading() as tx:
        said, chosen = said_since(tx, begin), choices(tx, begin)
    result = _replayed(said, published, new)
    unused = Unused.of(said, chosen, published)
    if as_json:
        click.echo(json.dumps({**_as_json(result), **vars(unused)}, ensure_ascii=False, indent=2))
    else:
        for line in (*_lines(result, published, new), *unused.lines()):
            click.echo(line)


def _replayed(said: "list[Said]", published: "Menu", draft: "Menu") -> "Replayed":
    from command.menu_world import Studies, remembered_encoder
    from ivr.dialogue import open_question
    from ivr.replay import replay
    from speech.hearing import remember

    languages = {one.language for one in said}
    with remembered_encoder() as encoder:
        studies = Studies(encoder)
        for menu in (published, draft):
            for language in languages.intersection(menu.languages):
                question = open_question(menu.spoken_in(language))
                remember(question.meanings, question.language, studies.train(question))
        return replay(said, published, draft)


def _lines(result: "Replayed", published: "Menu", draft: "Menu") -> Iterator[str]:
    names = {department.id: department.name for menu in (published, draft) for department in menu.departments}
    yield f"{result.utterances} utterances, {result.different} different ones"
    yield f"{result.elsewhere} would go elsewhere:" if result.elsewhere else "none would go elsewhere"
    for (now, then), words in sorted(result.moved.items(), key=lambda pair: -pair[1].total()):
        one, other = (names.get(department, "not understood") for department in (now, then))
        yield f"  {words.total():>5}  {one} → {other}   {_shown(words)}"
    yield f"{result.surer} would be understood without asking back, {result.less_sure} no longer"


def _shown(words: "Counter[str]") -> str:
    said = ", ".join(
        f"“{text}”" + (f" × {times}" if times > 1 else "") for text, times in words.most_common(WORDS_SHOWN)
    )
    return said + (f" and {len(words) - WORDS_SHOWN} more" if len(words) > WORDS_SHOWN else "")


class Unused:
    """What of the published menu nobody needed."""

    def __init__(self, keys: list[str], departments: list[str], phrases: dict[str, list[str]], calls: int) -> None:
        self.keys_never_pressed = keys
        self.departments_never_reached = departments
        self.phrases_never_said = phrases
        self.calls_put_through = calls

    @classmethod
    def of(cls, said: "list[Said]", chosen: "Choices", menu: "Menu") -> "Unused":
        from ivr.choices import KEY
        from ivr.replay import never_said

        phrases = {department: list(unsaid) for department, unsaid in never_said(said, menu).items() if unsaid}
        return cls(
            keys=[of.key for of in menu.departments if not chosen.by(KEY, of.id)],
            departments=[of.id for of in menu.departments if not chosen.to(of.id)],
            phrases=phrases,
            calls=chosen.total,
        )

    def lines(self) -> Iterator[str]:
        yield f"of {self.calls_put_through} callers who chose a department:"
        yield f"  keys never pressed:        {', '.join(self.keys_never_pressed) or 'none'}"
        yield f"  departments never reached: {', '.join(self.departments_never_reached) or 'none'}"
        for department, phrases in self.phrases_never_said.items():
            shown = ", ".join(f"“{phrase}”" for phrase in phrases[:WORDS_SHOWN])
            more = f" and {len(phrases) - WORDS_SHOWN} more" if len(phrases) > WORDS_SHOWN else ""
            yield f"  never said, {department}: {shown}{more}"


def _as_json(result: "Replayed") -> dict[str, Any]:
    return {
        "utterances": result.utterances,
        "different": result.different,
        "elsewhere": result.elsewhere,
        "moved": [
            {"from": now, "to": then, "count": words.total(), "words": dict(words.most_common())}
            for (now, then), words in result.moved.items()
        ],
        "surer": result.surer,
        "less_sure": result.less_sure,
    }
