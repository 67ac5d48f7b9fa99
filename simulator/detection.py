"""Who picked up: a person, an answering machine, a fax? What the network finds out, and when."""

from typing import TYPE_CHECKING

from simulator.order import Detection
from simulator.verbs.sounds import send_digits

if TYPE_CHECKING:
    from simulator.call import Call
    from simulator.people import Person

# Unconfirmed, all of them: how long it takes to be sure.
PERSON_SECONDS, MACHINE_SECONDS, FAX_SECONDS = 2.0, 3.0, 3.0
# Confirmed: nobody is told of a detection in the background that has no callback.
NOBODY_TOLD = 21262


def verdict(person: "Person", detection: Detection) -> tuple[str, float]:
    """AnsweredBy, and the seconds after which it is known."""
    answered_by, seconds = _without_limit(person, detection)
    return ("unknown", float(detection.seconds)) if seconds > detection.seconds else (answered_by, seconds)


def _without_limit(person: "Person", detection: Detection) -> tuple[str, float]:
    if person.is_fax:
        return "fax", FAX_SECONDS
    if not person.is_machine:
        return "human", PERSON_SECONDS
    if not detection.awaits_message_end:
        return "machine_start", MACHINE_SECONDS
    return "machine_end_beep" if person.beep else "machine_end_silence", max(person.greeting_seconds, MACHINE_SECONDS)


def before_the_document(call: "Call") -> None:
    """Keys are sent, then whoever picked up is looked at; in the background, where that was ordered.

    Raises CallOver, CallMoved.
    """
    if call.order.send_digits:
        send_digits(call, call.order.send_digits)
    person, detection = call.network.person_at(call.order.to), call.order.detection
    if person is None or detection is None:
        return
    answered_by, seconds = verdict(person, detection)
    if detection.in_background:
        _tell_later(call, detection, answered_by, seconds)
        return
    call.pause(seconds)
    call.answered_by = answered_by


def _tell_later(call: "Call", detection: Detection, answered_by: str, seconds: float) -> None:
    if detection.url is None:
        call.event("warning", code=NOBODY_TOLD, message="AsyncAmd without AsyncAmdStatusCallback: nobody is told")

    def tell() -> None:
        # Unconfirmed: that nobody is told when the call ends before it is known.
        if call.wait_until(lambda: not call.live, seconds):
            return
        call.answered_by = answered_by
        if detection.url is not None:
            _tell(call, detection, detection.url, answered_by, seconds)

    call.network.aside(f"detection-{call.sid}", tell)


def _tell(call: "Call", detection: Detection, url: str, answered_by: str, seconds: float) -> None:
    told = {
        "AccountSid": call.network.config.account_sid,
        "CallSid": call.sid,
        "AnsweredBy": answered_by,
        "MachineDetectionDuration": str(round(seconds * 1000)),
    }
    call.tell(url, told, detection.method)
