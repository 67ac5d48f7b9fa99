"""Breaks what the plan says, when it says so."""

import os
import signal
import threading
import time
from collections import Counter
from contextlib import suppress

import psutil

from command.stage import Stage
from tests.chaos.plan import Blow, Plan
from tests.chaos.postgres import PostgresServer

# So long it waits for somebody to kill.
LURK_SECONDS = 10.0
# A child of a worker that is older does no job.
JOB_SECONDS = 2.5


class Monkey:
    """Use as a context: at its end nothing more is broken. `broken` counts what really happened."""

    def __init__(self, stage: Stage, plan: Plan, database: PostgresServer | None) -> None:
        self._stage = stage
        self._blows = plan.blows
        self._database = database
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._break_things, name="monkey", daemon=True)
        self._worker = 0
        self.broken: Counter[str] = Counter()

    def __enter__(self) -> "Monkey":
        self._stage.network.faults(webhook_twice=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()
        self._stage.network.faults()

    def done(self) -> bool:
        return not self._thread.is_alive()

    def _break_things(self) -> None:
        began = time.monotonic()
        strikes = []
        for blow in self._blows:
            if self._stopped.wait(max(blow.at_seconds - (time.monotonic() - began), 0)):
                break
            # One that lies in wait for its victim does not hold up the others.
            strikes.append(threading.Thread(target=self._strike, args=(blow,), daemon=True))
            strikes[-1].start()
        for strike in strikes:
            strike.join()

    def _strike(self, blow: Blow) -> None:
        if isinstance(blow.what, dict):
            self._stage.network.faults(**blow.what)
            name = next(iter(blow.what))
            self.broken[f"{name} {blow.what[name]}"] += 1
        elif self._kill(blow.what):
            self.broken[f"{blow.what} killed"] += 1

    def _kill(self, what: str) -> bool:
        """False when there was nothing to kill."""
        match what:
            case "empty redis":
                self._stage.wipe_redis()
            case "database":
                assert self._database is not None
                self._database.kill()
            case "worker":
                self._stage.kill(self._next_worker())
            case "scheduler" | "job":
                return self._kill_child(scheduler=what == "scheduler")
            case _:
                self._stage.kill(what)
        return True

    def _next_worker(self) -> str:
        names = self._stage.worker_names
        self._worker += 1
        return names[self._worker % len(names)]

    def _kill_child(self, *, scheduler: bool) -> bool:
        """One worker's child is the scheduler, and lives long; the others do a job each, and don't."""
        deadline = time.monotonic() + LURK_SECONDS
        while time.monotonic() < deadline:
            for child in self._children():
                with suppress(psutil.NoSuchProcess, ProcessLookupError):
                    is_old = time.time() - child.create_time() > JOB_SECONDS
                    if is_old == scheduler:
                        os.kill(child.pid, signal.SIGKILL)
                        return True
            time.sleep(0.01)
        return False

    def _children(self) -> list[psutil.Process]:
        found: list[psutil.Process] = []
        for worker in self._stage.worker_names:
            with suppress(psutil.NoSuchProcess, ProcessLookupError):
                found += psutil.Process(self._stage.pid(worker)).children()
        return found
