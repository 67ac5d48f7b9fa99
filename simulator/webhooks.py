"""Requests from the network to the application, signed as Twilio signs them."""

import base64
import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from urllib.parse import urldefrag

import requests
from urllib3.exceptions import NewConnectionError

from simulator.bodies import BROKEN, REDIRECTS, TooLarge, next_address, read_body
from simulator.faults import Faults
from simulator.patience import Patience, patience_with

SHORTEST_SECONDS = 0.05
# Confirmed: 11200 for an answer that is no success, 11205 for no connection and no answer.
NO_SUCCESS = 11200
NO_ANSWER = 11205
# Unconfirmed: "invalid URL format" for overrides that are none.
BAD_URL = 11100
# Confirmed by Twilio's list of errors: a document of more than 64 kB.
TOO_LARGE, MOST_DOCUMENT_BYTES = 11750, 64 * 1024
# Unconfirmed: how large a sound may be.
MOST_SOUND_BYTES = 40 * 1024 * 1024


class WebhookFailed(Exception):
    """No usable answer. `code` as Twilio numbers it; `kind` as retry policies name it: ct, rt, 4xx, 5xx."""

    def __init__(self, code: int, message: str, kind: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.kind = kind


@dataclass(frozen=True)
class Answer:
    text: str
    url: str
    """After redirects: relative URLs in the document start here."""
    status: int
    milliseconds: float
    content_type: str = ""
    """Without its parameters; empty where the application does not say."""
    sound: bytes | None = None
    """The answer is no document but something to play."""


def sign(auth_token: str, url: str, parameters: Mapping[str, str]) -> str:
    """X-Twilio-Signature: HMAC-SHA1 over the URL and the sorted parameters."""
    signed = url + "".join(f"{name}{parameters[name]}" for name in sorted(parameters))
    return base64.b64encode(hmac.new(auth_token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


@dataclass(frozen=True)
class _Hook:
    """One webhook on its way, the same on every try."""

    address: str
    parameters: Mapping[str, str]
    method: str
    token: str
    patience: Patience
    deadline: float


def by_chance() -> str:
    return secrets.token_hex(16)


class Webhooks:
    """One for each call, each conference, and each two numbers that text: cookies are kept as long as it is."""

    def __init__(self, auth_token: str, new_token: Callable[[], str] = by_chance, faults: Faults | None = None) -> None:
        self._auth_token = auth_token
        self._new_token = new_token
        self._faults = faults or Faults()
        self._session = requests.Session()
        self._session.trust_env = False  # Neither proxies nor a user's .netrc stand between it and the application.
        self._lock = threading.Lock()
        self._asking = 0
        self._closed = False

    def close(self) -> None:
        """No connection is kept open any more. Whoever still asks is answered all the same, cookies included: some
        things are told after the end."""
        with self._lock:
            self._closed = True
            self._rest()

    def _rest(self) -> None:
        if self._closed and not self._asking:
            self._session.close()

    def ask(self, url: str, parameters: Mapping[str, str], method: str = "POST") -> Answer:
        """One webhook, tried again as often as the fragment of `url` or the default says. Raises WebhookFailed.

        The fault `webhook_twice` delivers it a second time, under the same token, and drops that answer.
        """
        with self._lock:
            self._asking += 1
        try:
            return self._ask(url, parameters, method)
        finally:
            with self._lock:
                self._asking -= 1
                self._rest()

    def _ask(self, url: str, parameters: Mapping[str, str], method: str) -> Answer:
        try:
            address, patience = patience_with(url, self._faults.truth("webhook_retried"))
        except ValueError as error:  # BadOverride, and what is no address at all, such as `http://[`.
            raise WebhookFailed(BAD_URL, f"{url}: {error}") from error
        deadline = time.monotonic() + patience.total_seconds
        hook = _Hook(address, parameters, method, self._new_token(), patience, deadline)
        answer = self._persist(hook)
        if self._faults.take("webhook_twice", url):
            with suppress(WebhookFailed):
                self._persist(replace(hook, deadline=time.monotonic() + patience.total_seconds))
        return answer

    def _persist(self, hook: _Hook, tries: int = 1) -> Answer:
        try:
            return self._try(hook)
        except WebhookFailed as error:
            in_time = time.monotonic() < hook.deadline
            if error.kind not in hook.patience.retried or tries > hook.patience.retries or not in_time:
                raise WebhookFailed(error.code, f"{error} (tries: {tries})", error.kind) from error
        return self._persist(hook, tries + 1)

    def _try(self, hook: _Hook) -> Answer:
        if self._faults.take("webhook_unreachable", hook.address):
            raise WebhookFailed(NO_ANSWER, f"{hook.address}: no connection", "ct")
        response, body = self._delivered(hook)
        if self._faults.take("webhook_answer_lost", hook.address):
            raise WebhookFailed(NO_ANSWER, f"{hook.address}: no answer", "rt")
        if not response.ok:
            kind = f"{response.status_code // 100}xx"
            raise WebhookFailed(NO_SUCCESS, f"{hook.address}: HTTP {response.status_code}", kind)
        elapsed_ms = response.elapsed.total_seconds() * 1000
        text, sound = ("", body) if _is_sound(response) else (_text(response, body), None)
        return Answer(text, response.url, response.status_code, elapsed_ms, _content_type(response), sound)

    def _delivered(self, hook: _Hook) -> tuple[requests.Response, bytes]:
        try:
            return self._follow(hook)
        except TooLarge as error:
            raise WebhookFailed(TOO_LARGE, f"{hook.address}: {error}") from error
        except BROKEN as error:
            if _never_sent(error):
                raise WebhookFailed(NO_ANSWER, f"{hook.address}: no connection", "ct") from error
            raise WebhookFailed(NO_ANSWER, f"{hook.address}: {error}", "rt") from error

    def _follow(self, hook: _Hook) -> tuple[requests.Response, bytes]:
        """Where a redirect leads is asked by GET, signed for its own address; 307 and 308 keep the form."""
        for _ in range(REDIRECTS):
            response = self._send(hook)
            if not response.is_redirect:
                most_bytes = MOST_SOUND_BYTES if _is_sound(response) else MOST_DOCUMENT_BYTES
                return response, read_body(response, hook.deadline, most_bytes)
            response.close()
            hook = replace(hook, address=urldefrag(next_address(response)).url)
            if response.status_code not in (307, 308):
                hook = replace(hook, method="GET", parameters={})
        raise requests.TooManyRedirects(f"more than {REDIRECTS} redirects")

    def _send(self, hook: _Hook) -> requests.Response:
        get = hook.method.upper() == "GET"
        prepared = requests.Request(hook.method, hook.address, params=hook.parameters if get else None).prepare()
        target = prepared.url or hook.address
        headers = {
            "X-Twilio-Signature": sign(self._auth_token, target, {} if get else hook.parameters),
            "I-Twilio-Idempotency-Token": hook.token,
            "User-Agent": "TwilioProxy/1.1",
        }
        left = max(hook.deadline - time.monotonic(), SHORTEST_SECONDS)
        return self._session.request(
            hook.method,
            target,
            data=None if get else hook.parameters,
            headers=headers,
            timeout=(min(hook.patience.connect_seconds, left), min(hook.patience.answer_seconds, left)),
            allow_redirects=False,  # Each address has a signature of its own.
            stream=True,
        )


def _content_type(response: requests.Response) -> str:
    return response.headers.get("Content-Type", "").split(";")[0].strip().lower()


def _is_sound(response: requests.Response) -> bool:
    return _content_type(response).startswith("audio/")


def _text(response: requests.Response, body: bytes) -> str:
    """UTF-8, as XML is, unless it says otherwise."""
    told = "charset" in response.headers.get("Content-Type", "")
    try:
        return body.decode((told and response.encoding) or "utf-8", errors="replace")
    except LookupError:  # A charset that nobody knows.
        return body.decode(errors="replace")


def _never_sent(error: Exception) -> bool:
    """No connection was made, so the application has seen nothing."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(error, requests.ConnectTimeout) or isinstance(reason, NewConnectionError)
