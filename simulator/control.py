"""How tests and demos work the network: people, calls, events, faults. Plain JSON over HTTP."""

from pathlib import Path
from typing import Any

from flask import Blueprint, Response, request

from simulator.line import BadLine
from simulator.network import PhoneNetwork
from simulator.people import BadPerson, BadStep, person_of
from simulator.recorder import sound
from simulator.transcript import json_lines, readable


def control_blueprint(network: PhoneNetwork) -> Blueprint:
    control = Blueprint("control", __name__, url_prefix="/simulator")

    @control.errorhandler(BadStep)
    @control.errorhandler(BadPerson)
    @control.errorhandler(BadLine)
    @control.errorhandler(KeyError)
    @control.errorhandler(TypeError)
    def wrong(error: Exception) -> tuple[dict[str, str], int]:
        return {"error": str(error)}, 400

    @control.post("/people")
    def know() -> dict[str, str]:
        person = person_of(request.get_json())
        network.know(person)
        return {"number": person.number}

    @control.post("/calls")
    def call_in() -> dict[str, str]:
        return {"sid": network.dial_in(person_of(request.get_json())).sid}

    @control.post("/calls/<sid>/steps")
    def go_on(sid: str) -> dict[str, str]:
        network.go_on(sid, request.get_json())
        return {"sid": sid}

    @control.get("/calls/<sid>")
    def look(sid: str) -> dict[str, Any]:
        call = network.calls[sid]
        return {
            "sid": sid,
            "status": call.status,
            "heard": call.heard,
            "conference": call.conference,
            "talks": network.conferences.talks(call),
        }

    @control.get("/calls/<sid>/transcript")
    def transcript(sid: str) -> Response:
        return _text(readable(network.calls[sid].events(), network.config.speed))

    @control.get("/calls/<sid>/events")
    def events_of_call(sid: str) -> Response:
        return Response(json_lines(network.calls[sid].events()), mimetype="application/jsonl")

    @control.get("/calls/<sid>/recording.wav")
    def recording(sid: str) -> Response:
        call = network.calls[sid]
        if not call.soundtrack.runs:
            raise KeyError(
                f"{sid} was not recorded: ask for it by --record, or POST /simulator/record, before the call"
            )
        return Response(sound(call), mimetype="audio/wav")

    @control.get("/transcript")
    def whole_transcript() -> Response:
        return _text(readable(network.events.after(0, 0), network.config.speed))

    @control.post("/record")
    def record() -> dict[str, str | None]:
        folder = request.get_json()["folder"]
        network.record_to(None if folder is None else Path(folder))
        return {"folder": folder}

    @control.get("/events")
    def events() -> dict[str, Any]:
        after = request.args.get("after", 0, type=int)
        wait_seconds = min(request.args.get("wait_seconds", 0.0, type=float), 30.0)
        return {"events": network.events.after(after, wait_seconds)}

    @control.post("/faults")
    def faults() -> dict[str, bool]:
        wanted = request.get_json()
        network.faults.webhook_twice = bool(wanted.get("webhook_twice", False))
        network.faults.rest_create = wanted.get("rest_create")
        network.faults.rest_create_times = int(wanted.get("times", 1))
        if wanted.get("cut_streams"):
            for call in list(network.calls.values()):
                call.stop_streams()
        return {"ok": True}

    return control


def _text(text: str) -> Response:
    return Response(text, mimetype="text/plain")
