"""Where a call goes next, and what all verbs have in common."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from simulator.twiml import BadTwiml, Element

if TYPE_CHECKING:
    from simulator.call import Call

DAY_SECONDS = 24 * 3600.0
# Confirmed by Twilio's list of errors: a URL in a verb that is in no valid absolute form.
BAD_URL = 11100


@dataclass(frozen=True)
class Fetch:
    """A document to get: from `url`, or `twiml` as it stands."""

    url: str
    method: str = "POST"
    parameters: dict[str, str] = field(default_factory=dict)
    twiml: str | None = None

    def relative_to(self, base: str) -> "Fetch":
        return replace(self, url=absolute(base, self.url))


Verb = Callable[["Call", Element], Fetch | None]


def absolute(base: str, url: str) -> str:
    """`url` as the document at `base` means it. Raises BadTwiml where that is nowhere.

    A call that was started or updated with `Twiml=` has no document to start from: its URLs must be absolute.
    """
    try:
        found = urljoin(base, url)
        somewhere = urlsplit(found).netloc
    except ValueError as error:
        raise BadTwiml(f"“{url}” is no URL: {error}", BAD_URL) from error
    if not somewhere:
        raise BadTwiml(f"“{url}”: this document has no address of its own, so its URLs must be absolute", BAD_URL)
    return found


def following(element: Element, outcome: dict[str, str]) -> Fetch:
    """Its action, told of the outcome; without an action the document that it stands in, once more."""
    return Fetch(element.word("action"), element.word("method"), outcome)


def following_if_asked(element: Element, outcome: dict[str, str]) -> Fetch | None:
    """Its action; without one the document goes on."""
    return None if element.optional("action") is None else following(element, outcome)


def hold(call: "Call", *, until: Callable[[], bool] = lambda: False) -> None:
    """As long as it takes."""
    while not call.pause(DAY_SECONDS, until=until):
        pass


def tell(call: "Call", fetch: Fetch) -> None:
    """The application is told; what it answers is not acted out, for the call is over or elsewhere."""
    call.tell(fetch.url, {**call.parameters(), **fetch.parameters}, fetch.method)
