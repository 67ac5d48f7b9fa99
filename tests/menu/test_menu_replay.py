"""Last week's callers on a draft."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from test_menu_check import SMALL, small

from command.cli import main
from ivr.choices import choices
from ivr.menu.load import load_menu
from ivr.replay import Lead, Said, leads, never_said, replay, said_since
from speech.recogniser import Alternative
from store.database import Store
from store.tables import utterances
from story import OPEN_HOURS, House

DRAFT = small("택배가 안 왔어요", "환불해 주세요").replace("사람이요", "택배가 안 왔어요")


def sound(words: str, language: str = "ko") -> Said:
    """As our recogniser heard it."""
    seconds = len(words.replace(" ", "")) / 5 + 0.6
    return Said(words, (Alternative(words, 150.0),), language, seconds)


def text(words: str) -> Said:
    """As the carrier heard it."""
    return Said(words, (Alternative(words, 0.0),), "ko", 0.0)


@pytest.mark.parametrize("heard", [sound, text])
def test_who_would_go_elsewhere_is_counted_by_pair_with_their_words(heard) -> None:
    said = [heard("택배가 안 왔어요")] * 3 + [heard("상담원")] + [heard("배송 조회")]

    result = replay(said, load_menu(SMALL, "a"), load_menu(DRAFT, "b"))

    assert result.moved == {("delivery", "agent"): Counter({"택배가 안 왔어요": 3})}
    assert (result.utterances, result.different, result.elsewhere) == (5, 3, 3)


def test_what_is_asked_back_now_and_not_in_the_draft_is_surer() -> None:
    always = load_menu(small('key: "2"', 'key: "2"\n    confirm: always'), "a")
    said = [sound("배송 조회"), sound("상담원")]

    result = replay(said, always, load_menu(SMALL, "b"))
    back = replay(said, load_menu(SMALL, "b"), always)

    assert (result.elsewhere, result.surer, result.less_sure) == (0, 1, 0)
    assert (back.elsewhere, back.surer, back.less_sure) == (0, 0, 1)


def test_words_in_a_language_that_a_menu_does_not_speak_lead_nowhere() -> None:
    english = sound("track my order", "en")

    assert leads([english], load_menu(SMALL, "a")) == {english: Lead("–", asked=False)}


def test_phrases_that_nobody_said_are_told() -> None:
    unsaid = never_said([sound("배송조회"), sound("상담원 바꿔 주세요")], load_menu(SMALL, "a"))

    assert unsaid == {
        "delivery": ("배송이 안 와요", "택배가 안 왔어요", "언제 오나요", "송장 번호요"),
        "agent": ("상담원", "사람이요", "직원 연결", "안내원이요"),
    }


def test_what_callers_said_and_chose_is_kept_as_it_happened(store: Store) -> None:
    house = House(store, menu=SMALL)
    house.agent("지우", "delivery", "agent")
    by_words, by_key, silent = house.caller(), house.caller("+821022222222"), house.caller("+821033333333")
    by_words.dials()
    by_words.says("배송이 안 와요")
    by_key.dials()
    by_key.presses("0")
    silent.dials()
    for _ in range(3):
        silent.stays_silent()

    with store.read() as tx:
        chosen = choices(tx, OPEN_HOURS - timedelta(days=7))
        said = said_since(tx, OPEN_HOURS - timedelta(days=7))
        assert said_since(tx, OPEN_HOURS + timedelta(days=1)) == []

    assert chosen.counts == {("words", "delivery"): 1, ("key", "agent"): 1, ("neither", "agent"): 1}
    assert (chosen.by("key", "agent"), chosen.to("agent"), chosen.total) == (1, 2, 3)
    assert [one.words for one in said] == ["배송이 안 와요"]


def test_the_command_tells_what_a_draft_would_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RECOGNISER", "none")
    monkeypatch.setenv("BAROCALL_LANGUAGE", "en")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    (tmp_path / "menus.yaml").write_text(SMALL, encoding="utf-8")
    (tmp_path / "draft.yaml").write_text(DRAFT, encoding="utf-8")
    assert CliRunner().invoke(main, ["menu", "publish"]).exit_code == 0
    store = Store(f"sqlite:///{tmp_path}/var/barocall.sqlite3")
    house = House(store, menu=SMALL)
    house.agent("지우", "delivery", "agent")
    for number in range(2):
        caller = house.caller(f"+8210{number:08d}")
        caller.dials()
        caller.says("택배가 안 왔어요")
    with store.write() as tx:  # Told of today, whatever day the story plays on.
        from datetime import UTC, datetime

        tx.execute(utterances.update().values(at=datetime.now(UTC)))
    store.close()

    done = CliRunner().invoke(main, ["menu", "replay", "draft.yaml"])

    assert done.exit_code == 0
    assert done.output.splitlines()[:4] == [
        "2 utterances, 1 different ones",
        "2 would go elsewhere:",
        "      2  배송 → 상담원   “택배가 안 왔어요” × 2",
        "0 would be understood without asking back, 0 no longer",
    ]
    assert CliRunner().invoke(main, ["menu", "replay", "--since", "soon"]).exit_code == 2


def test_nothing_said_is_no_mistake() -> None:
    assert replay([], load_menu(SMALL, "a"), load_menu(DRAFT, "b")).elsewhere == 0
