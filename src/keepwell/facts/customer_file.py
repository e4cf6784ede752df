"""This file reads a file of customers, one row each or several, without a mapping: each column becomes numbers, dates or categories by what it holds."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import numpy as np
import pyarrow

from keepwell.facts import duckdb_session, sandbox
from keepwell.facts.duckdb_session import quoted
from keepwell.facts.mapping import profiling
from keepwell.facts.mapping.type_inference import InferredType, infer
from keepwell.facts.readers import csv, opener
from keepwell.facts.readers.folder import InputFile
from keepwell.facts.readers.format import Format
from keepwell.facts.readers.open_file import BadRecord, OpenFile
from keepwell.facts.readers.unreadable import Unreadable, unreadable
from keepwell.health.judge.customer_table import Column
from keepwell.health.judge.rows import Codes
from keepwell.health.scoring.arrays import Flags, Numbers

MOST_ROWS = 2_000_000
SAMPLE = 2_000  # distinct values that a column's type is inferred from
MOST_UNREAD = 0.1  # of the distinct values, and of the cells: above that a column is text
# What programs write for a cell without a value. In a column of text the first could be a category:
# NA is Namibia and North America.
NO_NUMBER = frozenset(["na", "n/a", "none", "-", "--", "?", ".", "nil"])
NO_VALUE = frozenset(["nan", "null", "<na>", "#n/a", "(null)", "nat"])
_SIGNS = re.compile(r"^([+-]?)[$€£¥]\s*|\s*[%€$£¥]$")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")


@dataclass(frozen=True)
class CustomerFile:
    """The columns of a file, its number of rows, and the records that could not be split into cells."""

    name: str
    columns: tuple[Column, ...]
    rows: int
    broken: tuple[BadRecord, ...]


def read(path: Path, sheet: str | None = None) -> CustomerFile:
    """Read a file of any kind that imports take; raises `Unreadable`.

    The file is opened in a DuckDB that can open nothing else.
    """
    if not path.exists():
        raise unreadable("F101", str(path), "no such file")
    if path.is_dir():
        raise unreadable("F101", str(path), "is a folder", "Name a file in it.")
    file = InputFile(path.name, path.resolve())
    with tempfile.TemporaryDirectory(prefix="keepwell-") as folder:
        scratch = Path(folder)
        con = duckdb_session.connect(scratch)
        try:
            sandbox.restrict(con, [file.path, scratch])
            return _read(con, file, scratch, sheet)
        finally:
            con.close()


def _read(
    con: duckdb.DuckDBPyConnection, file: InputFile, scratch: Path, sheet: str | None
) -> CustomerFile:
    format = profiling.profile(con, file, scratch).format if sheet is None else Format(sheet=sheet)
    opened = opener.open_file(con, file, format, (), scratch)
    rows, broken = _load(con, opened, scratch)
    if rows > MOST_ROWS:
        what = f"has {rows:,} rows; the limit is {MOST_ROWS:,}"
        raise unreadable("F115", file.name, what, "Export a part of the customers.")
    columns = tuple(
        column(name, con.execute(f"SELECT c{nth} FROM customers").to_arrow_table().column(0))
        for nth, name in enumerate(opened.columns)
    )
    return CustomerFile(file.name, columns, rows, tuple(broken))


def _load(
    con: duckdb.DuckDBPyConnection, opened: OpenFile, scratch: Path
) -> tuple[int, list[BadRecord]]:
    """Read all cells as text into a table; a CSV file with records that cannot be split is repaired first."""
    broken: list[BadRecord] = []
    try:
        rows = _copy(con, opened)
        has_rejects = (
            opened.csv
            and con.execute(f"SELECT count(*) FROM {quoted(opened.csv.rejects)}").fetchall()[0][0]
        )
    except duckdb.Error as error:
        if not opened.csv:
            what = f"cannot be read: {str(error).splitlines()[0]}"
            raise unreadable("F110", opened.file.name, what) from None
        has_rejects = True
    if has_rejects:
        clean, repaired = csv.repair(opened, scratch)
        broken = repaired.broken
        try:
            rows = _copy(con, clean)
        except duckdb.Error:
            rows = -1
        if rows != repaired.rows:
            what, way_out = "its quotes are ambiguous", "Export it with all text values in quotes."
            raise unreadable("F112", opened.file.name, what, way_out)
    if not rows:
        raise unreadable("F103", opened.file.name, "has a header but no rows")
    return rows, broken


def _copy(con: duckdb.DuckDBPyConnection, opened: OpenFile) -> int:
    cells = ", ".join(
        f"trim(CAST({sql} AS VARCHAR)) AS c{nth}" for nth, sql in enumerate(opened.columns.values())
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE customers AS SELECT {cells} FROM {opened.relation}")
    return int(con.execute("SELECT count(*) FROM customers").fetchall()[0][0])


def column(name: str, cells: pyarrow.ChunkedArray) -> Column:
    """Make a column of cells of text, by what most of them are.

    >>> column("seats", pyarrow.chunked_array([["3", "12", "", None]])).texts()
    ['3', '12']
    """
    encoded = cells.combine_chunks().dictionary_encode()
    texts = [text or "" for text in encoded.dictionary.to_pylist()]
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    counts = np.bincount(codes[codes >= 0], minlength=len(texts))
    is_value = np.array([bool(t) and t.lower() not in NO_VALUE for t in texts], dtype=np.bool_)
    candidates = [
        text
        for text, has in zip(texts, is_value, strict=True)
        if has and text.lower() not in NO_NUMBER
    ]
    type_ = _type(candidates)
    if type_ is not None:
        parsed = np.array(
            [
                _parse(text, type_) if has else np.nan
                for text, has in zip(texts, is_value, strict=True)
            ],
            dtype=np.float64,
        )
        is_odd = np.isnan(parsed) & is_value & [text.lower() not in NO_NUMBER for text in texts]
        most = MOST_UNREAD * np.array([is_value.sum(), counts[is_value].sum()])
        if is_odd.sum() <= most[0] and counts[is_odd].sum() <= most[1]:
            return _of_numbers(name, texts, codes, parsed, is_odd, is_date=type_.kind == "date")
    return _of_labels(name, texts, codes, is_value)


def _of_numbers(
    name: str,
    texts: list[str],
    codes: Codes,
    parsed: Numbers,
    is_odd: Flags,
    *,
    is_date: bool,
) -> Column:
    is_number = ~np.isnan(parsed)
    numbers = np.unique(parsed[is_number])
    places = np.where(is_number, np.searchsorted(numbers, np.nan_to_num(parsed)), -1)
    odd = np.flatnonzero(is_odd)
    return Column(
        name,
        _placed(codes, places),
        numbers=numbers,
        is_date=is_date,
        unread=int(np.isin(codes, odd).sum()) if len(odd) else 0,
        example=texts[odd[0]] if len(odd) else "",
    )


def _of_labels(name: str, texts: list[str], codes: Codes, is_value: Flags) -> Column:
    labels = sorted({text for text, has in zip(texts, is_value, strict=True) if has})
    place = {label: nth for nth, label in enumerate(labels)}
    places = np.array([place.get(text, -1) for text in texts], dtype=np.int64)
    return Column(name, _placed(codes, places), labels=tuple(labels))


def _placed(codes: Codes, places: Codes) -> Codes:
    if not len(places):
        return codes
    return np.where(codes < 0, -1, places[np.maximum(codes, 0)]).astype(np.int64)


def _type(texts: list[str]) -> InferredType | None:
    """Infer numbers, with money and percent signs taken off if need be, or dates; none for categories."""
    if not texts:
        return None
    sample = texts[:: max(1, len(texts) // SAMPLE)]
    if {text.strip() for text in sample} <= {"0", "1"}:
        return InferredType("number")
    for tried in (sample, [_SIGNS.sub(r"\1", text) for text in sample]):
        found = infer(tried)
        if found.kind in ("number", "date"):
            return found
        if found.kind == "flag":
            return None
    return None


def _parse(text: str, type_: InferredType) -> float:
    """Read a number, or the days from 1970 to a date; not-a-number where it is neither."""
    if type_.kind == "date":
        return _days(text, type_.dates)
    plain = _SIGNS.sub(r"\1", text)
    if type_.thousands:
        plain = plain.replace(type_.thousands, "")
    if type_.decimal != ".":
        plain = plain.replace(type_.decimal, ".")
    if not _NUMBER.fullmatch(plain):
        return np.nan
    number = float(plain)
    return number if np.isfinite(number) else np.nan


def _days(text: str, formats: tuple[str, ...]) -> float:
    try:
        if formats in (("unix",), ("unix_ms",)):
            return int(text) / (1000 if formats == ("unix_ms",) else 1) / 86_400
        at = None
        for format in formats:
            try:
                at = datetime.strptime(text, format).replace(tzinfo=UTC)
                break
            except ValueError:
                continue
        if at is None:
            at = datetime.fromisoformat(text.replace("/", "-").replace(" UTC", "+00:00"))
        return at.replace(tzinfo=at.tzinfo or UTC).timestamp() / 86_400
    except (ValueError, OverflowError):
        return np.nan


__all__ = ["CustomerFile", "Unreadable", "column", "read"]
