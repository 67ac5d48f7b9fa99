"""Nothing from the network is trusted, and nothing that breaks hangs up on a caller."""

import logging
import shutil
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import update
from twilio.request_validator import RequestValidator

from callbacks.jobs import JobQueue
from ivr.call import Call
from ivr.conversation import Conversation
from ivr.signature import SignatureCheck
from store.database import Store
from store.tables import calls
from story import FALLBACK, PUBLIC_URL, House


def test_a_webhook_with_a_wrong_signature_is_refused_and_changes_nothing(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caller = house.caller()
    caller.dials()

    status, _document = house.post("/voice/key?step=0", caller.sid or "", token="stolen", From="+821012345678")

    assert status == 403
    assert caller.state == "asking"
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING] == [
        "refused /voice/key from +8210****5678: not signed by our carrier account"
    ]


def test_an_unsigned_webhook_is_refused(house: House) -> None:
    answer = house.web.post("/voice/answer", data={"CallSid": "CA1"})

    assert answer.status_code == 403


def test_forwarding_headers_do_not_help_a_forger(house: House) -> None:
    answer = house.web.post(
        "/voice/answer",
        data={"CallSid": "CA1"},
        headers={"X-Forwarded-Proto": "https", "X-Forwarded-Host": "calls.example.org", "X-Twilio-Signature": "x"},
    )

    assert answer.status_code == 403


def test_another_accounts_webhook_is_refused_even_when_signed(house: House) -> None:
    status, _document = house.post("/voice/answer", "CA1", AccountSid="AC" + "1" * 32)

    assert status == 403


def test_both_tokens_are_accepted_while_one_replaces_the_other() -> None:
    check = SignatureCheck(["old", "new"], PUBLIC_URL, None)
    signed = [
        RequestValidator(token).compute_signature(f"{PUBLIC_URL}/x", {"A": "1"}) for token in ("old", "new", "no")
    ]

    assert [check.webhook("/x", {"A": "1"}, signature) for signature in signed] == [True, True, False]


def test_a_webhook_without_a_call_is_a_bad_request(house: House) -> None:
    assert house.post("/voice/answer", "")[0] == 400


def test_a_call_that_we_do_not_know_is_put_through_to_a_person(house: House) -> None:
    status, document = house.post("/voice/now", "CAunknown")

    assert status == 200
    assert f"<Dial>{FALLBACK}</Dial>" in document


def test_a_repeated_webhook_is_answered_alike_and_counts_once(house: House) -> None:
    house.agent("지우", "delivery")
    caller = house.caller()
    caller.dials()

    first = caller.fetch("/voice/key?step=0", Digits="2")
    second = caller.fetch("/voice/key?step=0", Digits="2")

    assert second == first
    assert caller.position is None  # Offered to the agent, once.
    house.settle()
    assert len(house.rung()) == 1


def test_an_answer_asked_twice_is_one_call(house: House) -> None:
    caller = house.caller()
    caller.dials()
    first = caller.document

    assert caller.fetch("/voice/answer") == first
    assert house.case_outcomes() == [None]


class FaultyConversation(Conversation):
    def key(self, sid: str, step: int, digits: str) -> Call | None:
        raise ZeroDivisionError("a mistake of ours")


def test_a_fault_of_ours_apologises_and_leads_to_a_person(store: Store) -> None:
    house = House(store, conversation_type=FaultyConversation)
    house.agent("하은", "general")
    caller = house.caller()
    caller.dials()

    caller.presses("1")

    caller.hears("죄송합니다")
    caller.stays_silent()  # The redirect after the apology.
    assert caller.department == "agent"


def test_a_fault_on_the_way_to_a_person_too_dials_the_fallback_number(house: House) -> None:
    caller = house.caller()
    caller.dials()
    with house.store.write() as tx:
        tx.execute(update(calls).values(state="a state that no release knows"))

    caller.fetch("/voice/key?step=0", Digits="1")
    caller.stays_silent()

    assert f"<Dial>{FALLBACK}</Dial>" in caller.document


def test_without_the_database_the_caller_reaches_the_fallback_number(house: House, tmp_path: Path) -> None:
    caller = house.caller()
    caller.dials()
    house.store.close()
    shutil.rmtree(tmp_path)

    caller.fetch("/voice/key?step=0", Digits="1")

    caller.hears("죄송합니다")
    assert f"<Dial>{FALLBACK}</Dial>" in caller.document


def test_an_exotic_key_never_breaks_a_call(house: House) -> None:
    caller = house.caller()
    caller.dials()

    for digits in ("", "99", "가", "'; DROP TABLE calls; --", "1" * 500):
        caller.fetch("/voice/key?step=0", Digits=digits)
        assert caller.spoken


def test_a_second_leg_for_one_order_is_hung_up_before_it_speaks(house: House) -> None:
    agent = house.agent("지우", "delivery")
    caller = house.caller()
    caller.dials()
    caller.presses("2")
    agent.picks_up()

    _status, document = house.post("/voice/leg/2", "CA" + "f" * 32)

    assert document == '<?xml version="1.0" encoding="UTF-8"?><Response><Hangup /></Response>'


def test_a_late_status_of_an_ended_call_changes_nothing(house: House) -> None:
    caller = house.caller()
    caller.dials()
    caller.hangs_up()

    house.post("/voice/status", caller.sid or "", CallStatus="busy")

    assert house.case_outcomes() == ["left"]


def test_redis_away_while_a_callback_is_accepted_the_promise_is_kept_later(store: Store) -> None:
    house = House(store, jobs=JobQueue(Redis(port=1)))
    caller = house.caller()
    caller.dials()
    caller.presses("1")
    caller.presses("1")
    caller.presses("1")
    caller.hears("꼭 전화드리겠습니다")

    house.agent("서준", "billing")  # The sweep finds the promise in SQL and plans the agent's leg.

    assert house.promises() == [("+821012345678", "billing", "dialling_first")]
