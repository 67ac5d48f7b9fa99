"""Errors and warnings, listed by REST as Twilio's notifications: those events of the network's log."""

from datetime import datetime
from typing import Any

from flask import Blueprint, request

from simulator.answers import VERSION, error_page, not_found, page, rfc2822
from simulator.events import Event
from simulator.forms import filters, only
from simulator.network import PhoneNetwork

LEVELS = {"error": "0", "warning": "1"}
FILTERS = filters("Log")


def serve_notifications(rest: Blueprint, network: PhoneNetwork) -> None:
    account = network.config.account_sid

    @rest.get("/Notifications.json")
    def notifications() -> Any:
        only(request.args, FILTERS)
        found = [event for event in _newest_first(network) if _meant(event)]
        return page("notifications", [_json(account, event) for event in found])

    @rest.get("/Notifications/<sid>.json")
    def notification(sid: str) -> Any:
        found = [event for event in _newest_first(network) if _sid(event) == sid]
        return _whole(account, found[0]) if found else not_found()

    @rest.get("/Calls/<sid>/Notifications.json")
    def notifications_of_call(sid: str) -> Any:
        only(request.args, FILTERS)
        if sid not in network.calls:
            return not_found()
        found = [event for event in _newest_first(network) if event.get("call") == sid and _meant(event)]
        return page("notifications", [_json(account, event) for event in found])


def _newest_first(network: PhoneNetwork) -> list[Event]:
    return [event for event in reversed(network.events.after(0, 0)) if event["kind"] in LEVELS]


def _meant(event: Event) -> bool:
    return request.args.get("Log") in (None, LEVELS[event["kind"]])


def _sid(event: Event) -> str:
    return f"NO{event['n']:032x}"


def _json(account: str, event: Event) -> dict[str, Any]:
    at, sid = rfc2822(datetime.fromisoformat(event["at"])), _sid(event)
    return {
        "sid": sid,
        "account_sid": account,
        "api_version": VERSION,
        "call_sid": event.get("call"),
        "date_created": at,
        "date_updated": at,
        "error_code": str(event["code"]),
        "log": LEVELS[event["kind"]],
        "message_date": at,
        "message_text": event["message"],
        "more_info": error_page(event["code"]),
        "request_method": event.get("method"),
        "request_url": event.get("url") or None,
        "uri": f"/{VERSION}/Accounts/{account}/Notifications/{sid}.json",
    }


def _whole(account: str, event: Event) -> dict[str, Any]:
    return {**_json(account, event), "request_variables": "", "response_body": "", "response_headers": ""}
