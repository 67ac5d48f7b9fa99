"""What the language says of itself: the reference for people and the JSON Schema for editors, both from the tables."""

from typing import Any

from ivr.menu.advice import WARNINGS
from ivr.menu.field import NOT_YET, Field
from ivr.menu.schema import FIELDS

BEGIN, END = "<!-- reference -->", "<!-- end of reference -->"
SCHEMA_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_HEADS = {
    "en": ("key", "what it is for", "looks like", "default", "example", "must be there", "warning", "it means"),
    "ko": ("키", "뜻", "꼴", "기본값", "예", "꼭 있어야 함", "경고", "뜻"),
}
_PLACES = {
    "menu file": ("The file", "파일 맨 바깥"),
    "site": ("`site`", "`site`"),
    "notices": ("`notices`", "`notices`"),
    "menu": ("`menu`", "`menu`"),
    "department": ("A department", "부서 하나"),
    "submenu": ("A menu of `menus`", "`menus`의 메뉴 하나"),
    "test": ("A test", "시험 하나"),
    "callback": ("`callback`", "`callback`"),
    "hours": ("`hours`", "`hours`"),
}


class Undocumented(Exception):
    """A key has no help or no form: give both in ivr.menu.schema."""


def reference(language: str) -> str:
    """Every key, as Markdown; in "ko" or "en". Raises Undocumented."""
    parts = [_table(name, fields, language) for name, fields in FIELDS.items()]
    return "\n\n".join([*parts, _warnings(language), _not_yet(language)]) + "\n"


def json_schema() -> dict[str, Any]:
    """For editors that complete and check while one types. Raises Undocumented."""
    tables = {name: _object(fields) for name, fields in FIELDS.items()}
    root = tables.pop("menu file")
    return {"$schema": SCHEMA_DIALECT, "title": "barocall menus.yaml", **root, "$defs": tables}


def _table(name: str, fields: dict[str, Field], language: str) -> str:
    key, meaning, looks, default, example, required, *_ = _HEADS[language]
    title = _PLACES.get(name, (f"`{name}`", f"`{name}`"))[language == "ko"]
    lines = [f"### {title}", "", f"| {key} | {meaning} | {looks} | {default} | {example} |", "|---|---|---|---|---|"]
    for field_name, field in fields.items():
        if field.help is None or field.form is None:
            raise Undocumented(f"{name}: {field_name}")
        written = f"**{required}**" if field.required else _code(field.default_written)
        told, form = field.help.in_language(language), field.form.help.in_language(language)
        lines.append(f"| `{field_name}` | {told} | {form} | {written} | {_code(field.example)} |")
    return "\n".join(lines)


def _code(written: str) -> str:
    return f"`{written}`" if written else ""


def _warnings(language: str) -> str:
    *_, warning, meaning = _HEADS[language]
    title = {"en": "Warnings", "ko": "경고"}[language]
    lines = [f"### {title}", "", f"| {warning} | {meaning} |", "|---|---|"]
    return "\n".join(
        [*lines, *(f"| `{name}` | {rule.help.in_language(language)} |" for name, rule in WARNINGS.items())]
    )


def _not_yet(language: str) -> str:
    told = {
        "en": "### Not yet\n\nThese keys are planned; `barocall menu check` says so by name",
        "ko": "### 아직 없는 것\n\n앞으로 넣을 키입니다. 쓰면 `barocall menu check`가 아직 없다고 알려 줍니다",
    }[language]
    return f"{told}: {', '.join(f'`{name}`' for name in sorted(NOT_YET))}."


def _object(fields: dict[str, Field]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {name: _property(name, field) for name, field in fields.items()},
        "required": [name for name, field in fields.items() if field.required],
        "additionalProperties": False,
    }


def _property(name: str, field: Field) -> dict[str, Any]:
    if field.help is None or field.form is None:
        raise Undocumented(name)
    return {**field.form.schema, "description": f"{field.help.ko}\n{field.help.en}"}


def with_reference(page: str, language: str) -> str:
    """The page with the reference of today between its marks. Raises ValueError where it has none."""
    before, rest = page.split(BEGIN)
    _old, after = rest.split(END)
    return f"{before}{BEGIN}\n\n{reference(language)}\n{END}{after}"
