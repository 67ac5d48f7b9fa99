"""What is said about promises, in English. Times are in the site's zone."""

from collections.abc import Sequence
from datetime import datetime

from ivr.states import TimeWhy
from speech.values import Moment, PhoneNumber, said

_WHY: dict[TimeWhy, str] = {
    "first": "",
    "more": "",
    "silence": "I'm sorry, I couldn't hear you.",
    "unclear": "I did not get that time.",
    "past": "That time has passed.",
    "full": "That time is fully booked.",
    "which": "Which of these do you mean?",
}


def other_time_hint() -> str:
    return "To be called at a time of your choice, press 3."


def offer_late(opens: datetime, *, heard: bool) -> str:
    return (
        "We may not reach you before we close today. "
        f"Shall we call you when we open, {_when(opens)}? "
        f"If you would like a call, {_yes(heard)}. To keep waiting, press 2."
    )


def times(why: TimeWhy, options: Sequence[datetime], hours: str, days_ahead: int, *, heard: bool, moving: bool) -> str:
    return " ".join(part for part in (_why(why, hours, days_ahead), _choices(options, heard), _out(moving)) if part)


def _why(why: TimeWhy, hours: str, days_ahead: int) -> str:
    if why == "closed":
        return f"We are closed at that time. Our hours are {hours}."
    if why == "far":
        return f"We can only promise a time within {days_ahead} days."
    return _WHY[why]


def _choices(options: Sequence[datetime], heard: bool) -> str:
    if not options:
        return "There is no time left to choose."
    listed = " ".join(f"For {_when(at)}, press {number}." for number, at in enumerate(options, 1))
    spoken = "Please say a time, like tomorrow at three in the afternoon. " if heard else ""
    return f"{spoken}{listed} For other times, press 9."


def _out(moving: bool) -> str:
    return "To leave it as it is, press 0." if moving else "To choose no time, press 0."


def confirm_promise(at: datetime, e164: str, *, heard: bool) -> str:
    number = said(PhoneNumber(e164), "en")
    return (
        f"We will call you on {number}, {_when(at)}. "
        f"If that is right, {_yes(heard)}. For another number, press 2. For another time, press 3."
    )


def confirm_move(at: datetime | None, *, heard: bool) -> str:
    when = "as soon as it is your turn" if at is None else _when(at)
    return f"Shall we call you {when} instead? If so, {_yes(heard)}. For another time, {_no(heard)}."


def verify_number(*, again: bool) -> str:
    if again:
        return "That is not the code. Please enter the six digits of the text again."
    return "We have sent a text to that number. Please enter its six digits."


def shared_number(*, heard: bool) -> str:
    return (
        "We have already promised to call this number. "
        f"If that promise is yours, {_yes(heard)}. If this is for another person, {_no(heard)}."
    )


def promised_at(at: datetime) -> str:
    return f"We will call you {_when(at)}. You may hang up now. Thank you."


def pickup_code(code: str) -> str:
    spoken = " ".join(code)
    return f"When you answer, we will ask for a code. The code is {spoken}. Once more: {spoken}."


def returning(*, several: bool, heard: bool) -> str:
    known = "We have promised several calls to this number." if several else "We have promised to call this number."
    speak = "Please say what you would like, or press a key. " if heard else ""
    return (
        f"{known} {speak}To wait at that place in line now, press 1. To be called as promised, press 2. "
        "To change or cancel it, press 3. For anything else, press 4."
    )


def enter_pin(*, again: bool) -> str:
    wrong = "That is not the PIN. " if again else ""
    return f"{wrong}Please enter the six-digit PIN of our text. For an agent, press 0."


def managing(department: str, at: datetime | None) -> str:
    when = "when it is your turn" if at is None else _when(at)
    return (
        f"We will call you about {department}, {when}. "
        "To wait in line now, press 1. To change the time, press 2. To cancel, press 3. To leave it, press 4."
    )


def confirm_cancel(department: str, *, heard: bool) -> str:
    return f"Shall we cancel the call about {department}? If so, {_yes(heard)}. If not, {_no(heard)}."


def stands() -> str:
    return "We will call you as promised. Thank you."


def stands_closed(hours: str) -> str:
    return f"We are closed at the moment. Our hours are {hours}. {stands()}"


def moved(at: datetime | None) -> str:
    when = "as soon as it is your turn" if at is None else _when(at)
    return f"It is changed. We will call you {when}. Thank you."


def cancelled() -> str:
    return "It is cancelled. We will not call you. Thank you."


def over() -> str:
    return "That promise can't be changed now: it has ended, or we are just calling."


def greeting_with_code(site: str, department: str) -> str:
    return (
        f"Hello, this is {site} with the call you asked for about {department}. "
        "To talk now, please enter the four-digit code that you were told."
    )


def _when(at: datetime) -> str:
    return said(Moment(at), "en")


def _yes(heard: bool) -> str:
    return "say yes or press 1" if heard else "press 1"


def _no(heard: bool) -> str:
    return "say no or press 2" if heard else "press 2"
