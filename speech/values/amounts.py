"""Sums of money."""

import re
from decimal import Decimal

from speech.values.model import Amount, Currency, Language
from speech.values.numerals import plain_words, read_english, read_sino, tight

CENTS: frozenset[Currency] = frozenset({"USD", "EUR"})
"""Currencies with hundredths."""

_KO_CURRENCIES: dict[str, Currency] = {"원": "KRW", "달러": "USD", "불": "USD", "유로": "EUR", "엔": "JPY"}
_KO_NUMBER = "[0-9영공일이삼사오육륙칠팔구십백천만억]+"
_KO_SUM = re.compile(
    rf"(?P<number>{_KO_NUMBER}(?:\.[0-9]{{1,2}})?)(?P<currency>{'|'.join(_KO_CURRENCIES)})(?:(?P<cents>{_KO_NUMBER})센트)?"
)
_KO_ONLY_NUMBER = re.compile(rf"(?P<number>{_KO_NUMBER})(?:이?요|이?에요|이?예요|입니다|정도|쯤)*")

_EN_CURRENCIES: dict[str, Currency] = {
    "won": "KRW",
    "dollar": "USD",
    "dollars": "USD",
    "buck": "USD",
    "bucks": "USD",
    "euro": "EUR",
    "euros": "EUR",
    "yen": "JPY",
}
_EN_SYMBOLS: dict[str, Currency] = {"₩": "KRW", "$": "USD", "€": "EUR", "¥": "JPY"}
_EN_SCALES = frozenset({"hundred", "thousand", "million", "billion"})
_EN_CENTS = ("cent", "cents")


def amount(text: str, language: Language, currency: Currency = "KRW") -> Amount | None:
    """One sum; `currency` where none is named. None for none, and for several that differ."""
    sums = _korean(tight(text.replace(",", "")), currency) if language == "ko" else _english(text, currency)
    return sums.pop() if len(sums) == 1 else None


def _korean(said: str, currency: Currency) -> set[Amount]:
    found = {_korean_sum(match) for match in _KO_SUM.finditer(said)}
    if not found and (alone := _KO_ONLY_NUMBER.fullmatch(said)) is not None and len(alone["number"]) > 1:
        number = read_sino(alone["number"])
        found = {None if number is None else Amount(Decimal(number), currency)}
    return {amount for amount in found if amount is not None}


def _korean_sum(found: re.Match[str]) -> Amount | None:
    """사원 and 이 원 are no sums: four won, two won are never said on the telephone."""
    text, currency = found["number"], _KO_CURRENCIES[found["currency"]]
    number = Decimal(text) if re.fullmatch(r"[0-9]+\.[0-9]+", text) else read_sino(text)
    cents = read_sino(found["cents"]) if found["cents"] else 0
    if number is None or cents is None or cents >= 100 or (currency == "KRW" and number < 10):
        return None
    return Amount(number + Decimal(cents) / 100, currency)


def _english(text: str, currency: Currency) -> set[Amount]:
    """Words are numbers, currencies, or neither; a number belongs to the currency behind it, or to its symbol."""
    words = [part for word in plain_words(text.replace("-", " ")) for part in re.findall(r"[₩$€¥]|[^₩$€¥]+", word)]
    sums: list[Amount] = []
    number: list[str] = []
    symbol: Currency | None = None
    for word in [*words, "."]:
        if word in _EN_SYMBOLS:
            symbol = _EN_SYMBOLS[word]
        elif _is_number(word) or (word in ("a", "and") and not symbol):
            number.append(word)
        else:
            named = _EN_CURRENCIES.get(word, symbol)
            _add(sums, number, named, cents=word in _EN_CENTS)
            if named is None and word == "." and number == words and number != ["a"]:
                _add(sums, number, currency, cents=False)
            number, symbol = [], None
    return set(sums)


def _is_number(word: str) -> bool:
    return word in _EN_SCALES or re.fullmatch(r"[0-9]+(\.[0-9]{1,2})?", word) is not None


def _add(sums: list[Amount], number: list[str], currency: Currency | None, *, cents: bool) -> None:
    """Another sum; or the cents of the one before: twelve dollars and fifty cents, twelve dollars fifty."""
    before = sums[-1] if sums else None
    if currency is None and before is not None and before.currency in CENTS and before.value == int(before.value):
        small = read_english([word for word in number if word not in ("a", "and")])
        if small is not None and small < 100:
            sums[-1] = Amount(before.value + Decimal(small) / 100, before.currency)
        return
    value = _value(number, currency)
    if value is not None and cents and value < 100:
        sums.append(Amount(value / 100, "USD"))
    elif value is not None and currency is not None:
        sums.append(Amount(value, currency))


def _value(number: list[str], currency: Currency | None) -> Decimal | None:
    while number and number[0] == "and":
        number = number[1:]
    match number:
        case ["a"]:
            return Decimal(1) if currency is not None else None
        case [figure] if "." in figure:
            return Decimal(figure)
        case [whole, hundredths] if currency in CENTS and whole.isdecimal() and re.fullmatch("[1-9][0-9]", hundredths):
            return Decimal(f"{whole}.{hundredths}")
    if not any(_is_number(word) for word in number):
        return None
    value = read_english(number)
    return None if value is None else Decimal(value)
