"""Every verb and noun that this network speaks: its attributes with what they may be, its text, its children.

What stands here is spoken; everything else is refused by name. Defaults and limits are Twilio's and confirmed, except
where a comment says so.
"""

from dataclasses import dataclass, field

from simulator.attributes import (
    SCHEMA,
    Attribute,
    flag,
    hints,
    keys,
    matching,
    method,
    number,
    one_of,
    refused,
    some_of,
    speech_timeout,
    text,
    url,
)

DEFAULT_QUEUE_SIZE, MOST_QUEUED = 1000, 5000
MOST_PARTICIPANTS = 250


@dataclass(frozen=True)
class Text:
    """What is written between the tags."""

    needed: bool = True
    most_letters: int | None = None
    too_short_code: int = SCHEMA
    too_long_code: int = SCHEMA


@dataclass(frozen=True)
class Rule:
    """`text`: None where nothing is written between the tags."""

    text: Text | None = None
    children: frozenset[str] = frozenset()
    attributes: dict[str, Attribute] = field(default_factory=dict)


def rule(text: Text | None = None, children: str = "", /, **attributes: Attribute) -> Rule:
    return Rule(text, frozenset(children.split()), attributes)


def status_callback(*events: str, default: str) -> dict[str, Attribute]:
    return {
        "statusCallback": url(),
        "statusCallbackMethod": method(),
        "statusCallbackEvent": some_of(*events, default=default),
    }


NOTHING, NEEDED, POSSIBLE = None, Text(), Text(needed=False)
_TRACK = one_of("inbound_track", "outbound_track", "both_tracks", default="inbound_track")
_CALLED = {
    "url": url(),
    "method": method(),
    **status_callback("initiated", "ringing", "answered", "completed", default="completed"),
}

RULES: dict[str, Rule] = {
    "Response": rule(
        NOTHING, "Say Play Pause Gather Record Redirect Hangup Reject Enqueue Leave Dial Start Stop Connect"
    ),
    # Sounds
    "Say": rule(NEEDED, voice=text(), language=text("en-US"), loop=number(1)),
    "Play": rule(POSSIBLE, loop=number(1), digits=matching("[0-9*#wW]*", "keys, and w for half a second")),
    "Pause": rule(length=number(1)),
    # Listening
    "Gather": rule(
        NOTHING,
        "Say Play Pause",
        input=some_of("dtmf", "speech", default="dtmf"),
        action=url(),
        method=method(),
        actionOnEmptyResult=flag(),
        timeout=number(5, code=13313),
        finishOnKey=keys("#"),
        numDigits=number(low=1),
        language=text("en-US"),
        hints=hints(most=500, letters=100),
        bargeIn=flag(True),
        speechTimeout=speech_timeout(),
        maxSpeechTime=number(60, low=1, high=60),
        profanityFilter=flag(True),
        speechModel=text(),
        enhanced=flag(),
    ),
    "Record": rule(
        action=url(),
        method=method(),
        timeout=number(5, low=1),
        finishOnKey=keys("1234567890*#"),
        maxLength=number(3600, low=2, high=86400),
        playBeep=flag(True),
        trim=one_of("trim-silence", "do-not-trim", default="trim-silence"),
        recordingStatusCallback=url(),
        recordingStatusCallbackMethod=method(),
        recordingStatusCallbackEvent=some_of("in-progress", "completed", "absent", default="completed"),
        transcribe=one_of("false", default="false"),
    ),
    # Where the call goes on
    "Redirect": rule(NEEDED, method=method()),
    "Hangup": rule(),
    "Reject": rule(reason=one_of("rejected", "busy", default="rejected")),
    # Waiting
    "Enqueue": rule(
        Text(most_letters=64, too_short_code=14204, too_long_code=14205),
        action=url(),
        method=method(),
        waitUrl=url(),
        waitUrlMethod=one_of("GET", "POST", default="POST", code=14206),
        # Unconfirmed: it is in the package, not in the pages.
        maxQueueSize=number(DEFAULT_QUEUE_SIZE, low=1, high=MOST_QUEUED),
    ),
    "Leave": rule(),
    # Other parties
    "Dial": rule(
        POSSIBLE,
        "Number Client Queue Conference",
        action=url(),
        method=method(),
        timeout=number(30, low=1, high=600),
        timeLimit=number(14400, low=1, high=86400),
        hangupOnStar=flag(),
        callerId=matching(r"\+\d{3,15}|client:.+|anonymous", "a number like +8225550100", code=13214),
    ),
    "Number": rule(NEEDED, **_CALLED, sendDigits=matching("[0-9*#wW]*", "keys, and w for half a second")),
    "Client": rule(POSSIBLE, "Identity Parameter", **_CALLED),
    "Identity": rule(NEEDED),
    "Queue": rule(
        Text(most_letters=64, too_short_code=14212, too_long_code=14213),
        url=url(),
        method=method(),
        # Confirmed: they belong to TaskRouter, which is not spoken here.
        reservationSid=refused("none, for there is no TaskRouter here,", code=14215),
        postWorkActivitySid=refused("none, for there is no TaskRouter here,", code=14215),
    ),
    "Conference": rule(
        NEEDED,
        muted=flag(),
        coach=matching("CA[0-9a-fA-F]{32}", "the CallSid of a participant"),
        startConferenceOnEnter=flag(True),
        endConferenceOnExit=flag(),
        beep=one_of("true", "false", "onEnter", "onExit", default="true"),
        maxParticipants=number(MOST_PARTICIPANTS, low=1, high=MOST_PARTICIPANTS),
        participantLabel=text(),
        waitUrl=url(),
        waitMethod=method(),
        **status_callback(
            "start", "end", "join", "leave", "mute", "hold", "modify", "announcement", default="start end"
        ),
    ),
    # Media streams
    "Start": rule(NOTHING, "Stream"),
    "Stop": rule(NOTHING, "Stream"),
    "Connect": rule(NOTHING, "Stream", action=url(), method=method()),
    "Stream": rule(
        NOTHING,
        "Parameter",
        name=text(),
        url=url(),
        track=_TRACK,
        statusCallback=url(),
        statusCallbackMethod=method(),
    ),
    "Parameter": rule(name=text(), value=text("")),
}
