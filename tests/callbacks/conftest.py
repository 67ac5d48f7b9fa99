"""A site with stand-in parts and a clock that is turned by hand."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import ColumnElement, select, update

from callbacks import reach
from callbacks.dialling import Dialling
from callbacks.jobs import FakeJobs
from callbacks.lifecycle import AttemptOutcome, CallbackState, move
from callbacks.lifecycle import state_of as callback_state
from callbacks.promises import PromiseMade, Terms, promise
from callbacks.retries import CallbackRules
from callbacks.sweep import Sweep
from callqueue import legs, line
from callqueue.agents import AgentState, add_agent, move_agent, state_of
from callqueue.department import Department
from callqueue.legs import Leg, Purpose
from carrier.fake import FakeCarrier
from carrier.pacer import Urgency
from store.database import Store, insert_row
from store.tables import attempts, callback_moves, callbacks, calls, cases, line_entries

NOON = datetime(2026, 3, 4, 3, tzinfo=UTC)  # 12:00 in Seoul
BILLING = Department(id="billing", name="요금", skills=("billing",))
RULES = CallbackRules(ZoneInfo("Asia/Seoul"))
FRONT_DESK = "+8225550100"
KIM = "+821012345678"


@dataclass
class FakePacer:
    """Never waits; remembers how urgent each turn was."""

    turns: list[Urgency] = field(default_factory=list)

    def wait_turn(self, urgency: Urgency) -> None:
        self.turns.append(urgency)


class Site:
    def __init__(self, store: Store, rules: CallbackRules = RULES) -> None:
        self.store = store
        self.rules = rules
        self.now = NOON
        self.carrier = FakeCarrier(now=NOON)
        self.pacer = FakePacer()
        self.jobs = FakeJobs()
        self.dialling = Dialling(
            store=store,
            carrier=self.carrier,
            pacer=self.pacer,
            jobs=self.jobs,
            departments=lambda _tx: {"billing": BILLING},
            rules=rules,
            phone_number=FRONT_DESK,
            ring_seconds=20,
            clock=lambda: self.now,
        )
        self.renew_sweep()

    def renew_sweep(self) -> None:
        """As when its process is started again: with what dials now."""
        self.sweep = Sweep(self.dialling, wrap_limit=timedelta(seconds=60))

    # What happens

    def passes(self, **much: float) -> None:
        self.now += timedelta(**much)
        self.carrier.now = self.now

    def agent(self, name: str = "이상담", phone: str = "+821099990001") -> int:
        with self.store.write() as tx:
            agent_id = add_agent(tx, name=name, phone=phone, skills=["billing"], now=self.now)
            move_agent(tx, agent_id, AgentState.READY, now=self.now, reason="signed in")
        return agent_id

    def caller_rings(self, number: str = KIM) -> int:
        """A caller who has said what they want, not in line yet; returns the call."""
        with self.store.write() as tx:
            case_id = insert_row(tx, cases, number=number, language="ko", opened_at=self.now)
            return insert_row(
                tx,
                calls,
                sid=f"CAcaller{case_id}",
                purpose=Purpose.CALLER.value,
                case_id=case_id,
                from_number=number,
                to_number=FRONT_DESK,
                language="ko",
                state="asking",
                state_data={},
                stream_token="token",
                words="요금이 두 번 나갔어요",
                status="in-progress",
                created_at=self.now,
            )

    def ready(self, agent_id: int) -> None:
        """An agent is free again, whatever they did, and their phone too."""
        self._agent_hangs_up(calls.c.agent_id == agent_id)
        with self.store.write() as tx:
            move_agent(tx, agent_id, AgentState.READY, now=self.now, reason="back")

    def answered(self, leg: Leg, *, after_seconds: float) -> None:
        """Somebody picks up, so long after our order."""
        self.passes(seconds=after_seconds)
        with self.store.write() as tx:
            tx.execute(update(calls).where(calls.c.id == leg.id).values(answered_at=self.now))

    def cancels(self, callback_id: int) -> None:
        """A supervisor calls a promise off that is being dialled."""
        with self.store.write() as tx:
            first, off = (CallbackState.DIALLING_FIRST,), CallbackState.CANCELLED
            assert move(tx, callback_id, first, off, who="supervisor", why="solved", now=self.now)

    def caller_waits(self, number: str = KIM) -> tuple[int, int]:
        """(call, entry) of a caller who stands in the line."""
        call_id = self.caller_rings(number)
        with self.store.write() as tx:
            case_id = self.case_of(call_id)
            entry_id = line.join(tx, case_id=case_id, call_id=call_id, department=BILLING, now=self.now)
        return call_id, entry_id

    def promises(
        self, call_id: int, entry_id: int | None = None, number: str = KIM, due_at: datetime | None = None, **more: Any
    ) -> Any:
        """What became of the wish for a promise."""
        terms = Terms(
            case_id=self.case_of(call_id),
            department=BILLING,
            number=number,
            language="ko",
            words="요금이 두 번 나갔어요",
            due_at=due_at or self.now,
            **more,
        )
        with self.store.write() as tx:
            return promise(tx, terms, entry_id=entry_id, numbers=self.rules.numbers, now=self.now)

    def callback(self, number: str = KIM) -> int:
        """A caller waits, takes the callback and hangs up."""
        call_id, entry_id = self.caller_waits(number)
        made = self.promises(call_id, entry_id, number)
        assert isinstance(made, PromiseMade), made
        self.hangs_up(call_id)
        return made.callback_id

    def rings_next(self) -> Leg:
        """Matching finds somebody, and the worker has the carrier ring them; returns the leg."""
        self.dialling.dispatch()
        return self.worker_rings()

    def worker_rings(self) -> Leg:
        leg_id = self.jobs.rung[-1]
        self.dialling.place_leg(leg_id)
        return self.leg(leg_id)

    def agent_presses_one(self, leg: Leg) -> reach.Accepted | None:
        with self.store.write() as tx:
            taken = reach.agent_accepted(tx, leg.id, self.now)
            tx.execute(update(calls).where(calls.c.id == leg.id).values(state="serving" if taken else "released"))
        if taken is not None and taken.caller_leg_id is not None:
            self.jobs.ring(taken.caller_leg_id, generation=0)
        return taken

    def agent_fails(self, leg: Leg, outcome: AttemptOutcome = AttemptOutcome.AGENT_DECLINED) -> None:
        self._ends(leg)
        with self.store.write() as tx:
            reach.agent_leg_failed(tx, leg.id, outcome, self.rules, self.now)

    def caller_presses_one(self, leg: Leg) -> reach.Welcome | None:
        with self.store.write() as tx:
            welcome = reach.caller_leg_accepted(tx, leg.id, self.now)
            state = {reach.Welcome.JOIN: "joining", reach.Welcome.WAIT: "holding", None: "ended"}[welcome]
            tx.execute(update(calls).where(calls.c.id == leg.id).values(state=state))
        return welcome

    def caller_fails(self, leg: Leg, outcome: AttemptOutcome) -> int | None:
        self._ends(leg)
        self._agent_hangs_up(calls.c.entry_id == leg.entry_id)
        with self.store.write() as tx:
            return reach.caller_leg_failed(tx, leg.id, outcome, self.rules, self.now)

    def talk_ends(self, entry_id: int) -> reach.Ended:
        self._agent_hangs_up(calls.c.entry_id == entry_id)
        with self.store.write() as tx:
            return reach.conversation_ended(tx, entry_id, self.rules, self.now)

    def hangs_up(self, call_id: int) -> int | None:
        with self.store.write() as tx:
            tx.execute(update(calls).where(calls.c.id == call_id).values(status="completed", ended_at=self.now))
            return reach.caller_gone(tx, call_id, self.rules, self.now)

    def _agent_hangs_up(self, whose: ColumnElement[bool]) -> None:
        over = update(calls).where(calls.c.purpose == Purpose.AGENT.value, calls.c.ended_at.is_(None), whose)
        with self.store.write() as tx:
            tx.execute(over.values(status="completed", ended_at=self.now))

    def _ends(self, leg: Leg) -> None:
        with self.store.write() as tx:
            tx.execute(update(calls).where(calls.c.id == leg.id).values(status="completed", ended_at=self.now))

    # What is so

    @property
    def rung(self) -> list[str]:
        """Whom the carrier was asked to ring, in order."""
        return [order.to for order in self.carrier.calls]

    def leg(self, leg_id: int) -> Leg:
        with self.store.read() as tx:
            found = legs.leg(tx, leg_id)
        assert found is not None
        return found

    def leg_ids(self) -> list[int]:
        with self.store.read() as tx:
            outbound = select(calls.c.id).where(calls.c.purpose != Purpose.CALLER.value).order_by(calls.c.id)
            return list(tx.execute(outbound).scalars())

    def case_of(self, call_id: int) -> int:
        with self.store.read() as tx:
            return int(tx.execute(select(calls.c.case_id).where(calls.c.id == call_id)).scalar_one())

    def case_outcome(self, call_id: int) -> str | None:
        with self.store.read() as tx:
            outcome: str | None = tx.execute(
                select(cases.c.outcome).where(cases.c.id == self.case_of(call_id))
            ).scalar_one()
        return outcome

    def state(self, callback_id: int) -> CallbackState | None:
        with self.store.read() as tx:
            return callback_state(tx, callback_id)

    def agent_state(self, agent_id: int) -> AgentState:
        with self.store.read() as tx:
            return state_of(tx, agent_id)

    def row(self, callback_id: int) -> Any:
        with self.store.read() as tx:
            return tx.execute(select(callbacks).where(callbacks.c.id == callback_id)).one()

    def entry_state(self, entry_id: int) -> line.EntryState:
        with self.store.read() as tx:
            found = line.entry(tx, entry_id)
        assert found is not None
        return found.state

    def entry_of(self, callback_id: int) -> line.Entry:
        with self.store.read() as tx:
            row = tx.execute(
                select(line_entries.c.id)
                .where(line_entries.c.callback_id == callback_id)
                .order_by(line_entries.c.id.desc())
            ).first()
            assert row is not None
            found = line.entry(tx, row.id)
        assert found is not None
        return found

    def outcomes(self, callback_id: int) -> list[str | None]:
        with self.store.read() as tx:
            made = select(attempts.c.outcome).where(attempts.c.callback_id == callback_id).order_by(attempts.c.ordinal)
            return list(tx.execute(made).scalars())

    def story(self, callback_id: int) -> list[str]:
        """The states that a promise went through."""
        with self.store.read() as tx:
            moves = select(callback_moves.c.to_state).where(callback_moves.c.callback_id == callback_id)
            return list(tx.execute(moves.order_by(callback_moves.c.id)).scalars())


@pytest.fixture
def new_site(migrated_file: Path, tmp_path: Path) -> Callable[[], Site]:
    """Another site of its own each time, open at any hour."""
    names = count()

    def make() -> Site:
        path = tmp_path / f"site{next(names)}.db"
        shutil.copy(migrated_file, path)
        always = CallbackRules(ZoneInfo("Asia/Seoul"), quiet_from=None, quiet_until=None)
        return Site(Store(f"sqlite:///{path}"), always)

    return make


@pytest.fixture
def site(store: Store) -> Site:
    return Site(store)
