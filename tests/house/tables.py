"""This file writes the page of the tables and a CSV template for each, from the declared tables: `python -m tests.house.tables`."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from keepwell.facts.schema import TABLES
from keepwell.health.definition.table import TYPES, Column, Table
from tests.house.rooms import ROOT

PAGE = ROOT / "docs" / "tables.md"
TEMPLATES = ROOT / "docs" / "templates"
HEAD = """# The tables of facts

Everything that Keepwell knows is a row in one of these tables. You need not have them all: a card says which of its
measures have no data, and shares out their weight. Your files need not look like this either: a
[mapping](mapping.md) says which of your columns fills which field. If you prefer to write files by hand, take the
[templates](templates/), one CSV for each table, with one line as an example.

*This page is written from the declarations in `src/keepwell/facts/schema`; change them, then run `just tables`.*

## How a row stands in time

| kind | what it means | tables |
|---|---|---|
| event | it happened on a day | {events} |
| state | it holds from its `valid_from` until the next row of the same thing | {states} |
| term | it runs from its first day up to, and without, its end | {terms} |

## Types

| type | what it holds |
|---|---|
{types}

Columns marked *personal* are kept apart from the facts, in the desk's records, and never reach a segment file.
Columns marked *person* hold somebody outside; they are replaced by a number when they land.
Columns marked *happens* hold the day on which something came about: until that day measures see them empty.
"""
LOAD_COLUMNS = """
## What landing adds

Every row also has `on` (the local day of the fact), `known_on` (the day on which it was known), `loaded_at`, `batch`
(the number of its import) and `feed`. Conditions can read them like any other column.
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
        f"\n## {table.name}\n\n{table.meaning} {table.time.capitalize()}; its day is {dated}"
        f"{', the earliest that is filled' if len(table.dated_by) > 1 else ''}. [Template](templates/{table.name}.csv)\n\n"
        f"| column | type | meaning | example |\n|---|---|---|---|\n{rows}\n"
    ) + (f"\nPoints: {pointing}.\n" if pointing else "")


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
        + (f", *{', '.join(marks)}*" if marks else "")
    )
    return f"| `{column.name}` | {kind} | {meaning} | {column.example} |"


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
