"""This file tests that every kind of workbook is measured before it is opened, whatever its file is called."""

from __future__ import annotations

import io
import struct
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from keepwell.facts.readers import Unreadable, extents
from keepwell.facts.readers.extents import xlsx
from keepwell.facts.readers.limits import LIMITS
from tests.facts.harness import readings, stage, write
from tests.facts.test_limits import FAR, HEADER, ROW, opened
from tests.facts.workbooks import NUMBERS_IN_A_ROW, binary, moved, old_excel


def test_an_old_excel_file_is_read(tmp_path: Path) -> None:
    old_excel(tmp_path / "r.xls", [HEADER, ROW, ["2", "A-9", *ROW[2:]], ["3", "A-2", "2026-01-02", "y", 1.5]])  # fmt: skip
    done = stage(tmp_path, readings("r.xls"))
    assert done.rows("id, value") == [("1", 1), ("3", 1.5)]
    assert done.rejected("line, reason") == [(3, "unknown_account")]


@pytest.mark.parametrize("sheets", [1, 2])
def test_one_stray_cell_of_an_old_excel_file_is_named_on_whichever_sheet(
    tmp_path: Path, sheets: int
) -> None:
    rows: list[list[object]] = [[*HEADER], [*ROW, 0.12345]]
    path = old_excel(tmp_path / "r.xls", *([[*HEADER], [*ROW]] for _ in range(sheets - 1)), rows)
    assert opened(path) == ""
    assert opened(moved(path, 0.12345, 65_535, 16_383)) == f"r.xls: {FAR.format('XFD65536')}"


def test_numbers_written_together_reach_as_far_as_the_last(tmp_path: Path) -> None:
    rows: list[list[object]] = [[*HEADER], [1, 2, 3, 4, 5]]
    path = old_excel(tmp_path / "r.xls", rows)
    content = path.read_bytes()
    at = content.index(struct.pack("<HHHH", NUMBERS_IN_A_ROW, 36, 1, 0))
    last = struct.pack("<H", 4)
    assert content[at + 38 : at + 40] == last
    path.write_bytes(content[: at + 38] + struct.pack("<H", 16_383) + content[at + 40 :])
    with pytest.raises(Unreadable, match="reaches to `XFD2`"):
        extents.check(path, "r.xls", None, LIMITS)


def test_the_cells_of_an_old_excel_file_count_by_sheet(tmp_path: Path) -> None:
    wide, long = [["x"] * 100], [["x"]] * 1_000
    path = old_excel(tmp_path / "r.xls", wide, long)  # together they would be 100,000 cells
    extents.check(path, "r.xls", None, replace(LIMITS, cells=1_000))
    with pytest.raises(Unreadable, match="reaches to `A1000`"):
        extents.check(path, "r.xls", None, replace(LIMITS, cells=999))


def table(rows: int = 1) -> list[tuple[int, int, str]]:
    lines = [HEADER, *([f"{n}", *ROW[1:]] for n in range(rows))]
    return [
        (line, column, text) for line, row in enumerate(lines) for column, text in enumerate(row)
    ]


def test_a_binary_workbook_is_read(tmp_path: Path) -> None:
    binary(tmp_path / "r.xlsb", table(20_000))  # more than is unpacked at once
    assert len(stage(tmp_path, readings("r.xlsb")).rows("id")) == 20_000


def test_one_stray_cell_of_a_binary_workbook_is_named(tmp_path: Path) -> None:
    path = binary(tmp_path / "r.xlsb", [*table(20_000), (1_048_575, 16_383, "x")])
    assert opened(path) == f"r.xlsb: {FAR.format('XFD1048576')}"


def test_only_the_sheet_that_is_read_is_measured_and_of_it_only_filled_cells(
    tmp_path: Path,
) -> None:
    far = [(1_048_575, 16_383, "x")]
    path = binary(tmp_path / "r.xlsb", table(), far)
    extents.check(path, "r.xlsb", None, LIMITS)
    with pytest.raises(Unreadable, match="reaches to `XFD1048576`"):
        extents.check(path, "r.xlsb", "S2", LIMITS)
    assert opened(binary(path, table(), blank=True)) == ""


def test_a_record_that_never_ends_is_damage_and_not_held_in_memory(tmp_path: Path) -> None:
    path = binary(tmp_path / "r.xlsb", table())
    with zipfile.ZipFile(path) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    parts["xl/worksheets/sheet1.bin"] += b"\x06\xff\xff\xff\x7f" + bytes(18_000_000)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    assert opened(path) == "r.xlsb: the spreadsheet is damaged."


def test_what_a_workbook_is_its_content_says(tmp_path: Path) -> None:
    rows: list[list[object]] = [[*HEADER], [*ROW, 0.12345]]
    path = moved(old_excel(tmp_path / "r.xls", rows), 0.12345, 65_535, 16_383)
    other = write(tmp_path, path.read_bytes(), "r.XLSX")
    assert opened(other) == f"r.XLSX: {FAR.format('XFD65536')}"
    path = binary(tmp_path / "r.xlsb", [*table(), (1_048_575, 16_383, "x")])
    other = write(tmp_path, path.read_bytes(), "r.XLS")
    assert opened(other) == f"r.XLS: {FAR.format('XFD1048576')}"


@pytest.mark.parametrize(
    ("cells", "is_usual"),
    [
        ('<c r="B7"><v>1</v></c><c r="C7" t="s"><v>1</v></c>', True),
        ('<cols><col min="1"/></cols><c r="B7"/>', True),
        ('<c r="B7"><is><t>1:cm and 2:b </t></is></c>', True),
        ('<c r="BB77777"/><c r="A1"/>', True),
        ('<c  r="B7"><v>1</v></c>', False),
        ('<c t="s" r="B7"><v>1</v></c>', False),
        ("<c><v>1</v></c>", False),
        ("<c\nr='B7'><v>1</v></c>", False),
        ('<c r="b7"/>', False),
        ('<c r="7"/>', False),
        ('<c r="B"/>', False),
        ('<c r="B7B"/>', False),
        ('<c r="&#66;7"/>', False),
        ('<c r="B77777777777777"/>', False),
        ('<c r="BBBBBBBBBBBBBBBBBBBB7"/>', False),
        ("<c/>", False),
        ('<x:c r="B7"/>', False),
        ("<!-- <c r= -->", False),
        ("\0", False),
    ],
)
def test_a_glance_judges_only_cells_as_programs_write_them(cells: str, is_usual: bool) -> None:
    text = f'<?xml version="1.0" encoding="UTF-8"?><worksheet><row r="7">{cells}</row></worksheet>'
    for size in (len(text), 50, 64):
        glance = xlsx.Glance("")
        for start in range(0, len(text), size):
            glance.feed(text[start : start + size].encode())
        assert glance.is_small(LIMITS) == is_usual, size


def test_a_glance_sees_the_furthest_row_and_column(tmp_path: Path) -> None:
    glance = xlsx.Glance("")
    glance.feed(b'<worksheet><c r="A1"/><c r="AB12"/><c r="C345"/></worksheet>')
    assert (glance.extent.columns, glance.extent.rows) == (28, 345)
    few = replace(LIMITS, cells=28 * 345 - 1)
    assert glance.is_small(LIMITS)
    assert not glance.is_small(few)


def test_a_damaged_old_excel_file_is_reported(tmp_path: Path) -> None:
    whole = old_excel(tmp_path / "r.xls", [[*HEADER], [*ROW]]).read_bytes()
    for end in (600, 1_500, len(whole) // 2):
        assert "damaged" in (found := opened(write(tmp_path, whole[:end], "r.xls"))) or (
            "not a valid spreadsheet" in found
        ), found
    assert "not a valid spreadsheet" in opened(write(tmp_path, b"<table><tr><td>1", "r.xls"))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("xl/workbook.bin", b"\x9c\x01\xff")
    assert "not a valid spreadsheet" in opened(write(tmp_path, out.getvalue(), "r.xlsb"))
