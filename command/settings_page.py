"""The settings, as text and as docs/settings.md has them."""

from settings import SettingRow, settings_table

INTRODUCTION = """# Settings

Environment variables, or lines of a file `.env` in the working directory. A missing or wrong one stops the start with
a message that names it. This page is made by `barocall settings --markdown`.

| variable | default | meaning |
|---|---|---|
"""


def settings_markdown() -> str:
    rows = (f"| `{row.variable}` | {_default_cell(row)} | {row.help} |" for row in settings_table())
    return INTRODUCTION + "\n".join(rows)


def settings_text() -> str:
    return "\n".join(f"{row.variable:<24} {row.help} [{_default(row)}]" for row in settings_table())


def _default(row: SettingRow) -> str:
    return "required" if row.default is None else row.default or "not set"


def _default_cell(row: SettingRow) -> str:
    return f"`{row.default}`" if row.default else _default(row)
