"""Events come from different processes in any order: each pair is played both ways, and the end is one consistent call.

An event is fired at the document (step) that the caller had when both were set off, so whoever comes second is late.
"""

from collections.abc import Callable
from itertools import permutations

import pytest

from speech.expectation import Expectation
from speech.hearing import Ears
from speech.scripted import ScriptedRecogniser
from speech.telephone import MULAW_SILENCE, RATE_HZ
from story import SYLLABLES_A_SECOND, Agent, Caller, House

Event = Callable[[], None]


def say(house: House, caller: Caller, expected: Expectation | None, text: str) -> None:
    """Words that were begun when `expected` was in force."""
    assert expected is not None
    seconds = len(text) / SYLLABLES_A_SECOND
    mulaw = bytes([MULAW_SILENCE]) * int(seconds * RATE_HZ)
    utterance = Ears(ScriptedRecogniser([text])).listen(expected)
    utterance.hear(mulaw)
    hearing = utterance.end(seconds)
    house.conversation.heard(caller.call_id, expected, hearing)
    house.settle()


class Asked:
    """A caller at the open question; agents for delivery and for everything else are ready."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.delivery = house.agent("지우", "delivery")
        self.general = house.agent("하은", "general")
        self.caller = house.caller()
        self.caller.dials()
        self.step = 0
        self.expected = house.conversation.expecting(self.caller.call_id)

    def events(self) -> dict[str, Event]:
        return {"key": self.key, "word": self.word, "time-out": self.time_out, "hang-up": self.caller.hangs_up}

    def key(self) -> None:
        self.caller.fetch(f"/voice/key?step={self.step}", Digits="0")
        self.house.settle()

    def word(self) -> None:
        say(self.house, self.caller, self.expected, "배송 조회해 주세요")

    def time_out(self) -> None:
        self.caller.fetch(f"/voice/silence?step={self.step}")
        self.house.settle()


class Waiting:
    """A caller who is offered a callback for a long line while an agent's phone already whispers."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.agent = house.agent("서준", "billing")
        first = house.caller("+821011110000")
        first.dials()
        first.presses("1")
        self.agent.accepts()
        self.caller = house.caller()
        self.caller.dials()
        self.caller.presses("1")
        self.caller.presses("1")
        self.caller.hears("맞으면")
        first.hangs_up()
        self.agent.ends("completed")
        house.passes(seconds=61)
        self.agent.picks_up()
        self.asked = self.caller.document
        self.whispered = self.agent.document
        self.expected = house.conversation.expecting(self.caller.call_id)

    def events(self) -> dict[str, Event]:
        return {
            "key": lambda: self.presses("0"),
            "word": lambda: say(self.house, self.caller, self.expected, "네 맞습니다"),
            "agent accepts": self.agent_accepts,
            "callback accepted": self.callback_accepted,
            "hang-up": self.caller.hangs_up,
            "time-out": self.time_out,
        }

    def agent_accepts(self) -> None:
        self.agent.document = self.whispered
        self.agent.presses("1")

    def callback_accepted(self) -> None:
        self.presses("1")

    def presses(self, key: str) -> None:
        self.caller.document = self.asked
        self.caller.presses(key)

    def time_out(self) -> None:
        self.caller.document = self.asked
        self.caller.stays_silent()


ASKED_PAIRS = sorted(permutations(("key", "word", "time-out", "hang-up"), 2))
WAITING_EVENTS = ("key", "word", "time-out", "agent accepts", "hang-up", "callback accepted")
WAITING_PAIRS = sorted(permutations(WAITING_EVENTS, 2))


@pytest.mark.parametrize(("first", "second"), ASKED_PAIRS)
def test_two_events_at_the_question(house: House, first: str, second: str) -> None:
    asked = Asked(house)
    events = asked.events()

    events[first]()
    after_first = _standing(asked.caller)
    events[second]()

    assert _standing(asked.caller) == _EXPECTED_AT_QUESTION.get((first, second), after_first)
    assert len(house.rung()) <= 1


# The second event changes something only where it is not late:
_EXPECTED_AT_QUESTION = {
    # the words begun before the time-out still count,
    ("time-out", "word"): "holding delivery",
    # and hanging up always ends the call.
    ("key", "hang-up"): "gone",
    ("word", "hang-up"): "gone",
    ("time-out", "hang-up"): "gone",
}


@pytest.mark.parametrize(("first", "second"), WAITING_PAIRS)
def test_two_events_while_an_agent_is_rung(house: House, first: str, second: str) -> None:
    waiting = Waiting(house)
    events = waiting.events()

    events[first]()
    events[second]()

    assert _outcome(waiting) == _EXPECTED_WHILE_RUNG[first, second]
    assert house.rung().count(waiting.caller.number) == (1 if "called back" in _outcome(waiting) else 0)


# What becomes of the caller, and what the agent does.
_EXPECTED_WHILE_RUNG = {
    # The agent was first: the caller is in the conference, and everything else comes too late for them.
    ("agent accepts", "callback accepted"): "in conversation, agent talks",
    ("agent accepts", "time-out"): "in conversation, agent talks",
    ("agent accepts", "key"): "in conversation, agent talks",
    ("agent accepts", "word"): "in conversation, agent talks",
    ("agent accepts", "hang-up"): "gone, agent writes up",
    # The callback was first: the agent who accepts now is joined by calling back.
    ("callback accepted", "agent accepts"): "called back, agent talks",
    ("callback accepted", "hang-up"): "promised, agent is whispered to",
    ("callback accepted", "time-out"): "promised, agent is whispered to",
    ("callback accepted", "key"): "promised, agent is whispered to",
    ("callback accepted", "word"): "promised, agent is whispered to",
    # A yes does what key 1 does.
    ("word", "agent accepts"): "called back, agent talks",
    ("word", "callback accepted"): "promised, agent is whispered to",
    ("word", "hang-up"): "promised, agent is whispered to",
    ("word", "time-out"): "promised, agent is whispered to",
    ("word", "key"): "promised, agent is whispered to",
    # Key 0 goes back to waiting: the question is gone, and so is what answers it.
    ("key", "agent accepts"): "in conversation, agent talks",
    ("key", "callback accepted"): "waits, agent is whispered to",
    ("key", "word"): "waits, agent is whispered to",
    ("key", "time-out"): "waits, agent is whispered to",
    ("key", "hang-up"): "gone, agent is free",
    # Hanging up before the number was confirmed promises nothing.
    ("hang-up", "agent accepts"): "gone, agent is free",
    ("hang-up", "callback accepted"): "gone, agent is free",
    ("hang-up", "time-out"): "gone, agent is free",
    ("hang-up", "key"): "gone, agent is free",
    ("hang-up", "word"): "gone, agent is free",
    # The time-out asks once more; nothing is lost by it.
    ("time-out", "agent accepts"): "in conversation, agent talks",
    ("time-out", "callback accepted"): "waits, agent is whispered to",
    ("time-out", "key"): "waits, agent is whispered to",
    # The words began before the time-out, and the question is the same.
    ("time-out", "word"): "promised, agent is whispered to",
    ("time-out", "hang-up"): "gone, agent is free",
}


def _standing(caller: Caller) -> str:
    if caller.document == "<Response><Hangup/></Response>" or "<Hangup" in caller.document:
        return "gone"
    return f"{caller.state} {caller.department}"


def _outcome(waiting: Waiting) -> str:
    return f"{_caller_outcome(waiting)}, agent {_agent_outcome(waiting.agent)}"


def _caller_outcome(waiting: Waiting) -> str:
    promises = [state for _number, _department, state in waiting.house.promises()]
    if promises == ["dialling_second"]:
        return "called back"
    if promises == ["promised"]:
        return "promised"
    assert promises == []
    if "<Hangup" in waiting.caller.document:
        return "gone"
    return "in conversation" if waiting.caller.is_in_conference else "waits"


def _agent_outcome(agent: Agent) -> str:
    return {"talk": "talks", "ringing": "is whispered to", "ready": "is free", "wrap": "writes up"}[agent.state]
