"""A call as a person reads it: what was said and pressed on both sides, and what the application was asked."""

import json
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

Event = dict[str, Any]
NOT_SHOWN = frozenset({"twiml", "script_ended"})
"""Kept in the JSON lines."""
_WHO = frozenset({"n", "at", "seconds", "kind", "call", "number", "name"})


def json_lines(events: Iterable[Event]) -> str:
    return "".join(json.dumps(event, ensure_ascii=False) + "\n" for event in events)


def readable(events: Iterable[Event], speed: float = 1.0) -> str:
    """A line for each event, with the network's seconds since the first."""
    lines = Lines(speed)
    return "".join(lines.of(event) for event in events)


class Lines:
    """Of a transcript that grows, event by event."""

    def __init__(self, speed: float = 1.0) -> None:
        self._speed = speed
        self._began_seconds: float | None = None

    def of(self, event: Event) -> str:
        """Empty for an event that is not shown."""
        if event["kind"] in NOT_SHOWN:
            return ""
        if self._began_seconds is None:
            self._began_seconds = event["seconds"]
        return f"{(event['seconds'] - self._began_seconds) * self._speed:7.1f} s  {told(event)}\n"


def told(event: Event, language: str = "en") -> str:
    """One event in words, "en" or "ko". What has no words of its own is told by its facts: nothing is left out."""
    words = (KOREAN if language == "ko" else WORDS).get(event["kind"])
    return words(event) if words is not None else f"{_who(event)}: {event['kind'].replace('_', ' ')}{_facts(event)}"


def problems_of(events: Iterable[Event]) -> list[str]:
    """What went wrong: scripts that did not come to their end, and errors of the application."""
    return [_PROBLEMS[event["kind"]](event) for event in events if _is_problem(event)]


def _is_problem(event: Event) -> bool:
    return event["kind"] == "error" or (event["kind"] == "script_ended" and event["problem"] is not None)


_PROBLEMS: dict[str, Callable[[Event], str]] = {
    "error": lambda e: f"error {e['code']}: {e['message']}",
    "script_ended": lambda e: f"{_who(e)}: {e['problem']}",
}


def _who(event: Event) -> str:
    return str(event.get("name") or event.get("conference") or event.get("number") or "network")


def _facts(event: Event) -> str:
    facts = ", ".join(f"{name} {value}" for name, value in event.items() if name not in _WHO)
    return f" ({facts})" if facts else ""


def _said(event: Event) -> str:
    sound, text = event.get("audio"), event.get("text")
    return " ".join(part for part in (f"“{text}”" if text else "", f"[{sound}]" if sound else "") if part)


def _webhook(event: Event) -> str:
    address = urlsplit(event["url"])
    return f"   → {address.path}{'?' + address.query if address.query else ''}  {event['status']}, {event['ms']:g} ms"


def _recognised(event: Event) -> str:
    return f"   the network recognises “{event['SpeechResult']}” ({event['language']})"


WORDS: dict[str, Callable[[Event], str]] = {
    "dialled": lambda e: f"{_who(e)} phones {e['to']}",
    "ordered": lambda e: f"the application has {_who(e)} rung",
    "ringing": lambda e: f"{_who(e)}: it rings",
    "answered": lambda e: f"{_who(e)}: answered",
    "said_by_app": lambda e: f"   {_who(e)} hears: “{e['text']}”",
    "played": lambda e: f"   {_who(e)} hears: [{e['url']}]",
    "cut_short": lambda e: f"   … {_who(e)} heard {e['after_seconds']:g} s of it",
    "said_by_person": lambda e: f"   {_who(e)} says: {_said(e)}",
    "pressed": lambda e: f"   {_who(e)} presses {e['digits']}",
    "recognised": _recognised,
    "webhook": _webhook,
    "bridged": lambda e: f"{_who(e)} talks with {e['to']}",
    "joined_conference": lambda e: f"{_who(e)} joins conference {e['conference']}",
    "left_conference": lambda e: f"{_who(e)} leaves conference {e['conference']}",
    "moved": lambda e: f"   the application moves the call to {e['url'] or 'a document'}",
    "hung_up": lambda e: f"{_who(e)} hangs up",
    "gave_up": lambda e: f"{_who(e)} GAVE UP: {e['message']}",
    "cut_off": lambda e: f"{_who(e)} CUT OFF: {e['message']}",
    "error": lambda e: f"ERROR {e['code']}: {e['message']}",
    "ended": lambda e: f"{_who(e)}: call ended ({e['status']})",
}
KOREAN: dict[str, Callable[[Event], str]] = {
    "dialled": lambda e: f"{_who(e)}: {e['to']}에 전화합니다",
    "ordered": lambda e: f"바로콜이 {_who(e)}에게 전화를 겁니다",
    "ringing": lambda e: f"{_who(e)}: 벨이 울립니다",
    "answered": lambda e: f"{_who(e)}: 받았습니다",
    "said_by_app": lambda e: f"   {_who(e)} 들음: “{e['text']}”",
    "played": lambda e: f"   {_who(e)} 들음: [{e['url']}]",
    "cut_short": lambda e: f"   … 그중 {e['after_seconds']:g}초만 들었습니다",
    "said_by_person": lambda e: f"   {_who(e)} 말함: {_said(e)}",
    "pressed": lambda e: f"   {_who(e)} 누름: {e['digits']}",
    "bridged": lambda e: f"{_who(e)}: {e['to']} 쪽과 통화합니다",
    "joined_conference": lambda e: f"{_who(e)}: 통화방 {e['conference']}에 들어갑니다",
    "left_conference": lambda e: f"{_who(e)}: 통화방 {e['conference']}에서 나옵니다",
    "moved": lambda e: f"   바로콜이 통화를 {e['url'] or '다른 안내'}(으)로 옮깁니다",
    "hung_up": lambda e: f"{_who(e)}: 전화를 끊습니다",
    "gave_up": lambda e: f"{_who(e)}: 더 진행하지 못했습니다: {e['message']}",
    "cut_off": lambda e: f"{_who(e)}: 도중에 끊겼습니다: {e['message']}",
    "error": lambda e: f"오류 {e['code']}: {e['message']}",
    "ended": lambda e: f"{_who(e)}: 통화가 끝났습니다 ({e['status']})",
}
