"""Media streams: Start, Stop, Connect."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from simulator.streams import Stream
from simulator.twiml import Element
from simulator.verbs.fetch import Fetch, absolute, following_if_asked, hold

if TYPE_CHECKING:
    from simulator.call import Call

MOST_TRACKS = 4  # Confirmed.
# Confirmed: the names. A two-way stream carries the first alone.
TRACKS = {"inbound_track": ("inbound",), "outbound_track": ("outbound",), "both_tracks": ("inbound", "outbound")}


def start(call: "Call", element: Element) -> Fetch | None:
    for noun in element:
        _refuse_too_many(call, noun)
        _begin(call, noun, two_way=False)
    return None


def stop(call: "Call", element: Element) -> Fetch | None:
    for noun in element:
        if noun.optional("name") is None:
            raise noun.wrong("is stopped by its name, and none is given")
        call.stop_stream(noun.word("name"))
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
        call.stop_stream(stream.name)
    return following_if_asked(element, {})


def _begin(call: "Call", noun: Element, *, two_way: bool) -> Stream:
    base, status_url = call.document_url, noun.optional("statusCallback")
    return call.start_stream(
        noun.optional("name"),
        _socket_url(call, noun),
        {parameter.word("name"): parameter.word("value") for parameter in noun},
        tracks=TRACKS[noun.word("track")],
        two_way=two_way,
        status=None if status_url is None else Fetch(status_url, noun.word("statusCallbackMethod")).relative_to(base),
    )


def _socket_url(call: "Call", noun: Element) -> str:
    """Confirmed: without the query string, which is dropped."""
    if not noun.word("url"):
        raise noun.wrong("has no url")
    found = urlsplit(absolute(call.document_url, noun.word("url")))
    scheme = {"http": "ws", "https": "wss"}.get(found.scheme, found.scheme)
    return found._replace(scheme=scheme, query="", fragment="").geturl()


def _refuse_too_many(call: "Call", noun: Element) -> None:
    others = [s for s in call.streams.values() if not s.ended and s.name != noun.optional("name")]
    tracks = sum(len(stream.tracks) for stream in others)
    if tracks + len(TRACKS[noun.word("track")]) > MOST_TRACKS:
        raise noun.wrong(f"is one too many: a call has at most {MOST_TRACKS} tracks in streams")
