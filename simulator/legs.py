"""A leg: the call to a number that another call dialled."""

from dataclasses import dataclass, field

from simulator.bridge import Bridge, Dialling
from simulator.call import Call
from simulator.endings import CallMoved, CallOver
from simulator.twiml import BadTwiml
from simulator.verbs.fetch import Fetch, hold
from simulator.verbs.side import CALLED_WHISPER, run
from simulator.verbs.sounds import send_digits
from simulator.webhooks import WebhookFailed


@dataclass
class Leg(Call):
    """Answered, it is sent its digits, hears the document of its url, and talks with whoever dialled."""

    dialling: Dialling = field(kw_only=True)

    def _live_through(self) -> None:
        bridge = self.dialling.claim(self)
        try:
            self._follow(None if bridge is None else self._talk(bridge))
        finally:
            if bridge is not None:
                bridge.end()

    def _talk(self, bridge: Bridge) -> Fetch | None:
        """Where REST moved it meanwhile, if it did."""
        try:
            self._get_ready()
            bridge.connect()
            hold(self, until=lambda: bridge.over)
        except CallMoved:
            self.dialling.let_go(self)
            bridge.end()
            return self._take_move()
        except (WebhookFailed, BadTwiml) as error:
            self.event("error", code=error.code, message=str(error))
        except CallOver:
            pass
        return None

    def _get_ready(self) -> None:
        if self.order.send_digits:
            send_digits(self, self.order.send_digits)
        if self.order.url is not None:
            run(self, CALLED_WHISPER, Fetch(self.order.url, self.order.method))
