"""This file tests exported files: no formula, nothing personal, nothing half-written."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pytest

from keepwell.facts import export_files
from tests.cli.conftest import Terminal

HOSTILE = ["=1+1", "+1", "-1", "@sum", '=HYPERLINK("http://x")', "plain"]
MAPPING = (
    "sources:\n  - {file: accounts.csv, table: accounts, feed: {name: crm}, backdate: since_start,\n"
    "     fields: {account_id: id, name: name, started_on: since, segment: segment, employees: size}}\n"
)


@pytest.fixture
def hostile(fresh: Terminal) -> Terminal:
    """A workspace whose accounts are called like formulas."""
    with (fresh.folder / "exports" / "accounts.csv").open(
        "w", encoding="utf-8", newline=""
    ) as file:
        rows = [[name, name, "2024-01-01", f"\t{name}", "-5"] for name in HOSTILE]
        csv.writer(file).writerows([["id", "name", "since", "segment", "size"], *rows])
    (fresh.folder / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    assert fresh.type("import").code == 0
    fresh.type("publish", str(fresh.folder / "cards/health.yaml"), "--note", "first")
    assert fresh.type("score").code == 0
    return fresh


@pytest.mark.parametrize("what", ["scores", "measures", "facts"])
def test_no_spreadsheet_finds_a_formula(hostile: Terminal, tmp_path: Path, what: str) -> None:
    out = tmp_path / f"{what}.csv"
    assert hostile.type("export", what, "--out", str(out)).code == 0
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["account_id"] for row in rows} == {
        f"'{name}" if name != "plain" else name for name in HOSTILE
    }
    for row in rows:
        for name, cell in row.items():
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")) or float(cell) < 0, (
                name,
                cell,
            )


def test_a_negative_number_stays_a_number(hostile: Terminal, tmp_path: Path) -> None:
    out = tmp_path / "accounts.csv"
    hostile.type("export", "facts", "--table", "accounts", "--out", str(out))
    with out.open(encoding="utf-8", newline="") as file:
        assert {float(row["employees"]) for row in csv.DictReader(file)} == {-5.0}


@pytest.mark.parametrize(
    ("text", "written_as"),
    [
        ("\n=1", "'\n=1"), (" \r\n =1", "' \r\n =1"), ("\u200b\u3000=1", "'\u200b\u3000=1"), ("\tx", "'\tx"), ('"=1', "'\"=1"),
        ("\uff1d1", "'\uff1d1"), ("\uff0b1", "'\uff0b1"), ("\uff0d1", "'\uff0d1"), ("\uff20x", "'\uff20x"),
        ("a;=1", "a;'=1"), ("a\t=1", "a\t'=1"), ("a\n@x;+1", "a\n'@x;'+1"), ('a"; "=1', "a\";' \"=1"), ("a;\uff1d1", "a;'\uff1d1"),
        ("a=1", "a=1"), ("a, -1", "a, -1"), ("2026-01-31", "2026-01-31"), ("a; b - c", "a; b - c"), ("", ""), (None, None),
    ],
)  # fmt: skip
def test_no_cell_or_part_of_one_is_a_formula(text: str | None, written_as: str | None) -> None:
    con = duckdb.connect()
    con.execute("CREATE TABLE exported AS SELECT ?::VARCHAR AS a, [?::VARCHAR] AS b, -5 AS c, -1.5::DOUBLE AS d", [text, text])  # fmt: skip
    (cell, several, *numbers) = con.execute(
        export_files.formula_safe(con, "FROM exported")
    ).fetchall()[0]
    assert (cell, numbers) == (written_as, [-5, -1.5])
    assert several.startswith("[")


def test_a_rejects_file_holds_no_formula(hostile: Terminal) -> None:
    (hostile.folder / "exports" / "accounts.csv").write_text(
        "id,name,since,segment,size\nA-1,x,2024-01-01,s,3\nA-2,x,=1+1,s,3\n", encoding="utf-8"
    )
    rejects = Path(hostile.type("import", "--json").json["rejects"])
    assert ",'=1+1," in rejects.read_text(encoding="utf-8")


def test_facts_leave_without_what_is_personal(starter: Terminal, tmp_path: Path) -> None:
    out = tmp_path / "facts.parquet"
    starter.type("export", "facts", "--out", str(out))
    columns = [row[0] for row in duckdb.sql(f"DESCRIBE SELECT * FROM '{out}'").fetchall()]
    assert not {"email", "note", "comment", "words", "subject"} & set(columns)
    # Of a risk the owner is a number; of an account it is a name.
    named = duckdb.sql(f"SELECT count(owner) FROM '{out}' WHERE \"table\" = 'accounts'")
    assert named.fetchall() == [(0,)]
    assert duckdb.sql(
        f"SELECT count(*) FROM '{out}' WHERE person LIKE '%@%' OR requester LIKE '%@%'"
    ).fetchall() == [(0,)]


def test_a_file_that_cannot_be_written_is_named_and_leaves_nothing(
    starter: Terminal, tmp_path: Path
) -> None:
    blocked = tmp_path / "scores.csv"
    blocked.mkdir()
    answer = starter.type("export", "scores", "--out", str(blocked))
    assert answer.code == 2
    assert "scores.csv" in answer.err
    assert list(tmp_path.iterdir()) == [blocked]


def test_an_earlier_export_is_replaced_whole(starter: Terminal, tmp_path: Path) -> None:
    out = tmp_path / "scores.csv"
    out.write_text("x" * 100_000, encoding="utf-8")
    starter.type("export", "scores", "--out", str(out))
    assert "x" * 100 not in out.read_text(encoding="utf-8")
    assert len(out.read_text(encoding="utf-8").splitlines()) == 29
