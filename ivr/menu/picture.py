"""A menu as a picture: what leads where, and how many callers went there. As SVG, and as text for a terminal."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape

from ivr.menu.both import Both
from ivr.menu.hours import ALWAYS, DAY_NAMES, OpeningHours, day_groups
from ivr.menu.levels import SubMenu
from ivr.menu.model import Department, Menu

FONT = "'Noto Sans KR', 'Noto Sans CJK KR', 'Malgun Gothic', 'Apple SD Gothic Neo', sans-serif"
LETTER, LINE, PADDING = 14, 20, 10
GAP_BETWEEN_ROWS, MARGIN = 14, 20
LABEL_LETTER, BEND, LABEL_MARGIN = 12, 60, 6
WIDEST_LETTERS = 34
"""Of Hangul; longer lines are cut."""
THINNEST, THICKEST = 1.2, 9.0


@dataclass(frozen=True)
class Node:
    """A box: its first line is the title."""

    lines: tuple[str, ...]
    branches: tuple["Branch", ...] = ()
    kind: str = "department"


@dataclass(frozen=True)
class Branch:
    label: str
    node: Node
    calls: int | None = None
    """None: nobody has counted."""


Counts = Callable[[str, str], int]
"""(department, "key" | "words" | "neither") → callers."""


def tree(menu: Menu, language: str, counts: Counts | None) -> Node:
    """What there is to draw, in the menu's first language; `language`: of our own words in it."""
    return Node((menu.question,), _below(menu, None, language, counts), "question")


def _below(menu: Menu, within: str | None, language: str, counts: Counts | None) -> tuple[Branch, ...]:
    """The way to a person is drawn once, though every menu has it."""
    here = [one for one in menu.options(within) if one.within == within]
    return tuple(
        _deeper(menu, one, language, counts) if isinstance(one, SubMenu) else _branch(one, language, counts)
        for one in here
    )


def _deeper(menu: Menu, submenu: SubMenu, language: str, counts: Counts | None) -> Branch:
    below = _below(menu, submenu.id, language, counts)
    calls = None if counts is None else sum(branch.calls or 0 for branch in below)
    lines = (f"{submenu.name} ({submenu.id})", *([submenu.question] if submenu.question else []))
    label = Both(f"key {submenu.key}", f"{submenu.key}번").in_language(language)
    return Branch(label, Node(lines, below, "menu"), calls)


def _branch(department: Department, language: str, counts: Counts | None) -> Branch:
    told = Both(f"key {department.key}", f"{department.key}번").in_language(language)
    calls = None
    if counts is not None:
        by = {how: counts(department.id, how) for how in ("key", "words", "neither")}
        calls = sum(by.values())
        told += "".join(f" · {_HOW[how].in_language(language)} {count}" for how, count in by.items() if count)
    return Branch(told, _department(department, language), calls)


_HOW = {"key": Both("pressed", "누름"), "words": Both("said", "말함"), "neither": Both("not understood", "못 알아들음")}


def _department(department: Department, language: str) -> Node:
    limit = department.callback_above_seconds
    offered = Both(f"callback above {limit / 60:g} min", f"{limit / 60:g}분 넘으면 콜백") if limit is not None else None
    callback = offered or Both("no callback offered", "콜백을 권하지 않음")
    phrases = Both(f"{len(department.phrases)} phrases", f"말 {len(department.phrases)}개")
    confirmed = Both("always confirmed", "늘 확인") if department.always_confirm else None
    about = " · ".join(told.in_language(language) for told in (phrases, callback, confirmed) if told is not None)
    hours = _hours(department.hours, language)
    title = f"{department.name} ({department.id})"
    return Node((title, hours, about), (), "person" if department.person else "department")


_DAYS = {
    "daily": Both("daily", "매일"),
    "weekdays": Both("Mon–Fri", "평일"),
    "weekend": Both("Sat, Sun", "주말"),
    **{name: Both(name.title(), f"{day}요일") for name, day in zip(DAY_NAMES, "월화수목금토일", strict=True)},
}


def _hours(hours: OpeningHours, language: str) -> str:
    """As one writes them, shorter than they are said."""
    if hours.days == ALWAYS:
        return Both("always open", "연중무휴 24시간").in_language(language)
    spans = ((_DAYS[days].in_language(language), span) for days, span in day_groups(hours.days))
    return ", ".join(f"{days} {span.opens:%H:%M}–{span.closes:%H:%M}" for days, span in spans)


# As text


def as_text(node: Node) -> str:
    return "\n".join([node.lines[0], *_rows(node, "")]) + "\n"


def _rows(node: Node, indent: str) -> Iterator[str]:
    for at, branch in enumerate(node.branches):
        last = at + 1 == len(node.branches)
        deeper = indent + ("   " if last else "│  ")
        yield f"{indent}{'└─' if last else '├─'} {branch.label} → {branch.node.lines[0]}"
        below = "│  " if branch.node.branches else "   "
        for line in branch.node.lines[1:]:
            yield f"{deeper}{below}{line}"
        yield from _rows(branch.node, deeper)


# As SVG


@dataclass(frozen=True)
class _Box:
    node: Node
    x: float
    y: float
    """Of its middle."""
    width: float
    branches: tuple["_Box", ...]

    @property
    def height(self) -> float:
        return _height(self.node)


def as_svg(node: Node) -> str:
    """Whole pages of their own; grows with the menu, never squeezes it."""
    grid = _Grid(_column_widths(node), BEND + _widest_label(node) + 2 * LABEL_MARGIN)
    box, height = _place(node, 0, grid, MARGIN)
    width = grid.left(len(grid.columns) - 1) + grid.columns[-1] + MARGIN
    most = max((branch.calls or 0 for branch in _branches(node)), default=0)
    drawn = [*_edges(box, most), *_boxes(box)]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height + MARGIN:.0f}" '
        f'viewBox="0 0 {width:.0f} {height + MARGIN:.0f}" font-family="{FONT}" font-size="{LETTER}">'
    )
    return "\n".join([head, _STYLE, '<rect width="100%" height="100%" fill="#ffffff"/>', *drawn, "</svg>"]) + "\n"


_STYLE = """<style>
rect.question { fill: #fff4d6; stroke: #b98900 } rect.department { fill: #eef4fb; stroke: #4a78a8 }
rect.person { fill: #e9f6ec; stroke: #3d8b50 } rect.menu { fill: #fff4d6; stroke: #b98900 }
path { fill: none; stroke: #8796a5 } text { fill: #1c2733 } .title { font-weight: bold } .label { font-size: 12px }
</style>"""


@dataclass(frozen=True)
class _Grid:
    columns: list[float]
    """How wide the boxes of each level are."""
    gap: float
    """Between them: room for the longest label, behind the bend of its edge."""

    def left(self, depth: int) -> float:
        return MARGIN + sum(self.columns[:depth]) + self.gap * depth


def _widest_label(node: Node) -> float:
    return max((_letters(branch.label) for branch in _branches(node)), default=0) * LABEL_LETTER


def _place(node: Node, depth: int, grid: _Grid, top: float) -> tuple[_Box, float]:
    """The box with all that follows it, from `top` on; and where the next one may begin."""
    x, width = grid.left(depth), grid.columns[depth]
    if not node.branches:
        bottom = top + _height(node)
        return _Box(node, x, (top + bottom) / 2, width, ()), bottom + GAP_BETWEEN_ROWS
    placed: list[_Box] = []
    below = top
    for branch in node.branches:
        box, below = _place(branch.node, depth + 1, grid, below)
        placed.append(box)
    middle = max((placed[0].y + placed[-1].y) / 2, top + _height(node) / 2)
    return _Box(node, x, middle, width, tuple(placed)), max(below, middle + _height(node) / 2)


def _column_widths(node: Node) -> list[float]:
    widths = [_width(node)]
    below = [_column_widths(branch.node) for branch in node.branches]
    for depth in range(max(map(len, below), default=0)):
        widths.append(max(column[depth] for column in below if len(column) > depth))
    return widths


def _branches(node: Node) -> Iterator[Branch]:
    for branch in node.branches:
        yield branch
        yield from _branches(branch.node)


def _boxes(box: _Box) -> Iterator[str]:
    top = box.y - box.height / 2
    rect = f'x="{box.x:.1f}" y="{top:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="6"'
    yield f'<rect class="{box.node.kind}" {rect}/>'
    titles = len(_folded(box.node.lines[0]))
    for at, line in enumerate(_wrapped(box.node)):
        name = ' class="title"' if at < titles else ' class="label"'
        y = top + PADDING + LINE * at + LETTER
        yield f'<text{name} x="{box.x + PADDING:.1f}" y="{y:.1f}">{escape(line)}</text>'
    for following in box.branches:
        yield from _boxes(following)


def _edges(box: _Box, most: int) -> Iterator[str]:
    for branch, to in zip(box.node.branches, box.branches, strict=True):
        x, end = box.x + box.width, to.x
        thick = THINNEST + (THICKEST - THINNEST) * (branch.calls or 0) / most if most else THINNEST
        bend = f"C {x + 40:.1f} {box.y:.1f} {x + 10:.1f} {to.y:.1f} {x + BEND:.1f} {to.y:.1f}"
        curve = f"M {x:.1f} {box.y:.1f} {bend} L {end:.1f} {to.y:.1f}"
        yield f'<path d="{curve}" stroke-width="{thick:.1f}"/>'
        yield (
            f'<text class="label" text-anchor="end" x="{end - LABEL_MARGIN:.1f}" y="{to.y - 6 - thick / 2:.1f}">'
            f"{escape(branch.label)}</text>"
        )
        yield from _edges(to, most)


def _wrapped(node: Node) -> list[str]:
    """A title, a question above all, may take several lines; the others are cut."""
    title = _folded(node.lines[0])
    return [*title, *(_cut(line) for line in node.lines[1:])]


def _folded(text: str) -> list[str]:
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and _letters(longer) > WIDEST_LETTERS / 2:
            lines.append(word)
        else:
            lines[-1] = longer
    return [_cut(line) for line in lines]


def _cut(text: str) -> str:
    if _letters(text) <= WIDEST_LETTERS:
        return text
    while _letters(text) > WIDEST_LETTERS - 1:
        text = text[:-1]
    return text + "…"


def _letters(text: str) -> float:
    """How wide a text is, in Hangul letters: Latin ones take about half of one."""
    return sum(1.0 if ord(letter) >= 0x1100 else 0.58 for letter in text)


def _width(node: Node) -> float:
    return max(_letters(line) for line in _wrapped(node)) * LETTER + 2 * PADDING


def _height(node: Node) -> float:
    return len(_wrapped(node)) * LINE + 2 * PADDING - (LINE - LETTER) / 2
