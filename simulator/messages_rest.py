"""Texts in the REST API."""

from typing import Any

from flask import Blueprint, request

from simulator.answers import VERSION, not_found, page, rfc2822
from simulator.forms import Form, Refused, filters, is_dialable, on_day, only, url_of
from simulator.messages import Message, is_landline, segments
from simulator.network import PhoneNetwork
from simulator.parameters import country_of

# Confirmed by Twilio's list of errors: these, and that landlines are refused outside these countries.
BAD_TO, LANDLINE, BAD_STATUS_URL = 21211, 21635, 21609
TRIES_LANDLINES = frozenset({"US", "CA", "GB"})
# Unconfirmed.
NO_BODY, NO_FROM, NO_TO, TOO_LONG, FOREIGN_FROM = 21602, 21603, 21604, 21617, 21606
# Confirmed by Twilio's OpenAPI description.
MOST_LETTERS = 1600
FIELDS = frozenset({"To", "From", "Body", "StatusCallback"})
FILTERS = filters("To", "From", days=("DateSent",))
ERRORS = {30003: "Unreachable destination handset", 30006: "Landline or unreachable carrier"}


def serve_messages(rest: Blueprint, network: PhoneNetwork) -> None:
    account, messages = network.config.account_sid, network.messages

    @rest.post("/Messages.json")
    def send_message() -> Any:
        to, from_number, body = _read(request.form, network)
        status_url = url_of(request.form, "StatusCallback", BAD_STATUS_URL)
        message = messages.send(to, from_number, body, status_url, "outbound-api")
        return {**message_json(account, message), "status": "queued"}, 201

    @rest.get("/Messages.json")
    def list_messages() -> Any:
        only(request.args, FILTERS)
        to, from_number = request.args.get("To"), request.args.get("From")
        found = [
            m
            for m in messages.newest_first()
            if to in (None, m.to) and from_number in (None, m.from_number) and on_day(m.sent_at, "DateSent")
        ]
        return page("messages", [message_json(account, m) for m in found])

    @rest.get("/Messages/<sid>.json")
    def fetch_message(sid: str) -> Any:
        message = messages.find(sid)
        return not_found() if message is None else message_json(account, message)


def _read(form: Form, network: PhoneNetwork) -> tuple[str, str, str]:
    only(form, FIELDS)
    to, from_number, body = form.get("To", ""), form.get("From", ""), form.get("Body", "")
    if not to:
        raise Refused(NO_TO, "A 'To' phone number is required")
    if not from_number:
        raise Refused(NO_FROM, "A 'From' phone number is required")
    if not is_dialable(to) or to.startswith("client:"):
        raise Refused(BAD_TO, f"The 'To' number {to} is not a valid phone number")
    if from_number not in network.own_numbers:
        raise Refused(FOREIGN_FROM, f"The 'From' phone number {from_number} is not one of this account's")
    if not body:
        raise Refused(NO_BODY, "Message body is required")
    if len(body) > MOST_LETTERS:
        raise Refused(TOO_LONG, f"The message body exceeds {MOST_LETTERS} characters")
    if is_landline(to) and country_of(to) not in TRIES_LANDLINES:
        raise Refused(LANDLINE, f"'To' number cannot be a landline: {to}")
    return to, from_number, body


def message_json(account: str, message: Message) -> dict[str, Any]:
    uri = f"/{VERSION}/Accounts/{account}/Messages/{message.sid}"
    code = message.error_code
    return {
        "sid": message.sid,
        "account_sid": account,
        "api_version": VERSION,
        "body": message.body,
        "date_created": rfc2822(message.created_at),
        "date_sent": rfc2822(message.sent_at),
        "date_updated": rfc2822(message.changed_at),
        "direction": message.direction,
        "error_code": code,
        "error_message": None if code is None else ERRORS.get(code, "Unknown error"),
        "from": message.from_number,
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": str(segments(message.body)),
        "price": None,
        "price_unit": "USD",
        "status": message.status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": message.to,
        "uri": f"{uri}.json",
    }
