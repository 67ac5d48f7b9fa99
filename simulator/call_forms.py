"""Calls as REST orders and changes them."""

import re
from dataclasses import replace

from simulator.call import Call
from simulator.call_recording import FIELDS, recording_of
from simulator.forms import (
    BAD_PARAMETER,
    BAD_URL,
    Form,
    Refused,
    flag_of,
    is_dialable,
    method_of,
    one_of,
    only,
    url_of,
    whole_of,
    words_of,
)
from simulator.network import PhoneNetwork
from simulator.order import Detection, Order
from simulator.verbs import Fetch

# Confirmed by Twilio's list of errors.
NO_TO, BAD_TO = 21201, 21211
NO_FROM, BAD_FROM, FOREIGN_FROM = 21213, 21212, 21210
BAD_DIGITS, BAD_TIMEOUT, NOT_IN_PROGRESS = 21206, 21208, 21220
# Confirmed by Twilio's OpenAPI description.
RING_SECONDS, MOST_RING_SECONDS = 60, 600
MOST_TWIML_LETTERS = 4000
SENT_DIGITS = re.compile(r"[0-9A-D#*wW]{1,32}")
EVENTS = ("initiated", "ringing", "answered", "completed")
DETECTIONS = ("Enable", "DetectMessageEnd")
DETECTION_SECONDS = 30
# Unconfirmed.
LEAST_DETECTION_SECONDS, MOST_DETECTION_SECONDS = 3, 59

WHERE = frozenset({"Url", "Method", "Twiml", "FallbackUrl", "FallbackMethod", "StatusCallback", "StatusCallbackMethod"})
DETECTION = frozenset(
    {
        *("MachineDetection", "MachineDetectionTimeout"),
        *("AsyncAmd", "AsyncAmdStatusCallback", "AsyncAmdStatusCallbackMethod"),
    }
)
ORDERS = WHERE | DETECTION | FIELDS | {"To", "From", "StatusCallbackEvent", "Timeout", "SendDigits"}
CHANGES = WHERE | {"Status"}


def order_of(form: Form, network: PhoneNetwork) -> Order:
    """Raises Refused."""
    only(form, ORDERS)
    to, from_number = ends_of(form, network)
    url, twiml = url_of(form, "Url"), _twiml_of(form)
    if url is None and twiml is None:
        raise Refused(BAD_URL, "Url parameter is required")
    detection = detection_of(form)
    digits = form.get("SendDigits", "")
    if digits and SENT_DIGITS.fullmatch(digits) is None:
        raise Refused(BAD_DIGITS, f"SendDigits is not valid: {digits}")
    return Order(
        to=to,
        from_number=from_number,
        direction="outbound-api",
        url=url,
        # Confirmed: where both are given, the document that came along is ignored.
        twiml=twiml if url is None else None,
        method=method_of(form, "Method"),
        status_url=url_of(form, "StatusCallback"),
        status_method=method_of(form, "StatusCallbackMethod"),
        status_events=words_of(form, "StatusCallbackEvent", EVENTS) or ("completed",),
        fallback_url=url_of(form, "FallbackUrl"),
        fallback_method=method_of(form, "FallbackMethod"),
        ring_seconds=ring_seconds_of(form),
        send_digits=digits,
        # Confirmed: detection is ignored where digits are sent.
        detection=None if digits else detection,
        recording=recording_of(form),
    )


def ends_of(form: Form, network: PhoneNetwork) -> tuple[str, str]:
    """Who is called, and by whom."""
    to, from_number = form.get("To", ""), form.get("From", "")
    if not to:
        raise Refused(NO_TO, "No 'To' number is specified")
    if not from_number:
        raise Refused(NO_FROM, "No 'From' number is specified")
    if not is_dialable(to):
        raise Refused(BAD_TO, f"The 'To' phone number provided ({to}) is not valid")
    if not is_dialable(from_number):
        raise Refused(BAD_FROM, f"The 'From' phone number provided ({from_number}) is not valid")
    if from_number.startswith("+") and from_number not in network.own_numbers:
        raise Refused(FOREIGN_FROM, f"The source phone number provided ({from_number}) is not yet verified")
    return to, from_number


def ring_seconds_of(form: Form) -> float:
    return float(whole_of(form, "Timeout", RING_SECONDS, 1, MOST_RING_SECONDS, BAD_TIMEOUT))


def detection_of(form: Form) -> Detection | None:
    """Unconfirmed: that its details are refused without it. Skipped in silence, nobody would ever learn of them."""
    kind = one_of(form, "MachineDetection", DETECTIONS)
    if kind is None:
        details = sorted(DETECTION & form.keys())
        if details:
            raise Refused(BAD_PARAMETER, f"{details[0]} is only for a call with MachineDetection")
        return None
    least, most = LEAST_DETECTION_SECONDS, MOST_DETECTION_SECONDS
    return Detection(
        awaits_message_end=kind == "DetectMessageEnd",
        in_background=bool(flag_of(form, "AsyncAmd")),
        url=url_of(form, "AsyncAmdStatusCallback"),
        method=method_of(form, "AsyncAmdStatusCallbackMethod"),
        seconds=whole_of(form, "MachineDetectionTimeout", DETECTION_SECONDS, least, most),
    )


def change(call: Call, form: Form) -> None:
    """What `POST Calls/SID.json` asks for. Raises Refused, and then nothing of it has been done."""
    only(form, CHANGES)
    status, url, twiml = one_of(form, "Status", ("completed", "canceled")), url_of(form, "Url"), _twiml_of(form)
    if not call.live:
        raise Refused(NOT_IN_PROGRESS, "Call is not in-progress. Cannot redirect.")
    if url is not None and twiml is not None:
        raise Refused(BAD_PARAMETER, "Url and Twiml are mutually exclusive")
    order = _changed(call.order, form)
    if status is not None:
        call.order = order
        _end(call, status)
    elif url is not None or twiml is not None:
        if not call.move(Fetch(url or "", method_of(form, "Method"), twiml=twiml), order):
            raise Refused(NOT_IN_PROGRESS, "Call is not in-progress. Cannot redirect.")
        call.event("moved", url=url)
    elif not WHERE & form.keys():
        raise Refused(BAD_URL, "Url parameter is required")
    else:
        call.order = order


def _end(call: Call, status: str) -> None:
    """Confirmed: `canceled` leaves a call alone that is in progress; `completed` ends it all the same."""
    if call.status in ("queued", "ringing"):
        call.end("canceled")
    elif status == "completed":
        call.end()


def _changed(order: Order, form: Form) -> Order:
    """Where errors and the end are told of from now on."""
    fallback_url, status_url = url_of(form, "FallbackUrl"), url_of(form, "StatusCallback")
    if fallback_url is not None:
        order = replace(order, fallback_url=fallback_url, fallback_method=method_of(form, "FallbackMethod"))
    if status_url is not None:
        order = replace(order, status_url=status_url, status_method=method_of(form, "StatusCallbackMethod"))
    return order


def _twiml_of(form: Form) -> str | None:
    twiml = form.get("Twiml")
    if twiml is not None and len(twiml) > MOST_TWIML_LETTERS:
        raise Refused(BAD_PARAMETER, f"Twiml: {MOST_TWIML_LETTERS} characters at most")
    return twiml
