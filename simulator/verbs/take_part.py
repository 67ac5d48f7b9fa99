"""In a conference that has begun: talking, held, or announced to."""

from typing import TYPE_CHECKING

from simulator.conference import Conference, Member
from simulator.twiml import BadTwiml, Element
from simulator.verbs.fetch import Fetch, hold
from simulator.verbs.side import ANNOUNCEMENT, HOLD, run, wait
from simulator.verbs.talk import starred
from simulator.webhooks import WebhookFailed

if TYPE_CHECKING:
    from simulator.call import Call


def take_part(call: "Call", dial: Element, conference: Conference) -> None:
    """Until they are out, the conference or its time is over, or a star hangs up."""
    member = conference.members.get(call.sid)
    ends_s = call.network.elapsed_seconds() + dial.number("timeLimit")

    def over() -> bool:
        out = conference.over or call.sid not in conference.members
        return out or starred(call, dial) or call.network.elapsed_seconds() >= ends_s

    with call.interrupted_by(over):
        while member is not None:
            if member.announcements:
                _announce(call, conference, member, member.announcements.popleft())
            elif member.hold:
                _hold(call, member)
            else:
                left_s = max(ends_s - call.network.elapsed_seconds(), 0)
                call.pause(left_s, until=lambda: member.hold or bool(member.announcements))


def _hold(call: "Call", member: Member) -> None:
    """With music, until they are taken back. What comes meanwhile to be announced is heard first."""
    with call.interrupted_by(lambda: not member.hold or bool(member.announcements)):
        try:
            wait(call, HOLD, member.music, dict)
        except (WebhookFailed, BadTwiml) as error:
            call.event("error", code=error.code, message=str(error))
            hold(call)


def _announce(call: "Call", conference: Conference, member: Member, fetch: Fetch) -> None:
    try:
        run(call, ANNOUNCEMENT, fetch)
    except (WebhookFailed, BadTwiml) as error:
        call.event("error", code=error.code, message=str(error))
        call.network.conferences.announced(conference, member, well=False)
    else:
        call.network.conferences.announced(conference, member, well=True)
