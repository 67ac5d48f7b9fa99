"""Everything that is said word for word the same in each call: what can be recorded. Pure.

Left out is what holds a value of the moment (a wait, a position, a time, a number, a caller's words), the choice of a
time, and the apology after a fault, when nobody knows any more which menu the call began with.
"""

from collections.abc import Callable, Iterator

from callqueue.transfer import Reason
from ivr.menu.languages import LANGUAGE_KEY
from ivr.menu.model import Department, Menu
from ivr.menu.recordings import as_said
from ivr.menu.variables import fill
from ivr.words import Words, words_for
from ivr.words.promises import PromiseWords, promise_words_for

EITHER = (True, False)


def sentences(menu: Menu) -> tuple[str, ...]:
    """In each language, in the order in which callers meet them; each once."""
    spoken = (menu.spoken_in(language) for language in menu.languages)
    return tuple(dict.fromkeys(as_said(text) for one in spoken for text in _in_one_language(one)))


def _in_one_language(menu: Menu) -> Iterator[str]:
    words, promise_words = words_for(menu.language), promise_words_for(menu.language)
    yield from _opening(menu, words)
    yield from _questions(menu, words)
    for department in menu.departments:
        yield from _of_department(menu, department, words)
        yield from _promises_of(menu, department, words, promise_words)
    yield from _waiting(words)
    yield from _callbacks(words, promise_words)
    yield from _to_agents(menu, words)
    yield words.agent_lost()
    yield words.goodbye()


def _opening(menu: Menu, words: Words) -> Iterator[str]:
    notices = menu.notices
    yield words.greeting(menu.site.name)
    yield from (text for text in (notices.charge, notices.recording, notices.abuse) if text is not None)
    if menu.other_language is not None:
        yield words_for(menu.other_language).offer_language(LANGUAGE_KEY)


def _questions(menu: Menu, words: Words) -> Iterator[str]:
    yield menu.question
    yield words.did_not_hear()
    yield words.ask_again(menu.examples)
    for within in (None, *(submenu.id for submenu in menu.menus)):
        yield words.keys_options([(option.name, option.key) for option in menu.options(within)])
    for submenu in menu.menus:
        yield submenu.question or submenu.name
        yield words.back_hint()


def _of_department(menu: Menu, department: Department, words: Words) -> Iterator[str]:
    hours = words.describe_hours(department.hours)
    yield from (words.confirm(department.name, heard=heard) for heard in EITHER)
    yield words.connecting(department.name)
    yield from (words.transferred(department.name, reason) for reason in ("", *Reason))
    yield words.closed(hours)
    known = {"site": menu.site.name, "department": department.name, "hours": hours}
    for text in (department.prompt, department.closed_prompt):
        said = "" if text is None else fill(text, known, words.with_particle)
        if said:
            yield said


def _promises_of(menu: Menu, department: Department, words: Words, promise_words: PromiseWords) -> Iterator[str]:
    site, name = menu.site.name, department.name
    yield from (words.callback_greeting(site, name, heard=heard) for heard in EITHER)
    yield promise_words.greeting_with_code(site, name)
    yield words.callback_missed(site, name, None)
    yield promise_words.managing(name, None)
    yield from (promise_words.confirm_cancel(name, heard=heard) for heard in EITHER)
    yield promise_words.stands_closed(words.describe_hours(department.hours))


def _waiting(words: Words) -> Iterator[str]:
    yield words.stay_on()
    yield words.keep_waiting()
    yield words.one_moment()
    yield words.agent_rings()
    yield words.wait_unknown()
    yield words.nobody_to_wait_for()
    yield from (words.callback_hint(heard=heard) for heard in EITHER)


def _callbacks(words: Words, promise_words: PromiseWords) -> Iterator[str]:
    yield words.nobody_here()
    for heard in EITHER:
        yield words.offer_callback(None, None, heard=heard)
        yield words.offer_callback_nobody(heard=heard)
        yield words.offer_callback_closed(None, heard=heard)
        yield promise_words.confirm_move(None, heard=heard)
        yield promise_words.shared_number(heard=heard)
        yield from (promise_words.returning(several=several, heard=heard) for several in EITHER)
    for listens in EITHER:
        yield words.enter_number(listens=listens)
        yield f"{words.did_not_hear()} {words.enter_number(listens=listens)}"
        yield words.number_unclear(listens=listens)
        yield words.number_not_usable(listens=listens)
    for again in EITHER:
        yield words.promised(None, again=again)
        yield promise_words.verify_number(again=again)
        yield promise_words.enter_pin(again=again)
    yield promise_words.other_time_hint()
    yield promise_words.stands()
    yield promise_words.moved(None)
    yield promise_words.cancelled()
    yield promise_words.over()


def _to_agents(menu: Menu, words: Words) -> Iterator[str]:
    yield from (words.caller_speaks(language) for language in menu.languages if language != menu.language)
    told: tuple[Callable[[], str], ...] = (
        words.accept_hint,
        words.dialling_caller,
        words.caller_left,
        words.caller_unreachable,
        words.agent_declined,
        words.agent_done,
        words.caller_passed_on,
    )
    yield from (one() for one in told)
