"""This file writes the workbooks of which other programs write few: old Excel files and binary ones."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import xlwt

NUMBER, NUMBERS_IN_A_ROW = 0x0203, 0x00BD


def old_excel(path: Path, *sheets: Iterable[Sequence[object]]) -> Path:
    """Write an `.xls`, one sheet after the other."""
    book = xlwt.Workbook()
    for place, rows in enumerate(sheets, 1):
        sheet = book.add_sheet(f"S{place}")
        for line, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write(line, column, cell)
    book.save(str(path))
    return path


def moved(path: Path, value: float, row: int, column: int) -> Path:
    """Say of the one cell with a number that it is elsewhere, as no program would."""
    content = path.read_bytes()
    at = content.index(struct.pack("<d", value)) - 10  # a kind, a length, a row, a column, a format
    assert struct.unpack("<HH", content[at : at + 4]) == (NUMBER, 14)
    place = struct.pack("<HH", row, column)
    path.write_bytes(content[: at + 4] + place + content[at + 8 :])
    return path


def _record(kind: int, content: bytes) -> bytes:
    """One record of a binary workbook: its kind and its length, seven bits a byte."""
    head = bytes([kind & 0x7F | 0x80, kind >> 7]) if kind > 0x7F else bytes([kind])
    length = bytes([len(content) & 0x7F | 0x80, len(content) >> 7])
    return head + (length if len(content) > 0x7F else bytes([len(content)])) + content


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def binary(path: Path, *sheets: Iterable[tuple[int, int, str]], blank: bool = False) -> Path:
    """Write an `.xlsb`: of each sheet the cells, by row and column counted from 0."""
    listed, parts, relations = b"", {}, ""
    for place, cells in enumerate(sheets, 1):
        listed += _record(0x9C, struct.pack("<II", 0, place) + _wide(f"rId{place}") + _wide(f"S{place}"))  # fmt: skip
        relations += f'<Relationship Id="rId{place}" Target="worksheets/sheet{place}.bin"/>'
        content, row = b"", -1
        for line, column, text in cells:
            if line != row:
                content += _record(0, struct.pack("<I", line) + bytes(21))
                row = line
            content += _record(6, struct.pack("<II", column, 0) + _wide(text))
        if blank:
            content += _record(0, struct.pack("<I", 1_048_575) + bytes(21))
            content += _record(1, struct.pack("<II", 16_383, 0))
        start = _record(0x94, struct.pack("<IIII", 0, 0, 0, 0)) + _record(0x91, b"")
        parts[f"xl/worksheets/sheet{place}.bin"] = start + content + _record(0x92, b"")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "xl/workbook.bin", _record(0x83, b"") + listed + _record(0x90, b"") + _record(0x84, b"")
        )
        archive.writestr(
            "xl/_rels/workbook.bin.rels", f"<Relationships>{relations}</Relationships>"
        )
        for name, part in parts.items():
            archive.writestr(name, part)
    return path
