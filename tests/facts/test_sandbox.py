"""This file tests that an import can read no file outside the given folder, and no address."""

from __future__ import annotations

import tempfile
from pathlib import Path

import duckdb
import pytest

from keepwell.facts import duckdb_session, mapping, sandbox
from keepwell.facts.readers import Unreadable, folder
from tests.facts.harness import readings, stage, write

HEADER = "id,account,at,name,value\n"
ROW = "1,A-1,2026-01-01,x,1\n"
OUTSIDE = [
    "/etc/passwd",
    "../secret.csv",
    "a/../../secret.csv",
    "C:\\secret.csv",
    "https://example.com/a.csv",
    "s3://b/a.csv",
    "a\\b.csv",
]


@pytest.mark.parametrize("file", OUTSIDE)
def test_a_pattern_that_leads_outside_is_a_fault_of_the_mapping(file: str) -> None:
    with pytest.raises(mapping.InvalidMapping) as caught:
        mapping.read(readings(file.replace("\\", "\\\\")))
    assert [fault.code for fault in caught.value.faults] == ["M013"]
    assert "is outside the imported folder" in str(caught.value)


@pytest.mark.parametrize("file", OUTSIDE)
def test_so_is_a_lookup_that_leads_outside(file: str) -> None:
    at = f"{{column: at, lookup: {{file: '{file}', match: a, take: b}}}}"
    with pytest.raises(mapping.InvalidMapping) as caught:
        mapping.read(readings(at=at))
    assert "is outside the imported folder" in str(caught.value)


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    write(tmp_path, HEADER + ROW, "outside/secret.csv")
    write(tmp_path, HEADER + ROW, "inside/good.csv")
    (tmp_path / "inside" / "link.csv").symlink_to(tmp_path / "outside" / "secret.csv")
    (tmp_path / "inside" / "more").symlink_to(tmp_path / "outside")
    assert [file.name for file in folder.list_files(tmp_path / "inside")] == ["good.csv"]
    with pytest.raises(Unreadable):
        stage(tmp_path / "inside", readings("link.csv"))


@pytest.mark.parametrize(
    "name",
    [
        "a[b]*c?.csv",
        "it's.csv",
        'say "no".csv',
        "semi;colon--.csv",
        "{x}.csv",
        "year=2026/r.csv",
        "é ü.csv",
    ],
)
def test_a_file_name_is_only_ever_a_name(tmp_path: Path, name: str) -> None:
    write(tmp_path, HEADER + ROW, name)
    pattern = "*/*.csv" if "/" in name else "*.csv"
    assert stage(tmp_path, readings(pattern)).rows("id, file") == [("1", name)]


@pytest.mark.parametrize(
    "name", ['a"b', "a'); DROP TABLE x; --", "select", "count(*)", "a.b", "$1", "{}", "Ä b"]
)
def test_a_column_name_is_only_ever_a_name(tmp_path: Path, name: str) -> None:
    header = HEADER.replace("value", '"' + name.replace('"', '""') + '"')
    write(tmp_path, header + ROW)
    quoted = "'" + name.replace("'", "''") + "'"
    assert stage(tmp_path, readings(value=quoted)).rows("value::VARCHAR") == [("1.000000",)]


def test_names_that_differ_only_in_case_are_two_columns(tmp_path: Path) -> None:
    write(tmp_path, "id,account,at,name,value,VALUE\n1,A-1,2026-01-01,x,1,2\n")
    assert stage(tmp_path, readings(value="VALUE")).rows("value::INTEGER") == [(2,)]


def test_values_are_only_ever_values(tmp_path: Path) -> None:
    write(tmp_path, HEADER + '1,A-1,2026-01-01,"\'; DROP TABLE rejected; --",1\n')
    assert stage(tmp_path, readings()).rows("name") == [("'; DROP TABLE rejected; --",)]


def test_a_sandboxed_connection_opens_nothing_else(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    write(inside, "a\n1\n", "a.csv")
    write(tmp_path, "a\n1\n", "insidious/a.csv")
    con = duckdb_session.connect(Path(tempfile.mkdtemp()))
    sandbox.restrict(con, [inside])
    assert con.execute(f"SELECT count(*) FROM read_csv('{inside}/a.csv')").fetchall() == [(1,)]
    for statement in (
        f"FROM read_csv('{tmp_path}/insidious/a.csv')",
        f"FROM read_csv('{inside}/../insidious/a.csv')",
        "FROM read_text('/etc/hostname')",
        "FROM read_csv('https://example.com/a.csv')",
        f"COPY (SELECT 1) TO '{tmp_path}/b.csv'",
        f"ATTACH '{tmp_path}/c.db'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
    ):
        with pytest.raises(duckdb.Error):
            con.execute(statement)
