"""YAML in which every value knows its place. Nothing of YAML that a supervisor has not asked for."""

from dataclasses import dataclass
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

LARGEST_FILE_CHARACTERS = 1_000_000
DEEPEST_NESTING = 20


@dataclass(frozen=True, order=True)
class Place:
    """Counted from 1, as editors do."""

    line: int
    column: int


@dataclass(frozen=True)
class MenuProblem:
    """One mistake: where, what, and what to do about it."""

    file: str
    place: Place
    message: str
    source_line: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.place.line}:{self.place.column}"
        shown = f"\n    {self.source_line.rstrip()}" if self.source_line.strip() else ""
        return f"{where}: {self.message}{shown}"


class MenuErrors(Exception):
    """The menu has mistakes; all of them are here. The published menu stays in force."""

    def __init__(self, problems: list[MenuProblem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: problem.place))
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(frozen=True)
class Value:
    """A YAML value with its place. `data`: a dict of (key text → Value), a list of Values, or a scalar."""

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

    def add(self, place: Place, message: str) -> None:
        line = self._lines[place.line - 1] if 0 < place.line <= len(self._lines) else ""
        self.found.append(MenuProblem(self.file, place, message, line))


def read_yaml(text: str, problems: Problems) -> Value | None:
    """The document as a tree of Values; None when it is not YAML, which `problems` then says."""
    if len(text) > LARGEST_FILE_CHARACTERS:
        problems.add(Place(1, 1), f"the file is larger than {LARGEST_FILE_CHARACTERS:,} characters")
        return None
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(1, 1) if mark is None else Place(mark.line + 1, mark.column + 1)
        problems.add(place, f"this is not valid YAML: {_plain(error)}")
        return None
    except (yaml.YAMLError, RecursionError) as error:
        problems.add(Place(1, 1), f"this is not valid YAML: {error}")
        return None
    if node is None:
        problems.add(Place(1, 1), "the file is empty")
        return None
    return _Reader(problems).value(node, 0)


def _plain(error: yaml.MarkedYAMLError) -> str:
    if error.problem and "\\t" in error.problem:
        return "a tab stands where spaces are meant; YAML is indented with spaces only"
    return error.problem or str(error)


class _Reader:
    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._seen: set[int] = set()

    def value(self, node: Node, depth: int) -> Value | None:
        place = _place(node)
        if id(node) in self._seen or depth > DEEPEST_NESTING:
            self._problems.add(
                place, "anchors (&, *) and such deep nesting are not part of this language: write it out"
            )
            return None
        self._seen.add(id(node))
        if isinstance(node, ScalarNode):
            return self._scalar(node, place)
        if isinstance(node, SequenceNode):
            items = [self.value(item, depth + 1) for item in node.value]
            return Value(place, [item for item in items if item is not None])
        return self._mapping(node, place, depth)

    def _scalar(self, node: ScalarNode, place: Place) -> Value | None:
        quoted = node.style in ("'", '"')
        try:
            data = yaml.SafeLoader("").construct_object(node, deep=True)
        except (yaml.YAMLError, ValueError):
            self._problems.add(place, f"the tag {node.tag} is not part of this language")
            return None
        return Value(place, data, quoted, node.value)

    def _mapping(self, node: Node, place: Place, depth: int) -> Value | None:
        if not isinstance(node, MappingNode):
            return None
        entries: dict[Key, Value] = {}
        first: dict[str, Place] = {}
        for key_node, value_node in node.value:
            key = Key(str(key_node.value) if isinstance(key_node, ScalarNode) else "?", _place(key_node))
            value = self.value(value_node, depth + 1)
            if key.text in first:
                before = first[key.text].line
                self._problems.add(key.place, f'"{key.text}" stands here a second time; the first is in line {before}')
            elif value is not None:
                entries[key] = value
            first.setdefault(key.text, key.place)
        return Value(place, entries)


def _place(node: Node) -> Place:
    return Place(node.start_mark.line + 1, node.start_mark.column + 1)
