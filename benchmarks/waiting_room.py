"""A voice application in plain WSGI: a greeting, a key or none, and a room in which callers wait for each other."""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

GREETING = (
    '<Response><Gather numDigits="1" action="/key" timeout="5"><Say>press a key</Say></Gather>'
    "<Say>nothing was pressed</Say><Redirect>/answer</Redirect></Response>"
)
ROOM = (
    '<Response><Dial action="/after"><Conference waitUrl="/hold" endConferenceOnExit="true">{}</Conference></Dial>'
    "</Response>"
)
DOCUMENTS = {
    "/answer": GREETING,
    "/hold": '<Response><Say>please hold</Say><Pause length="20"/></Response>',
    "/after": "<Response><Say>good bye</Say></Response>",
}


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    path = environ["PATH_INFO"]
    # Two callers whose numbers differ in the last digit alone meet in one room.
    document = DOCUMENTS.get(path, "<Response/>") if path != "/key" else ROOM.format(_pair(body))
    start_response("200 OK", [("Content-Type", "text/xml"), ("Content-Length", str(len(document.encode())))])
    return [document.encode()]


def _pair(body: bytes) -> str:
    return parse_qs(body.decode())["From"][0][1:-1]
