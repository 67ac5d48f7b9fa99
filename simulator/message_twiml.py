"""The documents that answer a text: `<Response>` with any number of `<Message>`."""

from dataclasses import dataclass
from xml.etree import ElementTree

from simulator.twiml import BAD_DOCUMENT, BadTwiml


@dataclass(frozen=True)
class Reply:
    body: str
    to: str | None = None
    """None: whoever texted."""


def replies_in(document: str) -> list[Reply]:
    """Nothing at all is an answer, too. Raises BadTwiml."""
    if not document.strip():
        return []
    try:
        root = ElementTree.fromstring(document)  # noqa: S314 -- the application under test is ours
    except ElementTree.ParseError as error:
        raise BadTwiml(f"not XML: {error}", BAD_DOCUMENT) from error
    if root.tag != "Response":
        raise BadTwiml(f"the document begins with <{root.tag}>, not <Response>", BAD_DOCUMENT)
    return [_reply(element) for element in root]


def _reply(element: ElementTree.Element) -> Reply:
    if element.tag != "Message":
        raise BadTwiml(f"<{element.tag}> in the answer to a text is not spoken here")
    unknown = sorted(set(element.attrib) - {"to"})
    if unknown:
        raise BadTwiml(f"<Message {unknown[0]}=…> is not spoken here")
    for child in element:
        if child.tag != "Body":
            raise BadTwiml(f"<{child.tag}> inside <Message> is not spoken here")
    bodies = [child.text or "" for child in element] or [element.text or ""]
    return Reply("".join(bodies).strip(), element.get("to"))
