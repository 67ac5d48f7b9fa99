"""The live page: only with its token, once; numbers masked; the truth of the moment."""

import pytest
from flask.testing import FlaskClient
from redis import Redis

from callqueue.wait import WaitEstimator
from console.web import console_app
from store.database import Store
from store.tables import muted_estimators
from story import House

TOKEN = "once"


@pytest.fixture
def house(store: Store) -> House:
    return House(store)


@pytest.fixture
def page(house: House, redis: Redis) -> FlaskClient:
    app = console_app(house.store, redis, house.catalogue.departments, WaitEstimator(), lambda: house.now, TOKEN)
    return app.test_client()


def opened(page: FlaskClient) -> FlaskClient:
    assert page.get(f"/?token={TOKEN}").status_code == 302
    return page


def test_without_the_token_nothing_is_shown(page: FlaskClient) -> None:
    assert [page.get(path).status_code for path in ("/", "/board", "/?token=guess", "/?token=")] == [403] * 4


def test_the_token_opens_once_and_the_cookie_goes_on(page: FlaskClient) -> None:
    opened(page)

    assert page.get("/").status_code == 200
    assert page.application.test_client().get(f"/?token={TOKEN}").status_code == 403


def test_it_shows_who_waits_and_masks_their_numbers(page: FlaskClient, house: House) -> None:
    house.agent("서준", "billing")
    first, second = house.caller("+821011112222"), house.caller("+821033334444")
    for caller in (first, second):
        caller.dials()
        caller.presses("1")

    shown = opened(page).get("/board").get_data(as_text=True)

    assert "+8210****2222" in shown
    assert "+8210****4444" in shown
    assert "1111" not in shown
    assert "호출 중" in shown


def test_a_promise_is_shown_until_it_is_kept(page: FlaskClient, house: House) -> None:
    caller = house.caller("+821011112222")
    caller.dials()
    for _ in range(3):
        caller.presses("1")

    assert "약속함" in opened(page).get("/board").get_data(as_text=True)


def test_what_callers_said_cannot_write_into_the_page(page: FlaskClient, house: House) -> None:
    caller = house.caller()
    caller.dials()
    with house.store.write() as tx:
        tx.exec_driver_sql("UPDATE calls SET words = '<script>alert(1)</script>'")

    shown = opened(page).get("/board").get_data(as_text=True)

    assert "<script>alert" not in shown
    assert "&lt;script&gt;" in shown


def test_it_speaks_english_too(page: FlaskClient) -> None:
    assert "Promised callbacks" in opened(page).get("/?lang=en").get_data(as_text=True)


def test_the_token_does_not_cost_the_language(page: FlaskClient) -> None:
    answer = page.get(f"/?token={TOKEN}&lang=en", follow_redirects=True)

    assert (answer.request.query_string, "Promised callbacks" in answer.get_data(as_text=True)) == (b"lang=en", True)


def test_nothing_of_the_page_comes_from_elsewhere(page: FlaskClient) -> None:
    answer = opened(page).get("/")

    assert answer.headers["Content-Security-Policy"] == "default-src 'self'; frame-ancestors 'none'"
    assert "http" not in answer.get_data(as_text=True)


def test_health_needs_no_token_and_tells_of_both_servers(page: FlaskClient, house: House) -> None:
    answer = page.get("/healthz")

    assert (answer.status_code, answer.get_json()) == (200, {"database": "ok", "redis": "ok"})


def test_health_is_bad_when_redis_is_away(house: House) -> None:
    away = Redis(port=1)
    app = console_app(house.store, away, house.catalogue.departments, WaitEstimator(), lambda: house.now, TOKEN)

    answer = app.test_client().get("/healthz")

    assert (answer.status_code, answer.get_json()) == (503, {"database": "ok", "redis": "away"})


def test_it_says_where_callers_are_told_no_figure(page: FlaskClient, house: House) -> None:
    house.agent("서준", "billing")
    with house.store.write() as tx:
        muted = {"department": "billing", "estimator": "erlang-a", "since": house.now, "coverage": 0.63}
        tx.execute(muted_estimators.insert().values(muted))

    shown = opened(page).get("/board").get_data(as_text=True)

    assert shown.count("고객 안내 멈춤, 적중 (63 %)") == 1


def test_it_shows_how_many_were_answered_in_time(page: FlaskClient, house: House) -> None:
    agent = house.agent("서준", "billing")
    for number in ("+821011112222", "+821033334444"):
        caller = house.caller(number)
        caller.dials()
        caller.presses("1")
        house.passes(seconds=0 if number.endswith("2222") else 30)
        agent.accepts()
        caller.hangs_up()
        agent.is_ready_again()

    shown = opened(page).get("/board").get_data(as_text=True)

    assert '<span title="최근 1시간, 20초 안에 받은 전화">50 / 80 %</span>' in shown
