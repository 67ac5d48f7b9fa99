"""The carrier behind Twilio's REST API."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from urllib3.exceptions import NewConnectionError

from carrier.port import (
    CallGone,
    CallOrder,
    CarrierBusy,
    CarrierCall,
    CarrierRefused,
    CarrierText,
    CarrierUnsure,
    PlacedCall,
    TextOrder,
)

# A voice webhook may wait for a move; the carrier itself gives us 15 s before the caller hears an error.
REQUEST_TIMEOUT_SECONDS = 8
# It may look at another call before that move: both have to be over by then.
LOOK_TIMEOUT_SECONDS = 3
EVENTS = ["initiated", "ringing", "answered", "completed"]
# More than anybody is called in the minute that matters.
LATEST_CALLS = 20
CALL_GONE_CODES = {20404, 21220}
TOO_MANY_REQUESTS = 429
# The number called is at fault. Everything else (our account, our number, its permissions) can be mended, and a
# promise must outlive that.
PERMANENT_CODES = {13224, 21211, 21214, 21216, 21217}


class TwilioCarrier:
    """`api_url` is Twilio's own, or whatever stands in for it."""

    def __init__(self, *, account_sid: str, auth_token: str, api_url: str, public_url: str) -> None:
        self._public_url = public_url.rstrip("/")
        self._client = _client(account_sid, auth_token, api_url)
        self._looking = _client(account_sid, auth_token, api_url, timeout_seconds=LOOK_TIMEOUT_SECONDS)

    def place_call(self, order: CallOrder) -> PlacedCall:
        created = _asking(
            lambda: self._client.calls.create(
                **self._detection(order.machine_path),
                to=order.to,
                from_=order.from_number,
                url=self._public_url + order.path,
                status_callback=self._public_url + order.status_path,
                status_callback_event=EVENTS,
                timeout=order.ring_seconds,
            )
        )
        return PlacedCall(str(created.sid), float(created.queue_time or 0) / 1000)

    def _detection(self, path: str | None) -> dict[str, str]:
        """Asynchronous: the one who picks up hears us at once, not the silence of somebody who is being judged."""
        if path is None:
            return {}
        url = self._public_url + path
        return {"machine_detection": "Enable", "async_amd": "true", "async_amd_status_callback": url}

    def move_call(self, sid: str, path: str) -> None:
        _asking(lambda: self._client.calls(sid).update(url=self._public_url + path, method="POST"))

    def end_call(self, sid: str) -> None:
        _asking(lambda: self._client.calls(sid).update(status="completed"))

    def status_of(self, sid: str) -> str:
        return str(_asking(lambda: self._looking.calls(sid).fetch()).status)

    def calls_to(self, number: str) -> tuple[CarrierCall, ...]:
        # Newest first. No filter by start time: it knows whole days only, and a queued call may have none.
        found = _asking(lambda: self._client.calls.list(to=number, limit=LATEST_CALLS))
        return tuple(CarrierCall(c.sid, c.status, c.date_created or datetime.now(UTC)) for c in found)

    def send_text(self, order: TextOrder) -> str:
        sent = _asking(
            lambda: self._client.messages.create(
                to=order.to,
                from_=order.from_number,
                body=order.body,
                status_callback=self._public_url + order.status_path,
            )
        )
        return str(sent.sid)

    def texts_to(self, number: str) -> tuple[CarrierText, ...]:
        found = _asking(lambda: self._client.messages.list(to=number, limit=LATEST_CALLS))
        return tuple(CarrierText(m.sid, m.date_created or datetime.now(UTC)) for m in found)


def _client(sid: str, token: str, api_url: str, *, timeout_seconds: float = REQUEST_TIMEOUT_SECONDS) -> Client:
    client = Client(sid, token, http_client=TwilioHttpClient(timeout=timeout_seconds))
    client.api.base_url = api_url.rstrip("/")
    return client


class TwilioAccount:
    """What the account itself says, for `barocall check`. Changes nothing."""

    def __init__(self, *, account_sid: str, auth_token: str, api_url: str) -> None:
        self._sid = account_sid
        self._client = _client(account_sid, auth_token, api_url)

    def status(self) -> str:
        """`active`, `suspended` or `closed`. Raises CarrierError when the credentials are wrong."""
        return str(_asking(lambda: self._client.api.accounts(self._sid).fetch()).status)

    def webhooks(self, number: str) -> dict[str, str] | None:
        """Where the number's webhooks point; None when the account has no such number."""
        found = _asking(lambda: self._client.incoming_phone_numbers.list(phone_number=number))
        if not found:
            return None
        return {
            "voice_url": found[0].voice_url or "",
            "voice_fallback_url": found[0].voice_fallback_url or "",
            "status_callback": found[0].status_callback or "",
        }


@dataclass(frozen=True)
class _Refusal:
    """An answer that is none."""

    status: int
    code: int
    words: str


def _asking(request: Callable[[], Any]) -> Any:
    """Run one REST request; say in our words what went wrong."""
    try:
        return request()
    except TwilioException as error:
        raise _named(_refusal(error)) from error
    except requests.RequestException as error:
        raise (CarrierBusy if _never_sent(error) else CarrierUnsure)(str(error)) from error


def _never_sent(error: requests.RequestException) -> bool:
    """The connection was not even made, so nothing can have been ordered."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(error, requests.ConnectTimeout) or isinstance(reason, NewConnectionError)


def _refusal(error: TwilioException) -> _Refusal:
    if isinstance(error, TwilioRestException):
        return _Refusal(error.status, error.code or error.status, error.msg)
    # A list raises the library's base class, with the response among its arguments.
    response = error.args[1] if len(error.args) > 1 else None
    if not isinstance(response, Response):
        raise error
    try:
        told = json.loads(response.text)
    except ValueError:
        told = {}
    status = response.status_code
    return _Refusal(status, told.get("code") or status, told.get("message") or f"HTTP {status}")


def _named(refusal: _Refusal) -> Exception:
    if refusal.status == TOO_MANY_REQUESTS:
        return CarrierBusy(refusal.words)
    if refusal.status >= 500:
        return CarrierUnsure(f"HTTP {refusal.status}")
    if refusal.code in CALL_GONE_CODES or refusal.status == 404:
        return CallGone(refusal.words)
    return CarrierRefused(refusal.code, refusal.words, permanent=refusal.code in PERMANENT_CODES)
