"""Conferences and their participants in the REST API."""

from typing import Any

from flask import Blueprint, request

from simulator.answers import VERSION, not_found, page, rfc2822
from simulator.conference import Conference, Member
from simulator.forms import BAD_PARAMETER, Refused, filters, flag_of, on_day, one_of, only
from simulator.invitations import Invitation, Invitations, invitation_json
from simulator.network import PhoneNetwork
from simulator.participant_forms import ANNOUNCEMENT, announcement_of, change_of

FILTERS = filters("FriendlyName", "Status", days=("DateCreated", "DateUpdated"))
PARTICIPANT_FILTERS = filters("Muted", "Hold")


def serve_conferences(rest: Blueprint, network: PhoneNetwork) -> None:
    account, conferences, invitations = network.config.account_sid, network.conferences, Invitations(network)

    @rest.get("/Conferences.json")
    def list_conferences() -> Any:
        only(request.args, FILTERS)
        name, status = request.args.get("FriendlyName"), request.args.get("Status")
        found = [
            c
            for c in conferences.newest_first()
            if name in (None, c.name)
            and status in (None, c.status)
            and on_day(c.created_at, "DateCreated")
            and on_day(c.changed_at, "DateUpdated")
        ]
        return page("conferences", [conference_json(account, c) for c in found])

    @rest.route("/Conferences/<sid>.json", methods=["GET", "POST"])
    def conference(sid: str) -> Any:
        found = conferences.find(sid)
        if found is None:
            return not_found()
        if request.method == "POST":
            only(request.form, {"Status", *ANNOUNCEMENT})
            announcement = announcement_of(request.form)
            if announcement is not None:
                conferences.announce_to_all(found, announcement)
            if one_of(request.form, "Status", ("completed",)) is not None:
                conferences.end(found)
        return conference_json(account, found)

    @rest.get("/Conferences/<sid>/Participants.json")
    def participants(sid: str) -> Any:
        found = conferences.find(sid)
        if found is None:
            return not_found()
        only(request.args, PARTICIPANT_FILTERS)
        muted, hold = flag_of(request.args, "Muted"), flag_of(request.args, "Hold")
        members = [participant_json(account, found, m) for m in list(found.members.values())]
        coming = [invitation_json(account, found, i) for i in invitations.to(found)]
        rows = [row for row in members + coming if muted in (None, row["muted"]) and hold in (None, row["hold"])]
        return page("participants", rows)

    @rest.post("/Conferences/<sid_or_name>/Participants.json")
    def invite(sid_or_name: str) -> Any:
        try:
            found, invitation = invitations.invite(sid_or_name, request.form)
        except KeyError:
            return not_found()
        return invitation_json(account, found, invitation), 201

    @rest.route("/Conferences/<sid>/Participants/<call_sid>.json", methods=["GET", "POST", "DELETE"])
    def participant(sid: str, call_sid: str) -> Any:
        found = conferences.find(sid)
        member = None if found is None else _member(found, call_sid)
        if found is not None and member is None:
            return _on_the_way(account, found, invitations.find(found, call_sid))
        if found is None or member is None:
            return not_found()
        if request.method == "DELETE":
            conferences.leave(member.call, "kicked")
            return "", 204
        if request.method == "POST":
            change, announcement = change_of(request.form), announcement_of(request.form)
            _refuse_stranger(found, change.coach)
            conferences.change(found, member, change)
            if announcement is not None:
                conferences.announce(member, announcement)
        return participant_json(account, found, member)


def _member(conference: Conference, sid_or_label: str) -> Member | None:
    """By CallSid or by label, as Twilio finds them."""
    members = list(conference.members.values())
    return next((m for m in members if sid_or_label in (m.call.sid, m.label)), None)


def _refuse_stranger(conference: Conference, coached: str | None) -> None:
    """Unconfirmed: that who is coached has to be there."""
    if coached is not None and coached not in conference.members:
        raise Refused(BAD_PARAMETER, f"CallSidToCoach: {coached} is not in this conference")


def _on_the_way(account: str, conference: Conference, invitation: Invitation | None) -> Any:
    """Of somebody who is still called: looked at, or called off. Unconfirmed: that nothing else can be done."""
    if invitation is None or request.method == "POST":
        return not_found()
    if request.method == "DELETE":
        invitation.call.end("canceled")
        return "", 204
    return invitation_json(account, conference, invitation)


def conference_json(account: str, conference: Conference) -> dict[str, Any]:
    uri = f"/{VERSION}/Accounts/{account}/Conferences/{conference.sid}"
    return {
        "sid": conference.sid,
        "account_sid": account,
        "api_version": VERSION,
        "date_created": rfc2822(conference.created_at),
        "date_updated": rfc2822(conference.changed_at),
        "friendly_name": conference.name,
        "region": "us1",
        "status": conference.status,
        "reason_conference_ended": conference.reason_ended,
        "call_sid_ending_conference": conference.ended_by,
        "subresource_uris": {
            "participants": f"{uri}/Participants.json",
            "recordings": f"{uri}/Recordings.json",
        },
        "uri": f"{uri}.json",
    }


def participant_json(account: str, conference: Conference, member: Member) -> dict[str, Any]:
    uri = f"/{VERSION}/Accounts/{account}/Conferences/{conference.sid}/Participants/{member.call.sid}.json"
    return {
        "account_sid": account,
        "call_sid": member.call.sid,
        "conference_sid": conference.sid,
        "label": member.label,
        "date_created": rfc2822(member.joined_at),
        "date_updated": rfc2822(conference.changed_at),
        "muted": member.muted,
        "hold": member.hold,
        "coaching": member.coach is not None,
        "call_sid_to_coach": member.coach,
        "start_conference_on_enter": member.starts,
        "end_conference_on_exit": member.ends,
        "status": "connected",
        "queue_time": str(member.call.queue_ms),
        "uri": uri,
    }
