"""What checking, publishing and replaying a menu takes, for a large one: fifty nodes, 500 phrases.

Seconds are those of one core that the work itself used: the machine may be busy. The limits are of issue and docs.
"""

import itertools
import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from command.menu_test import play
from command.menu_world import Studies, world_here
from ivr.dialogue import open_question
from ivr.menu.check import check
from ivr.menu.load import load_menu
from ivr.menu.model import Menu
from ivr.menu.recording_files import RecordingFiles
from ivr.replay import Said, replay
from ivr.versions import publish
from ivr.watch import lessons
from speech.features import Encoder
from speech.hearing import remember
from speech.recogniser import Alternative
from speech.remembered import RememberedVectors
from speech.sentence_vectors import encoder_name, sentence_vectors
from store.database import Store
from store.tables import metadata

BESIDE = RecordingFiles(Path.cwd())
"""The menu has no recordings."""
CHECK_SECONDS, TRAINED_CHECK_SECONDS, PUBLISH_SECONDS = 1.0, 10.0, 15.0
REPLAYED_A_SECOND = 500
MENUS, EACH = 5, 9
UTTERANCES, DIFFERENT = 4_000, 1_000
SUBJECTS = ["요금", "배송", "환불", "교환", "로그인", "쿠폰", "회원권", "설치", "수리"]
MATTERS = ["신청", "취소", "변경", "확인", "오류"]
ENDINGS = (
    *("하고 싶어요", "해 주세요", "이 안 돼요", "은 어떻게 하나요", "이 궁금해요", " 문의드려요"),
    *(" 부탁드립니다", " 관련해서요", " 도와주세요", "하려고 합니다", " 때문에 전화했어요"),
)


@dataclass(frozen=True)
class Row:
    what: str
    seconds: float
    limit: float | None


def main() -> int:
    """Prints the table; 1 where a limit is missed."""
    text, phrases = menu(), (MENUS * EACH + 1) * len(ENDINGS)
    print(f"{MENUS} menus, {MENUS * EACH + 1} departments, {phrases} phrases; encoder: {encoder_name()}", flush=True)
    with tempfile.TemporaryDirectory(prefix="barocall-bench-") as name:
        folder = Path(name)
        rows = [*_checks(text, folder), *_replays(text)]
    missed = 0
    for row in rows:
        late = row.limit is not None and row.seconds > row.limit
        missed += late
        limit = "" if row.limit is None else f"limit {row.limit:g} s"
        print(f"  {row.what:<58} {row.seconds:8.2f} s  {limit}{'  MISSED' if late else ''}")
    return 1 if missed else 0


def menu() -> str:
    """Five menus of nine departments and the way to a person, eleven phrases each."""
    site = "site: {name: 큰가게}\nmenu: {question: 어떤 일이세요, examples: 배송 조회처럼 말씀해 주세요.}"
    menus = [f'  m{key}: {{name: 묶음 {key}, key: "{key}"}}' for key in range(1, MENUS + 1)]
    departments = [line for place, thing in enumerate(_things()) for line in _department(place, thing)]
    tests = [f"  - {{said: {thing} 문의해 주세요, ends: d{place}}}" for place, thing in enumerate(_things())]
    return "\n".join([site, "menus:", *menus, "departments:", *departments, "tests:", *tests]) + "\n"


def _department(place: int, thing: str) -> list[str]:
    person = place == MENUS * EACH
    where = ["    person: true"] if person else [f"    in: m{place // EACH + 1}"]
    key = 0 if person else place % EACH + 1
    said = [f"      - {thing}{ending}" for ending in ENDINGS]
    head = [f"  d{place}:", f"    name: {thing}", f'    key: "{key}"', "    hours: always", *where, "    phrases:"]
    return [*head, *said]


def _things() -> list[str]:
    named = [f"{subject} {matter}" for subject, matter in itertools.product(SUBJECTS, MATTERS)]
    return [*named[: MENUS * EACH], "상담원"]


def _checks(text: str, folder: Path) -> list[Row]:
    world_here(BESIDE)  # The vocabulary is read and kept.
    rows = [
        Row(
            "check without training, vocabulary kept",
            _timed(lambda: check(text, "m", world_here(BESIDE)[0])),
            CHECK_SECONDS,
        )
    ]
    vectors = sentence_vectors()
    for what, limit in (
        ("sentence vectors computed for the first time", None),
        ("sentence vectors kept", TRAINED_CHECK_SECONDS),
    ):
        if vectors is None:
            rows.append(Row("check with training", _timed(lambda: _trained(text, None)), TRAINED_CHECK_SECONDS))
            break
        with RememberedVectors(vectors, encoder_name(), folder) as encoder:
            rows.append(Row(f"check with training, {what}", _timed(lambda: _trained(text, encoder)), limit))
    rows.append(
        Row(
            "check with training, without sentence vectors", _timed(lambda: _trained(text, None)), TRAINED_CHECK_SECONDS
        )
    )
    if vectors is not None:
        with RememberedVectors(vectors, encoder_name(), folder) as encoder:
            rows.append(
                Row(
                    "publish: check, train, try, store",
                    _timed(lambda: _publish(text, folder, encoder)),
                    PUBLISH_SECONDS,
                )
            )
    return rows


def _trained(text: str, encoder: Encoder | None) -> object:
    return check(text, "m", world_here(BESIDE, close=Studies(encoder).close)[0])


def _publish(text: str, folder: Path, encoder: Encoder | None) -> None:
    studies = Studies(encoder)
    found = check(text, "m", world_here(BESIDE, close=studies.close)[0]).or_raise()
    taught = lessons(found, studies.train)
    play(text, found, studies)
    store = Store(f"sqlite:///{folder}/bench.sqlite3")
    metadata.create_all(store.engine)
    with store.write() as tx:
        publish(tx, text, "m", by="bench", now=datetime.now(UTC), lessons=taught)
    store.close()


def _replays(text: str) -> list[Row]:
    published = load_menu(text, "m")
    draft = load_menu(text.replace("배송 취소해 주세요", "배송을 멈춰 주세요"), "m")
    for one in (published, draft):
        question = open_question(one)
        remember(question.meanings, question.language, Studies(None).train(question))
    rows = []
    for what, said in (
        ("our recogniser heard, 5 readings", _heard(published)),
        ("the carrier heard", _texts(published)),
    ):
        seconds = _timed(lambda said=said: replay(said, published, draft))  # type: ignore[misc]
        rows.append(Row(f"replay of {UTTERANCES:,} utterances that {what}", seconds, UTTERANCES / REPLAYED_A_SECOND))
        print(f"  {what}: {UTTERANCES / seconds:,.0f} utterances a second ({DIFFERENT / seconds:,.0f} different ones)")
    return rows


def _heard(menu: Menu) -> list[Said]:
    return [
        Said(words, tuple(Alternative(other, 150.0 - at) for at, other in enumerate(near)), "ko", len(words) / 5 + 0.6)
        for words, near in _spoken(menu)
    ]


def _texts(menu: Menu) -> list[Said]:
    return [Said(words, (Alternative(words, 0.9),), "ko", 0.0) for words, _near in _spoken(menu)]


def _spoken(menu: Menu) -> list[tuple[str, list[str]]]:
    """As callers repeat themselves: a thousand different ones, some far more often than others."""
    dice = random.Random(1)
    phrases = [phrase for department in menu.departments for phrase in department.phrases]
    different = []
    for number in range(DIFFERENT):
        words = f"{dice.choice(phrases)} {'요' * (number % 3)}{number % 7}번"
        different.append((words, [words, *dice.sample(phrases, 4)]))
    return [different[min(int(dice.expovariate(1 / 300)), DIFFERENT - 1)] for _ in range(UTTERANCES)]


def _timed(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


if __name__ == "__main__":
    raise SystemExit(main())
