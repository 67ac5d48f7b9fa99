"""The menu as a picture: everything is in it, nothing lies over anything, and every text fits its box."""

from itertools import combinations, pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from test_menu_check import SMALL, small

from command.cli import main
from ivr.menu.load import load_menu
from ivr.menu.picture import Branch, Node, as_svg, as_text, tree

SVG = "{http://www.w3.org/2000/svg}"
THIRTY = Node(
    ("무엇을 도와드릴까요? 필요하신 일을 한 문장으로 말씀해 주세요.",),
    tuple(
        Branch(
            f"{group}번 · 누름 {group * 37}",
            Node(
                (f"묶음 {group}",),
                tuple(Branch("말함 3", Node((f"부서 {group}-{n}", "평일 09:00–18:00"))) for n in range(4)),
            ),
            group * 37,
        )
        for group in range(6)
    ),
    "question",
)


def boxes(svg: str) -> list[tuple[float, float, float, float]]:
    """(left, top, right, bottom) of each."""
    rects = [rect.attrib for rect in ElementTree.fromstring(svg).iter(f"{SVG}rect") if "class" in rect.attrib]
    sizes = [[float(rect[name]) for name in ("x", "y", "width", "height")] for rect in rects]
    return [(x, y, x + width, y + height) for x, y, width, height in sizes]


def test_thirty_boxes_lie_apart_and_in_the_picture() -> None:
    svg = as_svg(THIRTY)
    page = ElementTree.fromstring(svg).attrib

    found = boxes(svg)

    assert len(found) == 31
    for one, other in combinations(found, 2):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
    assert max(box[2] for box in found) <= float(page["width"])
    assert max(box[3] for box in found) <= float(page["height"])


def test_every_text_fits_its_box() -> None:
    root = ElementTree.fromstring(as_svg(tree(load_menu(SMALL, "m"), "ko", None)))
    widest = max(boxes(as_svg(tree(load_menu(SMALL, "m"), "ko", None))), key=lambda box: box[2])

    for text in root.iter(f"{SVG}text"):
        size = 12 if text.attrib["class"] == "label" else 14
        wide = sum(1.0 if ord(letter) >= 0x1100 else 0.58 for letter in text.text or "") * size
        if text.attrib.get("text-anchor") != "end":
            assert float(text.attrib["x"]) + wide <= widest[2]


def test_edges_carry_how_many_went_there_and_how() -> None:
    counts = {("delivery", "key"): 3, ("delivery", "words"): 40, ("agent", "neither"): 7}

    drawn = tree(load_menu(SMALL, "m"), "ko", lambda department, how: counts.get((department, how), 0))

    assert [branch.label for branch in drawn.branches] == ["2번 · 누름 3 · 말함 40", "0번 · 못 알아들음 7"]
    widths = [float(path.attrib["stroke-width"]) for path in ElementTree.fromstring(as_svg(drawn)).iter(f"{SVG}path")]
    assert all(one > other for one, other in pairwise(widths))


def test_the_same_as_text() -> None:
    assert as_text(tree(load_menu(SMALL, "m"), "ko", None)) == (
        "무엇을 도와드릴까요?\n"
        "├─ 2번 → 배송 (delivery)\n"
        "│     평일 09:00–18:00\n"
        "│     말 5개 · 3분 넘으면 콜백\n"
        "└─ 0번 → 상담원 (agent)\n"
        "      연중무휴 24시간\n"
        "      말 5개 · 3분 넘으면 콜백\n"
    )


def test_what_a_supervisor_writes_cannot_break_the_picture() -> None:
    menu = load_menu(small("name: 배송", "name: '<script>&\"배송'"), "m")

    assert "<script>" not in as_svg(tree(menu, "en", None))
    assert '<script>&"배송' in as_text(tree(menu, "en", None))


def test_the_command_writes_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BAROCALL_LANGUAGE", "en")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/none.sqlite3")
    (tmp_path / "menus.yaml").write_text(SMALL, encoding="utf-8")

    done = CliRunner().invoke(main, ["menu", "draw", "--into", "menu.svg"])
    shown = CliRunner().invoke(main, ["menu", "draw"])

    assert (done.exit_code, done.output) == (0, "menu.svg: drawn\n")
    assert len(boxes((tmp_path / "menu.svg").read_text(encoding="utf-8"))) == 3
    assert "├─ key 2 → 배송 (delivery)" in shown.output


def test_a_new_menu_is_right_and_overwrites_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RECOGNISER", "none")
    monkeypatch.setenv("BAROCALL_LANGUAGE", "en")

    first, second = (CliRunner().invoke(main, ["menu", "new"]) for _ in range(2))
    checked = CliRunner().invoke(main, ["menu", "check", "--quick", "--strict"])

    assert (first.exit_code, second.exit_code, checked.exit_code) == (0, 1, 0)
