"""The REST API, as far as this network speaks it."""

import base64
import hmac
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from flask import Blueprint, Response, request

from simulator.answers import VERSION, error, not_found, page, rfc2822
from simulator.call import FINAL, Call
from simulator.call_forms import change as change_call
from simulator.call_forms import order_of
from simulator.conference_rest import serve_conferences
from simulator.forms import Refused, filters, on_day, only
from simulator.messages_rest import serve_messages
from simulator.network import PhoneNetwork
from simulator.notifications import serve_notifications
from simulator.order import NoRoom
from simulator.queue_rest import serve_queues
from simulator.recording_rest import serve_recordings
from simulator.rest_faults import serve_faults
from simulator.streams_rest import serve_streams

Handler = Callable[..., Any]
CALL_FILTERS = filters("To", "From", "Status", "ParentCallSid", days=("StartTime", "EndTime"))
NUMBER_FILTERS = filters("PhoneNumber")


def rest_blueprint(network: PhoneNetwork) -> Blueprint:
    account = network.config.account_sid
    rest = Blueprint("rest", __name__, url_prefix=f"/{VERSION}/Accounts/{account}")

    @rest.before_request
    def who_asks() -> tuple[Response, int] | None:
        return None if _authentic(network) else error(401, 20003, "Authenticate")

    @rest.errorhandler(Refused)
    def refused(refusal: Refused) -> tuple[Response, int]:
        return error(refusal.status, refusal.code, str(refusal))

    @rest.errorhandler(NoRoom)
    def no_room(reason: NoRoom) -> tuple[Response, int]:
        return error(400, reason.code, str(reason))

    @rest.post("/Calls.json")
    def create() -> Any:
        return call_json(network.place(order_of(request.form, network))), 201

    @rest.get("/Calls.json")
    def calls() -> Any:
        only(request.args, CALL_FILTERS)
        return page("calls", [call_json(call) for call in _filtered(network.calls.values())])

    @rest.get("/Calls/<sid>.json")
    @known_call(network)
    def fetch(call: Call) -> Any:
        return call_json(call)

    @rest.post("/Calls/<sid>.json")
    @known_call(network)
    def change(call: Call) -> Any:
        change_call(call, request.form)
        return call_json(call)

    @rest.get("/IncomingPhoneNumbers.json")
    def numbers() -> Any:
        only(request.args, NUMBER_FILTERS)
        asked = request.args.get("PhoneNumber")
        return page("incoming_phone_numbers", [number_json(network)] if asked in (None, network.config.number) else [])

    serve_faults(rest, network.faults)
    serve_conferences(rest, network)
    serve_notifications(rest, network)
    serve_messages(rest, network)
    serve_streams(rest, network)
    serve_queues(rest, network)
    serve_recordings(rest, network)
    return rest


def account_blueprint(network: PhoneNetwork) -> Blueprint:
    accounts = Blueprint("accounts", __name__)

    @accounts.get(f"/{VERSION}/Accounts/<sid>.json")
    def account(sid: str) -> Any:
        if not _authentic(network):
            return error(401, 20003, "Authenticate")
        return {"sid": sid, "friendly_name": "stand-in", "status": "active", "type": "Full"}

    return accounts


def _authentic(network: PhoneNetwork) -> bool:
    """Compared in a time that tells nothing of the secret."""
    config, given = network.config, request.headers.get("Authorization", "")
    expected = base64.b64encode(f"{config.account_sid}:{config.auth_token}".encode()).decode()
    return hmac.compare_digest(given.encode(), f"Basic {expected}".encode())


def known_call(network: PhoneNetwork) -> Callable[[Handler], Handler]:
    def decorate(handler: Handler) -> Handler:
        @wraps(handler)
        def handle(sid: str) -> Any:
            call = network.calls.get(sid)
            return not_found() if call is None else handler(call)

        return handle

    return decorate


def _filtered(calls: Iterable[Call]) -> list[Call]:
    to, from_number, status, parent = (request.args.get(name) for name in ("To", "From", "Status", "ParentCallSid"))
    return [
        call
        for call in reversed(list(calls))  # Newest first.
        if to in (None, call.order.to)
        and from_number in (None, call.order.from_number)
        and status in (None, call.status)
        and (parent is None or (call.parent is not None and call.parent.sid == parent))
        and on_day(call.started_at, "StartTime")
        and on_day(call.ended_at, "EndTime")
    ]


def call_json(call: Call) -> dict[str, Any]:
    order, account = call.order, call.network.config.account_sid
    uri = f"/{VERSION}/Accounts/{account}/Calls/{call.sid}"
    return {
        "sid": call.sid,
        "account_sid": account,
        "answered_by": call.answered_by,
        "api_version": VERSION,
        "caller_name": order.caller_name or None,
        "date_created": rfc2822(call.created_at),
        "date_updated": rfc2822(call.ended_at or call.started_at or call.created_at),
        "direction": order.direction,
        "duration": str(call.duration_seconds) if call.status in FINAL else None,
        "end_time": rfc2822(call.ended_at),
        "forwarded_from": order.forwarded_from or None,
        "from": order.from_number,
        "from_formatted": order.from_number,
        "group_sid": None,
        "parent_call_sid": None if call.parent is None else call.parent.sid,
        "phone_number_sid": None,
        "price": None,
        "price_unit": "USD",
        "queue_time": str(call.queue_ms),
        "start_time": rfc2822(call.started_at),
        "status": call.status,
        "subresource_uris": {"streams": f"{uri}/Streams.json", "recordings": f"{uri}/Recordings.json"},
        "to": order.to,
        "to_formatted": order.to,
        "trunk_sid": None,
        "uri": f"{uri}.json",
    }


def number_json(network: PhoneNetwork) -> dict[str, Any]:
    config = network.config
    return {
        "sid": "PN" + "0" * 32,
        "account_sid": config.account_sid,
        "phone_number": config.number,
        "friendly_name": config.number,
        "voice_url": config.voice_url,
        "voice_method": config.voice_method,
        "voice_fallback_url": config.fallback_url,
        "status_callback": config.status_url,
    }
