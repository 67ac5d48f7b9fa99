"""Spoken values: recognised text → yes or no, telephone numbers, times and sums; and how they are read back.

Pure: no I/O, no clock. No text makes it fail; what is not understood is None, or no readings.
"""

from speech.values.amounts import amount
from speech.values.model import Amount, Currency, Kind, Language, Moment, PhoneNumber, Span, Value, When
from speech.values.moments import possible, when
from speech.values.phone import phone_number
from speech.values.phrases import NO, YES, grammar_phrases
from speech.values.said import said, said_time
from speech.values.yes_no import Answer, yes_or_no

__all__ = [
    "NO",
    "YES",
    "Amount",
    "Answer",
    "Currency",
    "Kind",
    "Language",
    "Moment",
    "PhoneNumber",
    "Span",
    "Value",
    "When",
    "amount",
    "grammar_phrases",
    "phone_number",
    "possible",
    "said",
    "said_time",
    "when",
    "yes_or_no",
]
