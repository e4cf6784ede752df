"""This file tests that rows keep their lines in files that are large enough to be read by several threads."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from tests.facts.harness import Staged, readings, stage, write

ROWS = 200_000  # some 12 MB: beyond what one thread reads alone
LOOKUP = "{column: name, lookup: {file: names.csv, match: name, take: number}}"


def rows(count: int = ROWS) -> str:
    padding = "long enough to fill the file"
    return "".join(
        f"{place},A-{1 + place % 3},2026-01-01,n{place % 7} {padding},{place}\n"
        for place in range(count)
    )


def out_of_order(done: Staged, first: int) -> int:
    found = done.con.execute(
        f"SELECT count(*) FROM stage_readings WHERE line <> id::BIGINT + {first}"
    ).fetchall()
    return int(found[0][0])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("large")
    write(folder, "id,account,at,name,value\n" + rows())
    write(
        folder,
        "name,number\n"
        + "".join(f"n{place} long enough to fill the file,{place}\n" for place in range(7)),
        "names.csv",
    )
    duckdb.sql(
        f"COPY (FROM read_csv('{folder}/r.csv')) TO '{folder}/r.parquet' (ROW_GROUP_SIZE 20000)"
    )
    lines = (
        json.dumps(
            {"id": place, "account": "A-1", "at": "2026-01-01", "name": "x" * 40, "value": place}
        )
        for place in range(ROWS)
    )
    write(folder, "\n".join(lines), "r.ndjson")
    return folder


@pytest.mark.parametrize(("name", "first"), [("r.csv", 2), ("r.parquet", 1), ("r.ndjson", 1)])
def test_rows_keep_their_lines(folder: Path, name: str, first: int) -> None:
    done = stage(folder, readings(name))
    assert done.received == ROWS
    assert out_of_order(done, first) == 0


@pytest.mark.parametrize(("name", "first"), [("r.csv", 2), ("r.parquet", 1)])
def test_rows_keep_their_lines_where_a_value_is_looked_up(
    folder: Path, name: str, first: int
) -> None:
    done = stage(folder, readings(name, value=LOOKUP))
    assert done.received == ROWS
    assert out_of_order(done, first) == 0


def test_rows_keep_their_lines_beside_rejected_ones(tmp_path: Path) -> None:
    lines = rows().splitlines(keepends=True)
    for place in range(0, ROWS, 10_007):
        lines[place] = f"{place},A-9,2026-01-01,x,1\n"
        lines[place + 1] = f"{place + 1},A-1\n"
    write(tmp_path, "id,account,at,name,value\n" + "".join(lines))
    done = stage(tmp_path, readings())
    assert done.rejected("line, reason")[:4] == [
        (2, "unknown_account"),
        (3, "ragged"),
        (10_009, "unknown_account"),
        (10_010, "ragged"),
    ]
    assert out_of_order(done, 2) == 0


def test_columns_that_become_rows_keep_their_lines(folder: Path) -> None:
    text = """
sources:
  - file: r.csv
    table: readings
    unpivot: {columns: [value, id], name: what, value: number}
    fields: {id: {make: [account, at, what]}, account_id: account, at: at, name: what, value: number}
"""
    done = stage(folder, text)
    assert done.received == 2 * ROWS
    assert done.con.execute(
        "SELECT count(*) FROM stage_readings WHERE line <> value + 2"
    ).fetchall() == [(0,)]
