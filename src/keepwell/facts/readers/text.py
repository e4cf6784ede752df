"""This file checks a text file byte by byte: its encoding, NULs, endless lines; and counts its lines."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import numpy as np

from keepwell.facts.readers.folder import InputFile
from keepwell.facts.readers.format import Format
from keepwell.facts.readers.unreadable import unreadable

CHUNK = 1 << 20
LINE_FEED = 10
MAX_LINE = 1_000_000  # bytes; the longest line of an export has a few thousand
_numbers = count(1)
_UTF8 = ("utf-8", "utf8", "utf-8-sig", "ascii", "us-ascii")
_WAY_OUT = "State its encoding in the mapping, such as `format: {{encoding: {}}}`."


@dataclass(frozen=True)
class Text:
    """A text file that is valid UTF-8. `lines` does not count blank lines at its end."""

    path: Path
    lines: int


def as_utf8(
    file: InputFile, format: Format, scratch: Path, *, max_line: int | None = MAX_LINE
) -> Text:
    """Check a text file, and copy it to `scratch` if it is not UTF-8 with one kind of line end; raises `Unreadable`."""
    if file.path.stat().st_size == 0:
        raise unreadable("F102", file.name, "the file is empty")
    if format.encoding is not None and format.encoding.lower().replace("_", "-") not in _UTF8:
        path = _copied(file, format.encoding, scratch)
        return Text(path, _scan(file, path, max_line)[0])
    with file.path.open("rb") as handle:
        head = handle.read(CHUNK)
    _reject_utf16(file, head)
    has_breaks = b"\n" in head or b"\r" not in head
    lines, is_even = _scan(file, file.path, max_line) if has_breaks else (0, False)
    if is_even:
        return Text(file.path, lines)
    path = _copied(file, "utf-8", scratch)
    return Text(path, _scan(file, path, max_line)[0])


def _reject_utf16(file: InputFile, head: bytes) -> None:
    # UTF-16 without a byte order mark is recognized by its zeros: in Latin text every other byte is one.
    sample = head[:2000]
    has_mark = sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if has_mark or max(sample[::2].count(0), sample[1::2].count(0)) > len(sample) // 5:
        raise unreadable(
            "F105", file.name, "the file is UTF-16, not UTF-8", _WAY_OUT.format("utf-16"), line=1
        )


def _copied(file: InputFile, encoding: str, scratch: Path) -> Path:
    """Copy a file as UTF-8 with line feeds: DuckDB accepts only one kind of line end in a file."""
    target = scratch / f"text_{next(_numbers)}"
    lines = 1
    with (
        file.path.open(encoding=encoding, newline="") as source,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        try:
            chunk = source.read(CHUNK)
            # A lone carriage return ends a line only in files in which nothing else does.
            lone_return = " " if "\n" in chunk else "\n"
            while chunk:
                chunk += source.read(1) if chunk.endswith("\r") else ""
                out.write(chunk.replace("\r\n", "\n").replace("\r", lone_return))
                lines += chunk.count("\n")
                chunk = source.read(CHUNK)
        except UnicodeError:
            what = "the file is not in the declared encoding"
            raise unreadable(
                "F105",
                file.name,
                what,
                "Correct `encoding` in the mapping.",
                got=encoding,
                line=lines,
            ) from None
    return target


def _scan(file: InputFile, path: Path, max_line: int | None) -> tuple[int, bool]:
    """Count the lines, and tell whether all end alike."""
    breaks = returns = pairs = unbroken = trailing = 0
    # One pass over the bytes, because files are large: everything is counted at once, and only what is not ASCII is decoded.
    decoder = codecs.getincrementaldecoder("utf-8")()
    before = b""
    for chunk in _chunks(path):
        _reject_nul(file, chunk, breaks)
        if not chunk.isascii() or decoder.getstate()[0]:
            _decode(file, decoder, chunk, breaks)
        first = chunk.find(b"\n")
        if max_line is not None and unbroken + (len(chunk) if first < 0 else first) > max_line:
            what = f"a line has more than {max_line} bytes"
            raise unreadable("F107", file.name, what, "Is a quote left open?", line=breaks + 1)
        # Ten times as fast as bytes.count.
        breaks += int(np.count_nonzero(np.frombuffer(chunk, np.uint8) == LINE_FEED))
        if b"\r" in chunk or before == b"\r":
            returns += chunk.count(b"\r")
            pairs += chunk.count(b"\r\n") + (before == b"\r" and chunk.startswith(b"\n"))
        unbroken = unbroken + len(chunk) if first < 0 else len(chunk) - chunk.rfind(b"\n") - 1
        blank = chunk[len(chunk.rstrip(b"\r\n")) :]
        trailing = blank.count(b"\n") + (trailing if len(blank) == len(chunk) else 0)
        before = chunk[-1:]
    _decode(file, decoder, b"", breaks, is_last=True)
    return breaks - trailing + 1, returns == 0 or returns == pairs == breaks


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb", buffering=0) as handle:
        while chunk := handle.read(CHUNK):
            yield chunk


def _reject_nul(file: InputFile, chunk: bytes, breaks: int) -> None:
    place = chunk.find(0)
    if place >= 0:
        line = breaks + chunk[:place].count(b"\n") + 1
        raise unreadable(
            "F106",
            file.name,
            "contains a NUL byte",
            "It is damaged or not a text file. Export it again.",
            line=line,
        )


def _decode(
    file: InputFile,
    decoder: codecs.IncrementalDecoder,
    chunk: bytes,
    breaks: int,
    is_last: bool = False,
) -> None:
    pending = decoder.getstate()[0]
    try:
        decoder.decode(chunk, is_last)
    except UnicodeDecodeError as error:
        line = breaks + (pending + chunk)[: error.start].count(b"\n") + 1
        raise unreadable(
            "F105", file.name, "not valid UTF-8", _WAY_OUT.format("windows-1252"), line=line
        ) from None
