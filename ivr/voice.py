"""The voice webhooks. Each does four things: check the signature, parse, tell the conversation, render."""

import logging
import re

from flask import Blueprint, Response, abort, request
from werkzeug.exceptions import HTTPException

from ivr.call import Call
from ivr.catalogue import Catalogue
from ivr.conversation import Conversation
from ivr.render import Site, apologise_and_dial, apologise_and_rescue, hang_up, render
from ivr.signature import SignatureCheck
from speech.recogniser import Alternative
from store.database import DatabaseAway, Store
from store.masking import mask_number

log = logging.getLogger("barocall.voice")

LONGEST_SPEECH_LETTERS = 5000
"""The carrier listens for a minute at most; nobody says more in one."""
# May be left out, or be 0 for words that are right: it is written down, and decides nothing.
CONFIDENCE = re.compile(r"[0-9]{1,9}(\.[0-9]+)?([eE]-?[0-9]{1,2})?", re.ASCII)


def voice_blueprint(
    conversation: Conversation,
    store: Store,
    catalogue: Catalogue,
    site: Site,
    signature: SignatureCheck,
    account_sid: str,
) -> Blueprint:
    """The routes under /voice. `account_sid`: webhooks of any other account are refused."""
    voice = Blueprint("voice", __name__, url_prefix="/voice")

    def play(call: Call | None) -> str:
        if call is None:
            # Signed, but not a call of ours (a database was restored, say): a person helps, we can't.
            return apologise_and_dial(site.fallback_number, catalogue.languages())
        menu = catalogue.parsed(call.menu_version_id)
        if menu is None:
            with store.read() as tx:
                menu = catalogue.version(tx, call.menu_version_id)
        return render(call, menu, site)

    @voice.before_request
    def only_the_carrier() -> None:
        sent = request.headers.get("X-Twilio-Signature", "")
        signed = signature.webhook(_path_as_asked(), request.form, sent)
        if not signed or request.form.get("AccountSid") != account_sid:
            caller = mask_number(request.form.get("From", ""))
            log.warning("refused %s from %s: not signed by our carrier account", request.path, caller)
            abort(403)

    @voice.after_request
    def as_twiml(response: Response) -> Response:
        response.headers["Content-Type"] = "text/xml; charset=utf-8"
        return response

    @voice.errorhandler(Exception)
    def never_hang_up(error: Exception) -> str | HTTPException:
        if isinstance(error, HTTPException):
            return error
        log.exception("%s failed for %s", request.path, request.form.get("CallSid"))
        if isinstance(error, DatabaseAway) or request.path.endswith("/rescue"):
            return apologise_and_dial(site.fallback_number, catalogue.languages())
        return apologise_and_rescue(catalogue.languages())

    @voice.post("/answer")
    def answer() -> str:
        return play(conversation.answer(_call_sid(), request.form.to_dict()))

    @voice.post("/now")
    def now() -> str:
        return play(conversation.now(_call_sid()))

    @voice.post("/key")
    def key() -> str:
        return play(conversation.key(_call_sid(), _step(), request.form.get("Digits", "")))

    @voice.post("/heard")
    def heard() -> str:
        """What a Gather of keys and words collected: whichever came first."""
        if "Digits" in request.form:
            return play(conversation.key(_call_sid(), _step(), request.form["Digits"]))
        reading = _reading()
        if not reading.text:
            return play(conversation.silence(_call_sid(), _step()))
        return play(conversation.said(_call_sid(), _step(), reading))

    @voice.post("/silence")
    def silence() -> str:
        return play(conversation.silence(_call_sid(), _step()))

    @voice.post("/after")
    def after() -> str:
        return play(conversation.conference_over(_call_sid()))

    @voice.post("/rescue")
    def rescue() -> str:
        return play(conversation.rescue(_call_sid()))

    @voice.post("/status")
    def status() -> str:
        conversation.status(_call_sid(), request.form.get("CallStatus", ""))
        return ""

    @voice.post("/leg/<int:leg_id>")
    def leg(leg_id: int) -> str:
        answered = conversation.leg_answered(leg_id, _call_sid())
        return hang_up() if answered is None else play(answered)

    @voice.post("/leg/<int:leg_id>/status")
    def leg_status(leg_id: int) -> str:
        conversation.leg_status(leg_id, _call_sid(), request.form.get("CallStatus", ""))
        return ""

    @voice.post("/leg/<int:leg_id>/machine")
    def machine(leg_id: int) -> str:
        conversation.picked_up(leg_id, _call_sid(), request.form.get("AnsweredBy", "")[:20])
        return ""

    @voice.post("/text/<int:text_id>/status")
    def text_status(text_id: int) -> str:
        """How a text of ours fares."""
        code = request.form.get("ErrorCode", "")
        conversation.text_status(
            text_id,
            request.form.get("MessageSid", ""),
            request.form.get("MessageStatus", ""),
            int(code) if code.isdecimal() and len(code) < 7 else None,
        )
        return ""

    return voice


def _path_as_asked() -> str:
    # The signature covers the URL byte for byte; Flask's own `full_path` has been decoded and put together again.
    return str(request.environ.get("RAW_URI") or request.environ["REQUEST_URI"])


def _call_sid() -> str:
    sid = request.form.get("CallSid")
    if not sid:
        log.warning("refused %s: no CallSid", request.path)
        abort(400)
    return sid


def _reading() -> Alternative:
    text, confidence = request.form.get("SpeechResult"), request.form.get("Confidence", "0")
    if text is None or len(text) > LONGEST_SPEECH_LETTERS or not CONFIDENCE.fullmatch(confidence):
        log.warning("refused %s: neither keys nor words", request.path)
        abort(400)
    return Alternative(text.strip(), float(confidence))


def _step() -> int:
    step = request.args.get("step", type=int)
    if step is None:
        log.warning("refused %s: no step", request.path)
        abort(400)
    return step
