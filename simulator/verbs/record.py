"""What the person says, kept: Record."""

from typing import TYPE_CHECKING

from simulator.endings import CallMoved, CallOver
from simulator.parameters import timestamp
from simulator.recordings import Recording, Tape
from simulator.twiml import Element
from simulator.verbs.fetch import Fetch, absolute, following, tell

if TYPE_CHECKING:
    from simulator.call import Call

BEEP_SECONDS = 0.5  # Unconfirmed.


def record(call: "Call", element: Element) -> Fetch | None:
    """Confirmed: an empty recording is not told to the action, the document goes on; else what comes after is not
    reached. Unconfirmed: that one who hangs up ends it too, and the action is told `hangup`; what it answers then is
    not acted out."""
    if element.flag("playBeep"):
        call.event("beep")
        call.pause(BEEP_SECONDS)
    call.input.forget()
    recording, tape = call.network.recordings.begin(call.sid, "RecordVerb"), Tape(call.network)
    _report(call, element, recording)
    try:
        with call.input.taped(tape):
            key = _listen(call, element, tape)
    except (CallOver, CallMoved) as ending:
        if _keep(call, element, recording, tape) and isinstance(ending, CallOver):
            told = following(element, _outcome(call, recording, "hangup"))
            tell(call, told.relative_to(call.document_url))
        raise
    kept = _keep(call, element, recording, tape)
    return following(element, _outcome(call, recording, key)) if kept else None


def _listen(call: "Call", element: Element, tape: Tape) -> str | None:
    """The key that ended it; None: the silence did, or the longest time."""
    finish, ends_s = element.word("finishOnKey"), element.number("maxLength")

    def finished() -> bool:
        return any(digit in finish for digit in call.input.digits)

    while True:
        heard = len(tape.pieces)
        quiet_s = tape.speech_ends_s + element.number("timeout")
        left_s = min(quiet_s, ends_s) - tape.runs_s
        if not call.pause(max(left_s, 0), until=lambda: finished() or len(tape.pieces) > heard):  # noqa: B023
            return None
        if finished():
            return next(digit for digit in call.input.digits if digit in finish)


def _keep(call: "Call", element: Element, recording: Recording, tape: Tape) -> bool:
    """False when nothing was said."""
    if not tape.pieces:
        recording.status = "absent"
    else:
        seconds = min(tape.runs_s, element.number("maxLength"))
        recording.mulaw = tape.cut(seconds, trimmed=element.word("trim") == "trim-silence")
        recording.status = "completed"
    call.event("recorded", recording=recording.sid, status=recording.status, seconds_recorded=recording.seconds)
    _report(call, element, recording)
    call.network.tell_no_more(recording.sid)
    return recording.status == "completed"


def _outcome(call: "Call", recording: Recording, digits: str | None) -> dict[str, str]:
    return {
        "RecordingUrl": call.network.recordings.url(recording),
        "RecordingSid": recording.sid,
        "RecordingDuration": str(recording.seconds),
        **({} if digits is None else {"Digits": digits}),
    }


def _report(call: "Call", element: Element, recording: Recording) -> None:
    """The recording's own status callback."""
    url = element.optional("recordingStatusCallback")
    if url is None or recording.status not in element.words("recordingStatusCallbackEvent"):
        return
    fetch = Fetch(
        absolute(call.document_url, url),
        element.word("recordingStatusCallbackMethod"),
        {
            **_outcome(call, recording, None),
            "RecordingStatus": recording.status,
            "RecordingChannels": "1",
            "RecordingSource": recording.source,
            "RecordingStartTime": timestamp(recording.started_at),
        },
    )
    call.network.later(recording.sid, lambda: tell(call, fetch), fetch.url)
