"""Participants whom REST calls into a conference: a call whose document is that conference."""

from dataclasses import dataclass, replace
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from simulator.answers import VERSION, rfc2822
from simulator.call import Call
from simulator.call_forms import EVENTS, ends_of, ring_seconds_of
from simulator.conference import Conference, Terms
from simulator.forms import Form, flag_of, method_of, one_of, only, url_of, words_of
from simulator.network import PhoneNetwork
from simulator.order import Order
from simulator.participant_forms import coach_of

CONFERENCE_EVENTS = ("start", "end", "join", "leave", "mute", "hold", "modify", "announcement")
FLAGS = {
    "Muted": "muted",
    "StartConferenceOnEnter": "startConferenceOnEnter",
    "EndConferenceOnExit": "endConferenceOnExit",
}
FIELDS = frozenset(
    {
        *("From", "To", "Label", "Timeout", "Beep", "WaitUrl", "WaitMethod", "Coaching", "CallSidToCoach"),
        *("StatusCallback", "StatusCallbackMethod", "StatusCallbackEvent"),
        *("ConferenceStatusCallback", "ConferenceStatusCallbackMethod", "ConferenceStatusCallbackEvent"),
        *FLAGS,
    }
)
# Confirmed by Twilio's OpenAPI description: these words. Unconfirmed: which belongs to which moment.
STATUSES = {"queued": "queued", "ringing": "ringing", "in-progress": "connecting"}


@dataclass(frozen=True)
class Invitation:
    call: Call
    label: str | None
    muted: bool
    starts: bool
    ends: bool
    coach: str | None = None

    @property
    def pending(self) -> bool:
        return self.call.live and self.call.conference is None


class Invitations:
    """By conference. Who has come is a member, and no longer looked for here."""

    def __init__(self, network: PhoneNetwork) -> None:
        self._network = network
        self._all: dict[str, list[Invitation]] = {}

    def invite(self, conference_of: str, form: Form) -> tuple[Conference, Invitation]:
        """`conference_of`: a SID or a name; one that nobody knows is made. Raises Refused, NoRoom, and
        KeyError for a SID."""
        only(form, FIELDS)
        order = _order(form, self._network)
        terms = _terms(form)
        with self._network.room():  # No conference is made for a call that is not taken.
            conference = self._conference(conference_of, terms)
            call = self._network.place(_into(order, conference, form))
        invitation = Invitation(
            call,
            form.get("Label"),
            muted=bool(flag_of(form, "Muted")),
            starts=flag_of(form, "StartConferenceOnEnter") is not False,
            ends=bool(flag_of(form, "EndConferenceOnExit")),
            coach=coach_of(form)[1],
        )
        self._all.setdefault(conference.sid, []).append(invitation)
        return conference, invitation

    def to(self, conference: Conference) -> list[Invitation]:
        """Who is still on the way."""
        return [invitation for invitation in self._all.get(conference.sid, []) if invitation.pending]

    def find(self, conference: Conference, sid_or_label: str) -> Invitation | None:
        return next((i for i in self.to(conference) if sid_or_label in (i.call.sid, i.label)), None)

    def _conference(self, sid_or_name: str, terms: Terms) -> Conference:
        if not sid_or_name.startswith("CF"):
            return self._network.conferences.opened(sid_or_name, terms)
        found = self._network.conferences.find(sid_or_name)
        if found is None or found.over:
            raise KeyError(sid_or_name)
        return found


def _order(form: Form, network: PhoneNetwork) -> Order:
    to, from_number = ends_of(form, network)
    return Order(
        to=to,
        from_number=from_number,
        direction="outbound-api",
        url=None,
        status_url=url_of(form, "StatusCallback"),
        status_method=method_of(form, "StatusCallbackMethod"),
        status_events=words_of(form, "StatusCallbackEvent", EVENTS) or ("completed",),
        ring_seconds=ring_seconds_of(form),
    )


def _terms(form: Form) -> Terms:
    return Terms(
        status_url=url_of(form, "ConferenceStatusCallback"),
        status_events=words_of(form, "ConferenceStatusCallbackEvent", CONFERENCE_EVENTS) or ("start", "end"),
        status_method=method_of(form, "ConferenceStatusCallbackMethod"),
    )


def _into(order: Order, conference: Conference, form: Form) -> Order:
    """The same order, with the document that leads into the conference."""
    room = Element("Conference")
    room.text = conference.name
    for field, attribute in FLAGS.items():
        flag = flag_of(form, field)
        if flag is not None:
            room.set(attribute, str(flag).lower())
    given = {
        "participantLabel": form.get("Label"),
        "coach": coach_of(form)[1],
        "beep": one_of(form, "Beep", ("true", "false", "onEnter", "onExit")),
        "waitUrl": url_of(form, "WaitUrl"),
        "waitMethod": method_of(form, "WaitMethod") if "WaitMethod" in form else None,
    }
    for attribute, value in given.items():
        if value is not None:
            room.set(attribute, value)
    response = Element("Response")
    SubElement(response, "Dial").append(room)
    return replace(order, twiml=tostring(response, encoding="unicode"))


def invitation_json(account: str, conference: Conference, invitation: Invitation) -> dict[str, Any]:
    call = invitation.call
    return {
        "account_sid": account,
        "call_sid": call.sid,
        "conference_sid": conference.sid,
        "label": invitation.label,
        "date_created": rfc2822(call.created_at),
        "date_updated": rfc2822(call.created_at),
        "muted": invitation.muted,
        "hold": False,
        "coaching": invitation.coach is not None,
        "call_sid_to_coach": invitation.coach,
        "start_conference_on_enter": invitation.starts,
        "end_conference_on_exit": invitation.ends,
        "status": STATUSES.get(call.status, "complete"),
        "queue_time": str(call.queue_ms),
        "uri": f"/{VERSION}/Accounts/{account}/Conferences/{conference.sid}/Participants/{call.sid}.json",
    }
