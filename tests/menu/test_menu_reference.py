"""Each key of the language is documented, in both languages, and by the same table that reads it."""

import json
from pathlib import Path

import pytest
import yaml
from test_menu_check import mistakes, small

from ivr.menu.field import NOT_YET
from ivr.menu.reference import json_schema, reference, with_reference
from ivr.menu.schema import FIELDS
from ivr.menu.source import Problems, read_yaml

SHIPPED = (Path(__file__).parents[2] / "menus.yaml").read_text(encoding="utf-8")
KEYS = [(table, name) for table, fields in FIELDS.items() for name in fields]


@pytest.mark.parametrize(("table", "name"), KEYS)
def test_every_key_is_documented(table: str, name: str) -> None:
    field = FIELDS[table][name]

    assert field.help is not None and field.form is not None, "give it `help` and `form` in ivr/menu/schema.py"
    assert field.example, "give it an example"
    assert any("가" <= letter <= "힣" for letter in field.help.ko)


@pytest.mark.parametrize(("table", "name"), KEYS)
def test_every_example_and_default_is_right(table: str, name: str) -> None:
    field = FIELDS[table][name]
    for written, meant in ((field.example, ...), (field.default_written, field.default)):
        if "…" in written or not written:
            continue
        problems = Problems("example", written)
        value = read_yaml(written, problems)
        read = None if value is None else field.read(value, problems)
        assert problems.found == []
        # None: the default is put in where the key is used.
        assert meant in (..., None) or read == meant


@pytest.mark.parametrize(("language", "page"), [("en", "menus.md"), ("ko", "menus.ko.md")])
def test_the_pages_have_the_reference_of_today(repo_root: Path, language: str, page: str) -> None:
    text = (repo_root / "docs" / page).read_text(encoding="utf-8")

    assert text == with_reference(text, language), f"barocall menu reference --language {language} --into docs/{page}"
    assert all(f"| `{name}` |" in reference(language) for _table, name in KEYS)


def test_a_planned_key_says_not_yet_by_name() -> None:
    assert mistakes(small("hours: always", "hours: always\n    survey: true")) == [
        'menus.yaml:20:5: department "agent": "survey" is not yet part of this language\n        survey: true'
    ]


def test_nothing_is_planned_that_is_there() -> None:
    assert NOT_YET.keys() & {name for _table, name in KEYS} == set()


def test_editors_get_a_schema_that_the_shipped_menu_keeps() -> None:
    schema = json.loads(json.dumps(json_schema()))

    assert unlike(yaml.safe_load(SHIPPED), schema, schema["$defs"]) == []
    assert unlike({"site": {"nmae": "x"}}, schema, schema["$defs"]) != []


def unlike(value: object, schema: dict, tables: dict) -> list[str]:
    """What of a document breaks a schema: as much of JSON Schema as ours uses."""
    if "$ref" in schema:
        return unlike(value, tables[schema["$ref"].rpartition("/")[2]], tables)
    if "anyOf" in schema:
        tried = [unlike(value, option, tables) for option in schema["anyOf"]]
        return [] if [] in tried else tried[-1]
    if "const" in schema or "enum" in schema:
        return [] if value in schema.get("enum", [schema.get("const")]) else [f"{value!r} is none of the words"]
    kinds = {"object": dict, "array": list, "string": str, "boolean": bool, "number": int | float, "integer": int}
    if not isinstance(value, kinds[schema["type"]]):
        return [f"{value!r} is no {schema['type']}"]
    if isinstance(value, list):
        return [wrong for item in value for wrong in unlike(item, schema["items"], tables)]
    if isinstance(value, dict):
        return _unlike_object(value, schema, tables)
    return []


def _unlike_object(value: dict, schema: dict, tables: dict) -> list[str]:
    known, others = schema.get("properties", {}), schema["additionalProperties"]
    wrong = [f"{name} is missing" for name in schema.get("required", ()) if name not in value]
    for name, inner in value.items():
        if name in known or others:
            wrong += unlike(inner, known.get(name, others), tables)
        else:
            wrong.append(f"{name} is unknown")
    return wrong
