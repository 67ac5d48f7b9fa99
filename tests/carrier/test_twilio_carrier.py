"""Twilio's REST as we speak it, against a server that answers what a test tells it to."""

import json
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from carrier import twilio_carrier
from carrier.port import CallGone, CallOrder, CarrierBusy, CarrierRefused, CarrierUnsure, PlacedCall
from carrier.twilio_carrier import LOOK_TIMEOUT_SECONDS, REQUEST_TIMEOUT_SECONDS, TwilioAccount, TwilioCarrier

ACCOUNT = "AC" + "0" * 32
SID = "CA" + "1" * 32
ORDER = CallOrder(
    to="+821012345678",
    from_number="+8225550100",
    path="/voice/leg/7",
    status_path="/voice/leg/7/status",
    ring_seconds=20,
)


class Twilio:
    """Answers every request with `status` and `body`; status 0 hangs up without an answer."""

    def __init__(self) -> None:
        self.status = 200
        self.body: dict[str, Any] = {}
        self.asked: list[tuple[str, str, dict[str, list[str]]]] = []
        self.server = HTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def _handler(twilio) -> type[BaseHTTPRequestHandler]:  # noqa: N805 -- `self` is the handler's
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(urlsplit(self.path).query)

            def do_POST(self) -> None:
                self._answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

            def _answer(self, form: str) -> None:
                twilio.asked.append((self.command, urlsplit(self.path).path, parse_qs(form)))
                if twilio.status == 0:
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                content = json.dumps(twilio.body).encode()
                self.send_response(twilio.status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


@pytest.fixture
def twilio() -> Iterator[Twilio]:
    standing_in = Twilio()
    thread = Thread(target=standing_in.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield standing_in
    standing_in.server.shutdown()
    thread.join()
    standing_in.server.server_close()


def carrier_at(url: str) -> TwilioCarrier:
    return TwilioCarrier(account_sid=ACCOUNT, auth_token="secret", api_url=url, public_url="https://desk.example/")


@pytest.fixture
def carrier(twilio: Twilio) -> TwilioCarrier:
    return carrier_at(twilio.url)


def test_a_call_is_placed(twilio, carrier):
    twilio.status, twilio.body = 201, {"sid": SID}
    assert carrier.place_call(ORDER) == PlacedCall(SID)
    form = {
        "To": ["+821012345678"],
        "From": ["+8225550100"],
        "Url": ["https://desk.example/voice/leg/7"],
        "StatusCallback": ["https://desk.example/voice/leg/7/status"],
        "StatusCallbackEvent": ["initiated", "ringing", "answered", "completed"],
        "Timeout": ["20"],
    }
    assert twilio.asked == [("POST", f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json", form)]


def test_a_call_is_moved_and_ended(twilio, carrier):
    twilio.body = {"sid": SID}
    carrier.move_call(SID, "/voice/now")
    carrier.end_call(SID)
    address = f"/2010-04-01/Accounts/{ACCOUNT}/Calls/{SID}.json"
    assert twilio.asked == [
        ("POST", address, {"Url": ["https://desk.example/voice/now"], "Method": ["POST"]}),
        ("POST", address, {"Status": ["completed"]}),
    ]


def test_the_latest_calls_to_a_number_are_listed(twilio, carrier):
    twilio.body = {
        "calls": [
            {"sid": SID, "status": "no-answer", "date_created": "Wed, 04 Mar 2026 03:00:00 +0000"},
        ],
        "next_page_uri": None,
    }
    [call] = carrier.calls_to("+821012345678")
    assert (call.sid, call.status, call.created_at.isoformat()) == (SID, "no-answer", "2026-03-04T03:00:00+00:00")
    assert twilio.asked[0][2]["To"] == ["+821012345678"]


@pytest.mark.parametrize(
    ("status", "code", "named"),
    [
        (429, 20429, CarrierBusy),
        (500, 20500, CarrierUnsure),
        (503, None, CarrierUnsure),
        (404, 20404, CallGone),
        (400, 21220, CallGone),
        (401, 20003, CarrierRefused),
        (400, 21211, CarrierRefused),
    ],
)
def test_every_refusal_has_its_name(twilio, carrier, status, code, named):
    twilio.status, twilio.body = status, {"code": code, "message": "no", "status": status}
    with pytest.raises(named):
        carrier.move_call(SID, "/voice/now")
    with pytest.raises(named):
        carrier.calls_to("+821012345678")


@pytest.mark.parametrize(("code", "permanent"), [(21211, True), (21214, True), (20003, False), (21210, False)])
def test_only_the_called_number_itself_is_a_lasting_reason(twilio, carrier, code, permanent):
    twilio.status, twilio.body = 400, {"code": code, "message": "no", "status": 400}
    with pytest.raises(CarrierRefused) as refused:
        carrier.place_call(ORDER)
    assert (refused.value.code, refused.value.permanent) == (code, permanent)


def test_a_connection_that_breaks_leaves_a_doubt(twilio, carrier):
    twilio.status = 0
    with pytest.raises(CarrierUnsure):
        carrier.place_call(ORDER)
    assert len(twilio.asked) == 1


def test_an_answer_that_does_not_come_leaves_a_doubt(monkeypatch):
    monkeypatch.setattr(twilio_carrier, "REQUEST_TIMEOUT_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as deaf, pytest.raises(CarrierUnsure):
        carrier_at(f"http://127.0.0.1:{deaf.getsockname()[1]}").place_call(ORDER)


def test_a_connection_that_was_never_made_ordered_nothing():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(CarrierBusy):
        carrier_at(f"http://127.0.0.1:{port}").place_call(ORDER)


def test_the_account_tells_its_status_and_where_its_webhooks_point(twilio):
    account = TwilioAccount(account_sid=ACCOUNT, auth_token="secret", api_url=twilio.url)
    twilio.body = {"sid": ACCOUNT, "status": "active"}
    assert account.status() == "active"
    twilio.body = {
        "incoming_phone_numbers": [{"sid": "PN1", "voice_url": "https://desk.example/voice/answer"}],
        "next_page_uri": None,
    }
    assert account.webhooks("+8225550100") == {
        "voice_url": "https://desk.example/voice/answer",
        "voice_fallback_url": "",
        "status_callback": "",
    }
    twilio.body = {"incoming_phone_numbers": [], "next_page_uri": None}
    assert account.webhooks("+8225550100") is None


def test_a_call_is_looked_up(twilio, carrier):
    twilio.body = {"sid": SID, "status": "no-answer"}
    assert carrier.status_of(SID) == "no-answer"


def test_what_a_voice_webhook_may_wait_for_is_over_before_the_carrier_gives_up_on_us():
    carrier_waits_seconds = 15

    assert carrier_waits_seconds > LOOK_TIMEOUT_SECONDS + REQUEST_TIMEOUT_SECONDS
