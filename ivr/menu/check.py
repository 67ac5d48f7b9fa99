"""A menu file held against the language and the world: every mistake, every warning that was not switched off."""

from dataclasses import dataclass

from ivr.menu.advice import WARNINGS, Look, World
from ivr.menu.field import Fields
from ivr.menu.load import build_menu, read_menu
from ivr.menu.model import Menu
from ivr.menu.source import Key, MenuErrors, MenuProblem, Problems, Value
from ivr.menu.values import did_you_mean
from speech.korean import compact


@dataclass(frozen=True)
class Checked:
    """What there is to say of a menu file. `menu` is None where there are mistakes."""

    menu: Menu | None
    mistakes: tuple[MenuProblem, ...]
    warnings: tuple[MenuProblem, ...] = ()

    def or_raise(self) -> Menu:
        """Raises MenuErrors with the mistakes."""
        if self.menu is None:
            raise MenuErrors(self.mistakes)
        return self.menu


def check(text: str, file_name: str, world: World) -> Checked:
    """Everything at once. Mistakes keep a menu from being published, warnings don't."""
    problems = Problems(file_name, text)
    read = read_menu(text, problems)
    if read is not None:
        _check_ignored(read, problems)
    if read is None or problems.found:
        return Checked(None, MenuErrors(problems.found).problems)
    look = Look(read, build_menu(read), world)
    _look_further(look, problems)
    _warn(look, problems)
    menu = None if problems.found else look.menu
    return Checked(menu, MenuErrors(problems.found).problems, MenuErrors(problems.warnings).problems)


def _check_ignored(read: Fields, problems: Problems) -> None:
    for name in read["ignore"] or {}:
        if name.text not in WARNINGS:
            hint = did_you_mean(name.text, WARNINGS) or f" Known are: {', '.join(WARNINGS)}."
            problems.add(name.place, f'no warning is called "{name.text}".{hint}')


def _warn(look: Look, problems: Problems) -> None:
    ignored: dict[str, Key] = {name.text: name for name in look.read["ignore"]}
    unused = set(ignored)
    for name, rule in WARNINGS.items():
        for found in rule.look(look):
            unused.discard(name)
            if name not in ignored:
                problems.warn(name, found.place, found.message, found.other)
    for name in sorted(unused - {"unused_ignore"}):
        if "unused_ignore" not in ignored and _was_looked_at(name, look.world):
            problems.warn(
                "unused_ignore", ignored[name].place, f'"{name}" is switched off, but there is no such warning'
            )


def _was_looked_at(name: str, world: World) -> bool:
    """A warning may be missing only because nobody could look."""
    needs = {
        "unspellable": world.spells,
        "close_departments": world.close,
        "nobody_skilled": world.skills,
        "review_due": world.now,
    }
    return needs.get(name, world) is not None


# Mistakes that only the world shows: a published menu that had none of them is still read by a later release.


def _look_further(look: Look, problems: Problems) -> None:
    _sounds(look, problems)
    _recordings(look, problems)
    _never_open(look, problems)
    for language in look.menu.languages:
        _sound_alike(look, language, problems)


def _sounds(look: Look, problems: Problems) -> None:
    if look.world.sound_mistake is None:
        return
    for department in look.menu.departments:
        wrong = None if department.music is None else look.world.sound_mistake(department.music)
        if wrong is not None:
            problems.add(look.place(department, "music"), wrong)


def _recordings(look: Look, problems: Problems) -> None:
    if look.world.recording_mistake is None:
        return
    for path in look.read["recordings"]:
        wrong = look.world.recording_mistake(path.text)
        if wrong is not None:
            problems.add(path.place, wrong)


def _never_open(look: Look, problems: Problems) -> None:
    if look.world.now is None:
        return
    for department in look.menu.departments:
        if department.hours.next_opening(look.world.now) is None:
            told = f'department "{department.id}" does not open within a year'
            problems.add(look.place(department, "hours"), told)


def _sound_alike(look: Look, language: str, problems: Problems) -> None:
    """Phrases that differ in writing only: "1번" is heard as "일번"."""
    first: dict[str, tuple[str, Value]] = {}
    for department in look.menu.spoken_in(language).departments:
        for phrase in look.phrases(department, language):
            heard = compact(str(phrase.data))
            owner, before = first.setdefault(heard, (department.id, phrase))
            if owner != department.id:
                told = (
                    f'"{phrase.data}" sounds like "{before.data}" of department "{owner}" in line {before.place.line}'
                )
                problems.add(phrase.place, told, before.place)
