"""A carrier without a phone network, for tests: it remembers what it was asked."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from carrier.port import CallGone, CallOrder, CarrierCall, CarrierError, CarrierText, PlacedCall, TextOrder


@dataclass
class FakeCarrier:
    """`refuse_next`: raised instead of placing. `lose_next_answer`: raised after placing, as when the line breaks."""

    now: datetime
    calls: list[CallOrder] = field(default_factory=list)
    moves: list[tuple[str, str]] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    listed: dict[str, list[CarrierCall]] = field(default_factory=dict)
    statuses: dict[str, str] = field(default_factory=dict)
    texts: list[TextOrder] = field(default_factory=list)
    listed_texts: dict[str, list[CarrierText]] = field(default_factory=dict)
    refuse_next: CarrierError | None = None
    lose_next_answer: CarrierError | None = None
    queue_seconds: float = 0.0
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def place_call(self, order: CallOrder) -> PlacedCall:
        self._refuse()
        sid = f"CA{next(self._numbers):032x}"
        self.calls.append(order)
        self.listed.setdefault(order.to, []).append(CarrierCall(sid, "ringing", self.now))
        self._lose_answer()
        return PlacedCall(sid, self.queue_seconds)

    def send_text(self, order: TextOrder) -> str:
        self._refuse()
        sid = f"SM{next(self._numbers):032x}"
        self.texts.append(order)
        self.listed_texts.setdefault(order.to, []).append(CarrierText(sid, self.now))
        self._lose_answer()
        return sid

    def move_call(self, sid: str, path: str) -> None:
        if sid in self.gone:
            raise CallGone(sid)
        self.moves.append((sid, path))

    def end_call(self, sid: str) -> None:
        if sid in self.gone:
            raise CallGone(sid)
        self.ended.append(sid)

    def status_of(self, sid: str) -> str:
        if sid in self.gone:
            raise CallGone(sid)
        return self.statuses.get(sid, "in-progress")

    def calls_to(self, number: str) -> tuple[CarrierCall, ...]:
        return tuple(self.listed.get(number, ()))

    def texts_to(self, number: str) -> tuple[CarrierText, ...]:
        return tuple(self.listed_texts.get(number, ()))

    def _refuse(self) -> None:
        if self.refuse_next is not None:
            refusal, self.refuse_next = self.refuse_next, None
            raise refusal

    def _lose_answer(self) -> None:
        if self.lose_next_answer is not None:
            loss, self.lose_next_answer = self.lose_next_answer, None
            raise loss
