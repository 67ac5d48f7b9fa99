"""Calls told as stories: the true conversation, database and webhooks; a carrier and a job queue that remember.

caller = house.caller("+821012345678")
caller.dials()
caller.hears("무엇을 도와드릴까요")
caller.says("배송 조회요")
assert caller.position == 1
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from callbacks.dialling import Dialling
from callbacks.jobs import FakeJobs, JobQueue
from callbacks.retries import CallbackRules
from callbacks.seals import Seals
from callbacks.sweep import Sweep
from callbacks.telling import Telling
from callqueue import agents as line_agents
from callqueue import legs, line
from callqueue.agents import AgentState
from callqueue.wait import WaitEstimator
from carrier.fake import FakeCarrier
from carrier.pacer import Urgency
from console.promise_page import Pages, promise_blueprint
from ivr.catalogue import Catalogue, publish
from ivr.conversation import Conversation, Desk
from ivr.letters import LetterWriter
from ivr.listeners import Listener, listeners_by
from ivr.menu.sounds import Recording
from ivr.recordings_web import recordings_blueprint
from ivr.render import Site
from ivr.signature import SignatureCheck
from ivr.voice import voice_blueprint
from speech.expectation import Expectation
from speech.hearing import Ears
from speech.scripted import ScriptedRecogniser
from speech.telephone import MULAW_SILENCE, RATE_HZ
from store.database import Store
from store.tables import agents, callback_moves, callbacks, calls, cases, utterances

ACCOUNT = "AC" + "0" * 32
TOKEN = "secret"
PUBLIC_URL = "https://calls.example.org"
OUR_NUMBER = "+82215550100"
FALLBACK = "+82215550199"
# A Wednesday, 14:00 in Seoul: every department is open.
OPEN_HOURS = datetime(2026, 11, 25, 5, 0, tzinfo=UTC)
SYLLABLES_A_SECOND = 5
SEALS = Seals("a secret of the tests")


class EverybodysTurn:
    def wait_turn(self, urgency: Urgency) -> None:
        return


@dataclass
class House:
    """The product without processes. `now` is the clock; `settle()` lets jobs and moves happen."""

    store: Store
    menu: str = field(default_factory=lambda: Path("menus.yaml").read_text(encoding="utf-8"))
    now: datetime = OPEN_HOURS
    recogniser: str = "vosk"
    english_recogniser: str = "none"
    jobs: FakeJobs | JobQueue = field(default_factory=FakeJobs)
    conversation_type: type[Conversation] = Conversation
    text_number: str | None = "+82215550100"
    recordings: Mapping[str, Recording] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.carrier = FakeCarrier(self.now)
        self.listeners = listeners_by(self.recogniser, self.english_recogniser)
        self.catalogue = Catalogue()
        self.rules = CallbackRules(ZoneInfo("Asia/Seoul"))
        with self.store.write() as tx:
            publish(tx, self.menu, "menus.yaml", by="test", now=self.now, recordings=self.recordings)
        self.conversation = self.conversation_type(self._desk())
        self.dialling = Dialling(
            store=self.store,
            carrier=self.carrier,
            pacer=EverybodysTurn(),
            jobs=self.jobs,
            departments=self.catalogue.departments,
            rules=self.rules,
            phone_number=OUR_NUMBER,
            ring_seconds=18,
            clock=lambda: self.now,
        )
        self.telling = Telling(
            store=self.store,
            carrier=self.carrier,
            jobs=self.jobs,
            write=LetterWriter(self.catalogue, SEALS, PUBLIC_URL, OUR_NUMBER),
            from_number=self.text_number,
            clock=lambda: self.now,
        )
        self.sweep = Sweep(self.dialling, wrap_limit=timedelta(seconds=60), telling=self.telling)
        self.app = self._web()
        self.web: FlaskClient = self.app.test_client()
        self.parties: list[Party] = []

    def publishes(self, menu: str, recordings: Mapping[str, Recording]) -> int:
        """A menu that calls get from now on; its version."""
        with self.store.write() as tx:
            version_id = publish(tx, menu, "menus.yaml", by="test", now=self.now, recordings=recordings)
        self.catalogue.use(version_id)
        return version_id

    def _desk(self) -> Desk:
        return Desk(
            store=self.store,
            carrier=self.carrier,
            jobs=self.jobs,
            catalogue=self.catalogue,
            clock=lambda: self.now,
            phone_number=OUR_NUMBER,
            rules=self.rules,
            waits=WaitEstimator(),
            listeners=self.listeners,
            retention=timedelta(days=30),
            seals=SEALS,
            texts_are_sent=self.text_number is not None,
        )

    def _web(self) -> Flask:
        app = Flask("test")
        ours = Listener.OURS in self.listeners.values()
        media_url = f"{PUBLIC_URL.replace('https', 'wss')}/media" if ours else None
        site = Site(
            PUBLIC_URL, media_url, self.listeners, no_input_seconds=6, hold_seconds=20, fallback_number=FALLBACK
        )
        signature = SignatureCheck([TOKEN], PUBLIC_URL, media_url)
        app.register_blueprint(promise_blueprint(self._pages()))
        app.register_blueprint(recordings_blueprint(self.store))
        app.register_blueprint(voice_blueprint(self.conversation, self.store, self.catalogue, site, signature, ACCOUNT))
        return app

    def _pages(self) -> Pages:
        return Pages(
            store=self.store,
            catalogue=self.catalogue,
            seals=SEALS,
            rules=self.rules,
            jobs=self.jobs,
            hang_up=self.dialling.hang_up,
            clock=lambda: self.now,
            public_url=PUBLIC_URL,
            phone_number=OUR_NUMBER,
        )

    # People

    def caller(self, number: str = "+821012345678") -> "Caller":
        caller = Caller(self, number)
        self.parties.append(caller)
        return caller

    def promised(self, number: str = "+821012345678") -> "Caller":
        """A caller of billing whom nobody was free for: they have taken the callback by key, and hung up."""
        caller = self.caller(number)
        caller.dials()
        caller.says("결제가 두 번 됐어요")
        caller.presses("1")
        caller.presses("1")
        caller.hangs_up()
        return caller

    def agent(self, name: str, *skills: str, phone: str | None = None) -> "Agent":
        """At work and ready."""
        phone = phone or f"+8210900000{len(self.parties):02d}"
        with self.store.write() as tx:
            agent_id = line_agents.add_agent(tx, name=name, phone=phone, skills=skills, now=self.now)
            line_agents.move_agent(tx, agent_id, AgentState.READY, now=self.now, reason="comes to work")
        agent = Agent(self, phone, agent_id)
        self.parties.append(agent)
        self.sweep.once()
        self.settle()
        return agent

    def passes(self, **time: float) -> None:
        """Time goes by; the sweep does its rounds."""
        self.now += timedelta(**time)
        self.carrier.now = self.now
        self.sweep.once()
        self.settle()

    def settle(self) -> None:
        """Jobs run and the carrier fetches what it was told to, until nothing is left to do."""
        put, texted = (self.jobs.rung, self.jobs.texted) if isinstance(self.jobs, FakeJobs) else ([], [])
        while put or texted or self.carrier.moves or self.carrier.ended:
            while put:
                self.dialling.place_leg(put.pop(0))
            while texted:
                self.telling.send_text(texted.pop(0))
            moves, self.carrier.moves = self.carrier.moves, []
            ended, self.carrier.ended = self.carrier.ended, []
            for sid, path in moves:
                self._party(sid, lambda party, path=path: party.fetch(path))
            for sid in ended:
                self._party(sid, lambda party: party.is_hung_up())

    def _party(self, sid: str, do: "Callable[[Party], None]") -> None:
        for party in self.parties:
            if party.sid == sid and sid not in self.carrier.gone:
                do(party)

    def conference_ends(self, name: str) -> None:
        """Its caller has hung up: the agent's phone goes on with its document."""
        for party in self.parties:
            if isinstance(party, Agent) and party.is_in_conference == name:
                party.leaves_the_conference()

    # The carrier

    def post(self, path: str, sid: str, *, token: str = TOKEN, **fields: str) -> tuple[int, str]:
        """A signed webhook: (HTTP status, document)."""
        form = {"AccountSid": ACCOUNT, "CallSid": sid, "From": "", "To": OUR_NUMBER, **fields}
        signature = RequestValidator(token).compute_signature(PUBLIC_URL + path, MultiDict(form))
        answer = self.web.post(path, data=form, headers={"X-Twilio-Signature": signature})
        return answer.status_code, answer.get_data(as_text=True)

    # What SQL says

    def promises(self) -> list[tuple[str, str, str]]:
        """(number, department, state) of every callback that was promised."""
        with self.store.read() as tx:
            made = callbacks.c.state.not_in(("offered", "declined"))
            rows = tx.execute(select(callbacks.c.number, callbacks.c.department, callbacks.c.state).where(made))
            return [tuple(row) for row in rows]

    @property
    def promise_id(self) -> int:
        """Of the first callback that was promised."""
        with self.store.read() as tx:
            made = callbacks.c.state.not_in(("offered", "declined"))
            return int(tx.execute(select(callbacks.c.id).where(made).order_by(callbacks.c.id).limit(1)).scalar_one())

    def offers(self) -> list[tuple[str, str, str]]:
        """(from, to, why) of every move of an offer that became no promise."""
        with self.store.read() as tx:
            moves = select(callback_moves.c.from_state, callback_moves.c.to_state, callback_moves.c.why)
            offered = callbacks.c.state.in_(("offered", "declined"))
            rows = tx.execute(moves.join(callbacks).where(offered).order_by(callback_moves.c.id))
            return [tuple(row) for row in rows]

    def promise_story(self) -> list[str]:
        """The states every promise went through."""
        with self.store.read() as tx:
            return list(tx.execute(select(callback_moves.c.to_state).order_by(callback_moves.c.id)).scalars())

    def case_outcomes(self) -> list[str | None]:
        with self.store.read() as tx:
            return list(tx.execute(select(cases.c.outcome).order_by(cases.c.id)).scalars())

    def heard(self) -> list[tuple[str, str]]:
        """(words, decision) of every utterance."""
        with self.store.read() as tx:
            rows = tx.execute(select(utterances.c.words, utterances.c.decision).order_by(utterances.c.id))
            return [tuple(row) for row in rows]

    def strays(self) -> int:
        """Second calls for one order, so far."""
        with self.store.read() as tx:
            return legs.strays(tx)

    def texts(self, number: str) -> list[str]:
        """What a number was sent, in order."""
        return [order.body for order in self.carrier.texts if order.to == number]

    def rung(self) -> list[str]:
        """Every number that the carrier was asked to ring, in order."""
        return [order.to for order in self.carrier.calls]


class Party(ABC):
    """Somebody with a phone at their ear."""

    def __init__(self, house: House, number: str) -> None:
        self.house = house
        self.number = number
        self.sid: str | None = None
        self.document = ""

    def fetch(self, path: str, **fields: str) -> str:
        assert self.sid is not None, "nobody is on the line"
        status, self.document = self.house.post(path, self.sid, From=self.number, **fields)
        assert status == 200, f"{path} answered {status}"
        return self.document

    def is_hung_up(self) -> None:
        self.ends("completed")

    # Hearing

    @property
    def spoken(self) -> str:
        """What is said to them now."""
        return " ".join(say.text or "" for say in self._xml().iter("Say"))

    def hears(self, text: str) -> None:
        assert text in self.spoken, f"heard instead: {self.spoken}"

    @property
    def played(self) -> list[str]:
        """The sounds that are played to them now, by their addresses."""
        return [play.text or "" for play in self._xml().iter("Play")]

    def hears_the_sound(self, address: str) -> bytes:
        """As the carrier fetches and plays it."""
        assert address in self.played, f"played instead: {self.played}"
        answer = self.house.web.get(address.removeprefix(PUBLIC_URL))
        assert answer.status_code == 200, f"{address} answered {answer.status_code}"
        return answer.get_data()

    @property
    def languages(self) -> set[tuple[str, str]]:
        """(language, voice) in which they are spoken to now."""
        return {(say.attrib["language"], say.attrib["voice"]) for say in self._xml().iter("Say")}

    @property
    def gather(self) -> dict[str, str]:
        """How their keys and words are collected."""
        gather = self._xml().find("Gather")
        assert gather is not None, f"nothing is asked: {self.document}"
        return dict(gather.attrib)

    @property
    def is_in_conference(self) -> str | None:
        if not self.document:
            return None
        conference = self._xml().find(".//Conference")
        return None if conference is None else conference.text

    @property
    def is_told_goodbye(self) -> bool:
        return self._xml().find("Hangup") is not None

    def _xml(self) -> ElementTree.Element:
        return ElementTree.fromstring(self.document)

    # Acting

    def presses(self, digits: str) -> None:
        gather = self._xml().find("Gather")
        assert gather is not None, f"nothing asks for a key: {self.document}"
        self.fetch(gather.attrib["action"], Digits=digits)
        self.house.settle()

    def stays_silent(self) -> None:
        """The document runs to its end."""
        redirect = self._xml().find("Redirect")
        assert redirect is not None, f"the document ends: {self.document}"
        self.fetch(redirect.text or "")
        self.house.settle()

    def leaves_the_conference(self) -> None:
        dial = self._xml().find("Dial")
        assert dial is not None, f"not in a conference: {self.document}"
        self.fetch(dial.attrib["action"], DialCallStatus="answered")
        self.house.settle()

    @abstractmethod
    def ends(self, status: str) -> None:
        """The carrier tells of the end of their call."""

    def hangs_up(self) -> None:
        self.ends("completed")


class Caller(Party):
    _sids = 0

    def dials(self, number: str = OUR_NUMBER) -> None:
        Caller._sids += 1
        self.sid = f"CAca11e7{Caller._sids:026d}"
        self.fetch("/voice/answer", CallStatus="ringing", To=number)
        self.house.settle()

    def says(self, text: str) -> None:
        """Real meaning, scripted sound: the words arrive as the recogniser would give them, ours or the carrier's."""
        gather = self._xml().find("Gather")
        if gather is not None and "speech" in gather.attrib["input"]:
            self.fetch(gather.attrib["action"], SpeechResult=text, Confidence="0.91")
            self.house.settle()
            return
        expected = self.house.conversation.expecting(self.call_id)
        assert expected is not None, "nobody listens"
        self.says_across(expected, text)

    def says_across(self, expected: Expectation, text: str) -> None:
        """The words began when this was expected, whatever it is now."""
        call_id = self.call_id
        self.house.conversation.speaking(call_id)
        seconds = max(len(text.replace(" ", "")), 1) / SYLLABLES_A_SECOND
        mulaw = bytes([MULAW_SILENCE]) * int(seconds * RATE_HZ)
        utterance = Ears(ScriptedRecogniser([text])).listen(expected)
        utterance.hear(mulaw)
        hearing = utterance.end(seconds)
        self.house.conversation.heard(call_id, expected, hearing)
        self.house.settle()

    def ends(self, status: str) -> None:
        assert self.sid is not None
        conference = self.is_in_conference
        self.house.carrier.gone.add(self.sid)
        self.house.post("/voice/status", self.sid, CallStatus=status)
        self.document = "<Response><Hangup/></Response>"
        if conference is not None:
            self.house.conference_ends(conference)
        self.house.settle()

    def keys_the_code_sent_to(self, number: str) -> None:
        """They have that phone at hand."""
        self.hears("여섯 자리 숫자")
        self.presses(digits_in(self.house.texts(number)[-1]))

    def keys_the_pin_sent_to(self, number: str) -> None:
        self.hears("여섯 자리 비밀번호")
        self.presses(digits_in(self.house.texts(number)[-1]))

    def picks_up(self) -> None:
        """Our call to them, the latest one."""
        self.sid, path = self.house_leg()
        self.fetch(path, CallStatus="in-progress")
        self.house.settle()

    def does_not_pick_up(self, status: str = "no-answer") -> None:
        sid, path = self.house_leg()
        self.house.post(f"{path}/status", sid, CallStatus=status)
        self.house.settle()

    def ends_callback(self) -> None:
        sid, path = self.house_leg()
        self.house.post(f"{path}/status", sid, CallStatus="completed")
        self.house.settle()

    def is_taken_for(self, answered_by: str) -> None:
        """The carrier tells who picked up, as far as it can."""
        sid, path = self.house_leg()
        self.house.post(f"{path}/machine", sid, AnsweredBy=answered_by)

    def house_leg(self) -> tuple[str, str]:
        return _latest_leg(self.house, self.number)

    @property
    def call_id(self) -> int:
        with self.house.store.read() as tx:
            return int(tx.execute(select(calls.c.id).where(calls.c.sid == self.sid)).scalar_one())

    @property
    def state(self) -> str:
        with self.house.store.read() as tx:
            return str(tx.execute(select(calls.c.state).where(calls.c.sid == self.sid)).scalar_one())

    @property
    def position(self) -> int | None:
        with self.house.store.read() as tx:
            entry = line.entry_of_call(tx, self.call_id)
            return None if entry is None else line.position(tx, entry.id, self.house.now)

    @property
    def department(self) -> str | None:
        with self.house.store.read() as tx:
            entry = line.entry_of_call(tx, self.call_id)
            return None if entry is None else entry.department


class Agent(Party):
    def __init__(self, house: House, number: str, agent_id: int) -> None:
        super().__init__(house, number)
        self.id = agent_id
        self._hears_to_the_end = False

    def keeps_the_phone_up(self) -> None:
        """The last sentence before the hang-up takes its time."""
        self._hears_to_the_end = True

    def fetch(self, path: str, **fields: str) -> str:
        """A document that hangs up ends the call, once it has been heard."""
        super().fetch(path, **fields)
        if self.is_told_goodbye and not self._hears_to_the_end:
            self._tells_of_the_end("completed")
        return self.document

    def picks_up(self) -> None:
        self.sid, path = _latest_leg(self.house, self.number)
        self.fetch(path, CallStatus="in-progress")
        self.house.settle()

    def accepts(self) -> None:
        self.picks_up()
        self.presses("1")

    def does_not_answer(self, status: str = "no-answer") -> None:
        sid, path = _latest_leg(self.house, self.number)
        self.house.post(f"{path}/status", sid, CallStatus=status)
        self.house.settle()

    def _tells_of_the_end(self, status: str) -> None:
        assert self.sid is not None
        _sid, path = _latest_leg(self.house, self.number)
        self.house.carrier.gone.add(self.sid)
        self.house.post(f"{path}/status", self.sid, CallStatus=status)

    def ends(self, status: str) -> None:
        self._tells_of_the_end(status)
        self.document = "<Response><Hangup/></Response>"
        self.house.settle()

    def is_ready_again(self) -> None:
        with self.house.store.write() as tx:
            line_agents.move_agent(tx, self.id, AgentState.READY, now=self.house.now, reason="ready")
        self.house.sweep.once()
        self.house.settle()

    @property
    def state(self) -> str:
        with self.house.store.read() as tx:
            return str(tx.execute(select(agents.c.state).where(agents.c.id == self.id)).scalar_one())


def digits_in(text: str) -> str:
    """The PIN or code of a text."""
    found = re.search(r"(?<![0-9])[0-9]{6}(?![0-9])", text)
    assert found is not None, text
    return found.group()


def _latest_leg(house: House, number: str) -> tuple[str, str]:
    """(CallSid, path) of the last call that we placed to a number."""
    with house.store.read() as tx:
        row = tx.execute(
            select(calls.c.id, calls.c.sid)
            .where(calls.c.to_number == number, calls.c.sid.is_not(None))
            .order_by(calls.c.id.desc())
        ).first()
    assert row is not None, f"{number} was never rung"
    return row.sid, f"/voice/leg/{row.id}"
