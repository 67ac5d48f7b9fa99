"""What every voice webhook says of its call, and what all that is told to the application has in common."""

from datetime import datetime
from typing import TYPE_CHECKING

import phonenumbers

if TYPE_CHECKING:
    from simulator.call import Call

API_VERSION = "2010-04-01"
ENDS = (("Called", "To"), ("Caller", "From"))
# Confirmed: these fields are there. Unconfirmed: that city, state and zip are empty outside North America.
UNKNOWN_PLACES = ("City", "State", "Zip")


def timestamp(at: datetime) -> str:
    """As webhooks and REST answers write a date."""
    return at.strftime("%a, %d %b %Y %H:%M:%S +0000")


def voice_parameters(call: "Call") -> dict[str, str]:
    order = call.order
    return {
        "AccountSid": call.network.config.account_sid,
        "ApiVersion": API_VERSION,
        "CallSid": call.sid,
        "CallStatus": call.status,
        "CallToken": call.token,
        "Direction": order.direction,
        **_ends(order.to, order.from_number),
        **_if_known(
            ForwardedFrom=order.forwarded_from,
            CallerName=order.caller_name,
            StirVerstat=order.stir_verstat,
            # Unconfirmed: that every webhook from then on says it.
            AnsweredBy=call.answered_by,
            ParentCallSid=None if call.parent is None else call.parent.sid,
        ),
    }


def country_of(number: str) -> str:
    """Two letters; empty for who is withheld or no telephone number at all."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return ""
    # The placeholders of withheld callers begin like a country's numbers but have another length.
    return (phonenumbers.is_possible_number(parsed) and phonenumbers.region_code_for_number(parsed)) or ""


def _ends(to: str, from_number: str) -> dict[str, str]:
    ends: dict[str, str] = {}
    for (one, other), number in zip(ENDS, (to, from_number), strict=True):
        for who in (one, other):
            ends |= {who: number, f"{who}Country": country_of(number)}
            ends |= {f"{who}{place}": "" for place in UNKNOWN_PLACES}
    return ends


def _if_known(**fields: str | None) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value}
