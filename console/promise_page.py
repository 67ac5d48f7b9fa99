"""The page behind the link of a text: what is promised, and the three things its caller can do about it.

It needs no sign-in: whoever has the link can change the promise, as whoever has the text has the PIN. GET only shows
(phones and messengers fetch links by themselves); changes are POSTs of a form that the page itself gave out.
"""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from sqlalchemy import Connection, select
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from callbacks import changes, slots, texts
from callbacks.changes import Change
from callbacks.jobs import Jobs
from callbacks.lifecycle import CallbackState
from callbacks.promises import job_due
from callbacks.retries import CallbackRules
from callbacks.seals import Seals
from callbacks.slots import DAYS_AHEAD, SOONEST, Slot
from callqueue import line
from console.promise_text import OUTCOMES, TEXT, day, moment, national, short_time
from ivr.catalogue import Catalogue
from ivr.menu.model import Department, Menu
from ivr.promising import CallingHours
from store.database import Store
from store.tables import callbacks

DIALLING = (CallbackState.DIALLING_FIRST, CallbackState.DIALLING_SECOND, CallbackState.CONNECTED)
ALTERED, STALE_FORM, ELSEWHERE = "altered", "stale", "elsewhere"


@dataclass(frozen=True)
class Pages:
    """What the page works with; app.py chooses the parts."""

    store: Store
    catalogue: Catalogue
    seals: Seals
    rules: CallbackRules
    jobs: Jobs
    hang_up: Callable[[Iterable[str]], None]
    clock: Callable[[], datetime]
    public_url: str
    phone_number: str


@dataclass(frozen=True)
class Promise:
    """A promise with the menu it is shown by."""

    row: Any
    menu: Menu
    department: Department

    @property
    def state(self) -> CallbackState:
        return CallbackState(self.row.state)

    @property
    def is_over(self) -> bool:
        return self.row.ended_at is not None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.menu.site.time_zone)


def promise_blueprint(pages: Pages) -> Blueprint:
    """The routes under /c."""
    folder = str(Path(__file__).parent / "templates")
    blueprint = Blueprint("promise", __name__, url_prefix="/c", template_folder=folder)

    @blueprint.get("/<link>")
    def show(link: str) -> AnyResponse:
        with pages.store.read() as tx:
            promise = _promise(pages, tx, _callback_id(pages, link))
            return _shown(pages, tx, promise, link)

    @blueprint.post("/<link>/cancel")
    def cancel(link: str) -> AnyResponse:
        callback_id = _checked_form(pages, link)
        with pages.store.write() as tx:
            off = changes.cancel(tx, callback_id, who="caller", why="cancelled on the page", now=pages.clock())
        pages.hang_up(off.in_vain)
        return _done(pages, link, callback_id, off.change)

    @blueprint.post("/<link>/move")
    def move(link: str) -> AnyResponse:
        callback_id = _checked_form(pages, link)
        at = _chosen_time(request.form.get("at", ""))
        with pages.store.write() as tx:
            promise = _promise(pages, tx, callback_id)
            slot = None if at is None else _bookable(pages, promise, at)
            if at is None or slot is None:
                return redirect(url_for("promise.show", link=link, told="no_time"), 303)
            changed = changes.move_to(tx, callback_id, at, slot, who="caller", now=pages.clock())
        return _done(pages, link, callback_id, changed)

    @blueprint.post("/<link>/now")
    def call_now(link: str) -> AnyResponse:
        callback_id = _checked_form(pages, link)
        now = pages.clock()
        with pages.store.write() as tx:
            promise = _promise(pages, tx, callback_id)
            if not _hours(pages, promise).is_open(now):
                return redirect(url_for("promise.show", link=link, told="closed"), 303)
            due_at = min(promise.row.due_at, now)
            changed = changes.move_to(tx, callback_id, due_at, None, who="caller", now=now)
        return _done(pages, link, callback_id, changed)

    @blueprint.errorhandler(HTTPException)
    def told(error: HTTPException) -> Response:
        language = _asked_language() or "ko"
        why = error.description if error.description in OUTCOMES[language] else ALTERED
        text, nonce = OUTCOMES[language][why], secrets.token_urlsafe(16)
        page = render_template("promise_error.html", t=TEXT[language], language=language, told=text, nonce=nonce)
        return Response(page, error.code or 400, {"Content-Security-Policy": _policy(nonce)})

    @blueprint.after_request
    def careful(response: Response) -> Response:
        # The link is a key: no other site, cache or search engine gets to know it.
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return blueprint


def _shown(pages: Pages, tx: Connection, promise: Promise, link: str) -> AnyResponse:
    now, nonce = pages.clock(), secrets.token_urlsafe(16)
    language = _asked_language() or promise.menu.language
    may_change = promise.state in changes.WAITING and line.entry_of_callback(tx, promise.row.id) is not None
    page = render_template(
        "promise.html",
        t=TEXT[language],
        language=language,
        site=promise.menu.spoken_in(language).site.name,
        department=promise.menu.spoken_in(language).department(promise.department.id).name,
        number=national(promise.row.number, masked=True),
        phone=national(pages.phone_number),
        phone_link=pages.phone_number,
        link=link,
        form=pages.seals.form(promise.row.id),
        nonce=nonce,
        what=_what(tx, promise, language, now),
        told=OUTCOMES[language].get(request.args.get("told", "")),
        may_change=may_change,
        may_call_now=may_change and promise.row.due_at > now and _hours(pages, promise).is_open(now),
        days=_days(pages, tx, promise, language) if may_change else [],
    )
    response = Response(page, status=410 if promise.is_over else 200)
    response.headers["Content-Security-Policy"] = _policy(nonce)
    return response


def _what(tx: Connection, promise: Promise, language: str, now: datetime) -> str:
    """What will happen, in one sentence."""
    t, row = TEXT[language], promise.row
    if promise.is_over:
        return t[f"is_{promise.state.value}"]
    if promise.state in DIALLING:
        return t["is_dialling"]
    if row.due_at > now:
        when = moment(row.due_at.astimezone(promise.zone), language)
        return (t["is_timed"] if row.slot_at is not None else t["is_from"]).format(when=when)
    place = line.entry_of_callback(tx, row.id)
    position = None if place is None else line.position(tx, place.id, now)
    if position is None:
        return t["is_in_turn"]
    return t["is_next"] if position == 1 else t["is_in_line"].format(ahead=position - 1)


def _days(pages: Pages, tx: Connection, promise: Promise, language: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Free times, by day: (day, [(value, time)])."""
    now = pages.clock()
    free = slots.free_slots(
        tx,
        promise.department.for_line(),
        _hours(pages, promise),
        promise.zone,
        after=now + SOONEST,
        until=now + timedelta(days=DAYS_AHEAD),
    )
    local = [at.astimezone(promise.zone) for at in free if at != promise.row.slot_at]
    return [
        (day(date, language), [(at.isoformat(), short_time(at, language)) for at in times])
        for date, times in groupby(local, key=lambda at: at.date())
    ]


def _bookable(pages: Pages, promise: Promise, at: datetime) -> Slot | None:
    """None for a time that the page never offered: forms can be written by hand."""
    slot = slots.slot_of(promise.department.for_line(), at, promise.zone)
    soon_enough = pages.clock() < at <= pages.clock() + timedelta(days=DAYS_AHEAD)
    return slot if soon_enough and slots.is_served(slot, _hours(pages, promise)) else None


def _done(pages: Pages, link: str, callback_id: int, change: Change) -> AnyResponse:
    """Tell by a page of its own: reloading it changes nothing again."""
    if change == Change.DONE:
        with pages.store.read() as tx:
            job, planned = job_due(tx, callback_id), texts.planned_for(tx, callback_id)
        if job is not None:
            pages.jobs.keep(callback_id, generation=job.generation, due_at=job.due_at)
        for text_id in planned:
            pages.jobs.text(text_id, generation=0)
    return redirect(url_for("promise.show", link=link, told=change.value, lang=_asked_language()), 303)


def _callback_id(pages: Pages, link: str) -> int:
    callback_id = pages.seals.callback_of_link(link)
    if callback_id is None:
        abort(404, ALTERED)
    return callback_id


def _checked_form(pages: Pages, link: str) -> int:
    """The promise that a form is about; forms of other sites and altered ones are refused."""
    callback_id = _callback_id(pages, link)
    origin = request.headers.get("Origin")
    ours = urlsplit(pages.public_url)
    if origin not in (None, f"{ours.scheme}://{ours.netloc}") or request.headers.get("Sec-Fetch-Site") == "cross-site":
        abort(403, ELSEWHERE)
    if not pages.seals.is_form_of(callback_id, request.form.get("form", "")):
        abort(400, STALE_FORM)
    return callback_id


def _promise(pages: Pages, tx: Connection, callback_id: int) -> Promise:
    row = tx.execute(select(callbacks).where(callbacks.c.id == callback_id)).first()
    if row is None:
        abort(404, ALTERED)
    _version, menu = pages.catalogue.published(tx)
    known = {department.id for department in menu.departments}
    # A department that was taken out of the menu since: a person sees to its callers.
    department = menu.department(row.department) if row.department in known else menu.person
    return Promise(row, menu.spoken_in(row.language), department)


def _hours(pages: Pages, promise: Promise) -> CallingHours:
    return CallingHours(promise.department.hours, pages.rules)


def _chosen_time(written: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        return None
    return at if at.tzinfo is not None else None


def _asked_language() -> str | None:
    asked = request.args.get("lang")
    return asked if asked in TEXT else None


def _policy(nonce: str) -> str:
    return f"default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
