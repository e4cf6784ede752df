"""This room measures a spreadsheet before it is read: what it unpacks to, and how far its cells reach."""

from __future__ import annotations

import zipfile
from pathlib import Path

import olefile

from keepwell.facts.readers.extents import archive, xls, xlsb, xlsx
from keepwell.facts.readers.extents.extent import Extent, Measure
from keepwell.facts.readers.extents.ods import Ods
from keepwell.facts.readers.limits import Limits

__all__ = ["Extent", "check"]


def check(path: Path, name: str, sheet: str | None, limits: Limits) -> None:
    """Look through a spreadsheet once, keeping nothing, and compare it with the limits; raises `Unreadable`.

    What a file is its content says, as that is what the reader goes by.
    """
    if olefile.isOleFile(str(path)):
        xls.check(path, name, limits)
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as book:
            _check_archive(book, name, sheet, limits)


def _check_archive(book: zipfile.ZipFile, name: str, sheet: str | None, limits: Limits) -> None:
    if sum(part.file_size for part in book.infolist()) > limits.unpacked_bytes:
        raise archive.too_large(name, limits)
    named = {archive.same(part.filename) for part in book.infolist()}
    measures: list[Measure] = []
    glance = None
    if xlsx.BOOK in named:
        glance = xlsx.Glance(xlsx.part_of_sheet(book, name, sheet, limits))
        measures.append(glance)
    if xlsb.BOOK in named:
        part = xlsb.part_of_sheet(book, name, sheet, limits)
        measures.append(xlsb.Xlsb(part, name, limits))
    if Ods.part in named:
        measures.append(Ods(name, sheet, limits))
    _measure(book, measures, name, limits)
    if glance and not glance.is_small(limits):
        _measure(book, [xlsx.Xlsx(glance.part, name, limits)], name, limits)


def _measure(book: zipfile.ZipFile, measures: list[Measure], name: str, limits: Limits) -> None:
    """Unpack every part once, and let each measure see its own."""
    size = 0
    for part in book.infolist():
        own = [each for each in measures if archive.same(each.part) == archive.same(part.filename)]
        for chunk in archive.unpacked(book, part, name, limits):
            size += len(chunk)
            if size > limits.unpacked_bytes:
                raise archive.too_large(name, limits)
            for measure in own:
                measure.feed(chunk)
