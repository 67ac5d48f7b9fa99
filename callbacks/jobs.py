"""RQ: work to do. Jobs carry ids, look at SQL again, and may run any number of times."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, Worker
from rq.exceptions import DuplicateJobError

log = logging.getLogger("barocall.jobs")

JOB_QUEUE = "barocall"
RESULT_SECONDS = 60  # Nobody reads results; SQL says what happened.
FAILURE_SECONDS = 3600
MAINTENANCE_SECONDS = 20  # RQ's own 600 would leave a killed worker's jobs lying for ten minutes.
LEG_JOB = "callbacks.jobs.place_leg"
PROMISE_JOB = "callbacks.jobs.keep_promise"
TEXT_JOB = "callbacks.jobs.send_text"


class Jobs(Protocol):
    """Where work is put after the commit. Never raises: what is lost here, the sweep puts back."""

    def ring(self, leg_id: int, *, generation: int) -> bool:
        """Order a planned leg now. False when it could not be put."""

    def keep(self, callback_id: int, *, generation: int, due_at: datetime) -> bool:
        """See to a promise when it is due. False when it could not be put."""

    def text(self, text_id: int, *, generation: int) -> bool:
        """Send a planned text now. False when it could not be put."""


class JobQueue:
    """Jobs in Redis. Ids carry the generation that SQL decides: a failed job blocks its id, the next one is free."""

    def __init__(self, redis: Redis) -> None:
        self._queue = Queue(JOB_QUEUE, connection=redis)

    def ring(self, leg_id: int, *, generation: int) -> bool:
        return self._put(LEG_JOB, leg_id, f"leg-{leg_id}-{generation}", None)

    def keep(self, callback_id: int, *, generation: int, due_at: datetime) -> bool:
        return self._put(PROMISE_JOB, callback_id, f"callback-{callback_id}-{generation}", due_at)

    def text(self, text_id: int, *, generation: int) -> bool:
        return self._put(TEXT_JOB, text_id, f"text-{text_id}-{generation}", None)

    def _put(self, job: str, subject: int, job_id: str, due_at: datetime | None) -> bool:
        options: dict[str, Any] = {
            "job_id": job_id,
            "unique": True,
            "result_ttl": RESULT_SECONDS,
            "failure_ttl": FAILURE_SECONDS,
        }
        try:
            if due_at is None or due_at <= datetime.now(UTC):
                self._queue.enqueue(job, subject, **options)
            else:
                self._queue.enqueue_at(due_at, job, subject, **options)
        except DuplicateJobError:
            return True  # It is there already.
        except RedisError as error:
            log.warning("%s was not put, Redis is away: %s", job_id, error)
            return False
        return True


@dataclass
class FakeJobs:
    """Remembers what was put, for tests."""

    rung: list[int] = field(default_factory=list)
    kept: list[tuple[int, datetime]] = field(default_factory=list)
    texted: list[int] = field(default_factory=list)

    def ring(self, leg_id: int, *, generation: int) -> bool:
        self.rung.append(leg_id)
        return True

    def keep(self, callback_id: int, *, generation: int, due_at: datetime) -> bool:
        self.kept.append((callback_id, due_at))
        return True

    def text(self, text_id: int, *, generation: int) -> bool:
        self.texted.append(text_id)
        return True


class Dialler(Protocol):
    """callbacks.dialling.Dialling."""

    def place_leg(self, leg_id: int) -> None: ...

    def keep_promise(self, callback_id: int) -> None: ...


class Teller(Protocol):
    """callbacks.telling.Telling."""

    def send_text(self, text_id: int) -> None: ...


class Worksite(Dialler, Teller, Protocol):
    """What the jobs work with."""


@dataclass(frozen=True)
class Work:
    """A worksite put together."""

    dialler: Dialler
    teller: Teller

    def place_leg(self, leg_id: int) -> None:
        self.dialler.place_leg(leg_id)

    def keep_promise(self, callback_id: int) -> None:
        self.dialler.keep_promise(callback_id)

    def send_text(self, text_id: int) -> None:
        self.teller.send_text(text_id)


_make_worksite: Callable[[], Worksite] | None = None


def run_worker(make_worksite: Callable[[], Worksite], redis: Redis) -> None:
    """Work until stopped. The worker forks for each job, so database connections are made in the child."""
    global _make_worksite
    _make_worksite = make_worksite
    worker = Worker([JOB_QUEUE], connection=redis, maintenance_interval=MAINTENANCE_SECONDS)
    worker.work(with_scheduler=True)


def place_leg(leg_id: int) -> None:
    """Order one planned leg."""
    _worksite().place_leg(leg_id)


def keep_promise(callback_id: int) -> None:
    """A promise may be due: see whether an agent is free for it."""
    _worksite().keep_promise(callback_id)


def send_text(text_id: int) -> None:
    """Send one planned text."""
    _worksite().send_text(text_id)


def _worksite() -> Worksite:
    if _make_worksite is None:
        raise RuntimeError("start the worker with `barocall worker`: a bare rq worker knows no parts")
    return _make_worksite()
