"""This file writes the page of the tables and a CSV template for each: `python -m tests.house.tables`."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from keepwell.facts.schema import TABLES
from keepwell.health.definition import limit
from keepwell.health.definition.table import TYPES, Column, Table
from tests.house.rooms import ROOT

PAGE = ROOT / "docs" / "tables.md"
TEMPLATES = ROOT / "docs" / "templates"
HEAD = """# Tables

Everything that Keepwell knows is a row in one of these tables. You don't need them all: measures without data are left
out, and their weight goes to the others. Your files can look different; a [mapping](mapping.md) says which of your
columns fills which of these. To write files by hand, start from the [templates](templates/): one CSV per table, with
an example row.

*Generated from `src/keepwell/facts/schema` by `just tables`. Don't edit this page.*

## Three kinds of table

| kind | a row | tables |
|---|---|---|
| event | happened on a day | {events} |
| state | is valid from its `valid_from` until the next row of the same account, contact or feature | {states} |
| term | runs from its first day up to, but not including, its end date | {terms} |

## Types

| type | holds |
|---|---|
{types}

- *required*: a row without it is rejected. [Rejected rows](mapping.md#rejected-rows) lower the coverage of what is measured in their table.
- *personal*: stored in the application's database only, never in data files.
- *person*: identifies somebody outside your company. Data files hold a number in its place.
- *happens*: the date of something that may still lie ahead. Measures see it as empty until that day.
"""
LOAD_COLUMNS = """
## Columns that every row has

An import adds `on` (the local day of the row), `known_on` (the day on which it was known), `loaded_at`, `batch` (the
number of the import) and `feed`. Conditions can use them like any other column.
"""


def page() -> str:
    """Write docs/tables.md."""
    by_time = {
        time: ", ".join(f"`{table.name}`" for table in TABLES.values() if table.time == time)
        for time in ("event", "state", "term")
    }
    types = "\n".join(f"| {name} | {meaning} |" for name, meaning in TYPES.items())
    head = HEAD.format(
        events=by_time["event"], states=by_time["state"], terms=by_time["term"], types=types
    )
    return head + LOAD_COLUMNS + "".join(section(table) for table in TABLES.values())


def section(table: Table) -> str:
    dated = " or ".join(f"`{name}`" for name in table.dated_by)
    rows = "\n".join(row(column) for column in table.columns)
    pointing = ", ".join(
        f"`{each.by}` to `{each.to.name}` as `{each.name}`" for each in table.references
    )
    return (
        f"\n## {table.name}\n\n{table.meaning} {table.time.capitalize()}, dated by {dated}"
        f"{' (the earliest)' if len(table.dated_by) > 1 else ''}. [Template](templates/{table.name}.csv)\n\n"
        f"| column | type | meaning | example |\n|---|---|---|---|\n{rows}\n"
    ) + (f"\nReferences: {pointing}.\n" if pointing else "")


def row(column: Column) -> str:
    known = {
        "required": column.required,
        "personal": column.personal,
        "person": column.person,
        "happens": column.happens,
    }
    marks = [mark for mark, applies in known.items() if applies]
    meaning = column.meaning + (f"; one of {', '.join(column.choices)}" if column.choices else "")
    kind = (
        column.type
        + (f", {column.unit}" if column.unit else "")
        + limits(column)
        + (f", *{', '.join(marks)}*" if marks else "")
    )
    return f"| `{column.name}` | {kind} | {meaning} | {column.example} |"


def limits(column: Column) -> str:
    """Say what a column can hold, where that is not what all columns of its type can."""
    if column.type == "text" and not column.choices and column.most_characters != limit.TEXT:
        return f", up to {column.most_characters:,} characters"
    return "" if column.most is None else f", {column.least:,} to {column.most:,}"


def template(table: Table) -> str:
    """Write a table's CSV template: its columns and one example line."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.names)
    writer.writerow([column.example for column in table.columns])
    return text.getvalue()


def pages() -> dict[Path, str]:
    """All files that are written from the tables, with their text."""
    return {PAGE: page()} | {
        TEMPLATES / f"{table.name}.csv": template(table) for table in TABLES.values()
    }


if __name__ == "__main__":
    for path, text in pages().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
