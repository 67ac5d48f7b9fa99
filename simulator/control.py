"""How tests and demos work the network: people, calls, events, faults. Plain JSON over HTTP."""

from pathlib import Path
from typing import Any

from flask import Blueprint, Response, request

from simulator.breaks import BREAKS
from simulator.clock import NotStepped
from simulator.faults import BadFault
from simulator.line import BadLine
from simulator.network import PhoneNetwork
from simulator.people import BadPerson, BadStep, person_of
from simulator.recorder import sound
from simulator.stepped import ClockBusy
from simulator.transcript import json_lines, readable


def control_blueprint(network: PhoneNetwork) -> Blueprint:
    control = Blueprint("control", __name__, url_prefix="/simulator")

    @control.errorhandler(BadFault)
    @control.errorhandler(BadStep)
    @control.errorhandler(BadPerson)
    @control.errorhandler(BadLine)
    @control.errorhandler(KeyError)
    @control.errorhandler(TypeError)
    @control.errorhandler(ValueError)
    def wrong(error: Exception) -> tuple[dict[str, str], int]:
        return {"error": str(error)}, 400

    @control.errorhandler(NotStepped)
    @control.errorhandler(ClockBusy)
    def not_now(error: Exception) -> tuple[dict[str, str], int]:
        return {"error": str(error)}, 409

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

    @control.post("/texts")
    def text() -> dict[str, str]:
        asked = request.get_json()
        return {"sid": network.messages.text(asked["number"], asked["body"]).sid}

    @control.get("/texts/<number>")
    def texts(number: str) -> dict[str, list[str]]:
        return {"texts": [message.body for message in network.messages.received_by(number)]}

    @control.get("/calls/<sid>")
    def look(sid: str) -> dict[str, Any]:
        call = network.calls[sid]
        return {
            "sid": sid,
            "status": call.status,
            "heard": call.ear.heard,
            "conference": call.conference,
            "talks": network.conferences.talks(call),
        }

    @control.get("/calls/<sid>/transcript")
    def transcript(sid: str) -> Response:
        return _text(readable(network.calls[sid].events(), network.config.events_speed))

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
        return _text(readable(network.events.after(0, 0), network.config.events_speed))

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

    @control.get("/clock")
    def tell_time() -> dict[str, str | float]:
        return {
            "time": network.config.time,
            "now": network.now().isoformat(),
            "seconds": network.elapsed_seconds(),
        }

    @control.post("/clock")
    def advance() -> dict[str, str | float]:
        network.advance(float(request.get_json()["advance_seconds"]))
        return tell_time()

    @control.get("/faults")
    def faults() -> dict[str, Any]:
        return network.faults.table()

    @control.post("/faults")
    def go_wrong() -> dict[str, Any]:
        for name, fault in network.faults.ask_for(request.get_json()).items():
            BREAKS[name](network, fault)
        return network.faults.table()

    return control


def _text(text: str) -> Response:
    return Response(text, mimetype="text/plain")
