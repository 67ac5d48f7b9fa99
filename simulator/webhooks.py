"""Requests from the network to the application, signed as Twilio signs them."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

import requests

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 15.0
TRIES = 2
REDIRECTS = 10


class WebhookFailed(Exception):
    """No usable answer. `code` as Twilio numbers it: 11200 for an answer that is no success, 11205 for no answer."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Answer:
    text: str
    url: str
    """After redirects: relative URLs in the document start here."""
    status: int
    milliseconds: float
    sound: bytes | None = None
    """The answer is no document but something to play."""


def sign(auth_token: str, url: str, parameters: Mapping[str, str]) -> str:
    """X-Twilio-Signature: HMAC-SHA1 over the URL and the sorted parameters."""
    signed = url + "".join(f"{name}{parameters[name]}" for name in sorted(parameters))
    return base64.b64encode(hmac.new(auth_token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


def _sound(response: requests.Response) -> bytes | None:
    return response.content if response.headers.get("Content-Type", "").startswith("audio/") else None


class Webhooks:
    """One per call: cookies are kept for its length."""

    def __init__(self, auth_token: str) -> None:
        self._auth_token = auth_token
        self._session = requests.Session()

    def ask(self, url: str, parameters: Mapping[str, str], method: str = "POST", *, twice: bool = False) -> Answer:
        """One webhook; a second try only when no connection could be made. Raises WebhookFailed.

        `twice`: the network delivers it a second time, under the same token, and drops that answer.
        """
        token = secrets.token_hex(16)
        answer = self._answer(url, parameters, method, token)
        if twice:
            self._answer(url, parameters, method, token)
        return answer

    def _answer(self, url: str, parameters: Mapping[str, str], method: str, token: str) -> Answer:
        for attempt in range(TRIES):
            try:
                response = self._follow(url, parameters, method, token)
            except requests.ConnectionError as error:
                if attempt == TRIES - 1:
                    raise WebhookFailed(11205, f"{url}: no connection") from error
            except requests.RequestException as error:
                raise WebhookFailed(11205, f"{url}: {error}") from error
            else:
                if not response.ok:
                    raise WebhookFailed(11200, f"{url}: HTTP {response.status_code}")
                elapsed_ms = response.elapsed.total_seconds() * 1000
                return Answer(response.text, response.url, response.status_code, elapsed_ms, _sound(response))
        raise WebhookFailed(11205, url)

    def _follow(self, url: str, parameters: Mapping[str, str], method: str, token: str) -> requests.Response:
        """Where a redirect leads is asked by GET, signed for its own address; 307 and 308 keep the form."""
        for _ in range(REDIRECTS):
            response = self._send(url, parameters, method, token)
            if not response.is_redirect:
                return response
            url = urljoin(response.url, response.headers["Location"])
            if response.status_code not in (307, 308):
                method, parameters = "GET", {}
        raise requests.TooManyRedirects(f"more than {REDIRECTS} redirects")

    def _send(self, url: str, parameters: Mapping[str, str], method: str, token: str) -> requests.Response:
        get = method.upper() == "GET"
        prepared = requests.Request(method, url, params=parameters if get else None).prepare()
        target = prepared.url or url
        headers = {
            "X-Twilio-Signature": sign(self._auth_token, target, {} if get else parameters),
            "I-Twilio-Idempotency-Token": token,
            "User-Agent": "TwilioProxy/1.1",
        }
        return self._session.request(
            method,
            target,
            data=None if get else parameters,
            headers=headers,
            timeout=(CONNECT_SECONDS, TOTAL_SECONDS),
            allow_redirects=False,  # Each address has a signature of its own.
        )
