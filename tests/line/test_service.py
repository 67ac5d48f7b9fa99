"""The service level: who counts, and who was answered in time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from callqueue.department import ServiceLevel
from callqueue.service import Served, Wait, by_hour, served, waits
from callqueue.transfer import Reason
from ivr.handover import Wish
from store.database import Store
from story import Caller, House

NOON = datetime(2026, 11, 25, 3, tzinfo=UTC)  # In Seoul
GOAL = ServiceLevel(percent=80, within_seconds=20)


def waited(seconds: float, *, answered: bool = True, minutes: float = 0) -> Wait:
    return Wait(NOON + timedelta(minutes=minutes), seconds, answered)


def test_who_hangs_up_at_once_is_nobodys_fault_and_who_does_so_later_is_missed() -> None:
    ended = [waited(5), waited(20), waited(21), waited(19, answered=False), waited(90, answered=False)]

    assert served(ended, GOAL) == Served(answered=3, in_time=2, gave_up=1)
    assert served(ended, GOAL).share == 0.5
    assert served([], GOAL).share is None


def test_hours_are_those_of_the_sites_clock() -> None:
    early, late = waited(5), waited(5, minutes=61)

    assert by_hour([late, early], ZoneInfo("Asia/Seoul")) == {12: (early,), 13: (late,)}


def test_of_real_calls(store: Store) -> None:
    """One answered at once, one later, one gives up, one takes a callback, one is passed on."""
    house = House(store)
    agent, refunds = house.agent("서준", "billing"), house.agent("하은", "refund")
    first = _waits(house, 1)
    agent.accepts()
    second, third, fourth = (_waits(house, n) for n in (2, 3, 4))
    house.passes(seconds=40)
    third.hangs_up()
    fourth.presses("1")
    fourth.presses("1")
    first.hangs_up()
    agent.is_ready_again()
    agent.accepts()
    house.conversation.transfer(Wish(agent.id, "refund", Reason.SECOND_MATTER))
    house.settle()
    refunds.accepts()

    with house.store.read() as tx:
        billing = waits(tx, "billing", house.now - timedelta(hours=1))
        refund = waits(tx, "refund", house.now - timedelta(hours=1))

    assert [(round(wait.seconds), wait.answered) for wait in billing] == [(0, True), (40, True), (40, False)]
    assert second.is_in_conference is not None
    assert refund == ()  # Whoever is passed on has talked before.


def _waits(house: House, number: int) -> Caller:
    caller = house.caller(f"+82101111000{number}")
    caller.dials()
    caller.presses("1")
    return caller
