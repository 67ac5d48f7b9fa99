"""What becomes of a media stream, told to the log, to the call and to the stream's own status callback."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from simulator.verbs.fetch import Fetch, tell

if TYPE_CHECKING:
    from simulator.call import Call

# Unconfirmed: the names, and all that the callback carries.
EVENTS = {
    "stream_started": "stream-started",
    "stream_stopped": "stream-stopped",
    "stream_closed_by_app": "stream-stopped",
    "stream_error": "stream-error",
}


@dataclass(frozen=True)
class StreamTeller:
    """Called with what happened. `status`: where the application is told of it."""

    call: "Call"
    status: Fetch | None

    def __call__(self, kind: str, *, ended: bool, **facts: Any) -> None:
        self.call.event(kind, **facts)
        self.call.wake()
        if self.status is not None:
            self._report(self.status, kind, facts)
            if ended:
                self.call.network.tell_no_more(facts["stream_sid"])

    def _report(self, status: Fetch, kind: str, facts: dict[str, Any]) -> None:
        parameters = {
            "StreamSid": facts["stream_sid"],
            "StreamName": facts["stream"],
            "StreamEvent": EVENTS[kind],
            "Timestamp": self.call.network.now().isoformat(),
            **({"StreamError": facts["message"]} if "message" in facts else {}),
        }
        told = replace(status, parameters=parameters)
        self.call.network.later(facts["stream_sid"], lambda: tell(self.call, told), told.url)
