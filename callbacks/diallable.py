"""Which numbers may be promised a call, by what they are. Whether one may have a promise now: callbacks/safety.py."""

from dataclasses import dataclass

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

REGION = "KR"
# What carriers send for withheld callers: they all look alike and identify nobody.
PLACEHOLDERS = frozenset({"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"})
# Everything else costs somebody money (premium, shared cost) or rings nobody's own phone.
DIALLABLE = frozenset(
    {
        PhoneNumberType.MOBILE,
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE,
        PhoneNumberType.VOIP,
    }
)
KOREA = "+82"


@dataclass(frozen=True)
class NumberRules:
    """Which numbers are called, and how many promises each may have: a caller's number can be forged, and every call
    that we place costs money."""

    prefixes: tuple[str, ...] = (KOREA,)
    """Numbers that begin with one of these are called, if they are mobile or fixed ones."""
    open_at_once: int = 3
    """So many promises may be open for one number: people share phones."""
    per_hour: int = 3
    per_day: int = 6
    site_per_hour: int | None = None
    """Of all numbers together; None: no limit."""

    def usable(self, raw: str) -> str | None:
        """E.164 of a number that may be called; None for everything else."""
        return usable_number(raw, self.prefixes)


def usable_number(raw: str, prefixes: tuple[str, ...] = (KOREA,)) -> str | None:
    """E.164 of a mobile or fixed number under one of the prefixes, written at home or abroad. None for everything
    else: withheld, another country, premium (060), shared-cost (15xx), short codes; such a number either identifies
    nobody or costs somebody money."""
    if raw in PLACEHOLDERS:
        return None
    try:
        number = phonenumbers.parse(raw, REGION)
    except NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) not in DIALLABLE:
        return None
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return e164 if e164.startswith(prefixes) else None


def can_be_texted(e164: str) -> bool:
    """Texts reach mobile phones only; the carrier refuses landlines."""
    kind = phonenumbers.number_type(phonenumbers.parse(e164))
    return kind in (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
