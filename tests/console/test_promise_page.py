"""The page behind the link of a text, as a phone shows it."""

import re
from datetime import UTC, datetime

import pytest
from werkzeug.test import TestResponse

from callbacks.seals import Seals
from ivr.letters import LINK_PATH
from store.database import Store
from story import OUR_NUMBER, PUBLIC_URL, SEALS, House

KIM = "+821012345678"


@pytest.fixture
def house(store: Store) -> House:
    house = House(store)
    agent = house.agent("서준", "billing")
    other = house.caller("+821011110000")
    other.dials()
    other.presses("1")
    agent.accepts()
    return house


def is_promised(house: House, time: str | None = None) -> str:
    """Returns the path of the link in the text."""
    caller = house.caller(KIM)
    caller.dials()
    caller.presses("1")
    if time is None:
        caller.presses("1")
    else:
        caller.says(time)
    caller.presses("1")
    caller.hangs_up()
    link = re.search(rf"{PUBLIC_URL}({LINK_PATH}\S+)", house.texts(KIM)[-1])
    assert link is not None
    return link.group(1)


def shown(house: House, path: str, status: int = 200) -> str:
    answer = house.web.get(path, base_url=PUBLIC_URL)
    assert answer.status_code == status, answer.status_code
    return answer.get_data(as_text=True)


def sends(house: House, path: str, what: str, **fields: str) -> TestResponse:
    """Presses a button of the page as it is shown now."""
    page = house.web.get(path, base_url=PUBLIC_URL).get_data(as_text=True)
    form = re.search(r'name="form" value="([^"]+)"', page)
    fields = {"form": form.group(1) if form else "", **fields}
    answer = house.web.post(f"{path}/{what}", data=fields, base_url=PUBLIC_URL, follow_redirects=True)
    house.settle()
    return answer


def test_it_tells_what_was_promised_and_to_which_number(house: House) -> None:
    page = shown(house, is_promised(house, "내일 오후 세 시"))

    assert "11월 26일 (목) 오후 3:00에 전화드립니다." in page
    assert "010-****-5678" in page
    assert "12345678" not in page
    assert f'href="tel:{OUR_NUMBER}"' in page


def test_who_waits_for_the_turn_sees_how_many_are_ahead(house: House) -> None:
    first = house.caller("+821033330000")
    first.dials()
    first.presses("1")
    first.presses("2")

    assert "앞에 1명이 있습니다" in shown(house, is_promised(house))


def test_looking_changes_nothing(house: House) -> None:
    path = is_promised(house)

    for method in ("get", "head", "get"):
        getattr(house.web, method)(path, base_url=PUBLIC_URL)
        assert getattr(house.web, method)(f"{path}/cancel", base_url=PUBLIC_URL).status_code == 405

    assert house.promises() == [(KIM, "billing", "promised")]


def test_it_is_cancelled_once_however_often_the_button_is_pressed(house: House) -> None:
    path = is_promised(house)
    page = shown(house, path)
    form = re.search(r'name="form" value="([^"]+)"', page)
    assert form is not None

    for _ in range(3):
        house.web.post(f"{path}/cancel", data={"form": form.group(1)}, base_url=PUBLIC_URL)
        house.settle()

    assert house.promises() == [(KIM, "billing", "cancelled")]
    assert [text for text in house.texts(KIM) if "취소되었습니다" in text] == house.texts(KIM)[1:]
    assert "취소된 약속입니다" in shown(house, path, 410)
    assert "<button" not in shown(house, path, 410)


def test_it_is_moved_to_a_free_time(house: House) -> None:
    path = is_promised(house)

    page = sends(house, path, "move", at="2026-11-26T15:00:00+09:00").get_data(as_text=True)

    assert "바뀌었습니다" in page
    assert "11월 26일 (목) 오후 3:00에 전화드립니다." in page
    assert 'value="2026-11-26T15:00:00+09:00"' not in page


@pytest.mark.parametrize(
    "at",
    [
        "2026-11-24T15:00:00+09:00",  # yesterday
        "2026-11-26T22:00:00+09:00",  # closed
        "2026-11-29T11:00:00+09:00",  # Sunday
        "2026-12-24T15:00:00+09:00",  # too far
        "2026-11-26T15:00:00",  # of no zone
        "soon",
        "",
    ],
)
def test_a_time_that_was_never_offered_is_refused(house: House, at: str) -> None:
    path = is_promised(house)

    page = sends(house, path, "move", at=at).get_data(as_text=True)

    assert "고를 수 없는 시간입니다" in page
    assert "차례" in page


def test_call_me_now_is_called_now(house: House) -> None:
    path = is_promised(house, "내일 오후 세 시")
    free = house.agent("민서", "billing")

    page = sends(house, path, "now").get_data(as_text=True)
    house.passes(seconds=3)

    assert "바뀌었습니다" in page
    assert free.state == "ringing"


def test_call_me_now_is_not_offered_out_of_hours(house: House) -> None:
    path = is_promised(house, "내일 오후 세 시")
    house.now = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)  # 21:00 in Seoul

    assert "지금 전화 받기" not in shown(house, path)
    assert "지금은 상담 시간이 아닙니다" in sends(house, path, "now").get_data(as_text=True)


def test_while_it_is_dialled_nothing_can_be_changed(house: House) -> None:
    path = is_promised(house)
    house.agent("민서", "billing").accepts()

    page = shown(house, path)

    assert "지금 전화를 걸고 있습니다" in page
    assert "<button" not in page


@pytest.mark.parametrize("link", ["x", "MQ.AAAAAAAAAAAAAAAAAAAAAAAAAAA", Seals("another secret").link(1)])
def test_an_altered_link_opens_nothing(house: House, link: str) -> None:
    is_promised(house)

    assert "올바른 주소가 아닙니다" in shown(house, LINK_PATH + link, 404)


def test_a_form_from_elsewhere_is_refused(house: House) -> None:
    path = is_promised(house)
    form = SEALS.form(house.promise_id)

    forged = [
        house.web.post(f"{path}/cancel", base_url=PUBLIC_URL),
        house.web.post(f"{path}/cancel", data={"form": SEALS.form(4711)}, base_url=PUBLIC_URL),
        house.web.post(f"{path}/cancel", data={"form": SEALS.link(house.promise_id)}, base_url=PUBLIC_URL),
        house.web.post(
            f"{path}/cancel", data={"form": form}, base_url=PUBLIC_URL, headers={"Origin": "https://evil.example"}
        ),
        house.web.post(
            f"{path}/cancel", data={"form": form}, base_url=PUBLIC_URL, headers={"Sec-Fetch-Site": "cross-site"}
        ),
    ]

    assert [answer.status_code for answer in forged] == [400, 400, 400, 403, 403]
    assert house.promises() == [(KIM, "billing", "promised")]


def test_it_speaks_english_to_who_asks_for_it(house: House) -> None:
    page = shown(house, is_promised(house, "내일 오후 세 시") + "?lang=en")

    assert "We will call you Thursday 26 November 3:00 pm." in page
    assert "About billing and payments" in page


def test_nobody_else_gets_to_know_the_link(house: House) -> None:
    headers = house.web.get(is_promised(house), base_url=PUBLIC_URL).headers

    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
