"""REST requests that are refused, fail, or hang, before or after they were carried out."""

from typing import Any

from flask import Blueprint, Response, g, request

from simulator.answers import error
from simulator.faults import Faults

# Longer than any client waits.
HANGING_SECONDS = 60
RETRY_AFTER_SECONDS = 1
# Unconfirmed: the code beside HTTP 429, and that Retry-After comes with it.
TOO_MANY = 20429
# Unconfirmed.
BROKEN = 20500


def serve_faults(rest: Blueprint, faults: Faults) -> None:
    """After the password was checked: who may not ask is told so, whatever else goes wrong."""

    @rest.before_request
    def before() -> Any:
        g.fault = _take(faults)
        if g.fault == "429":
            return _too_many(told_when=faults.truth("retry_after"))
        if g.fault == "500":
            return error(500, BROKEN, "Internal server error")
        if g.fault == "timeout":
            faults.over.wait(HANGING_SECONDS)
            return "", 504
        return None

    @rest.after_request
    def after(response: Response) -> Response:
        fault = g.get("fault")
        if fault == "timeout_after":
            faults.over.wait(HANGING_SECONDS)
        if fault == "500_after":
            broken, response.status_code = error(500, BROKEN, "Internal server error")
            response.set_data(broken.get_data())
        return response


def _take(faults: Faults) -> str | None:
    fields = " ".join(f"{name}={value}" for name, value in request.form.items(multi=True))
    where = f"{request.method} {request.path} {fields}"
    taken: str | None = faults.take("rest", where) or faults.take("rest_create", where)
    return taken


def _too_many(*, told_when: bool) -> tuple[Response, int]:
    response, status = error(429, TOO_MANY, "Too many requests")
    if told_when:
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response, status
