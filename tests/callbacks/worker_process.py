"""A real worker process for the tests. Its carrier writes orders to a file, and may hang before it answers.

worker_process.py REDIS_URL DATABASE_URL FOLDER
"""

import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from redis import Redis

from callbacks.dialling import Dialling
from callbacks.jobs import JobQueue, Work, run_worker
from callbacks.retries import CallbackRules
from callqueue.department import Department
from carrier.pacer import Pacer
from carrier.port import CallOrder, CarrierCall, PlacedCall
from store.database import Store


class FileCarrier:
    """One line per order in `orders`, and in `pid` who asks. While `hang` is there, the answer does not come."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def place_call(self, order: CallOrder) -> PlacedCall:
        (self._folder / "pid").write_text(str(os.getpid()))
        with (self._folder / "orders").open("a") as orders:
            orders.write(f"{order.to} {order.path}\n")
        while (self._folder / "hang").exists():
            time.sleep(0.02)
        return PlacedCall(f"CA{order.path}")

    def move_call(self, sid: str, path: str) -> None:
        raise AssertionError("a worker moves no calls")

    def end_call(self, sid: str) -> None:
        raise AssertionError("nobody waits in vain in these tests")

    def status_of(self, sid: str) -> str:
        raise AssertionError("a worker asks for no status")

    def calls_to(self, number: str) -> tuple[CarrierCall, ...]:
        return ()


class NobodyTold:
    def send_text(self, text_id: int) -> None:
        raise AssertionError("no texts in these tests")


def main(redis_url: str, database_url: str, folder: str) -> None:
    redis = Redis.from_url(redis_url)

    def worksite() -> Work:
        billing = Department(id="billing", name="요금", skills=("billing",))
        dialling = Dialling(
            store=Store(database_url),
            carrier=FileCarrier(Path(folder)),
            pacer=Pacer(redis, calls_per_second=50),
            jobs=JobQueue(redis),
            departments=lambda _tx: {"billing": billing},
            rules=CallbackRules(ZoneInfo("Asia/Seoul"), quiet_from=None, quiet_until=None),
            phone_number="+8225550100",
            ring_seconds=20,
            clock=lambda: datetime.now(UTC),
        )
        return Work(dialling, NobodyTold())

    run_worker(worksite, redis)


if __name__ == "__main__":
    main(*sys.argv[1:])
