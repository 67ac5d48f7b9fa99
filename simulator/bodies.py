"""Bodies of HTTP answers, read with an end to patience and to size: applications under test do anything."""

import time
from urllib.parse import urljoin

import requests
from urllib3.exceptions import HTTPError

CHUNK_BYTES = 64 * 1024
REDIRECTS = 10
# What reading an answer may raise besides: the two libraries do not share a root.
BROKEN = (requests.RequestException, HTTPError)


class TooLarge(requests.RequestException):
    """There is more of it than is read."""


def read_body(response: requests.Response, deadline: float, most_bytes: int) -> bytes:
    """An application that sends byte after byte has no longer for it than one that says nothing. `deadline`: of
    time.monotonic. Raises what is in BROKEN, TooLarge among it."""
    body = bytearray()
    # `iter_content` would wait for a whole chunk, however slowly its bytes come.
    while chunk := response.raw.read1(CHUNK_BYTES, decode_content=True):
        body += chunk
        if len(body) > most_bytes:
            response.close()
            raise TooLarge(f"more than {most_bytes} bytes")
        if time.monotonic() > deadline:
            response.close()
            raise requests.ReadTimeout("the answer took too long")
    response.raw.release_conn()  # For the next request; `close` would cut it.
    return bytes(body)


def fetched(url: str, seconds: float, most_bytes: int) -> bytes:
    """What a plain GET brings, redirects followed, in so many seconds altogether. Raises what is in BROKEN, an HTTP
    error among it."""
    deadline = time.monotonic() + seconds
    with requests.Session() as session:
        session.trust_env = False  # Neither proxies nor a user's .netrc stand between it and the application.
        for _ in range(REDIRECTS):
            left = max(deadline - time.monotonic(), 0.05)
            response = session.get(url, timeout=left, stream=True, allow_redirects=False)
            if not response.is_redirect:
                if not response.ok:
                    raise requests.HTTPError(f"HTTP {response.status_code}")
                return read_body(response, deadline, most_bytes)
            response.close()
            url = next_address(response)
    raise requests.TooManyRedirects(f"more than {REDIRECTS} redirects")


def next_address(response: requests.Response) -> str:
    """Where a redirect leads. Raises requests.InvalidURL."""
    location = response.headers["Location"]
    try:
        return urljoin(response.url, location)
    except ValueError as error:
        raise requests.exceptions.InvalidURL(location) from error
