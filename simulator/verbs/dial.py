"""Other parties: Dial with Number, Client, Queue and Conference."""

import re
from typing import TYPE_CHECKING

from simulator.bridge import Dialling
from simulator.order import Order
from simulator.twiml import Element
from simulator.verbs.confer import confer
from simulator.verbs.dial_queue import dial_queue
from simulator.verbs.fetch import Fetch, absolute, following_if_asked, hold
from simulator.verbs.talk import talk

if TYPE_CHECKING:
    from simulator.call import Call

MOST_AT_ONCE = 10  # Confirmed.
# Unconfirmed: Dial, invalid phone number format.
NO_NUMBER = 13223


def dial(call: "Call", element: Element) -> Fetch | None:
    call.input.forget()
    return following_if_asked(element, _outcome(call, element))


def _outcome(call: "Call", element: Element) -> dict[str, str]:
    nouns = element.children
    kinds = {noun.tag for noun in nouns}
    if bool(nouns) == bool(element.text):
        raise element.wrong("dials either a number as text or what is nested")
    if kinds == {"Conference"} and len(nouns) == 1:
        return confer(call, element, nouns[0])
    if kinds == {"Queue"} and len(nouns) == 1:
        return dial_queue(call, element, nouns[0])
    if not kinds <= {"Number", "Client"}:
        raise element.wrong("dials one queue, one conference, or numbers and clients")
    return _dial_numbers(call, element)


def _dial_numbers(call: "Call", element: Element) -> dict[str, str]:
    """All at once; the outcome is told of whoever answered, else of whoever rang longest."""
    orders = [_order_to(call, element, noun) for noun in element.children] or [_plain_order(call, element)]
    if len(orders) > MOST_AT_ONCE:
        raise element.wrong(f"rings at most {MOST_AT_ONCE} numbers at once")
    dialling = Dialling(call)
    call.network.ring_legs(dialling, orders)
    try:
        hold(call, until=lambda: dialling.connected or dialling.hopeless)
        if dialling.bridge is not None and dialling.connected:
            talk(call, element, dialling.bridge)
    finally:
        dialling.hang_up()
    return _told(dialling)


def _told(dialling: Dialling) -> dict[str, str]:
    """Confirmed: the statuses there are, `in-progress` not among them. Unconfirmed: that a leg which REST moved
    elsewhere, while it talked or before, counts as completed."""
    leg = dialling.legs[-1] if dialling.bridge is None else dialling.bridge.other
    status = "completed" if dialling.connected or leg.status == "in-progress" else leg.status
    outcome = {
        "DialCallSid": leg.sid,
        "DialCallStatus": status,
        "DialBridged": "true" if dialling.connected else "false",
    }
    return outcome | ({"DialCallDuration": str(leg.duration_seconds)} if status == "completed" else {})


def _plain_order(call: "Call", element: Element) -> Order:
    return Order(
        to=_number(element),
        from_number=element.optional("callerId") or call.person,
        direction="outbound-dial",
        url=None,
        ring_seconds=element.number("timeout"),
    )


def _order_to(call: "Call", element: Element, noun: Element) -> Order:
    base = call.document_url
    url, status_url = noun.optional("url"), noun.optional("statusCallback")
    return Order(
        to=_number(noun) if noun.tag == "Number" else _client(noun),
        from_number=element.optional("callerId") or call.person,
        direction="outbound-dial",
        url=None if url is None else absolute(base, url),
        method=noun.word("method"),
        status_url=None if status_url is None else absolute(base, status_url),
        status_events=noun.words("statusCallbackEvent"),
        ring_seconds=element.number("timeout"),
        send_digits=noun.word("sendDigits") if noun.tag == "Number" else "",
    )


def _number(element: Element) -> str:
    """Without what people write between digits."""
    number = re.sub(r"[\s().-]", "", element.text)
    if not re.fullmatch(r"\+?\d+", number):
        raise element.wrong(f"“{element.text}” is no telephone number", NO_NUMBER)
    return number


def _client(noun: Element) -> str:
    identities = [child.text for child in noun if child.tag == "Identity"] or [noun.text]
    if len(identities) != 1 or not identities[0]:
        raise noun.wrong("names one identity")
    return f"client:{identities[0]}"
