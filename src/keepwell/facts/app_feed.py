"""This file makes what people type into the app a delivery like any other: files, and the mapping that says what they mean."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from keepwell.facts.mapping import mapping as mappings
from keepwell.facts.mapping.sources import APP_FEED
from keepwell.facts.readers.format import Format
from keepwell.facts.schema import TABLES

# The app is always there: where nobody types anything, nothing has happened. So its feed is never late.
EXPECTED_EVERY_DAYS = 36_500
# It speaks of the accounts that somebody typed something about, and claims nothing for the others.
FEED = mappings.Feed(APP_FEED, covers="named", expected_every_days=EXPECTED_EVERY_DAYS)


def write(folder: Path, rows: Iterable[tuple[str, Mapping[str, str]]]) -> list[Path]:
    """Write rows, each with its table, as files that `mapping_of` describes: a file a table, a line a row."""
    lines: dict[str, list[str]] = {}
    for table, row in rows:
        whole = {column.name: row.get(column.name) for column in TABLES[table].columns}
        lines.setdefault(table, []).append(json.dumps(whole))
    paths = []
    for table in sorted(lines):
        paths.append(folder / _file(table))
        paths[-1].write_text("\n".join(lines[table]) + "\n", encoding="utf-8")
    return paths


def mapping_of(tables: Iterable[str]) -> mappings.Mapping:
    """Say what the files of these tables mean: every column is called what it is called in the schema."""
    return mappings.Mapping(APP_FEED, "UTC", tuple(map(_source, sorted(set(tables)))))


def _source(table: str) -> mappings.Source:
    path = f"{APP_FEED}.{table}"
    rules = [
        mappings.Rule(column, f"{path}.{column.name}", 0, column=column.name)
        for column in TABLES[table].columns
    ]
    return mappings.Source(
        _file(table),
        path,
        0,
        TABLES[table],
        Format(),
        FEED,
        people=APP_FEED,
        backdate=False,
        rules=tuple(rules),
    )


def _file(table: str) -> str:
    return f"{table}_typed.jsonl"
