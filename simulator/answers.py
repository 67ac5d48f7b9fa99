"""What every answer of the REST API has in common."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Response, jsonify, request

from simulator.forms import whole_of
from simulator.parameters import API_VERSION, timestamp

VERSION = API_VERSION
# Confirmed by Twilio's OpenAPI description.
PAGE_SIZE, MOST_PAGE_SIZE = 50, 1000
LAST_PAGE = 1_000_000


def error(status: int, code: int, message: str) -> tuple[Response, int]:
    return jsonify({"code": code, "message": message, "more_info": error_page(code), "status": status}), status


def error_page(code: int) -> str:
    return f"https://www.twilio.com/docs/errors/{code}"


def not_found() -> tuple[Response, int]:
    return error(404, 20404, f"The requested resource {request.path} was not found")


def page(name: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    size = whole_of(request.args, "PageSize", PAGE_SIZE, 1, MOST_PAGE_SIZE)
    number = whole_of(request.args, "Page", 0, 0, LAST_PAGE)
    shown = rows[number * size : (number + 1) * size]
    more = len(rows) > (number + 1) * size
    path = request.path

    def address(other: int) -> str:
        return f"{path}?{urlencode({**request.args, 'PageSize': size, 'Page': other})}"

    return {
        name: shown,
        "page": number,
        "page_size": size,
        "start": number * size,
        "end": number * size + max(len(shown) - 1, 0),
        "uri": address(number),
        "first_page_uri": address(0),
        "next_page_uri": address(number + 1) if more else None,
        "previous_page_uri": address(number - 1) if number else None,
    }


def rfc2822(at: datetime | None) -> str | None:
    return None if at is None else timestamp(at)
