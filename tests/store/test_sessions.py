"""The database: writers wait in line, nothing is half written, moments are aware."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from store.database import DatabaseAway, Store, again_when_collided, hold_row, insert_row
from store.tables import cases, utterances

NOW = datetime(2026, 11, 25, 5, tzinfo=UTC)

WRITER = """
import sys
from datetime import UTC, datetime
from sqlalchemy import func, select
from store.database import Store, insert_row
from store.tables import cases

store = Store(sys.argv[1])
with store.read():
    print("ready", flush=True)
sys.stdin.readline()
for _ in range(200):
    with store.write() as tx:
        seen = tx.execute(select(func.count()).select_from(cases)).scalar_one()
        # The number of rows that this writer saw: with two writers between each other, no number comes twice.
        insert_row(tx, cases, number=str(seen), language="ko", opened_at=datetime.now(UTC))
"""


def test_two_processes_write_at_once_and_none_sees_half_of_the_other(sqlite_store: Store) -> None:
    command = [sys.executable, "-c", WRITER, sqlite_store.url]
    with _process(command) as one, _process(command) as other:
        # Started by hand: left alone, one may be done before the other has imported anything, and nothing is proven.
        assert [_line_from(writer) for writer in (one, other)] == ["ready", "ready"]
        for writer in (one, other):
            _tell(writer, "go")
        errors = [writer.communicate(timeout=60)[1] for writer in (one, other)]

    with sqlite_store.read() as tx:
        seen = set(tx.execute(select(cases.c.number)).scalars())
    assert errors == ["", ""]
    assert seen == {str(n) for n in range(400)}


@contextmanager
def _process(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def _line_from(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def _tell(process: subprocess.Popen[str], words: str) -> None:
    assert process.stdin
    process.stdin.write(f"{words}\n")
    process.stdin.flush()


def test_what_fails_half_way_leaves_nothing(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.write() as tx:
        insert_row(tx, cases, number="+8210", language="ko", opened_at=NOW)
        raise ZeroDivisionError

    with store.read() as tx:
        assert tx.execute(select(func.count()).select_from(cases)).scalar_one() == 0


def test_readers_are_not_held_up_by_a_writer(store: Store) -> None:
    with store.write() as tx:
        insert_row(tx, cases, number="+8210", language="ko", opened_at=NOW)
        with store.read() as other:
            assert other.execute(select(func.count()).select_from(cases)).scalar_one() == 0


def test_a_connection_that_died_while_it_rested_is_replaced(postgres_store: Store) -> None:
    mine, whose = Store(postgres_store.url, rest_seconds=0), text("SELECT pg_backend_pid()")
    with mine.write() as tx:
        before = tx.execute(whose).scalar_one()
    with postgres_store.read() as tx:
        tx.execute(text("SELECT pg_terminate_backend(:before)"), {"before": before})

    with mine.write() as tx:
        assert tx.execute(whose).scalar_one() != before
    mine.close()


def test_a_reader_keeps_to_one_view(store: Store) -> None:
    count = select(func.count()).select_from(cases)
    with store.read() as reader:
        before = reader.execute(count).scalar_one()
        with store.write() as tx:
            insert_row(tx, cases, number="+8210", language="ko", opened_at=NOW)

        assert reader.execute(count).scalar_one() == before == 0


def test_two_who_wait_for_each_other_are_named_so_and_may_try_again(postgres_store: Store) -> None:
    with postgres_store.write() as tx:
        one, other = (insert_row(tx, cases, number=None, language="ko", opened_at=NOW) for _ in range(2))
    met = Barrier(2, timeout=20)
    tries: list[int] = []

    @again_when_collided
    def hold_both(first: int, second: int) -> None:
        tries.append(first)
        with postgres_store.write() as tx:
            hold_row(tx, cases, first)
            if len(tries) <= 2:
                met.wait()
            hold_row(tx, cases, second)

    with ThreadPoolExecutor(2) as both:
        done = [both.submit(hold_both, one, other), both.submit(hold_both, other, one)]
        assert [future.result() for future in done] == [None, None]
    assert len(tries) == 3  # One of them once more.


def test_the_database_keeps_what_belongs_together(store: Store) -> None:
    row = {"call_id": 99, "step": 0, "expectation": "", "words": "", "alternatives": [], "decision": "go"}
    with pytest.raises(IntegrityError), store.write() as tx:
        tx.execute(insert(utterances).values(**row, probability=1, audio_seconds=1, at=NOW, expires_at=NOW))


def test_errors_do_not_tell_what_was_written(store: Store) -> None:
    with pytest.raises(IntegrityError) as told, store.write() as tx:
        for _ in range(2):
            insert_row(tx, cases, id=1, number="+821012345678", language="ko", opened_at=NOW)

    assert "+8210" not in str(told.value)


def test_sqlite_writes_ahead(sqlite_store: Store) -> None:
    with sqlite_store.read() as tx:
        assert tx.execute(text("PRAGMA journal_mode")).scalar() == "wal"


def test_moments_come_back_as_they_went_in(store: Store) -> None:
    seoul = timezone(timedelta(hours=9))
    with store.write() as tx:
        insert_row(tx, cases, number=None, language="ko", opened_at=datetime(2026, 11, 25, 14, tzinfo=seoul))

    with store.read() as tx:
        assert tx.execute(select(cases.c.opened_at)).scalar_one() == NOW


def test_a_naive_moment_is_refused(store: Store) -> None:
    with pytest.raises(StatementError, match="naive"), store.write() as tx:
        insert_row(tx, cases, number=None, language="ko", opened_at=NOW.replace(tzinfo=None))


def test_a_database_that_is_away_is_named_so(tmp_path: Path) -> None:
    away = Store(f"sqlite:///{tmp_path}/nowhere/at-all.sqlite3")

    with pytest.raises(DatabaseAway), away.read():
        pass
    with pytest.raises(DatabaseAway), away.write():
        pass
