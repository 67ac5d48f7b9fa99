"""What people say that is neither a department nor a wish: a yes, a number, a time, a sum."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

Language = Literal["ko", "en"]
Kind = Literal["yes_no", "phone", "when", "amount"]
Currency = Literal["KRW", "USD", "EUR", "JPY"]


@dataclass(frozen=True)
class PhoneNumber:
    """One that exists as far as its shape can tell; whether it may be called is another question."""

    e164: str


@dataclass(frozen=True)
class Moment:
    """A point in time, to the minute, in the zone in which it was said."""

    at: datetime


@dataclass(frozen=True)
class Span:
    """From `earliest` until just before `latest`; `latest` None: from then on, without an end."""

    earliest: datetime
    latest: datetime | None


When = Moment | Span


@dataclass(frozen=True)
class Amount:
    """A sum of money."""

    value: Decimal
    currency: Currency


Value = PhoneNumber | Moment | Span | Amount
