"""The composition root: the one place that chooses real or stand-in parts, and the `barocall` command line."""

import gc
import logging
import os
import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from flask import Flask
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy.exc import IntegrityError

import ivr
from callbacks import jobs
from callbacks.diallable import NumberRules
from callbacks.dialling import Dialling
from callbacks.jobs import JobQueue, Work, Worksite
from callbacks.retries import CallbackRules
from callbacks.seals import Seals
from callbacks.sweep import Sweep
from callbacks.telling import Telling
from carrier.pacer import Pacer
from carrier.port import Carrier
from carrier.twilio_carrier import TwilioCarrier
from console.promise_page import Pages, promise_blueprint
from console.web import console_app
from ivr.catalogue import Catalogue
from ivr.conversation import Conversation, Desk
from ivr.letters import LetterWriter
from ivr.listeners import Listener, Listeners, listener_for, listeners_by
from ivr.media import media_app
from ivr.menu.file import read_menu_file
from ivr.menu.load import load_menu
from ivr.menu.recording_files import RecordingFiles
from ivr.recordings_web import recordings_blueprint
from ivr.render import Site
from ivr.signature import SignatureCheck
from ivr.versions import How, in_force, publish
from ivr.voice import voice_blueprint
from ivr.watch import MenuWatch
from settings import NO_TEXTS, Settings
from speech.hearing import Ears
from speech.pool import HearingPool
from speech.recogniser import ModelMissing, Recogniser
from speech.second_opinion import SecondOpinion
from speech.vosk_recogniser import VoskRecogniser
from speech.whisper_recogniser import WhisperMissing, WhisperRecogniser
from store.database import DatabaseAway, Store

if TYPE_CHECKING:
    from callqueue.forecast.live import LiveWait

log = logging.getLogger("barocall")

Part = Literal["voice", "media", "console"]


def create_app(part: Part, settings: Settings | None = None) -> Flask:
    """One of the three web servers (docs/house.md says why they are three)."""
    house = House(settings or Settings.from_env(os.environ))
    match part:
        case "voice":
            app = house.voice()
            # What is loaded by now stays for good: no use in looking through it for garbage between two webhooks.
            gc.collect()
            gc.freeze()
            return app
        case "media":
            return house.media()
        case "console":
            return house.console()


class House:
    """All parts, made from the settings as they are needed."""

    def __init__(self, settings: Settings, catalogue: Catalogue | None = None) -> None:
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
        # It writes down whole requests, phone numbers included.
        logging.getLogger("twilio.http_client").setLevel(logging.WARNING)
        self.settings = settings
        self.store = Store(settings.database_url)
        # Redis away costs a webhook a millisecond, not the client's four seconds of retries: SQL has the work anyway.
        self.redis = Redis.from_url(settings.redis_url, retry=Retry(NoBackoff(), 1), socket_connect_timeout=1)
        self.catalogue = catalogue or Catalogue()

    def voice(self) -> Flask:
        # Hold music lies in ivr/static; the carrier fetches it like everybody may.
        app = Flask("barocall.voice", static_folder=str(Path(ivr.__file__).parent / "static"))
        self.publish_menu()
        self.watch_menu(Listener.CARRIERS)
        app.register_blueprint(
            voice_blueprint(
                self.conversation(),
                self.store,
                self.catalogue,
                self.site(),
                self.signature(),
                self.settings.twilio_account_sid,
            )
        )

        app.register_blueprint(promise_blueprint(self.promise_pages()))
        app.register_blueprint(recordings_blueprint(self.store))

        @app.get("/healthz")
        def healthz() -> dict[str, str]:
            return {"status": "ok"}

        return app

    def promise_pages(self) -> Pages:
        """Callers open them by the links of their texts, under the one address that they can reach."""
        return Pages(
            store=self.store,
            catalogue=self.catalogue,
            seals=self.seals(),
            rules=self.rules(),
            jobs=JobQueue(self.redis),
            hang_up=self.dialling().hang_up,
            clock=utc_now,
            public_url=self.settings.public_url,
            phone_number=self.settings.phone_number,
        )

    def media(self) -> Flask:
        pool = self.hearing_pool()
        # Errands are short SQL and one REST round trip each; the recogniser's threads must not wait for them.
        errands = ThreadPoolExecutor(max_workers=16, thread_name_prefix="errand")
        return media_app(self.conversation(), self.signature(), pool, errands)

    def console(self) -> Flask:
        token = self.settings.console_token or secrets.token_urlsafe(24)
        if self.settings.console_token is None:
            log.info("the live page: http://127.0.0.1:%s/?token=%s", self.settings.console_port, token)
        return console_app(self.store, self.redis, self.catalogue.departments, self.waits(), utc_now, token)

    def waits(self) -> "LiveWait":
        # The compiler takes half a second to load: only for who forecasts, not for every command.
        from callqueue.forecast.live import LiveWait

        waits = LiveWait(self.store, self.catalogue.departments, pace_seconds=1 / self.settings.calls_per_second)
        waits.follow()
        return waits

    def conversation(self) -> Conversation:
        return Conversation(
            Desk(
                store=self.store,
                carrier=self.carrier(),
                jobs=JobQueue(self.redis),
                catalogue=self.catalogue,
                clock=utc_now,
                phone_number=self.settings.phone_number,
                rules=self.rules(),
                waits=self.waits(),
                listeners=self.listeners,
                retention=timedelta(days=self.settings.retention_days),
                seals=self.seals(),
                texts_are_sent=self.text_number is not None,
            )
        )

    def dialling(self) -> Dialling:
        """What the worker needs to keep promises and ring agents."""
        return Dialling(
            store=self.store,
            carrier=self.carrier(),
            pacer=Pacer(self.redis, calls_per_second=self.settings.calls_per_second),
            jobs=JobQueue(self.redis),
            departments=self.catalogue.departments,
            rules=self.rules(),
            phone_number=self.settings.phone_number,
            ring_seconds=self.settings.agent_ring_seconds,
            calls_per_second=self.settings.calls_per_second,
            machine_detection=self.settings.machine_detection == "on",
            # The sweep alone rings callers before agents: one forecast, kept up to date, not one for each job.
            estimate=None,
            clock=utc_now,
        )

    def telling(self) -> Telling:
        """What the worker needs to send texts."""
        public_url, phone_number = self.settings.public_url, self.settings.phone_number
        return Telling(
            store=self.store,
            carrier=self.carrier(),
            jobs=JobQueue(self.redis),
            write=LetterWriter(self.catalogue, self.seals(), public_url, phone_number),
            from_number=self.text_number,
            clock=utc_now,
        )

    def seals(self) -> Seals:
        return Seals(self.settings.link_secret or f"links of {self.settings.twilio_auth_token}")

    @property
    def text_number(self) -> str | None:
        number = self.settings.text_number or self.settings.phone_number
        return None if number == NO_TEXTS else number

    def worksite(self) -> Worksite:
        return Work(self.dialling(), self.telling())

    def sweep(self) -> Sweep:
        wrap_limit = timedelta(seconds=self.settings.wrap_limit_seconds)
        waits = self.waits()
        return Sweep(
            replace(self.dialling(), estimate=waits.estimate),
            wrap_limit=wrap_limit,
            waits=waits,
            telling=self.telling(),
        )

    def carrier(self) -> Carrier:
        return TwilioCarrier(
            account_sid=self.settings.twilio_account_sid,
            auth_token=self.settings.twilio_auth_token,
            api_url=self.settings.twilio_api_url,
            public_url=self.settings.public_url,
        )

    def zone(self) -> ZoneInfo:
        """In which the site's people think of time. Raises DatabaseAway."""
        with self.store.read() as tx:
            return self.catalogue.zone(tx)

    def rules(self) -> CallbackRules:
        quiet_from, quiet_until = self.settings.quiet_hours or (None, None)
        return CallbackRules(
            self.zone(),
            quiet_from,
            quiet_until,
            attempts=self.settings.callback_attempts,
            busy_back_off=timedelta(minutes=self.settings.retry_busy_minutes),
            unanswered_back_off=timedelta(minutes=self.settings.retry_unanswered_minutes),
            numbers=self.numbers(),
        )

    def numbers(self) -> NumberRules:
        return NumberRules(
            prefixes=self.settings.callback_prefixes,
            open_at_once=self.settings.callbacks_open_per_number,
            per_hour=self.settings.callbacks_per_number_hour,
            per_day=self.settings.callbacks_per_number_day,
            site_per_hour=self.settings.callbacks_per_hour,
        )

    def signature(self) -> SignatureCheck:
        tokens = (self.settings.twilio_auth_token, self.settings.twilio_auth_token_next)
        return SignatureCheck([token for token in tokens if token], self.settings.public_url, self.media_url)

    def site(self) -> Site:
        return Site(
            public_url=self.settings.public_url,
            media_url=self.media_url,
            listeners=self.listeners,
            no_input_seconds=self.settings.no_input_seconds,
            hold_seconds=self.settings.hold_seconds,
            fallback_number=self.settings.fallback_number,
        )

    @property
    def listeners(self) -> Listeners:
        return listeners_by(self.settings.recogniser, self.settings.english_recogniser)

    @property
    def media_url(self) -> str | None:
        return self.settings.media_url if Listener.OURS in self.listeners.values() else None

    def recogniser(self) -> Recogniser | None:
        """None when there is none to be had: callers then get keys, and `barocall check` says what is missing."""
        match self.settings.recogniser:
            case "vosk":
                try:
                    return VoskRecogniser(self.settings.vosk_model)
                except ModelMissing as error:
                    log.error("%s Calls go on with keys.", error)
                    return None
            case _:
                return None

    def hearing_pool(self) -> HearingPool | None:
        recogniser = self.recogniser()
        if recogniser is None:
            return None
        threads = ThreadPoolExecutor(self.settings.hearing_workers, thread_name_prefix="hearing")
        second = self.second_opinion()
        self.watch_menu(None if second is None else Listener.OURS)
        return HearingPool(Ears(recogniser), threads, at_once=self.settings.hearing_at_once, second_opinion=second)

    def watch_menu(self, listener: Listener | None) -> None:
        """See what others publish, and know what its phrases teach in the languages that `listener` hears, from the
        start on: learning takes up to some seconds, and must not while a caller waits."""
        watch = MenuWatch(
            self.store, self.catalogue, lambda language: listener_for(self.listeners, language) == listener
        )
        watch.look()
        watch.start()

    def read_menu(self) -> None:
        """Once, before a worker forks for each job: parsing it is most of what a short job would do."""
        try:
            with self.store.read() as tx:
                self.catalogue.departments(tx)
        except DatabaseAway as error:
            log.warning("the menu is read later, the database is away: %s", error)
        # Connections must not be shared with the children.
        self.store.close()

    def second_opinion(self) -> SecondOpinion | None:
        """None where it is not wanted or not installed: then first opinions stand."""
        if self.settings.second_opinion == "none":
            return None
        try:
            whisper = WhisperRecogniser(self.settings.whisper_model, threads=self.settings.hearing_workers)
        except WhisperMissing as error:
            if self.settings.second_opinion == "whisper":
                log.error("%s First opinions stand.", error)
            return None
        threads = ThreadPoolExecutor(1, thread_name_prefix="second-opinion")
        return SecondOpinion(whisper, threads, deadline_seconds=self.settings.second_opinion_seconds)

    def publish_menu(self) -> None:
        """The first menu of a new house is MENU_FILE; afterwards only what is published counts. Raises MenuErrors and
        Unreadable: a wrong file stops the first start."""
        with self.store.read() as tx:
            if in_force(tx) is not None:
                return
        path = Path(self.settings.menu_file)
        source = read_menu_file(path)
        sounds = RecordingFiles(path.parent).all(load_menu(source, path.name).recordings)
        try:
            with self.store.write() as tx:
                if in_force(tx) is None:
                    publish(tx, source, path.name, by="start", now=utc_now(), how=How.START, recordings=sounds)
        except IntegrityError:
            return  # Another process had the same first menu.


def run_worker(settings: Settings) -> None:
    """Work through the job queue until stopped: ring agents, keep promises."""
    house = House(settings)
    house.read_menu()
    jobs.run_worker(lambda: House(settings, house.catalogue).worksite(), house.redis)


def run_sweep(settings: Settings) -> None:
    """Put back what was lost, every few seconds, until stopped."""
    House(settings).sweep().run_until_stopped()


def utc_now() -> datetime:
    return datetime.now(UTC)
