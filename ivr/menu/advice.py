"""What deserves a look, though the menu works: one function a warning, each with the name that switches it off.

The rules named `ars_…` are those of the Korean guideline for automatic answering (KCC, 2009): the charge first, a
person at every step, not many levels, a callback for long waits. What it asks besides (0 a person, # back, * again)
is built in.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from ivr.menu.field import Fields, Help
from ivr.menu.levels import DEEP, DEEPEST, level
from ivr.menu.listening import seconds_to_hear
from ivr.menu.model import Department, Menu
from ivr.menu.source import Key, Place, Value
from ivr.menu.values import did_you_mean
from ivr.sentences import sentences
from ivr.words import words_for

FEW_PHRASES = 5
LONGEST_TEXT_SECONDS = 20.0
CLOSE_PHRASES, CLOSE_SHARE = 2, 0.15
LONGEST_OPENING_SECONDS = 35.0


class Likeness(Protocol):
    """Two departments whose phrases are taken for each other (speech.classifier.ClosePair)."""

    @property
    def one(self) -> str: ...
    @property
    def other(self) -> str: ...
    @property
    def phrases(self) -> tuple[tuple[str, str], ...]: ...


@dataclass(frozen=True)
class World:
    """What a menu is held against. None: not known here, so not looked at."""

    now: datetime | None = None
    spells: Callable[[str], bool] | None = None
    """Whether our recogniser can hear a phrase of its language, `spells_language`."""
    spells_language: str = "ko"
    skills: frozenset[str] | None = None
    """That any agent has."""
    close: Callable[[Menu], tuple[Likeness, ...]] | None = None
    """By cross-validation; takes seconds."""
    sound_mistake: Callable[[str], str | None] | None = None
    """What is wrong with a sound on this server."""
    recording_mistake: Callable[[str], str | None] | None = None
    """What is wrong with a recording beside the menu."""


@dataclass(frozen=True)
class Look:
    """A menu without mistakes, where its parts stand, and the world."""

    read: Fields
    menu: Menu
    world: World
    departments: dict[str, tuple[Key, Fields]] = field(init=False)

    def __post_init__(self) -> None:
        found = {key.text: (key, fields) for key, fields in self.read["departments"].items()}
        object.__setattr__(self, "departments", found)

    @property
    def languages(self) -> Iterator[Menu]:
        return (self.menu.spoken_in(language) for language in self.menu.languages)

    def place(self, department: Department, name: str) -> Place:
        """Of a department's key, or of the department where it was left out."""
        key, fields = self.departments[department.id]
        return fields.places.get(name, key.place)

    def phrases(self, department: Department, language: str) -> tuple[Value, ...]:
        spoken = self.departments[department.id][1]["phrases"]
        return spoken.in_language(language, self.menu.languages[0]) or ()


@dataclass(frozen=True)
class Found:
    place: Place
    message: str
    other: Place | None = None


def ars_charge(look: Look) -> Iterator[Found]:
    if look.menu.notices.charge is None:
        place = look.read.place_of("notices")
        yield Found(place, "callers are not told who pays for the call: give `notices: charge`")


def ars_abuse(look: Look) -> Iterator[Found]:
    if look.menu.notices.abuse is None:
        place = look.read.place_of("notices")
        yield Found(place, "agents are not protected by a notice against abuse: give `notices: abuse`")


def ars_callback(look: Look) -> Iterator[Found]:
    for department in look.menu.departments:
        if department.callback_above_seconds is None:
            told = f'department "{department.id}" never offers a callback on arrival, however long the wait'
            yield Found(look.place(department, "callback"), told)


def ars_depth(look: Look) -> Iterator[Found]:
    places = {key.text: found["in"].place for key, found in look.read["departments"].items() if found["in"] is not None}
    for department in look.menu.departments:
        depth = level(look.menu.menus, department.within)
        if depth > DEEP:
            told = f'department "{department.id}" is on level {depth}: {DEEP} are preferred, {DEEPEST} are the most'
            yield Found(places[department.id], told)


def few_phrases(look: Look) -> Iterator[Found]:
    for menu in look.languages:
        for department in menu.departments:
            count = len(department.phrases)
            if count < FEW_PHRASES:
                told = (
                    f'department "{department.id}" has {count} phrases in "{menu.language}": '
                    "with ten, callers are understood far better"
                )
                yield Found(look.place(department, "phrases"), told)


def long_text(look: Look) -> Iterator[Found]:
    for menu in look.languages:
        for what, text, place in _texts(menu, look):
            seconds = seconds_to_hear(text)
            if seconds > LONGEST_TEXT_SECONDS:
                yield Found(
                    place,
                    f"{what} takes about {seconds:.0f} s to listen to; {LONGEST_TEXT_SECONDS:.0f} s at most, please",
                )


def long_opening(look: Look) -> Iterator[Found]:
    for menu in look.languages:
        notices = menu.notices
        spoken = (words_for(menu.language).greeting(menu.site.name), notices.charge, notices.recording, notices.abuse)
        seconds = sum(seconds_to_hear(text) for text in (*spoken, menu.question) if text)
        if seconds > LONGEST_OPENING_SECONDS:
            told = (
                f'in "{menu.language}" callers listen for about {seconds:.0f} s before they can answer; '
                f"{LONGEST_OPENING_SECONDS:.0f} s at most, please"
            )
            yield Found(look.read.place_of("notices"), told)


def unspellable(look: Look) -> Iterator[Found]:
    spells, language = look.world.spells, look.world.spells_language
    if spells is None or language not in look.menu.languages:
        return
    for department in look.menu.spoken_in(language).departments:
        for phrase in look.phrases(department, language):
            if not spells(str(phrase.data)):
                told = f'the recogniser has no sounds for "{phrase.data}": write it as it is spoken (5G → 파이브 지)'
                yield Found(phrase.place, told)


def close_departments(look: Look) -> Iterator[Found]:
    if look.world.close is None:
        return
    for menu in look.languages:
        for pair in look.world.close(menu):
            count = sum(len(menu.department(name).phrases) for name in (pair.one, pair.other))
            # One phrase of twenty that a stranger would take for another department's is no reason to worry.
            if len(pair.phrases) >= max(CLOSE_PHRASES, CLOSE_SHARE * count):
                yield _taken_for_each_other(look, menu.language, pair)


def _taken_for_each_other(look: Look, language: str, pair: Likeness) -> Found:
    examples = ", ".join(f'"{phrase}" ({owner})' for owner, phrase in pair.phrases[:3])
    more = f" and {len(pair.phrases) - 3} more" if len(pair.phrases) > 3 else ""
    told = f'"{pair.one}" and "{pair.other}" are taken for each other in "{language}": {examples}{more}'
    return Found(look.departments[pair.one][0].place, told, look.departments[pair.other][0].place)


def nobody_skilled(look: Look) -> Iterator[Found]:
    if look.world.skills is None:
        return
    for department in look.menu.departments:
        if not look.world.skills.intersection(department.skills):
            needed = ", ".join(department.skills)
            told = f'no agent can serve "{department.id}" (skill {needed}): see `barocall agents add --help`'
            yield Found(look.place(department, "skills"), told)


def review_due(look: Look) -> Iterator[Found]:
    due, now = look.read["review_by"], look.world.now
    if due is None or now is None:
        return
    today = now.astimezone(ZoneInfo(look.menu.site.time_zone)).date()
    if today > due:
        days = (today - due).days
        yield Found(
            look.read.place_of("review_by"),
            f"this menu was to be looked through {days} days ago: do so, and set the next date",
        )


def never_played(look: Look) -> Iterator[Found]:
    recordings = look.read["recordings"].items()
    said = sentences(look.menu) if recordings else ()
    for path, text in recordings:
        if text not in said:
            told = f'"{path.text}" is never played: nothing says exactly “{text}”.{did_you_mean(text, said)}'
            yield Found(path.place, told)


def unused_ignore(look: Look) -> Iterator[Found]:
    """Nothing by itself: what is left over is found when warnings are switched off (ivr.menu.check)."""
    yield from ()


@dataclass(frozen=True)
class Rule:
    look: Callable[[Look], Iterator[Found]]
    help: Help


WARNINGS: dict[str, Rule] = {
    "ars_charge": Rule(
        ars_charge,
        Help("Callers are told first who pays (ARS guideline).", "통화료 안내가 없습니다(ARS 가이드라인)."),
    ),
    "ars_abuse": Rule(
        ars_abuse,
        Help(
            "A notice protects agents from abuse (Occupational Safety and Health Act, art. 41).",
            "폭언 금지 안내가 없습니다(산업안전보건법 제41조).",
        ),
    ),
    "ars_callback": Rule(
        ars_callback,
        Help(
            "Whoever would wait long is offered a callback (ARS guideline).",
            "오래 기다릴 고객에게 콜백을 권하지 않습니다(ARS 가이드라인).",
        ),
    ),
    "ars_depth": Rule(
        ars_depth,
        Help(
            f"A department lies deeper than {DEEP} levels of keys (ARS guideline).",
            f"번호 메뉴가 {DEEP}단계보다 깊습니다(ARS 가이드라인).",
        ),
    ),
    "few_phrases": Rule(
        few_phrases,
        Help(
            f"A department has fewer than {FEW_PHRASES} phrases.",
            f"부서에 적힌 말이 {FEW_PHRASES}개보다 적습니다.",
        ),
    ),
    "long_text": Rule(
        long_text,
        Help(
            f"A text takes longer than {LONGEST_TEXT_SECONDS:.0f} s to listen to (estimated).",
            f"안내 하나가 {LONGEST_TEXT_SECONDS:.0f}초보다 깁니다(추정).",
        ),
    ),
    "long_opening": Rule(
        long_opening,
        Help(
            f"Greeting, notices and question take longer than {LONGEST_OPENING_SECONDS:.0f} s (estimated).",
            f"인사말, 안내, 질문을 합쳐 {LONGEST_OPENING_SECONDS:.0f}초보다 깁니다(추정).",
        ),
    ),
    "unspellable": Rule(
        unspellable,
        Help("The recogniser can't hear a phrase as it is written.", "음성 인식기가 그 표기를 알아듣지 못합니다."),
    ),
    "close_departments": Rule(
        close_departments,
        Help(
            "Two departments' phrases are taken for each other (cross-validation).",
            "두 부서의 말이 서로 헷갈립니다(교차 검증).",
        ),
    ),
    "nobody_skilled": Rule(
        nobody_skilled,
        Help("No agent has a skill that the department needs.", "그 부서를 맡을 상담원이 없습니다."),
    ),
    "review_due": Rule(
        review_due,
        Help("The date of `review_by` has passed.", "review_by에 적은 날짜가 지났습니다."),
    ),
    "never_played": Rule(
        never_played,
        Help(
            "A recording's sentence is none that is said (`barocall menu sentences` lists them).",
            "녹음의 문장이 실제로 안내하는 문장과 다릅니다(`barocall menu sentences`로 봅니다).",
        ),
    ),
    "unused_ignore": Rule(
        unused_ignore,
        Help("A warning is switched off that is not there.", "꺼 둔 경고가 지금은 나오지 않습니다."),
    ),
}


def _texts(menu: Menu, look: Look) -> Iterator[tuple[str, str, Place]]:
    asked: Any = look.read["menu"]
    yield "the question", menu.question, asked.place_of("question")
    yield "the list of examples", menu.examples, asked.place_of("examples")
    for submenu in menu.menus:
        if submenu.question is not None:
            place = next(
                found.place_of("question") for key, found in look.read["menus"].items() if key.text == submenu.id
            )
            yield f'the question of "{submenu.id}"', submenu.question, place
    for department in menu.departments:
        if department.prompt is not None:
            yield f'the prompt of "{department.id}"', department.prompt, look.place(department, "prompt")
