"""What values look like: in words for the reference, and as JSON Schema for editors."""

from ivr.menu.field import Form, Help
from ivr.menu.languages import KNOWN_LANGUAGES
from ivr.menu.values import KEYS, LARGEST_PRIORITY


def whole(low: int, high: int) -> Form:
    schema = {"type": "integer", "minimum": low, "maximum": high}
    return Form(schema, Help(f"a whole number from {low} to {high}", f"{low}에서 {high}까지의 정수"))


_TEXT = {"type": "string", "minLength": 1}
_DATE_PATTERN = r"^\d{4}-\d{2}-\d{2}$"
_SPAN = {"type": "string", "pattern": r"^(closed|\d{2}:\d{2}-\d{2}:\d{2})$"}

TEXT = Form(_TEXT, Help("text", "글"))
TEXTS = Form({"type": "array", "items": _TEXT, "minItems": 1}, Help("a list of texts", "글 목록"))
YES_NO = Form({"type": "boolean"}, Help("true or false", "true 또는 false"))
DATE = Form({"type": "string", "pattern": _DATE_PATTERN}, Help("a date", "날짜"))
DATES = Form({"type": "array", "items": DATE.schema}, Help("a list of dates", "날짜 목록"))
SPAN = Form(_SPAN, Help('a span of time in quotes, or "closed"', "따옴표로 묶은 시간대 또는 closed"))
KEY = Form({"enum": sorted(KEYS)}, Help("one digit in quotes", "따옴표로 묶은 숫자 하나"))
KEYS_PRESSED = Form({"type": "string", "pattern": "^[0-9*#]+$"}, Help("keys in quotes", "따옴표로 묶은 번호들"))
PRIORITY = whole(0, LARGEST_PRIORITY)
LANGUAGE = Form({"enum": list(KNOWN_LANGUAGES)}, Help("a language", "언어"))
LANGUAGES = Form(
    {"type": "array", "items": {"enum": list(KNOWN_LANGUAGES)}, "minItems": 1, "uniqueItems": True},
    Help(f"a list of {', '.join(KNOWN_LANGUAGES)}", f"{', '.join(KNOWN_LANGUAGES)} 가운데 고른 목록"),
)


def each_language(form: Form) -> Form:
    """The same, or one for each language."""
    languages = {"type": "object", "properties": dict.fromkeys(KNOWN_LANGUAGES, form.schema)}
    schema = {"anyOf": [form.schema, {**languages, "additionalProperties": False}]}
    return Form(schema, Help(f"{form.help.en}, or one a language", f"{form.help.ko}, 또는 언어별로 하나씩"))


def number(low: float, high: float) -> Form:
    schema = {"type": "number", "minimum": low, "maximum": high}
    return Form(schema, Help(f"a number from {low:g} to {high:g}", f"{low:g}에서 {high:g}까지의 수"))


def whole_of(*choices: int) -> Form:
    listed = ", ".join(map(str, choices))
    return Form({"enum": list(choices)}, Help(f"one of {listed}", f"{listed} 가운데 하나"))


def choice(*names: str) -> Form:
    return Form({"enum": list(names)}, Help(" or ".join(names), " 또는 ".join(names)))


def table(name: str) -> Form:
    """A mapping by the table of that name."""
    return Form({"$ref": f"#/$defs/{name}"}, Help(f"see {name}", f"{name} 참고"))


def either(one: Form, word: str) -> Form:
    """A value of that form, or one word."""
    schema = {"anyOf": [{"const": word}, one.schema]}
    return Form(schema, Help(f'"{word}", or {one.help.en}', f"{word}, 또는 {one.help.ko}"))


def either_form(one: Form, other: Form) -> Form:
    told = Help(f"{one.help.en}, or {other.help.en}", f"{one.help.ko}, 또는 {other.help.ko}")
    return Form({"anyOf": [one.schema, other.schema]}, told)


def by_name(inner: Form, en: str, ko: str) -> Form:
    """A mapping of names of one's own."""
    return Form({"type": "object", "additionalProperties": inner.schema, "minProperties": 1}, Help(en, ko))


def by_file(inner: Form, en: str, ko: str) -> Form:
    """A mapping of files; there may be none."""
    return Form({"type": "object", "additionalProperties": inner.schema}, Help(en, ko))


def list_of(inner: Form) -> Form:
    return Form({"type": "array", "items": inner.schema}, Help(f"a list; {inner.help.en}", f"목록; {inner.help.ko}"))
