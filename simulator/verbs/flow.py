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


def leaves_ringing(element: Element, *, first: bool) -> bool:
    """Whether a call that rings goes on ringing while this verb is acted out.

    Confirmed by Twilio's pages: Reject does not pick up, a Pause that comes first lets it ring for so long, any other
    answer picks up. Unconfirmed: Reject after such a Pause.
    """
    return element.tag == "Reject" or (element.tag == "Pause" and first)


def reject(call: "Call", element: Element) -> Fetch | None:
    """Unconfirmed: that a call which was answered is completed by it, as by Hangup."""
    answered = call.started_at is not None
    call.end("completed" if answered else "busy" if element.word("reason") == "busy" else "no-answer")
    call.still_here()
    return None
