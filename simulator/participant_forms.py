"""What REST may change of a participant, and announce to them."""

from simulator.conference import Change
from simulator.forms import BAD_PARAMETER, Form, Refused, flag_of, method_of, only, url_of
from simulator.verbs.fetch import Fetch

ANNOUNCEMENT = frozenset({"AnnounceUrl", "AnnounceMethod"})
CHANGES = ANNOUNCEMENT | {
    *("Muted", "Hold", "HoldUrl", "HoldMethod", "EndConferenceOnExit"),
    *("Coaching", "CallSidToCoach"),
}


def change_of(form: Form) -> Change:
    """Raises Refused."""
    only(form, CHANGES)
    hold, music = flag_of(form, "Hold"), _fetch(form, "HoldUrl", "HoldMethod", "GET")
    if music is not None and hold is None:
        raise Refused(BAD_PARAMETER, "HoldUrl: only with Hold=true")
    coaching, coach = coach_of(form)
    return Change(
        muted=flag_of(form, "Muted"),
        hold=hold,
        music=music,
        ends=flag_of(form, "EndConferenceOnExit"),
        coaching=coaching,
        coach=coach,
    )


def coach_of(form: Form) -> tuple[bool | None, str | None]:
    """Confirmed by Twilio's OpenAPI description: whom they coach says that they do, and Coaching needs it."""
    coaching, whom = flag_of(form, "Coaching"), form.get("CallSidToCoach") or None
    if coaching and whom is None:
        raise Refused(BAD_PARAMETER, "Coaching: CallSidToCoach is needed with it")
    if whom is not None and coaching is None:
        coaching = True
    return coaching, whom if coaching else None


def announcement_of(form: Form) -> Fetch | None:
    """Raises Refused."""
    return _fetch(form, "AnnounceUrl", "AnnounceMethod", "POST")


def _fetch(form: Form, url_name: str, method_name: str, method: str) -> Fetch | None:
    url, given = url_of(form, url_name), method_of(form, method_name)
    return None if url is None else Fetch(url, given if method_name in form else method)
