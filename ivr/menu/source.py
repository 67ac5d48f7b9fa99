"""YAML in which every value knows its place. Nothing of YAML that a supervisor has not asked for.

Left out on purpose: tags, anchors, aliases, merge keys, several documents, octal and sexagesimal numbers, dates
(a date stays text until somebody asks for one).
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from yaml.events import AliasEvent
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.reader import ReaderError
from yaml.resolver import Resolver

LARGEST_FILE_BYTES = 250_000  # Fifty times a large menu; reading more takes many seconds.
DEEPEST_NESTING = 20
MOST_PROBLEMS = 100  # Whoever has more mistakes than this reads only the first anyway.

_WHOLE_NUMBER = re.compile(r"[-+]?[0-9]{1,18}")
_DECIMAL_NUMBER = re.compile(r"[-+]?[0-9]{1,18}\.[0-9]{1,18}")
_RESOLVER = Resolver()
_TRUE = frozenset({"yes", "true", "on"})
# What PyYAML says → what the person who edits a menu can do about it.
_PLAIN_WORDS = (
    ("'\\t'", "a tab stands where spaces are meant; YAML is indented with spaces only"),
    ("mapping values are not allowed", 'a text with ": " in it is written in quotes; or is the line indented too far?'),
    ("could not find expected ':'", 'a ":" and a value are missing, or a quote is not closed'),
    ("expected alphabetic or numeric", "* and & mean something else in YAML: write the text in quotes"),
    ("did not find expected key", "a quote before this is not closed, or the line is indented unlike its neighbours"),
    ("expected <block end>", "a quote before this is not closed, or the line is indented unlike its neighbours"),
    ("expected ',' or", "inside { } and [ ] a text with ? , [ ] { } in it is written in quotes"),
    ("unexpected end of stream", "a quote is opened and never closed"),
    ("but found another document", "a second document begins here (---); a menu is one"),
    ("found undefined alias", "* means something else in YAML: write the text in quotes"),
)


@dataclass(frozen=True, order=True)
class Place:
    """Counted from 1, as editors do."""

    line: int
    column: int


@dataclass(frozen=True)
class MenuProblem:
    """One mistake or warning: where, what, and what to do about it."""

    file: str
    place: Place
    message: str
    source_line: str = ""
    other: Place | None = None
    """The second place, of things that clash."""
    other_line: str = ""
    warning: str | None = None
    """The name by which it is switched off; None: a mistake, with which no menu is published."""

    def __str__(self) -> str:
        return self.told(self.message)

    def told(self, message: str) -> str:
        """With its places and lines; `message`: the same in another language."""
        named = f" [{self.warning}]" if self.warning else ""
        shown = f"{self._at(self.place)}: {message}{named}{_shown(self.source_line)}"
        if self.other is None or self.other.line == self.place.line:
            return shown
        return f"{shown}\n  {self._at(self.other)}:{_shown(self.other_line)}"

    def _at(self, place: Place) -> str:
        return f"{self.file}:{place.line}:{place.column}"


LONGEST_SHOWN_LINE = 160


def _shown(line: str) -> str:
    if not line.strip():
        return ""
    return f"\n    {line.rstrip() if len(line) <= LONGEST_SHOWN_LINE else line[:LONGEST_SHOWN_LINE] + '…'}"


def listed(problems: Sequence[MenuProblem], translate: Callable[[str], str] = str) -> str:
    """As they are printed; a flood is cut short."""
    shown = [problem.told(translate(problem.message)) for problem in problems[:MOST_PROBLEMS]]
    if len(problems) > MOST_PROBLEMS:
        shown.append(f"… and {len(problems) - MOST_PROBLEMS} more")
    return "\n".join(shown)


class MenuErrors(Exception):
    """The menu has mistakes; all of them are here. The published menu stays in force."""

    def __init__(self, problems: Iterable[MenuProblem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: problem.place))
        super().__init__(listed(self.problems))


@dataclass(frozen=True)
class Value:
    """A YAML value with its place. `data`: text, number, bool, None, a list of Values, or a dict of Key → Value, where
    None stands for a value that was refused and reported already."""

    place: Place
    data: Any
    quoted: bool = False
    written: str = ""
    """A scalar as it stands in the file."""


@dataclass(frozen=True)
class Key:
    text: str
    place: Place


class Problems:
    """Collects mistakes, with the user's own line for each."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self._lines = text.splitlines()
        self.found: list[MenuProblem] = []
        self.warnings: list[MenuProblem] = []

    def add(self, place: Place, message: str, other: Place | None = None) -> None:
        """`other`: the place that this one clashes with."""
        self.found.append(self._problem(place, message, other, None))

    def warn(self, name: str, place: Place, message: str, other: Place | None = None) -> None:
        """What does not keep a menu from being published; `name` is a line of ivr.menu.advice."""
        self.warnings.append(self._problem(place, message, other, name))

    def _problem(self, place: Place, message: str, other: Place | None, warning: str | None) -> MenuProblem:
        other_line = "" if other is None else self._line(other)
        return MenuProblem(self.file, place, message, self._line(place), other, other_line, warning)

    def _line(self, place: Place) -> str:
        return self._lines[place.line - 1] if 0 < place.line <= len(self._lines) else ""


def decode_menu(data: bytes, file_name: str) -> str:
    """A file's bytes as text. Raises MenuErrors when they are not UTF-8: Korean editors like to save CP949."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = Place(data.count(b"\n", 0, error.start) + 1, 1)
        message = "the file is not UTF-8 (CP949 or UTF-16, perhaps): save it again as UTF-8"
        raise MenuErrors([MenuProblem(file_name, place, message)]) from None


def read_yaml(text: str, problems: Problems) -> Value | None:
    """The document as a tree of Values; None when it is not YAML, which `problems` then says."""
    if len(text.encode(errors="replace")) > LARGEST_FILE_BYTES:
        problems.add(Place(1, 1), f"the file is larger than {LARGEST_FILE_BYTES:,} bytes")
        return None
    node = _compose(text, problems)
    if node is None:
        if not problems.found:
            problems.add(Place(1, 1), "the file is empty")
        return None
    return _Reader(problems).value(node, 0)


def _compose(text: str, problems: Problems) -> Node | None:
    try:
        return _composed(text, problems)
    except ReaderError as error:
        problems.add(_place_of(text, error.position), f"a character that no keyboard types (#x{error.character:04x})")
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(1, 1) if mark is None else Place(mark.line + 1, mark.column + 1)
        problems.add(place, f"this is not valid YAML: {_plain(error)}")
    except RecursionError:
        problems.add(Place(1, 1), "the file nests deeper than any menu does")
    except (yaml.YAMLError, ValueError) as error:  # ValueError: `%YAML` lines and escapes with impossible numbers.
        problems.add(Place(1, 1), f"this is not valid YAML: {error}")
    return None


def _composed(text: str, problems: Problems) -> Node | None:
    loader = _NoAnchors(text, problems)
    try:
        node: Node | None = loader.get_single_node()
        return node
    finally:
        loader.dispose()


class _NoAnchors(yaml.SafeLoader):
    """Composes as usual, and reports each anchor and alias."""

    def __init__(self, text: str, problems: Problems) -> None:
        super().__init__(text)
        self._problems = problems

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None) is not None:
            place = Place(event.start_mark.line + 1, event.start_mark.column + 1)
            self._problems.add(place, "anchors and aliases (&, *) are not part of this language: write it out")
        return super().compose_node(parent, index)


def _plain(error: yaml.MarkedYAMLError) -> str:
    said = error.problem or str(error)
    return next((words for sign, words in _PLAIN_WORDS if sign in said), said)


class _Reader:
    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._seen: set[int] = set()

    def value(self, node: Node, depth: int) -> Value | None:
        """None: not a value of this language, which has been said."""
        place = _place(node)
        if id(node) in self._seen:  # An alias, reported where it was composed.
            return None
        self._seen.add(id(node))
        if depth > DEEPEST_NESTING:
            self._problems.add(place, "the file nests deeper than any menu does")
            return None
        if not _has_plain_tag(node):
            self._problems.add(place, f"tags ({_tag_as_written(node)}) are not part of this language: leave it out")
            return None
        if isinstance(node, ScalarNode):
            return _scalar(node, place)
        if isinstance(node, SequenceNode):
            items = [self.value(item, depth + 1) for item in node.value]
            return Value(place, [item for item in items if item is not None])
        return self._mapping(node, place, depth) if isinstance(node, MappingNode) else None

    def _mapping(self, node: MappingNode, place: Place, depth: int) -> Value:
        entries: dict[Key, Value | None] = {}
        first: dict[str, Place] = {}
        for key_node, value_node in node.value:
            value = self.value(value_node, depth + 1)
            if not isinstance(key_node, ScalarNode):
                self._problems.add(_place(key_node), "a key is one word, not a list or a mapping")
                continue
            key = Key(str(key_node.value), _place(key_node))
            if key.text in first:
                before = first[key.text].line
                told = f'"{key.text}" stands here a second time; the first is in line {before}'
                self._problems.add(key.place, told, first[key.text])
            else:
                entries[key] = value
            first.setdefault(key.text, key.place)
        return Value(place, entries)


def _scalar(node: ScalarNode, place: Place) -> Value:
    if node.style is not None:
        return Value(place, node.value, node.style in ("'", '"'), node.value)
    return Value(place, _unquoted(node.tag.rpartition(":")[2], node.value), False, node.value)


def _unquoted(kind: str, written: str) -> bool | int | float | str | None:
    if kind == "null":
        return None
    if kind == "bool":
        return written.lower() in _TRUE
    if _WHOLE_NUMBER.fullmatch(written):
        return int(written)
    if _DECIMAL_NUMBER.fullmatch(written):
        return float(written)
    return written


def _has_plain_tag(node: Node) -> bool:
    """Whether the tag is the one YAML finds by itself, and not one that somebody wrote."""
    if not isinstance(node, ScalarNode):
        return node.tag in ("tag:yaml.org,2002:seq", "tag:yaml.org,2002:map")
    plain = node.style is None
    found: str = _RESOLVER.resolve(ScalarNode, node.value, (plain, not plain))  # type: ignore[no-untyped-call]
    return node.tag == found


def _tag_as_written(node: Node) -> str:
    return str(node.tag).replace("tag:yaml.org,2002:", "!!")


def _place(node: Node) -> Place:
    return Place(node.start_mark.line + 1, node.start_mark.column + 1)


def _place_of(text: str, position: int) -> Place:
    before = text[:position]
    return Place(before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1)
