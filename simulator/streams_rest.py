"""Media streams that REST starts and stops."""

import re
from typing import Any

from flask import Blueprint, request

from simulator.answers import VERSION, not_found, rfc2822
from simulator.call import Call
from simulator.forms import BAD_PARAMETER, Form, Refused, method_of, one_of, only, split_url, url_of
from simulator.network import PhoneNetwork
from simulator.streams import TooManyTracks
from simulator.verbs.connect import TRACKS
from simulator.verbs.fetch import Fetch

NOT_IN_PROGRESS = 21220
# Unconfirmed: the codes.
BAD_SOCKET, TOO_MANY_TRACKS = 21205, BAD_PARAMETER
FIELDS = frozenset({"Url", "Name", "Track", "StatusCallback", "StatusCallbackMethod"})
PARAMETER = re.compile(r"Parameter([1-9]|[1-9]\d)\.(Name|Value)")


def serve_streams(rest: Blueprint, network: PhoneNetwork) -> None:
    @rest.post("/Calls/<call_sid>/Streams.json")
    def start_stream(call_sid: str) -> Any:
        call = network.calls.get(call_sid)
        if call is None:
            return not_found()
        url, parameters = _read(request.form)
        if call.status != "in-progress":
            raise Refused(NOT_IN_PROGRESS, "Call is not in-progress")
        tracks = TRACKS[one_of(request.form, "Track", TRACKS) or "inbound_track"]
        status = _status(request.form)
        try:
            stream = call.streams.start(request.form.get("Name"), url, parameters, tracks=tracks, status=status)
        except TooManyTracks as error:
            raise Refused(TOO_MANY_TRACKS, f"The stream {error}") from error
        return stream_json(call, stream.sid, stream.name)

    @rest.post("/Calls/<call_sid>/Streams/<sid_or_name>.json")
    def stop_stream(call_sid: str, sid_or_name: str) -> Any:
        call = network.calls.get(call_sid)
        only(request.form, {"Status"})
        if one_of(request.form, "Status", ("stopped",)) is None:
            raise Refused(BAD_PARAMETER, "Status: stopped is expected")
        stream = None if call is None else call.streams.find(sid_or_name)
        if call is None or stream is None:
            return not_found()
        call.streams.stop(stream.name)
        return stream_json(call, stream.sid, stream.name)


def _read(form: Form) -> tuple[str, dict[str, str]]:
    """Confirmed: the address takes no query string, so a call's secret goes into a parameter."""
    only([name for name in form if not PARAMETER.fullmatch(name)], FIELDS)
    url = form.get("Url", "")
    parts = split_url(url)
    if parts is None or parts.scheme not in ("ws", "wss") or parts.query:
        raise Refused(BAD_SOCKET, f"Url: a WebSocket address without a query is expected, not {url!r}")
    names = {key[: -len(".Name")]: value for key, value in form.items() if key.endswith(".Name")}
    return url, {name: form.get(f"{key}.Value", "") for key, name in names.items()}


def _status(form: Form) -> Fetch | None:
    url = url_of(form, "StatusCallback")
    return None if url is None else Fetch(url, method_of(form, "StatusCallbackMethod"))


def stream_json(call: Call, sid: str, name: str) -> dict[str, Any]:
    account = call.network.config.account_sid
    return {
        "sid": sid,
        "account_sid": account,
        "call_sid": call.sid,
        "name": name,
        "status": "stopped" if call.streams.find(sid) is None else "in-progress",
        "date_updated": rfc2822(call.network.now()),
        "uri": f"/{VERSION}/Accounts/{account}/Calls/{call.sid}/Streams/{sid}.json",
    }
