"""The REST API, as far as this network speaks it."""

import base64
import hmac
import threading
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from flask import Blueprint, Response, request

from simulator.answers import VERSION, error, not_found, page, rfc2822
from simulator.call import FINAL, Call
from simulator.conference_rest import serve_conferences
from simulator.network import PhoneNetwork
from simulator.order import Order
from simulator.queue_rest import serve_queues
from simulator.recording_rest import serve_recordings
from simulator.verbs import Fetch

Handler = Callable[..., Any]


def rest_blueprint(network: PhoneNetwork) -> Blueprint:
    account = network.config.account_sid
    rest = Blueprint("rest", __name__, url_prefix=f"/{VERSION}/Accounts/{account}")

    @rest.before_request
    def who_asks() -> tuple[Response, int] | None:
        given = request.headers.get("Authorization", "")
        expected = base64.b64encode(f"{account}:{network.config.auth_token}".encode()).decode()
        if hmac.compare_digest(given, f"Basic {expected}"):
            return None
        return error(401, 20003, "Authenticate")

    @rest.post("/Calls.json")
    def create() -> Any:
        return _create(network)

    @rest.get("/Calls.json")
    def calls() -> Any:
        return page("calls", [call_json(call) for call in _filtered(network.calls.values())])

    @rest.get("/Calls/<sid>.json")
    @known_call(network)
    def fetch(call: Call) -> Any:
        return call_json(call)

    @rest.post("/Calls/<sid>.json")
    @known_call(network)
    def change(call: Call) -> Any:
        return _update(call)

    @rest.get("/IncomingPhoneNumbers.json")
    def numbers() -> Any:
        asked = request.args.get("PhoneNumber")
        return page("incoming_phone_numbers", [number_json(network)] if asked in (None, network.config.number) else [])

    serve_conferences(rest, network)
    serve_queues(rest, network)
    serve_recordings(rest, network)
    return rest


def account_blueprint(network: PhoneNetwork) -> Blueprint:
    accounts = Blueprint("accounts", __name__)

    @accounts.get(f"/{VERSION}/Accounts/<sid>.json")
    def account(sid: str) -> Any:
        given = request.authorization
        config = network.config
        if given is None or (given.username, given.password) != (config.account_sid, config.auth_token):
            return error(401, 20003, "Authenticate")
        return {"sid": sid, "friendly_name": "stand-in", "status": "active", "type": "Full"}

    return accounts


def known_call(network: PhoneNetwork) -> Callable[[Handler], Handler]:
    def decorate(handler: Handler) -> Handler:
        @wraps(handler)
        def handle(sid: str) -> Any:
            call = network.calls.get(sid)
            return not_found() if call is None else handler(call)

        return handle

    return decorate


def _create(network: PhoneNetwork) -> Any:
    form = request.form
    if not form.get("To"):
        return error(400, 21201, "No 'To' number is specified")
    if not form.get("From"):
        return error(400, 21213, "No 'From' number is specified")
    if not (form.get("Url") or form.get("Twiml")):
        return error(400, 21205, "Url parameter is required")
    if not form["To"].startswith(("+", "client:")):
        return error(400, 21211, f"The 'To' phone number provided ({form['To']}) is not valid")
    fault = _fault(network)
    if fault == "429":
        return error(429, 20429, "Too many requests")
    if fault == "500":
        return error(500, 20500, "Internal server error")
    call = network.place(_order(form))
    if fault == "timeout_after_placing":
        threading.Event().wait(30)  # The call is on its way; whoever asked has stopped waiting for the answer.
    return call_json(call), 201


def _fault(network: PhoneNetwork) -> str | None:
    faults = network.faults
    if faults.rest_create is None or faults.rest_create_times < 1:
        return None
    faults.rest_create_times -= 1
    return faults.rest_create


def _order(form: Any) -> Order:
    return Order(
        to=form["To"],
        from_number=form["From"],
        direction="outbound-api",
        url=form.get("Url"),
        twiml=form.get("Twiml"),
        method=form.get("Method", "POST"),
        status_url=form.get("StatusCallback"),
        status_events=tuple(form.getlist("StatusCallbackEvent")) or ("completed",),
        fallback_url=form.get("FallbackUrl"),
        ring_seconds=float(form.get("Timeout", 60)),
    )


def _update(call: Call) -> Any:
    status, url, twiml = (request.form.get(name) for name in ("Status", "Url", "Twiml"))
    if not call.live:
        return error(400, 21220, "Call is not in-progress. Cannot redirect.")
    if status is not None:
        if status not in ("completed", "canceled"):
            return error(400, 21218, "Invalid Status: completed or canceled")
        ringing = call.status in ("queued", "ringing")
        call.end("canceled" if ringing else "completed")
        return call_json(call)
    if url is None and twiml is None:
        return error(400, 21205, "Url parameter is required")
    if not call.move(Fetch(url or "", request.form.get("Method", "POST"), twiml=twiml)):
        return error(400, 21220, "Call is not in-progress. Cannot redirect.")
    call.event("moved", url=url)
    return call_json(call)


def _filtered(calls: Iterable[Call]) -> list[Call]:
    to, from_number, status = (request.args.get(name) for name in ("To", "From", "Status"))
    return [
        call
        for call in reversed(list(calls))  # Newest first.
        if to in (None, call.order.to)
        and from_number in (None, call.order.from_number)
        and status in (None, call.status)
        and _started_as_asked(call)
    ]


def _started_as_asked(call: Call) -> bool:
    """`StartTime`, `StartTime<` and `StartTime>` are whole UTC dates, bounds included; who never started has none."""
    asked = {sign: date for sign in ("", "<", ">") if (date := request.args.get(f"StartTime{sign}"))}
    if not asked or call.started_at is None:
        return not asked
    day = call.started_at.date().isoformat()
    return day == asked.get("", day) and asked.get(">", day) <= day <= asked.get("<", day)


def call_json(call: Call) -> dict[str, Any]:
    order, account = call.order, call.network.config.account_sid
    uri = f"/{VERSION}/Accounts/{account}/Calls/{call.sid}"
    return {
        "sid": call.sid,
        "account_sid": account,
        "answered_by": None,
        "api_version": VERSION,
        "caller_name": None,
        "date_created": rfc2822(call.created_at),
        "date_updated": rfc2822(call.ended_at or call.started_at or call.created_at),
        "direction": order.direction,
        "duration": str(call.duration_seconds) if call.status in FINAL else None,
        "end_time": rfc2822(call.ended_at),
        "forwarded_from": None,
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
        "voice_method": "POST",
        "voice_fallback_url": config.fallback_url or "",
        "status_callback": config.status_url or "",
    }
