"""This file holds that a file which cannot be imported is told in one sentence, with the way out, before anything is staged."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from keepwell.facts.readers import Unreadable
from tests.facts.tried import readings, tried, written

HEADER = "id,account,at,name,value\n"
ROW = "1,A-1,2026-01-01,x,1\n"


def fault(folder: Path, text: str = "") -> str:
    with pytest.raises(Unreadable) as caught:
        tried(folder, text or readings())
    assert len(caught.value.faults) == 1, str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("content", ["", "\n", "\n\n  \n"])
def test_an_empty_file_is_told(tmp_path: Path, content: str) -> None:
    written(tmp_path, content)
    assert fault(tmp_path) == "r.csv: the file is empty."


@pytest.mark.parametrize("content", [HEADER, HEADER.strip(), HEADER + "\n\n"])
def test_a_file_with_only_a_header_is_told(tmp_path: Path, content: str) -> None:
    written(tmp_path, content)
    assert fault(tmp_path) == "r.csv: only a header, no rows."


def test_a_wrong_delimiter_is_told_with_the_right_one(tmp_path: Path) -> None:
    written(tmp_path, (HEADER + ROW).replace(",", ";"))
    told = fault(tmp_path, readings(format='{delimiter: ","}'))
    assert told == (
        "r.csv:1: the declared delimiter does not separate the columns `,`. "
        'It is separated by a semicolon: write `format: {delimiter: ";"}`.'
    )


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_a_delimiter_that_nobody_declares_is_found(tmp_path: Path, mark: str) -> None:
    written(tmp_path, (HEADER + ROW).replace(",", mark))
    assert tried(tmp_path, readings()).rows("id, value::VARCHAR") == [("1", "1.000000")]


def test_latin_1_that_nobody_declares_is_told_with_its_line(tmp_path: Path) -> None:
    written(tmp_path, (HEADER + ROW + "2,A-1,2026-01-01,Müller,1\n").encode("latin-1"))
    told = fault(tmp_path)
    assert (
        told
        == "r.csv:3: not UTF-8 here. Say in the mapping how it is written, such as `format: {encoding: windows-1252}`."
    )


def test_latin_1_beyond_the_first_megabyte_is_told_with_its_line(tmp_path: Path) -> None:
    written(tmp_path, (HEADER + ROW * 60_000 + "2,A-1,2026-01-01,é,1\n").encode("latin-1"))
    assert fault(tmp_path).startswith("r.csv:60002: not UTF-8 here.")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_that_nobody_declares_is_told(tmp_path: Path, encoding: str) -> None:
    written(tmp_path, (HEADER + ROW).encode(encoding))
    assert fault(tmp_path).startswith("r.csv:1: the file is UTF-16, not UTF-8. Say in the mapping")


@pytest.mark.parametrize(
    "encoding", ["latin-1", "windows-1252", "utf-16", "utf-8-sig", "cp850", "utf-8"]
)
def test_a_declared_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    written(tmp_path, (HEADER + "1,A-1,2026-01-01,Müller,1\n").encode(encoding))
    assert tried(tmp_path, readings(format=f"{{encoding: {encoding}}}")).rows("name") == [
        ("Müller",)
    ]


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    written(tmp_path, b"\xef\xbb\xbf" + (HEADER + ROW).encode())
    assert tried(tmp_path, readings()).rows("id, line") == [("1", 2)]


def test_a_file_that_is_not_in_its_declared_encoding_is_told(tmp_path: Path) -> None:
    written(tmp_path, HEADER.encode() + b"1,A-1,2026-01-01,\xff\xfe,1\n")
    assert fault(tmp_path, readings(format="{encoding: ascii}")).startswith(
        "r.csv:2: not UTF-8 here."
    )
    assert "not written as declared: `shift_jis`. Correct `encoding`." in fault(
        tmp_path, readings(format="{encoding: shift_jis}")
    )


def test_a_nul_byte_is_told_with_its_line(tmp_path: Path) -> None:
    written(tmp_path, (HEADER + ROW + "2,A-1,2026-01-01,x\0y,1\n" + ROW * 30).encode())
    assert (
        fault(tmp_path)
        == "r.csv:3: a NUL byte, which no text has. The file is damaged or not text; export it again."
    )


def test_a_line_of_ten_megabytes_is_told_with_its_line(tmp_path: Path) -> None:
    written(tmp_path, HEADER + ROW + ROW.replace("x", "x" * 10_000_000) + ROW)
    assert (
        fault(tmp_path) == "r.csv:3: a line of more than 1000000 bytes. Is a quote left open there?"
    )


def test_a_header_that_names_a_column_twice_is_told(tmp_path: Path) -> None:
    written(tmp_path, "id,account,at,name,value,name\n1,A-1,2026-01-01,x,1,y\n")
    assert (
        fault(tmp_path)
        == "r.csv:1: a header that names a column twice: `name`. Rename one of them."
    )


def test_a_column_that_is_not_there_is_told_where_the_mapping_names_it(tmp_path: Path) -> None:
    written(tmp_path, HEADER + ROW)
    told = fault(tmp_path, readings(value="vaule"))
    assert (
        told
        == "mapping.yaml:6 sources[0].fields.value: r.csv has no column `vaule`. Did you mean `value`?"
    )


def test_a_mapping_that_names_no_file_is_told(tmp_path: Path) -> None:
    written(tmp_path, HEADER + ROW, "reading.csv")
    told = fault(tmp_path, readings("readings.csv"))
    assert (
        told
        == "mapping.yaml:3 sources[0].file: no file is called `readings.csv`. Did you mean `reading.csv`?"
    )


def test_all_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    written(tmp_path, "", "a.csv")
    written(tmp_path, HEADER, "b.csv")
    written(tmp_path, HEADER + ROW, "c.csv")
    with pytest.raises(Unreadable) as caught:
        tried(tmp_path, readings("?.csv", at="when"))
    assert {fault.code for fault in caught.value.faults} == {"F102", "F103", "F109"}


def test_a_file_of_an_unknown_kind_is_told(tmp_path: Path) -> None:
    written(tmp_path, HEADER + ROW, "r.exe")
    assert fault(tmp_path, readings("r.exe")).startswith(
        "r.exe: not a kind of file that can be read. Known are .csv,"
    )


@pytest.mark.parametrize("name", ["r.parquet", "r.xlsx", "r.xls", "r.json", "r.ods"])
def test_a_damaged_file_is_told(tmp_path: Path, name: str) -> None:
    written(tmp_path, b"PK\x03\x04 not what it says { [", name)
    assert fault(tmp_path, readings(name)).startswith(f"{name}: not readable as ")


def test_a_spreadsheet_that_unpacks_to_gigabytes_is_refused_unread(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "r.xlsx", "w", zipfile.ZIP_DEFLATED) as packed:
        for place in range(2):
            packed.writestr(f"xl/worksheets/sheet{place}.xml", b"\0" * 251_000_000, compresslevel=1)
    assert (
        fault(tmp_path, readings("r.xlsx"))
        == "r.xlsx: unpacks to more than 500 MB. Export it as CSV."
    )


def test_an_archive_that_lies_about_its_size_is_refused_all_the_same(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "r.xlsx", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"\0" * 501_000_000, compresslevel=1)
    data = (tmp_path / "r.xlsx").read_bytes()
    (tmp_path / "r.xlsx").write_bytes(
        data.replace((501_000_000).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    )
    assert (
        fault(tmp_path, readings("r.xlsx"))
        == "r.xlsx: unpacks to more than 500 MB. Export it as CSV."
    )


def test_a_file_of_a_million_columns_is_told(tmp_path: Path) -> None:
    written(tmp_path, ",".join(f"c{place}" for place in range(100_000)) + "\n1,2\n")
    assert fault(tmp_path).startswith("r.csv:1: more than 2000 columns.")
