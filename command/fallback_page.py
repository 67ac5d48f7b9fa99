"""The fallback document on a server of its own: it answers when barocall does not."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Self


class FallbackPage:
    """Use as a context; `url` is where it lies, on this machine alone."""

    def __init__(self, document: str) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _answering(document.encode()))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/fallback.xml"

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, args=(0.1,), name="fallback", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _answering(document: bytes) -> type[BaseHTTPRequestHandler]:
    class Page(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(200)
            self.send_header("Content-Type", "text/xml; charset=utf-8")
            self.send_header("Content-Length", str(len(document)))
            self.end_headers()
            self.wfile.write(document)

        do_GET = do_POST  # noqa: N815 -- the library's name

        def log_message(self, *_: object) -> None:
            """It would stand in the middle of the transcript."""

    return Page
