"""`barocall speech thresholds`: from labelled texts to thresholds that can be defended."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from command.cli import main

PHRASES = """delivery\t배송 조회
delivery\t배송이 안 와요
delivery\t배송이 언제 오나요
refund\t환불 신청
refund\t환불해 주세요
refund\t환불이 언제 되나요
"""
LABELLED = [
    *(f"delivery\t배송 {said}" for said in ("언제 와요", "조회요", "아직이요", "안 왔어요", "어디예요")),
    *(f"refund\t환불 {said}" for said in ("하고 싶어요", "신청할게요", "돼요", "해 주실래요", "받을래요")),
    *(f"-\t{said}" for said in ("고양이 밥을 줘야 해요", "날씨가 참 좋네요")),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "phrases.tsv").write_text(PHRASES, encoding="utf-8")
    (tmp_path / "labelled.tsv").write_text("\n".join(LABELLED * 10), encoding="utf-8")
    return tmp_path


def thresholds(folder: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["speech", "thresholds", str(folder / "labelled.tsv"), *options])


def test_it_tells_the_values_and_what_to_expect(folder: Path) -> None:
    done = thresholds(folder, "--phrases", str(folder / "phrases.tsv"))

    lines = done.output.splitlines()
    assert done.exit_code == 0
    assert lines[0].startswith("120 labelled texts, 2 meanings")
    assert [line.split()[0] for line in lines[1:3]] == ["go", "confirm"]
    assert lines[7] == "  wrong: gone to another, unasked      0.0 %  [0.0, 3.1]  0 of 120"
    assert lines[9] == "  none of the meanings, yet gone to    0.0 %  [0.0, 16.1]  0 of 20"


def test_a_menu_is_as_good_as_a_list_of_phrases(folder: Path) -> None:
    done = thresholds(folder, "--menu", "menus.yaml")

    assert done.exit_code == 0
    assert done.output.splitlines()[0].startswith("120 labelled texts, 6 meanings")


@pytest.mark.parametrize(
    ("labelled", "options", "says"),
    [
        ("delivery\t배송", (), "1 labelled texts are too few"),
        ("delivery 배송", (), "labelled.tsv:1: expected two columns, with a tab between them"),
        ("", (), "labelled.tsv: is empty"),
        ("returns\t반품", (), "labels without phrases: returns"),
        ("delivery\t배송", ("--menu", "menus.yaml"), "give either --phrases or --menu"),
        (b"\xff\xfe\x00", (), "is not UTF-8"),
    ],
)
def test_what_cannot_be_used_is_explained(
    folder: Path, labelled: str | bytes, options: tuple[str, ...], says: str
) -> None:
    (folder / "labelled.tsv").write_bytes(labelled if isinstance(labelled, bytes) else labelled.encode())

    done = thresholds(folder, "--phrases", str(folder / "phrases.tsv"), "--wrong-at-most", "0.0083", *options)

    assert done.exit_code != 0
    assert says in done.output
    assert "Traceback" not in done.output


def test_none_of_them_has_no_phrases(folder: Path) -> None:
    (folder / "phrases.tsv").write_text("-\t고양이", encoding="utf-8")

    done = thresholds(folder, "--phrases", str(folder / "phrases.tsv"))

    assert done.exit_code == 1
    assert "is none of the meanings and can't have phrases" in done.output
