"""TwiML as far as this network speaks it. What it does not speak is refused by name, never skipped."""

import xml.sax
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

from simulator.attributes import SCHEMA, Attribute, NotExpected, Value
from simulator.twiml_rules import RULES, Text

# Confirmed by Twilio's list of errors: the document could not be parsed, or its root is missing.
BAD_DOCUMENT = 12100


class BadTwiml(Exception):
    """The document is no TwiML, or uses something that this network does not speak. `code`: Twilio's number for it."""

    def __init__(self, message: str, code: int = SCHEMA) -> None:
        super().__init__(message)
        self.code = code


@dataclass
class Element:
    """A verb or noun, checked: `values` holds every attribute that it may have, read or by default."""

    tag: str
    line: int
    given: Mapping[str, str]
    text: str = ""
    children: list["Element"] = field(default_factory=list)
    values: dict[str, Value] = field(default_factory=dict)

    def __iter__(self) -> Iterator["Element"]:
        return iter(self.children)

    def word(self, name: str) -> str:
        """Empty where none was given and there is no default."""
        return cast(str, self.values[name] or "")

    def optional(self, name: str) -> str | None:
        return cast("str | None", self.values[name])

    def number(self, name: str) -> int:
        return cast(int, self.values[name])

    def optional_number(self, name: str) -> int | None:
        return cast("int | None", self.values[name])

    def flag(self, name: str) -> bool:
        return cast(bool, self.values[name])

    def words(self, name: str) -> tuple[str, ...]:
        return cast("tuple[str, ...]", self.values[name])

    def wrong(self, message: str, code: int = SCHEMA) -> BadTwiml:
        """An error that names the place."""
        return BadTwiml(f"line {self.line}: <{self.tag}> {message}", code)


def parse(document: str) -> Element:
    """The checked `<Response>`. Raises BadTwiml."""
    root = _read(document)
    if root.tag != "Response":
        raise BadTwiml(f"line {root.line}: the document begins with <{root.tag}>, not <Response>", BAD_DOCUMENT)
    _check(root)
    return root


def _check(element: Element) -> None:
    rule = RULES[element.tag]
    element.text = element.text.strip()
    _check_text(element, rule.text)
    element.values = {name: _value(element, name, attribute) for name, attribute in rule.attributes.items()}
    for name in element.given:
        if name not in rule.attributes:
            raise BadTwiml(f"line {element.line}: <{element.tag} {name}=…> is not spoken here")
    for child in element:
        if child.tag not in rule.children:
            raise BadTwiml(f"line {child.line}: <{child.tag}> inside <{element.tag}> is not spoken here")
        _check(child)


def _check_text(element: Element, text: Text | None) -> None:
    letters = len(element.text)
    if text is None and letters:
        raise element.wrong(f"holds no text, but “{element.text}” stands in it")
    if text is not None and text.needed and not letters:
        raise element.wrong("is empty", text.too_short_code)
    if text is not None and text.most_letters is not None and letters > text.most_letters:
        raise element.wrong(f"holds {letters} letters; at most {text.most_letters} are expected", text.too_long_code)


def _value(element: Element, name: str, attribute: Attribute) -> Value:
    given = element.given.get(name)
    if given is None:
        return attribute.default
    try:
        return attribute.read(given)
    except NotExpected as expected:
        place = f'line {element.line}: <{element.tag} {name}="{given}">'
        raise BadTwiml(f"{place}: {expected} is expected", attribute.code) from expected


def _read(document: str) -> Element:
    builder = _Builder()
    try:
        # The application under test is the tester's own, and Python reads no external entities.
        xml.sax.parseString(document, builder)  # noqa: S317
    except xml.sax.SAXParseException as error:
        raise BadTwiml(f"line {error.getLineNumber()}: not XML: {error.getMessage()}", BAD_DOCUMENT) from error
    return builder.root


class _Builder(xml.sax.ContentHandler):
    """Elements that know their line."""

    root: Element

    def __init__(self) -> None:
        super().__init__()
        self._open: list[Element] = []
        self._locator: xml.sax.xmlreader.Locator

    def setDocumentLocator(self, locator: xml.sax.xmlreader.Locator) -> None:  # noqa: N802 -- the library's name
        self._locator = locator

    def startElement(self, name: str, attrs: xml.sax.xmlreader.AttributesImpl) -> None:  # noqa: N802
        element = Element(name, self._locator.getLineNumber() or 1, dict(attrs.items()))
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)

    def endElement(self, name: str) -> None:  # noqa: N802
        self._open.pop()

    def characters(self, content: str) -> None:
        if self._open:
            self._open[-1].text += content
