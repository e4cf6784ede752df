"""This file tests how a file of customers is read without a mapping: what its columns are, what is missing, and what cannot be read."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import numpy as np
import openpyxl
import pyarrow
import pytest
from pyarrow import parquet

from keepwell.facts import customer_file
from keepwell.facts.readers.unreadable import Unreadable
from keepwell.health.judge.customer_table import Column


def column(*cells: str | None) -> Column:
    return customer_file.column("x", pyarrow.chunked_array([list(cells)], pyarrow.string()))


def cells(found: Column) -> list[object]:
    """Every cell: its number, its word, or None."""
    values = found.labels if found.numbers is None else found.numbers.tolist()
    return [None if code < 0 else values[code] for code in found.codes]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (["3", "12", "-4.5", "1e3"], [3, 12, -4.5, 1000]),
        (["1,234.50", "7", "12,000"], [1234.5, 7, 12000]),
        (["1.234,5", "7,25"], [1234.5, 7.25]),
        (["$1,200", "$15.50", "-$3"], [1200, 15.5, -3]),
        (["45 %", "7%"], [45, 7]),
        (["0", "1", "0"], [0, 1, 0]),
        (["5", "", None, "NA", "7", "nan", "?"], [5, None, None, None, 7, None, None]),
    ],
)
def test_numbers_are_read_as_exports_write_them(
    written: list[str | None], expected: list[float | None]
) -> None:
    found = column(*written)
    assert cells(found) == expected
    assert not found.is_date
    assert found.unread == 0


def test_a_few_cells_that_are_no_numbers_are_missing_and_counted() -> None:
    found = column(*(str(each) for each in range(40)), "ten", "about 5", "ten")
    assert cells(found)[-3:] == [None, None, None]
    assert (found.unread, found.example) == (3, "ten")
    many = column("1", "2", "3+", "1", "2")
    assert cells(many) == ["1", "2", "3+", "1", "2"]


def test_words_are_categories_and_only_an_empty_cell_or_a_null_is_missing() -> None:
    found = column("EU", "NA", "", None, "None", "null", "EU")
    assert cells(found) == ["EU", "NA", None, None, "None", None, "EU"]
    assert cells(column("yes", "no", "yes")) == ["yes", "no", "yes"]


@pytest.mark.parametrize(
    "written",
    [["2026-11-01", "2026-11-03"], ["01.11.2026", "03.11.2026"], ["11/01/2026", "11/13/2026"]],
)
def test_dates_are_days_in_order(written: list[str]) -> None:
    found = column(*written)
    assert found.is_date
    assert found.numbers is not None
    assert found.numbers[0] == (date(2026, 11, 1) - date(1970, 1, 1)).days


def test_a_csv_file_with_semicolons_and_decimal_commas(tmp_path: Path) -> None:
    path = tmp_path / "kunden.csv"
    path.write_bytes("Kunde;Umsatz;Größe\nA;1.234,5;klein\nB;7,25;groß\n".encode("cp1252"))
    found = customer_file.read(path)
    assert [each.name for each in found.columns] == ["Kunde", "Umsatz", "Größe"]
    assert cells(found.columns[1]) == [1234.5, 7.25]
    assert cells(found.columns[2]) == ["klein", "groß"]


def test_excel_and_parquet_hold_the_same(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    rows = [("A", 3, 1.5, datetime(2026, 1, 2), True), ("B", None, 2, datetime(2026, 1, 3), False)]
    for row in [("id", "seats", "use", "since", "left"), *rows]:
        sheet.append(row)
    book.save(tmp_path / "c.xlsx")
    table = pyarrow.table(
        {
            "id": ["A", "B"],
            "seats": [3, None],
            "use": [1.5, 2.0],
            "since": [datetime(2026, 1, 2), datetime(2026, 1, 3)],
            "left": [True, False],
        }
    )
    parquet.write_table(table, tmp_path / "c.parquet")
    excel, other = (customer_file.read(tmp_path / f"c.{ending}") for ending in ("xlsx", "parquet"))
    for one, two in zip(excel.columns, other.columns, strict=True):
        assert one.name == two.name
        assert [str(each).lower() for each in cells(one)] == [
            str(each).lower() for each in cells(two)
        ]
    assert excel.columns[3].is_date


def test_records_that_cannot_be_split_are_left_out_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("id,x\na,1\nb,2,3\nc,4\n")
    found = customer_file.read(path)
    assert (found.rows, [each.line for each in found.broken]) == (2, [3])
    assert cells(found.columns[1]) == [1, 4]


def test_a_name_with_signs_that_mean_something_to_others_is_a_name(tmp_path: Path) -> None:
    path = tmp_path / "we[i]rd *'; DROP TABLE x; $(rm) ?.csv"
    path.write_text('=cmd|\'x\'!A1,"a""b"\n1,2\n3,4\n')
    (tmp_path / "weird.csv").write_text("secret\n1\n")
    found = customer_file.read(path)
    assert [each.name for each in found.columns] == ["=cmd|'x'!A1", 'a"b']
    assert np.array_equal(found.columns[1].numbers, [2, 4])


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("c.csv", b"", "F102"),
        ("c.csv", b"id,x\n", "F103"),
        ("c.csv", b"id,id\n1,2\n", "F108"),
        ("c.doc", b"id,x\n1,2\n", "F113"),
        ("c.parquet", b"no parquet", "F110"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(Unreadable) as raised:
        customer_file.read(path)
    assert raised.value.faults[0].code == code


def test_a_folder_or_nothing_is_no_file(tmp_path: Path) -> None:
    for path, what in ((tmp_path, "is a folder"), (tmp_path / "no.csv", "no such file")):
        with pytest.raises(Unreadable, match=what):
            customer_file.read(path)
