"""What becomes of a call, told to its status callback in order."""

import threading
from typing import TYPE_CHECKING

from simulator.parameters import timestamp

if TYPE_CHECKING:
    from simulator.call import Call

FINAL = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})


class StatusTeller:
    """Of one call. After its end nothing is told any more: who tells things would never end."""

    def __init__(self, call: "Call") -> None:
        self._call = call
        self._told = 0
        self._over = False
        self._lock = threading.Lock()

    def tell(self, status: str, event: str | None = None) -> None:
        """Off the call's own thread, where the order asks for it. `event`: its name, where it is not the status."""
        order, final = self._call.order, status in FINAL
        # Whatever way a call ended, its event is “completed”.
        wanted = ("completed" if final else event or status) in order.status_events
        with self._lock:
            late, self._over = self._over, self._over or final
            if late or order.status_url is None or not wanted:
                return
            number, self._told = self._told, self._told + 1
            told, url, method = self._parameters(status, number), order.status_url, order.status_method
            self._call.network.later(self._call.sid, lambda: self._call.tell(url, told, method), url)

    def _parameters(self, status: str, number: int) -> dict[str, str]:
        """Unconfirmed for Twilio, read in documents of compatible vendors: the four beside CallStatus."""
        call = self._call
        told = {**call.parameters(), "CallStatus": status}
        if not call.network.faults.truth("status_details"):
            return told
        return {
            **told,
            "CallbackSource": "call-progress-events",
            "SequenceNumber": str(number),
            "Timestamp": timestamp(call.network.now()),
            **({"CallDuration": str(call.duration_seconds)} if status == "completed" else {}),
        }
