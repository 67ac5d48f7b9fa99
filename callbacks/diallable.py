"""Which numbers may be promised a call."""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

REGION = "KR"
# What carriers send for withheld callers: they all look alike and identify nobody.
PLACEHOLDERS = frozenset({"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"})
DIALLABLE = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE, PhoneNumberType.VOIP})


def usable_number(raw: str) -> str | None:
    """E.164 of a Korean mobile or fixed number. None for everything else: withheld, abroad, premium (060), shared-cost
    (15xx), short codes; such a number either identifies nobody or costs somebody money."""
    if raw in PLACEHOLDERS:
        return None
    try:
        number = phonenumbers.parse(raw, REGION)
    except NumberParseException:
        return None
    korean = number.country_code == phonenumbers.country_code_for_region(REGION)
    if not korean or not phonenumbers.is_valid_number(number):
        return None
    if phonenumbers.number_type(number) not in DIALLABLE:
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)
