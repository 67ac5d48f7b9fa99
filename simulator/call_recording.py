"""A whole call that is recorded because its order says so."""

from typing import TYPE_CHECKING

from simulator.forms import BAD_PARAMETER, Form, Refused, flag_of, method_of, one_of, url_of, words_of
from simulator.order import RecordingOrder
from simulator.parameters import timestamp
from simulator.recordings import Recording
from simulator.soundtrack import mixed

if TYPE_CHECKING:
    from simulator.call import Call

EVENTS = ("in-progress", "completed", "absent")
TRIMS = ("trim-silence", "do-not-trim")
DETAILS = frozenset(
    {
        *("RecordingChannels", "Trim"),
        *("RecordingStatusCallback", "RecordingStatusCallbackMethod", "RecordingStatusCallbackEvent"),
    }
)
FIELDS = DETAILS | {"Record"}


def recording_of(form: Form) -> RecordingOrder | None:
    """Raises Refused. Unconfirmed: that its details are refused without Record=true."""
    wanted = flag_of(form, "Record")
    one_of(form, "RecordingChannels", ("mono",))
    order = RecordingOrder(
        url=url_of(form, "RecordingStatusCallback"),
        method=method_of(form, "RecordingStatusCallbackMethod"),
        events=words_of(form, "RecordingStatusCallbackEvent", EVENTS) or ("completed",),
        # Confirmed, as all of these, by Twilio's OpenAPI description: trimmed unless the order says otherwise.
        trimmed=one_of(form, "Trim", TRIMS) != "do-not-trim",
    )
    details = sorted(DETAILS & form.keys())
    if details and not wanted:
        raise Refused(BAD_PARAMETER, f"{details[0]} is only for a call with Record=true")
    return order if wanted else None


def begin_recording(call: "Call") -> Recording | None:
    """When it is answered, where that was ordered."""
    if call.order.recording is None:
        return None
    recording = call.network.recordings.begin(call.sid, "OutboundAPI")
    _report(call, call.order.recording, recording)
    return recording


def keep_recording(call: "Call", recording: Recording) -> None:
    """When its last document is over. Unconfirmed: that one on which nothing sounds is absent."""
    order = call.order.recording or RecordingOrder()
    ended_seconds = call.network.elapsed_seconds() if call.ended_seconds is None else call.ended_seconds
    mulaw = mixed(call.soundtrack, call.line, call.answered_seconds, ended_seconds)
    heard = mulaw.strip(b"\xff")
    recording.mulaw = heard if order.trimmed else mulaw
    recording.status = "completed" if heard else "absent"
    call.event("recorded", recording=recording.sid, status=recording.status, seconds_recorded=recording.seconds)
    _report(call, order, recording)
    call.network.tell_no_more(recording.sid)


def _report(call: "Call", order: RecordingOrder, recording: Recording) -> None:
    url = order.url
    if url is None or recording.status not in order.events:
        return
    told = {
        **call.parameters(),
        "RecordingUrl": call.network.recordings.url(recording),
        "RecordingSid": recording.sid,
        "RecordingDuration": str(recording.seconds),
        "RecordingStatus": recording.status,
        "RecordingChannels": "1",
        "RecordingSource": recording.source,
        "RecordingStartTime": timestamp(recording.started_at),
    }
    call.network.later(recording.sid, lambda: call.tell(url, told, order.method), url)
