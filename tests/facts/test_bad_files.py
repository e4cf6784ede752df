"""This file tests that a file which cannot be imported is reported in one sentence, before anything is staged."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest

from keepwell.facts.readers import Unreadable
from tests.facts.harness import readings, stage, write

HEADER = "id,account,at,name,value\n"
ROW = "1,A-1,2026-01-01,x,1\n"


def fault(folder: Path, text: str = "") -> str:
    with pytest.raises(Unreadable) as caught:
        stage(folder, text or readings())
    assert len(caught.value.faults) == 1, str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("content", ["", "\n", "\n\n  \n"])
def test_an_empty_file_is_reported(tmp_path: Path, content: str) -> None:
    write(tmp_path, content)
    assert fault(tmp_path) == "r.csv: the file is empty."


@pytest.mark.parametrize("content", [HEADER, HEADER.strip(), HEADER + "\n\n"])
def test_a_file_with_only_a_header_is_reported(tmp_path: Path, content: str) -> None:
    write(tmp_path, content)
    assert fault(tmp_path) == "r.csv: has a header but no rows."


def test_a_wrong_delimiter_is_reported_with_the_right_one(tmp_path: Path) -> None:
    write(tmp_path, (HEADER + ROW).replace(",", ";"))
    message = fault(tmp_path, readings(format='{delimiter: ","}'))
    assert message == (
        "r.csv:1: the columns are not separated by `,`. "
        'The file uses a semicolon: write `format: {delimiter: ";"}`.'
    )


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_an_undeclared_delimiter_is_found(tmp_path: Path, mark: str) -> None:
    write(tmp_path, (HEADER + ROW).replace(",", mark))
    assert stage(tmp_path, readings()).rows("id, value::VARCHAR") == [("1", "1.000000")]


def test_undeclared_latin_1_is_reported_with_its_line(tmp_path: Path) -> None:
    write(tmp_path, (HEADER + ROW + "2,A-1,2026-01-01,Müller,1\n").encode("latin-1"))
    message = fault(tmp_path)
    assert (
        message
        == "r.csv:3: not valid UTF-8. State its encoding in the mapping, such as `format: {encoding: windows-1252}`."
    )


def test_latin_1_beyond_the_first_megabyte_is_reported_with_its_line(tmp_path: Path) -> None:
    write(tmp_path, (HEADER + ROW * 60_000 + "2,A-1,2026-01-01,é,1\n").encode("latin-1"))
    assert fault(tmp_path).startswith("r.csv:60002: not valid UTF-8.")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_undeclared_utf_16_is_reported(tmp_path: Path, encoding: str) -> None:
    write(tmp_path, (HEADER + ROW).encode(encoding))
    assert fault(tmp_path).startswith(
        "r.csv:1: the file is UTF-16, not UTF-8. State its encoding in the mapping"
    )


@pytest.mark.parametrize(
    "encoding", ["latin-1", "windows-1252", "utf-16", "utf-8-sig", "cp850", "utf-8"]
)
def test_a_declared_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    write(tmp_path, (HEADER + "1,A-1,2026-01-01,Müller,1\n").encode(encoding))
    assert stage(tmp_path, readings(format=f"{{encoding: {encoding}}}")).rows("name") == [
        ("Müller",)
    ]


def test_a_byte_order_mark_is_not_part_of_the_first_column_name(tmp_path: Path) -> None:
    write(tmp_path, b"\xef\xbb\xbf" + (HEADER + ROW).encode())
    assert stage(tmp_path, readings()).rows("id, line") == [("1", 2)]


def test_a_file_that_is_not_in_its_declared_encoding_is_reported(tmp_path: Path) -> None:
    write(tmp_path, HEADER.encode() + b"1,A-1,2026-01-01,\xff\xfe,1\n")
    assert fault(tmp_path, readings(format="{encoding: ascii}")).startswith(
        "r.csv:2: not valid UTF-8."
    )
    assert "not in the declared encoding `shift_jis`. Correct `encoding` in the mapping." in fault(
        tmp_path, readings(format="{encoding: shift_jis}")
    )


def test_a_nul_byte_is_reported_with_its_line(tmp_path: Path) -> None:
    write(tmp_path, (HEADER + ROW + "2,A-1,2026-01-01,x\0y,1\n" + ROW * 30).encode())
    assert (
        fault(tmp_path)
        == "r.csv:3: contains a NUL byte. It is damaged or not a text file. Export it again."
    )


def test_a_line_of_ten_megabytes_is_reported_with_its_line(tmp_path: Path) -> None:
    write(tmp_path, HEADER + ROW + ROW.replace("x", "x" * 10_000_000) + ROW)
    assert fault(tmp_path) == "r.csv:3: a line has more than 1000000 bytes. Is a quote left open?"


def test_a_duplicate_column_name_is_reported(tmp_path: Path) -> None:
    write(tmp_path, "id,account,at,name,value,name\n1,A-1,2026-01-01,x,1,y\n")
    assert fault(tmp_path) == "r.csv:1: duplicate column name `name`. Rename one of them."


def test_a_column_that_does_not_exist_is_reported_at_its_line_in_the_mapping(
    tmp_path: Path,
) -> None:
    write(tmp_path, HEADER + ROW)
    message = fault(tmp_path, readings(value="vaule"))
    assert (
        message
        == "mapping.yaml:6 sources[0].fields.value: r.csv has no column `vaule`. Did you mean `value`?"
    )


def test_a_file_that_does_not_exist_is_reported(tmp_path: Path) -> None:
    write(tmp_path, HEADER + ROW, "reading.csv")
    message = fault(tmp_path, readings("readings.csv"))
    assert (
        message
        == "mapping.yaml:3 sources[0].file: there is no file `readings.csv`. Did you mean `reading.csv`?"
    )


def test_all_faults_of_all_files_are_reported_at_once(tmp_path: Path) -> None:
    write(tmp_path, "", "a.csv")
    write(tmp_path, HEADER, "b.csv")
    write(tmp_path, HEADER + ROW, "c.csv")
    with pytest.raises(Unreadable) as caught:
        stage(tmp_path, readings("?.csv", at="when"))
    assert {fault.code for fault in caught.value.faults} == {"F102", "F103", "F109"}


def test_a_file_of_an_unknown_kind_is_reported(tmp_path: Path) -> None:
    write(tmp_path, HEADER + ROW, "r.exe")
    assert fault(tmp_path, readings("r.exe")).startswith(
        "r.exe: unsupported file type. Supported: .csv,"
    )


@pytest.mark.parametrize("name", ["r.parquet", "r.xlsx", "r.xls", "r.json", "r.ods"])
def test_a_damaged_file_is_reported(tmp_path: Path, name: str) -> None:
    write(tmp_path, b"PK\x03\x04 not what it says { [", name)
    assert re.match(rf"{name}: not (a )?valid ", fault(tmp_path, readings(name)))


def test_a_spreadsheet_that_unpacks_to_gigabytes_is_rejected_unread(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "r.xlsx", "w", zipfile.ZIP_DEFLATED) as packed:
        for place in range(2):
            packed.writestr(f"xl/worksheets/sheet{place}.xml", b"\0" * 251_000_000, compresslevel=1)
    assert (
        fault(tmp_path, readings("r.xlsx"))
        == "r.xlsx: unpacks to more than 500 MB. Export it as CSV."
    )


def test_an_archive_that_lies_about_its_size_is_rejected_too(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "r.xlsx", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"\0" * 501_000_000, compresslevel=1)
    data = (tmp_path / "r.xlsx").read_bytes()
    (tmp_path / "r.xlsx").write_bytes(
        data.replace((501_000_000).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    )
    assert (
        fault(tmp_path, readings("r.xlsx"))
        == "r.xlsx: unpacks to more than 100 times its size. Export it as CSV."
    )


def test_a_file_of_a_million_columns_is_reported(tmp_path: Path) -> None:
    write(tmp_path, ",".join(f"c{place}" for place in range(100_000)) + "\n1,2\n")
    assert fault(tmp_path).startswith("r.csv:1: has more than 2000 columns.")
