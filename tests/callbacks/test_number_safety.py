"""How often a number may be promised a call, whoever asks."""

from dataclasses import replace

import pytest

from callbacks import safety
from callbacks.changes import cancel
from callbacks.diallable import NumberRules, can_be_texted
from callbacks.promises import AlreadyPromised, PromiseMade, Refused
from callbacks.safety import Refusal

KIM, CHOI = "+821012345678", "+821087654321"


def promise_and_cancel(site, number=KIM):
    made = site.promises(site.caller_rings(number), number=number)
    if isinstance(made, PromiseMade):
        with site.store.write() as tx:
            cancel(tx, made.callback_id, who="caller", why="changed their mind", now=site.now)
    return made


def counts(site):
    with site.store.read() as tx:
        return safety.refusal_counts(tx, site.now.replace(hour=0))


def test_one_number_is_promised_three_calls_an_hour(site):
    for _ in range(3):
        assert isinstance(promise_and_cancel(site), PromiseMade)

    assert promise_and_cancel(site) == Refused(Refusal.HOURLY)
    assert counts(site) == {"hourly": 1}
    assert isinstance(promise_and_cancel(site, CHOI), PromiseMade)
    site.passes(minutes=61)
    assert isinstance(promise_and_cancel(site), PromiseMade)


def test_one_number_is_promised_six_calls_a_day(site):
    for _ in range(2):
        for _ in range(3):
            promise_and_cancel(site)
        site.passes(hours=2)

    assert promise_and_cancel(site) == Refused(Refusal.DAILY)
    site.passes(hours=23)
    assert isinstance(promise_and_cancel(site), PromiseMade)


def test_all_numbers_together_have_a_limit(site):
    site.rules = replace(site.rules, numbers=NumberRules(site_per_hour=2))
    promise_and_cancel(site)
    promise_and_cancel(site, CHOI)

    assert promise_and_cancel(site, "+821022223333") == Refused(Refusal.SITE_HOURLY)


def test_people_who_share_a_number_have_as_many_promises_as_it_may_have(site):
    site.rules = replace(site.rules, numbers=NumberRules(open_at_once=2, per_hour=10))
    first = site.promises(site.caller_rings())

    assert site.promises(site.caller_rings()) == AlreadyPromised(first.callback_id)
    assert isinstance(site.promises(site.caller_rings(), another_person=True), PromiseMade)
    assert site.promises(site.caller_rings(), another_person=True) == Refused(Refusal.TOO_MANY_OPEN)


@pytest.mark.parametrize("number", ["+82607001234", "+8215881234", "+12025550123", "anonymous", "+266696687", "112"])
def test_whatever_way_it_comes_a_number_that_may_not_be_called_is_refused(site, number):
    assert site.promises(site.caller_rings(), number=number) == Refused(Refusal.NOT_DIALLABLE)


def test_a_blocked_number_is_promised_nothing_until_it_is_unblocked(site):
    with site.store.write() as tx:
        assert safety.block(tx, KIM, by="supervisor", why="abuse", now=site.now)
        assert not safety.block(tx, KIM, by="supervisor", why="abuse", now=site.now)
    assert site.promises(site.caller_rings()) == Refused(Refusal.BLOCKED)

    with site.store.write() as tx:
        assert [(one.number, one.why) for one in safety.blocked(tx)] == [(KIM, "abuse")]
        assert safety.unblock(tx, KIM)
        assert not safety.unblock(tx, KIM)
    assert isinstance(site.promises(site.caller_rings()), PromiseMade)


@pytest.mark.parametrize(
    ("prefixes", "raw", "usable"),
    [
        (("+8210",), "010-1234-5678", KIM),
        (("+8210",), "02-555-0100", None),
        (("+82", "+1"), "+1 202 555 0123", "+12025550123"),
        (("+82", "+81"), "+81 3 1234 5678", "+81312345678"),
        (("+82", "+1"), "+1 900 555 1234", None),  # premium there
    ],
)
def test_only_prefixes_on_the_list_are_called(prefixes, raw, usable):
    assert NumberRules(prefixes=prefixes).usable(raw) == usable


def test_landlines_and_internet_phones_get_no_texts():
    assert [can_be_texted(number) for number in (KIM, "+8225550100", "+827012345678")] == [True, False, False]
