"""What was told is held against what came true, whoever gave up included; who is wrong too often falls silent."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from callers import on_the_phone
from sqlalchemy import Connection, select

from callqueue import ledger, line
from callqueue.accounts import Account, account, by_department, by_hour, judged
from callqueue.announcing import Kind, News, Promise
from callqueue.department import Department
from callqueue.ledger import FEWEST_JUDGED, Told, Truth
from callqueue.wait import WaitRange
from store.database import Store, insert_row
from store.tables import announcements, line_entries

NOW = datetime(2026, 11, 25, 5, tzinfo=UTC)  # 14:00 in Seoul
SEOUL = ZoneInfo("Asia/Seoul")
BILLING = Department("billing", "요금", ("billing",))
THREE_TO_SIX = WaitRange(190, 270, 350)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def joined(tx: Connection, seconds: float = 0, department: Department = BILLING) -> int:
    case_id, call_id = on_the_phone(tx, None, after(seconds))
    return line.join(tx, case_id=case_id, call_id=call_id, department=department, now=after(seconds))


def told(tx: Connection, entry_id: int, seconds: float = 0, forecast: WaitRange = THREE_TO_SIX) -> None:
    news = News(Kind.WAIT, 1, forecast.spoken, None, Promise(after(360), 1, 2))
    ledger.record(tx, entry_id, "billing", news, forecast, after(seconds))


def answered(tx: Connection, entry_id: int, seconds: float) -> None:
    at = after(seconds)
    tx.execute(line_entries.update().where(line_entries.c.id == entry_id).values(state="connected", connected_at=at))


def truths(tx: Connection) -> list[tuple[str | None, float | None]]:
    rows = tx.execute(select(announcements.c.truth, announcements.c.waited_seconds).order_by(announcements.c.id))
    return [(row.truth, row.waited_seconds) for row in rows]


def test_what_was_told_so_far_is_remembered(store: Store) -> None:
    with store.write() as tx:
        entry_id = joined(tx)
        assert ledger.told(tx, entry_id) == Told()
        told(tx, entry_id)
        told(tx, entry_id, seconds=90)

        assert ledger.told(tx, entry_id) == Told(2, after(90), Kind.WAIT, Promise(after(360), 1, 2))


def test_an_answer_is_the_truth_of_every_announcement_before_it(store: Store) -> None:
    with store.write() as tx:
        entry_id = joined(tx)
        told(tx, entry_id)
        told(tx, entry_id, seconds=90)
        assert ledger.judge(tx, after(100)) == 0
        answered(tx, entry_id, 200)

        assert (ledger.judge(tx, after(201)), ledger.judge(tx, after(202))) == (2, 0)
        assert truths(tx) == [("answered", 200), ("answered", 110)]


def test_whoever_gave_up_would_have_waited_until_a_later_one_was_served(store: Store) -> None:
    with store.write() as tx:
        gave_up, before_them, later = joined(tx, 0), joined(tx, -5), joined(tx, 10)
        told(tx, gave_up)
        line.leave(tx, gave_up, "abandoned", after(100))
        answered(tx, before_them, 200)
        assert ledger.judge(tx, after(201)) == 0  # Served after them, but ahead of them
        answered(tx, later, 400)

        ledger.judge(tx, after(401))

        assert truths(tx) == [("ghost", 400)]


def test_a_ghost_of_more_than_an_hour_says_nothing(store: Store) -> None:
    with store.write() as tx:
        gave_up, next_morning = joined(tx, 0), joined(tx, 10)
        told(tx, gave_up)
        line.leave(tx, gave_up, "abandoned", after(100))
        answered(tx, next_morning, 50_000)

        ledger.judge(tx, after(50_001))

        assert truths(tx) == [("censored", None)]


def test_nobody_was_served_later_and_it_is_given_up_after_an_hour(store: Store) -> None:
    with store.write() as tx:
        gave_up = joined(tx)
        told(tx, gave_up)
        line.leave(tx, gave_up, "abandoned", after(100))

        assert (ledger.judge(tx, after(3600)), ledger.judge(tx, after(3601))) == (0, 1)
        assert truths(tx) == [("censored", None)]


def test_where_no_wait_was_forecast_there_is_nothing_to_judge(store: Store) -> None:
    with store.write() as tx:
        entry_id = joined(tx)
        ledger.record(tx, entry_id, "billing", News(Kind.AT_ONCE), WaitRange(0, 0, 0), NOW)
        ledger.record(tx, entry_id, "billing", News(Kind.NOBODY), None, NOW)

        assert truths(tx) == [("nothing", None)] * 2
        assert judged(tx, NOW) == ()


def test_a_forecast_that_says_nothing_is_judged_all_the_same(store: Store) -> None:
    silenced = Silent(190, 270, 350)
    with store.write() as tx:
        entry_id = joined(tx)
        ledger.record(tx, entry_id, "billing", News(Kind.UNKNOWN), silenced, NOW)
        answered(tx, entry_id, 240)
        ledger.judge(tx, after(241))

        assert ledger.coverage(tx, "billing", "erlang-a") == (1.0, 1)


class Silent(WaitRange):
    spoken = None


@dataclass
class Run:
    """So many callers of billing, one after another, told three to six minutes."""

    tx: Connection
    seconds: float = 0

    def callers(self, count: int, *, waited_seconds: float) -> None:
        for _ in range(count):
            self.seconds += 1
            entry_id = joined(self.tx, self.seconds)
            told(self.tx, entry_id, self.seconds)
            answered(self.tx, entry_id, self.seconds + waited_seconds)
            line.finished(self.tx, entry_id, after(self.seconds + waited_seconds))
            self.tx.execute(line_entries.update().values(state="left"))
        ledger.judge(self.tx, after(self.seconds + waited_seconds))


def silent(tx: Connection) -> bool:
    return ledger.is_muted(tx, "billing", "erlang-a")


def test_an_estimator_that_is_wrong_too_often_is_muted_and_comes_back(store: Store) -> None:
    with store.write() as tx:
        run = Run(tx)
        run.callers(FEWEST_JUDGED - 1, waited_seconds=900)
        assert not silent(tx)  # Too few to judge by
        run.callers(1, waited_seconds=900)
        assert silent(tx)
        assert [(one.department, one.coverage) for one in ledger.muted(tx)] == [("billing", 0.0)]
        run.callers(155, waited_seconds=240)
        assert ledger.coverage(tx, "billing", "erlang-a") == (pytest.approx(0.775), 200)
        assert silent(tx)  # Right again, but not for long enough
        run.callers(5, waited_seconds=240)
        assert not silent(tx)


def test_it_stays_muted_for_that_department_only(store: Store) -> None:
    with store.write() as tx:
        Run(tx).callers(FEWEST_JUDGED, waited_seconds=900)

        assert [ledger.is_muted(tx, *who) for who in (("billing", "erlang-a"), ("tech", "erlang-a"))] == [True, False]


def test_the_account_of_a_department_and_of_its_hours(store: Store) -> None:
    with store.write() as tx:
        for n, waited in enumerate((200.0, 300.0, 355.0, 420.0)):
            entry_id = joined(tx, n)
            told(tx, entry_id, n)
            answered(tx, entry_id, n + waited)
            tx.execute(line_entries.update().values(state="left"))
        waiting = joined(tx, 3600)
        told(tx, waiting, 3600)
        ledger.judge(tx, after(3600))
        forecasts = judged(tx, NOW)

    assert by_department(forecasts) == {
        ("billing", "erlang-a"): Account(
            forecasts=5,
            told=5,
            known=4,
            ghosts=0,
            censored=0,
            coverage=0.5,  # 355 and 420 are above 350 …
            spoken_coverage=0.75,  # … and only 420 above six minutes
            late_share=0.25,
            width_seconds=160,
            spoken_width_minutes=3,
            bias_seconds=270 - 318.75,
            error_seconds=(70 + 30 + 85 + 150) / 4,
        )
    }
    assert {name: found.forecasts for name, found in by_hour(forecasts, SEOUL).items()} == {
        ("billing", 14): 4,
        ("billing", 15): 1,
    }
    assert account(()).spoken_coverage is None


def test_a_promised_place_that_was_kept_overnight_tells_of_the_night(store: Store) -> None:
    with store.write() as tx:
        entry_id = joined(tx)
        told(tx, entry_id)
        callback_id = _callback(tx)
        line.keep_place(tx, entry_id, callback_id, after(10))
        answered(tx, entry_id, 60_000)

        ledger.judge(tx, after(60_001))

        assert truths(tx) == [(Truth.CENSORED.value, None)]


def _callback(tx: Connection) -> int:
    from store.tables import callbacks

    case_id, _call_id = on_the_phone(tx, 7, NOW)
    return insert_row(
        tx,
        callbacks,
        case_id=case_id,
        department="billing",
        number="+821000000007",
        language="ko",
        state="promised",
        promised_at=NOW,
        due_at=NOW,
    )
