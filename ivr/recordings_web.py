"""Recorded prompts for the carrier, out of the database. Whoever calls hears them: there is no secret in one."""

from flask import Blueprint, Response, abort, request

from ivr.recordings import ROUTE, recording_of
from store.database import DatabaseAway, Store

LARGEST_ID = 2**31 - 1
LONGEST_CACHED = "public, max-age=31536000, immutable"
"""A version never changes: the carrier keeps its sounds for the year that is the most HTTP knows."""


def recordings_blueprint(store: Store) -> Blueprint:
    pages = Blueprint("recordings", __name__, url_prefix=ROUTE)

    @pages.get(f"/<int(max={LARGEST_ID}):version_id>/<path:path>", merge_slashes=False)
    def play(version_id: int, path: str) -> Response:
        if "\0" in path:  # PostgreSQL would refuse to look for it.
            abort(404)
        try:
            with store.read() as tx:
                found = recording_of(tx, version_id, path)
        except DatabaseAway:
            abort(503)
        if found is None:
            abort(404)
        answer = Response(found.data, content_type=found.media_type)
        answer.headers["Cache-Control"] = LONGEST_CACHED
        answer.set_etag(found.sha256)
        return answer.make_conditional(request)  # type: ignore[return-value]

    return pages
