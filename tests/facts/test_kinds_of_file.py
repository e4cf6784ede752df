"""This file tests that Excel, JSON, Parquet and folders of files give the same rows as CSV."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from keepwell.facts.readers import Unreadable
from tests.facts.harness import Staged, readings, stage, write

ROWS: list[dict[str, Any]] = [
    {"id": 1, "account": "A-1", "at": datetime(2026, 1, 31, 14, 5), "name": "x", "value": 1.5},
    {"id": 2, "account": "A-2", "at": datetime(2026, 2, 1), "name": "Müller", "value": 2},
    {"id": 3, "account": "A-9", "at": datetime(2026, 2, 2), "name": "y", "value": 3},
]
ACCEPTED = [
    ("1", "A-1", datetime(2026, 1, 31, 14, 5), date(2026, 1, 31), "x", Decimal("1.5")),
    ("2", "A-2", datetime(2026, 2, 1), date(2026, 2, 1), "Müller", Decimal(2)),
]


def as_csv(path: Path) -> None:
    lines = [",".join(map(str, ROWS[0]))] + [",".join(map(str, row.values())) for row in ROWS]
    write(path.parent, "\n".join(lines), path.name)


def as_excel(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(ROWS[0]))
    for row in ROWS:
        sheet.append(list(row.values()))
    book.save(path)


def as_json(path: Path) -> None:
    write(path.parent, json.dumps(ROWS, default=str, indent=1, ensure_ascii=False), path.name)


def as_ndjson(path: Path) -> None:
    write(path.parent, "\n".join(json.dumps(row, default=str) for row in ROWS), path.name)


def as_parquet(path: Path) -> None:
    as_csv(path.with_suffix(".csv"))
    source = path.with_suffix(".csv")
    duckdb.sql(f"COPY (FROM read_csv('{source}')) TO '{path}'")
    source.unlink()


WRITERS = {
    "r.csv": as_csv,
    "r.xlsx": as_excel,
    "r.json": as_json,
    "r.ndjson": as_ndjson,
    "r.jsonl": as_ndjson,
    "r.parquet": as_parquet,
}


@pytest.mark.parametrize("name", WRITERS)
def test_every_kind_of_file_gives_the_same_rows(tmp_path: Path, name: str) -> None:
    WRITERS[name](tmp_path / name)
    done = stage(tmp_path, readings(name))
    assert done.rows('id, account_id, "at", "on", name, value') == ACCEPTED
    assert done.rejected("field, reason, found") == [("account_id", "unknown_account", "A-9")]


@pytest.mark.parametrize(
    ("name", "line"),
    [("r.csv", 4), ("r.xlsx", 4), ("r.ndjson", 3), ("r.json", 3), ("r.parquet", 3)],
)
def test_a_line_is_the_row_of_the_sheet_the_line_of_the_text_or_the_number_of_the_row(
    tmp_path: Path, name: str, line: int
) -> None:
    WRITERS[name](tmp_path / name)
    assert stage(tmp_path, readings(name)).rejected("line") == [(line,)]


def test_a_folder_of_files_fills_one_table(tmp_path: Path) -> None:
    for month, row in enumerate(ROWS[:2], 1):
        write(
            tmp_path, ",".join(row) + "\n" + ",".join(map(str, row.values())), f"2026/m-{month}.csv"
        )
    write(tmp_path, "other\n1\n", "2026/other.csv")
    done = stage(tmp_path, readings("2026/m-*.csv"))
    assert done.rows("file, id") == [("2026/m-1.csv", "1"), ("2026/m-2.csv", "2")]
    assert [source.file for source in done.stage.sources] == ["2026/m-1.csv", "2026/m-2.csv"]
    assert stage(tmp_path, readings("m-?.csv")).received == 2, (
        "a pattern without a folder means files of any folder"
    )


def sheet(path: Path, rows: list[list[Any]], title: str = "Sheet", second: str = "") -> None:
    book = openpyxl.Workbook()
    active = book.active
    assert active is not None
    active.title = title
    for row in rows:
        active.append(row)
    if second:
        book.create_sheet(second).append(["nothing"])
    book.save(path)


HEADER = ["id", "account", "at", "name", "value"]


def test_the_sheet_is_named_or_the_first(tmp_path: Path) -> None:
    sheet(
        tmp_path / "r.xlsx", [HEADER, [1, "A-1", date(2026, 1, 1), "x", 1]], "Facts", second="Notes"
    )
    assert stage(tmp_path, readings("r.xlsx", format="{sheet: Facts}")).received == 1
    with pytest.raises(Unreadable, match=r"there is no sheet `Fact`. Did you mean `Facts`"):
        stage(tmp_path, readings("r.xlsx", format="{sheet: Fact}"))


def test_lines_above_the_header_and_blank_rows_are_skipped(tmp_path: Path) -> None:
    rows = [
        ["Report of June"],
        [],
        HEADER,
        [],
        [1, "A-1", date(2026, 1, 1), "x", 1],
        [],
        [2, "A-9", date(2026, 1, 1), "x", 1],
    ]
    sheet(tmp_path / "r.xlsx", rows)
    done = stage(tmp_path, readings("r.xlsx", format="{skip: 1}"))
    assert (done.rows("line"), done.rejected("line")) == ([(5,)], [(7,)])
    write(
        tmp_path,
        "Report of June\n\nid,account,at,name,value\n\n1,A-1,2026-01-01,x,1\n\n2,A-9,2026-01-01,x,1\n",
    )
    done = stage(tmp_path, readings(format="{skip: 1}"))
    assert (done.rows("line"), done.rejected("line")) == ([(5,)], [(7,)])


def test_a_date_cell_is_a_date_whatever_the_format_of_written_ones(tmp_path: Path) -> None:
    rows = [HEADER, [1, "A-1", date(2026, 2, 1), "x", 1], [2, "A-1", "03.02.2026", "x", 1]]
    sheet(tmp_path / "r.xlsx", rows)
    done = stage(tmp_path, readings("r.xlsx", at="{column: at, date: '%d.%m.%Y'}"))
    assert done.rows('"on"') == [(date(2026, 2, 1),), (date(2026, 2, 3),)]


def test_a_number_cell_is_a_number_also_under_a_decimal_comma(tmp_path: Path) -> None:
    sheet(
        tmp_path / "r.xlsx",
        [
            HEADER,
            [1, "A-1", date(2026, 2, 1), "x", 1234.5],
            [2, "A-1", date(2026, 2, 1), "x", "1.234,5"],
        ],
    )
    done = stage(tmp_path, readings("r.xlsx", format="{decimal: ',', thousands: '.'}"))
    assert done.rows("value") == [(Decimal("1234.5"),)] * 2


@pytest.mark.parametrize("rows", [[], [[None, None]], [HEADER]])
def test_an_empty_sheet_is_reported(tmp_path: Path, rows: list[list[Any]]) -> None:
    sheet(tmp_path / "r.xlsx", rows)
    with pytest.raises(
        Unreadable, match=r"r.xlsx:?\d*: (the sheet is empty|has a header but no rows)\."
    ):
        stage(tmp_path, readings("r.xlsx"))


def nested(folder: Path, *objects: object) -> Staged:
    write(folder, "\n".join(json.dumps(each) for each in objects), "r.ndjson")
    text = (
        readings("r.ndjson", value="data.value")
        .replace("account: account", "account: org.id")
        .replace("account_id: account", "account_id: org.id")
    )
    return stage(folder, text)


def test_dots_name_nested_values(tmp_path: Path) -> None:
    done = nested(
        tmp_path,
        {"id": 1, "org": {"id": "A-1"}, "at": "2026-01-01", "name": "x", "data": {"value": 2}},
    )
    assert done.rows("account_id, value") == [("A-1", Decimal(2))]


def test_a_key_that_itself_has_dots_is_found(tmp_path: Path) -> None:
    done = nested(
        tmp_path, {"id": 1, "org.id": "A-1", "at": "2026-01-01", "name": "x", "data": {"value": 2}}
    )
    assert done.rows("account_id") == [("A-1",)]


def test_a_key_that_one_object_lacks_is_a_missing_value(tmp_path: Path) -> None:
    whole = {"id": 1, "org": {"id": "A-1"}, "at": "2026-01-01", "name": "x", "data": {"value": 2}}
    done = nested(tmp_path, whole, {**whole, "data": {}}, {**whole, "data": None})
    assert done.rejected("line, field, reason") == [
        (2, "value", "missing_required"),
        (3, "value", "missing_required"),
    ]


def test_a_key_that_no_object_has_is_reported(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"r.ndjson has no column `data.value`"):
        nested(tmp_path, {"id": 1, "org": {"id": "A-1"}, "at": "2026-01-01", "name": "x"})


def test_a_line_that_is_not_a_json_object_is_rejected_alone(tmp_path: Path) -> None:
    good = json.dumps({"id": "1", "account": "A-1", "at": "2026-01-01", "name": "x", "value": 1})
    write(tmp_path, f"{good}\n{{broken\n{good}\n[1]\n17\n{good}\n", "r.ndjson")
    done = stage(tmp_path, readings("r.ndjson"))
    assert done.rows("line") == [(1,), (3,), (6,)]
    assert done.rejected("line, reason") == [(2, "not_json"), (4, "not_json"), (5, "not_json")]


def test_json_with_a_mark_at_its_beginning_is_read(tmp_path: Path) -> None:
    write(tmp_path, b"\xef\xbb\xbf" + json.dumps(ROWS[:1], default=str).encode(), "r.json")
    assert stage(tmp_path, readings("r.json")).received == 1


@pytest.mark.parametrize(
    "text", ["[", '[{"id": 1}, {"id": ', "[" * 5000, '{"id": 1', "nonsense", '{"a": "\\ud800"}']
)
def test_broken_json_is_reported(tmp_path: Path, text: str) -> None:
    write(tmp_path, text, "r.json")
    with pytest.raises(Unreadable):
        stage(tmp_path, readings("r.json"))


def test_whole_numbers_that_parquet_holds_as_doubles_are_whole(tmp_path: Path) -> None:
    query = "SELECT 1.0::DOUBLE AS id, 'A-1' AS account, DATE '2026-01-01' AS at, 7::BIGINT AS name, 'nan'::DOUBLE AS value"
    duckdb.sql(
        f"COPY ({query} UNION ALL SELECT 2, 'A-1', DATE '2026-01-02', 8, 0.1) TO '{tmp_path}/r.parquet'"
    )
    done = stage(tmp_path, readings("r.parquet"))
    assert done.rows("id, name, value") == [("2", "8", Decimal("0.1"))]
    assert done.rejected("line, field, reason") == [(1, "value", "missing_required")]


def test_a_parquet_file_damaged_in_the_middle_is_reported(tmp_path: Path) -> None:
    rows = "SELECT range::VARCHAR AS id, 'A-1' AS account, DATE '2026-01-01' AS at, md5(range::VARCHAR) AS name, 1 AS value FROM range(50000)"
    duckdb.sql(f"COPY ({rows}) TO '{tmp_path}/r.parquet'")
    data = bytearray((tmp_path / "r.parquet").read_bytes())
    data[100_000:101_000] = bytes(1000)
    (tmp_path / "r.parquet").write_bytes(data)
    with pytest.raises(Unreadable, match=r"r.parquet: not a valid Parquet file: "):
        stage(tmp_path, readings("r.parquet"))
