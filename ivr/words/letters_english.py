"""Texts in English."""

from datetime import datetime

from ivr.words.letters import Letter


def code(site: str, code: str) -> str:
    return f"[{site}] Your code is {code}. If you did not ask for a call, ignore this."


def promise(letter: Letter) -> str:
    return f"[{letter.site}] We will call you about {letter.department} {when(letter)}. {_keys(letter)}"


def moved(letter: Letter) -> str:
    return f"[{letter.site}] New time: we will call you about {letter.department} {when(letter)}. {_keys(letter)}"


def slip(letter: Letter) -> str:
    return (
        f"[{letter.site}] Sorry, our call about {letter.department} is late. We will call. Change/cancel: {letter.link}"
    )


def missed(letter: Letter) -> str:
    return (
        f"[{letter.site}] We tried to call you about {letter.department} and could not reach you. Call {letter.phone}"
    )


def cancelled(letter: Letter) -> str:
    return f"[{letter.site}] Our call about {letter.department} is cancelled. Questions: {letter.phone}"


def when(letter: Letter) -> str:
    if letter.at is None:
        return "when it is your turn"
    return clock(letter.at) if letter.timed else f"after {clock(letter.at)}"


def clock(at: datetime) -> str:
    """ "Thu 26 Nov 15:00"."""
    return f"{at:%a} {at.day} {at:%b %H:%M}"


def _keys(letter: Letter) -> str:
    return f"PIN {letter.pin}. Change/cancel: {letter.link}"
