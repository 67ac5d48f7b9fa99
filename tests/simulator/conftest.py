"""A voice application of a few lines, and a network in front of it."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, request
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from werkzeug.serving import make_server

from simulator.client import NetworkClient
from simulator.config import NetworkConfig
from simulator.server import NetworkServer

ACCOUNT = "AC" + "5" * 32
TOKEN = "secret"
NUMBER = "+82215550100"

Answer = str | Callable[[dict[str, str]], str | Response]


@dataclass
class Application:
    """`documents`: path → TwiML, or what makes it from the parameters. Every request is kept."""

    url: str = ""
    documents: dict[str, Answer] = field(default_factory=dict)
    otherwise: dict[str, Answer] = field(default_factory=dict)
    """Where `documents` has none."""
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    signed: list[bool] = field(default_factory=list)

    def answer(self, path: str) -> Response:
        parameters = request.form.to_dict()
        self.requests.append((path, parameters))
        self.headers.append(dict(request.headers))
        signature = request.headers.get("X-Twilio-Signature", "")
        self.signed.append(RequestValidator(TOKEN).validate(request.url, request.form, signature))
        document = self.documents.get(path, self.otherwise.get(path))
        if document is None:
            return Response("no such document", status=404)
        answer = document if isinstance(document, str) else document(parameters)
        return answer if isinstance(answer, Response) else Response(answer, mimetype="text/xml")

    def asked(self, path: str) -> list[dict[str, str]]:
        return [parameters for asked, parameters in self.requests if asked == path]


@dataclass
class Stage:
    app: Application
    client: NetworkClient
    rest: Client
    server: NetworkServer

    def calls(self, *steps: dict[str, Any], number: str = "+821012345678") -> str:
        return self.client.call(number, steps=list(steps))

    def ends(self, sid: str) -> str:
        event = self.client.wait_for(lambda e: e["kind"] == "ended" and e["call"] == sid)
        return str(event["status"])

    def kinds(self, sid: str) -> list[str]:
        return [event["kind"] for event in self.client.events() if event.get("call") == sid]


@pytest.fixture
def app() -> Iterator[Application]:
    application = Application()
    flask = Flask("voice")
    flask.add_url_rule("/<path:path>", view_func=application.answer, methods=["GET", "POST"])
    server = make_server("127.0.0.1", 0, flask, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    application.url = f"http://127.0.0.1:{server.server_port}"
    yield application
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def make_stage(app: Application) -> Iterator[Callable[..., Stage]]:
    servers: list[NetworkServer] = []

    def make(exchanges: Path | None = None, **about: Any) -> Stage:
        usual = {"voice_url": f"{app.url}/answer", "status_url": f"{app.url}/status"}
        pace = {"speed": 25.0, "calls_per_second": 20.0}
        config = NetworkConfig(account_sid=ACCOUNT, auth_token=TOKEN, number=NUMBER, **{**usual, **pace, **about})
        server = NetworkServer(config, exchanges=exchanges)
        server.start()
        servers.append(server)
        rest = Client(ACCOUNT, TOKEN)
        rest.api.base_url = server.url
        return Stage(app, NetworkClient(server.url), rest, server)

    yield make
    for server in servers:
        server.close()


@pytest.fixture
def stage(make_stage: Callable[..., Stage]) -> Stage:
    return make_stage()
