"""TwiML as far as this network speaks it. What it does not speak is refused by name, never skipped."""

from dataclasses import dataclass
from xml.etree import ElementTree

_SAY = frozenset({"voice", "language", "loop"})
_GATHER = frozenset(
    {
        *("input", "action", "method", "timeout", "finishOnKey", "numDigits", "actionOnEmptyResult"),
        *("language", "hints", "speechTimeout", "bargeIn"),
    }
)
_CONFERENCE = frozenset(
    {
        "muted",
        "beep",
        "startConferenceOnEnter",
        "endConferenceOnExit",
        "participantLabel",
        "waitUrl",
        "waitMethod",
        "statusCallback",
        "statusCallbackEvent",
        "statusCallbackMethod",
    }
)
_DIAL = frozenset({"action", "method", "timeout", "callerId"})


@dataclass(frozen=True)
class Rule:
    attributes: frozenset[str]
    children: frozenset[str] = frozenset()


VERBS = frozenset({"Say", "Play", "Pause", "Gather", "Redirect", "Hangup", "Reject", "Start", "Stop", "Dial"})
RULES: dict[str, Rule] = {
    "Response": Rule(frozenset(), VERBS),
    "Say": Rule(_SAY),
    "Play": Rule(frozenset({"loop"})),
    "Pause": Rule(frozenset({"length"})),
    "Gather": Rule(_GATHER, frozenset({"Say", "Play", "Pause"})),
    "Redirect": Rule(frozenset({"method"})),
    "Hangup": Rule(frozenset()),
    "Reject": Rule(frozenset({"reason"})),
    "Start": Rule(frozenset(), frozenset({"Stream"})),
    "Stop": Rule(frozenset(), frozenset({"Stream"})),
    "Stream": Rule(frozenset({"name", "url", "track"}), frozenset({"Parameter"})),
    "Parameter": Rule(frozenset({"name", "value"})),
    "Dial": Rule(_DIAL, frozenset({"Conference", "Number"})),
    "Conference": Rule(_CONFERENCE),
    "Number": Rule(frozenset()),
}


class BadTwiml(Exception):
    """The document is no TwiML, or uses something that this network does not speak."""


def parse(document: str) -> ElementTree.Element:
    """The checked `<Response>`. Raises BadTwiml."""
    try:
        root = ElementTree.fromstring(document)  # noqa: S314 -- the application under test is ours
    except ElementTree.ParseError as error:
        raise BadTwiml(f"not XML: {error}") from error
    if root.tag != "Response":
        raise BadTwiml(f"the document begins with <{root.tag}>, not <Response>")
    _check(root)
    return root


def _check(element: ElementTree.Element) -> None:
    rule = RULES[element.tag]
    for name in element.attrib:
        if name not in rule.attributes:
            raise BadTwiml(f"<{element.tag} {name}=…> is not spoken here")
    for child in element:
        if child.tag not in rule.children:
            raise BadTwiml(f"<{child.tag}> inside <{element.tag}> is not spoken here")
        _check(child)


def boolean(element: ElementTree.Element, name: str, default: bool) -> bool:
    text = element.get(name)
    if text is None:
        return default
    if text not in ("true", "false"):
        raise BadTwiml(f'<{element.tag} {name}="{text}">: true or false is expected')
    return text == "true"


def whole_number(element: ElementTree.Element, name: str, default: int) -> int:
    text = element.get(name)
    if text is None:
        return default
    if not text.isdigit():
        raise BadTwiml(f'<{element.tag} {name}="{text}">: a whole number is expected')
    return int(text)
