"""Conferences and their participants in the REST API."""

from typing import Any

from flask import Blueprint, request

from simulator.answers import VERSION, error, not_found, page, rfc2822
from simulator.conference import Conference, Member
from simulator.network import PhoneNetwork

CHANGES = frozenset({"Muted", "Hold", "EndConferenceOnExit"})


def serve_conferences(rest: Blueprint, network: PhoneNetwork) -> None:
    account, conferences = network.config.account_sid, network.conferences

    @rest.get("/Conferences.json")
    def list_conferences() -> Any:
        name, status = request.args.get("FriendlyName"), request.args.get("Status")
        found = [c for c in conferences.newest_first() if name in (None, c.name) and status in (None, c.status)]
        return page("conferences", [conference_json(account, c) for c in found])

    @rest.route("/Conferences/<sid>.json", methods=["GET", "POST"])
    def conference(sid: str) -> Any:
        found = conferences.find(sid)
        if found is None:
            return not_found()
        if request.method == "POST":
            if dict(request.form) != {"Status": "completed"}:
                return error(400, 20001, "Only Status=completed is spoken here")
            conferences.end(found)
        return conference_json(account, found)

    @rest.get("/Conferences/<sid>/Participants.json")
    def participants(sid: str) -> Any:
        found = conferences.find(sid)
        if found is None:
            return not_found()
        return page("participants", [participant_json(account, found, m) for m in list(found.members.values())])

    @rest.route("/Conferences/<sid>/Participants/<call_sid>.json", methods=["GET", "POST", "DELETE"])
    def participant(sid: str, call_sid: str) -> Any:
        found = conferences.find(sid)
        member = None if found is None else _member(found, call_sid)
        if found is None or member is None:
            return not_found()
        if request.method == "DELETE":
            conferences.leave(member.call, "kicked")
            return "", 204
        unknown = sorted(set(request.form) - CHANGES)
        if unknown:
            return error(400, 20001, f"{unknown[0]} is not spoken here")
        if request.method == "POST":
            conferences.change(
                found, member, muted=_flag("Muted"), hold=_flag("Hold"), ends=_flag("EndConferenceOnExit")
            )
        return participant_json(account, found, member)


def _member(conference: Conference, sid_or_label: str) -> Member | None:
    """By CallSid or by label, as Twilio finds them."""
    members = list(conference.members.values())
    return next((m for m in members if sid_or_label in (m.call.sid, m.label)), None)


def _flag(name: str) -> bool | None:
    text = request.form.get(name)
    return None if text is None else text.lower() == "true"


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
