"""Conferences: who is in them, when they begin and end, and what the application is told of it."""

import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from simulator.parameters import timestamp
from simulator.twiml_rules import MOST_PARTICIPANTS
from simulator.webhooks import WebhookFailed, Webhooks

if TYPE_CHECKING:
    from simulator.call import Call
    from simulator.network import PhoneNetwork
    from simulator.verbs.fetch import Fetch

ENDED_BY_REST = "conference-ended-via-api"


@dataclass(frozen=True)
class Terms:
    """What a document asks for when it puts a call into a conference."""

    starts: bool = True
    ends: bool = False
    muted: bool = False
    label: str | None = None
    coach: str | None = None
    """The CallSid of whom alone they talk to."""
    beep: str = "true"
    most: int = MOST_PARTICIPANTS
    status_url: str | None = None
    status_events: tuple[str, ...] = ("start", "end")
    status_method: str = "POST"


@dataclass
class Member:
    call: "Call"
    label: str | None
    starts: bool
    ends: bool
    """Whether the conference ends when they leave."""
    muted: bool
    joined_at: datetime
    hold: bool = False
    music: "Fetch | None" = None
    """What they hear on hold; None: the network's own."""
    announcements: "deque[Fetch]" = field(default_factory=deque)
    """Still to be heard."""
    coach: str | None = None
    beep: str = "true"

    def parameters(self) -> dict[str, str]:
        """How a status callback tells of them."""
        flags = {
            "Muted": self.muted,
            "Hold": self.hold,
            "Coaching": self.coach is not None,
            "StartConferenceOnEnter": self.starts,
            "EndConferenceOnExit": self.ends,
        }
        label = {} if self.label is None else {"ParticipantLabel": self.label}
        return {"CallSid": self.call.sid, **label, **{name: str(flag).lower() for name, flag in flags.items()}}


@dataclass(frozen=True)
class Change:
    """Of a member; None leaves a thing as it is."""

    muted: bool | None = None
    hold: bool | None = None
    music: "Fetch | None" = None
    """For who is put on hold."""
    ends: bool | None = None
    coaching: bool | None = None
    coach: str | None = None


@dataclass
class Conference:
    name: str
    terms: Terms
    """Of whoever came first: they say where the conference is told of."""
    sid: str
    created_at: datetime
    changed_at: datetime
    webhooks: Webhooks
    members: dict[str, Member] = field(default_factory=dict)
    started: bool = False
    """They are two, and one of them may start it. Until then its members wait."""
    over: bool = False
    reason_ended: str | None = None
    ended_by: str | None = None
    """CallSid."""
    told: int = 0

    @property
    def status(self) -> str:
        return "completed" if self.over else "in-progress" if self.started else "init"

    def finish(self, reason: str, call_sid: str | None) -> None:
        """Over, for the first reason there is."""
        if not self.over:
            self.over, self.reason_ended, self.ended_by = True, reason, call_sid


class Conferences:
    """All of them, past ones too. Of one name, at most one is not over."""

    def __init__(self, network: "PhoneNetwork") -> None:
        self._network = network
        self._lock = threading.RLock()
        self._all: dict[str, Conference] = {}
        self._of_call: dict[str, Conference] = {}

    def newest_first(self) -> list[Conference]:
        with self._lock:
            return list(self._all.values())[::-1]

    def opened(self, name: str, terms: Terms) -> Conference:
        """The one of that name that is not over; made if there is none."""
        with self._lock:
            return self._open(name, terms)

    def find(self, sid: str) -> Conference | None:
        return self._all.get(sid)

    def join(self, call: "Call", name: str, terms: Terms) -> Conference | None:
        """None when it is full."""
        with self._lock:
            conference = self._open(name, terms)
            others = list(conference.members)
            if len(others) >= conference.terms.most:
                return None
            now = self._network.now()
            member = Member(call, terms.label, terms.starts, terms.ends, terms.muted, joined_at=now)
            member.coach, member.beep = terms.coach, terms.beep
            conference.members[call.sid] = member
            self._of_call[call.sid] = conference
            call.conference = name
            starts = self._starts(conference)
            call.event("joined_conference", conference=name, others=others)
            self._beep(conference, member, "onEnter")
            self._tell(conference, "join", "participant-join", member)
            if starts:
                self._tell(conference, "start", "conference-start")
        self._notice(conference)
        return conference

    def leave(self, call: "Call", how: str = "left") -> None:
        """Out of the conference, if in one. `how`: left, or kicked."""
        with self._lock:
            conference = self._of_call.pop(call.sid, None)
            if conference is None:
                return
            member = conference.members.pop(call.sid)
            call.conference = None
            if member.ends:
                conference.finish(f"participant-with-end-conference-on-exit-{how}", call.sid)
            if not conference.members:
                conference.finish(f"last-participant-{how}", call.sid)
            call.event("left_conference", conference=conference.name)
            self._beep(conference, member, "onExit")
            self._tell(conference, "leave", "participant-leave", member)
            if not conference.members:
                self._tell_end(conference)
        self._notice(conference)
        with call.changed:
            call.changed.notify_all()

    def end(self, conference: Conference) -> None:
        """REST ends it: its members leave one by one, each going on with its own document."""
        with self._lock:
            conference.finish(ENDED_BY_REST, None)
        self._notice(conference)

    def change(self, conference: Conference, member: Member, change: "Change") -> None:
        """REST changes a member."""
        muted, hold, ends = change.muted, change.hold, change.ends
        with self._lock:
            member.music = change.music if hold else member.music
            if muted not in (None, member.muted):
                member.muted = bool(muted)
                self._tell(conference, "mute", "participant-mute" if muted else "participant-unmute", member)
            if hold not in (None, member.hold):
                member.hold = bool(hold)
                self._tell(conference, "hold", "participant-hold" if hold else "participant-unhold", member)
            coach = member.coach if change.coaching is None else change.coach
            if ends not in (None, member.ends) or coach != member.coach:
                member.ends, member.coach = member.ends if ends is None else ends, coach
                self._tell(conference, "modify", "participant-modify", member)
        member.call.event("member_changed", muted=member.muted, hold=member.hold, coach=member.coach)
        member.call.wake()

    def announce(self, member: Member, fetch: "Fetch") -> None:
        """They hear it as soon as the conference has begun, one after the other."""
        member.announcements.append(fetch)
        member.call.wake()

    def announce_to_all(self, conference: Conference, fetch: "Fetch") -> None:
        """Unconfirmed: that the document is asked for once for each of them, and told of so."""
        for member in list(conference.members.values()):
            self.announce(member, fetch)

    def announced(self, conference: Conference, member: Member, *, well: bool) -> None:
        with self._lock:
            self._tell(conference, "announcement", f"announcement-{'end' if well else 'fail'}", member)

    def talks(self, call: "Call") -> bool:
        """Whether somebody else is on the line with them."""
        if call.bridge is not None:
            return True
        conference = self._of_call.get(call.sid)
        return conference is not None and conference.started and len(conference.members) > 1

    def _open(self, name: str, terms: Terms) -> Conference:
        for conference in self._all.values():
            if conference.name == name and not conference.over:
                return conference
        now = self._network.now()
        conference = Conference(name, terms, self._network.new_sid("CF"), now, now, self._network.new_webhooks())
        self._all[conference.sid] = conference
        return conference

    def _starts(self, conference: Conference) -> bool:
        """True at the moment it starts."""
        members = conference.members.values()
        if conference.started or len(members) < 2 or not any(member.starts for member in members):
            return False
        conference.started = True
        return True

    def _beep(self, conference: Conference, member: Member, when: str) -> None:
        """The others hear that somebody comes or goes."""
        for other in conference.members.values() if member.beep in ("true", when) else ():
            if other is not member:
                other.call.event("beep", conference=conference.name)

    def _notice(self, conference: Conference) -> None:
        """Wake everybody in it: they look for themselves what became of it."""
        for member in list(conference.members.values()):
            with member.call.changed:
                member.call.changed.notify_all()

    # What the application is told

    def _tell_end(self, conference: Conference) -> None:
        more = {"ReasonConferenceEnded": conference.reason_ended or ""}
        if conference.ended_by is not None:
            more["CallSidEndingConference"] = conference.ended_by
        self._tell(conference, "end", "conference-end", more=more)
        self._network.tell_no_more(conference.sid, conference.webhooks.close)

    def _tell(
        self,
        conference: Conference,
        kind: str,
        event: str,
        member: Member | None = None,
        more: dict[str, str] | None = None,
    ) -> None:
        conference.changed_at = self._network.now()
        terms = conference.terms
        if terms.status_url is None or kind not in terms.status_events:
            return
        number, conference.told = conference.told, conference.told + 1
        parameters = {
            "AccountSid": self._network.config.account_sid,
            "ConferenceSid": conference.sid,
            "FriendlyName": conference.name,
            "StatusCallbackEvent": event,
            "SequenceNumber": str(number),
            "Timestamp": timestamp(conference.changed_at),
            **({} if member is None else member.parameters()),
            **(more or {}),
        }
        url, method = terms.status_url, terms.status_method
        self._network.later(conference.sid, lambda: self._send(conference, url, parameters, method), url)

    def _send(self, conference: Conference, url: str, parameters: dict[str, str], method: str) -> None:
        log = self._network.events
        try:
            answer = conference.webhooks.ask(url, parameters, method)
        except WebhookFailed as error:
            log.add("error", conference=conference.name, code=error.code, message=str(error), url=url, method=method)
            return
        ms = round(self._network.clock.spent_ms(answer.milliseconds), 1)
        log.add("webhook", conference=conference.name, url=url, status=answer.status, ms=ms)
