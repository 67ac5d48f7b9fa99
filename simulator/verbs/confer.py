"""Dial with Conference."""

from typing import TYPE_CHECKING

from simulator.conference import Conference, Terms
from simulator.twiml import BadTwiml, Element
from simulator.verbs.fetch import Fetch, absolute, hold
from simulator.verbs.side import CONFERENCE_WAIT, wait
from simulator.verbs.take_part import take_part
from simulator.webhooks import WebhookFailed

if TYPE_CHECKING:
    from simulator.call import Call

# Confirmed: the conference is full.
FULL = 16020


def confer(call: "Call", dial: Element, element: Element) -> dict[str, str]:
    conference = call.network.conferences.join(call, element.text, _terms(element, call.document_url))
    if conference is None:
        call.event("error", code=FULL, message=f"the conference {element.text} is full")
        return {"DialCallStatus": "failed"}  # Unconfirmed.

    try:
        _wait_for_start(call, element, conference)
        take_part(call, dial, conference)
    finally:
        call.network.conferences.leave(call)  # Also where the call ended while it joined.
    return {"DialCallStatus": "answered"}


def _wait_for_start(call: "Call", element: Element, conference: Conference) -> None:
    """With music, until it begins or they are out. A document that fails is told of, and the call waits in silence."""

    def waited() -> bool:
        return conference.started or conference.over or call.sid not in conference.members

    parameters = {"ConferenceSid": conference.sid, "FriendlyName": conference.name}
    with call.interrupted_by(waited):
        try:
            wait(call, CONFERENCE_WAIT, music(call, element, "waitMethod"), lambda: parameters)
        except (WebhookFailed, BadTwiml) as error:
            call.event("error", code=error.code, message=str(error))
            hold(call)


def music(call: "Call", element: Element, method: str) -> Fetch | None:
    """Where waitUrl leads; empty: nowhere; not given: None."""
    url = element.optional("waitUrl")
    if not url:
        return None if url is None else Fetch("")
    return Fetch(absolute(call.document_url, url), element.word(method))


def _terms(element: Element, base: str) -> Terms:
    status_url = element.optional("statusCallback")
    return Terms(
        starts=element.flag("startConferenceOnEnter"),
        ends=element.flag("endConferenceOnExit"),
        muted=element.flag("muted"),
        label=element.optional("participantLabel"),
        coach=element.optional("coach"),
        beep=element.word("beep"),
        most=element.number("maxParticipants"),
        status_url=None if status_url is None else absolute(base, status_url),
        status_events=element.words("statusCallbackEvent"),
        status_method=element.word("statusCallbackMethod"),
    )
