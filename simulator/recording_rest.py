"""Recordings and their sound in the REST API."""

from typing import Any

from flask import Blueprint, Response, request

from simulator.answers import VERSION, not_found, page, rfc2822
from simulator.forms import filters, only
from simulator.network import PhoneNetwork
from simulator.recordings import Recording


def serve_recordings(rest: Blueprint, network: PhoneNetwork) -> None:
    recordings = network.recordings

    @rest.get("/Recordings.json")
    def list_recordings() -> Any:
        only(request.args, filters("CallSid"))
        asked = request.args.get("CallSid")
        return page(
            "recordings", [recording_json(network, r) for r in recordings.newest_first() if asked in (None, r.call_sid)]
        )

    @rest.route("/Recordings/<sid>.json", methods=["GET", "DELETE"])
    def recording(sid: str) -> Any:
        return _one(sid, None)

    @rest.get("/Calls/<call_sid>/Recordings.json")
    def recordings_of_call(call_sid: str) -> Any:
        if call_sid not in network.calls:
            return not_found()
        only(request.args, filters())
        rows = [call_recording_json(network, r) for r in recordings.newest_first() if r.call_sid == call_sid]
        return page("recordings", rows)

    @rest.route("/Calls/<call_sid>/Recordings/<sid>.json", methods=["GET", "DELETE"])
    def recording_of_call(call_sid: str, sid: str) -> Any:
        return _one(sid, call_sid)

    def _one(sid: str, call_sid: str | None) -> Any:
        found = recordings.find(sid)
        if found is None or call_sid not in (None, found.call_sid):
            return not_found()
        if request.method == "DELETE":
            recordings.delete(found)
            return "", 204
        return (recording_json if call_sid is None else call_recording_json)(network, found)


def sound_blueprint(network: PhoneNetwork) -> Blueprint:
    """Unconfirmed: that everybody who knows the address may listen, as long as an account does not ask for more."""
    sounds = Blueprint("sounds", __name__, url_prefix=f"/{VERSION}/Accounts/{network.config.account_sid}/Recordings")

    @sounds.get("/<sid>")
    @sounds.get("/<sid>.wav")
    def sound(sid: str) -> Any:
        found = network.recordings.find(sid)
        if found is None or found.status != "completed":
            return not_found()
        return Response(found.wav(), mimetype="audio/x-wav")

    return sounds


def recording_json(network: PhoneNetwork, recording: Recording) -> dict[str, Any]:
    uri = f"/{VERSION}/Accounts/{network.config.account_sid}/Recordings/{recording.sid}"
    return {
        **_common(network, recording),
        "uri": f"{uri}.json",
        "media_url": network.recordings.url(recording),
        "subresource_uris": {"transcriptions": f"{uri}/Transcriptions.json"},
    }


def call_recording_json(network: PhoneNetwork, recording: Recording) -> dict[str, Any]:
    base = f"/{VERSION}/Accounts/{network.config.account_sid}/Calls/{recording.call_sid}"
    track = "both" if recording.source == "OutboundAPI" else "inbound"
    return {**_common(network, recording), "uri": f"{base}/Recordings/{recording.sid}.json", "track": track}


def _common(network: PhoneNetwork, recording: Recording) -> dict[str, Any]:
    return {
        "sid": recording.sid,
        "account_sid": network.config.account_sid,
        "api_version": VERSION,
        "call_sid": recording.call_sid,
        "conference_sid": None,
        "channels": 1,
        "date_created": rfc2822(recording.started_at),
        "date_updated": rfc2822(recording.started_at),
        "start_time": rfc2822(recording.started_at),
        "duration": str(recording.seconds),
        "status": recording.status,
        "source": recording.source,
        "error_code": None,
        "encryption_details": None,
        "price": None,
        "price_unit": "USD",
    }
