"""Everything a phone says, in English. Pure: values in, one sentence or two out; nothing is escaped here."""

from collections.abc import Sequence
from datetime import datetime, time

from callqueue.announcing import Reason
from callqueue.spoken import Spoken
from ivr.menu.hours import ALWAYS, WHOLE_DAY, Days, OpeningHours, Span, day_groups
from ivr.words.waits import MINUTE_SECONDS, hours_and_minutes
from speech.values import PhoneNumber, said

LOCALE = "en-US"

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DAYS: dict[Days, str] = {
    "daily": "every day",
    "weekdays": "weekdays",
    "weekend": "weekends",
    "mon": "Mondays",
    "tue": "Tuesdays",
    "wed": "Wednesdays",
    "thu": "Thursdays",
    "fri": "Fridays",
    "sat": "Saturdays",
    "sun": "Sundays",
}
_LANGUAGES = {"ko": "Korean", "en": "English"}
_REASONS: dict[str, str] = {
    Reason.LONGER_CALLS: "I'm sorry, the calls ahead of you are taking longer than expected. ",
    Reason.MORE_CALLERS: "I'm sorry, there are more callers ahead of you now. ",
    Reason.FEWER_AGENTS: "I'm sorry, fewer agents are taking calls now. ",
}
_WHISPERED_REASONS: dict[str, str] = {
    "wrong_department": "It was the wrong department. ",
    "needs_specialist": "They need a specialist. ",
    "second_matter": "They have another matter. ",
    "caller_asked": "They asked for it. ",
}
_TRANSFER_REASONS: dict[str, str] = {
    "wrong_department": "The people for {department} can help you with this. ",
    "needs_specialist": "The people for {department} know more about this. ",
    "second_matter": "Your next question is one for {department}. ",
    "caller_asked": "As you asked, I am putting you through again. ",
}
_PERSONS = frozenset({"agent", "agents", "person", "operator", "representative"})


# Numerals and times


def people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"


def ordinal(count: int) -> str:
    """first, second, … tenth, 11th, 22nd."""
    return _ORDINALS[count - 1] if 1 <= count <= len(_ORDINALS) else _short_ordinal(count)


def _short_ordinal(count: int) -> str:
    ending = "th" if count % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
    return f"{count}{ending}"


def number_spoken(e164: str) -> str:
    """ "+821012345678" → "zero one zero, one two three four, five six seven eight": as it is dialled at home."""
    return said(PhoneNumber(e164), "en")


def nth(position: int) -> str:
    return ordinal(position)


def with_particle(word: str, after_coda: str, after_vowel: str) -> str:
    """English has none."""
    return word


def opens(at: datetime) -> str:
    """When, in the middle of a sentence."""
    return said_moment(at)


def wait_range(spoken: Spoken) -> str:
    """ "about 3 to 6 minutes", "less than a minute", "more than 20 minutes"."""
    match spoken:
        case (0, 1):
            return "less than a minute"
        case (0, int(high_minutes)):
            return f"up to {high_minutes} minutes"
        case (low_minutes, None):
            return f"more than {_counted(low_minutes, 'minute')}"
        case (low_minutes, high_minutes):
            return f"about {low_minutes} to {high_minutes} minutes"


def describe_hours(hours: OpeningHours) -> str:
    """ "weekdays from 9 AM to 6 PM and Saturdays from 10 AM to 2 PM": closed days are left out."""
    if hours.days == ALWAYS:
        return "24 hours a day, every day"
    return _listed([f"{_DAYS[days]} {_said_span(span)}" for days, span in day_groups(hours.days)], "and")


def said_time(at: time) -> str:
    """ "9 AM", "6:30 PM", "noon", "midnight"."""
    if at in (time(0), time(12)):
        return "noon" if at.hour else "midnight"
    minutes = f":{at.minute:02d}" if at.minute else ""
    return f"{at.hour % 12 or 12}{minutes} {'AM' if at.hour < 12 else 'PM'}"


def said_moment(at: datetime) -> str:
    """ "Thursday, November 26th, at 9 AM"; `at` in the site's zone."""
    day = f"{_WEEKDAYS[at.weekday()]}, {_MONTHS[at.month - 1]} {_short_ordinal(at.day)}"
    return f"{day}, at {said_time(at.time())}"


def _said_span(span: Span) -> str:
    return "all day" if span == WHOLE_DAY else f"from {said_time(span.opens)} to {said_time(span.closes)}"


def _duration(seconds: float) -> str:
    """ "40 seconds", "3 minutes", "2 hours 5 minutes"."""
    if seconds < MINUTE_SECONDS:
        return _counted(max(int(seconds), 1), "second")
    hours, minutes = hours_and_minutes(seconds)
    parts = [_counted(hours, "hour")] * (hours > 0) + [_counted(minutes, "minute")] * (minutes > 0)
    return " ".join(parts)


def _counted(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def _listed(things: Sequence[str], last: str) -> str:
    return things[0] if len(things) == 1 else f"{', '.join(things[:-1])} {last} {things[-1]}"


# Finding the department


def greeting(site: str) -> str:
    return f"Thank you for calling {site}."


def offer_language(key: str) -> str:
    """Said to whoever has chosen another language so far."""
    return f"For English, press {key}."


def did_not_hear() -> str:
    return "I'm sorry, I couldn't hear you."


def ask_again(examples: str) -> str:
    return f"Please tell me once more. {examples}"


def keys_options(departments: Sequence[tuple[str, str]]) -> str:
    """`departments`: (name, key) in the order to be read."""
    return " ".join(
        f"{'To speak with a person' if _is_person(name) else f'For {name}'}, press {key}." for name, key in departments
    )


def back_hint() -> str:
    return "To go back, press pound; to hear this again, press star."


def confirm(department: str, *, heard: bool = True) -> str:
    asked = "Would you like to speak with a person?" if _is_person(department) else f"Is this about {department}?"
    return f"{asked} If so, {_yes(heard)}. If not, {_no(heard)}."


def _yes(heard: bool) -> str:
    """Nobody is asked to say what nobody hears."""
    return "say yes or press 1" if heard else "press 1"


def _no(heard: bool) -> str:
    return "say no or press 2" if heard else "press 2"


def _is_person(department: str) -> bool:
    """Who wants a person has no matter called so."""
    return department.lower().split()[-1] in _PERSONS


# Waiting


def connecting(department: str) -> str:
    agent = "an agent" if _is_person(department) else f"an agent for {department}"
    return f"I will connect you with {agent}."


def transferred(department: str, reason: str) -> str:
    """To a caller whom an agent has passed on: why, to whom, and that nothing has to be said twice."""
    why = "" if _is_person(department) else _TRANSFER_REASONS.get(reason, "").format(department=department)
    return f"{why}{connecting(department)} They will know what you have told us, so you need not explain again."


def wait_told(position: int | None, spoken: Spoken, reason: str | None) -> str:
    """ "There are 2 people ahead of you. The expected wait is about 3 to 6 minutes." `position` None: it would help
    nobody."""
    place = "" if position is None else f"{_place(position)} "
    return f"{_REASONS.get(reason or '', '')}{place}The expected wait is {wait_range(spoken)}."


def wait_unknown() -> str:
    return "I can't tell you right now how long the wait will be."


def nobody_to_wait_for() -> str:
    return "No agent is available right now, so I can't tell you how long the wait will be."


def one_moment() -> str:
    return "One moment, please."


def agent_rings() -> str:
    return "We are connecting you with an agent. One moment, please."


def stay_on() -> str:
    return "Please stay on the line."


def keep_waiting() -> str:
    return "Please stay on the line. I will connect you as soon as it is your turn."


def callback_hint(*, heard: bool) -> str:
    say = "say call me back, or press 1" if heard else "press 1"
    return f"If you would rather be called back, {say}."


def _place(position: int) -> str:
    ahead = position - 1
    if ahead == 0:
        return "You are next in line."
    return f"There {'is' if ahead == 1 else 'are'} {people(ahead)} ahead of you."


# Callbacks


def offer_callback(position: int | None, spoken: Spoken | None, *, heard: bool = True) -> str:
    before = "" if spoken is None else f"{wait_told(position, spoken, None)} "
    return (
        f"{before}Instead of waiting, shall we call you when it is your turn? "
        f"If you would like a call, {_yes(heard)}. To keep waiting, press 2."
    )


def nobody_here() -> str:
    return "There is no agent available right now."


def offer_callback_nobody(*, heard: bool = True) -> str:
    return (
        f"Shall we call you as soon as an agent is back? If you would like a call, {_yes(heard)}. If not, {_no(heard)}."
    )


def closed(hours: str) -> str:
    return f"We are closed at the moment. Our hours are {hours}."


def offer_callback_closed(opens: datetime | None, *, heard: bool = True) -> str:
    when = "when we open" if opens is None else f"when we open on {said_moment(opens)}"
    return f"Shall we call you {when}? If so, {_yes(heard)}. If not, {_no(heard)}."


def enter_number(*, listens: bool) -> str:
    if listens:
        return (
            "Please say the number to call, beginning with the area code or 0 1 0. "
            "To key it in instead, press the pound key at its end."
        )
    return "Please enter the number to call, beginning with the area code or 0 1 0, and then press the pound key."


def number_unclear(*, listens: bool) -> str:
    if listens:
        return "I did not get that number. Please say it again, one digit at a time, or key it in and press pound."
    return f"I did not get that number. {enter_number(listens=False)}"


def number_not_usable(*, listens: bool) -> str:
    how = "say or enter" if listens else "enter"
    return f"We can't call that number. Please {how} a mobile or landline number in this country."


def confirm_number(e164: str, *, heard: bool = True) -> str:
    return f"We will call you on {number_spoken(e164)}. If that is right, {_yes(heard)}. For another number, press 2."


def promised(due_at: datetime | None, *, again: bool) -> str:
    if again:
        return "We have already promised to call this number, and we will. Thank you."
    when = "when it is your turn" if due_at is None else f"after {said_moment(due_at)}"
    return f"We will call you {when}. Your place in line is kept. You may hang up now. Thank you."


def callback_greeting(site: str, department: str, *, heard: bool = True) -> str:
    return f"Hello, this is {site} with the call you asked for{_about(department)}. To talk now, {_yes(heard)}."


def callback_missed(site: str, department: str, again_at: datetime | None) -> str:
    """To a machine, most likely."""
    if again_at is None:
        then = "We have tried several times and will not call again. Please phone us whenever you like"
    else:
        then = f"We will call again after {said_moment(again_at)}"
    return f"This is {site} with the call you asked for{_about(department)}. {then}. Thank you."


def _about(department: str) -> str:
    return "" if _is_person(department) else f" about {department}"


# What agents hear


def caller_speaks(language: str) -> str:
    return f"The caller speaks {_LANGUAGES[language]}."


def whisper_live(department: str, words: str, waited_seconds: float) -> str:
    return f"{_matter(department)}. {_in_their_words(words)}They have waited {_duration(waited_seconds)}."


def whisper_callback(department: str, words: str, waited_seconds: float, attempt: int) -> str:
    return (
        f"Callback: {_matter(department)}. {_in_their_words(words)}Asked for {_duration(waited_seconds)} ago; this is "
        f"the {ordinal(attempt)} attempt. If you accept, the caller is dialled."
    )


def _matter(department: str) -> str:
    return "A caller for an agent" if _is_person(department) else f"A caller about {department}"


def whisper_transfer(passed_from: str, reason: str, note: str, words: str, waited_seconds: float) -> str:
    """In place of whisper_live, for a caller whom another agent has passed on."""
    why = _WHISPERED_REASONS.get(reason, "")
    noted = f"Note: {note}. " if note else ""
    came = "by another agent" if _is_person(passed_from) else f"from {passed_from}"
    return (
        f"A caller passed on {came}. {why}{noted}{_in_their_words(words)}They have waited {_duration(waited_seconds)}."
    )


def caller_passed_on() -> str:
    return "The caller has been passed on. Thank you."


def accept_hint() -> str:
    return "Press 1 to accept."


def dialling_caller() -> str:
    return "We are dialling the caller. One moment, please."


def caller_left() -> str:
    return "The caller has hung up."


def caller_unreachable() -> str:
    return "The caller did not answer. We will try again later."


def agent_done() -> str:
    return "The call is over. Thank you."


def agent_declined() -> str:
    return "We will ask another agent."


def agent_lost() -> str:
    return "I am sorry, we have lost the agent. We will call you again shortly."


def _in_their_words(words: str) -> str:
    return f"In their words: {words}. " if words else ""


# When things go wrong, and at the end


def apology() -> str:
    return "We are sorry. Something went wrong, so I will connect you with an agent."


def apology_fallback() -> str:
    return "We are sorry. Our system has a problem right now. I will connect you to another number."


def goodbye() -> str:
    return "Thank you for calling. Goodbye."
