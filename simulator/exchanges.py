"""REST requests and their answers, written down: what is checked against Twilio's own description of its API."""

import json
import os
import threading
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

from simulator.answers import VERSION
from simulator.passwords import without_passwords

FOLDER_VARIABLE = "SIMULATOR_EXCHANGES"


def folder_asked_for() -> Path | None:
    """SIMULATOR_EXCHANGES names a folder; every network, in whichever process, writes a file of its own there."""
    folder = os.environ.get(FOLDER_VARIABLE)
    return Path(folder) if folder else None


def write_exchanges(app: Flask, folder: Path) -> None:
    path = folder / f"exchanges-{os.getpid()}-{id(app)}.jsonl"
    lock = threading.Lock()

    @app.after_request
    def write(response: Response) -> Response:
        if request.path.startswith(f"/{VERSION}/") and request.path.endswith(".json"):  # A recording's sound is none.
            line = json.dumps(_exchange(response), ensure_ascii=False) + "\n"
            with lock, path.open("a", encoding="utf-8") as file:
                file.write(line)
        return response


def _exchange(response: Response) -> dict[str, Any]:
    return {
        "method": request.method,
        "path": without_passwords(request.full_path.rstrip("?")),
        "form": [(name, without_passwords(value)) for name, value in request.form.items(multi=True)],
        "authorization": "Basic c2lkOnRva2Vu",  # The description asks for one; the true one is a secret.
        "status": response.status_code,
        "answer": without_passwords(response.get_data(as_text=True)),
    }
