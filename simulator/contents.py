"""What an application may answer with: TwiML, a sound, plain text."""

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from simulator.webhooks import NO_SUCCESS, WebhookFailed

if TYPE_CHECKING:
    from simulator.webhooks import Answer

# Confirmed by Twilio's list of errors: a content type that can't be processed. Unconfirmed: which types these are not.
BAD_CONTENT_TYPE = 12300
DOCUMENTS = frozenset({"text/xml", "application/xml", "text/html"})
READ_OUT = "text/plain"


def document_in(answer: "Answer") -> str:
    """TwiML; plain text as a document that says it. Raises WebhookFailed for what is neither.

    Confirmed: an answer that does not say what it is counts as a bad gateway.
    """
    if answer.content_type in DOCUMENTS:
        return answer.text
    if answer.content_type == READ_OUT:
        said = answer.text.strip()
        return f"<Response><Say>{escape(said)}</Say></Response>" if said else "<Response/>"
    if not answer.content_type:
        raise WebhookFailed(NO_SUCCESS, f"{answer.url}: the answer has no Content-Type")
    raise WebhookFailed(BAD_CONTENT_TYPE, f"{answer.url}: {answer.content_type} is neither TwiML nor text nor sound")
