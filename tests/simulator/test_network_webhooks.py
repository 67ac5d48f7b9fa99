"""Requests of the network to the application: what they say, how patient they are, what follows when they fail."""

import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from flask import Response, request
from twilio.request_validator import RequestValidator

from simulator.patience import BadOverride, Patience, patience_with
from simulator.webhooks import Webhooks, sign

ESTABLISHED = "01"
EMPTY = "<Response/>"
SORRY = "We are sorry. An application error has occurred. Goodbye."


def after(stage, sid: str) -> list[str]:
    stage.ends(sid)
    return stage.client.look(sid)["heard"]


@pytest.fixture(autouse=True)
def hears_of_the_end(app) -> None:
    """The application answers status callbacks, whatever else it does."""
    app.otherwise = {"status": EMPTY}


def errors(stage, sid: str) -> list[int]:
    return [e["code"] for e in stage.client.events() if e["kind"] == "error" and e["call"] == sid]


# What a webhook says


def test_a_voice_webhook_carries_all_that_is_documented(stage) -> None:
    stage.app.documents = {"answer": EMPTY}

    sid = stage.client.call("+12125550123", caller_name="JANE DOE", stir_verstat="TN-Validation-Passed-A")
    stage.ends(sid)

    said = stage.app.asked("answer")[0]
    assert len(said.pop("CallToken")) > 20
    places = {f"{who}{place}": "" for who in ("Called", "To", "Caller", "From") for place in ("City", "State", "Zip")}
    assert said == {
        "AccountSid": stage.rest.account_sid,
        "ApiVersion": "2010-04-01",
        "CallSid": sid,
        "CallStatus": "ringing",
        "Called": "+82215550100",
        "CalledCountry": "KR",
        "Caller": "+12125550123",
        "CallerCountry": "US",
        "CallerName": "JANE DOE",
        "Direction": "inbound",
        "From": "+12125550123",
        "FromCountry": "US",
        "StirVerstat": "TN-Validation-Passed-A",
        "To": "+82215550100",
        "ToCountry": "KR",
        **places,
    }


@pytest.mark.parametrize("number", ["anonymous", "+266696687", "+7378742833"])
def test_withheld_callers_come_from_no_country(stage, number: str) -> None:
    stage.app.documents = {"answer": EMPTY}

    stage.ends(stage.calls(number=number))

    assert (stage.app.asked("answer")[0]["From"], stage.app.asked("answer")[0]["FromCountry"]) == (number, "")


def test_a_forwarded_call_says_from_where(stage) -> None:
    stage.app.documents = {"answer": EMPTY}

    stage.ends(stage.client.call("+821012345678", forwarded_from="+8225550199"))

    assert stage.app.asked("answer")[0]["ForwardedFrom"] == "+8225550199"


def test_the_last_status_callback_says_how_long_the_call_took(stage) -> None:
    stage.app.documents = {"answer": EMPTY, "status": EMPTY}

    stage.ends(stage.calls())
    stage.client.wait_for(lambda e: e["kind"] == "webhook" and e["url"].endswith("/status"))

    told = stage.app.asked("status")[0]
    assert {name: told[name] for name in ("CallbackSource", "SequenceNumber", "CallStatus")} == {
        "CallbackSource": "call-progress-events",
        "SequenceNumber": "0",
        "CallStatus": "completed",
    }
    assert told["CallDuration"].isdecimal()


def test_a_get_webhook_has_its_parameters_in_the_signed_address(stage) -> None:
    seen: list[tuple[str, str, bool]] = []

    def answer(_: dict[str, str]) -> str:
        signature = request.headers["X-Twilio-Signature"]
        valid = RequestValidator("secret").validate(request.url, {}, signature)
        seen.append((request.method, request.args["From"], valid))
        return EMPTY

    stage.app.documents = {
        "answer": '<Response><Redirect method="GET">/next?step=2</Redirect></Response>',
        "next": answer,
    }

    stage.ends(stage.calls())

    assert seen == [("GET", "+821012345678", True)]


def test_the_numbers_own_document_may_be_fetched_by_get(make_stage: Callable, app) -> None:
    methods: list[str] = []

    def answer(_: dict[str, str]) -> str:
        methods.append(request.method)
        return EMPTY

    app.documents = {"answer": answer}
    stage = make_stage(voice_method="GET")

    stage.ends(stage.calls())

    assert methods == ["GET"]


def test_one_flipped_byte_does_not_validate() -> None:
    url, said = "https://example.com/voice?x=1", {"CallSid": "CA1", "From": "+8210"}
    signature = sign("secret", url, said)
    valid = RequestValidator("secret").validate

    flipped = signature[:5] + ("A" if signature[5] != "A" else "B") + signature[6:]

    assert valid(url, said, signature)
    assert [
        valid(url, said, flipped),
        valid(url, {**said, "From": "+8211"}, signature),
        valid(url.replace("x=1", "x=2"), said, signature),
    ] == [False, False, False]


def test_cookies_are_kept_for_one_call_and_no_other(stage) -> None:
    cookies: list[str | None] = []

    def first(_: dict[str, str]) -> Response:
        cookies.append(request.cookies.get("choice"))
        response = Response("<Response><Redirect>/next</Redirect></Response>")
        response.set_cookie("choice", "billing")
        return response

    def second(_: dict[str, str]) -> str:
        cookies.append(request.cookies.get("choice"))
        return EMPTY

    stage.app.documents = {"answer": first, "next": second}

    stage.ends(stage.calls())
    stage.ends(stage.calls())

    assert cookies == [None, "billing", None, "billing"]


# Patience


@pytest.mark.parametrize(
    ("fragment", "patience"),
    [
        ("", Patience(5.0, 15.0, 15.0, 1, frozenset({"ct"}))),
        ("#rc=2&rp=all", Patience(retries=2, retried=frozenset({"ct", "rt", "4xx", "5xx"}))),
        ("#ct=100&rt=2500&tt=15000", Patience(connect_seconds=0.1, answer_seconds=2.5, total_seconds=15.0)),
        ("#rc=0&rp=5xx,rt", Patience(retries=0, retried=frozenset({"5xx", "rt"}))),
    ],
)
def test_connection_overrides_come_in_the_fragment(fragment: str, patience: Patience) -> None:
    assert patience_with(f"https://example.com/a?b=c{fragment}") == ("https://example.com/a?b=c", patience)


@pytest.mark.parametrize(
    "fragment", ["#ct=99", "#ct=10001", "#tt=soon", "#rc=6", "#rp=sometimes", "#edge=tokyo", "#top"]
)
def test_an_override_that_nobody_knows_is_refused_by_name(fragment: str) -> None:
    with pytest.raises(BadOverride, match=fragment[1:].split("=")[0]):
        patience_with(f"https://example.com/{fragment}")


def test_a_failed_connection_is_tried_once_more_under_the_same_token(stage) -> None:
    stage.app.documents = {"answer": "<Response><Say>here</Say></Response>"}
    stage.client.faults(webhook_unreachable=True)

    assert after(stage, stage.calls()) == ["here"]


def test_two_failed_connections_are_error_11205(stage) -> None:
    stage.app.documents = {"answer": EMPTY}
    stage.client.faults(webhook_unreachable=True, times=2)

    sid = stage.calls()

    assert after(stage, sid) == [SORRY]
    assert errors(stage, sid) == [11205]


def test_a_retry_after_an_error_repeats_the_token_and_signs_without_the_fragment(make_stage: Callable, app) -> None:
    answers: Iterator[Response] = iter([Response(status=500), Response(status=404), Response(EMPTY)])
    app.documents = {"answer": "<Response><Redirect>/next#rc=2&amp;rp=all</Redirect></Response>"}
    app.documents["next"] = lambda _: next(answers)
    stage = make_stage()

    sid = stage.calls()
    stage.ends(sid)

    tokens = [
        headers["I-Twilio-Idempotency-Token"]
        for headers, (path, _) in zip(app.headers, app.requests, strict=True)
        if path == "next"
    ]
    assert (len(tokens), len(set(tokens))) == (3, 1)
    assert (all(app.signed), errors(stage, sid)) == (True, [])


def test_an_error_status_is_not_tried_again_by_default(stage) -> None:
    stage.app.documents = {"answer": lambda _: Response(status=500)}

    sid = stage.calls()
    stage.ends(sid)

    assert (len(stage.app.asked("answer")), errors(stage, sid)) == (1, [11200])


def test_an_answer_that_takes_too_long_is_error_11205(make_stage: Callable, app) -> None:
    def slow(_: dict[str, str]) -> str:
        time.sleep(0.4)
        return EMPTY

    app.documents = {"answer": "<Response><Redirect>/slow#rt=150</Redirect></Response>", "slow": slow}
    stage = make_stage()

    sid = stage.calls()

    assert after(stage, sid) == [SORRY]
    assert errors(stage, sid) == [11205]


def test_an_answer_that_drips_has_no_more_than_the_total_time(make_stage: Callable, app) -> None:
    def drips(_: dict[str, str]) -> Response:
        def body() -> Iterator[str]:
            for letter in "<Response/>" + " " * 10:
                time.sleep(0.05)
                yield letter

        return Response(body(), mimetype="text/xml")

    app.documents = {"answer": "<Response><Redirect>/slow#tt=300</Redirect></Response>", "slow": drips}
    stage = make_stage()

    sid = stage.calls()
    stage.ends(sid)

    assert errors(stage, sid) == [11205]


# What follows a failure


@pytest.mark.bad_twiml
def test_without_a_fallback_the_caller_hears_an_application_error_and_the_call_ends(stage) -> None:
    stage.app.documents = {"answer": "<Response><Sing/></Response>"}

    sid = stage.calls({"stays": True})

    assert after(stage, sid) == [SORRY]
    assert stage.ends(sid) == "completed"


@pytest.mark.bad_twiml
def test_a_fallback_that_fails_too_ends_like_none(make_stage: Callable, app) -> None:
    app.documents = {"fallback": "<Response><Sing/></Response>"}
    stage = make_stage(fallback_url=f"{app.url}/fallback")

    sid = stage.calls()

    assert after(stage, sid) == [SORRY]
    assert errors(stage, sid) == [11200, 12200]
    assert len(app.asked("fallback")) == 1


def test_a_fallback_that_leads_on_to_what_fails_ends_like_none(make_stage: Callable, app) -> None:
    app.documents = {"fallback": "<Response><Redirect>/boom</Redirect></Response>"}
    stage = make_stage(fallback_url=f"{app.url}/fallback")

    sid = stage.calls()

    assert after(stage, sid) == [SORRY]
    assert len(app.asked("fallback")) == 1


def test_an_answer_in_a_charset_that_nobody_knows_is_read_as_xml_is(stage, app) -> None:
    document = "<Response><Say>안녕하세요</Say></Response>"
    app.documents = {"answer": lambda _: Response(document, headers={"Content-Type": "text/xml; charset=bogus"})}

    assert after(stage, stage.calls()) == ["안녕하세요"]


@pytest.mark.bad_twiml
def test_what_is_no_url_is_told_and_the_call_ends(stage, app) -> None:
    app.documents = {"answer": "<Response><Redirect>http://[x/y</Redirect></Response>"}

    sid = stage.calls()

    assert after(stage, sid) == [SORRY]
    assert errors(stage, sid) == [11100]


@pytest.mark.bad_twiml
def test_bad_twiml_leads_to_the_fallback_with_error_code_and_url(make_stage: Callable, app) -> None:
    app.documents = {"answer": "<Response><Sing/></Response>", "fallback": "<Response><Say>sorry</Say></Response>"}
    stage = make_stage(fallback_url=f"{app.url}/fallback")

    assert after(stage, stage.calls()) == ["sorry"]
    told = app.asked("fallback")[0]
    assert (told["ErrorCode"], told["ErrorUrl"]) == ("12200", f"{app.url}/answer")


# Errors are kept


@pytest.mark.bad_twiml
def test_errors_are_kept_as_notifications(stage) -> None:
    stage.app.documents = {"answer": "<Response><Sing/></Response>"}
    sid = stage.calls()
    stage.ends(sid)

    [listed] = stage.rest.notifications.list()
    [of_call] = stage.rest.calls(sid).notifications.list()
    fetched = stage.rest.notifications(listed.sid).fetch()

    assert (listed.sid, listed.call_sid, listed.error_code, listed.log) == (of_call.sid, sid, "12200", "0")
    assert (fetched.request_url, fetched.request_method) == (f"{stage.app.url}/answer", "POST")
    assert "<Sing>" in fetched.message_text


# What is written down, and what is kept open


def test_passwords_in_addresses_are_written_down_nowhere(make_stage: Callable, app, tmp_path) -> None:
    def with_password(path: str) -> str:
        return f"{app.url}/{path}".replace("://", "://user:pa55word@")

    stage = make_stage(record_folder=tmp_path, exchanges=tmp_path, fallback_url=with_password("fallback"))
    app.documents = {"answer": f"<Response><Redirect>{with_password('next')}</Redirect></Response>"}
    app.documents["leg"] = app.documents["fallback"] = EMPTY
    stage.client.person("+821099990000")

    stage.ends(stage.calls())
    stage.ends(stage.rest.calls.create(to="+821099990000", from_="+82215550100", url=with_password("leg")).sid)
    stage.server.network.close()

    assert [path for path in ("next", "fallback", "leg") if app.asked(path)] == ["next", "fallback", "leg"]
    written = [path.read_text(errors="replace") for path in tmp_path.iterdir()]
    listed = str([n.request_url for n in stage.rest.notifications.list()]) + str(stage.client.events())
    assert "pa55word" not in f"{written} {listed} {stage.client.transcript()}"
    assert "://***@" in listed


class Steady(BaseHTTPRequestHandler):
    """Keeps connections open, as servers do in production and Flask's own does not."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        document = b'<Response><Play digits="w"/><Pause length="60"/></Response>'
        self.send_response(200)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(document)))
        self.end_headers()
        self.wfile.write(document)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def steady() -> Iterator[str]:
    """An address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Steady) as server:
        server.daemon_threads = True
        server.block_on_close = False
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def connections_to(url: str) -> int:
    """That this process holds open."""
    port = int(url.rsplit(":", 1)[1])
    lines = [line.split() for line in Path("/proc/self/net/tcp").read_text().splitlines()[1:]]
    return sum(int(remote.split(":")[1], 16) == port and state == ESTABLISHED for _, _, remote, state, *_ in lines)


def closes(url: str) -> bool:
    """The system takes a moment over it."""
    for _ in range(50):
        if connections_to(url) == 0:
            return True
        time.sleep(0.02)
    return False


def test_a_call_that_is_over_keeps_no_connection_open(make_stage: Callable, steady: str) -> None:
    stage = make_stage(time="stepped", voice_url=f"{steady}/answer", status_url=f"{steady}/status")

    for number in range(3):
        stage.calls(number=f"+82101234567{number}")
    stage.client.advance(10)
    during = connections_to(steady)
    stage.client.advance(100)

    assert (during, closes(steady)) == (3, True)


def test_what_is_told_after_the_end_is_told_without_keeping_a_connection(steady: str) -> None:
    webhooks = Webhooks("secret")

    webhooks.close()
    answer = webhooks.ask(f"{steady}/answer", {})

    assert (answer.status, closes(steady)) == (200, True)
