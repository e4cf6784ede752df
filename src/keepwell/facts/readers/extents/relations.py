"""This file finds the part of a workbook that holds a sheet, by the relations that its archive states."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Mapping

from keepwell.facts.readers.extents import archive, xml
from keepwell.facts.readers.limits import Limits


def target(
    book: zipfile.ZipFile,
    part: str,
    name: str,
    sheet: str | None,
    ids: Mapping[str, str],
    limits: Limits,
) -> str:
    """Find the part that holds a sheet, the first unless one is named; empty if there is none.

    `part` is the part with the list of sheets, `ids` the relation of each of them. Raises `Unreadable`.
    """
    targets: dict[str, str] = {}

    def started(tag: str, found: xml.Attributes) -> None:
        if xml.plain(tag) == "Relationship":
            targets[found.get("Id", "")] = found.get("Target", "")

    folder, file = posixpath.split(part)
    feed_part(book, f"{folder}/_rels/{file}.rels", name, xml.parser(name, started), limits)
    chosen = ids.get(sheet) if sheet else next(iter(ids.values()), "")
    return posixpath.normpath(posixpath.join(f"/{folder}", targets.get(chosen or "", ""))).lstrip(
        "/"
    )


def feed_part(book: zipfile.ZipFile, part: str, name: str, feed: xml.Feed, limits: Limits) -> None:
    """Unpack a part, if there is one of that name, into what reads it."""
    found = next(
        (each for each in book.infolist() if archive.same(each.filename) == archive.same(part)),
        None,
    )
    if found:
        for chunk in archive.unpacked(book, found, name, limits):
            feed(chunk)
