"""The live page: for eyes on this machine only, and only with the one-time token."""

import hmac
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Flask, Response, abort, make_response, redirect, render_template, request
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import Connection, text
from werkzeug.wrappers import Response as AnyResponse

from callqueue.department import Department
from callqueue.wait import WaitEstimator
from console.board import Board, board
from console.text import TEXT, state_name
from store.database import DatabaseAway, Store

COOKIE = "barocall_live"
ZONE = ZoneInfo("Asia/Seoul")


def console_app(
    store: Store,
    redis: Redis,
    departments: Callable[[Connection], Mapping[str, Department]],
    waits: WaitEstimator,
    clock: Callable[[], datetime],
    token: str,
) -> Flask:
    """`token` opens the page once and is exchanged for a cookie; afterwards it opens nothing."""
    app = Flask("barocall.console", template_folder=_beside("templates"), static_folder=_beside("static"))
    tokens = {token}
    sessions: set[str] = set()

    def render(template: str) -> str:
        with store.read() as tx:
            shown = board(tx, departments(tx), waits, clock())
        return _render(shown, template)

    def signed_in() -> bool:
        given = request.cookies.get(COOKIE, "")
        return any(hmac.compare_digest(given, session) for session in sessions)

    @app.get("/healthz")
    def healthz() -> tuple[dict[str, str], int]:
        health = {"database": _database_health(store), "redis": _redis_health(redis)}
        return health, 200 if set(health.values()) == {"ok"} else 503

    @app.get("/")
    def page() -> str | AnyResponse:
        given = request.args.get("token")
        if given is not None:
            return _open(tokens, sessions, given)
        if not signed_in():
            abort(403, "Open the address that `barocall run` printed; its token works once.")
        return render("page.html")

    @app.get("/board")
    def fragment() -> str:
        if not signed_in():
            abort(403)
        return render("board.html")

    @app.after_request
    def careful(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = "default-src 'self'; frame-ancestors 'none'"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "no-store"
        return response

    return app


def _open(tokens: set[str], sessions: set[str], given: str) -> AnyResponse:
    matching = next((token for token in tokens if hmac.compare_digest(token, given)), None)
    if matching is None:
        abort(403, "This token has been used or was never given.")
    tokens.discard(matching)
    session = secrets.token_urlsafe(32)
    sessions.add(session)
    # Without the token in the address: it would stay in the browser's history.
    response = make_response(redirect("/?lang=en" if _language() == "en" else "/"))
    response.set_cookie(COOKIE, session, httponly=True, samesite="Strict")
    return response


def _render(shown: Board, template: str) -> str:
    language = _language()
    return render_template(
        template,
        board=shown,
        t=TEXT[language],
        language=language,
        state_name=lambda state: state_name(language, state),
        local=lambda at: at.astimezone(ZONE).strftime("%H:%M:%S"),
    )


def _language() -> str:
    return "en" if request.args.get("lang") == "en" else "ko"


def _database_health(store: Store) -> str:
    try:
        with store.read() as tx:
            tx.execute(text("SELECT 1"))
    except DatabaseAway:
        return "away"
    return "ok"


def _redis_health(redis: Redis) -> str:
    try:
        redis.ping()
    except RedisError:
        return "away"
    return "ok"


def _beside(folder: str) -> str:
    return str(Path(__file__).parent / folder)
