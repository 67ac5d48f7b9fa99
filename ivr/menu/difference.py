"""What changes for callers between two menus, in words."""

from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Any

from ivr.menu.both import Both
from ivr.menu.hours import ALWAYS
from ivr.menu.levels import SubMenu
from ivr.menu.model import Department, Menu
from ivr.words import words_for

MINUTE_SECONDS = 60.0


def differences(old: Menu, new: Menu) -> tuple[Both, ...]:
    """In the order in which callers meet them; none where only the writing of the file differs."""
    return (
        *_of_site(old, new),
        *_of_texts(old, new),
        *_of_recordings(old, new),
        *_of_list(old, new),
        *_of_menus(old, new),
        *_of_departments(old, new),
    )


def _of_site(old: Menu, new: Menu) -> Iterator[Both]:
    yield from _was("languages", "언어", ", ".join(old.languages), ", ".join(new.languages))
    before, after = _closed_days(old), _closed_days(new)
    if before is not None and after is not None:
        yield from _was("closed on", "쉬는 날", before, after)
    yield from _was("callers served first", "먼저 받을 고객", _told(old.callers), _told(new.callers))
    yield from _was("time zone", "시간대", old.site.time_zone, new.site.time_zone)
    yield from _was(
        "numbers with a language of their own", "언어가 따로 있는 번호", _told(old.numbers), _told(new.numbers)
    )


def _of_texts(old: Menu, new: Menu) -> Iterator[Both]:
    for language, before, after in _each_language(old, new):
        yield from _was(f"name ({language})", f"이름({language})", before.site.name, after.site.name)
        yield from _was(f"voice ({language})", f"목소리({language})", before.site.voice, after.site.voice)
        for field in fields(before.notices):
            one, other = getattr(before.notices, field.name), getattr(after.notices, field.name)
            yield from _was(f"notice {field.name} ({language})", f"안내 {field.name}({language})", one, other)
        yield from _was(f"question ({language})", f"질문({language})", before.question, after.question)
        yield from _was(f"examples ({language})", f"보기({language})", before.examples, after.examples)


def _of_recordings(old: Menu, new: Menu) -> Iterator[Both]:
    """A file of another name that sounds the same is no difference."""
    before, after = ({said: one.sha256 for said, one in menu.recordings.items()} for menu in (old, new))
    for said in dict.fromkeys((*before, *after)):
        if said not in before:
            yield Both(f"“{said}” is now played from a recording", f"“{said}”: 이제 녹음으로 들려줍니다")
        elif said not in after:
            yield Both(f"“{said}” is no longer played from a recording", f"“{said}”: 이제 녹음을 쓰지 않습니다")
        elif before[said] != after[said]:
            yield Both(f"“{said}” has another recording", f"“{said}”: 녹음이 바뀌었습니다")


def _of_list(old: Menu, new: Menu) -> Iterator[Both]:
    before, after = [d.id for d in old.departments], [d.id for d in new.departments]
    for department in new.departments:
        if department.id not in before:
            key, name = department.key, department.name
            yield Both(f"‘{name}’ is new, on key {key}", f"‘{name}’ 부서가 새로 생겼습니다({key}번)")
    for department in old.departments:
        if department.id not in after:
            yield Both(f"‘{department.name}’ is gone", f"‘{department.name}’ 부서가 없어졌습니다")
    kept_before, kept_after = ([d for d in ids if d in before and d in after] for ids in (before, after))
    if kept_before != kept_after:
        yield Both("the departments are read out in another order", "부서를 읽어 주는 순서가 바뀌었습니다")


def _of_menus(old: Menu, new: Menu) -> Iterator[Both]:
    for language, before, after in _each_language(old, new):
        for menu_id in dict.fromkeys(menu.id for menu in (*before.menus, *after.menus)):
            one, other = (
                "" if menu is None else _menu(menu) for menu in (before.submenu(menu_id), after.submenu(menu_id))
            )
            yield from _was(f"menu {menu_id} ({language})", f"메뉴 {menu_id}({language})", one, other)


def _menu(menu: SubMenu) -> str:
    return " · ".join(part for part in (f"{menu.key} {menu.name}", menu.within, menu.question) if part)


def _of_departments(old: Menu, new: Menu) -> Iterator[Both]:
    known = {department.id: department for department in old.departments}
    for after in new.departments:
        before = known.get(after.id)
        if before is not None:
            yield from _of_department(before, after)
            yield from _spoken(old, new, after)


def _of_department(before: Department, after: Department) -> Iterator[Both]:
    for field in fields(Department):
        one, other = getattr(before, field.name), getattr(after, field.name)
        if field.name == "hours" and one.days == other.days:
            continue  # Closed days are told once, for the site.
        if one != other and field.name not in ("id", *_SPOKEN):
            yield _SENTENCES.get(field.name, _plain(field.name))(after.name, one, other)


_SPOKEN = ("name", "phrases", "prompt", "closed_prompt")
"""Given for each language."""


def _spoken(old: Menu, new: Menu, department: Department) -> Iterator[Both]:
    for language, before, after in _each_language(old, new):
        one, other = before.department(department.id), after.department(department.id)
        yield from _was(f"‘{one.name}’ ({language}): name", f"‘{one.name}’({language}) 이름", one.name, other.name)
        yield from _phrases(other.name, language, one.phrases, other.phrases)
        what = f"‘{other.name}’ ({language}): prompt", f"‘{other.name}’({language}) 연결 안내"
        yield from _was(*what, one.prompt, other.prompt)
        what = f"‘{other.name}’ ({language}): closed prompt", f"‘{other.name}’({language}) 시간 외 안내"
        yield from _was(*what, one.closed_prompt, other.closed_prompt)


def _phrases(name: str, language: str, before: tuple[str, ...], after: tuple[str, ...]) -> Iterator[Both]:
    new, gone = ([phrase for phrase in one if phrase not in other] for one, other in ((after, before), (before, after)))
    if new:
        yield Both(
            f"‘{name}’ ({language}) now also knows {_quoted(new)}",
            f"‘{name}’({language}): 새로 알아듣는 말 {_quoted(new)}",
        )
    if gone:
        yield Both(
            f"‘{name}’ ({language}) no longer knows {_quoted(gone)}", f"‘{name}’({language}): 빠진 말 {_quoted(gone)}"
        )


def _each_language(old: Menu, new: Menu) -> Iterator[tuple[str, Menu, Menu]]:
    """Those that both are spoken in."""
    for language in new.languages:
        if language in old.languages:
            yield language, old.spoken_in(language), new.spoken_in(language)


def _was(en: str, ko: str, before: Any, after: Any) -> Iterator[Both]:
    if before != after:
        yield Both(
            f"{en}: now {_quote(after, 'none')}, was {_quote(before, 'none')}",
            f"{ko}: 이제 {_quote(after, '없음')}, 전에는 {_quote(before, '없음')}",
        )


def _callback(name: str, before: float | None, after: float | None) -> Both:
    was = Both("never", "권하지 않음") if before is None else Both(f"{_minutes(before)}", f"{_minutes(before)}분 초과")
    if after is None:
        was_en = f"above {was.en} min" if before is not None else was.en
        return Both(
            f"‘{name}’ no longer offers a callback on arrival, did {was_en}",
            f"‘{name}’: 이제 콜백을 먼저 권하지 않습니다(전에는 {was.ko})",
        )
    return Both(
        f"‘{name}’ now offers a callback above {_minutes(after)} min, was {was.en}",
        f"‘{name}’: 이제 예상 대기가 {_minutes(after)}분을 넘으면 콜백을 권합니다(전에는 {was.ko})",
    )


def _hours(name: str, before: Any, after: Any) -> Both:
    en, ko = ([words_for(language).describe_hours(hours) for hours in (after, before)] for language in ("en", "ko"))
    return Both(f"‘{name}’ is now open {en[0]}, was {en[1]}", f"‘{name}’: 이제 {ko[0]}, 전에는 {ko[1]}")


def _either(yes: Both, no: Both) -> Callable[[str, bool, bool], Both]:
    def sentence(name: str, _before: bool, after: bool) -> Both:
        told = yes if after else no
        return Both(f"‘{name}’ {told.en}", f"‘{name}’: {told.ko}")

    return sentence


def _value(en: str, ko: str, show: Callable[[Any], str] = str) -> Callable[[str, Any, Any], Both]:
    def sentence(name: str, before: Any, after: Any) -> Both:
        return Both(
            f"‘{name}’: {en} is now {show(after)}, was {show(before)}",
            f"‘{name}’: {ko} 이제 {show(after)}, 전에는 {show(before)}",
        )

    return sentence


def _plain(field_name: str) -> Callable[[str, Any, Any], Both]:
    """For what has no sentence of its own: better said roughly than left out."""
    return _value(field_name, f"{field_name}:", lambda value: "none" if value is None else str(value))


def _minutes(seconds: float) -> str:
    return f"{seconds / MINUTE_SECONDS:g}"


def _named_minutes(seconds: float) -> str:
    return f"{_minutes(seconds)} min"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names)


_SENTENCES: dict[str, Callable[[str, Any, Any], Both]] = {
    "key": _value("key", "번호는"),
    "within": _value("its menu", "속한 메뉴는", lambda menu: menu or "–"),
    "skills": _value("it is served by agents with", "맡는 상담원의 기술은", _listed),
    "hours": _hours,
    "person": _either(
        Both("is now the way to a person", "이제 상담원에게 가는 길입니다"),
        Both("is no longer the way to a person", "이제 상담원에게 가는 길이 아닙니다"),
    ),
    "always_confirm": _either(
        Both("is now always confirmed first", "이제 늘 확인하고 연결합니다"),
        Both("is now confirmed only where we are not sure", "이제 확실하지 않을 때만 확인합니다"),
    ),
    "callback_above_seconds": _callback,
    "callback_first": _value("whose phone rings first for a callback:", "콜백할 때 먼저 거는 쪽은"),
    "handle_seconds": _value("a conversation usually takes", "통화 한 건은 보통", _named_minutes),
    "patience_seconds": _value("callers usually wait", "고객은 보통 기다리는 시간이", _named_minutes),
    "priority": _value("priority", "우선순위는"),
    "service_level": _value(
        "to be answered:", "응답 목표는", lambda goal: f"{goal.percent:g} % / {goal.within_seconds:g} s"
    ),
    "music": _value("music", "대기 음악은", lambda address: address or "none"),
}


def _quote(value: Any, nothing: str) -> str:
    return f"“{value}”" if value else nothing


def _quoted(phrases: list[str]) -> str:
    return ", ".join(f"“{phrase}”" for phrase in phrases)


def _closed_days(menu: Menu) -> str | None:
    """Beyond the weekly hours; None where every department is always open."""
    hours = [department.hours for department in menu.departments if department.hours.days != ALWAYS]
    countries = sorted({of.country for of in hours if of.country is not None})
    days = sorted({day for of in hours for day in of.closed_on})
    own = sorted({f"{day} {span.opens:%H:%M}-{span.closes:%H:%M}" for of in hours for day, span in of.open_on})
    told = [*(f"holidays {country}" for country in countries), *map(str, days), *(f"but open {day}" for day in own)]
    return ", ".join(told) if hours else None


def _told(numbers: Any) -> str:
    return ", ".join(f"{number} {language}" for number, language in sorted(numbers.items()))
