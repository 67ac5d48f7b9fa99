"""One account, one pace, shared by all processes; whoever is on the line goes first."""

import logging
import subprocess
import sys
import threading
import time
from itertools import pairwise
from pathlib import Path

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from carrier.pacer import NEXT_TURN, TICKETS, Pacer, Urgency

PROGRAM = Path(__file__).with_name("pacer_process.py")


def test_the_first_turn_is_at_once_and_leaves_nothing_behind(redis):
    began = time.monotonic()
    Pacer(redis, calls_per_second=0.1).wait_turn(Urgency.LIVE)
    assert time.monotonic() - began < 1
    assert redis.keys() == [NEXT_TURN.encode()]


def test_four_processes_never_go_faster_than_the_account(redis, redis_url):
    command = [sys.executable, str(PROGRAM), redis_url, "20", "5"]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    turns = sorted(float(line) for process in processes for line in process.communicate()[0].split())
    assert len(turns) == 20
    # A turn is told a little after it was given: single gaps may look short, the pace as a whole may not.
    assert turns[-1] - turns[0] >= 19 * 0.05 - 0.03
    assert all(later - earlier > 0.02 for earlier, later in pairwise(turns))


def test_who_is_on_the_line_overtakes_who_is_due(redis):
    pacer = Pacer(redis, calls_per_second=4)
    pacer.wait_turn(Urgency.LIVE)  # The next turn is a quarter of a second away.
    order: list[str] = []

    def wait(name: str, urgency: Urgency) -> None:
        pacer.wait_turn(urgency)
        order.append(name)

    threads = []
    for name, urgency in (("due 1", Urgency.DUE), ("due 2", Urgency.DUE), ("live", Urgency.LIVE)):
        thread = threading.Thread(target=wait, args=(name, urgency))
        waiting = redis.zcard(TICKETS)
        thread.start()
        while redis.zcard(TICKETS) == waiting:  # They queue up one after the other.
            pass
        threads.append(thread)
    for thread in threads:
        thread.join()
    assert order == ["live", "due 1", "due 2"]


def test_a_process_that_died_waiting_blocks_nobody(redis):
    seconds, micros = redis.time()
    dead_since_ms = int(seconds * 1000 + micros / 1000) - 6000
    redis.zadd(TICKETS, {"dead": 0})
    redis.hset(f"{TICKETS}:seen", "dead", dead_since_ms)
    Pacer(redis).wait_turn(Urgency.DUE)
    assert redis.zcard(TICKETS) == 0


def test_without_redis_a_process_paces_itself_and_says_so_once(caplog):
    slept: list[float] = []
    with Redis(port=1, retry=Retry(NoBackoff(), 0)) as away, caplog.at_level(logging.WARNING):
        pacer = Pacer(away, calls_per_second=0.1, sleep=slept.append)
        for _ in range(3):
            pacer.wait_turn(Urgency.LIVE)
    assert [round(seconds, -1) for seconds in slept] == [0, 10, 20]
    assert [record.getMessage().split(":")[0] for record in caplog.records] == ["pacing alone, Redis is away"]
