"""This file makes the files that the drill of uploads imports: some made to do harm, all others damaged at random."""

from __future__ import annotations

import io
import json
import random
import struct
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from tests.facts import workbooks

COLUMNS = ("id", "account", "at", "user", "quantity")
ROWS = [
    (f"N-{n}", f"A-{1 + n % 3}", f"2026-02-{1 + n % 27:02}", ("Mia", "Jo", "")[n % 3], n / 2)
    for n in range(40)
]
SHEET = "xl/worksheets/sheet1.xml"
MB = 1_000_000


@dataclass(frozen=True)
class File:
    """A file to import: what it is, its ending, and the fault that it must be rejected for, or `loaded`; empty if either will do."""

    what: str
    ending: str
    content: bytes
    expected: str = ""


def whole(kind: str) -> bytes:
    """A file with nothing wrong in it: forty rows, of which those of a third account are rejected."""
    match kind:
        case "csv":
            lines = [",".join(COLUMNS), *(",".join(map(str, row)) for row in ROWS)]
            return "\n".join(lines).encode() + b"\n"
        case "json":
            return json.dumps([dict(zip(COLUMNS, row, strict=True)) for row in ROWS]).encode()
        case "xlsx":
            book = openpyxl.Workbook()
            sheet = book.worksheets[0]
            for line in (COLUMNS, *ROWS):
                sheet.append(list(line))
            return _saved(book)
        case "xls":
            return _written(lambda path: workbooks.old_excel(path, (COLUMNS, *ROWS)))
        case "xlsb":
            return _written(lambda path: workbooks.binary(path, _places()))
    return _parquet(pa.Table.from_pylist([dict(zip(COLUMNS, row, strict=True)) for row in ROWS]))


def made(kind: str) -> list[Callable[[], File]]:
    """The files of a kind that are made to do harm, the most telling first."""
    makers = {"csv": _csv, "xlsx": _xlsx, "xls": _xls, "xlsb": _xlsb, "json": _json, "parquet": _parquet_files}  # fmt: skip
    return makers[kind]()


def file(kind: str, nth: int) -> File:
    """Make the nth file of a kind: first those made by hand, then damage at random, each the same in every run."""
    by_hand = made(kind)
    if nth < len(by_hand):
        return by_hand[nth]()
    chance = random.Random(f"{kind}-{nth}")
    if kind == "xlsx" and chance.random() < 0.6:
        with zipfile.ZipFile(io.BytesIO(whole(kind))) as archive:
            name = chance.choice([SHEET, SHEET, *archive.namelist()])
            what, part = damaged(archive.read(name), chance)
        return File(f"{name}: {what}", kind, repacked({name: part}))
    if kind == "xlsb":
        return File(*_damaged_part(chance))
    what, content = damaged(whole(kind), chance)
    return File(what, kind, content)


def damaged(content: bytes, chance: random.Random) -> tuple[str, bytes]:
    """Damage a file in one to four places."""
    told = []
    for _ in range(chance.choice((1, 1, 2, 4))):
        at, to = sorted(chance.randrange(len(content) + 1) for _ in range(2))
        to = min(to, at + chance.choice((1, 4, 64, 4096)))
        part = content[at:to]
        how = chance.choice(
            ("flip", "flip", "cut", "zero", "splice", "drop", "repeat", "number", "word")
        )
        match how:
            case "flip":
                flipped = bytes(byte ^ (1 << chance.randrange(8)) for byte in part[:4])
                content = content[:at] + flipped + content[at + len(flipped) :]
            case "cut":
                content = content[: max(1, to)]
            case "zero":
                content = content[:at] + bytes(len(part)) + content[to:]
            case "splice":
                other = chance.randrange(len(content) + 1)
                content = content[:at] + content[other : other + len(part)] + content[to:]
            case "drop":
                content = content[:at] + content[to:] or b" "
            case "repeat":
                content = content[:to] + part * chance.choice((1, 3, 50)) + content[to:]
            case "number":
                number = chance.choice(
                    (b"1048576", b"-1", b"99999999999999999999", b"1e999", b"NaN")
                )
                content = content[:at] + number + content[at:]
            case "word":
                word = chance.choice(
                    (b'"', b"\r", b"\n", b",,", b"<c", b"]]", b"{", b"\xff\xfe", b"\xc3", b"&#0;")
                )
                content = content[:at] + word + content[at:]
        told.append(f"{how} at {at}")
    return ", ".join(told), content


def repacked(changed: dict[str, bytes], *, stated_size: int = 0) -> bytes:
    """A whole workbook with some of its parts changed; `stated_size` is the size that the archive says the sheet has."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(whole("xlsx"))) as archive,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in dict.fromkeys([*archive.namelist(), *changed]):
            part = changed[name] if name in changed else archive.read(name)
            target.writestr(name, part, compresslevel=1)
    content = out.getvalue()
    if stated_size:
        size = struct.pack("<I", len(changed[SHEET]))
        content = content.replace(size, struct.pack("<I", stated_size))
    return content


def sheet(cells: str, before: str = "") -> dict[str, bytes]:
    """A sheet with the header, a first row and these cells."""
    header = "".join(
        f'<c r="{letter}1" t="inlineStr"><is><t>{name}</t></is></c>'
        for letter, name in zip("ABCDE", COLUMNS, strict=True)
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<worksheet xmlns="{main}"><dimension ref="A1:E2"/>'
        f'<sheetData><row r="1">{header}</row>{cells}</sheetData></worksheet>'
    )
    return {SHEET: text.encode()}


def _cell(at: str, text: str = "x") -> str:
    return f'<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>'


def _row(line: int) -> str:
    values = ("N-1", "A-1", "2026-02-01", "Mia", "1")
    cells = (_cell(f"{letter}{line}", value) for letter, value in zip("ABCDE", values, strict=True))
    return f'<row r="{line}">{"".join(cells)}</row>'


def _saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _xlsx() -> list[Callable[[], File]]:
    def stray(at: str) -> File:
        line = int(at.lstrip("ABCDEFX"))
        far = f'{_row(2)}<row r="{line}">{_cell(at)}</row>'
        return File(f"a stray cell at {at}", "xlsx", repacked(sheet(far)), "F115")

    def long_texts() -> File:
        """Thirty thousand letters, kept once and named by a hundred thousand cells, are three gigabytes."""
        texts = f"<sst><si><t>{'x' * 30_000}</t></si></sst>".encode()
        cells = "".join(
            f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(2, 100_002)
        )
        parts = {"xl/sharedStrings.xml": texts, **sheet(_row(2) + cells)}
        return File("one long text in many cells", "xlsx", repacked(parts), "F116")

    entities = '<!DOCTYPE w [<!ENTITY a "1"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    dull = f'<!DOCTYPE w [<!ENTITY l0 "ha">{laughs}]>'
    ods = (
        '<office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x"><office:body><office:spreadsheet>'
        '<table:table table:name="S"><table:table-row table:number-rows-repeated="1000000">'
        '<table:table-cell table:number-columns-repeated="1000000" office:value-type="string"><text:p>x</text:p>'
        "</table:table-cell></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"
    )
    no_places = f"<row>{'<c><v>1</v></c>' * 3000}</row>"
    return [
        lambda: stray("XFD1048576"),
        lambda: File("a declaration of entities", "xlsx", repacked(sheet(_row(2), entities)), "F110"),
        lambda: File("a zip bomb", "xlsx", repacked(sheet(" " * 90 * MB)), "F110"),
        lambda: stray("BX1048576"),
        long_texts,
        lambda: File("many empty bytes", "xlsx", bytes(5 * MB), "F110"),
        lambda: File("an archive that lies", "xlsx", repacked(sheet(" " * 90 * MB), stated_size=999), "F110"),
        lambda: File("repeated cells", "ods", _packed({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": ods.encode()}), "F115"),
        lambda: File("cells without places", "xlsx", repacked(sheet(no_places)), "F115"),
        lambda: File("a billion laughs", "xlsx", repacked(sheet(_cell("A2", "&l11;"), dull)), "F110"),
        lambda: File("deep XML", "xlsx", repacked(sheet("<a>" * 200_000))),
        lambda: File("a huge number as row", "xlsx", repacked(sheet(_row(2) + _row(99_999_999))), "F115"),
        lambda: File("not a workbook", "xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096), "F110"),
        lambda: File("a sheet without rows", "xlsx", repacked(sheet("")), "F103"),
        lambda: File("UTF-16", "xlsx", repacked({SHEET: sheet(_row(2))[SHEET].decode().replace("UTF-8", "UTF-16").encode("utf-16")})),
        lambda: File("nothing wrong", "xlsx", whole("xlsx"), "loaded"),
    ]  # fmt: skip


def _xls() -> list[Callable[[], File]]:
    def stray(row: int, column: int) -> bytes:
        return _written(
            lambda path: workbooks.moved(
                workbooks.old_excel(path, [*(COLUMNS, *ROWS), [0.12345]]), 0.12345, row, column
            )
        )

    return [
        lambda: File("a stray cell at XFD65536", "xls", stray(65_535, 16_383), "F115"),
        lambda: File("a stray cell that no sheet has", "xls", stray(65_535, 65_535), "F115"),
        lambda: File("an HTML table", "xls", b"<table><tr><td>id</td></tr></table>", "F110"),
        lambda: File("nothing wrong", "xls", whole("xls"), "loaded"),
    ]


def _xlsb() -> list[Callable[[], File]]:
    def stray(row: int, column: int) -> bytes:
        return _written(lambda path: workbooks.binary(path, [*_places(), (row, column, "x")]))

    return [
        lambda: File("a stray cell at XFD1048576", "xlsb", stray(1_048_575, 16_383), "F115"),
        lambda: File("a stray cell that no sheet has", "xlsb", stray(4_000_000_000, 70_000), "F115"),
        lambda: File("nothing wrong", "xlsb", whole("xlsb"), "loaded"),
    ]  # fmt: skip


def _places() -> list[tuple[int, int, str]]:
    lines = enumerate((COLUMNS, *ROWS))
    return [(line, place, str(cell)) for line, row in lines for place, cell in enumerate(row)]


def _written(write: Callable[[Path], object]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "written"
        write(path)
        return path.read_bytes()


def _damaged_part(chance: random.Random) -> tuple[str, str, bytes]:
    """Damage one part of a binary workbook, and pack it again."""
    with zipfile.ZipFile(io.BytesIO(whole("xlsb"))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = chance.choice(list(parts))
    what, parts[name] = damaged(parts[name], chance)
    return f"{name}: {what}", "xlsb", _packed(parts)


def _packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, part in parts.items():
            target.writestr(name, part)
    return out.getvalue()


def _csv() -> list[Callable[[], File]]:
    good = whole("csv")
    made = {
        "NULs": (good + b"\0" * 100, "F106"),
        "an endless line": (good + b"x" * 20 * MB, "F107"),
        "rows of other widths": (good + b"N-90,A-1\nN-91,A-1,2026-02-01,,1,,,\nN-92\n", "loaded"),
        "many columns": (",".join(f"c{n}" for n in range(100_000)).encode() + b"\n1,2\n", "F111"),
        "a quote left open": (good + b'N-90,A-1,2026-02-01,"' + b"open\n" * 200_000, ""),
        "UTF-16": (good.decode().encode("utf-16"), "F105"),
        "Latin 1": (good + "N-90,A-1,2026-02-01,Müller,1\n".encode("latin-1"), "F105"),
        "an endless line of quotes": (good + b'"' * 20 * MB, "F107"),
        "line ends of all kinds": (good.replace(b"\n", b"\r\n", 9).replace(b"N-3", b"\rN-3"), ""),
        "only delimiters": (good + b",,,,\n" * 100_000, ""),
        "empty lines": (good + b"\n" * MB, "loaded"),
        "quotes everywhere": (good.replace(b",", b'",'), ""),
        "nothing": (b"", "F102"),
        "one letter": (b"x", "F103"),
        "nothing wrong": (good, "loaded"),
    }
    return [lambda what=what: File(what, "csv", *made[what]) for what in made]  # type: ignore[misc]


def _json() -> list[Callable[[], File]]:
    good, row = whole("json"), json.dumps(dict(zip(COLUMNS, ROWS[0], strict=True)))
    keys = json.dumps({f"k{n}": n for n in range(100_000)})
    made = {
        "nested deep": (f'[{row[:-1]}, "x": {"[" * MB}{"]" * MB}}}]', "F110"),
        "objects nested deep": (f"""[{row}, {'{"a":' * MB}1{"}" * MB}]""", "F110"),
        "many keys": (f"[{row}, {keys}]", "loaded"),
        "a huge object": (f"""[{row}, {{"id": "{"x" * 40 * MB}"}}]""", "F110"),
        "a huge number": (f"""[{row}, {{"id": {"9" * MB}}}]""", "loaded"),
        "NULs": (good.decode() + "\0", "F106"),
        "nested deep, but late": (f"""[{",".join([row] * 3000)}, {'{"a":' * MB}1{"}" * MB}]""", ""),
        "no objects": ("[1, [], null, true]", ""),
        "not an array": ('"text"', ""),
        "an open array": ("[" * MB, "F110"),
        "rubbish after the end": (good.decode() + "}]", ""),
        "an empty array": ("[]", "F103"),
        "blanks": (" " * 20 * MB, ""),
        "a key twice": ('[{"id": "N-1", "id": "N-2"}]', ""),
        "nothing wrong": (good.decode(), "loaded"),
    }
    return [
        *(lambda what=what: File(what, "json", made[what][0].encode(), made[what][1]) for what in made),
        lambda: File("lone surrogates", "json", good.replace(b"Mia", b"\\ud800"), ""),
        lambda: File("UTF-16", "json", good.decode().encode("utf-16"), "F105"),
    ]  # type: ignore[list-item]  # fmt: skip


def _parquet(table: pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


def _parquet_files() -> list[Callable[[], File]]:
    good = whole("parquet")

    def long_texts() -> File:
        """One text of ten megabytes, kept once and named by a thousand rows."""
        rows = {name: [str(value)] * 1000 for name, value in zip(COLUMNS, ROWS[0], strict=True)}
        users = pa.DictionaryArray.from_arrays(pa.array([0] * 1000, pa.int32()), ["x" * 10 * MB])
        return File(
            "one long text in many rows",
            "parquet",
            _parquet(pa.table(rows | {"user": users})),
            "F107",
        )

    many = {"id": pa.nulls(20 * MB, pa.string()), "account": pa.nulls(20 * MB, pa.string())}
    footer = struct.pack("<I", 0x7FFFFFFF)
    return [
        lambda: File("a footer larger than the file", "parquet", good[:-8] + footer + b"PAR1", "F115"),
        lambda: File("no end", "parquet", good[:-4], "F110"),
        lambda: File("many columns", "parquet", _parquet(pa.table({f"c{n}": [1] for n in range(100_000)})), "F111"),
        lambda: File("many rows of nothing", "parquet", _parquet(pa.table(many)), "F115"),
        lambda: File("nested deep", "parquet", _nested()),
        lambda: File("zeros in its middle", "parquet", good[:40] + bytes(200) + good[240:]),
        long_texts,
        lambda: File("only its end", "parquet", b"PAR1" + bytes(4) + b"PAR1", "F110"),
        lambda: File("nothing wrong", "parquet", good, "loaded"),
    ]  # fmt: skip


def _nested() -> bytes:
    value: object = 1
    for _ in range(60):
        value = [value]
    return _parquet(pa.table({name: [value] for name in COLUMNS}))
