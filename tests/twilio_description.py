"""Twilio's own OpenAPI description of its REST API, held against what was asked and answered, by Prism.

Prism stands as a proxy between a replay of each exchange and a server that gives the recorded answer; whatever breaks
the description is listed in the header `sl-violations`.
"""

import fcntl
import json
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import requests

from command.supervisor import free_port

PRISM = "@stoplight/prism-cli"
PRISM_VERSION = "5.14.2"
INSTALL_SECONDS = 300
START_SECONDS = 90
TOKEN = "X-Exchange"
# What these answer says nothing about the form of the request, which therefore has to be legal.
STATE_CODES = frozenset({16021, 20003, 20404, 20429, 20500, 21220, 22005})
# Twilio's own examples in the same file break these rules: pages are named by path, and what goes on has no end.
EXAMPLES_BREAK = re.compile(
    r"""property\ (first_page_uri|next_page_uri|previous_page_uri|uri)\ must\ match\ format\ "uri"$
      | property\ (conferences\.\d+\.)?reason_conference_ended\ must\ be\ """,
    re.VERBOSE,
)

Exchange = dict[str, Any]


class NotHere(Exception):
    """The check cannot be made on this machine; the message says why."""


@dataclass
class Prism:
    url: str
    answers: dict[str, Exchange]

    def violations(self, exchanges: Iterable[Exchange]) -> list[str]:
        """One line for each, `request` or `response` in it. Exchanges that are alike are looked at once."""
        found: list[str] = []
        with requests.Session() as session:
            for exchange in {_alike(exchange): exchange for exchange in exchanges}.values():
                found += self._violations(session, exchange)
        return found

    def _violations(self, session: requests.Session, exchange: Exchange) -> list[str]:
        token = str(len(self.answers))
        self.answers[token] = exchange
        response = session.request(
            exchange["method"],
            self.url + exchange["path"],
            data=urlencode([(name, value) for name, value in exchange["form"]]) or None,
            headers={
                TOKEN: token,
                "Authorization": exchange["authorization"],
                "Content-Type": "application/x-www-form-urlencoded",
            },
            timeout=30,
        )
        found = json.loads(response.headers.get("sl-violations", "[]"))
        where = f"{exchange['method']} {exchange['path']} → {exchange['status']}"
        return [
            f"{where}: {'.'.join(map(str, violation['location']))}: {violation['message']}"
            for violation in found
            if _counts(exchange, violation["location"][0]) and not _broken_by_examples(exchange, violation["message"])
        ]


def exchanges_in(folder: Path) -> list[Exchange]:
    files = sorted(folder.glob("exchanges-*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


@contextmanager
def prism(description: Path) -> Iterator[Prism]:
    """Started. Raises NotHere."""
    program = _installed()
    answers: dict[str, Exchange] = {}
    upstream = ThreadingHTTPServer(("127.0.0.1", 0), _replayer(answers))
    threading.Thread(target=upstream.serve_forever, args=(0.05,), daemon=True).start()
    port = free_port()
    command = [str(program), "proxy", "-p", str(port), str(description), f"http://127.0.0.1:{upstream.server_port}"]
    try:
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
            try:
                _wait_until_it_listens(process)
                yield Prism(f"http://127.0.0.1:{port}", answers)
            finally:
                process.terminate()
    finally:
        upstream.shutdown()
        upstream.server_close()


def _alike(exchange: Exchange) -> str:
    """The same for exchanges that differ in nothing but identifiers, numbers and dates."""
    text = json.dumps({name: value for name, value in exchange.items() if name != "authorization"}, sort_keys=True)
    return re.sub(r"\d+", "#", re.sub(r"[0-9a-f]{32}", "#", text))


def _counts(exchange: Exchange, side: str) -> bool:
    """Errors have no description; a request that was refused for its form was illegal on purpose."""
    if exchange["status"] < 400:
        return True
    if side == "response":
        return False
    try:
        return json.loads(exchange["answer"])["code"] in STATE_CODES
    except (ValueError, KeyError):
        return True


def _broken_by_examples(exchange: Exchange, message: str) -> bool:
    """A conference that is over has to say why."""
    excused = EXAMPLES_BREAK.search(message) is not None
    return excused and ("reason" not in message or '"reason_conference_ended":null' in exchange["answer"])


def _replayer(answers: dict[str, Exchange]) -> type[BaseHTTPRequestHandler]:
    class Replayer(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            exchange = answers[self.headers[TOKEN]]
            body = exchange["answer"].encode()
            self.send_response(exchange["status"])
            if body:
                self.send_header("Content-Type", "application/json")
            if exchange["status"] != 204:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_DELETE = answer  # noqa: N815 -- the base class's names

        def log_message(self, *_: Any) -> None:
            """Nothing: the tests' output is read by people."""

    return Replayer


def _wait_until_it_listens(process: "subprocess.Popen[str]") -> None:
    """Goes on reading in the background, so that the program never waits for its reader."""
    listens = threading.Event()
    said: list[str] = []

    def read() -> None:
        for line in process.stdout or ():
            said.append(line)
            if "is listening on" in line:
                listens.set()

    threading.Thread(target=read, daemon=True).start()
    if not listens.wait(START_SECONDS):
        raise NotHere(f"Prism did not start within {START_SECONDS} s: {''.join(said[-3:])}")


def _installed() -> Path:
    """Once per machine, in the user's cache; a second process waits for the first. Raises NotHere."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "barocall"
    folder = cache / f"prism-{PRISM_VERSION}"
    program = folder / "node_modules" / ".bin" / "prism"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "prism.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            _install(folder)
            (folder / "complete").touch()
    return program


def _install(folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise NotHere("npm is not here")
    command = [npm, "install", "--no-audit", "--no-fund", "--prefix", str(folder), f"{PRISM}@{PRISM_VERSION}"]
    folder.mkdir(exist_ok=True)
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise NotHere(f"npm could not install Prism within {INSTALL_SECONDS} s") from error
    if done.returncode != 0:
        raise NotHere(f"npm could not install Prism: {done.stderr.strip()[-300:]}")
