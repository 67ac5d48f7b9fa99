"""What each TwiML verb does to a call. A verb answers with the document to fetch next, or None to go on."""

from simulator.verbs.connect import connect, start, stop
from simulator.verbs.dial import dial
from simulator.verbs.enqueue import enqueue, leave
from simulator.verbs.fetch import Fetch, Verb
from simulator.verbs.flow import hangup, redirect, reject
from simulator.verbs.gather import gather
from simulator.verbs.record import record
from simulator.verbs.sounds import pause, play, say, spoken_seconds

__all__ = ["VERBS_BY_NAME", "Fetch", "spoken_seconds"]

VERBS_BY_NAME: dict[str, Verb] = {
    "Say": say,
    "Play": play,
    "Pause": pause,
    "Gather": gather,
    "Record": record,
    "Redirect": redirect,
    "Hangup": hangup,
    "Reject": reject,
    "Enqueue": enqueue,
    "Leave": leave,
    "Dial": dial,
    "Start": start,
    "Stop": stop,
    "Connect": connect,
}
