"""Texts, each sent once, whatever dies; and what follows when one does not arrive."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from callbacks import desk
from callbacks.seals import Seals
from callbacks.texts import TextState, claim, texts_of
from carrier.port import CarrierBusy, CarrierRefused, CarrierUnsure
from ivr.letters import is_sayable, sayable
from ivr.words import letters_english, letters_korean
from ivr.words.letters import Letter
from store.database import Store
from store.tables import cases, texts
from story import OUR_NUMBER, SEALS, House

KIM, LANDLINE = "+821012345678", "+8225550123"


@pytest.fixture
def house(store: Store) -> House:
    return House(store)


def is_promised(house: House, number: str = KIM) -> None:
    """Nobody is at work: a call is promised for when they are back."""
    caller = house.caller(number)
    caller.dials()
    caller.presses("1")
    caller.presses("1")
    caller.presses("1")
    caller.hangs_up()


def states(house: House) -> list[str]:
    with house.store.read() as tx:
        return list(tx.execute(select(texts.c.state).order_by(texts.c.id)).scalars())


def told(house: House, status: str, text_id: int = 1, sid: str | None = None, **more: str) -> int:
    """The carrier tells of a text."""
    path = f"/voice/text/{text_id}/status"
    with house.store.read() as tx:
        known = tx.execute(select(texts.c.sid).where(texts.c.id == text_id)).scalar()
    code, _body = house.post(path, "", MessageSid=sid or known or "SM1", MessageStatus=status, **more)
    return code


def to_close(house: House) -> list[int]:
    with house.store.read() as tx:
        return [view.id for view in desk.promises(tx, house.now, to_close=True)]


def expires(house: House) -> None:
    """Three attempts in vain."""
    agent = house.agent("서준", "billing")
    for _ in range(3):
        agent.accepts()
        house.caller(KIM).does_not_pick_up("no-answer")
        house.passes(hours=3)
        house.now = house.now.replace(hour=5)


def test_a_promise_is_told_with_pin_and_link(house: House) -> None:
    is_promised(house)

    said = "[바로샵 고객센터] 요금·결제 상담 전화를 차례가 되면 드립니다."
    link = f"https://calls.example.org/c/{SEALS.link(house.promise_id)}"
    assert house.texts(KIM) == [f"{said} 비밀번호 {SEALS.pin(house.promise_id)}. 변경·취소 {link}"]
    order = house.carrier.texts[0]
    assert (order.from_number, order.status_path) == (OUR_NUMBER, "/voice/text/1/status")


def test_an_english_caller_reads_english(house: House) -> None:
    caller = house.caller(KIM)
    caller.dials()
    for key in "9111":
        caller.presses(key)

    assert house.texts(KIM)[0].startswith(
        "[Baroshop] We will call you about billing and payments when it is your turn."
    )


def test_a_receipt_is_recorded_whatever_the_order_and_number_of_its_news(house: House) -> None:
    is_promised(house)

    for status in ("delivered", "sent", "queued", "delivered", "failed"):
        assert told(house, status) == 200

    assert states(house) == ["delivered"]


def test_a_receipt_must_be_signed(house: House) -> None:
    is_promised(house)

    assert house.post("/voice/text/1/status", "", token="forged", MessageSid="SM1", MessageStatus="failed")[0] == 403
    assert states(house) == ["sent"]


def test_two_workers_send_it_once(house: House) -> None:
    is_promised(house)

    for _ in range(3):
        house.telling.send_text(1)

    assert len(house.texts(KIM)) == 1


def test_a_worker_that_dies_after_the_claim_sends_nothing_twice(house: House) -> None:
    house.jobs.text = lambda text_id, generation: True  # type: ignore[method-assign, union-attr] # Redis loses them.
    is_promised(house)
    with house.store.write() as tx:
        claim(tx, 1, house.now)  # … and the worker is gone before it asks.

    house.passes(seconds=30)
    assert states(house) == ["doubtful"]
    house.passes(seconds=61)

    assert states(house) == ["planned"]
    house.telling.send_text(1)
    assert (len(house.texts(KIM)), states(house)) == (1, ["sent"])


def test_an_answer_that_is_lost_after_the_text_was_sent_is_found_in_the_carriers_list(house: House) -> None:
    house.carrier.lose_next_answer = CarrierUnsure("time-out")
    is_promised(house)
    assert states(house) == ["doubtful"]

    house.passes(seconds=2)
    house.passes(minutes=5)

    assert (len(house.texts(KIM)), states(house)) == (1, ["sent"])


def test_the_texts_own_news_end_the_doubt_too(house: House) -> None:
    house.carrier.lose_next_answer = CarrierUnsure("time-out")
    is_promised(house)

    told(house, "delivered", sid="SM77")

    house.passes(minutes=5)
    assert (len(house.texts(KIM)), states(house)) == (1, ["delivered"])


def test_a_busy_carrier_is_asked_again(house: House) -> None:
    house.carrier.refuse_next = CarrierBusy("429")
    is_promised(house)
    assert house.texts(KIM) == []

    house.passes(seconds=2)

    assert (len(house.texts(KIM)), states(house)) == (1, ["sent"])


def test_jobs_that_redis_lost_are_put_again(house: House) -> None:
    lost: list[int] = []
    jobs = house.jobs
    put, jobs.text = jobs.text, lambda text_id, generation: bool(lost.append(text_id))  # type: ignore[method-assign, assignment]
    is_promised(house)
    house.passes(seconds=2)
    jobs.text = put  # type: ignore[method-assign]

    house.passes(seconds=31)

    assert (len(lost) >= 1, len(house.texts(KIM))) == (True, 1)


def test_a_slip_is_told_once(house: House) -> None:
    agent = house.agent("서준", "billing")
    other = house.caller("+821011110000")
    other.dials()
    other.presses("1")
    agent.accepts()
    caller = house.caller(KIM)
    caller.dials()
    caller.presses("1")
    caller.says("오늘 오후 세 시")
    caller.presses("1")
    caller.hangs_up()

    house.passes(hours=1, minutes=39)  # 15:39: the half hour is over, and nine minutes.
    assert len(house.texts(KIM)) == 1
    for _ in range(3):
        house.passes(minutes=2)

    assert [text for text in house.texts(KIM) if "늦어져 죄송합니다" in text] == house.texts(KIM)[1:]
    assert len(house.texts(KIM)) == 2


def test_the_last_missed_attempt_is_told_and_closes_the_case_when_it_arrives(house: House) -> None:
    is_promised(house)
    expires(house)

    assert house.promises() == [(KIM, "billing", "expired")]
    assert "연결되지 않았습니다. 문의 02-1555-0100" in house.texts(KIM)[-1]
    assert house.case_outcomes() == [None]
    told(house, "delivered", text_id=2)

    assert house.case_outcomes() == ["missed, told"]
    assert to_close(house) == []


@pytest.mark.parametrize("news", ["failed", "undelivered"])
def test_a_text_that_does_not_arrive_leaves_a_case_that_an_agent_must_close(house: House, news: str) -> None:
    is_promised(house)
    expires(house)

    told(house, news, text_id=2, ErrorCode="30003")

    assert to_close(house) == [house.promise_id]
    promised = house.promise_id
    with house.store.write() as tx:
        desk.finish(tx, promised, desk.Outcome.REACHED_OTHERWISE, who="서준", now=house.now)
    assert (to_close(house), house.case_outcomes()) == ([], ["reached_otherwise"])


def test_a_text_of_which_nothing_is_heard_leaves_a_case_too(house: House) -> None:
    is_promised(house)
    expires(house)
    with house.store.write() as tx:
        tx.execute(texts.update().values(created_at=house.now))
    assert to_close(house) == []

    house.passes(minutes=61)

    assert to_close(house) == [house.promise_id]


def test_a_refused_text_is_not_sent_again(house: House) -> None:
    house.carrier.refuse_next = CarrierRefused(21614, "not a mobile number", permanent=True)

    is_promised(house)
    house.passes(minutes=5)

    assert (house.texts(KIM), states(house)) == ([], ["failed"])


def test_a_landline_is_never_texted_and_its_end_has_to_be_closed(house: House) -> None:
    is_promised(house, LANDLINE)
    promised = house.promise_id
    with house.store.write() as tx:
        desk.cancel(tx, promised, who="지수", why="closed for today", now=house.now)
    house.passes(seconds=2)

    assert house.texts(LANDLINE) == []
    assert states(house) == ["impossible", "impossible"]
    assert to_close(house) == [house.promise_id]


def test_where_no_texts_are_sent_nobody_asks_the_carrier(store: Store) -> None:
    house = House(store, text_number=None)
    is_promised(house)
    house.passes(seconds=2)

    assert (house.carrier.texts, states(house)) == ([], ["impossible"])


def test_who_cancels_is_told_once(house: House) -> None:
    is_promised(house)
    promised = house.promise_id
    for _ in range(2):
        with house.store.write() as tx:
            desk.cancel(tx, promised, who="지수", why="상담 종료", now=house.now)
    house.passes(seconds=2)
    house.passes(seconds=60)

    assert [text[-18:] for text in house.texts(KIM)[1:]] == ["다. 문의 02-1555-0100"[-18:]]
    with house.store.read() as tx:
        assert [text.state for text in texts_of(tx, promised)] == [TextState.SENT, TextState.SENT]
        assert tx.execute(select(cases.c.closed_at)).scalar() is None


def test_letters_that_phones_here_do_not_show_are_replaced() -> None:
    assert sayable("바로샵 😀 카페 é “따옴표”") == "바로샵 ? 카페 ? “따옴표”"
    assert not is_sayable("똠")  # A syllable that is none of the 2350.


@pytest.mark.parametrize("words", [letters_korean, letters_english])
@pytest.mark.parametrize("kind", ["promise", "moved", "slip", "missed", "cancelled"])
def test_every_text_is_sayable_and_short(words: object, kind: str, house: House) -> None:
    at = house.now + timedelta(days=1)
    link = f"https://calls.example.org/c/{SEALS.link(1_000_000)}"
    letter = Letter("바로샵 고객센터", "환불·교환", at, True, "123456", link, "02-1555-0100")

    text = getattr(words, kind)(letter)

    assert text == sayable(text)
    parts = 2 if words is letters_korean else 3
    assert len(text) <= 67 * parts


def test_pins_and_links_are_of_their_promise_and_secret_alone() -> None:
    mine, theirs = Seals("one"), Seals("two")

    assert len({mine.pin(n) for n in range(200)}) > 190
    assert mine.pin(1) != theirs.pin(1)
    assert mine.callback_of_link(mine.link(7)) == 7
    assert theirs.callback_of_link(mine.link(7)) is None
    assert mine.callback_of_link(mine.form(7)) is None
    assert not mine.is_form_of(8, mine.form(7))
