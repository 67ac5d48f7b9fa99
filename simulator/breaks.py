"""Faults that happen at once: streams and lines that break."""

from collections.abc import Callable, Iterator

from simulator.call import Call
from simulator.faults import Fault
from simulator.network import PhoneNetwork


def _cut_media(network: PhoneNetwork, fault: Fault) -> None:
    for call in _meant(network, fault):
        call.streams.cut_all()


def _stop_media(network: PhoneNetwork, fault: Fault) -> None:
    for call in _meant(network, fault):
        call.streams.stop_all()


def _lose_line(network: PhoneNetwork, fault: Fault) -> None:
    for call in _meant(network, fault):
        call.event("line_lost")
        call.end()


def _meant(network: PhoneNetwork, fault: Fault) -> Iterator[Call]:
    """Live calls; `only` is a CallSid or a number."""
    for call in list(network.calls.values()):
        if call.live and fault.meets(f"{call.sid} {call.person}"):
            yield call


BREAKS: dict[str, Callable[[PhoneNetwork, Fault], None]] = {
    "media_cut": _cut_media,
    "cut_streams": _stop_media,
    "line_lost": _lose_line,
}
