"""This file opens CSV: it finds the delimiter and the header, and writes the `read_csv` that gives every cell as text."""

from __future__ import annotations

import csv as standard
from collections.abc import Collection
from dataclasses import replace
from itertools import chain, count
from pathlib import Path

from keepwell.facts.duckdb_session import literal
from keepwell.facts.readers import csv_repair, text
from keepwell.facts.readers.csv_repair import Repaired
from keepwell.facts.readers.folder import InputFile
from keepwell.facts.readers.format import Format
from keepwell.facts.readers.limits import Limits
from keepwell.facts.readers.open_file import CsvLayout, OpenFile, check_header
from keepwell.facts.readers.unreadable import unreadable

DELIMITERS = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a pipe"}
_numbers = count(1)  # for names of reject tables and links: a connection outlives a file


def open_file(
    file: InputFile, format: Format, needed: Collection[str], scratch: Path, limits: Limits
) -> OpenFile:
    """Open a CSV file; raises `Unreadable`."""
    plain_text = text.as_utf8(file, format, scratch)
    delimiter = _delimiter(file, plain_text.path, format, needed)
    header, skip, header_ends = read_header(plain_text.path, delimiter, format.skip)
    if not any(header):
        raise unreadable("F102", file.name, "the file is empty")
    check_header(file, header, header_ends, limits.columns)
    if plain_text.lines <= header_ends:
        raise unreadable("F103", file.name, "has a header but no rows")
    layout = CsvLayout(
        plain_text.path,
        delimiter,
        plain_text.lines,
        header_ends,
        len(header),
        f"rejects_{next(_numbers)}",
    )
    columns = {name: f"c{place}" for place, name in enumerate(header) if name}
    return OpenFile(file, relation(layout, skip, scratch), columns, csv=layout)


def relation(layout: CsvLayout, skip: int, scratch: Path) -> str:
    """Write the `read_csv` of a file, with our own names for its columns, so that none of its names reaches SQL."""
    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(layout.width))
    # Everything is given, as DuckDB's own detection differs from file to file. Records that it cannot split are stored
    # with their place instead of ending the read. Lines longer than MAX_LINE have been rejected before, with their number.
    return (
        f"read_csv({literal(plain_path(layout.path, scratch))}, auto_detect=false, header=true, skip={skip}, "
        f"delim={literal(layout.delimiter)}, quote='\"', escape='\"', nullstr='', columns={{{columns}}}, "
        f"store_rejects=true, rejects_limit=0, rejects_table='{layout.rejects}', rejects_scan='{layout.rejects}_scan', "
        f"compression='none', hive_partitioning=false, max_line_size={2 * text.MAX_LINE})"
    )


def plain_path(path: Path, scratch: Path) -> str:
    """Return a path without the characters that DuckDB reads as a pattern, if need be that of a link under `scratch`."""
    if not set(str(path)) & set("*?[]{}"):
        return str(path)
    link = scratch / f"link_{next(_numbers)}{path.suffix}"
    link.symlink_to(path)
    return str(link)


def read_header(path: Path, delimiter: str, skip: int) -> tuple[list[str], int, int]:
    """Read the header: its names, the number of lines above it, and the line on which it ends."""
    with path.open(encoding="utf-8-sig", newline="") as handle:
        above = 0
        for line in handle:
            above += 1
            if above > skip and line.strip():
                break
        else:
            return [], above, above
        # A name can contain a line break, which Python's reader follows.
        standard.field_size_limit(2 * text.MAX_LINE)
        reader = standard.reader(chain([line], handle), delimiter=delimiter)
        names = [name.strip() for name in next(reader)]
        return names, above - 1, above - 1 + reader.line_num


def _delimiter(file: InputFile, path: Path, format: Format, needed: Collection[str]) -> str:
    """Use the declared delimiter, or else the one that finds the most needed columns, then the most columns."""

    def finds(delimiter: str) -> tuple[int, int]:
        header = read_header(path, delimiter, format.skip)[0]
        return len(set(header) & set(needed)), len(header)

    best = max(DELIMITERS, key=finds)
    declared = format.delimiter
    if declared is None:
        return best
    is_worse = finds(declared)[0] < finds(best)[0]
    if is_worse or finds(declared)[1] == 1 < finds(best)[1]:
        shown = "tab" if best == "\t" else best
        way_out = f'The file uses {DELIMITERS[best]}: write `format: {{delimiter: "{shown}"}}`.'
        what = "the columns are not separated by"
        raise unreadable("F104", file.name, what, way_out, got=declared, line=1)
    return declared


def repair(opened: OpenFile, scratch: Path) -> tuple[OpenFile, Repaired]:
    """Open a clean copy of a CSV file that has broken quotes."""
    assert opened.csv, "only CSV files have quotes to repair"
    repaired = csv_repair.repair(opened.csv, scratch)
    layout = replace(opened.csv, path=repaired.path, rejects=f"rejects_{next(_numbers)}")
    return replace(opened, relation=relation(layout, 0, scratch), csv=layout), repaired
