"""This file tests that no file, however it is made, takes more than the limits: each is rejected in one sentence."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from keepwell.facts import duckdb_session
from keepwell.facts.readers import Format, Unreadable, json, opener
from keepwell.facts.readers.folder import InputFile
from keepwell.facts.readers.limits import LIMITS, Limits
from tests.drills import upload_files
from tests.facts.harness import readings, stage, write

HEADER = ["id", "account", "at", "name", "value"]
ROW = ["1", "A-1", "2026-01-01", "x", "1"]
FAR = (
    "larger than 2,000 columns or 20,000,000 cells: the sheet reaches to `{}`. Clear what is far from the table "
    "(Ctrl+End goes there), or export the sheet as CSV."
)


def opened(path: Path, limits: Limits = LIMITS) -> str:
    """Open one file; what is wrong with it, or nothing."""
    con = duckdb_session.connect(None)
    try:
        opener.open_file(con, InputFile(path.name, path), Format(), ("id",), path.parent, limits)
    except Unreadable as error:
        return str(error)
    return ""


def workbook(path: Path, cells: dict[str, Any]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(HEADER)
    sheet.append(ROW)
    for place, value in cells.items():
        sheet[place] = value
    book.save(path)
    return path


@pytest.mark.parametrize("stray", ["XFD1048576", "BX1048576", "XFD2"])
def test_one_stray_cell_far_away_is_named(tmp_path: Path, stray: str) -> None:
    path = workbook(tmp_path / "r.xlsx", {stray: "x"})
    assert opened(path) == f"r.xlsx: {FAR.format(stray)}"


@pytest.mark.parametrize("prefix", ["x:", ""])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_stray_cell_is_seen_however_the_sheet_is_written(
    tmp_path: Path, prefix: str, encoding: str
) -> None:
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?><{prefix}worksheet xmlns{":x" if prefix else ""}="m">'
        f'<{prefix}dimension ref="A1:E2"/><{prefix}row\n r="9"><{prefix}c\n r = "&#88;FD1048576"><{prefix}v>1</{prefix}v>'
        f"</{prefix}c></{prefix}row></{prefix}worksheet>"
    )
    content = upload_files.repacked({upload_files.SHEET: text.encode(encoding)})
    assert opened(write(tmp_path, content, "r.xlsx")) == f"r.xlsx: {FAR.format('XFD1048576')}"


@pytest.mark.parametrize("row", ["99999999", "99999999999", "9" * 5_000])
def test_a_row_that_no_sheet_has_is_reported(tmp_path: Path, row: str) -> None:
    far = f'<row r="2"><c r="A{row}"><v>1</v></c></row>'
    path = write(tmp_path, upload_files.repacked(upload_files.sheet(far)), "r.xlsx")
    assert "the sheet reaches to" in (found := opened(path)) or "is damaged" in found


def test_blank_cells_with_a_format_do_not_count(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(HEADER)
    sheet.append(ROW)
    sheet["XFD1048576"].number_format = "0.00"
    book.save(tmp_path / "r.xlsx")
    assert stage(tmp_path, readings("r.xlsx")).received == 1


def test_a_table_that_begins_in_the_middle_of_a_sheet_keeps_its_lines(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for line, row in ((5, HEADER), (6, ROW), (8, ["2", "A-9", *ROW[2:]])):
        for column, value in enumerate(row, 3):
            sheet.cell(line, column, value)
    book.save(tmp_path / "r.xlsx")
    done = stage(tmp_path, readings("r.xlsx"))
    assert (done.rows("id, line"), done.rejected("line")) == ([("1", 6)], [(8,)])


def test_cells_keep_their_line_breaks_quotes_and_commas(tmp_path: Path) -> None:
    words = 'a "b", c;\nd\te'
    workbook(tmp_path / "r.xlsx", {"D2": words})
    assert stage(tmp_path, readings("r.xlsx")).rows("name") == [(words,)]


def test_a_repeated_cell_counts_as_often_as_it_is_repeated(tmp_path: Path) -> None:
    cell = '<t:table-cell table:number-columns-repeated="{}" office:value-type="float"/>'
    for columns, rows, is_far in ((5_000, 1, True), (1_000, 1_000_000, True), (5, 2, False)):
        text = (
            '<d xmlns:t="t" xmlns:table="t" xmlns:office="o"><t:table table:name="S">'
            f'<t:table-row table:number-rows-repeated="{rows}">{cell.format(columns)}</t:table-row>'
            '<t:table-row table:number-rows-repeated="1048000"><t:table-cell table:number-columns-repeated="16384"/>'
            "</t:table-row></t:table></d>"
        )
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
            archive.writestr("content.xml", text)
        found = opened(write(tmp_path, out.getvalue(), "r.ods"))
        assert ("the sheet reaches to" in found) == is_far, found


def test_a_sheet_that_takes_too_much_memory_or_time_is_rejected(tmp_path: Path) -> None:
    texts = f"<sst><si><t>{'x' * 30_000}</t></si></sst>".encode()
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(2, 20_000))
    parts = {"xl/sharedStrings.xml": texts, **upload_files.sheet(rows)}
    path = write(tmp_path, upload_files.repacked(parts), "r.xlsx")
    found = opened(path, replace(LIMITS, memory_bytes=300_000_000))
    assert (
        found == "r.xlsx: damaged, or needs more than 0.3 GB of memory to read. Export it as CSV."
    )
    assert opened(path, replace(LIMITS, seconds=0)).startswith("r.xlsx: takes more than 0 seconds")


def test_nothing_in_the_current_folder_is_run_when_a_sheet_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = workbook(tmp_path / "r.xlsx", {})
    write(tmp_path, "raise SystemExit('an export was run')", "zipfile.py")
    monkeypatch.chdir(tmp_path)
    assert opened(path) == ""


def test_a_parquet_file_is_measured_by_its_footer(tmp_path: Path) -> None:
    path = tmp_path / "r.parquet"
    pq.write_table(pa.table({f"c{n}": [1] for n in range(2_001)}), path)
    assert opened(path) == "r.parquet: has more than 2000 columns. Export fewer columns."
    pq.write_table(pa.table({"id": pa.nulls(3_000_000, pa.string())}), path)
    assert "rows in every byte: `3,000,000`" in opened(path)
    path.write_bytes(path.read_bytes()[:-8] + b"\xff\xff\xff\x7fPAR1")
    assert "its list of columns is larger than" in opened(path)


def test_a_text_kept_once_for_many_rows_counts_for_each(tmp_path: Path) -> None:
    path = tmp_path / "r.parquet"
    for length, told in ((2_000_000, "a value has more than"), (900_000, "more than 100 times")):
        texts = pa.DictionaryArray.from_arrays(pa.array([0] * 1_000, pa.int32()), ["x" * length])
        pq.write_table(pa.table({"id": texts}), path)
        assert told in opened(path)


def test_limits_are_data(tmp_path: Path) -> None:
    few = replace(LIMITS, columns=3)
    assert "more than 3 columns" in opened(write(tmp_path, "id,b,c,d\n1,2,3,4\n", "r.csv"), few)
    assert "the sheet reaches to `E2`" in opened(
        workbook(tmp_path / "r.xlsx", {}), replace(LIMITS, cells=9)
    )
    assert "unpacks to more than 0 MB" in opened(
        tmp_path / "r.xlsx", replace(LIMITS, unpacked_bytes=9)
    )


def test_an_array_on_one_line_is_not_held_in_memory_to_see_how_it_begins(tmp_path: Path) -> None:
    path = write(tmp_path, "  [" + '{"id": 1},' * 4_000_000 + '{"id": 2}]', "r.json")
    tracemalloc.start()
    try:
        assert json._shape(path) == "array"
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_a_number_of_ten_thousand_digits_rejects_its_row_and_no_other(tmp_path: Path) -> None:
    row = '{{"id": "{}", "account": "A-1", "at": "2026-01-01", "name": "x", "value": {}}}'
    write(tmp_path, row.format(1, 1) + "\n" + row.format(2, "9" * 10_000), "r.ndjson")
    done = stage(tmp_path, readings("r.ndjson"))
    assert (done.received, done.rows("id"), len(done.rejected())) == (2, [("1",)], 1)
