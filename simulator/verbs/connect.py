"""Media streams: Start, Stop, Connect."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from simulator.streams import Stream, TooManyTracks
from simulator.twiml import Element
from simulator.verbs.fetch import Fetch, absolute, following_if_asked, hold

if TYPE_CHECKING:
    from simulator.call import Call

# Confirmed: the names. A two-way stream carries the first alone.
TRACKS = {"inbound_track": ("inbound",), "outbound_track": ("outbound",), "both_tracks": ("inbound", "outbound")}


def start(call: "Call", element: Element) -> Fetch | None:
    for noun in element:
        _begin(call, noun, two_way=False)
    return None


def stop(call: "Call", element: Element) -> Fetch | None:
    for noun in element:
        if noun.optional("name") is None:
            raise noun.wrong("is stopped by its name, and none is given")
        call.streams.stop(noun.word("name"))
    return None


def connect(call: "Call", element: Element) -> Fetch | None:
    """Both ways; nothing else happens until the application closes the socket."""
    if len(element.children) != 1:
        raise element.wrong("connects one <Stream>")
    noun = element.children[0]
    if noun.word("track") != "inbound_track":
        raise noun.wrong("carries the inbound_track alone where it goes both ways")
    stream = _begin(call, noun, two_way=True)
    try:
        hold(call, until=lambda: stream.ended)
    finally:
        call.streams.stop(stream.name)
    return following_if_asked(element, {})


def _begin(call: "Call", noun: Element, *, two_way: bool) -> Stream:
    base, status_url = call.document_url, noun.optional("statusCallback")
    told = None if status_url is None else Fetch(status_url, noun.word("statusCallbackMethod")).relative_to(base)
    try:
        return call.streams.start(
            noun.optional("name"),
            _socket_url(call, noun),
            {parameter.word("name"): parameter.word("value") for parameter in noun},
            tracks=TRACKS[noun.word("track")],
            two_way=two_way,
            status=told,
        )
    except TooManyTracks as error:
        raise noun.wrong(str(error)) from error


def _socket_url(call: "Call", noun: Element) -> str:
    """Confirmed: without the query string, which is dropped."""
    if not noun.word("url"):
        raise noun.wrong("has no url")
    found = urlsplit(absolute(call.document_url, noun.word("url")))
    scheme = {"http": "ws", "https": "wss"}.get(found.scheme, found.scheme)
    return found._replace(scheme=scheme, query="", fragment="").geturl()
