"""This file looks at every byte of a text file once: its encoding, NULs, lines without end, and how many lines there are."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import numpy as np

from keepwell.facts.readers.folder import Found
from keepwell.facts.readers.format import Format
from keepwell.facts.readers.unreadable import unreadable

CHUNK = 1 << 20
LINE_FEED = 10
LONGEST_LINE = 1_000_000  # bytes; an export's longest line is a few thousand
_numbers = count(1)
_UTF8 = ("utf-8", "utf8", "utf-8-sig", "ascii", "us-ascii")
_WAY_OUT = "Say in the mapping how it is written, such as `format: {{encoding: {}}}`."


@dataclass(frozen=True)
class Text:
    """A text file that is known to be sound UTF-8. `lines` leaves out blank lines at its end."""

    path: Path
    lines: int


def sound(
    file: Found, format: Format, scratch: Path, *, longest: int | None = LONGEST_LINE
) -> Text:
    """Check a text file, rewriting it under `scratch` if it is not plain UTF-8 with one sort of line end; raises `Unreadable`."""
    if file.path.stat().st_size == 0:
        raise unreadable("F102", file.name, "the file is empty")
    if format.encoding is not None and format.encoding.lower().replace("_", "-") not in _UTF8:
        path = _rewritten(file, format.encoding, scratch)
        return Text(path, _scan(file, path, longest)[0])
    with file.path.open("rb") as handle:
        head = handle.read(CHUNK)
    _refuse_utf16(file, head)
    has_breaks = b"\n" in head or b"\r" not in head
    lines, is_even = _scan(file, file.path, longest) if has_breaks else (0, False)
    if is_even:
        return Text(file.path, lines)
    path = _rewritten(file, "utf-8", scratch)
    return Text(path, _scan(file, path, longest)[0])


def _refuse_utf16(file: Found, head: bytes) -> None:
    sample = head[:2000]
    has_mark = sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if has_mark or max(sample[::2].count(0), sample[1::2].count(0)) > len(sample) // 5:
        raise unreadable(
            "F105", file.name, "the file is UTF-16, not UTF-8", _WAY_OUT.format("utf-16"), line=1
        )


def _rewritten(file: Found, encoding: str, scratch: Path) -> Path:
    """Copy as UTF-8, every line ending with a line feed: DuckDB takes one sort of line end a file."""
    target = scratch / f"text_{next(_numbers)}"
    lines = 1
    with (
        file.path.open(encoding=encoding, newline="") as source,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        try:
            chunk = source.read(CHUNK)
            exclusive_lock = (
                " " if "\n" in chunk else "\n"
            )  # a lone return ends lines only where nothing else does
            while chunk:
                chunk += source.read(1) if chunk.endswith("\r") else ""
                out.write(chunk.replace("\r\n", "\n").replace("\r", exclusive_lock))
                lines += chunk.count("\n")
                chunk = source.read(CHUNK)
        except UnicodeError:
            what = "the file is not written as declared:"
            raise unreadable(
                "F105", file.name, what, "Correct `encoding`.", got=encoding, line=lines
            ) from None
    return target


def _scan(file: Found, path: Path, longest: int | None) -> tuple[int, bool]:
    """Count the lines, and tell whether they all end alike."""
    breaks = returns = pairs = unbroken = trailing = 0
    decoder = codecs.getincrementaldecoder("utf-8")()
    before = b""
    for chunk in _chunks(path):
        _refuse_nul(file, chunk, breaks)
        if not chunk.isascii() or decoder.getstate()[0]:
            _decode(file, decoder, chunk, breaks)
        first = chunk.find(b"\n")
        if longest is not None and unbroken + (len(chunk) if first < 0 else first) > longest:
            what = f"a line of more than {longest} bytes"
            raise unreadable(
                "F107", file.name, what, "Is a quote left open there?", line=breaks + 1
            )
        breaks += int(
            np.count_nonzero(np.frombuffer(chunk, np.uint8) == LINE_FEED)
        )  # ten times as fast as bytes.count
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


def _refuse_nul(file: Found, chunk: bytes, breaks: int) -> None:
    place = chunk.find(0)
    if place >= 0:
        line = breaks + chunk[:place].count(b"\n") + 1
        raise unreadable(
            "F106",
            file.name,
            "a NUL byte, which no text has",
            "The file is damaged or not text; export it again.",
            line=line,
        )


def _decode(
    file: Found,
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
            "F105", file.name, "not UTF-8 here", _WAY_OUT.format("windows-1252"), line=line
        ) from None
