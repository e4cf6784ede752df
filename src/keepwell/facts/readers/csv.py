"""This file opens CSV: finds the delimiter and the header, and writes the `read_csv` that gives every cell as text."""

from __future__ import annotations

import csv as standard
from collections.abc import Collection
from dataclasses import replace
from itertools import chain, count
from pathlib import Path

from keepwell.facts.duckdb_session import literal
from keepwell.facts.readers import csv_repair, text
from keepwell.facts.readers.csv_repair import Recut
from keepwell.facts.readers.folder import Found
from keepwell.facts.readers.format import Format
from keepwell.facts.readers.opened import MOST_COLUMNS, Csv, Opened
from keepwell.facts.readers.unreadable import unreadable

DELIMITERS = (",", ";", "\t", "|")
_NAMES = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a bar"}
_numbers = count(1)  # for names of reject tables and links: a connection outlasts a file


def opened(file: Found, format: Format, needed: Collection[str], scratch: Path) -> Opened:
    """Open a CSV file; raises `Unreadable`."""
    sound = text.sound(file, format, scratch)
    delimiter = _delimiter(file, sound.path, format, needed)
    header, skip, header_ends = header_of(sound.path, delimiter, format.skip)
    _check(file, header, header_ends)
    if sound.lines <= header_ends:
        raise unreadable("F103", file.name, "only a header, no rows")
    columns = {name: f"c{place}" for place, name in enumerate(header) if name}
    cut = Csv(
        sound.path, delimiter, sound.lines, header_ends, len(header), f"rejects_{next(_numbers)}"
    )
    return Opened(file, relation(cut, skip, scratch), columns, csv=cut)


def relation(cut: Csv, skip: int, scratch: Path) -> str:
    """Write the `read_csv` of a file, with names of our own for its columns, so that none of its names reaches SQL."""
    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(cut.width))
    return (
        f"read_csv({literal(plain(cut.path, scratch))}, auto_detect=false, header=true, skip={skip}, "
        f"delim={literal(cut.delimiter)}, quote='\"', escape='\"', nullstr='', columns={{{columns}}}, "
        f"store_rejects=true, rejects_limit=0, rejects_table='{cut.rejects}', rejects_scan='{cut.rejects}_scan', "
        f"compression='none', hive_partitioning=false, max_line_size={2 * text.LONGEST_LINE})"
    )


def plain(path: Path, scratch: Path) -> str:
    """Give a path without the marks that DuckDB reads as a pattern: such a file gets a link under `scratch`."""
    if not set(str(path)) & set("*?[]{}"):
        return str(path)
    link = scratch / f"link_{next(_numbers)}{path.suffix}"
    link.symlink_to(path)
    return str(link)


def header_of(path: Path, delimiter: str, skip: int) -> tuple[list[str], int, int]:
    """Read the header: its names, the number of lines above it, and the line on which it ends."""
    with path.open(encoding="utf-8-sig", newline="") as handle:
        above = 0
        for line in handle:
            above += 1
            if above > skip and line.strip():
                break
        else:
            return [], above, above
        standard.field_size_limit(2 * text.LONGEST_LINE)
        reader = standard.reader(chain([line], handle), delimiter=delimiter)
        names = [name.strip() for name in next(reader)]
        return names, above - 1, above - 1 + reader.line_num


def _delimiter(file: Found, path: Path, format: Format, needed: Collection[str]) -> str:
    """Use the declared delimiter, or the one that finds the most of the needed columns, then the most columns."""

    def finds(mark: str) -> tuple[int, int]:
        header = header_of(path, mark, format.skip)[0]
        return len(set(header) & set(needed)), len(header)

    best = max(DELIMITERS, key=finds)
    if format.delimiter is None:
        return best
    if finds(format.delimiter)[0] < finds(best)[0] or (
        finds(format.delimiter)[1] == 1 < finds(best)[1]
    ):
        way_out = (
            f'It is separated by {_NAMES[best]}: write `format: {{delimiter: "{best}"}}`.'.replace(
                "\t", "tab"
            )
        )
        raise unreadable(
            "F104",
            file.name,
            "the declared delimiter does not separate the columns",
            way_out,
            got=format.delimiter,
            line=1,
        )
    return format.delimiter


def _check(file: Found, header: list[str], line: int) -> None:
    if not any(header):
        raise unreadable("F102", file.name, "the file is empty")
    if len(header) > MOST_COLUMNS:
        raise unreadable("F111", file.name, f"more than {MOST_COLUMNS} columns", line=line)
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise unreadable(
            "F108",
            file.name,
            "a header that names a column twice:",
            "Rename one of them.",
            got=", ".join(twice),
            line=line,
        )


def recut(opened: Opened, scratch: Path) -> tuple[Opened, Recut]:
    """Open a clean copy of a CSV file whose quotes are broken."""
    assert opened.csv, "only CSV is cut into records"
    copy = csv_repair.recut(opened.csv, opened.csv.width, scratch)
    cut = replace(opened.csv, path=copy.path, rejects=f"rejects_{next(_numbers)}")
    return replace(opened, relation=relation(cut, 0, scratch), csv=cut), copy
