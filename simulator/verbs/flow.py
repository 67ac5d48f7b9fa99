"""Where a call goes on, and where it ends: Redirect, Hangup, Reject."""

from typing import TYPE_CHECKING

from simulator.twiml import Element
from simulator.verbs.fetch import Fetch

if TYPE_CHECKING:
    from simulator.call import Call


def redirect(call: "Call", element: Element) -> Fetch | None:
    return Fetch(element.text, element.word("method"))


def hangup(call: "Call", element: Element) -> Fetch | None:
    call.end()
    call.still_here()
    return None


def reject(call: "Call", element: Element) -> Fetch | None:
    call.end("busy" if element.word("reason") == "busy" else "no-answer")
    call.still_here()
    return None
