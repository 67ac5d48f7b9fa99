"""Those who wait hear where they stand, now and then, and can ask, leave for a callback, or be served at any moment."""

import pytest
from sqlalchemy import select

from store.database import Store
from store.tables import agents, announcements, muted_estimators
from story import Agent, Caller, House


@pytest.fixture
def short_menu() -> str:
    """Billing with short calls: nobody is offered a callback before they ask."""
    text = House.__dataclass_fields__["menu"].default_factory()  # type: ignore[misc]
    return str(text.replace("callback: {above_minutes: 3}\n    handle_minutes: 5", "callback: never"))


@pytest.fixture
def house(store: Store, short_menu: str) -> House:
    return House(store, menu=short_menu, english_recogniser="twilio")


def busy(house: House, *names: str) -> list[Agent]:
    """Billing agents, each with a caller."""
    staff = []
    for n, name in enumerate(names):
        staff.append(house.agent(name, "billing"))
        other = house.caller(f"+82101111000{n}")
        other.dials()
        other.presses("1")
        staff[-1].accepts()
    return staff


def waiting(house: House, number: str = "+821012345678", *, language: str = "ko") -> Caller:
    caller = house.caller(number)
    caller.dials()
    if language == "en":
        caller.presses("9")
    caller.presses("1")
    return caller


def passes_on_hold(house: House, caller: Caller, seconds: int) -> list[str]:
    """What is said in each round of the music."""
    said = []
    for _ in range(seconds // 20):
        house.passes(seconds=20)
        caller.stays_silent()
        said.append(caller.spoken)
    return said


def others_go_home(house: House, who_stays: Agent) -> None:
    with house.store.write() as tx:
        tx.execute(agents.update().where(agents.c.id != who_stays.id).values(state="off"))


def kinds(house: House) -> list[str]:
    with house.store.read() as tx:
        return list(tx.execute(select(announcements.c.kind).order_by(announcements.c.id)).scalars())


def test_the_arrival_tells_place_and_wait_and_the_way_out(house: House) -> None:
    busy(house, "서준", "민서", "하은")

    waiting(house).hears(
        "요금·결제 상담원에게 연결해 드리겠습니다. 바로 다음 순서이십니다. 4분 안에 연결될 것으로 보입니다. "
        "기다리는 대신 전화를 받고 싶으시면 전화 주세요라고 말씀하시거나 1번을 눌러 주세요."
    )
    waiting(house, "+821033334444", language="en").hears(
        "I will connect you with an agent for billing and payments. There is 1 person ahead of you. "
        "The expected wait is up to 5 minutes. "
        "If you would rather be called back, say call me back, or press 1."
    )


def test_the_music_is_left_alone_for_a_minute_and_a_half_and_longer_each_time(house: House) -> None:
    busy(house, "서준", "민서")
    caller = waiting(house)

    said = passes_on_hold(house, caller, 340)

    assert [n * 20 for n, sentence in enumerate(said, 1) if sentence] == [100, 220, 340]
    assert "<Play>" in caller.document


def test_in_between_there_is_music_and_nothing_else(house: House) -> None:
    busy(house, "서준")
    caller = waiting(house)

    house.passes(seconds=20)
    caller.stays_silent()

    assert (caller.spoken, "<Play>" in caller.document, "Stop" in caller.document) == ("", True, True)
    caller.stays_silent()
    assert (caller.spoken, "Stop" in caller.document) == ("", False)


def test_a_figure_that_rises_is_explained_with_what_is_true(house: House) -> None:
    first, *_others = busy(house, "서준", "민서", "하은", "지우")
    caller = waiting(house)
    others_go_home(house, first)

    said = passes_on_hold(house, caller, 100)

    assert said[-1].startswith("죄송합니다. 지금 상담하는 상담원이 줄었습니다. 바로 다음 순서이십니다.")


def test_an_english_caller_hears_the_reason_in_english(house: House) -> None:
    first, *_others = busy(house, "서준", "민서", "하은", "지우")
    caller = waiting(house, language="en")
    others_go_home(house, first)

    said = passes_on_hold(house, caller, 100)

    assert said[-1].startswith("I'm sorry, fewer agents are taking calls now. You are next in line.")


def test_when_the_last_agent_goes_it_is_said_so_and_a_callback_is_offered_once(house: House) -> None:
    busy(house, "서준")
    caller = waiting(house)
    with house.store.write() as tx:
        tx.exec_driver_sql("UPDATE agents SET state = 'off'")

    said = passes_on_hold(house, caller, 100)
    assert said[-1].startswith(
        "지금은 연결할 수 있는 상담원이 없습니다. 상담원이 돌아오는 대로 저희가 전화를 드릴까요?"
    )
    caller.says("아니요")
    caller.hears("계속 기다려 주세요. 차례가 되면 바로 연결해 드리겠습니다.")
    later = passes_on_hold(house, caller, 120)

    assert (caller.state, caller.position) == ("holding", 1)
    assert "".join(later) == (
        "지금은 자리에 있는 상담원이 없어 대기 시간을 말씀드릴 수 없습니다. "
        "기다리는 대신 전화를 받고 싶으시면 전화 주세요라고 말씀하시거나 1번을 눌러 주세요."
    )


def test_an_estimator_that_is_muted_says_nothing_and_goes_on_being_judged(house: House) -> None:
    busy(house, "서준")
    with house.store.write() as tx:
        tx.execute(
            muted_estimators.insert().values(department="billing", estimator="erlang-a", since=house.now, coverage=0.5)
        )

    caller = waiting(house)

    caller.hears("지금은 예상 대기 시간을 말씀드리기 어렵습니다.")
    with house.store.read() as tx:
        row = tx.execute(select(announcements).order_by(announcements.c.id.desc())).first()
    assert row is not None
    assert (row.kind, row.told_high_minutes, row.spoken_high_minutes is not None) == ("unknown", None, True)


@pytest.mark.parametrize("after_rounds", [0, 1])
def test_an_agent_who_becomes_free_is_never_kept_waiting_by_an_announcement(house: House, after_rounds: int) -> None:
    """Mid-announcement and mid-music alike."""
    agent, *_ = busy(house, "서준")
    caller = waiting(house)
    for _ in range(after_rounds):
        caller.stays_silent()
    told = caller.document

    next(other for other in house.parties if other.is_in_conference).hangs_up()
    agent.is_ready_again()
    assert caller.document == told  # Nothing has been fetched since: the sentence is still being spoken
    agent.accepts()

    assert caller.is_in_conference == agent.is_in_conference
    # The old document runs out meanwhile: too late to change anything.
    caller.document = told
    caller.stays_silent()
    assert caller.is_in_conference == agent.is_in_conference


def test_a_key_works_in_the_announcement_and_in_the_music(house: House) -> None:
    busy(house, "서준")
    in_announcement, in_music = waiting(house), waiting(house, "+821033334444")
    in_music.stays_silent()

    for caller in (in_announcement, in_music):
        caller.presses("1")
        caller.hears("차례가 되면 저희가 전화를 드릴까요?")


def test_whoever_asks_how_long_by_any_other_key_hears_it_at_once(house: House) -> None:
    busy(house, "서준")
    caller = waiting(house)
    caller.stays_silent()
    assert caller.spoken == ""

    caller.presses("*")

    caller.hears("바로 다음 순서이십니다.")


@pytest.mark.parametrize(
    ("words", "hears"),
    [("나중에 전화 주세요", "저희가 전화를 드릴까요?"), ("얼마나 더 기다려요", "바로 다음 순서이십니다.")],
)
def test_words_work_while_the_announcement_is_spoken(house: House, words: str, hears: str) -> None:
    busy(house, "서준")
    caller = waiting(house)

    caller.says(words)

    caller.hears(hears)


def test_an_english_caller_is_heard_by_the_carrier_while_told(house: House) -> None:
    busy(house, "서준")
    caller = waiting(house, language="en")
    assert caller.gather["input"] == "dtmf speech"

    caller.says("please call me back")

    caller.hears("shall we call you when it is your turn?")


def test_a_talk_in_the_room_disturbs_nothing(house: House) -> None:
    busy(house, "서준")
    caller = waiting(house)
    told = caller.document

    caller.says("오늘 저녁에 뭐 먹을까")

    assert (caller.document, caller.state) == (told, "holding")


def test_words_that_the_carrier_heard_and_nobody_understood_lead_back_to_the_music(house: House) -> None:
    busy(house, "서준")
    caller = waiting(house, language="en")

    caller.says("what shall we have for dinner")

    assert (caller.spoken, "<Play>" in caller.document) == ("", True)


def test_a_repeated_webhook_tells_nothing_twice(house: House) -> None:
    busy(house, "서준")
    caller = waiting(house)
    house.passes(seconds=100)
    asked = caller.document
    before = len(kinds(house))
    for _ in range(2):
        caller.document = asked
        caller.stays_silent()

    assert len(kinds(house)) == before + 1


def test_never_means_the_arrival_alone(store: Store, short_menu: str) -> None:
    house = House(store, menu=short_menu.replace("callback: never", "callback: never\n    announcements: never"))
    busy(house, "서준")
    caller = waiting(house)
    caller.hears("바로 다음 순서이십니다.")

    assert set(passes_on_hold(house, caller, 400)) == {""}
