"""Promises on a real Redis with a real RQ worker: wiped, killed, run twice, still rung once."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue

from callbacks.jobs import JOB_QUEUE, JobQueue, place_leg
from callbacks.retries import CallbackRules
from callbacks.sweep import Sweep
from callqueue.legs import DialState

LEE_PHONE = "+821099990001"
PROGRAM = Path(__file__).with_name("worker_process.py")


class Workers:
    """Real worker processes beside the site, and what they ordered."""

    def __init__(self, site, redis_url: str, folder: Path) -> None:
        self._command = [sys.executable, str(PROGRAM), redis_url, site.store.url, str(folder)]
        self._running: list[subprocess.Popen[bytes]] = []
        self.folder = folder

    def start(self) -> None:
        self._running.append(subprocess.Popen(self._command, start_new_session=True, stderr=subprocess.DEVNULL))

    def kill_while_asking(self) -> None:
        """SIGKILL for the worker and for the process of its job, which would outlive it."""
        os.kill(int((self.folder / "pid").read_text()), signal.SIGKILL)
        self.kill()

    def kill(self) -> None:
        for worker in self._running:
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()
        self._running.clear()

    @property
    def hang(self) -> Path:
        """While this file exists, the carrier does not answer."""
        return self.folder / "hang"

    @property
    def orders(self) -> list[str]:
        orders = self.folder / "orders"
        return orders.read_text().split("\n")[:-1] if orders.exists() else []


@pytest.fixture
def workers(site, redis, redis_url, tmp_path) -> Iterator[Workers]:
    site.now = datetime.now(UTC)  # The worker's clock is the real one, and the tests may run at night.
    rules = CallbackRules(ZoneInfo("Asia/Seoul"), quiet_from=None, quiet_until=None)
    site.dialling = replace(site.dialling, jobs=JobQueue(redis), rules=rules)
    site.sweep = Sweep(site.dialling, wrap_limit=timedelta(seconds=60))
    crew = Workers(site, redis_url, tmp_path)
    yield crew
    crew.kill()


def until(condition: Callable[[], bool], seconds: float = 15) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.02)


def test_a_worker_rings_the_agent(site, workers):
    site.callback()
    site.agent()
    site.dialling.dispatch()
    workers.start()
    [leg_id] = site.leg_ids()
    until(lambda: site.leg(leg_id).dial_state == DialState.PLACED)
    assert workers.orders == [f"{LEE_PHONE} /voice/leg/{leg_id}"]


def test_a_promise_for_later_is_kept_by_the_scheduler(site, workers):
    call_id = site.caller_rings()
    due_at = site.now + timedelta(seconds=1)
    promised = site.promises(call_id, due_at=due_at).callback_id
    site.agent()
    # RQ may be half a second early; the promise's own time stands in SQL.
    site.dialling.jobs.keep(promised, generation=0, due_at=due_at + timedelta(seconds=1))
    workers.start()
    until(lambda: len(workers.orders) == 1)
    assert workers.orders[0].startswith(LEE_PHONE)


def test_redis_is_wiped_and_the_agent_is_still_rung_once(site, workers, redis):
    site.callback()
    site.agent()
    site.dialling.dispatch()
    [leg_id] = site.leg_ids()
    redis.flushall()
    site.passes(seconds=10)
    assert site.sweep.once().legs_put_back == 1
    site.passes(seconds=10)
    assert site.sweep.once().legs_put_back == 1  # Nobody has taken it yet: two jobs for one leg.
    workers.start()
    workers.start()
    until(lambda: Queue(JOB_QUEUE, connection=redis).is_empty() and site.leg(leg_id).sid is not None)
    assert workers.orders == [f"{LEE_PHONE} /voice/leg/{leg_id}"]


def test_a_worker_killed_while_it_asks_leaves_one_order(site, workers):
    site.callback()
    site.agent()
    site.dialling.dispatch()
    [leg_id] = site.leg_ids()
    workers.hang.touch()
    workers.start()
    until(lambda: len(workers.orders) == 1)
    workers.kill_while_asking()
    workers.hang.unlink()
    assert site.leg(leg_id).dial_state == DialState.ASKING

    workers.start()
    site.passes(seconds=35)  # Seen from the start of the test; the worker claimed a little later.
    assert site.sweep.once().legs_doubted == 1
    site.passes(seconds=20)
    assert site.sweep.once().legs_ordered_again == 0
    assert site.leg(leg_id).dial_state == DialState.DOUBTFUL
    # Another job for somebody else shows that the new worker works, and has nothing to do for this leg.
    site.agent("박상담", "+821099990002")
    site.callback("+821087654321")
    site.dialling.dispatch()
    until(lambda: len(workers.orders) == 2)
    assert [order.split()[0] for order in workers.orders] == [LEE_PHONE, "+821099990002"]


def test_the_same_job_is_put_once_and_the_next_generation_beside_it(redis):
    jobs = JobQueue(redis)
    assert [jobs.ring(7, generation=g) for g in (0, 0, 1)] == [True, True, True]
    assert Queue(JOB_QUEUE, connection=redis).job_ids == ["leg-7-0", "leg-7-1"]


def test_a_scheduled_job_is_put_once(redis):
    jobs, later = JobQueue(redis), datetime.now(UTC) + timedelta(hours=1)
    assert [jobs.keep(3, generation=0, due_at=later) for _ in range(2)] == [True, True]
    assert Queue(JOB_QUEUE, connection=redis).scheduled_job_registry.get_job_ids() == ["callback-3-0"]


def test_redis_is_away_and_nobody_notices(site):
    with Redis(port=1, retry=Retry(NoBackoff(), 0)) as away:
        assert not JobQueue(away).ring(7, generation=0)


def test_a_bare_worker_is_told_how_to_start():
    with pytest.raises(RuntimeError, match="barocall worker"):
        place_leg(7)
