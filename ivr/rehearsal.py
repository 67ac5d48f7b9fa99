"""A menu's tests, played through the true conversation: its own database, true documents, no carrier, no sound.

Words reach the menu as text, as the carrier's recogniser would give them: what they mean is learned from the phrases.
"""

import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

from callbacks.jobs import FakeJobs
from callbacks.retries import CallbackRules
from callbacks.seals import Seals
from callqueue import line
from callqueue.agents import AgentState, add_agent, move_agent
from callqueue.wait import WaitEstimator
from carrier.fake import FakeCarrier
from ivr.call import Call
from ivr.catalogue import Catalogue
from ivr.conversation import Conversation, Desk
from ivr.listeners import Listener
from ivr.menu.languages import KNOWN_LANGUAGES, LANGUAGE_KEY
from ivr.menu.model import Department, Menu
from ivr.menu.trials import Trial
from ivr.render import Site, render
from ivr.states import Asking, Confirming, Holding, Listening, Offer, Offering, ReadingKeys
from ivr.versions import publish
from speech.recogniser import Alternative
from store.database import Store, insert_row
from store.tables import cases, metadata

OUR_NUMBER, THEIR_NUMBER = "+82215550100", "+821012345678"
SHOWN_LETTERS = 90
BUSY = (AgentState.RINGING, AgentState.TALK)


@dataclass(frozen=True)
class Tried:
    """What came of a test."""

    trial: Trial
    ended: str | None
    """The department; None: the caller is still being asked."""
    questions: int
    story: tuple[str, ...]
    """What the caller heard and did, in order."""
    faults: tuple[str, ...]
    """What is not as the test has it; none: it passed."""

    @property
    def passed(self) -> bool:
        return not self.faults


class Rehearsal:
    """Each test in a house of its own: copies of one database in `folder`."""

    def __init__(self, source: str, menu: Menu, folder: Path, now: datetime) -> None:
        self._menu = menu
        self._folder = folder
        self._now = now
        self._catalogue = Catalogue()
        self._first = folder / "first.sqlite3"
        store = Store(f"sqlite:///{self._first}")
        metadata.create_all(store.engine)
        with store.write() as tx:
            publish(tx, source, "menus.yaml", by="rehearsal", now=now)
            for at, skills in enumerate({department.skills for department in menu.departments}):
                add_agent(tx, name=f"agent {at}", phone=f"+8210900000{at:02d}", skills=skills, now=now)
        store.close()

    def play(self, trial: Trial) -> Tried:
        path = self._folder / "trial.sqlite3"
        shutil.copy(self._first, path)
        store = Store(f"sqlite:///{path}")
        try:
            house = _House(store, self._catalogue, self._menu, self._moment(trial))
            house.set_the_scene(self._menu.department(trial.ends), trial.waiting)
            return _told(trial, house.call(trial))
        finally:
            store.close()
            for left in self._folder.glob("trial.sqlite3*"):
                left.unlink()

    def _moment(self, trial: Trial) -> datetime:
        if trial.at is not None:
            return trial.at.astimezone(UTC)
        opens = self._menu.department(trial.ends).hours.next_opening(self._now)
        return opens or self._now


@dataclass
class _Played:
    """How a call went."""

    department: str | None = None
    callback: bool = False
    questions: int = 0
    heard: str = ""
    story: list[str] = field(default_factory=list)


class _House:
    def __init__(self, store: Store, catalogue: Catalogue, menu: Menu, now: datetime) -> None:
        self._store = store
        self._menu = menu
        self._now = now
        self._listeners = dict.fromkeys(KNOWN_LANGUAGES, Listener.CARRIERS)
        self._site = Site("https://calls.invalid", None, self._listeners, 6, 20, None)
        self._conversation = Conversation(
            Desk(
                store=store,
                carrier=FakeCarrier(now),
                jobs=FakeJobs(),
                catalogue=catalogue,
                clock=lambda: self._now,
                phone_number=OUR_NUMBER,
                rules=CallbackRules(ZoneInfo(menu.site.time_zone)),
                waits=WaitEstimator(),
                listeners=self._listeners,
                retention=timedelta(days=1),
                seals=Seals("rehearsal"),
                texts_are_sent=True,
            )
        )

    def set_the_scene(self, department: Department, waiting: int) -> None:
        """Everybody is at work: free, or busy where callers wait."""
        states = (AgentState.READY, *(BUSY if waiting else ()))
        with self._store.write() as tx:
            for agent_id in range(1, len({one.skills for one in self._menu.departments}) + 1):
                for state in states:
                    move_agent(tx, agent_id, state, now=self._now, reason="rehearsal")
            for before in range(waiting):
                joined = self._now - timedelta(seconds=30 * (waiting - before))
                case_id = insert_row(tx, cases, number=None, language=self._menu.language, opened_at=joined)
                line.join(tx, case_id=case_id, department=department.for_line(), now=joined)

    def call(self, trial: Trial) -> _Played:
        played = _Played()
        sid = "CA" + "0" * 32
        call: Call | None = self._conversation.answer(sid, {"From": THEIR_NUMBER, "To": OUR_NUMBER})
        if trial.language is not None and call is not None and trial.language != call.language:
            call = self._conversation.key(sid, call.step, LANGUAGE_KEY)
        self._hears(call, played)
        for words in trial.said:
            if call is None or not isinstance(call.state, Listening):
                played.story.append(f"nobody listens when the caller says “{words}”")
                break
            played.story.append(f"says  “{words}”")
            call = self._conversation.said(sid, call.step, Alternative(words, 0.0))
            self._hears(call, played)
        for key in trial.pressed:
            call = self._presses(sid, call, key, played)
        while call is not None and isinstance(call.state, Confirming) and played.questions <= 4:
            call = self._presses(sid, call, "1" if call.state.department == trial.ends else "2", played)
        return self._ended(call, played)

    def _presses(self, sid: str, call: Call | None, key: str, played: _Played) -> Call | None:
        played.story.append(f"presses {key}")
        call = None if call is None else self._conversation.key(sid, call.step, key)
        self._hears(call, played)
        return call

    def _hears(self, call: Call | None, played: _Played) -> None:
        if call is None:
            return
        played.heard = _spoken(render(call, self._menu, self._site))
        played.questions += isinstance(call.state, Asking | Confirming | ReadingKeys)
        played.story.append(f"hears “{_end_of(played.heard)}”")

    def _ended(self, call: Call | None, played: _Played) -> _Played:
        if call is not None and isinstance(call.state, Holding | Offer):
            played.department = call.state.department
            played.callback = isinstance(call.state, Offering)
        return played


def _end_of(heard: str) -> str:
    """The question comes last; what stands before it is the same in every call."""
    return heard if len(heard) <= SHOWN_LETTERS else f"… {heard[-SHOWN_LETTERS:]}"


def _spoken(document: str) -> str:
    return " ".join(say.text or "" for say in ElementTree.fromstring(document).iter("Say"))  # noqa: S314 -- our own


def _told(trial: Trial, played: _Played) -> Tried:
    faults: list[str] = []
    if played.department != trial.ends:
        where = f"ended at {played.department}" if played.department else "was still being asked"
        faults.append(f"{where}, not at {trial.ends}")
    elif trial.callback is not None and trial.callback != played.callback:
        faults.append(f"a callback was {'' if played.callback else 'not '}offered")
    if trial.questions is not None and played.questions > trial.questions:
        faults.append(f"{played.questions} questions were asked, not {trial.questions}")
    if trial.hears is not None and trial.hears not in played.heard:
        faults.append(f"did not hear “{trial.hears}”")
    return Tried(trial, played.department, played.questions, tuple(played.story), tuple(faults))


def confusions(tried: tuple[Tried, ...]) -> dict[tuple[str, str], int]:
    """(should end at, ended at) → how often, of what was said."""
    found: dict[tuple[str, str], int] = {}
    for one in tried:
        if one.trial.said:
            pair = one.trial.ends, one.ended or "–"
            found[pair] = found.get(pair, 0) + 1
    return found
