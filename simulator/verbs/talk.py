"""How long people talk who were put through."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from simulator.bridge import Bridge
from simulator.twiml import Element

if TYPE_CHECKING:
    from simulator.call import Call


def talk(call: "Call", dial: Element, bridge: Bridge) -> None:
    """Until one of them goes."""
    try:
        stay(call, dial, until=lambda: bridge.over)
    finally:
        bridge.end()


def stay(call: "Call", dial: Element, *, until: Callable[[], bool]) -> None:
    """Or until the time limit, or a star where it hangs up."""
    call.pause(dial.number("timeLimit"), until=lambda: until() or starred(call, dial))


def starred(call: "Call", dial: Element) -> bool:
    return dial.flag("hangupOnStar") and "*" in call.input.digits
