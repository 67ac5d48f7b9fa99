"""The network behind one HTTP port."""

import logging
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from flask import Flask
from werkzeug.serving import BaseWSGIServer, make_server

from simulator.answers import error, not_found
from simulator.config import NetworkConfig
from simulator.control import control_blueprint
from simulator.exchanges import folder_asked_for, write_exchanges
from simulator.network import PhoneNetwork
from simulator.recording_rest import sound_blueprint
from simulator.rest import account_blueprint, rest_blueprint

# How often the server looks whether it was told to stop: what a test pays at its end.
CLOSING_SECONDS = 0.1


class NetworkServer:
    """A running network; `port` 0 takes a free one. `exchanges`: a folder where REST is written down."""

    def __init__(
        self,
        config: NetworkConfig,
        port: int = 0,
        events_path: Path | None = None,
        exchanges: Path | None = None,
    ) -> None:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self.network = PhoneNetwork(config, events_path)
        app = Flask("simulator")
        for blueprint in (sound_blueprint, rest_blueprint, account_blueprint, control_blueprint):
            app.register_blueprint(blueprint(self.network))
        app.register_error_handler(404, lambda _: not_found())
        app.register_error_handler(405, lambda _: error(405, 20004, "Method not allowed"))
        folder = exchanges or folder_asked_for()
        if folder is not None:
            write_exchanges(app, folder)
        self._server: BaseWSGIServer = make_server("127.0.0.1", port, app, threaded=True)
        self.network.url = self.url
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(CLOSING_SECONDS,), name="network", daemon=True
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, _kind: type[BaseException] | None, _e: BaseException | None, _at: TracebackType | None) -> None:
        self.close()

    def start(self) -> None:
        self.network.start()
        self._thread.start()

    def close(self) -> None:
        self.network.close()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
