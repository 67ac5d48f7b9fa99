"""The carrier behind Twilio's REST API."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import requests
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from carrier.port import CallGone, CallOrder, CarrierBusy, CarrierCall, CarrierRefused, CarrierUnsure

# A voice webhook may wait for a move; the carrier itself gives us 15 s before the caller hears an error.
REQUEST_TIMEOUT_SECONDS = 8
EVENTS = ["initiated", "ringing", "answered", "completed"]
LIVE = ("queued", "ringing", "in-progress")
CALL_GONE_CODES = {20404, 21220}
TOO_MANY_REQUESTS = 429
# Numbers that cannot be dialled, however often we try; anything else may pass.
PERMANENT_CODES = {21201, 21205, 21210, 21211, 21212, 21214, 21215, 21216, 13224, 13227, 32205}


class TwilioCarrier:
    """`api_url` is Twilio's own, or whatever stands in for it."""

    def __init__(self, *, account_sid: str, auth_token: str, api_url: str, public_url: str) -> None:
        self._public_url = public_url.rstrip("/")
        self._client = Client(account_sid, auth_token, http_client=TwilioHttpClient(timeout=REQUEST_TIMEOUT_SECONDS))
        self._client.api.base_url = api_url.rstrip("/")

    def place_call(self, order: CallOrder) -> str:
        created = _asking(
            lambda: self._client.calls.create(
                to=order.to,
                from_=order.from_number,
                url=self._public_url + order.path,
                status_callback=self._public_url + order.status_path,
                status_callback_event=EVENTS,
                timeout=order.ring_seconds,
            )
        )
        return str(created.sid)

    def move_call(self, sid: str, path: str) -> None:
        _asking(lambda: self._client.calls(sid).update(url=self._public_url + path, method="POST"))

    def end_call(self, sid: str) -> None:
        _asking(lambda: self._client.calls(sid).update(status="completed"))

    def live_calls_to(self, number: str) -> tuple[CarrierCall, ...]:
        found = _asking(lambda: [c for status in LIVE for c in self._client.calls.list(to=number, status=status)])
        return tuple(CarrierCall(c.sid, c.status, c.date_created or datetime.now(UTC)) for c in found)


class TwilioAccount:
    """What the account itself says, for `barocall check`. Changes nothing."""

    def __init__(self, *, account_sid: str, auth_token: str, api_url: str) -> None:
        self._sid = account_sid
        self._client = Client(account_sid, auth_token, http_client=TwilioHttpClient(timeout=REQUEST_TIMEOUT_SECONDS))
        self._client.api.base_url = api_url.rstrip("/")

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


def _asking(request: Callable[[], Any]) -> Any:
    """Run one REST request; say in our words what went wrong."""
    try:
        return request()
    except TwilioRestException as error:
        raise _named(error) from error
    except requests.ConnectTimeout as error:
        # Nothing was sent.
        raise CarrierBusy(str(error)) from error
    except requests.RequestException as error:
        raise CarrierUnsure(str(error)) from error


def _named(error: TwilioRestException) -> Exception:
    if error.status == TOO_MANY_REQUESTS:
        return CarrierBusy(error.msg)
    if error.status >= 500:
        return CarrierUnsure(f"HTTP {error.status}")
    code = error.code or error.status
    if code in CALL_GONE_CODES or error.status == 404:
        return CallGone(error.msg)
    return CarrierRefused(code, error.msg, permanent=code in PERMANENT_CODES)
